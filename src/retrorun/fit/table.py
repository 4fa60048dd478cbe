"""All messages of one kind as a table: rows in the order of the file, columns scaled, missing values NaN."""

from __future__ import annotations

import struct
from functools import cached_property, lru_cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from retrorun.arrays import FloatArray
from retrorun.fit.definition import Definition, Place
from retrorun.fit.profile import BASE_BY_NUMBER, BASE_TYPES, BaseType, Field, Message
from retrorun.fit.walk import Positions, Slot

_FEW = 24  # messages that are read sooner one by one than as arrays
_SPREAD = 200  # messages to a definition; of fewer a field is picked at once, not definition by definition
_LETTERS = {1: "b", 2: "h", 4: "i", 8: "q"}  # of `struct`, for whole numbers of so many bytes
_DTYPES = {
    (base.code, big_endian): np.dtype(f"{'>' if big_endian else '<'}{base.kind}{base.width}")
    for base in BASE_TYPES
    for big_endian in (False, True)
    if base.kind != "S"
}


def is_number(place: Place) -> bool:
    """Whether a field holds whole numbers of its type, one or several."""
    return place.base.kind != "S" and place.size > 0 and place.size % place.base.width == 0


class Block:
    """The messages of one definition, and where each stands in the file."""

    __slots__ = ("_cells", "_held", "data", "definition", "positions")

    def __init__(self, data: bytes, definition: Definition, positions: Positions) -> None:
        self.data = data
        self.definition = definition
        self.positions = positions
        self._held: tuple[bytes | npt.NDArray[np.uint8], int, int] | None = None
        self._cells: dict[int, list[int | None]] | None = None  # the integers of a few messages, by field number

    def __len__(self) -> int:
        return len(self.positions)

    def at(self, start: int, dtype: npt.DTypeLike, *more: int) -> npt.NDArray[Any]:
        """What stands at one place of each message, shape (messages, *more): a view where they are evenly spaced."""
        if self._held is None:
            n, size = len(self.positions), self.definition.size
            first, last = int(self.positions[0]), int(self.positions[-1])
            if last - first == (n - 1) * size:
                self._held = (self.data, first, size)
            else:
                # One overlapping item for every byte of the file: picking items copies whole messages at once.
                items = np.ndarray((last + 1,), dtype=f"V{size}", buffer=self.data, strides=(1,))
                self._held = (items[self.positions].view(np.uint8), 0, size)
        buffer, first, size = self._held
        strides = (size, 1) if more else (size,)
        return np.ndarray((len(self.positions), *more), dtype, buffer, first + start, strides)

    def raw(self, place: Place) -> npt.NDArray[np.generic] | None:
        """A field as it stands in the bytes, its first value where it has several; None where it is no number."""
        return self.at(place.start, _DTYPES[place.base.code, self.definition.big_endian]) if is_number(place) else None

    def values(self, place: Place, field: Field) -> FloatArray | None:
        """A field as scaled numbers."""
        raw = self.raw(place)
        return None if raw is None else _scaled(raw, place.base, field)

    def cells(self, number: int) -> list[int | None]:
        """A field as integers, None where it is missing or no integer; quick for a few messages."""
        if len(self.positions) > _FEW:
            place = self.definition.places.get(number)
            raw = None if place is None or place.base.kind not in "ui" else self.raw(place)
            if place is None or raw is None:
                return [None] * len(self.positions)
            return [None if value == place.base.invalid else value for value in raw.tolist()]
        if self._cells is None:
            cutter, fields = _cutter(self.definition)
            columns = zip(*[cutter.unpack_from(self.data, at) for at in self.positions.tolist()], strict=True)
            self._cells = {
                field: [None if value == invalid else value for value in column]
                for (field, invalid), column in zip(fields, columns, strict=True)
            }
        return self._cells.get(number) or [None] * len(self.positions)

    def texts(self, place: Place) -> list[tuple[str, bool]]:
        """A text field, each cut at its first NUL, and whether it is UTF-8."""
        data, start, end = self.data, place.start, place.start + place.size
        return [_decoded(data[at + start : at + end].partition(b"\0")[0]) for at in self.positions.tolist()]


@lru_cache(maxsize=512)
def _cutter(definition: Definition) -> tuple[struct.Struct, tuple[tuple[int, int | None], ...]]:
    """What cuts the whole numbers out of a message (of arrays the first), and the field and "not there" of each."""
    form, end, fields = ">" if definition.big_endian else "<", 0, []
    for number, place in definition.places.items():
        if place.base.kind in "ui" and is_number(place):
            width = place.base.width
            letter = _LETTERS[width]
            form += f"{place.start - end}x{letter if place.base.kind == 'i' else letter.upper()}"
            end = place.start + width
            fields.append((number, place.base.invalid))
    return struct.Struct(form), tuple(fields)


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
        places = [block.definition.places.get(field.number) for block in self.blocks]
        if len(self) <= _FEW and all(place is None or place.base.kind in "ui" for place in places):
            cells = self.integers(name)
            return np.array([np.nan if cell is None else cell / field.scale - field.offset for cell in cells])
        if len(places) == 1 and places[0] is not None:
            values = self.blocks[0].values(places[0], field)
            return np.full(len(self), np.nan) if values is None else values
        types: dict[tuple[int, bool], list[int]] = {}  # which blocks have it as a number of which type
        for index, (block, place) in enumerate(zip(self.blocks, places, strict=True)):
            if place is not None and is_number(place):
                types.setdefault((place.base.code, block.definition.big_endian), []).append(index)
        column = np.full(len(self), np.nan) if len(types) != 1 else None
        for (code, big_endian), having in types.items():
            base, dtype = BASE_BY_NUMBER[code & 0x1F], _DTYPES[code, big_endian]
            starts = [place.start if place is not None else 0 for place in places]
            values = _scaled(self._gathered(having, starts, base, dtype), base, field)
            column = values if column is None else np.where(np.isnan(values), column, values)
        return np.full(len(self), np.nan) if column is None else column

    def _gathered(
        self, having: list[int], starts: list[int], base: BaseType, dtype: np.dtype[np.generic]
    ) -> npt.NDArray[np.generic]:
        """A field of one type as it stands in the blocks that have it, "not there" in all others."""
        data, spread = self.blocks[0].data, len(self) < _SPREAD * len(self.blocks)
        if spread and len(having) == len(self.blocks):
            items = np.ndarray((len(data) - base.width + 1,), dtype, data, strides=(1,))
            picked: npt.NDArray[np.generic] = items[self.positions + np.array(starts)[self._block_of_row]]
            return picked
        raw = np.full(len(self), np.nan if base.invalid is None else base.invalid, dtype=dtype)
        for index in having:
            raw[self._rows_of[index]] = self.blocks[index].at(starts[index], dtype)
        return raw

    @cached_property
    def _block_of_row(self) -> npt.NDArray[np.intp]:
        numbers = np.repeat(np.arange(len(self.blocks)), [len(block) for block in self.blocks])
        return numbers if self._order is None else numbers[self._order]

    @cached_property
    def _rows_of(self) -> list[slice | npt.NDArray[np.intp]]:
        """Where the messages of each block stand in the table."""
        rows = np.arange(len(self))
        if self._order is not None:
            rows[self._order] = np.arange(len(self))
        found: list[slice | npt.NDArray[np.intp]] = []
        end = 0
        for block in self.blocks:
            start, end = end, end + len(block)
            first, last = int(rows[start]), int(rows[end - 1])
            found.append(slice(first, last + 1) if last - first == end - start - 1 else rows[start:end])
        return found

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
                part = block.at(place.start, np.uint8, place.size).astype(np.int64)
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
