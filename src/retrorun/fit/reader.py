"""FIT files: bytes in, tables of messages out. A damaged file gives what can be saved, and says what was lost."""

from __future__ import annotations

import numpy as np

from retrorun.errors import FitError
from retrorun.fit.chain import Frame, Loss, frames, is_fit
from retrorun.fit.clock import compressed_times
from retrorun.fit.developer import descriptions, developer_columns
from retrorun.fit.limits import MAX_LOSSES, MAX_RESTARTS, MAX_ROWS
from retrorun.fit.profile import BY_NAME, TIMESTAMP
from retrorun.fit.salvage import next_message
from retrorun.fit.table import FloatArray, Table, block_of
from retrorun.fit.walk import Positions, Slot, Walker

__all__ = ["FitFile", "Loss", "is_fit", "read_fit"]

_CHECKSUM = 2  # bytes


class FitFile:
    """All messages of a FIT file, or of several in one chain."""

    def __init__(self, data: bytes, slots: list[Slot], losses: tuple[Loss, ...], *, compressed: bool) -> None:
        self.data = data
        self.losses = losses
        self._compressed = compressed  # some messages carry their time in the header
        self._clock: tuple[Positions, FloatArray] | None = None
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
            blocks = [block_of(self.data, slots) for slots in self._alike.get(message.number, {}).values()]
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
            blocks = [block_of(self.data, [slot]) for slot in timed]
            self._clock = compressed_times(blocks)
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
            field for field in table.message.fields if table.has(field.name) and field.base not in {"string", "byte"}
        ]
        columns = {field.name: table.numbers(field.name) for field in fields}
        if TIMESTAMP in table.message.by_number:
            columns["timestamp"] = self.times(name)
        return columns

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


def _bound(slots: list[Slot], losses: list[Loss]) -> None:
    """Keep a file with millions of laps or events from filling the memory."""
    for slot in slots:
        message = slot.definition.message
        if message is not None and message.name != "record" and slot.count() > MAX_ROWS:
            positions = slot.positions()
            first, last = int(positions[MAX_ROWS]), int(positions[-1])
            losses.append(Loss(what=f"more than {MAX_ROWS} messages of the kind {message.name}", start=first, end=last))
            slot.keep(positions[:MAX_ROWS])


def _told(losses: list[Loss]) -> tuple[Loss, ...]:
    """The losses, those beyond a bound as one."""
    if len(losses) <= MAX_LOSSES:
        return tuple(losses)
    rest = losses[MAX_LOSSES:]
    more = Loss(what=f"{len(rest)} more places", start=rest[0].start, end=max(loss.end for loss in rest))
    return (*losses[:MAX_LOSSES], more)
