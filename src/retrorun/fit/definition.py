"""Definition messages, and the messages of each: how they lie in the bytes, and their fields."""

import struct
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from retrorun.arrays import FloatArray, IntArray
from retrorun.fit import profile
from retrorun.fit.profile import BASE_BY_NAME, BASE_BY_NUMBER, TIMESTAMP, BaseType, Field, Message

DEFINITION_BIT = 0x40
DEVELOPER_BIT = 0x20
COMPRESSED_BIT = 0x80
LOCAL_MASK = 0x0F
_CODES = bytes(code for code in range(256) if code & 0x1F in BASE_BY_NUMBER)
_BYTE = BASE_BY_NAME["byte"]
LATEST = 9  # messages whose times speak for where a recording stands
_LETTERS = {1: "b", 2: "h", 4: "i", 8: "q"}  # of `struct`, for whole numbers of so many bytes
DTYPES = {
    (base.code, big_endian): np.dtype(f"{'>' if big_endian else '<'}{base.kind}{base.width}")
    for base in profile.BASE_TYPES
    for big_endian in (False, True)
    if base.kind != "S"
}
_ONLY_TIMESTAMP = frozenset({TIMESTAMP})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field lies in a message; `start` counts from the header byte."""

    start: int
    size: int
    base: BaseType


@dataclass(frozen=True, slots=True)
class DeveloperPlace:
    """Where a developer field lies; its type stands in a field_description message."""

    start: int
    size: int
    number: int
    index: int


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """One definition message, read. `size` is that of its data messages, header byte included.

    Messages of equal `layout`, the bytes of the definition without the local type, can be read as one table.
    """

    local: int
    layout: bytes
    kind: int
    big_endian: bool
    size: int
    message: Message | None
    places: dict[int, Place]
    developer: tuple[DeveloperPlace, ...]

    @property
    def length(self) -> int:
        """How many bytes the definition itself takes."""
        return len(self.layout) + 2

    @property
    def timestamp_at(self) -> int | None:
        """Where the full timestamp lies in a message, None where there is none."""
        place = self.places.get(TIMESTAMP)
        return place.start if place is not None and place.size == 4 else None


def local_type(header: int) -> int:
    """The local type of the message that a header begins."""
    return header >> 5 & 3 if header & COMPRESSED_BIT else header & LOCAL_MASK


def is_definition(header: int) -> bool:
    """Whether a definition message begins with this header."""
    return header & (COMPRESSED_BIT | DEFINITION_BIT) == DEFINITION_BIT


def definition_length(data: bytes, pos: int) -> int:
    """The length of the definition message that begins at `pos`, 0 if the bytes end before it does."""
    if pos + 6 > len(data):
        return 0
    length = 6 + 3 * data[pos + 5]
    if data[pos] & DEVELOPER_BIT:
        if pos + length >= len(data):
            return 0
        length += 1 + 3 * data[pos + length]
    return length if pos + length <= len(data) else 0


def definition_at(data: bytes, pos: int) -> Definition | None:
    """The definition that begins at `pos`, None where there can be none."""
    length = definition_length(data, pos)
    return parse_definition(data[pos : pos + length]) if length else None


@lru_cache(maxsize=512)  # a watch writes the same few dozen definitions into all its files
def parse_definition(raw: bytes) -> Definition | None:
    """The definition in these bytes, None where they cannot be one."""
    big_endian = raw[2] == 1
    fields_end = 6 + 3 * raw[5]
    numbers, sizes, codes = raw[6:fields_end:3], raw[7:fields_end:3], raw[8:fields_end:3]
    # Fields of unknown messages are not read, but a type code that does not exist gives damaged bytes away.
    if raw[2] > 1 or raw[0] & 0x90 or codes.translate(None, _CODES):
        return None
    kind = int.from_bytes(raw[3:5], "big" if big_endian else "little")
    message = profile.BY_NUMBER.get(kind)
    known = message.by_number if message is not None else _ONLY_TIMESTAMP
    starts = list(accumulate(sizes, initial=1))
    places: dict[int, Place] = {}
    for number, start, size, code in zip(numbers, starts, sizes, codes, strict=False):
        if number in known:
            base = BASE_BY_NUMBER[code & 0x1F]
            # Some watches write a one-byte value under a wider type; other readers take it for a byte too.
            places.setdefault(number, Place(start, size, _BYTE if size == 1 < base.width else base))
    developer, start = [], starts[-1]
    if raw[0] & DEVELOPER_BIT:
        for at in range(fields_end + 1, len(raw), 3):
            developer.append(DeveloperPlace(start, raw[at + 1], raw[at], raw[at + 2]))
            start += raw[at + 1]
    return Definition(raw[0] & LOCAL_MASK, raw[2:], kind, big_endian, start, message, places, tuple(developer))


def is_number(place: Place) -> bool:
    """Whether a field holds whole numbers of its type, one or several."""
    return place.base.kind != "S" and place.size > 0 and place.size % place.base.width == 0


class Slot:
    """The messages of one definition, and where each begins."""

    chunks: list[IntArray] | None = None  # runs of messages that were found at once
    _positions: IntArray | None = None
    _held: tuple[bytes | npt.NDArray[np.uint8], int] | None = None

    def __init__(self, data: bytes, definition: Definition, *, wanted: bool = True) -> None:
        self.data = data
        self.definition = definition
        self.wanted = wanted
        self.singles = array("q")

    def __len__(self) -> int:
        return len(self.singles) + (sum(map(len, self.chunks)) if self.chunks else 0)

    @property
    def positions(self) -> IntArray:
        """Where the messages begin, in order; to be asked for when all are there."""
        if self._positions is None:
            found = np.frombuffer(self.singles, dtype=np.int64) if self.singles else np.empty(0, dtype=np.int64)
            if self.chunks:
                found = np.concatenate([found, *self.chunks])
                found = found if (found[1:] > found[:-1]).all() else np.sort(found)
            self._positions = found
        return self._positions

    def keep(self, positions: IntArray) -> "Slot":
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
        return self.at(place.start, DTYPES[place.base.code, self.definition.big_endian]) if is_number(place) else None

    def values(self, place: Place, field: Field) -> FloatArray | None:
        """A field as scaled numbers."""
        raw = self.raw(place)
        return None if raw is None else scaled(raw, place.base, field)

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


def scaled(raw: npt.NDArray[np.generic], base: BaseType, field: Field) -> FloatArray:
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
