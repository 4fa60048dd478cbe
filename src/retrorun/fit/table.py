"""All messages of one kind as a table: rows in the order of the file, columns scaled, missing values NaN."""

import itertools
import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from retrorun.arrays import FloatArray, IntArray
from retrorun.fit.definition import DTYPES, Place, Slot, is_number, scaled
from retrorun.fit.profile import BASE_BY_NUMBER, BaseType, Field, Message

_NO_POSITIONS = np.empty(0, dtype=np.int64)
_FEW = 24  # messages that are read sooner one by one than as arrays
_SPREAD = 200  # messages to a definition; of fewer a field is picked at once, not definition by definition


class Table:
    """All messages of one kind, in the order of the file."""

    def __init__(self, message: Message, blocks: list[Slot]) -> None:
        self.message = message
        self.blocks = blocks
        self._order: npt.NDArray[np.intp] | None = None
        self._few: dict[str, list[int | None]] | None = None  # the integers of few messages
        self._texts: dict[str, list[tuple[str, bool]]] = {}
        self.positions: IntArray
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
            base, dtype = BASE_BY_NUMBER[code & 0x1F], DTYPES[code, big_endian]
            starts = [place.start if place is not None and at in having else -1 for at, place in enumerate(places)]
            values = scaled(self._gathered(having, starts, base, dtype), base, field)
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
            start = np.array(starts)[self._block_of_row]
            at = self.positions + start
            if len(having) < len(self.blocks):
                at[start < 0] = 0  # a short message at the end has no bytes to pick
            picked: npt.NDArray[np.generic] = items[at]
            if len(having) < len(self.blocks):
                picked[start < 0] = missing
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
            found: list[float] = self._column(field).tolist()
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

    def packed(self, name: str) -> IntArray:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A field_description message: what a developer field means from `position` on."""

    position: int
    index: int
    base: BaseType
    field: Field


def descriptions(table: Table) -> list[Description]:
    """All descriptions of a file, in order; those of no known type are left out."""
    names = ("developer_data_index", "field_definition_number", "fit_base_type_id", "scale", "offset")
    texts = (table.texts("field_name"), table.texts("units"))
    rows = zip(table.positions.tolist(), *texts, *map(table.integers, names), strict=True)
    found = []
    for position, name, unit, index, number, code, scale, offset in rows:
        base = BASE_BY_NUMBER.get(code & 0x1F) if code is not None else None
        if base is None or index is None or number is None or base.kind == "S":
            continue
        known = name.strip() or f"field_{index}_{number}"
        field = Field(number, known, base.name, scale or 1, offset or 0, unit.strip())
        found.append(Description(position=position, index=index, base=base, field=field))
    return found


def developer_columns(table: Table, described: list[Description]) -> dict[tuple[str, str], FloatArray]:
    """The developer fields of a table by name and unit, shape (n,), NaN where missing.

    Two fields of one name (from two apps) are told apart by a number behind the second.
    """
    by_key: dict[tuple[int, int], list[Description]] = {}
    for each in described:
        by_key.setdefault((each.index, each.field.number), []).append(each)
    parts: dict[tuple[str, str, int], list[FloatArray]] = {}
    for at, block in enumerate(table.blocks):
        for place in block.definition.developer:
            for each, rows in _in_force(by_key.get((place.index, place.number), []), block):
                values = block.values(Place(place.start, place.size, each.base), each.field)
                if values is None:
                    continue
                key = (each.field.name, each.field.unit, each.index)
                columns = parts.setdefault(key, [np.full(len(other), np.nan) for other in table.blocks])
                columns[at][rows] = values[rows]
    return _named({key: table.in_order(columns) for key, columns in parts.items()})


def _named(columns: dict[tuple[str, str, int], FloatArray]) -> dict[tuple[str, str], FloatArray]:
    found: dict[str, tuple[str, FloatArray]] = {}
    for (name, unit, _), values in columns.items():
        candidates = itertools.chain([name], (f"{name} {count}" for count in itertools.count(2)))
        free = next(each for each in candidates if each not in found)
        found[free] = unit, values
    return {(name, unit): values for name, (unit, values) in found.items()}


def _in_force(described: list[Description], block: Slot) -> list[tuple[Description, slice]]:
    """Which description holds for which rows: the last one before a row, the first one for rows before all."""
    if len(described) <= 1:
        return [(each, slice(None)) for each in described]
    cuts = np.searchsorted(block.positions, [each.position for each in described]).tolist()
    cuts[0] = 0
    ends = [*cuts[1:], len(block)]
    return [(each, slice(start, end)) for each, start, end in zip(described, cuts, ends, strict=True) if start < end]
