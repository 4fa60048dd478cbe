"""The walk against the plainest one there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.fit.profile import BY_NUMBER
from retrorun.fit.walk import Walker
from tests.fit.handmade import LAP, RECORD, UNKNOWN, Kind
from tests.shared_data import shared_files

EVENT = Kind(4, 21, [(253, 0x86, 4), (0, 0, 1)])
OTHER_RECORD = Kind(1, 20, [(253, 0x86, 4), (3, 0x02, 1)])  # the same local type, another layout
MESSAGES = {
    "record": RECORD.data(1, 2, 3, 4, 5),
    "lap": LAP.data(1, 2, 3, 4, 5, 6, 7),
    "unknown": UNKNOWN.data(1, 2),
    "event": EVENT.data(1, 2),
}
DEFINITIONS = RECORD.define() + LAP.define() + UNKNOWN.define() + EVENT.define()


def plain_walk(data: bytes, pos: int, end: int) -> dict[int, list[int]]:
    """Where the messages of each known kind begin, one by one."""
    defined: dict[int, tuple[int, int]] = {}
    found: dict[int, list[int]] = {}
    while pos < end:
        header = data[pos]
        local = header >> 5 & 3 if header & 0x80 else header & 15
        if header & 0xC0 == 0x40:
            order = "big" if data[pos + 2] else "little"
            kind = int.from_bytes(data[pos + 3 : pos + 5], order)  # type: ignore[arg-type]  # one of two words
            fields = data[pos + 5]
            size = 1 + sum(data[pos + 7 : pos + 6 + 3 * fields : 3])
            pos += 6 + 3 * fields
            if header & 0x20:
                developer = data[pos]
                size += sum(data[pos + 2 : pos + 1 + 3 * developer : 3])
                pos += 1 + 3 * developer
            defined[local] = kind, size
        else:
            kind, size = defined[local]
            if kind in BY_NUMBER:
                found.setdefault(kind, []).append(pos)
            pos += size
    return found


def walked(data: bytes, pos: int, end: int) -> dict[int, list[int]]:
    walker = Walker(data)
    stop = walker.walk(pos, end)
    if walker.compressed:
        walker = Walker(data, keep_timed=True)
        stop = walker.walk(pos, end)
    assert stop == end
    found: dict[int, list[int]] = {}
    for slot in walker.slots:
        if slot.definition.message is not None:
            found.setdefault(slot.definition.kind, []).extend(slot.positions.tolist())
    return {kind: sorted(places) for kind, places in found.items() if places}


@given(
    st.lists(
        st.tuples(st.sampled_from([*MESSAGES, "again", "changed"]), st.integers(min_value=1, max_value=120)),
        max_size=25,
    )
)
def test_runs_and_single_messages_in_any_order(parts: list[tuple[str, int]]) -> None:
    data, changed = DEFINITIONS, False
    for name, count in parts:
        if name == "again":
            data += (OTHER_RECORD if changed else RECORD).define()
        elif name == "changed":
            changed = not changed
            data += (OTHER_RECORD if changed else RECORD).define()
        elif name == "record" and changed:
            data += OTHER_RECORD.data(1, 2) * count
        else:
            data += MESSAGES[name] * count
    assert walked(data, 0, len(data)) == plain_walk(data, 0, len(data))


@pytest.mark.parametrize("path", shared_files("activities", "*.fit"), ids=lambda path: path.name)
def test_real_files(path: object) -> None:
    data = path.read_bytes()  # type: ignore[attr-defined]  # a Path; ids needs the loose type
    start = data[0]
    end = start + int.from_bytes(data[4:8], "little")
    assert walked(data, start, end) == plain_walk(data, start, end)


def test_a_message_that_the_end_cuts_is_not_counted() -> None:
    data = RECORD.define() + RECORD.data(1, 2, 3, 4, 5) * 3
    walker = Walker(data)
    cut = len(data) - 2
    assert walker.walk(0, cut) == len(data) - len(RECORD.data(1, 2, 3, 4, 5))
    assert len(walker.slots[0]) == 2


def test_it_stops_where_no_definition_says_what_follows() -> None:
    data = RECORD.define() + RECORD.data(1, 2, 3, 4, 5) + b"\x0f" + RECORD.data(1, 2, 3, 4, 5)
    walker = Walker(data)
    assert data[walker.walk(0, len(data))] == 0x0F


def test_compressed_headers_end_a_walk_that_does_not_keep_all_times() -> None:
    short = Kind(1, 20, [(3, 0x02, 1)])
    data = short.define() + b"".join(short.compressed(at, 140) for at in range(100))
    walker = Walker(data)
    assert walker.walk(0, len(data)) == len(short.define())
    assert walker.compressed
    walker = Walker(data, keep_timed=True)
    assert walker.walk(0, len(data)) == len(data)
    assert len(walker.slots[0]) == 100
