"""Finding the next credible message behind damaged bytes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from retrorun.fit.definition import COMPRESSED_BIT, DEFINITION_BIT, definition_length, parse_definition
from retrorun.fit.profile import FIRST_DATE
from retrorun.fit.walk import Walker

_CHAIN = 3  # so many messages in a row make a beginning credible
_AHEAD_S = 86_400  # the next sample is not more than a day away
_BEHIND_S = 60  # and not before the last one, but for laps and events that are written late
_FAR_S = 30 * 86_400  # unless the times just read were wrong themselves
_LAST_DATE = 0xF000_0000
_FIRST_WINDOW = 1 << 10  # bytes searched at first, four times as many each time that nothing is found
_MOST_CANDIDATES = 2_000  # definitions tried in one window; hostile bytes hold nothing else


def next_message(walker: Walker, pos: int, end: int) -> int | None:
    """The first position behind `pos` where a message credibly begins; None where there is none before `end`."""
    near = walker.usual_time()
    return _search(walker, pos, end, near, _AHEAD_S) or _search(walker, pos, end, near, _FAR_S)


def _search(walker: Walker, pos: int, end: int, near: int | None, ahead_s: int) -> int | None:
    start, window = pos + 1, _FIRST_WINDOW
    while start < end:
        stop = min(start + window, end)
        candidates = np.union1d(
            _timed(walker, start, stop, end, _span(near, ahead_s)), _definitions(walker, start, stop)
        )
        for candidate in candidates.tolist():
            if _credible(walker, candidate, end):
                return int(candidate)
        start, window = stop, 4 * window
    return None


def _span(near: int | None, ahead_s: int) -> tuple[int, int]:
    """Between which timestamps the next message is to be expected."""
    if near is None:
        return FIRST_DATE, _LAST_DATE
    return max(near - (_BEHIND_S if ahead_s == _AHEAD_S else ahead_s), 0), near + ahead_s


def _timed(walker: Walker, start: int, stop: int, end: int, span: tuple[int, int]) -> npt.NDArray[np.int64]:
    """Positions that look like a message of a known kind with a timestamp that follows on the last one."""
    low, high = span
    found = [np.empty(0, dtype=np.int64)]
    for slot in walker.current:
        at = None if slot is None else slot.definition.timestamp_at
        if slot is None or at is None:
            continue
        n = min(stop, end - slot.definition.size + 1) - start
        if n <= 0:
            continue
        order = ">" if slot.definition.big_endian else "<"
        times = np.ndarray((n,), dtype=f"{order}u4", buffer=walker.data, offset=start + at, strides=(1,))
        headers = walker.array[start : start + n]
        found.append(start + np.flatnonzero((headers == slot.definition.local) & (times >= low) & (times <= high)))
    return np.concatenate(found)


def _definitions(walker: Walker, start: int, stop: int) -> npt.NDArray[np.int64]:
    """Positions that look like the definition of a known kind."""
    part = walker.array[start : stop + 5]
    if len(part) < 6:
        return np.empty(0, dtype=np.int64)
    n = len(part) - 5
    headers, reserved, order, fields = part[:n], part[1 : n + 1], part[2 : n + 2], part[5 : n + 5]
    likely = ((headers & 0xD0) == DEFINITION_BIT) & (reserved == 0) & (order <= 1) & (fields > 0)
    found = start + np.flatnonzero(likely)[:_MOST_CANDIDATES]
    return np.array([at for at in found.tolist() if _is_known_kind(walker.data, at)], dtype=np.int64)


def _is_known_kind(data: bytes, at: int) -> bool:
    length = definition_length(data, at)
    if not length:
        return False
    definition = parse_definition(data[at : at + length])
    return definition is not None and definition.message is not None and bool(definition.places)


def _credible(walker: Walker, pos: int, end: int) -> bool:
    """Whether several messages follow on each other from here, or the file ends as it should."""
    data = walker.data
    sizes = dict(enumerate(walker.sizes))
    for _ in range(_CHAIN):
        if pos == end:
            return True
        if pos > end:
            return False
        header = data[pos]
        if header & DEFINITION_BIT and not header & COMPRESSED_BIT:
            length = definition_length(data, pos)
            definition = parse_definition(data[pos : pos + length]) if length else None
            if definition is None:
                return False
            sizes[definition.local] = definition.size
            pos += length
        else:
            size = sizes[header]
            if not size:
                return False
            pos += size
    return pos <= end
