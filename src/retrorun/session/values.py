"""What ends a step or a repeat, and what to hold during one: durations and targets, each checked when it is made.

Values are kept on the grid of a FIT workout file (milliseconds, centimetres, millimetres per second), so that a session
that went through a watch file compares equal to the one that was written. The unit in which a coach wrote a value is
kept for display and takes no part in comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from retrorun.errors import SessionError
from retrorun.session.checks import member_of, on_grid, ordered, whole_ends, whole_number

DistanceUnit = Literal["m", "km", "mi", "yd"]
SpeedUnit = Literal["min/km", "min/mi", "km/h", "mph", "m/s"]

# The largest values that the 32-bit fields of a FIT workout step hold, less the marks for "none" (milliseconds,
# centimetres); far beyond any session.
LONGEST_TIME_S = 4_294_967.0
LONGEST_DISTANCE_M = 42_949_672.0
FASTEST_MPS = 15.0  # no person has run faster than 12.5 m/s (Bolt 2009); beyond this a pace is a slip of the pen


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
        whole_number(self.heart_rate_bpm, low=30, high=250, name="heart rate [bpm]")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRateBelow:
    """Until the heart rate falls below this [bpm]."""

    heart_rate_bpm: int

    def __post_init__(self) -> None:
        whole_number(self.heart_rate_bpm, low=30, high=250, name="heart rate [bpm]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calories:
    """Until so much energy is spent [kcal]."""

    calories_kcal: int

    def __post_init__(self) -> None:
        whole_number(self.calories_kcal, low=1, high=65_534, name="energy [kcal]")


Duration = Time | Distance | LapButton | HeartRateAbove | HeartRateBelow | Calories


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """So many rounds in all."""

    count: int

    def __post_init__(self) -> None:
        whole_number(self.count, low=1, high=999, name="the number of rounds")


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
        ordered(low, high, "speed range")
        object.__setattr__(self, "low_mps", low)
        object.__setattr__(self, "high_mps", high)
        if self.unit not in ("min/km", "min/mi", "km/h", "mph", "m/s"):
            raise SessionError(f"unknown unit of speed {self.unit!r}", hint="use min/km, min/mi, km/h, mph or m/s")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRateZone:
    """One of the watch's own heart-rate zones, 1 to 5."""

    zone: int

    def __post_init__(self) -> None:
        whole_number(self.zone, low=1, high=5, name="heart-rate zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRateRange:
    """A range of heart rate [bpm]."""

    low_bpm: int
    high_bpm: int

    def __post_init__(self) -> None:
        whole_ends(self.low_bpm, self.high_bpm, within=(30, 250), name="heart rate [bpm]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceRange:
    """A range of cadence [steps/min, both feet]."""

    low_spm: int
    high_spm: int

    def __post_init__(self) -> None:
        whole_ends(self.low_spm, self.high_spm, within=(30, 300), name="cadence [spm]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRange:
    """A range of running power [W]."""

    low_w: int
    high_w: int

    def __post_init__(self) -> None:
        whole_ends(self.low_w, self.high_w, within=(1, 2000), name="power [W]")


# ---- targets by effort: what becomes a number only with an athlete ---------------------------------------------------


class PercentOf(StrEnum):
    """What a percentage is of: a number of one athlete. Its value is the notation's word for it.

    `VPEAK` is the peak speed of the step's own direction, from the incremental test run that way.
    """

    MAX_HR = "hrmax"
    THRESHOLD_HR = "lthr"
    THRESHOLD_PACE = "threshold"
    VPEAK = "vpeak"
    VPEAK_FORWARD = "vpeak-forward"
    VPEAK_BACKWARD = "vpeak-backward"
    MILE_PACE = "mile"
    PACE_5K = "5k"
    PACE_10K = "10k"
    HALF_PACE = "half"
    MARATHON_PACE = "marathon"
    CRITICAL_POWER = "cp"


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentRange:
    """A range in per cent [%, whole] of a heart rate, a power or a speed of the athlete.

    Percentages of a pace are of its speed: 90 % of threshold pace is slower than the threshold.
    """

    low_pct: int
    high_pct: int
    of: PercentOf

    def __post_init__(self) -> None:
        of = member_of(PercentOf, self.of, "measure of effort")
        object.__setattr__(self, "of", of)
        within = (1, 100 if of is PercentOf.MAX_HR else 200)
        whole_ends(self.low_pct, self.high_pct, within=within, name="effort [%]")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRateZoneRange:
    """Several heart-rate zones that follow each other, e.g. 2 to 3; a watch holds one alone, so they become bpm."""

    low_zone: int
    high_zone: int

    def __post_init__(self) -> None:
        whole_number(self.low_zone, low=1, high=5, name="heart-rate zone")
        whole_number(self.high_zone, low=1, high=5, name="heart-rate zone")
        if self.low_zone >= self.high_zone:
            what = f"a range of zones goes up, not from Z{self.low_zone} to Z{self.high_zone}"
            raise SessionError(what, hint="name a single zone, or the lower one first")


@dataclass(frozen=True, slots=True, kw_only=True)
class RpeRange:
    """A range of perceived exertion on the scale from 1 to 10 (Borg CR10)."""

    low_rpe: int
    high_rpe: int

    def __post_init__(self) -> None:
        whole_ends(self.low_rpe, self.high_rpe, within=(1, 10), name="perceived exertion")


Range = SpeedRange | HeartRateRange | CadenceRange | PowerRange | PercentRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One side only: stay below, or above, a single value (a range whose two ends are equal).

    Below a speed is slower: `slower than 6:00/km`.
    """

    side: Literal["below", "above"]
    value: Range

    def __post_init__(self) -> None:
        if self.side not in ("below", "above"):
            raise SessionError(f"a limit is below or above, not {self.side!r}")
        if not isinstance(self.value, Range) or ends_of(self.value)[0] != ends_of(self.value)[1]:
            raise SessionError("a limit is a single value", hint="give it alone, or a range without under or over")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progression:
    """From one value to another over the step, evenly, e.g. from 7:00/km to 6:30/km; each may be a range."""

    start: Range
    end: Range

    def __post_init__(self) -> None:
        if not isinstance(self.start, Range) or not isinstance(self.end, Range):
            raise SessionError("a progression goes from one range to another", hint="give a pace or a heart rate each")
        if measure_of(self.start) is not measure_of(self.end):
            raise SessionError("a progression begins and ends in one measure", hint="use one unit at both ends")
        if self.start == self.end:
            raise SessionError("a progression begins where it ends", hint="leave out from and to")


Target = Range | HeartRateZone | HeartRateZoneRange | RpeRange | Limit | Progression


def values_of(*targets: Target | None) -> tuple[Target, ...]:
    """The plain values in targets: what a limit stands at, where a progression begins and ends, else what it is."""
    found: list[Target] = []
    for target in targets:
        match target:
            case Limit():
                found.append(target.value)
            case Progression():
                found += (target.start, target.end)
            case None:
                pass
            case _:
                found.append(target)
    return tuple(found)


_ENDS: dict[type[Range], tuple[str, str]] = {
    SpeedRange: ("low_mps", "high_mps"),
    HeartRateRange: ("low_bpm", "high_bpm"),
    CadenceRange: ("low_spm", "high_spm"),
    PowerRange: ("low_w", "high_w"),
    PercentRange: ("low_pct", "high_pct"),
}


def ends_of(target: Range) -> tuple[float, float]:
    """Both ends of a range, the lower first, in its own unit."""
    low, high = _ENDS[type(target)]
    return getattr(target, low), getattr(target, high)


def range_of(measure: object, low: float, high: float) -> Range:
    """The range of a measure, as `measure_of` says it, from its two ends; whole numbers but for a speed.

    Raises:
        SessionError: the ends are outside what the model holds.
    """
    if isinstance(measure, PercentOf):
        return PercentRange(low_pct=int(low), high_pct=int(high), of=measure)
    for kind, names in _ENDS.items():
        if kind is measure:
            whole = kind is not SpeedRange
            named: dict[str, Any] = {
                name: int(end) if whole else end for name, end in zip(names, (low, high), strict=True)
            }
            return kind(**named)
    raise SessionError(f"there is no range of {measure!r}")


def measure_of(target: Range) -> object:
    """What the ends of a range are measured in: its kind, and for per cent what they are of."""
    return target.of if isinstance(target, PercentRange) else type(target)


Quantity = Literal["speed", "heart rate", "cadence", "power"]
_QUANTITIES: dict[object, Quantity] = {
    SpeedRange: "speed",
    CadenceRange: "cadence",
    PowerRange: "power",
    PercentOf.MAX_HR: "heart rate",
    PercentOf.THRESHOLD_HR: "heart rate",
    PercentOf.CRITICAL_POWER: "power",
}


def quantity_of(target: Target) -> Quantity:
    """What a target holds steady, whatever it is measured in; perceived exertion is told by the heart rate."""
    target = values_of(target)[0]
    if isinstance(target, PercentRange):
        return _QUANTITIES.get(target.of, "speed")
    return _QUANTITIES.get(type(target), "heart rate")


def check_targets(first: Target, second: Target) -> None:
    """Refuse two targets of one kind: they would be one, or contradict each other.

    Raises:
        SessionError: they are of the same kind.
    """
    if quantity_of(first) == quantity_of(second):
        raise SessionError("a step's two targets are of the same kind", hint="leave one out")
