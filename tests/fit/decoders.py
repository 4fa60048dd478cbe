"""FIT bytes through three libraries that share no code with this one, as plain dictionaries by field number."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any

import fitdecode
import fitparse
from fit_tool.base_type import BaseType
from fit_tool.data_message import DataMessage
from fit_tool.fit_file import FitFile

from retrorun.fit.profile import BASE_BY_NAME, BY_NUMBER

Raw = dict[int, Any]  # field number -> what stands on the wire; fields without a value are left out
Decoder = Callable[[bytes, int], list[Raw]]


def by_fitparse(data: bytes, kind: int) -> list[Raw]:
    """All messages of a kind; fitparse checks the checksum too."""
    return [
        _present({field.field_def.def_num: field.raw_value for field in message.fields if field.field_def})
        for message in fitparse.FitFile(io.BytesIO(data)).get_messages()
        if message.mesg_num == kind
    ]


def by_fitdecode(data: bytes, kind: int) -> list[Raw]:
    """All messages of a kind; a wrong checksum or a stray byte raises."""
    with fitdecode.FitReader(
        io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.RAISE
    ) as frames:
        return [
            _present({field.field_def.def_num: field.raw_value for field in frame.fields if field.field_def})
            for frame in frames
            if isinstance(frame, fitdecode.FitDataMessage) and frame.global_mesg_num == kind
        ]


def by_fit_tool(data: bytes, kind: int) -> list[Raw]:
    """All messages of a kind; fit-tool hands invalid numbers on, so they are left out by its own table of them."""
    rows = []
    for record in FitFile.from_bytes(data).records:
        message = record.message
        if isinstance(message, DataMessage) and message.global_id == kind:
            rows.append(
                _present(
                    {
                        field.field_id: field.encoded_values[0]
                        for field in message.fields
                        if field.is_valid()
                        and field.encoded_values
                        and (
                            field.base_type is BaseType.STRING
                            or field.encoded_values[0] != field.base_type.invalid_raw_value()
                        )
                    }
                )
            )
    return rows


DECODERS: dict[str, Decoder] = {"fitparse": by_fitparse, "fitdecode": by_fitdecode, "fit-tool": by_fit_tool}


def _present(row: Raw) -> Raw:
    return {number: value for number, value in sorted(row.items()) if value not in (None, "")}


def values_by_fit_tool(data: bytes, kind: int) -> list[dict[int, Any]]:
    """The same in the units of fit-tool's own profile."""
    return [
        {field.field_id: field.get_value() for field in record.message.fields if field.is_valid()}
        for record in FitFile.from_bytes(data).records
        if isinstance(record.message, DataMessage) and record.message.global_id == kind
    ]


def definitions(data: bytes) -> list[tuple[int, int, tuple[tuple[int, int, int], ...]]]:
    """Every definition in a file: local number, kind, and (number, size, base) of its fields."""
    found = []
    sizes: dict[int, int] = {}
    at, end = data[0], data[0] + int(struct.unpack_from("<I", data, 4)[0])
    while at < end:
        head = data[at]
        if head & 0x40:
            assert not head & 0xA0, "neither developer fields nor compressed time"
            _, architecture, kind, count = struct.unpack_from("<BBHB", data, at + 1)
            assert architecture == 0, "little-endian"
            fields = tuple(
                (each[0], each[1], each[2]) for each in struct.iter_unpack("BBB", data[at + 6 : at + 6 + 3 * count])
            )
            found.append((head & 0x0F, kind, fields))
            sizes[head & 0x0F] = sum(size for _, size, _ in fields)
            at += 6 + 3 * count
        else:
            at += 1 + sizes[head & 0x0F]
    assert at == end
    return found


def dump(data: bytes) -> str:
    """A FIT file for the eye: header, definitions with widths, and every message as fitdecode reads it."""
    size, protocol, profile, body = struct.unpack_from("<BBHI", data)
    lines = [f"header {size} bytes, protocol {protocol >> 4}.{protocol & 15}, profile {profile}, body {body} bytes"]
    for local, kind, fields in definitions(data):
        named = BY_NUMBER[kind].by_number
        shown = ", ".join(f"{number} {named[number].name}[{width}]" for number, width, _ in fields)
        lines.append(f"definition {local}: {BY_NUMBER[kind].name} ({kind}): {shown}")
    with fitdecode.FitReader(io.BytesIO(data)) as frames:
        for frame in frames:
            if isinstance(frame, fitdecode.FitDataMessage):
                row = _present({each.field_def.def_num: each.raw_value for each in frame.fields if each.field_def})
                lines.append(f"{frame.name} " + ", ".join(f"{number}={value!r}" for number, value in row.items()))
    return "\n".join(lines) + "\n"


def base_of(code: int) -> str:
    """The name of a base type by its code."""
    return next(name for name, base in BASE_BY_NAME.items() if base.code == code)
