"""The walk from message header to message header, and the search for the next credible one behind damaged bytes."""

from array import array
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

import numpy as np

from retrorun.arrays import IntArray
from retrorun.errors import FitError
from retrorun.fit import definition as layout
from retrorun.fit.definition import COMPRESSED_BIT, DEFINITION_BIT, LATEST, Definition, Slot, local_type
from retrorun.fit.profile import FIRST_DATE

# No real file comes near these, so that a hostile one ends in a report and not in a full memory.
MAX_DEFINITIONS = 10_000  # different ones in one file; the most seen are 59
MAX_MESSAGES = 20_000_000  # that are kept; 5 days at 10 Hz with four messages for each sample
_RUN = 32  # messages of one kind in a row that are worth a jump
_STRETCH = 4096  # bytes walked before a jump is tried again; doubled each time that it fails
_MOST_STRETCH = 1 << 20
_ERASED = 0xFF  # memory that was never written; also a compressed header, of local type 3 at second 31

# Of the search for the next message behind damaged bytes.
_CHAIN = 3  # so many messages in a row make a beginning credible
_AHEAD_S = 86_400  # the next sample is not more than a day away
_BEHIND_S = 60  # and not before the last one, but for laps and events that are written late
_FAR_S = 30 * 86_400  # unless the times just read were wrong themselves
_LAST_DATE = 0xF000_0000
_FIRST_WINDOW = 1 << 10  # bytes searched at first, four times as many each time that nothing is found
_MOST_CANDIDATES = 2_000  # definitions tried in one window; hostile bytes hold nothing else


@lru_cache(maxsize=512)
def _unwanted(definition: Definition) -> Slot:
    return Slot(b"", definition, wanted=False)


class Walker:
    """Walks through the messages of one FIT file.

    It keeps what the definitions say between calls, so that a walk can go on behind damaged bytes.
    """

    def __init__(self, data: bytes, *, keep_timed: bool = False) -> None:
        self.data = data
        self.keep_timed = keep_timed  # also remember messages of unknown kinds that carry a timestamp
        self.compressed = False
        self.slots: list[Slot] = []
        self.sizes = [0] * 256  # of the message that each header begins
        self._skips = [0] * 256  # the same, of messages that are not kept
        self.current: list[Slot | None] = [None] * 16
        self._appends: list[Callable[[int], None]] = [array("q").append] * 256
        self._known: dict[bytes, Slot] = {}
        self.array = np.frombuffer(data, dtype=np.uint8)

    def walk(self, pos: int, end: int) -> int:
        """Walk from a header at `pos`; the position of the first byte that is none, or `end`.

        Raises:
            FitError: there are more messages than any recording has.
        """
        data, skips, sizes, appends = self.data, self._skips, self.sizes, self._appends
        stretch, last = _STRETCH, pos
        while pos < end:
            landed = self._jump(pos, end)
            stretch = _STRETCH if landed > pos else min(2 * stretch, _MOST_STRETCH)
            pos = landed
            if pos > MAX_MESSAGES and sum(len(slot) for slot in self.slots) > MAX_MESSAGES:
                raise FitError("more messages than any recording has", offset=pos, hint="give one recording")
            limit = min(end, pos + stretch)
            while pos < limit:  # the one hot loop of this library: some 50 ns a message, 70 ns for one that is kept
                header = data[pos]
                if size := skips[header]:
                    last = pos
                    pos += size
                elif size := sizes[header]:
                    appends[header](pos)
                    last = pos
                    pos += size
                else:
                    following = self._define(pos, end) if header >> 6 == 1 else self._compressed(pos)
                    if following == pos:
                        return pos
                    last, pos = pos, following
        if pos > end:
            self._forget(last)
            return last
        return pos

    def _jump(self, pos: int, end: int) -> int:
        """Behind a run of messages of one kind, if one begins here: found at once, not step by step."""
        header = self.data[pos]
        size = self.sizes[header]
        if not size or pos + _RUN * size > end:
            return pos
        # Each of equal messages begins where the one before ends, so finding the same header there proves it.
        length, most = 0, (end - pos) // size
        while length < most:
            # Four times as many each time: a short run costs little, and a long one is seen in a few looks.
            stop = min(max(4 * length, _RUN), most)
            same = self.array[pos + length * size : pos + (stop - 1) * size + 1 : size] == header
            if not same.all():
                length += int(same.argmin())
                break
            length = stop
        if length < _RUN:
            return pos
        slot = self.current[local_type(header)]
        if slot is not None and slot.wanted:
            slot.chunks = [*(slot.chunks or ()), pos + size * np.arange(length, dtype=np.int64)]
        return pos + size * length

    def _compressed(self, pos: int) -> int:
        """Behind the first message with a compressed timestamp; `pos` itself where none begins."""
        header = self.data[pos]
        slot = self.current[header >> 5 & 3] if header & COMPRESSED_BIT else None
        if slot is None or self._is_erased(pos, slot.definition.size):
            return pos
        self.compressed = True
        if not self.keep_timed:
            return pos  # the walk begins anew, and keeps more
        for each in self.current[:4]:
            if each is not None:
                self._expect_compressed(each)
        if slot.wanted:
            slot.singles.append(pos)
        return pos + slot.definition.size

    def _define(self, pos: int, end: int) -> int:
        length = layout.definition_length(self.data, pos)
        if not length or pos + length > end:
            return pos
        raw = self.data[pos : pos + length]
        slot = self._known.get(raw)
        if slot is None:
            definition = layout.parse_definition(raw)
            if definition is None or len(self._known) == MAX_DEFINITIONS:
                return pos
            slot = self._known[raw] = self._slot(definition)
        local = slot.definition.local
        if self.current[local] is not slot:
            self.current[local], self.sizes[local] = slot, slot.definition.size
            self._skips[local], self._appends[local] = 0 if slot.wanted else slot.definition.size, slot.singles.append
            if self.compressed and local < 4:
                self._expect_compressed(slot)
        return pos + length

    def _slot(self, definition: Definition) -> Slot:
        if definition.message is None and not (self.keep_timed and definition.timestamp_at is not None):
            return _unwanted(definition)
        if definition.size == 1 and not self.keep_timed:
            return _unwanted(definition)  # a message without a field says nothing, unless its header holds the time
        self.slots.append(Slot(self.data, definition))
        return self.slots[-1]

    def _expect_compressed(self, slot: Slot) -> None:
        """Have the headers with a compressed timestamp of its local type mean this definition, too."""
        local, size = slot.definition.local, slot.definition.size
        headers = slice(COMPRESSED_BIT | local << 5, (COMPRESSED_BIT | local << 5) + 32)
        self.sizes[headers] = [size] * 32
        self._skips[headers] = [0 if slot.wanted else size] * 32
        self._appends[headers] = [slot.singles.append] * 32
        self.sizes[_ERASED] = self._skips[_ERASED] = 0  # looked at one by one

    def _is_erased(self, pos: int, size: int) -> bool:
        """Whether a message at `pos` would be nothing but erased memory."""
        return size > 1 and self.data[pos : pos + size] == bytes((_ERASED,)) * size

    def is_cut(self, pos: int, end: int) -> bool:
        """Whether a message of a known kind begins at `pos` that goes on behind `end`."""
        return pos + self.sizes[self.data[pos]] > end

    def usual_time(self) -> int | None:
        """The median timestamp of the last few messages, so that one wrong time does not count; None without any."""
        times: list[tuple[int, int]] = []
        for slot in self.slots:
            place = slot.definition.timestamp_at
            if place is not None:
                order: Literal["big", "little"] = "big" if slot.definition.big_endian else "little"
                times += [(at, int.from_bytes(self.data[at + place : at + place + 4], order)) for at in slot.latest()]
        latest = sorted(time for _, time in sorted(times)[-LATEST:])
        return latest[len(latest) // 2] if latest else None

    def _forget(self, pos: int) -> None:
        """Take the message at `pos` out again: the bytes end inside it."""
        for slot in self.slots:
            if slot.singles and slot.singles[-1] == pos:
                slot.singles.pop()


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


def _timed(walker: Walker, start: int, stop: int, end: int, span: tuple[int, int]) -> IntArray:
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


def _definitions(walker: Walker, start: int, stop: int) -> IntArray:
    """Positions that look like the definition of a known kind."""
    part = walker.array[start : stop + 5]
    if len(part) < 6:
        return np.empty(0, dtype=np.int64)
    n = len(part) - 5
    headers, reserved, order, fields = part[:n], part[1 : n + 1], part[2 : n + 2], part[5 : n + 5]
    likely = ((headers & 0xD0) == DEFINITION_BIT) & (reserved == 0) & (order <= 1) & (fields > 0)
    found = start + np.flatnonzero(likely)[:_MOST_CANDIDATES]
    read = [(at, layout.definition_at(walker.data, at)) for at in found.tolist()]
    return np.array([at for at, each in read if each is not None and each.message and each.places], dtype=np.int64)


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
        if layout.is_definition(header):
            definition = layout.definition_at(data, pos)
            if definition is None:
                return False
            sizes[definition.local] = definition.size
            pos += definition.length
        elif sizes[header]:
            pos += sizes[header]
        else:
            return False
    return pos <= end
