"""Whole FIT files through two other readers, in one pass each: raw values by kind and field number."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import fitdecode
import fitparse

from retrorun.fit.profile import FIT_EPOCH_UNIX_S

Rows = dict[int, list[dict[int, Any]]]  # kind of message -> its messages, raw value by field number
_EPOCH = dt.datetime.fromtimestamp(FIT_EPOCH_UNIX_S, tz=dt.UTC)


def by_fitparse(data: bytes) -> Rows:
    """Raises what fitparse raises."""
    found: Rows = {}
    for message in fitparse.FitFile(io.BytesIO(data)).get_messages():
        found.setdefault(message.mesg_num, []).append(_values(message.fields))
    return found


def by_fitdecode(data: bytes) -> Rows:
    """Raises what fitdecode raises."""
    found: Rows = {}
    with fitdecode.FitReader(
        io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.IGNORE
    ) as frames:
        for frame in frames:
            if isinstance(frame, fitdecode.FitDataMessage):
                found.setdefault(frame.global_mesg_num, []).append(_values(frame.fields))
    return found


def _values(fields: list[Any]) -> dict[int, Any]:
    """The fields of the message itself: neither those of developers nor those unpacked from others."""
    found: dict[int, Any] = {}
    for field in fields:
        compressed_time = field.field_def is None and field.def_num == 253
        if compressed_time or (field.field_def is not None and not _is_developer(field.field_def)):
            found.setdefault(field.def_num, _seconds(field.raw_value))
    return found


def _is_developer(definition: object) -> bool:
    return type(definition).__name__ == "DevFieldDefinition"


def _seconds(value: object) -> object:
    if not isinstance(value, dt.datetime):
        return value
    aware = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
    return int((aware - _EPOCH).total_seconds())
