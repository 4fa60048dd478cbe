from __future__ import annotations

import math
import struct
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.errors import OutputError
from retrorun.fit import writer
from retrorun.fit.profile import BASE_BY_NAME, BY_NAME, MESSAGES, Field
from retrorun.fit.profile import Message as Kind
from retrorun.fit.reader import read_fit
from retrorun.fit.writer import Message, Value, write_fit
from tests.fit.decoders import DECODERS, base_of, by_fitdecode, definitions, values_by_fit_tool

RECORD, STEP = 20, 27
SKIP_LAST = ("workout_step", "skip_last")  # in no public profile, so nobody else can say what it is
BASE_TYPE = ("field_description", "fit_base_type_id")  # fit-tool reads no file in which this is not a type

NUMBERS = [
    (kind.name, field.name)
    for kind in MESSAGES
    for field in kind.fields
    if field.base != "string" and (kind.name, field.name) not in (SKIP_LAST, BASE_TYPE)
]
FIELDS = [(kind.name, field.name) for kind in MESSAGES for field in kind.fields]
SCALED = [
    (kind.name, field.name) for kind in MESSAGES for field in kind.fields if (field.scale, field.offset) != (1.0, 0.0)
]


# What fit-tool asks of a message before it reads any of it.
ASKED: dict[str, dict[str, Value]] = {
    "field_description": {
        "developer_data_index": 0,
        "field_definition_number": 0,
        "fit_base_type_id": 2,
        "field_name": "x",
    }
}


def one(kind: str, **values: Value) -> bytes:
    return write_fit([Message(kind=kind, values=values)])


def test_the_header_has_fourteen_bytes_its_own_checksum_and_protocol_one() -> None:
    data = one("record", speed=2.5)
    size, protocol, _, body = struct.unpack_from("<BBHI", data)
    assert (size, protocol, data[8:12]) == (14, 0x10, b".FIT")
    assert body == len(data) - 14 - 2
    assert data[12:14] != b"\0\0"  # zero would mean "no checksum"; fitdecode checks the number itself
    assert by_fitdecode(data, RECORD) == [{6: 2500}]


def test_each_kind_has_one_local_number_and_one_definition_before_its_first_message() -> None:
    data = write_fit(
        [
            Message(kind="file_id", values={"type": 4}),
            Message(kind="record", values={"heart_rate": 120}),
            Message(kind="lap", values={"message_index": 0}),
            Message(kind="record", values={"speed": 2.0}),
            Message(kind="lap", values={"message_index": 1}),
        ]
    )
    assert [(local, kind) for local, kind, _ in definitions(data)] == [(0, 0), (1, RECORD), (2, 19)]
    assert by_fitdecode(data, RECORD) == [{3: 120}, {6: 2000}]


def test_texts_of_a_kind_share_the_width_of_the_longest_and_its_closing_zero() -> None:
    texts = ["", "BWD run", "rückwärts 🏃"]
    data = write_fit([Message(kind="workout_step", values={"wkt_step_name": text}) for text in texts])
    ((_, _, fields),) = definitions(data)
    assert fields == ((0, len("rückwärts 🏃".encode()) + 1, 0x07),)
    for name, decode in DECODERS.items():
        assert [row.get(0, "") for row in decode(data, STEP)] == texts, name


@pytest.mark.parametrize(("kind", "name"), FIELDS, ids=str)
def test_definitions_say_the_type_that_the_table_says(kind: str, name: str) -> None:
    field = BY_NAME[kind].by_name[name]
    data = one(kind, **{name: "a" if field.base == "string" else 1})
    ((_, number, fields),) = definitions(data)
    assert number == BY_NAME[kind].number
    assert [(field.number, base_of(fields[0][2]))] == [(fields[0][0], field.base)]


# ---- values ----------------------------------------------------------------------------------------------------------


def sample(field: Field) -> float:
    """A value whose number on the wire is far from both ends of its type."""
    base = BASE_BY_NAME[field.base]
    return 40 / field.scale - field.offset if base.width == 1 else 12_340 / field.scale - field.offset


def read_by_fit_tool(kind: str, name: str) -> float:
    field = BY_NAME[kind].by_name[name]
    data = one(kind, **{name: sample(field)})
    return float(values_by_fit_tool(data, BY_NAME[kind].number)[0][field.number])


@pytest.mark.parametrize(("kind", "name"), SCALED)
def test_fit_tool_reads_the_value_by_its_own_profile(kind: str, name: str) -> None:
    field = BY_NAME[kind].by_name[name]
    assert read_by_fit_tool(kind, name) == pytest.approx(sample(field), abs=0.5 / field.scale)


def with_field(kind: Kind, changed: Field) -> MappingProxyType[str, Kind]:
    fields = tuple(changed if field.number == changed.number else field for field in kind.fields)
    return MappingProxyType({**BY_NAME, kind.name: replace(kind, fields=fields)})


@pytest.mark.parametrize(("kind", "name"), NUMBERS)
@pytest.mark.parametrize("change", ["scale", "offset"])
def test_flipping_any_scale_or_offset_in_the_table_is_seen(
    kind: str, name: str, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each mutant of the table writes something that fit-tool, by its own profile, reads as another value."""
    field = BY_NAME[kind].by_name[name]
    value = sample(field)
    mutant = (
        replace(field, scale=field.scale * 2)
        if change == "scale"
        else replace(field, offset=field.offset + 20 / field.scale)
    )
    monkeypatch.setattr(writer, "BY_NAME", with_field(BY_NAME[kind], mutant))
    data = one(kind, **{**ASKED.get(kind, {}), name: value})
    number = BY_NAME[kind].number
    read = values_by_fit_tool(data, number)[0][field.number]
    assert read != pytest.approx(value, abs=0.5 / field.scale)


@given(st.sampled_from(SCALED), st.floats(0, 1))
def test_our_own_reader_gives_every_value_back_to_half_a_step(field_name: tuple[str, str], share: float) -> None:
    kind, name = field_name
    field = BY_NAME[kind].by_name[name]
    base = BASE_BY_NAME[field.base]
    low, high = (-(2 ** (8 * base.width - 1)), 2 ** (8 * base.width - 1) - 2) if base.kind == "i" else (1, 254)
    value = (low + share * (high - low)) / field.scale - field.offset
    column = read_fit(one(kind, **{name: value})).table(kind).numbers(name)
    assert column[0] == pytest.approx(value, abs=0.51 / field.scale)


def test_nothing_there_is_the_types_own_mark_for_it() -> None:
    data = write_fit(
        [
            Message(kind="record", values={"heart_rate": None, "enhanced_speed": math.nan, "position_lat": None}),
            Message(kind="record", values={"heart_rate": 120, "enhanced_speed": 2.0, "position_lat": -5}),
        ]
    )
    for name, decode in DECODERS.items():
        rows = [{number: row.get(number) for number in (0, 3, 73)} for row in decode(data, RECORD)]
        assert rows == [{0: None, 3: None, 73: None}, {0: -5, 3: 120, 73: 2000}], name


def test_a_refused_value_is_told_what_would_fit() -> None:
    with pytest.raises(OutputError, match=r"record\.speed: 66 m/s does not fit .*; it holds 0 to 65\.534$"):
        one("record", speed=66.0)
    with pytest.raises(OutputError, match=r"it holds -500 to 12606\.8$"):
        one("record", altitude=20_000.0)


def test_a_single_number_in_a_field_of_many_leaves_the_rest_empty() -> None:
    ids: list[Value] = [bytes([1, 2, 3]), 5, None, b"\x07"]
    data = write_fit(
        [Message(kind="developer_data_id", values={"developer_data_index": 0, "application_id": each}) for each in ids]
    )
    shown = [row.get(1) for row in by_fitdecode(data, 207)]
    assert shown == [(1, 2, 3), (5, 255, 255), None, (7, 255, 255)]


def test_bytes_go_whole_into_a_field_of_bytes() -> None:
    data = one("developer_data_id", application_id=bytes(range(16)), developer_data_index=0)
    assert by_fitdecode(data, 207)[0][1] == tuple(range(16))


# ---- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"speeed": 1.0}, "no field 'speeed'"),
        ({"duration_time": 600}, "no field 'duration_time'"),  # a sub-field, which another library drops in silence
        ({"speed": -0.1}, "does not fit"),
        ({"speed": 65.535}, "does not fit"),  # the mark for "not there"
        ({"speed": 66.0}, "does not fit"),
        ({"heart_rate": 2**33}, "does not fit"),
        ({"timestamp": -5}, "does not fit"),
        ({"speed": math.inf}, "does not fit"),
        ({"speed": "fast"}, "text does not go"),
        ({"speed": b"fast"}, "bytes do not go"),
    ],
)
def test_what_a_field_cannot_hold_is_refused_and_never_wrapped(values: dict[str, Value], said: str) -> None:
    with pytest.raises(OutputError, match=said):
        write_fit([Message(kind="record", values=values)])


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (Message(kind="reccord", values={}), "unknown kind"),
        (Message(kind="workout", values={"wkt_name": "x" * 255}), "too many"),
        (Message(kind="workout", values={"wkt_name": "a\0b"}), "no text"),
        (Message(kind="workout", values={"wkt_name": 5}), "no text"),
    ],
)
def test_messages_that_cannot_be_are_refused(message: Message, said: str) -> None:
    with pytest.raises(OutputError, match=said):
        write_fit([message])


def test_more_kinds_than_local_numbers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MOST_KINDS", 2)
    kinds = [Message(kind=kind, values={"timestamp": 1}) for kind in ("record", "lap", "session")]
    assert write_fit(kinds[:2])
    with pytest.raises(OutputError, match="at most 2 kinds of messages, not 3"):
        write_fit(kinds)


def test_true_is_written_as_one() -> None:
    assert by_fitdecode(one("workout_step", skip_last=True), STEP) == [{18: 1}]
