"""Definition messages: how the data messages of one local type lie in the bytes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from retrorun.fit.profile import BASE_BY_NAME, BASE_BY_NUMBER, BY_NUMBER, TIMESTAMP, BaseType, Message

DEFINITION_BIT = 0x40
DEVELOPER_BIT = 0x20
COMPRESSED_BIT = 0x80
LOCAL_MASK = 0x0F
_CODES = bytes(code for code in range(256) if code & 0x1F in BASE_BY_NUMBER)
_BYTE = BASE_BY_NAME["byte"]
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
    def timestamp_at(self) -> int | None:
        """Where the full timestamp lies in a message, None where there is none."""
        place = self.places.get(TIMESTAMP)
        return place.start if place is not None and place.size == 4 else None


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
    message = BY_NUMBER.get(kind)
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
