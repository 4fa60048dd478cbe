"""What a recording becomes: one table of columns, laps, and what is known about the file.

All columns share one length n and one clock: `time_s` counts from `start_time`, the moment of the first sample.
Missing values are NaN. Cadence is always steps per minute of both feet. Intervals are half-open, `[start_s, end_s)`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from retrorun.activity.cadence import without_nonsense
from retrorun.activity.rules import FOOT_SPORTS, plausible
from retrorun.arrays import FloatArray
from retrorun.errors import OutputError, RecordingError, install_hint
from retrorun.fit.workout_message import FileIdentity, RawWorkout

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class Lap:
    """A lap as the watch cut it.

    `start_s` and `end_s` are on the activity's clock; `timer_s` leaves pauses out. `trigger` and `intensity` are FIT's
    words (`manual`, `time`, `distance`, `session_end`, …; `active`, `rest`, `warmup`, …), empty where not said.
    `planned_step_index` is the index of the plan's step that the lap belongs to, None where not said.
    """

    start_s: float
    end_s: float
    distance_m: float | None = None
    timer_s: float | None = None
    trigger: str = ""
    planned_step_index: int | None = None
    intensity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One sport of a recording (a FIT session): a triathlon has several, an ordinary run one."""

    start_s: float
    end_s: float
    sport: str
    sub_sport: str = ""
    distance_m: float | None = None
    timer_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A stretch in which the watch did not record: the timer was stopped, or samples are simply not there.

    `kind` is `timer` (the runner or auto-pause stopped the watch) or `gap` (no samples, no word why).
    """

    start_s: float
    end_s: float
    kind: str


_Timed = TypeVar("_Timed", Lap, Pause, Part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """What was wrong with a file and what it cost.

    `start_byte`/`end_byte` bound the bytes that could not be used; `start_s`/`end_s` the time without samples that they
    left, None where it cannot be said.
    """

    what: str
    start_byte: int = 0
    end_byte: int = 0
    start_s: float | None = None
    end_s: float | None = None

    def __str__(self) -> str:
        if self.end_byte == 0:
            return self.what
        place = f"bytes {self.start_byte} to {self.end_byte}"
        if self.start_s is None or self.end_s is None:
            return f"{self.what} ({place})"
        return f"{self.what} ({place}, {self.start_s:.0f} s to {self.end_s:.0f} s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What recorded it, as far as the file says; `name` is the best readable form of it."""

    name: str
    manufacturer: str = ""
    product: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Activity:
    """A recording read into columns.

    Every column is a read-only float64 array of shape (n,) with NaN for missing. `time_s` never decreases.
    `source` is `fit`, `tcx`, `gpx`, `kml`, `strava` or `columns`. `extra` holds further native columns by FIT name with
    their unit at the end (`power_w`, `vertical_oscillation_mm`, …), `developer` the developer fields, in a namespace of
    their own. `decisions` says in words what the reader had to decide (cadence unit, speed from positions, …).
    """

    time_s: FloatArray
    speed_mps: FloatArray
    cadence_spm: FloatArray
    altitude_m: FloatArray
    heart_rate_bpm: FloatArray
    distance_m: FloatArray
    latitude_deg: FloatArray
    longitude_deg: FloatArray
    sport: str = "running"
    sub_sport: str = "generic"
    start_time: dt.datetime | None = None
    utc_offset_s: float | None = None
    source: str = "columns"
    laps: tuple[Lap, ...] = ()
    parts: tuple[Part, ...] = ()
    pauses: tuple[Pause, ...] = ()
    workout: RawWorkout | None = None
    training_file: FileIdentity | None = None
    device: Device | None = None
    damage: tuple[Damage, ...] = ()
    decisions: tuple[str, ...] = ()
    extra: Mapping[str, FloatArray] = field(default_factory=dict)
    developer: Mapping[str, FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        time_s = _column(self.time_s, None, "time_s")
        n = len(time_s)
        if np.count_nonzero(np.isfinite(time_s)) < n:
            raise RecordingError("time_s has missing values", where="time_s", hint="leave those samples out")
        if np.count_nonzero(time_s[1:] < time_s[:-1]):
            raise RecordingError("time_s runs backwards", where="time_s", hint="sort the samples by time")
        object.__setattr__(self, "time_s", time_s)
        for name in COLUMNS[1:]:
            object.__setattr__(self, name, _column(getattr(self, name), n, name))
        for name in ("extra", "developer"):
            columns = {key: _column(value, n, f"{name}[{key!r}]") for key, value in getattr(self, name).items()}
            object.__setattr__(self, name, MappingProxyType(columns))

    def __len__(self) -> int:
        return len(self.time_s)

    def __repr__(self) -> str:
        length_s = float(self.time_s[-1] - self.time_s[0]) if len(self) else 0.0
        begun = "" if self.start_time is None else f", {self.start_time:%Y-%m-%d %H:%M}"
        more = f", {len(self.parts)} parts" if len(self.parts) > 1 else ""
        held = f"{len(self)} samples, {len(self.laps)} laps{more}"
        return f"<Activity {self.sport}{begun}, {length_s / 60.0:.0f} min, {held}>"

    def __getitem__(self, name: str) -> FloatArray:
        """A column by its name: one of the eight, or one of `extra` or `developer`.

        Raises:
            RecordingError: there is no such column.
        """
        columns = {**self.developer, **self._table()}
        if name in columns:
            return columns[name]
        known = ", ".join((*self._table(), *self.developer))
        raise RecordingError(f"there is no column {name!r}", where=name, hint=f"there are {known}")

    @property
    def direction(self) -> FloatArray | None:
        """What the recording itself says of direction, shape (n,): 1 backward, 0 forward, NaN not said; else None.

        It stands in a developer field `direction`, as an app on the watch or an annotated export writes it.
        """
        column = self.developer.get("direction")
        if column is None or not np.isin(column[np.isfinite(column)], (0.0, 1.0)).all():
            return None
        return column

    def part(self, index: int) -> Activity:
        """One part of a recording of several activities or sports, as an activity with a clock and laps of its own.

        Raises:
            RecordingError: there is no such part.
        """
        if not 0 <= index < len(self.parts):
            raise RecordingError(f"there is no part {index}", hint=f"there are {len(self.parts)}, counted from 0")
        part = self.parts[index]
        first, end = np.searchsorted(self.time_s, (part.start_s, part.end_s + 1e-6))
        rows = slice(int(first), int(end))
        zero = float(self.time_s[rows][0]) if end > first else part.start_s

        def moved(span: _Timed) -> _Timed:
            return replace(span, start_s=max(span.start_s - zero, 0.0), end_s=span.end_s - zero)

        def within(span: Lap | Pause) -> bool:
            return part.start_s - 1.0 <= span.start_s < part.end_s

        columns = {name: getattr(self, name)[rows] for name in COLUMNS[1:]}
        known = columns["distance_m"][np.isfinite(columns["distance_m"])]
        columns["distance_m"] = columns["distance_m"] - (known[0] if len(known) else 0.0)
        begun = None if self.start_time is None else self.start_time + dt.timedelta(seconds=zero)
        return replace(
            self,
            time_s=self.time_s[rows] - zero,
            **columns,
            sport=part.sport,
            sub_sport=part.sub_sport or "generic",
            start_time=begun,
            laps=tuple(moved(lap) for lap in self.laps if within(lap)),
            pauses=tuple(moved(pause) for pause in self.pauses if within(pause)),
            parts=(moved(part),),
            extra={name: values[rows] for name, values in self.extra.items()},
            developer={name: values[rows] for name, values in self.developer.items()},
        )

    def to_pandas(self) -> pd.DataFrame:
        """The columns as a table, those of `extra` too.

        Raises:
            OutputError: pandas, which does not come with this library, is not installed.
        """
        frame: pd.DataFrame = table_library("pandas").DataFrame(self._table())
        return frame

    def to_polars(self) -> pl.DataFrame:
        """The columns as a table, those of `extra` too.

        Raises:
            OutputError: polars, which does not come with this library, is not installed.
        """
        frame: pl.DataFrame = table_library("polars").DataFrame(self._table())
        return frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The columns for whatever reads Arrow (pandas, polars, duckdb); needs pyarrow, the extra `parquet`."""
        return table_library("pyarrow").table(self._table()).__arrow_c_stream__(requested_schema)

    def _table(self) -> dict[str, FloatArray]:
        return {**{name: getattr(self, name) for name in COLUMNS}, **self.extra}

    def __reduce__(self) -> tuple[object, ...]:
        # A mapping proxy cannot be pickled, and activities cross process borders.
        state = {each.name: getattr(self, each.name) for each in fields(self)}
        return partial(Activity, **{**state, "extra": dict(self.extra), "developer": dict(self.developer)}), ()

    @classmethod
    def from_columns(
        cls,
        *,
        time_s: npt.ArrayLike,
        speed_mps: npt.ArrayLike | None,
        cadence_spm: npt.ArrayLike | None,
        altitude_m: npt.ArrayLike | None = None,
        heart_rate_bpm: npt.ArrayLike | None = None,
        distance_m: npt.ArrayLike | None = None,
        latitude_deg: npt.ArrayLike | None = None,
        longitude_deg: npt.ArrayLike | None = None,
        sport: str = "running",
        sub_sport: str = "generic",
        start_time: dt.datetime | None = None,
    ) -> Activity:
        """An activity from arrays of one length n; a column that is None is wholly missing.

        Args:
            time_s: seconds, never decreasing, finite; durations and moments become seconds (since the first moment).
            speed_mps: metres per second.
            cadence_spm: steps per minute of both feet.
            altitude_m: metres.
            heart_rate_bpm: beats per minute.
            distance_m: metres since the start, accumulated.
            latitude_deg: degrees north.
            longitude_deg: degrees east.
            sport: FIT's word, e.g. `running`, `walking`, `hiking`.
            sub_sport: FIT's word, e.g. `generic`, `treadmill`, `track`, `trail`.
            start_time: the moment of `time_s == 0`, aware of its zone.

        Raises:
            RecordingError: columns of different lengths, or times that are missing or run backwards.
        """
        times = _column(time_s, None, "time_s")
        given = (speed_mps, cadence_spm, altitude_m, heart_rate_bpm, distance_m, latitude_deg, longitude_deg)
        missing = np.full(len(times), np.nan)
        columns = {
            name: _column(missing if values is None else values, len(times), name)
            for name, values in zip(COLUMNS[1:], given, strict=True)
        }
        decisions: list[str] = []
        columns, damage = plausible(columns)
        if sport in FOOT_SPORTS:
            columns["cadence_spm"] = without_nonsense(times, columns["speed_mps"], columns["cadence_spm"], decisions)
        return cls(
            time_s=times,
            **columns,  # type: ignore[arg-type]  # every column by its name
            sport=sport,
            sub_sport=sub_sport,
            start_time=start_time,
            damage=damage,
            decisions=tuple(decisions),
        )


COLUMNS = tuple(each.name for each in fields(Activity))[:8]


def _column(value: npt.ArrayLike, n: int | None, name: str) -> FloatArray:
    """The value as a read-only float64 array of shape (n,), copied only where somebody else could write to it."""
    if type(value) is np.ndarray and value.dtype == np.float64 and not value.flags.writeable and value.shape == (n,):
        return value
    try:
        array = np.asarray(value)
        if array.dtype.kind == "c":
            raise TypeError  # numpy would only warn that it throws half of each away
        if array.ndim == 1:
            array = _seconds(array)
        array = array if array.dtype == object and array.ndim != 1 else np.asarray(array, dtype=np.float64)
    except (TypeError, ValueError, AttributeError):
        hint = "give numbers, and NaN where one is missing"
        raise RecordingError(f"{name} is not made of numbers", where=name, hint=hint) from None
    if array.ndim != 1:
        raise RecordingError(f"{name} has {array.ndim} dimensions", where=name, hint="give one value per sample")
    if n is not None and len(array) != n:
        what = f"{name} has {len(array)} values, time_s has {n}"
        raise RecordingError(what, where=name, hint="give columns of one length")
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array


def _seconds(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Durations, and moments since the first, as seconds: read as numbers they would be nanoseconds."""
    kind = array.dtype.kind
    if kind == "O" and len(array) and isinstance(array[0], dt.timedelta | dt.datetime):
        zero = array[0] if isinstance(array[0], dt.datetime) else dt.timedelta()
        return np.array([(each - zero).total_seconds() for each in array.tolist()])
    if kind not in "mM":
        return array
    return (array if kind == "m" else array - array[:1]) / np.timedelta64(1, "s")


def table_library(name: str) -> Any:  # noqa: ANN401 - a module that need not be there has no type
    """A library of tables, imported.

    Raises:
        OutputError: it is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        raise OutputError(f"this table needs {name}", hint=install_hint(name)) from None
