"""The second opinion on FIT files: the same tables, read by fitparse."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import numpy as np
import numpy.typing as npt

from retrorun.arrays import FloatArray
from retrorun.errors import FitError
from retrorun.fit.chain import Loss
from retrorun.fit.profile import BY_NAME, FIT_EPOCH_UNIX_S, TIMESTAMP, Message

_EPOCH = dt.datetime.fromtimestamp(FIT_EPOCH_UNIX_S, tz=dt.UTC).replace(tzinfo=None)  # fitparse's dates know no zone


class SecondTable:
    """All messages of one kind as fitparse gives them; each row holds a raw and a scaled value by field number."""

    def __init__(self, message: Message, rows: list[dict[int, tuple[Any, Any]]], positions: list[int]) -> None:
        self.message = message
        self.rows = rows
        self.positions: npt.NDArray[np.int64] = np.array(positions, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.rows)

    def has(self, name: str) -> bool:
        """Whether any message holds the field."""
        return any(self.message.by_name[name].number in row for row in self.rows)

    def numbers(self, name: str) -> FloatArray:
        """A field as scaled numbers."""
        number = self.message.by_name[name].number
        return np.array([_number(row.get(number, (None, None))) for row in self.rows], dtype=np.float64)

    def integers(self, name: str) -> list[int | None]:
        """A field as it stands in the bytes."""
        number = self.message.by_name[name].number
        return [_first_integer(row.get(number, (None, None))[0]) for row in self.rows]

    def texts(self, name: str) -> list[str]:
        """A text field."""
        number = self.message.by_name[name].number
        found = [row.get(number, (None, None))[1] for row in self.rows]
        return [value if isinstance(value, str) else "" for value in found]

    def is_utf8(self, name: str) -> bool:
        """Whether every text of a field is UTF-8: the other reader replaces what is not."""
        return not any("\ufffd" in text for text in self.texts(name))

    def packed(self, name: str) -> npt.NDArray[np.int64]:
        """A field of single bytes as one number."""
        number = self.message.by_name[name].number
        found = [row.get(number, (None, None))[0] for row in self.rows]
        return np.array([_pack(value) for value in found], dtype=np.int64)


class SecondFile:
    """All messages of a FIT file as fitparse gives them."""

    def __init__(self, data: bytes) -> None:
        self._rows: dict[int, list[dict[int, tuple[Any, Any]]]] = {}
        self._positions: dict[int, list[int]] = {}  # among all messages; fitparse does not say at which byte
        self._developer: dict[int, list[dict[tuple[str, str], float]]] = {}
        messages, self.losses = _messages(data)
        for at, message in enumerate(messages):
            values: dict[int, tuple[Any, Any]] = {}
            developer: dict[tuple[str, str], float] = {}
            for field in message.fields:
                if type(field.field_def).__name__ == "DevFieldDefinition":
                    developer[field.name, field.units or ""] = _number((field.raw_value, field.value))
                elif field.field_def is not None or field.def_num == TIMESTAMP:
                    values.setdefault(field.def_num, (field.raw_value, field.value))
            self._rows.setdefault(message.mesg_num, []).append(values)
            self._positions.setdefault(message.mesg_num, []).append(at)
            self._developer.setdefault(message.mesg_num, []).append(developer)

    def table(self, name: str) -> SecondTable:
        """All messages of a kind."""
        message = BY_NAME[name]
        return SecondTable(message, self._rows.get(message.number, []), self._positions.get(message.number, []))

    def times(self, name: str) -> FloatArray:
        """When each message of a kind was written."""
        return self.table(name).numbers("timestamp") if "timestamp" in BY_NAME[name].by_name else np.empty(0)

    def developer(self, name: str) -> dict[tuple[str, str], FloatArray]:
        """The developer fields of a kind of message."""
        rows = self._developer.get(BY_NAME[name].number, [])
        keys = dict.fromkeys(key for row in rows for key in row)
        return {key: np.array([row.get(key, np.nan) for row in rows], dtype=np.float64) for key in keys}


def _messages(data: bytes) -> tuple[list[Any], tuple[Loss, ...]]:
    """All messages, or those before the place where fitparse gives up, and that place."""
    import fitparse

    found: list[Any] = []
    source = io.BytesIO(data)
    try:
        for message in fitparse.FitFile(source, check_crc=False).get_messages():
            found.append(message)  # noqa: PERF402 - what was read before an error counts
    except Exception as error:  # on damaged files fitparse raises whatever its parsing hits
        what = f"fitparse gives up ({error})"
        if not found:
            raise FitError(what, offset=source.tell(), hint="read it without a second opinion") from error
        return found, (Loss(what=what, start=source.tell(), end=len(data)),)
    return found, ()


def _number(value: tuple[Any, Any]) -> float:
    """A scaled value as a number: dates as seconds on the FIT clock, words as the number they stand for."""
    raw, scaled = value
    if isinstance(scaled, dt.datetime):
        return (scaled - _EPOCH).total_seconds()
    if isinstance(scaled, (tuple, list)):
        scaled = scaled[0] if scaled else None
    if isinstance(scaled, (int, float)) and not isinstance(scaled, bool):
        return float(scaled)
    return float(raw) if isinstance(raw, (int, float)) else float("nan")


def _first_integer(raw: object) -> int | None:
    if isinstance(raw, (tuple, list)):
        raw = raw[0] if raw else None
    return int(raw) if isinstance(raw, int) else None


def _pack(raw: object) -> int:
    if not isinstance(raw, (tuple, list)) or not all(isinstance(byte, int) for byte in raw):
        return -1
    packed = bytes(raw)
    return -1 if packed.strip(b"\xff") == b"" else int.from_bytes(packed, "little")
