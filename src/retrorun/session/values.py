"""What ends a step or a repeat, and what to hold during one: durations and targets, each checked when it is made.

Values are kept on the grid of a FIT workout file (milliseconds, centimetres, millimetres per second), so that a session
that went through a watch file compares equal to the one that was written. The unit in which a coach wrote a value is
kept for display and takes no part in comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from retrorun.errors import SessionError

DistanceUnit = Literal["m", "km", "mi", "yd"]
SpeedUnit = Literal["min/km", "min/mi", "km/h", "m/s"]

# The largest values that the 32-bit fields of a FIT workout step hold, less the marks for "none" (milliseconds,
# centimetres); far beyond any session.
LONGEST_TIME_S = 4_294_967.0
LONGEST_DISTANCE_M = 42_949_672.0
FASTEST_MPS = 15.0  # no person has run faster than 12.5 m/s (Bolt 2009); beyond this a pace is a slip of the pen


def on_grid(value: float, digits: int, *, low: float, high: float, name: str) -> float:
    """The value rounded to the grid, or a SessionError that names it."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124 - only NaN differs from itself
        raise SessionError(f"{name} must be a number, not {value!r}")
    if not -1e9 < value < 1e9:  # before float(), which whole numbers of any length would overflow
        raise SessionError(f"{name} is outside {low:.10g} to {high:.10g}")
    rounded = round(float(value), digits) + 0.0  # no minus zero
    if not low <= rounded <= high:
        raise SessionError(f"{name} is {rounded:.10g}, outside {low:.10g} to {high:.10g}")
    return rounded


def _whole(value: int, *, low: int, high: int, name: str) -> int:
    """The value as it is, or a SessionError where it is no whole number within the bounds."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise SessionError(f"{name} must be a whole number, not {value!r}")
    if not low <= value <= high:
        # Whole numbers of any length are refused without being printed.
        shown = f" {value}," if abs(value) < 10**9 else ""
        raise SessionError(f"{name} is{shown} outside {low} to {high}")
    return value


def _ordered(low: float, high: float, name: str) -> None:
    if low > high:
        raise SessionError(f"{name}: low {low:g} is above high {high:g}", hint="swap the two")


# ---- durations: when a step, or a repeat, ends -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """For so long [s, kept to the millisecond]."""

    time_s: float

    def __post_init__(self) -> None:
        value = on_grid(self.time_s, 3, low=0.001, high=LONGEST_TIME_S, name="time [s]")
        object.__setattr__(self, "time_s", value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """For so far [m, kept to the centimetre]; `unit` is how it was written."""

    distance_m: float
    unit: DistanceUnit = field(default="m", compare=False)

    def __post_init__(self) -> None:
        value = on_grid(self.distance_m, 2, low=0.01, high=LONGEST_DISTANCE_M, name="distance [m]")
        object.__setattr__(self, "distance_m", value)
        if self.unit not in ("m", "km", "mi", "yd"):
            raise SessionError(f"unknown unit of distance {self.unit!r}", hint="use m, km, mi or yd")


@dataclass(frozen=True, slots=True, kw_only=True)
class LapButton:
    """Until the runner presses the lap button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRateAbove:
    """Until the heart rate rises above this [bpm]."""

    heart_rate_bpm: int

    def __post_init__(self) -> None:
        _whole(self.heart_rate_bpm, low=30, high=250, name="heart rate [bpm]")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRateBelow:
    """Until the heart rate falls below this [bpm]."""

    heart_rate_bpm: int

    def __post_init__(self) -> None:
        _whole(self.heart_rate_bpm, low=30, high=250, name="heart rate [bpm]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calories:
    """Until so much energy is spent [kcal]."""

    calories_kcal: int

    def __post_init__(self) -> None:
        _whole(self.calories_kcal, low=1, high=65_534, name="energy [kcal]")


Duration = Time | Distance | LapButton | HeartRateAbove | HeartRateBelow | Calories


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """So many rounds in all."""

    count: int

    def __post_init__(self) -> None:
        _whole(self.count, low=1, high=999, name="the number of rounds")


RepeatUntil = Times | Time | Distance | HeartRateAbove | HeartRateBelow


# ---- targets: what to hold during a step -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedRange:
    """A range of speed [m/s, kept to the millimetre per second]; a pace range is one shown in min/km or min/mi.

    `low_mps` is the slower end. A single pace has both ends equal. `unit` is how it was written.
    """

    low_mps: float
    high_mps: float
    unit: SpeedUnit = field(default="min/km", compare=False)

    def __post_init__(self) -> None:
        low = on_grid(self.low_mps, 3, low=0.1, high=FASTEST_MPS, name="speed [m/s]")
        high = on_grid(self.high_mps, 3, low=0.1, high=FASTEST_MPS, name="speed [m/s]")
        _ordered(low, high, "speed range")
        object.__setattr__(self, "low_mps", low)
        object.__setattr__(self, "high_mps", high)
        if self.unit not in ("min/km", "min/mi", "km/h", "m/s"):
            raise SessionError(f"unknown unit of speed {self.unit!r}", hint="use min/km, min/mi, km/h or m/s")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRateZone:
    """One of the watch's own heart-rate zones, 1 to 5."""

    zone: int

    def __post_init__(self) -> None:
        _whole(self.zone, low=1, high=5, name="heart-rate zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRateRange:
    """A range of heart rate [bpm]."""

    low_bpm: int
    high_bpm: int

    def __post_init__(self) -> None:
        _whole(self.low_bpm, low=30, high=250, name="heart rate [bpm]")
        _whole(self.high_bpm, low=30, high=250, name="heart rate [bpm]")
        _ordered(self.low_bpm, self.high_bpm, "heart-rate range")


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceRange:
    """A range of cadence [steps/min, both feet]."""

    low_spm: int
    high_spm: int

    def __post_init__(self) -> None:
        _whole(self.low_spm, low=30, high=300, name="cadence [spm]")
        _whole(self.high_spm, low=30, high=300, name="cadence [spm]")
        _ordered(self.low_spm, self.high_spm, "cadence range")


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRange:
    """A range of running power [W]."""

    low_w: int
    high_w: int

    def __post_init__(self) -> None:
        _whole(self.low_w, low=1, high=2000, name="power [W]")
        _whole(self.high_w, low=1, high=2000, name="power [W]")
        _ordered(self.low_w, self.high_w, "power range")


Target = SpeedRange | HeartRateZone | HeartRateRange | CadenceRange | PowerRange


def check_targets(first: Target, second: Target) -> None:
    """Refuse two targets of one kind: they would be one, or contradict each other.

    Raises:
        SessionError: they are of the same kind.
    """
    if _quantity(first) is _quantity(second):
        raise SessionError("a step's two targets are of the same kind", hint="leave one out")


def _quantity(target: Target) -> type:
    """What a target holds steady; a zone and a range of heart rate hold the same."""
    return HeartRateRange if isinstance(target, HeartRateZone) else type(target)
