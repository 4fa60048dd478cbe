"""What a session is: steps and repeats, each with its direction, gait, duration and target.

Values are kept on the grid of a FIT workout file (milliseconds, centimetres, millimetres per second), so that a session
that went through a watch file compares equal to the one that was written. The unit in which a coach wrote a value is
kept for display and takes no part in comparison.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeVar

from retrorun.errors import SessionError

EnumT = TypeVar("EnumT", bound=StrEnum)


class Direction(StrEnum):
    """Which way the runner moves over the ground."""

    FORWARD = "forward"
    BACKWARD = "backward"


class Gait(StrEnum):
    """How the runner moves."""

    RUN = "run"
    WALK = "walk"


class Intensity(StrEnum):
    """What a step is for; the watch shows it and some colour by it."""

    WARMUP = "warmup"
    ACTIVE = "active"
    INTERVAL = "interval"
    RECOVERY = "recovery"
    REST = "rest"
    COOLDOWN = "cooldown"


class Setting(StrEnum):
    """Where the session takes place."""

    ROAD = "road"
    TRACK = "track"
    TRAIL = "trail"
    TREADMILL = "treadmill"


class Slope(StrEnum):
    """Which way the ground of a step goes, outdoors; a treadmill has `Step.incline_pct` instead."""

    UPHILL = "uphill"
    DOWNHILL = "downhill"
    FLAT = "flat"


DistanceUnit = Literal["m", "km", "mi", "yd"]
SpeedUnit = Literal["min/km", "min/mi", "km/h", "m/s"]

# The largest values that the 32-bit fields of a FIT workout step hold, less the marks for "none" (milliseconds,
# centimetres); far beyond any session.
LONGEST_TIME_S = 4_294_967.0
LONGEST_DISTANCE_M = 42_949_672.0
FASTEST_MPS = 15.0  # no person has run faster than 12.5 m/s (Bolt 2009); beyond this a pace is a slip of the pen
# Bounds that no coach meets, so that nothing here can be made to recurse or grow without end.
DEEPEST_NESTING = 8  # repeats within repeats; watches that were seen record two levels
MOST_STEPS = 1000  # steps and repeats as written; watches hold 50
LONGEST_TEXT = 2000  # characters of a name or a note; watches show 199 bytes


def _on_grid(value: float, digits: int, *, low: float, high: float, name: str) -> float:
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
        raise SessionError(f"{name}: low {low:g} is above high {high:g}", mend="swap the two")


# ---- durations: when a step, or a repeat, ends -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """For so long [s, kept to the millisecond]."""

    time_s: float

    def __post_init__(self) -> None:
        value = _on_grid(self.time_s, 3, low=0.001, high=LONGEST_TIME_S, name="time [s]")
        object.__setattr__(self, "time_s", value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """For so far [m, kept to the centimetre]; `unit` is how it was written."""

    distance_m: float
    unit: DistanceUnit = field(default="m", compare=False)

    def __post_init__(self) -> None:
        value = _on_grid(self.distance_m, 2, low=0.01, high=LONGEST_DISTANCE_M, name="distance [m]")
        object.__setattr__(self, "distance_m", value)
        if self.unit not in ("m", "km", "mi", "yd"):
            raise SessionError(f"unknown unit of distance {self.unit!r}", mend="use m, km, mi or yd")


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
        low = _on_grid(self.low_mps, 3, low=0.1, high=FASTEST_MPS, name="speed [m/s]")
        high = _on_grid(self.high_mps, 3, low=0.1, high=FASTEST_MPS, name="speed [m/s]")
        _ordered(low, high, "speed range")
        object.__setattr__(self, "low_mps", low)
        object.__setattr__(self, "high_mps", high)
        if self.unit not in ("min/km", "min/mi", "km/h", "m/s"):
            raise SessionError(f"unknown unit of speed {self.unit!r}", mend="use min/km, min/mi, km/h or m/s")


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


# ---- steps, repeats, session -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do: a direction and a gait, for a duration, at a target (None: as it comes).

    `note` is shown on the watch. `slope` is for outdoors, `incline_pct` [%, kept to the tenth] for a treadmill.
    """

    duration: Duration
    direction: Direction = Direction.FORWARD
    gait: Gait = Gait.RUN
    intensity: Intensity = Intensity.ACTIVE
    target: Target | None = None
    secondary_target: Target | None = None
    slope: Slope | None = None
    incline_pct: float | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.duration, Duration):
            raise SessionError(f"a step's duration cannot be {self.duration!r}", mend="use Time, Distance or LapButton")
        for name, kind in (
            ("direction", Direction),
            ("gait", Gait),
            ("intensity", Intensity),
            ("slope", Slope),
        ):
            value = getattr(self, name)
            if not (value is None and name == "slope"):
                object.__setattr__(self, name, member_of(kind, value, name))
        if self.secondary_target is not None and self.target is None:
            raise SessionError("a step has a secondary target but no target", mend="make it the target")
        for target in (self.target, self.secondary_target):
            if target is not None and not isinstance(target, Target):
                raise SessionError(f"a step's target cannot be {target!r}")
        if self.target is not None and self.secondary_target is not None:
            check_targets(self.target, self.secondary_target)
        if self.incline_pct is not None:
            value = _on_grid(self.incline_pct, 1, low=-40.0, high=40.0, name="incline [%]")
            object.__setattr__(self, "incline_pct", value)
        object.__setattr__(self, "note", _clean_text(self.note, "note"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Steps, or further repeats, done again and again until a count, a time, a distance or a heart rate.

    `skip_last` leaves out the last step of the last round, usually a rest; only for a count.
    """

    steps: tuple[Step | Repeat, ...]
    until: RepeatUntil
    skip_last: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", _checked_steps(self.steps, "repeat"))
        if not isinstance(self.until, RepeatUntil):
            raise SessionError(f"a repeat cannot go on until {self.until!r}", mend="use Times, Time or Distance")
        if not isinstance(self.skip_last, bool):
            raise SessionError(f"skip_last is True or False, not {self.skip_last!r}")
        if nesting(self) > DEEPEST_NESTING:
            raise SessionError(f"repeats are nested more than {DEEPEST_NESTING} deep", mend="unroll an inner repeat")
        if self.skip_last and not isinstance(self.until, Times):
            raise SessionError("only a repeat with a count has a last round to cut", mend="give it a count")
        if self.skip_last and len(self.steps) < 2:
            raise SessionError("a repeat of one step has no last step to skip", mend="lower its count instead")
        object.__setattr__(self, "note", _clean_text(self.note, "note"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What is planned: steps and repeats in order, where they take place, a name and a note."""

    steps: tuple[Step | Repeat, ...]
    name: str = ""
    setting: Setting = Setting.ROAD
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", _checked_steps(self.steps, "session"))
        object.__setattr__(self, "setting", member_of(Setting, self.setting, "setting"))
        object.__setattr__(self, "name", _clean_text(self.name, "name"))
        object.__setattr__(self, "note", _clean_text(self.note, "note"))
        for index, (place, step) in enumerate(walk(self.steps)):
            if index >= MOST_STEPS:
                raise SessionError(f"a session has at most {MOST_STEPS} steps", where=place, mend="use repeats")
            if isinstance(step, Step) and step.incline_pct is not None and self.setting is not Setting.TREADMILL:
                raise SessionError(
                    "an incline belongs to a treadmill session",
                    where=place,
                    mend="outdoors say uphill, downhill or flat",
                )
            if isinstance(step, Step) and step.slope is not None and self.setting is Setting.TREADMILL:
                raise SessionError("a treadmill has no slope", where=place, mend="give its incline instead")


def walk(steps: tuple[Step | Repeat, ...], place: str = "steps") -> Iterator[tuple[str, Step | Repeat]]:
    """Every step and repeat in order, outer before inner, with its place, e.g. `steps[2].repeat[0]`."""
    for index, step in enumerate(steps):
        here = f"{place}[{index}]"
        yield here, step
        if isinstance(step, Repeat):
            yield from walk(step.steps, f"{here}.repeat")


def nesting(step: Step | Repeat) -> int:
    """How many repeats lie within each other; the inner ones were held to the limit when they were made."""
    return 1 + max(nesting(inner) for inner in step.steps) if isinstance(step, Repeat) else 0


def check_targets(first: Target, second: Target) -> None:
    """Refuse two targets of one kind: they would be one, or contradict each other.

    Raises:
        SessionError: they are of the same kind.
    """
    if _quantity(first) is _quantity(second):
        raise SessionError("a step's two targets are of the same kind", mend="leave one out")


def _quantity(target: Target) -> type:
    """What a target holds steady; a zone and a range of heart rate hold the same."""
    return HeartRateRange if isinstance(target, HeartRateZone) else type(target)


def _checked_steps(steps: object, owner: str) -> tuple[Step | Repeat, ...]:
    if not isinstance(steps, tuple | list) or not steps:
        raise SessionError(f"a {owner} needs at least one step")
    for step in steps:
        if not isinstance(step, Step | Repeat):
            raise SessionError(f"a {owner} is made of steps and repeats, not {step!r}")
    if len(steps) > MOST_STEPS:
        raise SessionError(f"a {owner} has at most {MOST_STEPS} steps", mend="use repeats")
    return tuple(steps)


def member_of(kind: type[EnumT], value: object, name: str) -> EnumT:
    """The member of an enumeration that a value names, or a SessionError that lists them all."""
    try:
        return kind(str(value))
    except ValueError:
        known = ", ".join(member.value for member in kind)
        raise SessionError(f"unknown {name} {value!r}", mend=f"use one of: {known}") from None


def _clean_text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise SessionError(f"{name} must be text, not {value!r}")
    if any(char != "\n" and unicodedata.category(char) in ("Cc", "Cs") for char in value):
        raise SessionError(f"{name} holds a character that cannot be shown", mend="leave out control characters")
    if len(value) > LONGEST_TEXT:
        raise SessionError(f"{name} is longer than {LONGEST_TEXT} characters", mend="shorten it")
    return value.strip()
