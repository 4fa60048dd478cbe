"""All messages of one kind as a table: rows in the order of the file, columns scaled, missing values NaN."""

from __future__ import annotations

import struct
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from retrorun.arrays import FloatArray
from retrorun.fit.definition import Definition, Place
from retrorun.fit.profile import BASE_BY_NUMBER, BASE_TYPES, BaseType, Field, Message
from retrorun.fit.walk import Positions, Slot

Bytes2D = npt.NDArray[np.uint8]

_FEW = 24  # messages that are read sooner one by one than as arrays
_LETTERS = {1: "b", 2: "h", 4: "i", 8: "q"}  # of `struct`, for whole numbers of so many bytes
_DTYPES = {
    (base.code, big_endian): np.dtype(f"{'>' if big_endian else '<'}{base.kind}{base.width}")
    for base in BASE_TYPES
    for big_endian in (False, True)
    if base.kind != "S"
}


class Block:
    """The messages of one definition, and where each stands in the file."""

    __slots__ = ("_cells", "_rows", "data", "definition", "positions")

    def __init__(self, data: bytes, definition: Definition, positions: Positions) -> None:
        self.data = data
        self.definition = definition
        self.positions = positions
        self._rows: Bytes2D | None = None
        self._cells: dict[int, tuple[int, ...]] | None = None  # the integers of a few messages, by field number

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
        return None if raw is None else _scaled(raw, place.base, field)

    def cells(self, number: int) -> list[int | None]:
        """A field as integers, None where it is missing or no integer; quick for a few messages."""
        place = self.definition.places.get(number)
        if place is None or place.base.kind not in "ui":
            return [None] * len(self.positions)
        if len(self.positions) > _FEW:
            raw = self.raw(place)
            found = [] if raw is None else raw.tolist()
        else:
            if self._cells is None:
                cutter, numbers = _cutter(self.definition)
                rows = [cutter.unpack_from(self.data, at) for at in self.positions.tolist()]
                self._cells = dict(zip(numbers, zip(*rows, strict=True), strict=True))
            found = self._cells.get(number, ())
        return [None if value == place.base.invalid else value for value in found or [None] * len(self.positions)]

    def texts(self, place: Place) -> list[tuple[str, bool]]:
        """A text field, each cut at its first NUL, and whether it is UTF-8."""
        data, start, end = self.data, place.start, place.start + place.size
        return [_decoded(data[at + start : at + end].partition(b"\0")[0]) for at in self.positions.tolist()]

    def numbers(self, place: Place, field: Field) -> FloatArray | None:
        """A field as scaled numbers, None where it is no number; quick for a few messages, too."""
        if len(self.positions) > _FEW or place.base.kind not in "ui":
            return self.values(place, field)
        values = [np.nan if cell is None else cell / field.scale - field.offset for cell in self.cells(field.number)]
        return np.array(values, dtype=np.float64)


@lru_cache(maxsize=512)
def _cutter(definition: Definition) -> tuple[struct.Struct, tuple[int, ...]]:
    """What cuts the whole numbers out of a message (of arrays the first), and the fields that they belong to."""
    form, end, numbers = ">" if definition.big_endian else "<", 0, []
    for number, place in definition.places.items():
        width = place.base.width
        if place.base.kind in "ui" and place.size and not place.size % width:
            letter = _LETTERS[width]
            form += f"{place.start - end}x{letter if place.base.kind == 'i' else letter.upper()}"
            end = place.start + width
            numbers.append(number)
    return struct.Struct(form), tuple(numbers)


def _joined(parts: list[Positions]) -> Positions:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


class Table:
    """All messages of one kind, in the order of the file."""

    def __init__(self, message: Message, blocks: list[Block]) -> None:
        self.message = message
        self.blocks = blocks
        joined = _joined([block.positions for block in blocks])
        self._order = np.argsort(joined, kind="stable") if len(blocks) > 1 else None
        self.positions = joined if self._order is None else joined[self._order]
        self.held = {number for block in blocks for number in block.definition.places}  # fields, valid or not
        self._texts: dict[str, list[tuple[str, bool]]] = {}

    def __len__(self) -> int:
        return len(self.positions)

    def has(self, name: str) -> bool:
        """Whether any message holds the field, valid or not."""
        return self.message.by_name[name].number in self.held

    def numbers(self, name: str) -> FloatArray:
        """A field as float64, shape (n,), in the profile's unit; NaN where it is missing."""
        field = self.message.by_name[name]
        if field.number not in self.held:
            return np.full(len(self), np.nan)
        if self._order is not None:
            return self._picked(field)
        values = self.blocks[0].numbers(self.blocks[0].definition.places[field.number], field)
        return np.full(len(self), np.nan) if values is None else values

    def _picked(self, field: Field) -> FloatArray:
        """A field that stands at different places of different blocks: those of one type are picked at once."""
        starts: dict[tuple[int, bool], list[int]] = {}  # for each type that of each block, -1 where it is another
        for index, block in enumerate(self.blocks):
            place, big_endian = block.definition.places.get(field.number), block.definition.big_endian
            if place is not None and place.base.kind != "S" and place.size and not place.size % place.base.width:
                starts.setdefault((place.base.code, big_endian), [-1] * len(self.blocks))[index] = place.start
        data, column = self.blocks[0].data, np.full(len(self), np.nan)
        for (code, big_endian), each in starts.items():
            base, dtype = BASE_BY_NUMBER[code & 0x1F], _DTYPES[code, big_endian]
            items = np.ndarray((len(data) - base.width + 1,), dtype=dtype, buffer=data, strides=(1,))
            start = np.array(each)[self._block_of_row]
            if min(each) >= 0:  # as nearly always: every block has it, of one type
                return _scaled(items[self.positions + start], base, field)
            rows = np.flatnonzero(start >= 0)
            column[rows] = _scaled(items[(self.positions + start)[rows]], base, field)
        return column

    @cached_property
    def _block_of_row(self) -> npt.NDArray[np.intp]:
        numbers = np.repeat(np.arange(len(self.blocks)), [len(block) for block in self.blocks])
        return numbers if self._order is None else numbers[self._order]

    def in_order(self, parts: list[FloatArray]) -> FloatArray:
        """One column from one part for each block."""
        if not parts:
            return np.empty(0)
        joined = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return joined if self._order is None else joined[self._order]

    def integers(self, name: str) -> list[int | None]:
        """A field as it stands in the bytes, without scale; None where it is missing."""
        number = self.message.by_name[name].number
        found: list[int | None] = []
        for block in self.blocks:
            found += block.cells(number)
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
        found = [text for text, _ in self._decoded(name)]
        return found if self._order is None else [found[index] for index in self._order.tolist()]

    def is_utf8(self, name: str) -> bool:
        """Whether every text of a field is UTF-8."""
        return all(utf8 for _, utf8 in self._decoded(name))

    def _decoded(self, name: str) -> list[tuple[str, bool]]:
        """The texts of a field, block by block, and whether each is UTF-8."""
        found = self._texts.get(name)
        if found is None:
            found = self._texts[name] = []
            for block in self.blocks:
                place = block.definition.places.get(self.message.by_name[name].number)
                found += [("", True)] * len(block) if place is None or place.base.kind != "S" else block.texts(place)
        return found


def _scaled(raw: npt.NDArray[np.generic], base: BaseType, field: Field) -> FloatArray:
    """Numbers as they stand in the bytes, scaled, NaN where they say that there is none."""
    if base.invalid is None:
        with np.errstate(invalid="ignore"):  # signalling NaNs in damaged bytes
            values = raw.astype(np.float64)
        values[~np.isfinite(values)] = np.nan
    else:
        values = raw.astype(np.float64)
        missing = raw == base.invalid
        if np.count_nonzero(missing):
            values[missing] = np.nan
    if field.scale != 1:
        values /= field.scale
    if field.offset:
        values -= field.offset
    return values


def _decoded(data: bytes) -> tuple[str, bool]:
    """Bytes as text, and whether they are UTF-8: also where a watch cut them within their last character."""
    try:
        return data.decode(), True
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return data[: error.start].decode(), True
        return data.decode("cp1252", "replace"), False  # Latin-1 as Windows extends it


def block_of(data: bytes, slots: list[Slot]) -> Block:
    """The messages of slots of one layout that have any."""
    positions = _joined([slot.positions() for slot in slots])
    return Block(data, slots[0].definition, positions if len(slots) == 1 else np.sort(positions))


class TableView(Protocol):
    """All messages of one kind, in the order of the file."""

    positions: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """How many messages there are."""
        ...

    def has(self, name: str) -> bool:
        """Whether any message holds the field, valid or not."""
        ...

    def numbers(self, name: str) -> FloatArray:
        """A field as scaled numbers, NaN where it is missing."""
        ...

    def integers(self, name: str) -> list[int | None]:
        """A field as it stands in the bytes, None where it is missing."""
        ...

    def texts(self, name: str) -> list[str]:
        """A text field, empty where it is missing."""
        ...

    def is_utf8(self, name: str) -> bool:
        """Whether every text of a field is UTF-8; `texts` reads others as Latin-1."""
        ...

    def packed(self, name: str) -> npt.NDArray[np.int64]:
        """A field of single bytes as one number, lowest byte first, -1 where it is missing."""
        ...


class FileView(Protocol):
    """All messages of a file."""

    def table(self, name: str) -> TableView:
        """All messages of a kind, by its name in the profile."""
        ...

    def times(self, name: str) -> FloatArray:
        """When each message of a kind was written [s, FIT clock], NaN where that is not known."""
        ...

    def developer(self, name: str) -> dict[tuple[str, str], FloatArray]:
        """The developer fields of a kind of message by name and unit."""
        ...
