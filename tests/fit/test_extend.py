from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator

import fitdecode
import fitparse
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.errors import FitError
from retrorun.fit.chain import crc16
from retrorun.fit.extend import ByteField, Moment, extend, moments
from retrorun.fit.reader import read_fit
from tests.recordings import START, fit_recording
from tests.shared_data import shared_files

FIELD = ByteField(
    name="direction", unit="1=backward", application_id=b"for tests only !", version=1, kinds=("record", "lap")
)
NOW = 1_136_000_000
SMALL = [path for path in shared_files("activities", "*.fit") if path.stat().st_size < 60_000]
Raw = tuple[int, bytes]


def framed(body: bytes, *, header: int = 14, protocol: int = 0x10, header_crc: bool = True) -> bytes:
    head = struct.pack("<BBHI4s", header, protocol, 2132, len(body), b".FIT")
    if header == 14:
        head += crc16(head).to_bytes(2, "little") if header_crc else b"\0\0"
    return head + body + crc16(head + body).to_bytes(2, "little")


def definition(
    local: int, kind: int, fields: list[tuple[int, int, int]], *, big: bool = False, developer: bytes = b""
) -> bytes:
    head = struct.pack(">BBBHB" if big else "<BBBHB", 0x40 | local, 0, int(big), kind, len(fields))
    raw = head + b"".join(bytes(each) for each in fields)
    if developer:
        raw = bytes((raw[0] | 0x20,)) + raw[1:] + bytes((len(developer) // 3,)) + developer
    return raw


FILE_ID = definition(0, 0, [(0, 1, 0)]) + bytes((0, 4))
RECORD = [(253, 4, 0x86), (3, 1, 2)]


def records(count: int, *, local: int = 0, big: bool = False) -> bytes:
    order = ">" if big else "<"
    return b"".join(struct.pack(f"{order}BIB", local, NOW + second, 100 + second) for second in range(count))


def odd_is_backward(moment: Moment) -> int | None:
    return None if moment.timestamp is None else (moment.timestamp - NOW) % 2


def chunks(data: bytes) -> Iterator[Raw]:
    """Every message as another library cuts it: its kind (-1 for a definition) and its bytes."""
    with fitdecode.FitReader(io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE, keep_raw_chunks=True) as reader:
        for frame in reader:
            if frame.frame_type == fitdecode.FIT_FRAME_DEFINITION:
                yield -1, bytes(frame.chunk.bytes)
            elif frame.frame_type == fitdecode.FIT_FRAME_DATA:
                yield frame.global_mesg_num, bytes(frame.chunk.bytes)


def assert_everything_is_kept(before: bytes, after: bytes) -> None:
    """All messages of the old file are in the new one, in order, byte for byte; records and laps have one more."""
    old, new = list(chunks(before)), list(chunks(after))
    announced = [index for index, (kind, raw) in enumerate(new) if kind == 207 and FIELD.application_id in raw]
    for first in reversed(announced):
        # The definition and the message of developer_data_id, then of field_description.
        assert [kind for kind, _ in new[first - 1 : first + 3]] == [-1, 207, -1, 206]
        del new[first - 1 : first + 3]
    assert len(old) == len(new)
    for (kind, was), (kind_now, now) in zip(old, new, strict=True):
        assert kind == kind_now
        if kind in (19, 20):
            assert now[:-1] == was
        elif kind == -1 and int.from_bytes(was[3:5], "big" if was[2] else "little") in (19, 20):
            fields_end = 6 + 3 * was[5]
            assert now[0] == was[0] | 0x20
            assert now[1:fields_end] == was[1:fields_end]
            old_places = was[fields_end + 1 :]
            assert now[fields_end + 1 : fields_end + 1 + len(old_places)] == old_places
            assert now[fields_end] == len(old_places) // 3 + 1
            assert len(now) == fields_end + 1 + len(old_places) + 3
        else:
            assert now == was


def directions(data: bytes) -> list[int | None]:
    with fitdecode.FitReader(io.BytesIO(data)) as reader:
        return [
            frame.get_value("direction", fallback=None)
            for frame in reader
            if frame.frame_type == fitdecode.FIT_FRAME_DATA and frame.name == "record"
        ]


def test_a_plain_file_gains_the_field_and_keeps_all_else() -> None:
    data = framed(FILE_ID + definition(1, 20, RECORD) + records(5, local=1))
    out = extend(data, FIELD, odd_is_backward)
    assert_everything_is_kept(data, out)
    assert directions(out) == [0, 1, 0, 1, 0]
    assert not read_fit(out).losses


def test_the_header_says_protocol_2_and_the_new_length_and_has_a_checksum() -> None:
    data = framed(FILE_ID + definition(1, 20, RECORD) + records(2, local=1), header_crc=False)
    out = extend(data, FIELD, odd_is_backward)
    assert (out[0], out[1]) == (14, 0x20)
    assert int.from_bytes(out[4:8], "little") == len(out) - 16
    assert out[12:14] == crc16(out[:12]).to_bytes(2, "little")
    assert out[2:4] == data[2:4]


def test_the_old_short_header_stays_short() -> None:
    data = framed(FILE_ID + definition(1, 20, RECORD) + records(3, local=1), header=12)
    out = extend(data, FIELD, odd_is_backward)
    assert out[0] == 12
    assert_everything_is_kept(data, out)


def test_big_endian_messages() -> None:
    data = framed(FILE_ID + definition(2, 20, RECORD, big=True) + records(4, local=2, big=True))
    out = extend(data, FIELD, odd_is_backward)
    assert_everything_is_kept(data, out)
    assert directions(out) == [0, 1, 0, 1]


def test_compressed_timestamps_also_over_their_rollover() -> None:
    full = definition(1, 20, RECORD) + records(1, local=1)
    short = definition(2, 20, [(3, 1, 2)])
    body = FILE_ID + full + short
    for second in range(1, 70, 3):
        body += bytes((0x80 | 2 << 5 | (NOW + second) & 0x1F, 120))
    data = framed(body)
    out = extend(data, FIELD, odd_is_backward)
    assert_everything_is_kept(data, out)
    assert directions(out) == [0, *(second % 2 for second in range(1, 70, 3))]


def test_a_file_with_developer_fields_keeps_them_and_ours_gets_an_index_of_its_own() -> None:
    other = definition(3, 207, [(1, 16, 0x0D), (3, 1, 2)]) + bytes((3,)) + bytes([7] * 16) + bytes((0,))
    name = b"Power\0"
    other += definition(3, 206, [(0, 1, 2), (1, 1, 2), (2, 1, 2), (3, len(name), 7)]) + bytes((3, 0, 0, 2)) + name
    body = FILE_ID + other + definition(1, 20, RECORD, developer=bytes((0, 1, 0)))
    body += b"".join(struct.pack("<BIBB", 1, NOW + second, 100, 200 + second) for second in range(3))
    data = framed(body, protocol=0x20)
    out = extend(data, FIELD, odd_is_backward)
    assert_everything_is_kept(data, out)
    assert directions(out) == [0, 1, 0]
    with fitdecode.FitReader(io.BytesIO(out)) as reader:
        frames = [frame for frame in reader if frame.frame_type == fitdecode.FIT_FRAME_DATA]
    powers = [frame.get_value("Power") for frame in frames if frame.name == "record"]
    assert powers == [200, 201, 202]


def test_a_local_type_that_changes_its_meaning_is_followed() -> None:
    event = [(253, 4, 0x86), (0, 1, 0), (1, 1, 0)]
    body = FILE_ID + definition(0, 20, RECORD) + records(2) + definition(0, 21, event)
    body += struct.pack("<BIBB", 0, NOW + 2, 0, 4) + definition(0, 20, RECORD) + records(2)
    data = framed(body)
    out = extend(data, FIELD, odd_is_backward)
    assert_everything_is_kept(data, out)
    assert directions(out) == [0, 1, 0, 1]


def test_each_file_of_a_chain_is_extended_for_itself() -> None:
    one = framed(FILE_ID + definition(1, 20, RECORD) + records(2, local=1))
    two = framed(FILE_ID + definition(5, 20, RECORD, big=True) + records(3, local=5, big=True), header=12)
    out = extend(one + two, FIELD, odd_is_backward)
    assert out == extend(one, FIELD, odd_is_backward) + extend(two, FIELD, odd_is_backward)
    assert directions(out) == [0, 1, 0, 1, 0]


def test_a_file_without_such_messages_comes_back_as_it_was() -> None:
    data = framed(FILE_ID)
    assert extend(data, FIELD, odd_is_backward) == data


def test_a_value_that_is_not_known_is_written_as_not_there() -> None:
    data = framed(FILE_ID + definition(1, 20, RECORD) + records(3, local=1))
    assert directions(extend(data, FIELD, lambda _: None)) == [None, None, None]


def test_laps_know_when_they_began() -> None:
    found = list(moments(fit_recording(seconds=30), ("lap",)))
    assert found == [Moment(kind="lap", timestamp=START + 30, start_time=START)]


DAMAGED: dict[str, Callable[[bytes], bytes]] = {
    "cut short": lambda data: data[:-9],
    "checksum": lambda data: data[:40] + bytes((data[40] ^ 1,)) + data[41:],
    "after the end": lambda data: data + b"more",
    "no FIT file": lambda _: b"<html></html>",
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_refused(damage: str) -> None:
    data = framed(FILE_ID + definition(1, 20, RECORD) + records(5, local=1))
    with pytest.raises(FitError, match=damage):
        extend(DAMAGED[damage](data), FIELD, odd_is_backward)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (FILE_ID + b"\x05\x00", "nothing defines"),
        (FILE_ID + definition(1, 20, RECORD) + b"\x01\x00", "within a message"),
        (FILE_ID + b"\x41\x00", "no message begins"),
    ],
)
def test_bytes_that_make_no_messages_are_refused_with_their_place(body: bytes, words: str) -> None:
    with pytest.raises(FitError, match=words) as caught:
        extend(framed(body), FIELD, odd_is_backward)
    assert caught.value.offset == 14 + len(FILE_ID) + (9 + 6 - 3 if "within" in words else 0)


def test_a_file_is_extended_once() -> None:
    out = extend(fit_recording(seconds=5), FIELD, odd_is_backward)
    with pytest.raises(FitError, match="already carries the field 'direction'"):
        extend(out, FIELD, odd_is_backward)


@given(st.binary(max_size=60))
def test_any_bytes_after_a_header_are_extended_or_refused(body: bytes) -> None:
    try:
        out = extend(framed(body), FIELD, odd_is_backward)
    except FitError:
        return
    assert not crc16(out)


@pytest.mark.parametrize("path", SMALL[::3], ids=lambda path: path.name)
@pytest.mark.filterwarnings("ignore:.*:UserWarning:fitdecode")  # some watches write odd sizes; fitdecode says so
def test_real_recordings_keep_every_byte(path: object) -> None:
    data = path.read_bytes()  # type: ignore[attr-defined]  # a path
    out = extend(data, FIELD, odd_is_backward)
    assert_everything_is_kept(data, out)


@pytest.mark.slow
@pytest.mark.parametrize("path", shared_files("activities", "*.fit"), ids=lambda path: path.name)
@pytest.mark.filterwarnings("ignore:.*:UserWarning:fitdecode")
def test_all_real_recordings_keep_every_byte_and_every_value(path: object) -> None:
    data = path.read_bytes()  # type: ignore[attr-defined]  # a path
    out = extend(data, FIELD, odd_is_backward)
    assert_everything_is_kept(data, out)
    before, after = read_fit(data), read_fit(out)
    for name in ("record", "lap", "session", "event"):
        old, new = before.table(name), after.table(name)
        for field in old.message.fields:
            if field.base != "string":
                assert np.array_equal(old.numbers(field.name), new.numbers(field.name), equal_nan=True)


def test_fitparse_and_fit_tool_read_the_field_too() -> None:
    from fit_tool.fit_file import FitFile
    from fit_tool.profile.messages.record_message import RecordMessage

    out = extend(fit_recording(seconds=6), FIELD, lambda moment: ((moment.timestamp or 0) - START) % 2)
    parsed = [message.get_value("direction") for message in fitparse.FitFile(io.BytesIO(out)).get_messages("record")]
    assert parsed == [0, 1, 0, 1, 0, 1]
    read = [
        record.message.get_developer_field_by_name("direction").get_value()
        for record in FitFile.from_bytes(out).records
        if isinstance(record.message, RecordMessage)
    ]
    assert read == [0, 1, 0, 1, 0, 1]


@pytest.mark.slow
@pytest.mark.parametrize("path", shared_files("activities", "*.fit"), ids=lambda path: path.name)
def test_fitparse_reads_every_real_recording_as_before(path: object) -> None:
    def records(whole: bytes) -> list[dict[str, object]]:
        return [message.get_values() for message in fitparse.FitFile(io.BytesIO(whole)).get_messages("record")]

    data = path.read_bytes()  # type: ignore[attr-defined]  # a path
    try:
        before = records(data)
    except fitparse.FitParseError as error:
        pytest.skip(f"fitparse cannot read the original: {error}")
    after = records(extend(data, FIELD, lambda moment: (moment.timestamp or 0) % 2))
    assert all(record.pop("direction") in (0, 1) for record in after)
    assert before == after


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    SMALL,
    ids=lambda path: path.name,
)
def test_fit_tool_reads_what_it_could_read_before(path: object) -> None:
    from fit_tool.fit_file import FitFile
    from fit_tool.profile.messages.record_message import RecordMessage

    data = path.read_bytes()  # type: ignore[attr-defined]  # a path
    try:
        before = FitFile.from_bytes(data)
    except Exception as error:  # noqa: BLE001 - it fails on a third of real files, in many ways
        pytest.skip(f"fit-tool cannot read the original: {error}")
    after = FitFile.from_bytes(extend(data, FIELD, lambda _: 1))
    counts = [sum(isinstance(each.message, RecordMessage) for each in one.records) for one in (before, after)]
    assert counts[0] == counts[1] > 0
    assert len(after.records) == len(before.records) + 4
    fields = [
        each.message.get_developer_field_by_name("direction")
        for each in after.records
        if isinstance(each.message, RecordMessage) and not each.is_definition
    ]
    assert all(field is not None and field.get_value() == 1 for field in fields)
