"""What ends a step or a repeat, and what to hold during one: durations and targets, each checked when it is made.

Values are kept on the grid of a FIT workout file (milliseconds, centimetres, millimetres per second), so that a session
that went through a watch file compares equal to the one that was written. The unit in which a coach wrote a value is
kept for display and takes no part in comparison.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from enum import StrEnum
from operator import attrgetter
from typing import Any, ClassVar, Literal, TypeVar, get_args

from retrorun.errors import RetrorunError, SessionError

DistanceUnit = Literal["m", "km", "mi", "yd"]
SpeedUnit = Literal["min/km", "min/mi", "km/h", "mph", "m/s"]
Side = Literal["below", "above"]

# The largest values that the 32-bit fields of a FIT workout step hold, less the marks for "none" (milliseconds,
# centimetres); far beyond any session.
LONGEST_TIME_S = 4_294_967.0
LONGEST_DISTANCE_M = 42_949_672.0
FASTEST_MPS = 15.0  # no person has run faster than 12.5 m/s (Bolt 2009); beyond this a pace is a slip of the pen
EnumT = TypeVar("EnumT", bound=StrEnum)


# ---- what a value, a name or a text may be ---------------------------------------------------------------------------


def member_of(kind: type[EnumT], value: object, name: str) -> EnumT:
    """The member of an enumeration that a value names, or a SessionError that lists them all."""
    try:
        return kind(str(value))
    except ValueError:
        raise SessionError(f"unknown {name} {value!r}", hint=f"use one of: {', '.join(kind)}") from None


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


def whole_numbers(*numbers: int, low: int, high: int, name: str) -> None:
    """Refuse what is no whole number within the bounds, and two that stand in the wrong order."""
    for value in numbers:
        if isinstance(value, bool) or not isinstance(value, int):
            raise SessionError(f"{name} must be a whole number, not {value!r}")
        if not low <= value <= high:
            # Whole numbers of any length are refused without being printed.
            shown = f" {value}," if abs(value) < 10**9 else ""
            raise SessionError(f"{name} is{shown} outside {low} to {high}")
    _ordered(numbers[0], numbers[-1], name)


def _ordered(low: float, high: float, name: str) -> None:
    if low > high:
        raise SessionError(f"{name}: low {low:g} is above high {high:g}", hint="swap the two")


def settle(owner: object, **checked: object) -> None:
    """Set the checked fields of a frozen value that is just being made."""
    for name, value in checked.items():
        object.__setattr__(owner, name, value)


def nearest_of(word: str, known: Iterable[str], otherwise: str, *, cutoff: float = 0.6) -> str:
    """A hint: the known word that was probably meant, or `otherwise` where none is near."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return f"did you mean {close[0]}?" if close else otherwise


@contextmanager
def retold(kind: type[RetrorunError], where: str = "", *, lead: str = "") -> Iterator[None]:
    """What the model refuses inside becomes an error of another kind, at a place where one is given."""
    try:
        yield
    except SessionError as error:
        raise kind(lead + error.what, where=where or error.where, hint=error.hint) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    """A whole number within bounds, or a range of two."""

    _bounds: ClassVar[tuple[int, int, str]]

    def __post_init__(self) -> None:
        low, high, name = self._bounds
        whole_numbers(*(getattr(self, each.name) for each in fields(self)), low=low, high=high, name=name)


# ---- durations: when a step, or a repeat, ends -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """For so long [s, kept to the millisecond]."""

    time_s: float

    def __post_init__(self) -> None:
        settle(self, time_s=on_grid(self.time_s, 3, low=0.001, high=LONGEST_TIME_S, name="time [s]"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """For so far [m, kept to the centimetre]; `unit` is how it was written."""

    distance_m: float
    unit: DistanceUnit = field(default="m", compare=False)

    def __post_init__(self) -> None:
        settle(self, distance_m=on_grid(self.distance_m, 2, low=0.01, high=LONGEST_DISTANCE_M, name="distance [m]"))
        if self.unit not in get_args(DistanceUnit):
            raise SessionError(f"unknown unit of distance {self.unit!r}", hint="use m, km, mi or yd")


@dataclass(frozen=True, slots=True, kw_only=True)
class LapButton:
    """Until the runner presses the lap button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRateAbove(_Whole):
    """Until the heart rate rises above this [bpm]."""

    heart_rate_bpm: int
    _bounds = (30, 250, "heart rate [bpm]")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRateBelow(_Whole):
    """Until the heart rate falls below this [bpm]."""

    heart_rate_bpm: int
    _bounds = (30, 250, "heart rate [bpm]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calories(_Whole):
    """Until so much energy is spent [kcal]."""

    calories_kcal: int
    _bounds = (1, 65_534, "energy [kcal]")


Duration = Time | Distance | LapButton | HeartRateAbove | HeartRateBelow | Calories


@dataclass(frozen=True, slots=True, kw_only=True)
class Times(_Whole):
    """So many rounds in all."""

    count: int
    _bounds = (1, 999, "the number of rounds")


RepeatUntil = Times | Time | Distance | HeartRateAbove | HeartRateBelow


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedRange:
    """A range of speed [m/s, kept to the millimetre per second]; a pace range is one shown in min/km or min/mi.

    `low_mps` is the slower end. A single pace has both ends equal. `unit` is how it was written.
    """

    low_mps: float
    high_mps: float
    unit: SpeedUnit = field(default="min/km", compare=False)

    def __post_init__(self) -> None:
        low, high = (on_grid(end, 3, low=0.1, high=FASTEST_MPS, name="speed [m/s]") for end in ends_of(self))
        _ordered(low, high, "speed range")
        settle(self, low_mps=low, high_mps=high)
        if self.unit not in get_args(SpeedUnit):
            raise SessionError(f"unknown unit of speed {self.unit!r}", hint="use min/km, min/mi, km/h, mph or m/s")

    @property
    def is_pace(self) -> bool:
        """Whether it is shown as a pace."""
        return self.unit.startswith("min/")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRateZone(_Whole):
    """One of the watch's own heart-rate zones, 1 to 5."""

    zone: int
    _bounds = (1, 5, "heart-rate zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRateRange(_Whole):
    """A range of heart rate [bpm]."""

    low_bpm: int
    high_bpm: int
    _bounds = (30, 250, "heart rate [bpm]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceRange(_Whole):
    """A range of cadence [steps/min, both feet]."""

    low_spm: int
    high_spm: int
    _bounds = (30, 300, "cadence [spm]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRange(_Whole):
    """A range of running power [W]."""

    low_w: int
    high_w: int
    _bounds = (1, 2000, "power [W]")


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
        settle(self, of=member_of(PercentOf, self.of, "measure of effort"))
        most = 100 if self.of is PercentOf.MAX_HR else 200
        whole_numbers(self.low_pct, self.high_pct, low=1, high=most, name="effort [%]")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartRateZoneRange:
    """Several heart-rate zones that follow each other, e.g. 2 to 3; a watch holds one alone, so they become bpm."""

    low_zone: int
    high_zone: int

    def __post_init__(self) -> None:
        for zone in (self.low_zone, self.high_zone):
            whole_numbers(zone, low=1, high=5, name="heart-rate zone")
        if self.low_zone >= self.high_zone:
            what = f"a range of zones goes up, not from Z{self.low_zone} to Z{self.high_zone}"
            raise SessionError(what, hint="name a single zone, or the lower one first")


@dataclass(frozen=True, slots=True, kw_only=True)
class RpeRange(_Whole):
    """A range of perceived exertion on the scale from 1 to 10 (Borg CR10)."""

    low_rpe: int
    high_rpe: int
    _bounds = (1, 10, "perceived exertion")


Range = SpeedRange | HeartRateRange | CadenceRange | PowerRange | PercentRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One side only: stay below, or above, a single value (a range whose two ends are equal).

    Below a speed is slower: `slower than 6:00/km`.
    """

    side: Side
    value: Range

    def __post_init__(self) -> None:
        if self.side not in get_args(Side):
            raise SessionError(f"a limit is below or above, not {self.side!r}")
        if not isinstance(self.value, Range) or len(set(ends_of(self.value))) > 1:
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
Measure = PercentOf | type[Range]
_ENDS: dict[type[Range], Callable[[Range], tuple[float, float]]] = {
    kind: attrgetter(*(each.name for each in fields(kind)[:2])) for kind in get_args(Range)
}
Quantity = Literal["speed", "heart rate", "cadence", "power"]
_QUANTITIES: dict[object, Quantity] = {
    **dict.fromkeys((SpeedRange, *PercentOf), "speed"),
    **dict.fromkeys((PercentOf.MAX_HR, PercentOf.THRESHOLD_HR), "heart rate"),
    **dict.fromkeys((PowerRange, PercentOf.CRITICAL_POWER), "power"),
    CadenceRange: "cadence",
}


def values_of(*targets: Target | None) -> tuple[Target, ...]:
    """The plain values in targets: what a limit stands at, where a progression begins and ends, else what it is."""
    found: list[Target] = []
    for target in targets:
        if isinstance(target, Progression):
            found += (target.start, target.end)
        elif target is not None:
            found.append(target.value if isinstance(target, Limit) else target)
    return tuple(found)


def ends_of(target: Range) -> tuple[float, float]:
    """Both ends of a range, the lower first, in its own unit."""
    return _ENDS[type(target)](target)


def range_of(measure: Measure, low: float, high: float) -> Range:
    """The range of a measure, as `measure_of` says it, from its two ends; whole numbers but for a speed."""
    if isinstance(measure, PercentOf):
        return PercentRange(low_pct=int(low), high_pct=int(high), of=measure)
    ends = (low, high) if measure is SpeedRange else (int(low), int(high))
    named: dict[str, Any] = {each.name: end for each, end in zip(fields(measure), ends, strict=False)}
    return measure(**named)


def measure_of(target: Range) -> Measure:
    """What the ends of a range are measured in: its kind, and for per cent what they are of."""
    return target.of if isinstance(target, PercentRange) else type(target)


def quantity_of(target: Target) -> Quantity:
    """What a target holds steady, whatever it is measured in; perceived exertion is told by the heart rate."""
    part = values_of(target)[0]
    return _QUANTITIES.get(part.of if isinstance(part, PercentRange) else type(part), "heart rate")


def check_targets(first: Target, second: Target) -> None:
    """Refuse two targets of one kind with a SessionError: they would be one, or contradict each other."""
    if quantity_of(first) == quantity_of(second):
        raise SessionError("a step's two targets are of the same kind", hint="leave one out")
