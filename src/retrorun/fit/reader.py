"""FIT files: bytes in, tables of messages out. A damaged file gives what can be saved, and says what was lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrorun.errors import FitError
from retrorun.fit.clock import block_times, compressed_times
from retrorun.fit.crc import crc16
from retrorun.fit.developer import descriptions, developer_columns
from retrorun.fit.profile import BY_NAME
from retrorun.fit.table import Block, FloatArray, Table, block_of
from retrorun.fit.walk import Positions, Slot, Walker

SIGNATURE = b".FIT"
_SIGNATURE_AT = 8  # in the header


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Bytes `[start, end)` that could not be used, or could not be trusted."""

    what: str
    start: int
    end: int


class FitFile:
    """All messages of a FIT file, or of several in one chain."""

    def __init__(self, data: bytes, slots: list[Slot], losses: tuple[Loss, ...], *, compressed: bool) -> None:
        self.data = data
        self.losses = losses
        self._compressed = compressed  # some messages carry their time in the header
        self._clock: tuple[Positions, FloatArray] | None = None
        self._slots = slots
        self._tables: dict[str, Table] = {}

    def table(self, name: str) -> Table:
        """All messages of a kind, by its name in the profile; empty where there are none."""
        table = self._tables.get(name)
        if table is None:
            message = BY_NAME[name]
            blocks: list[Block] = []
            for slot in self._slots:
                if slot.definition.kind == message.number:
                    block = block_of(self.data, slot)
                    if block is not None:
                        blocks.append(block)
            table = self._tables[name] = Table(message, blocks)
        return table

    def times(self, name: str) -> FloatArray:
        """When each message of a kind was written [s, FIT clock], shape (n,); NaN where that is not known."""
        table = self.table(name)
        found = table.in_order([block_times(block) for block in table.blocks])
        if not self._compressed:
            return found
        if self._clock is None:
            blocks = [block for slot in self._slots if (block := block_of(self.data, slot)) is not None]
            self._clock = compressed_times(blocks)
        positions, times = self._clock
        at = np.searchsorted(positions, table.positions)
        at[at == len(positions)] = 0
        hit = positions[at] == table.positions if len(positions) else np.zeros(len(at), dtype=bool)
        found[hit] = times[at[hit]]
        return found

    def developer(self, name: str) -> dict[tuple[str, str], FloatArray]:
        """The developer fields of a kind of message by name and unit, shape (n,); NaN where they are missing."""
        table = self.table(name)
        if not any(block.definition.developer for block in table.blocks):
            return {}
        return developer_columns(table, descriptions(self.table("field_description")))


def is_fit(data: bytes) -> bool:
    """Whether the bytes begin like a FIT file."""
    return data[_SIGNATURE_AT : _SIGNATURE_AT + 4] == SIGNATURE


def read_fit(data: bytes) -> FitFile:
    """Read the bytes of a FIT file.

    Raises:
        FitError: the bytes are no FIT file.
    """
    if not is_fit(data):
        raise FitError("this is no FIT file", mend="give a file that a watch has written")
    slots: list[Slot] = []
    losses: list[Loss] = []
    compressed = False
    pos = 0
    while pos < len(data):
        if not is_fit(data[pos : pos + 12]):
            losses.append(Loss(what="bytes after the end of the file", start=pos, end=len(data)))
            break
        start = pos + data[pos]
        end = start + int.from_bytes(data[pos + 4 : pos + 8], "little")
        if end + 2 > len(data):
            losses.append(Loss(what="the file is cut short", start=len(data), end=end + 2))
            end = len(data)
        elif crc16(data[pos : end + 2]):
            losses.append(Loss(what="the checksum is wrong", start=pos, end=end + 2))
        walker = Walker(data)
        stop = walker.walk(start, end)
        if walker.compressed:
            compressed = True
            walker = Walker(data, keep_timed=True)
            stop = walker.walk(start, end)
        if stop < end:
            losses.append(Loss(what="no message begins here", start=stop, end=end))
        slots += walker.slots
        pos = end + 2
    return FitFile(data, slots, tuple(losses), compressed=compressed)
