"""What a session is: steps and repeats, each with its direction, gait, duration and target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from retrorun.errors import SessionError
from retrorun.session.checks import clean_text, member_of, on_grid
from retrorun.session.values import Duration, RepeatUntil, Target, Times, check_targets


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


# Bounds that no coach meets, so that nothing here can be made to recurse or grow without end.
DEEPEST_NESTING = 8  # repeats within repeats; watches that were seen record two levels
MOST_STEPS = 1000  # steps and repeats as written; watches hold 50
_LONGEST_SHOWN = 300  # characters of the notation in a session's repr


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do: a direction and a gait, for a duration, at a target (None: as it comes).

    `note` is shown on the watch. `slope` is for outdoors, `incline_pct` [%, kept to the tenth] for a treadmill.
    `direction_guessed` tells that the direction was read from somebody else's words; like the unit of a value it takes
    no part in comparison.
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
    direction_guessed: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.duration, Duration):
            raise SessionError(f"a step's duration cannot be {self.duration!r}", hint="use Time, Distance or LapButton")
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
            raise SessionError("a step has a secondary target but no target", hint="make it the target")
        for target in (self.target, self.secondary_target):
            if target is not None and not isinstance(target, Target):
                raise SessionError(f"a step's target cannot be {target!r}")
        if self.target is not None and self.secondary_target is not None:
            check_targets(self.target, self.secondary_target)
        if self.incline_pct is not None:
            value = on_grid(self.incline_pct, 1, low=-40.0, high=40.0, name="incline [%]")
            object.__setattr__(self, "incline_pct", value)
        object.__setattr__(self, "note", clean_text(self.note, "note"))
        if not isinstance(self.direction_guessed, bool):
            raise SessionError(f"direction_guessed is True or False, not {self.direction_guessed!r}")


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
            raise SessionError(f"a repeat cannot go on until {self.until!r}", hint="use Times, Time or Distance")
        if not isinstance(self.skip_last, bool):
            raise SessionError(f"skip_last is True or False, not {self.skip_last!r}")
        if nesting(self) > DEEPEST_NESTING:
            raise SessionError(f"repeats are nested more than {DEEPEST_NESTING} deep", hint="unroll an inner repeat")
        if self.skip_last and not isinstance(self.until, Times):
            raise SessionError("only a repeat with a count has a last round to cut", hint="give it a count")
        if self.skip_last and len(self.steps) < 2:
            raise SessionError("a repeat of one step has no last step to skip", hint="lower its count instead")
        object.__setattr__(self, "note", clean_text(self.note, "note"))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Session:
    """What is planned: steps and repeats in order, where they take place, a name and a note."""

    steps: tuple[Step | Repeat, ...]
    name: str = ""
    setting: Setting = Setting.ROAD
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", _checked_steps(self.steps, "session"))
        object.__setattr__(self, "setting", member_of(Setting, self.setting, "setting"))
        object.__setattr__(self, "name", clean_text(self.name, "name"))
        object.__setattr__(self, "note", clean_text(self.note, "note"))
        for index, (place, _) in enumerate(walk(self.steps)):
            if index >= MOST_STEPS:
                raise SessionError(f"a session has at most {MOST_STEPS} steps", where=place, hint="use repeats")
        treadmill = self.setting is Setting.TREADMILL
        for place, step in walk_steps(self.steps):
            if step.incline_pct is not None and not treadmill:
                hint = "outdoors say uphill, downhill or flat"
                raise SessionError("an incline belongs to a treadmill session", where=place, hint=hint)
            if step.slope is not None and treadmill:
                raise SessionError("a treadmill has no slope", where=place, hint="give its incline instead")

    def __repr__(self) -> str:
        from retrorun.session.wording import format_step  # it needs this module

        text = "; ".join(map(format_step, self.steps))
        shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
        return f"Session({self.name!r}, {self.setting.value}: {shown})"

    def _repr_html_(self) -> str:
        from retrorun.report.notebook import session_html  # a notebook asks for it, nobody else

        return session_html(self)


def walk(steps: tuple[Step | Repeat, ...], place: str = "steps") -> Iterator[tuple[str, Step | Repeat]]:
    """Every step and repeat in order, outer before inner, with its place, e.g. `steps[2].repeat[0]`."""
    for index, step in enumerate(steps):
        here = f"{place}[{index}]"
        yield here, step
        if isinstance(step, Repeat):
            yield from walk(step.steps, f"{here}.repeat")


def walk_steps(items: tuple[Step | Repeat, ...]) -> Iterator[tuple[str, Step]]:
    """Every step in order, without the repeats around them, each with its place."""
    return ((place, item) for place, item in walk(items) if isinstance(item, Step))


def number_of(place: str) -> str:
    """A place as people count: `steps[2].repeat[0]` is 3.1."""
    return ".".join(str(int(index) + 1) for index in re.findall(r"\[(\d+)\]", place))


def nesting(step: Step | Repeat) -> int:
    """How many repeats lie within each other; the inner ones were held to the limit when they were made."""
    return 1 + max(nesting(inner) for inner in step.steps) if isinstance(step, Repeat) else 0


def expect_session(value: object) -> None:
    """Refuse what is given as a session and is none, notation among it.

    Raises:
        SessionError: it is something else.
    """
    if not isinstance(value, Session):
        hint = "parse_session makes one of text, load_session of a file"
        raise SessionError(f"a Session is needed here, not {type(value).__name__}", hint=hint)


def _checked_steps(steps: object, owner: str) -> tuple[Step | Repeat, ...]:
    if not isinstance(steps, tuple | list) or not steps:
        raise SessionError(f"a {owner} needs at least one step")
    for step in steps:
        if not isinstance(step, Step | Repeat):
            raise SessionError(f"a {owner} is made of steps and repeats, not {step!r}")
    if len(steps) > MOST_STEPS:
        raise SessionError(f"a {owner} has at most {MOST_STEPS} steps", hint="use repeats")
    return tuple(steps)
