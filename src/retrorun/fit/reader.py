"""FIT files: bytes in, tables of messages out. A damaged file gives what can be saved, and says what was lost."""

from __future__ import annotations

from dataclasses import dataclass

from retrorun.errors import FitError
from retrorun.fit.crc import crc16
from retrorun.fit.profile import BY_NAME
from retrorun.fit.table import Block, Table, block_of
from retrorun.fit.walk import Slot, Walker

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

    def __init__(self, data: bytes, slots: list[Slot], losses: tuple[Loss, ...]) -> None:
        self.data = data
        self.losses = losses
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
            walker = Walker(data, keep_timed=True)
            stop = walker.walk(start, end)
        if stop < end:
            losses.append(Loss(what="no message begins here", start=stop, end=end))
        slots += walker.slots
        pos = end + 2
    return FitFile(data, slots, tuple(losses))
