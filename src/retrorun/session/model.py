"""What a session is: steps and repeats, each with its direction, gait, duration and target.

The one way through them, one by one or in the order in which they are run, and what is said about one: findings.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice
from typing import Any, Literal

from retrorun.errors import PlanError, SessionError, expect
from retrorun.session import values
from retrorun.session.values import Duration, RepeatUntil, Target, Times
from retrorun.units import METRES_PER_MILE


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
MOST_OCCURRENCES = 5000  # 50 steps in two nested repeats of 10 rounds
LONGEST_TEXT = 2000  # characters of a name or a note; watches show 199 bytes
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
        for name, kind in (("direction", Direction), ("gait", Gait), ("intensity", Intensity), ("slope", Slope)):
            value = getattr(self, name)
            if value is not None or name != "slope":
                values.settle(self, **{name: values.member_of(kind, value, name)})
        if self.secondary_target is not None and self.target is None:
            raise SessionError("a step has a secondary target but no target", hint="make it the target")
        for target in (self.target, self.secondary_target):
            if target is not None and not isinstance(target, Target):
                raise SessionError(f"a step's target cannot be {target!r}")
        if self.target is not None and self.secondary_target is not None:
            values.check_targets(self.target, self.secondary_target)
        if self.incline_pct is not None:
            incline = values.on_grid(self.incline_pct, 1, low=-40.0, high=40.0, name="incline [%]")
            values.settle(self, incline_pct=incline)
        values.settle(self, note=_clean(self.note, "note"))
        if not isinstance(self.direction_guessed, bool):
            raise SessionError(f"direction_guessed is True or False, not {self.direction_guessed!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Steps, or further repeats, done again and again until a count, a time, a distance or a heart rate.

    `skip_last` leaves out the last step of the last round, usually a rest; only for a count.
    """

    steps: "Items"
    until: RepeatUntil
    skip_last: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        values.settle(self, steps=_checked_steps(self.steps, "repeat"))
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
        values.settle(self, note=_clean(self.note, "note"))


Items = tuple[Step | Repeat, ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Session:
    """What is planned: steps and repeats in order, where they take place, a name and a note."""

    steps: Items
    name: str = ""
    setting: Setting = Setting.ROAD
    note: str = ""

    def __post_init__(self) -> None:
        values.settle(self, steps=_checked_steps(self.steps, "session"))
        values.settle(self, setting=values.member_of(Setting, self.setting, "setting"))
        values.settle(self, name=_clean(self.name, "name"), note=_clean(self.note, "note"))
        for place, _ in islice(walk(self.steps), MOST_STEPS, None):
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
        from retrorun.report.session_view import session_html  # a notebook asks for it, nobody else

        return session_html(self)


def expect_session(value: object) -> None:
    """Refuse with a SessionError what is given as a session and is none, notation among it."""
    hint = "parse_session makes one of text, load_session of a file"
    expect(value, Session, "a Session", error=SessionError, hint=hint)


def _clean(value: object, name: str) -> str:
    """The text without blanks around it, if it can be shown."""
    if not isinstance(value, str):
        raise SessionError(f"{name} must be text, not {value!r}")
    if any(char != "\n" and unicodedata.category(char) in ("Cc", "Cs") for char in value):
        raise SessionError(f"{name} holds a character that cannot be shown", hint="leave out control characters")
    if len(value) > LONGEST_TEXT:
        raise SessionError(f"{name} is longer than {LONGEST_TEXT} characters", hint="shorten it")
    return value.strip()


def _checked_steps(steps: object, owner: str) -> Items:
    if not isinstance(steps, tuple | list) or not steps:
        raise SessionError(f"a {owner} needs at least one step")
    for step in steps:
        if not isinstance(step, Step | Repeat):
            raise SessionError(f"a {owner} is made of steps and repeats, not {step!r}")
    if len(steps) > MOST_STEPS:
        raise SessionError(f"a {owner} has at most {MOST_STEPS} steps", hint="use repeats")
    return tuple(steps)


# ---- through the steps of a session; a place is e.g. `steps[2].repeat[0]` --------------------------------------------


def walk(steps: Items, place: str = "steps") -> Iterator[tuple[str, Step | Repeat]]:
    """Every step and repeat in order, outer before inner, with its place."""
    for index, step in enumerate(steps):
        here = f"{place}[{index}]"
        yield here, step
        if isinstance(step, Repeat):
            yield from walk(step.steps, f"{here}.repeat")


def walk_steps(items: Items) -> Iterator[tuple[str, Step]]:
    """Every step in order, without the repeats around them, each with its place."""
    return ((place, item) for place, item in walk(items) if isinstance(item, Step))


def number_of(place: str) -> str:
    """A place as people count: `steps[2].repeat[0]` is 3.1."""
    return ".".join(str(int(index) + 1) for index in re.findall(r"\[(\d+)\]", place))


def nesting(step: Step | Repeat) -> int:
    """How many repeats lie within each other; the inner ones were held to the limit when they were made."""
    return 1 + max(nesting(inner) for inner in step.steps) if isinstance(step, Repeat) else 0


def map_items(items: Items, change: Callable[[str, Step | Repeat], Step | Repeat], place: str = "steps") -> Items:
    """The same with every item changed, a repeat after what is in it; `change` is given its place."""
    changed = []
    for index, item in enumerate(items):
        here, inner = f"{place}[{index}]", item
        if isinstance(item, Repeat):
            inner = replace(item, steps=map_items(item.steps, change, f"{here}.repeat"))
        changed.append(change(here, inner))
    return tuple(changed)


def map_steps(items: Items, change: Callable[[str, Step], Step]) -> Items:
    """The same steps and repeats, each step changed; `change` is given its place."""
    return map_items(items, lambda place, item: change(place, item) if isinstance(item, Step) else item)


def with_paces_in(session: Session, unit: values.SpeedUnit) -> Session:
    """The same session, its paces shown per km or per mile; speeds in km/h, mph and m/s stay as they are written."""

    def shown(target: Any) -> Any:  # noqa: ANN401 - a target of any kind, or none, and the same back
        match target:
            case values.SpeedRange(is_pace=True):
                return replace(target, unit=unit)
            case values.Limit():
                return replace(target, value=shown(target.value))
            case values.Progression():
                return replace(target, start=shown(target.start), end=shown(target.end))
        return target

    def changed(_: str, step: Step) -> Step:
        return replace(step, target=shown(step.target), secondary_target=shown(step.secondary_target))

    return replace(session, steps=map_steps(session.steps, changed))


def written_per_m(session: Session) -> float:
    """The metres that its long ways are told for: a mile where it is written in miles, and nowhere in km; else 1000."""
    units: set[str] = set()
    for _, item in walk(session.steps):
        targets = values.values_of(item.target, item.secondary_target) if isinstance(item, Step) else ()
        said = (item.duration if isinstance(item, Step) else item.until, *targets)
        units.update(each.unit for each in said if isinstance(each, values.Distance | values.SpeedRange))
    miles, kilometres = units & {"mi", "min/mi", "mph"}, units & {"km", "min/km", "km/h"}
    return METRES_PER_MILE if miles and not kilometres else 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One execution of a step that the session asks for.

    `repetition` is the round of each repeat around it, outermost first, counted from 1. `optional` marks the rounds,
    after the first, of a repeat that goes on until a time, a distance or a heart rate: whether they come about is known
    only after the run.
    """

    step: Step
    place: str
    repetition: tuple[int, ...]
    optional: bool = False


def unroll(session: Session, *, rounds: int) -> tuple[Occurrence, ...]:
    """All occurrences in the order in which a watch would execute them, so many rounds of a repeat without a count.

    Raises:
        PlanError: the session unrolls into more than 5000 steps.
    """
    found = tuple(islice(_unrolled(session.steps, "steps", (), max(rounds, 1), optional=False), MOST_OCCURRENCES + 1))
    if len(found) > MOST_OCCURRENCES:
        what = f"the session unrolls into more than {MOST_OCCURRENCES} steps"
        raise PlanError(what, where=session.name, hint="lower a count")
    return found


def _unrolled(
    items: Items, place: str, repetition: tuple[int, ...], rounds: int, *, optional: bool
) -> Iterator[Occurrence]:
    for index, item in enumerate(items):
        here = f"{place}[{index}]"
        if isinstance(item, Step):
            yield Occurrence(step=item, place=here, repetition=repetition, optional=optional)
            continue
        counted = isinstance(item.until, Times)
        for number, body in enumerate(bodies(item, item.until.count if isinstance(item.until, Times) else rounds), 1):
            later = optional or (not counted and number > 1)
            yield from _unrolled(body, f"{here}.repeat", (*repetition, number), rounds, optional=later)


def bodies(repeat: Repeat, count: int) -> Iterator[Items]:
    """The steps of each of so many rounds: the last one without its last step, where the repeat leaves that out."""
    for number in range(1, count + 1):
        yield repeat.steps[:-1] if repeat.skip_last and number == count else repeat.steps


# ---- what checking, importing and exporting have to say --------------------------------------------------------------

Severity = Literal["error", "warning", "note"]
Say = Callable[..., Any]  # as `Findings.add`


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem, its place and its hint.

    Args:
        place: where in the session, e.g. `steps[2].repeat[0]`; empty for the session as a whole.
        what: what is wrong, one sentence without a full stop at its end.
        hint: what to do about it; may be empty.
        severity: `error`: it cannot be compiled so. `warning`: it can, but something is changed, cut or lost, or is
            unsafe. `note`: nothing is lost; worth knowing before a run.
    """

    place: str
    what: str
    hint: str = ""
    severity: Severity = "warning"

    def __str__(self) -> str:
        text = f"{self.place}: {self.what}" if self.place else self.what
        return f"{self.severity}: {text}; {self.hint}" if self.hint else f"{self.severity}: {text}"


class Findings:
    """Findings in the order in which they were made, each once: written-out rounds would say everything again."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._findings = dict.fromkeys(findings)

    def add(self, place: str, what: str, hint: str = "", severity: Severity = "warning") -> bool:
        """Add a finding; whether it is a new one."""
        finding = Finding(place=place, what=what, hint=hint, severity=severity)
        new = finding not in self._findings
        self._findings[finding] = None
        return new

    @property
    def all(self) -> tuple[Finding, ...]:
        """All that was told."""
        return tuple(self._findings)
