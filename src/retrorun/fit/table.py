"""All messages of one kind as a table: rows in the order of the file, columns scaled, missing values NaN."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt

from retrorun.fit.definition import Definition, Place
from retrorun.fit.profile import BASE_TYPES, Field, Message
from retrorun.fit.walk import Positions, Slot

FloatArray = npt.NDArray[np.float64]
Bytes2D = npt.NDArray[np.uint8]

_FEW = 8  # messages that are read sooner one by one than as arrays
_DTYPES = {
    (base.code, big_endian): np.dtype(f"{'>' if big_endian else '<'}{base.kind}{base.width}")
    for base in BASE_TYPES
    for big_endian in (False, True)
    if base.kind != "S"
}


class Block:
    """The messages of one definition, and where each stands in the file."""

    __slots__ = ("_rows", "data", "definition", "positions")

    def __init__(self, data: bytes, definition: Definition, positions: Positions) -> None:
        self.data = data
        self.definition = definition
        self.positions = positions
        self._rows: Bytes2D | None = None

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def rows(self) -> Bytes2D:
        """The bytes, shape (messages, bytes in a message): a view where they lie side by side, a copy where not."""
        if self._rows is None:
            n, size = len(self.positions), self.definition.size
            first, last = int(self.positions[0]), int(self.positions[-1])
            if last - first == (n - 1) * size:
                self._rows = np.frombuffer(self.data, np.uint8, n * size, first).reshape(n, size)
            else:
                # One overlapping item for every byte of the file: picking items copies whole messages at once.
                items = np.ndarray((last + 1,), dtype=f"V{size}", buffer=self.data, strides=(1,))
                self._rows = items[self.positions].view(np.uint8).reshape(n, size)
        return self._rows

    def raw(self, place: Place) -> npt.NDArray[np.generic] | None:
        """A field as it stands in the bytes, its first value where it has several; None where it is no number."""
        base = place.base
        if base.kind == "S" or place.size % base.width or not place.size:
            return None
        part = self.rows[:, place.start : place.start + base.width]
        return part.view(_DTYPES[base.code, self.definition.big_endian])[:, 0]

    def values(self, place: Place, field: Field) -> FloatArray | None:
        """A field as scaled numbers."""
        raw = self.raw(place)
        if raw is None:
            return None
        if place.base.invalid is None:
            with np.errstate(invalid="ignore"):  # signalling NaNs in damaged bytes
                values = raw.astype(np.float64)
            values[~np.isfinite(values)] = np.nan
        else:
            values = raw.astype(np.float64)
            missing = raw == place.base.invalid
            if np.count_nonzero(missing):
                values[missing] = np.nan
        if field.scale != 1:
            values /= field.scale
        if field.offset:
            values -= field.offset
        return values

    def cells(self, place: Place) -> list[int | None]:
        """A field as integers, None where it is missing or no integer; quick for a few messages."""
        base = place.base
        if base.kind not in "ui" or place.size % base.width or not place.size:
            return [None] * len(self.positions)
        if len(self.positions) > _FEW:
            raw = self.raw(place)
            return [None if value == base.invalid else value for value in raw.tolist()] if raw is not None else []
        order: Literal["big", "little"] = "big" if self.definition.big_endian else "little"
        data, start, end, signed = self.data, place.start, place.start + base.width, base.kind == "i"
        found = [int.from_bytes(data[at + start : at + end], order, signed=signed) for at in self.positions.tolist()]
        return [None if value == base.invalid else value for value in found]


class Table:
    """All messages of one kind, in the order of the file."""

    def __init__(self, message: Message, blocks: list[Block]) -> None:
        self.message = message
        self.blocks = blocks
        joined = np.concatenate([block.positions for block in blocks]) if blocks else np.empty(0, dtype=np.int64)
        self._order = np.argsort(joined, kind="stable") if len(blocks) > 1 else None
        self.positions = joined if self._order is None else joined[self._order]
        self._rows: list[npt.NDArray[np.intp]] = []

    def __len__(self) -> int:
        return len(self.positions)

    def has(self, name: str) -> bool:
        """Whether any message holds the field, valid or not."""
        number = self.message.by_name[name].number
        return any(number in block.definition.places for block in self.blocks)

    def numbers(self, name: str) -> FloatArray:
        """A field as float64, shape (n,), in the profile's unit; NaN where it is missing."""
        field = self.message.by_name[name]
        column: FloatArray | None = None
        for index, block in enumerate(self.blocks):
            place = block.definition.places.get(field.number)
            values = None if place is None else _scaled(block, place, field)
            if values is None:
                continue
            if self._order is None:
                return values
            column = np.full(len(self), np.nan) if column is None else column
            column[self._rows_of(index)] = values
        return np.full(len(self), np.nan) if column is None else column

    def _rows_of(self, index: int) -> npt.NDArray[np.intp]:
        """Which rows of the table the messages of a block are."""
        if not self._rows and self._order is not None:
            place = np.empty(len(self), dtype=np.intp)
            place[self._order] = np.arange(len(self))
            self._rows = np.split(place, np.cumsum([len(block) for block in self.blocks])[:-1])
        return self._rows[index]

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
            found += [None] * len(block) if place is None else block.cells(place)
        return found if self._order is None else [found[index] for index in self._order.tolist()]

    def packed(self, name: str) -> npt.NDArray[np.int64]:
        """A field of single bytes as one number, lowest byte first; -1 where it is missing or all bytes are 0xFF."""
        field = self.message.by_name[name]
        parts = []
        for block in self.blocks:
            place = block.definition.places.get(field.number)
            number = np.full(len(block), -1, dtype=np.int64)
            if place is not None and 0 < place.size < 8:
                part = block.rows[:, place.start : place.start + place.size].astype(np.int64)
                number = part @ (1 << 8 * np.arange(place.size, dtype=np.int64))
                number[(part == 0xFF).all(axis=1)] = -1
            parts.append(number)
        joined = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
        return joined if self._order is None else joined[self._order]

    def texts(self, name: str) -> list[str]:
        """A text field, cut at its first NUL; empty where it is missing or no text. What is no UTF-8 is Latin-1."""
        found = [_decoded(data)[0] for data in self._raw_texts(name)]
        return found if self._order is None else [found[index] for index in self._order.tolist()]

    def is_utf8(self, name: str) -> bool:
        """Whether every text of a field is UTF-8."""
        return all(_decoded(data)[1] for data in self._raw_texts(name))

    def _raw_texts(self, name: str) -> Iterator[bytes]:
        field = self.message.by_name[name]
        for block in self.blocks:
            place = block.definition.places.get(field.number)
            if place is None or place.base.kind != "S":
                yield from [b""] * len(block)
            else:
                part = block.rows[:, place.start : place.start + place.size]
                yield from (row.tobytes().split(b"\0", 1)[0] for row in part)


def _decoded(data: bytes) -> tuple[str, bool]:
    """Bytes as text, and whether they are UTF-8: also where a watch cut them within their last character."""
    try:
        return data.decode(), True
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return data[: error.start].decode(), True
        return data.decode("cp1252", "replace"), False  # Latin-1 as Windows extends it


def _scaled(block: Block, place: Place, field: Field) -> FloatArray | None:
    """A field of a block as scaled numbers, None where it is no number."""
    if len(block) > _FEW or place.base.kind not in "ui":
        return block.values(place, field)
    values = [np.nan if cell is None else cell / field.scale - field.offset for cell in block.cells(place)]
    return np.array(values, dtype=np.float64)


def block_of(data: bytes, slot: Slot) -> Block:
    """The messages of a slot that has any."""
    return Block(data, slot.definition, slot.positions())
