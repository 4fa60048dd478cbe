"""All messages of one kind as a table: rows in the order of the file, columns scaled, missing values NaN."""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Callable, Collection
from functools import cached_property, lru_cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from retrorun.arrays import FloatArray
from retrorun.fit.definition import Definition, Place
from retrorun.fit.profile import BASE_BY_NUMBER, BASE_TYPES, BaseType, Field, Message

Positions = npt.NDArray[np.int64]
LATEST = 9  # messages whose times speak for where a recording stands
_NO_POSITIONS = np.empty(0, dtype=np.int64)
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


class Slot:
    """The messages of one definition, and where each begins."""

    chunks: list[Positions] | None = None  # runs of messages that were found at once
    _positions: Positions | None = None
    _held: tuple[bytes | npt.NDArray[np.uint8], int] | None = None

    def __init__(self, data: bytes, definition: Definition, *, wanted: bool = True) -> None:
        self.data = data
        self.definition = definition
        self.wanted = wanted
        self.singles = array("q")

    def __len__(self) -> int:
        return len(self.singles) + (sum(map(len, self.chunks)) if self.chunks else 0)

    @property
    def positions(self) -> Positions:
        """Where the messages begin, in order; to be asked for when all are there."""
        if self._positions is None:
            found = np.frombuffer(self.singles, dtype=np.int64) if self.singles else np.empty(0, dtype=np.int64)
            if self.chunks:
                found = np.concatenate([found, *self.chunks])
                found = found if (found[1:] > found[:-1]).all() else np.sort(found)
            self._positions = found
        return self._positions

    def keep(self, positions: Positions) -> Slot:
        """The same definition with just these positions."""
        kept = Slot(self.data, self.definition)
        kept.chunks = [positions]
        return kept

    def latest(self) -> list[int]:
        """Where the last few messages begin."""
        chunk = self.chunks[-1][-LATEST:].tolist() if self.chunks else []
        return sorted([*chunk, *self.singles[-LATEST:]])[-LATEST:]

    def at(self, start: int, dtype: npt.DTypeLike, *more: int) -> npt.NDArray[Any]:
        """What stands at one place of each message, shape (messages, *more): a view where they are evenly spaced."""
        size, n = self.definition.size, len(self.positions)
        if self._held is None:
            first, last = int(self.positions[0]), int(self.positions[-1])
            if last - first == (n - 1) * size:
                self._held = (self.data, first)
            else:
                # One overlapping item for every byte of the file: picking items copies whole messages at once.
                items = np.ndarray((last + 1,), dtype=f"V{size}", buffer=self.data, strides=(1,))
                self._held = (items[self.positions].view(np.uint8), 0)
        buffer, first = self._held
        return np.ndarray((n, *more), dtype, buffer, first + start, (size, 1) if more else (size,))

    def raw(self, place: Place) -> npt.NDArray[np.generic] | None:
        """A field as it stands in the bytes, its first value where it has several; None where it is no number."""
        return self.at(place.start, _DTYPES[place.base.code, self.definition.big_endian]) if is_number(place) else None

    def values(self, place: Place, field: Field) -> FloatArray | None:
        """A field as scaled numbers."""
        raw = self.raw(place)
        return None if raw is None else _scaled(raw, place.base, field)

    def integers(self, number: int) -> list[int | None]:
        """A field as integers, None where it is missing or no integer."""
        place = self.definition.places.get(number)
        raw = None if place is None or place.base.kind not in "ui" else self.raw(place)
        if place is None or raw is None:
            return [None] * len(self)
        return [None if value == place.base.invalid else value for value in raw.tolist()]

    def cut(self) -> dict[str, list[int | None]]:
        """All fields as integers, by name, None where they are missing; quick for a few messages."""
        cut, names, invalid = _cutter(self.definition)
        columns = zip(*[cut(self.data, at) for at in self.positions.tolist()], strict=True)
        return {
            name: [None if value == missing else value for value in column] if missing in column else list(column)
            for name, missing, column in zip(names, invalid, columns, strict=True)
        }

    def holds_float(self, number: int) -> bool:
        """Whether a field is there, but not as whole numbers."""
        place = self.definition.places.get(number)
        return place is not None and place.base.kind == "f"

    def texts(self, place: Place) -> list[tuple[str, bool]]:
        """A text field, each cut at its first NUL, and whether it is UTF-8."""
        data, start, end = self.data, place.start, place.start + place.size
        return [_decoded(data[at + start : at + end].partition(b"\0")[0]) for at in self.positions.tolist()]


@lru_cache(maxsize=512)
def _cutter(definition: Definition) -> tuple[Callable[[bytes, int], tuple[int, ...]], list[str], list[int | None]]:
    """What cuts the whole numbers out of a message (of arrays the first), their fields, and what says "not there"."""
    form, end, names, invalid = ">" if definition.big_endian else "<", 0, [], []
    for number, place in definition.places.items():
        field = definition.message.by_number.get(number) if definition.message is not None else None
        if field is not None and place.base.kind in "ui" and is_number(place):
            letter = _LETTERS[place.base.width]
            form += f"{place.start - end}x{letter if place.base.kind == 'i' else letter.upper()}"
            end = place.start + place.base.width
            names.append(field.name)
            invalid.append(place.base.invalid)
    return struct.Struct(form).unpack_from, names, invalid


class Table:
    """All messages of one kind, in the order of the file."""

    def __init__(self, message: Message, blocks: list[Slot]) -> None:
        self.message = message
        self.blocks = blocks
        self._order: npt.NDArray[np.intp] | None = None
        self._few: dict[str, list[int | None]] | None = None  # the integers of few messages
        self._texts: dict[str, list[tuple[str, bool]]] = {}
        self.positions: Positions
        self.held: Collection[int]  # fields, valid or not
        if not blocks:
            self.positions, self.held = _NO_POSITIONS, ()
        elif len(blocks) == 1:
            self.positions, self.held = blocks[0].positions, blocks[0].definition.places
        else:
            joined = np.concatenate([block.positions for block in blocks])
            self._order = np.argsort(joined, kind="stable")
            self.positions = joined[self._order]
            self.held = {number for block in blocks for number in block.definition.places}
        self._n = len(self.positions)

    def __len__(self) -> int:
        return self._n

    def has(self, name: str) -> bool:
        """Whether any message holds the field, valid or not."""
        return self.message.by_name[name].number in self.held

    def numbers(self, name: str) -> FloatArray:
        """A field as float64, shape (n,), in the profile's unit; NaN where it is missing."""
        field = self.message.by_name[name]
        if field.number not in self.held:
            return np.full(self._n, np.nan)
        if self._n <= _FEW:
            return np.array(self.floats(name))
        return self._column(field)

    def _column(self, field: Field) -> FloatArray:
        places = [block.definition.places.get(field.number) for block in self.blocks]
        if len(places) == 1 and places[0] is not None:
            values = self.blocks[0].values(places[0], field)
            return np.full(self._n, np.nan) if values is None else values
        types: dict[tuple[int, bool], list[int]] = {}  # which blocks have it as a number of which type
        for index, (block, place) in enumerate(zip(self.blocks, places, strict=True)):
            if place is not None and is_number(place):
                types.setdefault((place.base.code, block.definition.big_endian), []).append(index)
        column = np.full(self._n, np.nan) if len(types) != 1 else None
        for (code, big_endian), having in types.items():
            base, dtype = BASE_BY_NUMBER[code & 0x1F], _DTYPES[code, big_endian]
            starts = [place.start if place is not None else 0 for place in places]
            values = _scaled(self._gathered(having, starts, base, dtype), base, field)
            column = values if column is None else np.where(np.isnan(values), column, values)
        return np.full(self._n, np.nan) if column is None else column

    def _gathered(
        self, having: list[int], starts: list[int], base: BaseType, dtype: np.dtype[np.generic]
    ) -> npt.NDArray[np.generic]:
        """A field of one type as it stands in the blocks that have it, "not there" in all others."""
        missing = np.nan if base.invalid is None else base.invalid
        if self._n < _SPREAD * len(self.blocks):
            data = self.blocks[0].data
            items = np.ndarray((len(data) - base.width + 1,), dtype, data, strides=(1,))
            lacks = np.array([index not in having for index in range(len(self.blocks))])
            picked: npt.NDArray[np.generic] = items[self.positions + np.array(starts)[self._block_of_row]]
            if len(having) < len(self.blocks):
                picked[lacks[self._block_of_row]] = missing
            return picked
        raw = np.full(self._n, missing, dtype=dtype)
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
        if self._n <= _FEW:
            if self._few is None:
                self._few = self._cut()
            return self._few.get(name) or [None] * self._n
        number = self.message.by_name[name].number
        found = [value for block in self.blocks for value in block.integers(number)]
        return found if self._order is None else [found[index] for index in self._order.tolist()]

    def floats(self, name: str) -> list[float]:
        """`numbers` as a list, quick for a few messages."""
        field = self.message.by_name[name]
        if self._n > _FEW or any(block.holds_float(field.number) for block in self.blocks):
            found: list[float] = (self._column(field) if field.number in self.held else self.numbers(name)).tolist()
            return found
        scale, offset = field.scale, field.offset
        return [math.nan if value is None else value / scale - offset for value in self.integers(name)]

    def _cut(self) -> dict[str, list[int | None]]:
        """All fields of a few messages as integers, by name."""
        if len(self.blocks) == 1:
            return self.blocks[0].cut()
        columns: dict[str, list[int | None]] = {}
        end = 0
        for block in self.blocks:
            start, end = end, end + len(block)
            for name, column in block.cut().items():
                columns.setdefault(name, [None] * self._n)[start:end] = column
        order = [] if self._order is None else self._order.tolist()
        return {name: [column[index] for index in order] for name, column in columns.items()}

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

    def floats(self, name: str) -> list[float]:
        """`numbers` as a list."""
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
