"""Messages to the bytes of a FIT file, through fit-tool.

Goes beneath fit-tool's builder, which writes a definition anew for almost every message, a 12-byte header and protocol
2.3: here each kind of message has one local number and one definition, the header has 14 bytes with its checksum, and
the protocol is 1.0, the oldest. Which fields there are, their types, scales and offsets stand in
`retrorun.fit.profile`; fit-tool's own profile takes no part.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrorun.errors import OutputError
from retrorun.fit.profile import BASE_BY_NAME, BY_NAME, BaseType, Field

if TYPE_CHECKING:
    from fit_tool.definition_message import DefinitionMessage
    from fit_tool.generic_message import GenericMessage
    from fit_tool.record import Record

Value = float | int | str | bytes | None

PROTOCOL = (1, 0)  # nothing in the messages here needs 2.0, and old watches may refuse it [inferred]
PROFILE_VERSION = (21, 200)  # which public profile the table follows; readers only show it
MOST_KINDS = 16  # local numbers have four bits
LONGEST_FIELD = 255  # a field's size is one byte


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to write: its kind and its values by field name, both as in `retrorun.fit.profile`.

    Numbers are in the field's unit and are brought onto its scale here; None and NaN are written as "not there".
    """

    kind: str
    values: Mapping[str, Value]


def write_fit(messages: Iterable[Message]) -> bytes:
    """A whole FIT file: header, one definition for each kind of message before its first one, messages, checksum.

    A kind's definition has every field that any of its messages has, in the order of the profile's table; text fields
    are as wide as the longest text among them and its closing zero. The same messages give the same bytes.

    Raises:
        OutputError: a kind or a field is not in the profile, a value does not fit into its field, or there are more
            than 16 kinds.
    """
    from fit_tool.fit_file import FitFile
    from fit_tool.fit_file_header import FitFileHeader, ProfileVersion, ProtocolVersion

    header = FitFileHeader(
        records_size=0,  # fit-tool puts the size and the header's checksum right when it writes
        protocol_version=ProtocolVersion(*PROTOCOL),
        profile_version=ProfileVersion(*PROFILE_VERSION),
        gen_crc=True,
    )
    data: bytes = FitFile(header, list(_records(list(messages)))).to_bytes()
    return data


def _records(messages: list[Message]) -> Iterator[Record]:
    from fit_tool.record import Record

    layouts = _layouts(messages)
    defined: set[str] = set()
    for message in messages:
        layout = layouts[message.kind]
        if message.kind not in defined:
            defined.add(message.kind)
            yield Record.from_message(layout.definition)
        yield Record.from_message(layout.data(message))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """The definition of one kind of message in one file, and the fields in its order."""

    definition: DefinitionMessage
    fields: tuple[Field, ...]

    def data(self, message: Message) -> GenericMessage:
        """The message with its values on the wire's scale."""
        from fit_tool.generic_message import GenericMessage

        made = GenericMessage(self.definition)
        for field, slot in zip(self.fields, made.fields, strict=True):
            for index, raw in enumerate(_raw(field, message.values.get(field.name), message.kind, slot.length)):
                slot.set_encoded_value(index, raw)
        return made


def _layouts(messages: list[Message]) -> dict[str, _Layout]:
    """One layout for each kind, numbered in the order in which the kinds first come."""
    from fit_tool.base_type import BaseType as ToolType
    from fit_tool.definition_message import DefinitionMessage
    from fit_tool.field_definition import FieldDefinition

    sizes: dict[str, dict[str, int]] = {}
    for message in messages:
        if message.kind not in BY_NAME:
            raise OutputError(f"unknown kind of message {message.kind!r}", hint=f"use one of: {', '.join(BY_NAME)}")
        known = sizes.setdefault(message.kind, {})
        for name, value in message.values.items():
            known[name] = max(known.get(name, 0), _size(message.kind, name, value))
    if len(sizes) > MOST_KINDS:
        raise OutputError(f"a file has at most {MOST_KINDS} kinds of messages, not {len(sizes)}", hint="leave some out")
    layouts = {}
    for local_id, (kind, known) in enumerate(sizes.items()):
        fields = tuple(field for field in BY_NAME[kind].fields if field.name in known)
        definition = DefinitionMessage(
            local_id=local_id,
            global_id=BY_NAME[kind].number,
            field_definitions=[
                FieldDefinition(field.number, known[field.name], ToolType(BASE_BY_NAME[field.base].code))
                for field in fields
            ],
        )
        layouts[kind] = _Layout(definition=definition, fields=fields)
    return layouts


def _size(kind: str, name: str, value: Value) -> int:
    """How many bytes a value takes in its field."""
    field = BY_NAME[kind].by_name.get(name)
    if field is None:
        known = ", ".join(BY_NAME[kind].by_name)
        raise OutputError(f"a {kind} message has no field {name!r}", hint=f"use one of: {known}")
    base = BASE_BY_NAME[field.base]
    if isinstance(value, str) and base.kind == "S":
        size = len(value.encode()) + 1  # the closing zero
    elif isinstance(value, bytes) and base.name == "byte":
        size = max(len(value), 1)
    else:
        size = base.width
    if size > LONGEST_FIELD:
        raise OutputError(f"{size} bytes are too many for a field", where=f"{kind}.{name}", hint="at most 255")
    return size


def _raw(field: Field, value: Value, kind: str, length: int) -> list[int | float | str | None]:
    """What stands in a field on the wire, one entry for each of its elements."""
    base = BASE_BY_NAME[field.base]
    if base.kind == "S":
        return [_text(field, value, kind)]
    if isinstance(value, bytes):
        if base.name != "byte":
            raise OutputError(f"bytes do not go into a field of type {base.name}", where=f"{kind}.{field.name}")
        return [*value, *[base.invalid] * (length - len(value))]
    if isinstance(value, str):
        raise OutputError(f"text does not go into a field of type {base.name}", where=f"{kind}.{field.name}")
    if value is None or math.isnan(value):
        return [base.invalid] * length
    return [_number(field, base, value, kind), *[base.invalid] * (length - 1)]


def _text(field: Field, value: Value, kind: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or "\0" in value:
        raise OutputError(f"{value!r} is no text for a field", where=f"{kind}.{field.name}", hint="leave out zeros")
    return value


def _number(field: Field, base: BaseType, value: float, kind: str) -> int | float:
    scaled = (value + field.offset) * field.scale
    if base.kind == "f":
        return float(scaled)
    bits = 8 * base.width
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if base.kind == "i" else (0, (1 << bits) - 1)
    if not math.isfinite(scaled) or not low <= round(scaled) <= high or round(scaled) == base.invalid:
        raise OutputError(
            f"{value:g} {field.unit}".rstrip() + f" does not fit into a field of type {base.name}",
            where=f"{kind}.{field.name}",
            hint=f"it holds {low / field.scale - field.offset:g} to {(high - 1) / field.scale - field.offset:g}",
        )
    return round(scaled)
