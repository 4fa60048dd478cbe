"""A developer field added to the messages of a FIT file, with every byte that was there kept.

A definition of a kind that is extended gets one more developer field, its messages one more byte at their end. Before
the first of them come the two messages that say what the field is. Everything else is copied as it stands; the header
gets its new length, and the checksums are renewed.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from retrorun.errors import FitError
from retrorun.fit import definition as layout
from retrorun.fit.chain import crc16, is_fit
from retrorun.fit.definition import COMPRESSED_BIT, DEFINITION_BIT, DEVELOPER_BIT, Definition
from retrorun.fit.profile import BASE_BY_NAME, BY_NAME, TIMESTAMP

PROTOCOL_2 = 0x20  # developer fields came with version 2.0 of the protocol
MEND = "only whole, undamaged files can be extended"
DEVELOPER_DATA_ID, FIELD_DESCRIPTION = 207, 206


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteField:
    """A developer field of one unsigned byte, 255 meaning "not there".

    `application_id` (16 bytes) says whose field it is, `kinds` the messages that carry it, by their names in the
    profile.
    """

    name: str
    unit: str
    application_id: bytes
    version: int
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a value may hang on: the kind of a message and its times in FIT seconds, None where it has none."""

    kind: str
    timestamp: int | None
    start_time: int | None


class _Message(NamedTuple):
    """One message and where it lies: a definition, or a message that `definition` explains."""

    start: int
    end: int
    definition: Definition
    is_definition: bool


def extend(data: bytes, field: ByteField, value_of: Callable[[Moment], int | None]) -> bytes:
    """The file, or chain of files, with the field added.

    Args:
        data: the bytes of one FIT file or of several in a chain.
        field: the field.
        value_of: asked once for each message that carries the field; None leaves the value "not there".

    Raises:
        FitError: the file is damaged, or already carries a field of this application.
    """
    return b"".join(_extend_one(file, pos, field, value_of) for pos, file in _files(data))


def moments(data: bytes, kinds: tuple[str, ...]) -> Iterator[Moment]:
    """The times of all messages of these kinds, in file order.

    Raises:
        FitError: the file is damaged.
    """
    numbers = {BY_NAME[kind].number for kind in kinds}
    for pos, file in _files(data):
        clock = _Clock()
        for message in _messages(file, pos):
            if not message.is_definition:
                moment = clock.moment(file, message)
                if message.definition.kind in numbers:
                    yield moment


def _files(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Where each file of a chain begins, and its bytes, checked."""
    pos = 0
    while pos < len(data):
        if not is_fit(data[pos : pos + 12]) or data[pos] not in (12, 14):
            what = "this is no FIT file" if pos == 0 else "bytes after the end of the file"
            raise FitError(what, offset=pos, hint=MEND)
        end = pos + data[pos] + int.from_bytes(data[pos + 4 : pos + 8], "little") + 2
        if end > len(data):
            raise FitError("the file is cut short", offset=len(data), hint=MEND)
        if crc16(data[pos:end]):
            raise FitError("the checksum is wrong", offset=pos, hint=MEND)
        yield pos, data[pos:end]
        pos = end


def _extend_one(data: bytes, offset: int, field: ByteField, value_of: Callable[[Moment], int | None]) -> bytes:
    index = _free_index(data, offset, field)
    numbers = {BY_NAME[kind].number for kind in field.kinds}
    body = bytearray()
    clock = _Clock()
    announced = False
    for message in _messages(data, offset):
        raw = data[message.start : message.end]
        extended = message.definition.kind in numbers
        if not message.is_definition:
            moment = clock.moment(data, message)
            body += raw
            if extended:
                value = value_of(moment)
                body.append(0xFF if value is None else value)
        elif extended:
            if not announced:
                # The local type is about to be defined anew, so nothing that follows can miss its old meaning.
                body += _announcement(field, index, message.definition.local)
                announced = True
            body += _extended_definition(raw, index, offset + message.start)
        else:
            body += raw
    return _framed(data, body, extended=announced)


def _messages(data: bytes, offset: int) -> Iterator[_Message]:
    """Every message of one file, in order; `offset` is where the file lies, for errors."""
    current: list[Definition | None] = [None] * 16
    pos, end = data[0], len(data) - 2
    while pos < end:
        header = data[pos]
        is_definition = layout.is_definition(header)
        if is_definition:
            definition = layout.definition_at(data, pos)
            if definition is None:
                raise FitError("no message begins here", offset=offset + pos, hint=MEND)
            current[definition.local], length = definition, definition.length
        else:
            definition = current[layout.local_type(header)]
            if definition is None:
                raise FitError("a message that nothing defines", offset=offset + pos, hint=MEND)
            length = definition.size
        if pos + length > end:
            raise FitError("the file ends within a message", offset=offset + pos, hint=MEND)
        yield _Message(pos, pos + length, definition, is_definition)
        pos += length


class _Clock:
    """Follows the time from message to message, which compressed timestamps count on from."""

    def __init__(self) -> None:
        self.now: int | None = None

    def moment(self, data: bytes, message: _Message) -> Moment:
        definition = message.definition
        timestamp = _u32(data, message, TIMESTAMP)
        if timestamp is not None:
            self.now = timestamp
        elif data[message.start] & COMPRESSED_BIT and self.now is not None:
            self.now += (data[message.start] - self.now) & 0x1F
            timestamp = self.now
        name = definition.message.name if definition.message is not None else ""
        return Moment(kind=name, timestamp=timestamp, start_time=_u32(data, message, 2) if name == "lap" else None)


def _u32(data: bytes, message: _Message, number: int) -> int | None:
    place = message.definition.places.get(number)
    if place is None or place.size != 4:
        return None
    start = message.start + place.start
    value = int.from_bytes(data[start : start + 4], "big" if message.definition.big_endian else "little")
    return None if value == 0xFFFF_FFFF else value


def _free_index(data: bytes, offset: int, field: ByteField) -> int:
    """The lowest developer data index that nothing in the file uses."""
    used: set[int] = set()
    for message in _messages(data, offset):
        raw = data[message.start : message.end]
        used.update(place.index for place in message.definition.developer)
        if not message.is_definition and message.definition.kind == DEVELOPER_DATA_ID:
            if field.application_id in raw:
                raise FitError(
                    f"the file already carries the field {field.name!r}",
                    offset=offset + message.start,
                    hint="take the file as the watch wrote it",
                )
            index = message.definition.places.get(3)
            used.update(raw[index.start : index.start + 1] if index is not None else b"")
    free = next((index for index in range(255) if index not in used), None)
    if free is None:
        raise FitError("the file has no room for another developer", offset=offset, hint="take another export of it")
    return free


def _announcement(field: ByteField, index: int, local: int) -> bytes:
    """The messages developer_data_id and field_description, each with its definition."""
    name, unit = (text.encode() + b"\0" for text in (field.name, field.unit))
    identity = ((1, 16, "byte"), (3, 1, "uint8"), (4, 4, "uint32"))
    numbers = tuple((number, 1, "uint8") for number in (0, 1, 2))
    description = (*numbers, (3, len(name), "string"), (8, len(unit), "string"))
    identified = struct.pack("<B16sBI", local, field.application_id, index, field.version)
    described = bytes((local, index, 0, BASE_BY_NAME["uint8"].code)) + name + unit
    return (
        _definition(local, DEVELOPER_DATA_ID, identity)
        + identified
        + _definition(local, FIELD_DESCRIPTION, description)
        + described
    )


def _definition(local: int, kind: int, fields: tuple[tuple[int, int, str], ...]) -> bytes:
    head = struct.pack("<BBBHB", DEFINITION_BIT | local, 0, 0, kind, len(fields))
    return head + b"".join(bytes((number, size, BASE_BY_NAME[base].code)) for number, size, base in fields)


def _extended_definition(raw: bytes, index: int, offset: int) -> bytes:
    """The definition with one more developer field: number 0, one byte, of our developer."""
    one_more = bytes((0, 1, index))
    if not raw[0] & DEVELOPER_BIT:
        return bytes((raw[0] | DEVELOPER_BIT,)) + raw[1:] + b"\x01" + one_more
    count_at = 6 + 3 * raw[5]
    if raw[count_at] == 255:
        raise FitError("a message has no room for another developer field", offset=offset)
    return raw[:count_at] + bytes((raw[count_at] + 1,)) + raw[count_at + 1 :] + one_more


def _framed(data: bytes, body: bytearray, *, extended: bool) -> bytes:
    """Header, body and checksum; a file without messages to extend comes back as it was."""
    if not extended:
        return data
    header = bytearray(data[: data[0]])
    header[1] = max(header[1], PROTOCOL_2)
    header[4:8] = len(body).to_bytes(4, "little")
    if len(header) == 14:
        header[12:14] = crc16(bytes(header[:12])).to_bytes(2, "little")
    whole = bytes(header) + bytes(body)
    return whole + crc16(whole).to_bytes(2, "little")
