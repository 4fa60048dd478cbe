"""What every source hands over before the common rules make an activity of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from retrorun.activity.model import Device
from retrorun.arrays import FloatArray
from retrorun.fit.workout_message import FileIdentity, RawWorkout


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLap:
    """A lap or a part on the file's own clock [s]; NaN where a time is not said."""

    start: float
    elapsed: float
    distance_m: float | None = None
    timer_s: float | None = None
    trigger: str = ""
    planned_step_index: int | None = None
    intensity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPart:
    """One sport of a file on the file's own clock [s]."""

    start: float
    elapsed: float
    sport: str
    sub_sport: str = ""
    distance_m: float | None = None
    timer_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLoss:
    """Bytes `[start, end)` of the file that could not be used."""

    what: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawRecording:
    """Columns as a file has them: in SI units, but in the file's order, with its gaps, doubles and cadence unit.

    `time` is Unix seconds, or seconds since power-on where `dated` is false; `position` says at which byte a sample
    began. Columns that the file lacks are absent from `columns`, whose names are those of `Activity`, with `cadence` in
    place of `cadence_spm`.
    """

    source: str
    time: FloatArray
    columns: Mapping[str, FloatArray]
    position: npt.NDArray[np.int64] | None = None
    dated: bool = True
    utc_offset_s: float | None = None
    extra: Mapping[str, FloatArray] = field(default_factory=dict)
    developer: Mapping[str, FloatArray] = field(default_factory=dict)
    laps: tuple[RawLap, ...] = ()
    parts: tuple[RawPart, ...] = ()
    stops: tuple[tuple[float, float], ...] = ()  # the timer stood still, on the file's own clock [s]
    cadence_is_steps: bool | None = None  # None: the values decide
    sport: str = ""
    sub_sport: str = ""
    workout: RawWorkout | None = None
    training_file: FileIdentity | None = None
    device: Device | None = None
    losses: tuple[RawLoss, ...] = ()
    segment: npt.NDArray[np.int64] | None = None  # of a track, for each row; a new one is a pause
    activity: npt.NDArray[np.int64] | None = None  # of the file, for each row; its number in `parts`
    decisions: tuple[str, ...] = ()


def finite(value: float) -> float | None:
    """A number, None for NaN."""
    return value if math.isfinite(value) else None
