"""The walk from message header to message header: where each message begins, and what defines it."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

from retrorun.errors import FitError
from retrorun.fit.definition import (
    COMPRESSED_BIT,
    DEFINITION_BIT,
    LOCAL_MASK,
    Definition,
    definition_length,
    parse_definition,
)

Positions = npt.NDArray[np.int64]

# No real file comes near these, so that a hostile one ends in a report and not in a full memory.
MAX_DEFINITIONS = 10_000  # different ones in one file; the most seen are 59
MAX_MESSAGES = 20_000_000  # that are kept; 5 days at 10 Hz with four messages for each sample
_RUN = 32  # messages of one kind in a row that are worth a jump
_LATEST = 9  # messages whose times speak for where a recording stands
_STRETCH = 4096  # bytes walked before a jump is tried again; doubled each time that it fails
_MOST_STRETCH = 1 << 20
_ERASED = 0xFF  # memory that was never written; also a compressed header, of local type 3 at second 31

_skip: Callable[[int], None] = deque[int](maxlen=0).append  # forgets what it is given, at the speed of C


class Slot:
    """One definition and where its messages begin."""

    __slots__ = ("chunks", "definition", "singles", "wanted")

    def __init__(self, definition: Definition, *, wanted: bool) -> None:
        self.definition = definition
        self.wanted = wanted
        self.singles = array("q")
        self.chunks: list[Positions] = []

    def positions(self) -> Positions:
        """Where the messages begin, in order."""
        singles = np.frombuffer(self.singles, dtype=np.int64) if self.singles else np.empty(0, dtype=np.int64)
        if not self.chunks:
            return singles
        joined = np.concatenate([singles, *self.chunks])
        return joined if (joined[1:] > joined[:-1]).all() else np.sort(joined)

    def count(self) -> int:
        """How many messages there are."""
        return len(self.singles) + (sum(map(len, self.chunks)) if self.chunks else 0)

    def keep(self, positions: Positions) -> None:
        """Have just these positions."""
        self.singles, self.chunks = array("q"), [positions]

    def latest(self) -> list[int]:
        """Where the last few messages begin."""
        chunk = self.chunks[-1][-_LATEST:].tolist() if self.chunks else []
        return sorted([*chunk, *self.singles[-_LATEST:]])[-_LATEST:]


class Walker:
    """Walks through the messages of one FIT file.

    It keeps what the definitions say between calls, so that a walk can go on behind damaged bytes.
    """

    def __init__(self, data: bytes, *, keep_timed: bool = False) -> None:
        self.data = data
        self.keep_timed = keep_timed  # also remember messages of unknown kinds that carry a timestamp
        self.compressed = False
        self.slots: list[Slot] = []
        self.sizes = [0] * 256
        self.current: list[Slot | None] = [None] * 16
        self._appends: list[Callable[[int], None]] = [_skip] * 256
        self._known: dict[bytes, Slot] = {}
        self.array = np.frombuffer(data, dtype=np.uint8)

    def walk(self, pos: int, end: int) -> int:
        """Walk from a header at `pos`; the position of the first byte that is none, or `end`.

        Raises:
            FitError: there are more messages than any recording has.
        """
        data, sizes, appends = self.data, self.sizes, self._appends
        stretch, last = _STRETCH, pos
        while pos < end:
            landed = self._jump(pos, end)
            stretch = _STRETCH if landed > pos else min(2 * stretch, _MOST_STRETCH)
            pos = landed
            if pos > MAX_MESSAGES and sum(slot.count() for slot in self.slots) > MAX_MESSAGES:
                raise FitError("more messages than any recording has", offset=pos, hint="give one recording")
            limit = min(end, pos + stretch)
            while pos < limit:  # the one hot loop of this library: some 70 ns a message
                header = data[pos]
                size = sizes[header]
                if size:
                    appends[header](pos)
                    last = pos
                    pos += size
                else:
                    following = self._special(pos, end)
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
        slot = self.current[header >> 5 & 3 if header & COMPRESSED_BIT else header & LOCAL_MASK]
        if slot is not None and slot.wanted:
            slot.chunks.append(pos + size * np.arange(length, dtype=np.int64))
        return pos + size * length

    def _special(self, pos: int, end: int) -> int:
        """A definition, or the first header with a compressed timestamp; `pos` itself where it is neither."""
        header = self.data[pos]
        if header & COMPRESSED_BIT:
            slot = self.current[header >> 5 & 3]
            if slot is None or self._is_erased(pos, slot.definition.size):
                return pos
            self.compressed = True
            if not self.keep_timed:
                return pos  # the walk begins anew, and keeps more
            for each in self.current[:4]:
                if each is not None:
                    self._set_compressed(each)
            self._appends[header](pos)
            return pos + slot.definition.size
        if header & DEFINITION_BIT:
            return self._define(pos, end)
        return pos

    def _define(self, pos: int, end: int) -> int:
        length = definition_length(self.data, pos)
        if not length or pos + length > end:
            return pos
        raw = self.data[pos : pos + length]
        slot = self._known.get(raw)
        if slot is None:
            definition = parse_definition(raw)
            if definition is None or len(self.slots) == MAX_DEFINITIONS:
                return pos
            wanted = definition.message is not None or (self.keep_timed and definition.timestamp_at is not None)
            # A message without a field says nothing, unless its header holds the time.
            wanted = wanted and (definition.size > 1 or self.keep_timed)
            slot = self._known[raw] = Slot(definition, wanted=wanted)
            self.slots.append(slot)
        local = slot.definition.local
        if self.current[local] is not slot:
            self.current[local] = slot
            self.sizes[local] = slot.definition.size
            self._appends[local] = slot.singles.append if slot.wanted else _skip
            if self.compressed and local < 4:
                self._set_compressed(slot)
        return pos + length

    def _set_compressed(self, slot: Slot) -> None:
        first = COMPRESSED_BIT | slot.definition.local << 5
        self.sizes[first : first + 32] = [slot.definition.size] * 32
        self._appends[first : first + 32] = [slot.singles.append if slot.wanted else _skip] * 32
        self.sizes[_ERASED] = 0  # looked at one by one

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
        latest = sorted(time for _, time in sorted(times)[-_LATEST:])
        return latest[len(latest) // 2] if latest else None

    def _forget(self, pos: int) -> None:
        """Take the message at `pos` out again: the bytes end inside it."""
        for slot in self.slots:
            if slot.singles and slot.singles[-1] == pos:
                slot.singles.pop()
