"""All messages of one kind as a table: rows in the order of the file, columns scaled, missing values NaN."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrorun.fit.definition import Definition, Place
from retrorun.fit.profile import Field, Message
from retrorun.fit.walk import Positions, Slot

FloatArray = npt.NDArray[np.float64]
Bytes2D = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The rows of one definition: shape (rows, bytes in a message), and where each stands in the file."""

    definition: Definition
    rows: Bytes2D
    positions: Positions

    def raw(self, place: Place) -> npt.NDArray[np.generic] | None:
        """A field as it stands in the bytes, its first value where it has several; None where it is no number."""
        base = place.base
        if base.kind == "S" or place.size % base.width or not place.size:
            return None
        order = ">" if self.definition.big_endian else "<"
        part = self.rows[:, place.start : place.start + base.width]
        return part.view(f"{order}{base.kind}{base.width}")[:, 0]

    def values(self, place: Place, field: Field) -> FloatArray | None:
        """A field as scaled numbers."""
        raw = self.raw(place)
        if raw is None:
            return None
        with np.errstate(invalid="ignore"):  # signalling NaNs in damaged bytes
            values = raw.astype(np.float64)
        if place.base.invalid is not None:
            missing = raw == place.base.invalid
            if missing.any():
                values[missing] = np.nan
        else:
            values[~np.isfinite(values)] = np.nan
        if field.scale != 1:
            values /= field.scale
        if field.offset:
            values -= field.offset
        return values


class Table:
    """All messages of one kind, in the order of the file."""

    def __init__(self, message: Message, blocks: list[Block]) -> None:
        self.message = message
        self.blocks = blocks
        joined = np.concatenate([block.positions for block in blocks]) if blocks else np.empty(0, dtype=np.int64)
        self._order = np.argsort(joined, kind="stable") if len(blocks) > 1 else None
        self.positions = joined if self._order is None else joined[self._order]

    def __len__(self) -> int:
        return len(self.positions)

    def has(self, name: str) -> bool:
        """Whether any message holds the field, valid or not."""
        number = self.message.by_name[name].number
        return any(number in block.definition.places for block in self.blocks)

    def numbers(self, name: str) -> FloatArray:
        """A field as float64, shape (n,), in the profile's unit; NaN where it is missing."""
        field = self.message.by_name[name]
        parts = []
        for block in self.blocks:
            place = block.definition.places.get(field.number)
            values = None if place is None else block.values(place, field)
            parts.append(np.full(len(block.rows), np.nan) if values is None else values)
        return self.in_order(parts)

    def in_order(self, parts: list[FloatArray]) -> FloatArray:
        """One column from one part for each block."""
        if not parts:
            return np.empty(0)
        joined = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return joined if self._order is None else joined[self._order]

    def integers(self, name: str) -> list[int | None]:
        """A field as it stands in the bytes, without scale; None where it is missing."""
        field = self.message.by_name[name]
        found: list[int | None] = []
        for block in self.blocks:
            place = block.definition.places.get(field.number)
            raw = None if place is None else block.raw(place)
            if place is None or raw is None or place.base.kind == "f":
                found += [None] * len(block.rows)
            else:
                found += [None if value == place.base.invalid else value for value in raw.tolist()]
        return found if self._order is None else [found[index] for index in self._order.tolist()]

    def packed(self, name: str) -> npt.NDArray[np.int64]:
        """A field of single bytes as one number, lowest byte first; -1 where it is missing or all bytes are 0xFF."""
        field = self.message.by_name[name]
        parts = []
        for block in self.blocks:
            place = block.definition.places.get(field.number)
            number = np.full(len(block.rows), -1, dtype=np.int64)
            if place is not None and 0 < place.size < 8:
                part = block.rows[:, place.start : place.start + place.size].astype(np.int64)
                number = part @ (1 << 8 * np.arange(place.size, dtype=np.int64))
                number[(part == 0xFF).all(axis=1)] = -1
            parts.append(number)
        joined = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
        return joined if self._order is None else joined[self._order]

    def texts(self, name: str) -> list[str]:
        """A text field, cut at its first NUL; empty where it is missing or no text."""
        field = self.message.by_name[name]
        found: list[str] = []
        for block in self.blocks:
            place = block.definition.places.get(field.number)
            if place is None or place.base.kind != "S":
                found += [""] * len(block.rows)
            else:
                part = block.rows[:, place.start : place.start + place.size]
                found += [row.tobytes().split(b"\0", 1)[0].decode("utf-8", "replace") for row in part]
        return found if self._order is None else [found[index] for index in self._order.tolist()]


def block_of(data: bytes, slot: Slot) -> Block | None:
    """The rows of a slot: a view of the bytes where they lie side by side, a copy where they do not."""
    positions, size = slot.positions(), slot.definition.size
    n = len(positions)
    if not n:
        return None
    first, last = int(positions[0]), int(positions[-1])
    if last - first == (n - 1) * size:
        rows = np.frombuffer(data, dtype=np.uint8, count=n * size, offset=first).reshape(n, size)
    else:
        # One overlapping item for every byte of the file: picking items copies whole messages at once.
        items = np.ndarray((last + 1,), dtype=f"V{size}", buffer=data, strides=(1,))
        rows = items[positions].view(np.uint8).reshape(n, size)
    return Block(slot.definition, rows, positions)
