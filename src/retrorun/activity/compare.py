"""The second opinion: a FIT file as fitparse reads it, and two readings of one recording held against each other."""

import datetime as dt
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from retrorun.activity.model import COLUMNS, Activity, Lap
from retrorun.arrays import FloatArray, IntArray
from retrorun.errors import FitError
from retrorun.fit.chain import Loss
from retrorun.fit.profile import BY_NAME, FIT_EPOCH_UNIX_S, TIMESTAMP, Message
from retrorun.fit.reader import FitFile
from retrorun.fit.table import Table

TOLERANCE = 1e-9  # relative; both readers scale the same integers, so only the order of a division may differ
_EPOCH = dt.datetime.fromtimestamp(FIT_EPOCH_UNIX_S, tz=dt.UTC).replace(tzinfo=None)  # fitparse's dates know no zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that two readings say differently; `count` of `total` values, the largest by `largest`."""

    where: str
    what: str
    count: int = 1
    total: int = 1
    largest: float | None = None

    def __str__(self) -> str:
        size = "" if self.largest is None else f", at most by {self.largest:g}"
        many = "" if self.total == 1 else f" ({self.count:,} of {self.total:,}{size})"
        return f"{self.where}: {self.what}{many}"


def compare(first: Activity, second: Activity) -> tuple[Difference, ...]:
    """Where two readings of one recording differ: columns, laps, parts, plan, sport, start.

    What only the second reading takes for damage is a difference too; it explains most others.
    """
    known = {each.what for each in first.damage}
    found = [Difference(where="damage", what=str(each)) for each in second.damage if each.what not in known]
    for name in ("sport", "sub_sport", "start_time", "utc_offset_s", "training_file", "workout", "parts"):
        one, other = getattr(first, name), getattr(second, name)
        if one != other:
            found.append(Difference(where=name, what=f"{one!r} and {other!r}"))
    found += _laps(first.laps, second.laps)
    if len(first) != len(second):
        return (*found, Difference(where="samples", what=f"{len(first):,} and {len(second):,}"))
    columns, others = _columns(first), _columns(second)
    for name in dict.fromkeys((*columns, *others)):
        if name in columns and name in others:
            found += _column(name, columns[name], others[name])
        else:
            which = "first" if name in columns else "second"
            found.append(Difference(where=name, what=f"only in the {which} reading"))
    return tuple(found)


def _columns(activity: Activity) -> dict[str, FloatArray]:
    groups = {"extra": activity.extra, "developer": activity.developer}
    more = {f"{group}[{name!r}]": values for group, columns in groups.items() for name, values in columns.items()}
    return {**{name: activity[name] for name in COLUMNS}, **more}


def _column(name: str, first: FloatArray, second: FloatArray) -> list[Difference]:
    here, there = np.isfinite(first), np.isfinite(second)
    both = here & there
    apart = np.zeros(len(first))
    apart[both] = np.abs(first[both] - second[both])
    unlike = apart > TOLERANCE * np.maximum(np.abs(first), 1.0)
    found = [("missing only in the first", there & ~here), ("missing only in the second", here & ~there)]
    return [
        Difference(
            where=name,
            what=what,
            count=int(rows.sum()),
            total=len(first),
            largest=float(apart[rows].max()) if what == "unequal" else None,
        )
        for what, rows in (*found, ("unequal", unlike))
        if rows.any()
    ]


def _laps(first: tuple[Lap, ...], second: tuple[Lap, ...]) -> list[Difference]:
    if len(first) != len(second):
        return [Difference(where="laps", what=f"{len(first)} and {len(second)}")]
    found = []
    for index, (one, other) in enumerate(zip(first, second, strict=True)):
        for part in fields(Lap):
            mine, theirs = getattr(one, part.name), getattr(other, part.name)
            numbers = isinstance(mine, float) and isinstance(theirs, float)
            if mine != theirs and not (numbers and math.isclose(mine, theirs, rel_tol=TOLERANCE, abs_tol=TOLERANCE)):
                found.append(Difference(where=f"laps[{index}].{part.name}", what=f"{mine!r} and {theirs!r}"))
    return found


# ---- fitparse's reading, in the tables of our own reader -------------------------------------------------------------


class _Table(Table):
    """The messages of one kind as fitparse gives them: each row holds a raw and a scaled value by field number."""

    def __init__(self, message: Message, rows: Mapping[int, dict[int, tuple[Any, Any]]]) -> None:
        super().__init__(message, [])
        self.rows = list(rows.values())
        self.positions = np.array(list(rows), dtype=np.int64)
        self.held = {number for row in self.rows for number in row}

    def __len__(self) -> int:
        return len(self.rows)

    def _values(self, name: str) -> list[tuple[Any, Any]]:
        number = self.message.by_name[name].number
        return [row.get(number, (None, None)) for row in self.rows]

    def numbers(self, name: str) -> FloatArray:
        return np.array([_number(*each) for each in self._values(name)], dtype=np.float64)

    def floats(self, name: str) -> list[float]:
        found: list[float] = self.numbers(name).tolist()
        return found

    def integers(self, name: str) -> list[int | None]:
        firsts = [_first(raw) for raw, _ in self._values(name)]
        return [int(value) if isinstance(value, int) else None for value in firsts]

    def texts(self, name: str) -> list[str]:
        return [value if isinstance(value, str) else "" for _, value in self._values(name)]

    def is_utf8(self, name: str) -> bool:
        return not any("\ufffd" in text for text in self.texts(name))  # in place of what is not

    def packed(self, name: str) -> IntArray:
        return np.array([_packed(raw) for raw, _ in self._values(name)], dtype=np.int64)


class SecondFile(FitFile):
    """All messages of a FIT file as fitparse gives them."""

    def __init__(self, data: bytes) -> None:
        # By kind, and then by place among all messages: fitparse does not say at which byte.
        self._rows: dict[int, dict[int, dict[int, tuple[Any, Any]]]] = {}
        self._developer: dict[int, list[dict[tuple[str, str], float]]] = {}
        messages, losses = _messages(data)
        super().__init__(data, [], losses, compressed=False)
        for at, message in enumerate(messages):
            values: dict[int, tuple[Any, Any]] = {}
            developer: dict[tuple[str, str], float] = {}
            for field in message.fields:
                if type(field.field_def).__name__ == "DevFieldDefinition":
                    developer[field.name, field.units or ""] = _number(field.raw_value, field.value)
                elif field.field_def is not None or field.def_num == TIMESTAMP:
                    values.setdefault(field.def_num, (field.raw_value, field.value))
            self._rows.setdefault(message.mesg_num, {})[at] = values
            self._developer.setdefault(message.mesg_num, []).append(developer)

    def table(self, name: str) -> _Table:
        """All messages of a kind."""
        return _Table(BY_NAME[name], self._rows.get(BY_NAME[name].number, {}))

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


def _first(value: object) -> object:
    if isinstance(value, (tuple, list)):
        return value[0] if value else None
    return value


def _number(raw: object, scaled: object) -> float:
    """A scaled value as a number: dates as seconds on the FIT clock, words as the number they stand for."""
    if isinstance(scaled, dt.datetime):
        return (scaled - _EPOCH).total_seconds()
    for value in (_first(scaled), raw):
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
    return float("nan")


def _packed(raw: object) -> int:
    if not isinstance(raw, (tuple, list)) or not all(isinstance(byte, int) for byte in raw):
        return -1
    packed = bytes(raw)
    return -1 if packed.strip(b"\xff") == b"" else int.from_bytes(packed, "little")
