"""FIT files: bytes in, tables of messages out. A damaged file gives what can be saved, and says what was lost."""

import numpy as np

from retrorun.arrays import FloatArray, IntArray
from retrorun.errors import FitError
from retrorun.fit.chain import Frame, Loss, frames, is_fit
from retrorun.fit.definition import COMPRESSED_BIT, Slot
from retrorun.fit.profile import BY_NAME, TIMESTAMP, Field
from retrorun.fit.table import Table, descriptions, developer_columns
from retrorun.fit.walk import Walker, next_message

__all__ = ["FitFile", "Loss", "is_fit", "read_fit"]

_CHECKSUM = 2  # bytes
_FIELD = Field(TIMESTAMP, "timestamp", "uint32")
_ROUND = 32  # a compressed header counts seconds modulo 32
# No real file comes near these, so that a hostile one ends in a report and not in a full memory.
MAX_ROWS = 100_000  # messages of any kind but record; the most seen are 4,000 in a file of 12 h
MAX_RESTARTS = 5_000  # searches for the next message in one file
MAX_LOSSES = 100  # losses that are told one by one


class FitFile:
    """All messages of a FIT file, or of several in one chain."""

    def __init__(self, data: bytes, slots: list[Slot], losses: tuple[Loss, ...], *, compressed: bool) -> None:
        self.data = data
        self.losses = losses
        self._compressed = compressed  # some messages carry their time in the header
        self._clock: tuple[IntArray, FloatArray] | None = None
        self._slots = [slot for slot in slots if slot.singles or slot.chunks]
        self._alike: dict[int, dict[bytes, list[Slot]]] = {}  # by kind, then by layout
        for slot in self._slots:
            self._alike.setdefault(slot.definition.kind, {}).setdefault(slot.definition.layout, []).append(slot)
        self._tables: dict[str, Table] = {}

    def table(self, name: str) -> Table:
        """All messages of a kind, by its name in the profile; empty where there are none."""
        table = self._tables.get(name)
        if table is None:
            message = BY_NAME[name]
            blocks = [_merged(slots) for slots in self._alike.get(message.number, {}).values()]
            table = self._tables[name] = Table(message, blocks)
        return table

    def times(self, name: str) -> FloatArray:
        """When each message of a kind was written [s, FIT clock], shape (n,); NaN where that is not known."""
        table = self.table(name)
        known = "timestamp" in table.message.by_name
        found = table.numbers("timestamp") if known else np.full(len(table), np.nan)
        if not self._compressed:
            return found
        if self._clock is None:
            # Two bits of a compressed header name the local type, so that types from 4 on have none.
            timed = [
                slot for slot in self._slots if slot.definition.timestamp_at is not None or slot.definition.local < 4
            ]
            self._clock = _compressed_times(timed)
        positions, times = self._clock
        at = np.searchsorted(positions, table.positions)
        at[at == len(positions)] = 0
        hit = positions[at] == table.positions if len(positions) else np.zeros(len(at), dtype=bool)
        found[hit] = times[at[hit]]
        return found

    def columns(self, name: str) -> dict[str, FloatArray]:
        """All number fields of a kind of message that any of them holds, scaled, by their names in the profile."""
        table = self.table(name)
        fields = [
            field
            for field in table.message.fields
            if field.number in table.held and field.base not in {"string", "byte"}
        ]
        timed = TIMESTAMP in table.message.by_number
        columns = {field.name: table.numbers(field.name) for field in fields if field.number != TIMESTAMP}
        return {"timestamp": self.times(name), **columns} if timed else columns

    def developer(self, name: str) -> dict[tuple[str, str], FloatArray]:
        """The developer fields of a kind of message by name and unit, shape (n,); NaN where they are missing."""
        table = self.table(name)
        if not any(block.definition.developer for block in table.blocks):
            return {}
        return developer_columns(table, descriptions(self.table("field_description")))


def read_fit(data: bytes) -> FitFile:
    """Read the bytes of a FIT file, or of several in one chain.

    Raises:
        FitError: the bytes are no FIT file.
    """
    if not is_fit(data):
        raise FitError("this is no FIT file", hint="give a file that a watch has written")
    found, losses = frames(data)
    walkers = [_walk(data, frame, losses) for frame in found]
    slots = [slot for walker in walkers for slot in walker.slots]
    _bound(slots, losses)
    losses.sort(key=lambda loss: loss.start)
    compressed = any(walker.compressed for walker in walkers)
    return FitFile(data, slots, _told(losses), compressed=compressed)


def _walk(data: bytes, frame: Frame, losses: list[Loss]) -> Walker:
    walker = Walker(data)
    stop = walker.walk(frame.start, frame.end)
    if walker.compressed:
        # Compressed times hang on the timestamps of all messages, so those of unknown kinds are needed too.
        walker = Walker(data, keep_timed=True)
        stop = walker.walk(frame.start, frame.end)
    restarts = 0
    while stop < frame.end:
        if not frame.sound and (frame.end - stop <= _CHECKSUM or walker.is_cut(stop, frame.end)):
            break  # the checksum, where the size is not known, or the message in which the file was cut
        restarts += 1
        following = next_message(walker, stop, frame.end) if restarts <= MAX_RESTARTS else None
        losses.append(
            Loss(what="no message begins here", start=stop, end=frame.end if following is None else following)
        )
        if following is None:
            break
        stop = walker.walk(following, frame.end)
    return walker


def _merged(slots: list[Slot]) -> Slot:
    """The messages of definitions that are alike, in order."""
    if len(slots) == 1:
        return slots[0]
    return slots[0].keep(np.sort(np.concatenate([slot.positions for slot in slots])))


def _bound(slots: list[Slot], losses: list[Loss]) -> None:
    """Keep a file with millions of laps or events from filling the memory."""
    for at, slot in enumerate(slots):
        message = slot.definition.message
        if message is not None and message.name != "record" and len(slot) > MAX_ROWS:
            first, last = int(slot.positions[MAX_ROWS]), int(slot.positions[-1])
            losses.append(Loss(what=f"more than {MAX_ROWS} messages of the kind {message.name}", start=first, end=last))
            slots[at] = slot.keep(slot.positions[:MAX_ROWS])


def _told(losses: list[Loss]) -> tuple[Loss, ...]:
    """The losses, those beyond a bound as one."""
    if len(losses) <= MAX_LOSSES:
        return tuple(losses)
    rest = losses[MAX_LOSSES:]
    more = Loss(what=f"{len(rest)} more places", start=rest[0].start, end=max(loss.end for loss in rest))
    return (*losses[:MAX_LOSSES], more)


def _compressed_times(slots: list[Slot]) -> tuple[IntArray, FloatArray]:
    """Positions of all messages with a time of their own, in order, and those times [s, FIT clock].

    A compressed header holds the low five bits of its time, and is never more than 31 s after the one before it.

    Args:
        slots: all messages that hold a timestamp or have a compressed header, of known and unknown kinds.
    """
    full, offset = [], []
    for slot in slots:
        headers = slot.at(0, np.uint8)
        compressed = (headers & COMPRESSED_BIT) != 0
        place = slot.definition.places.get(TIMESTAMP)
        times = None if place is None else slot.values(place, _FIELD)
        full.append(np.where(compressed, np.nan, np.nan if times is None else times))
        offset.append(np.where(compressed, headers.astype(np.int64) % _ROUND, -1))
    joined = np.concatenate([slot.positions for slot in slots])
    order = np.argsort(joined, kind="stable")
    joined, times, offsets = joined[order], np.concatenate(full)[order], np.concatenate(offset)[order]
    timed = np.isfinite(times) | (offsets >= 0)
    return joined[timed], _unroll(times[timed], offsets[timed])


def _unroll(times: FloatArray, offsets: IntArray) -> FloatArray:
    """Full times for messages in order: those that are there, and those that only five bits are known of."""
    whole = np.isfinite(times)
    low = np.where(whole, np.nan_to_num(times) % _ROUND, offsets)
    steps = np.diff(low, prepend=low[:1]) % _ROUND
    steps[whole] = 0
    passed = np.cumsum(steps)
    anchor = np.maximum.accumulate(np.where(whole, np.arange(len(times)), -1))
    known = anchor >= 0
    found = np.full(len(times), np.nan)
    found[known] = times[anchor[known]] + passed[known] - passed[anchor[known]]
    return found
