"""Targets by effort become numbers, with an athlete: `90% vpeak`, `85% hrmax`, `Z2-Z3`, `rpe 6`.

Nothing is guessed: a number that an athlete lacks is named, with the way to get it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

from retrorun.errors import SessionError
from retrorun.session import values, wording
from retrorun.session.model import Direction, Session, Step, map_steps, walk_steps

GUIDE = "docs/how-to/one-session-for-a-squad.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Athlete:
    """One person's thresholds and maxima, by which effort becomes pace, heart rate or power; all optional.

    `hr_zones_bpm` holds six numbers: where zones 1 to 5 begin, and where zone 5 ends. `vpeak_…_mps` are the peak speeds
    of the incremental test run forward and backward, `pace_…_mps` the speeds of races.
    """

    name: str = ""
    max_hr_bpm: int | None = None
    threshold_hr_bpm: int | None = None
    hr_zones_bpm: tuple[int, ...] | None = None
    threshold_pace_mps: float | None = None
    vpeak_forward_mps: float | None = None
    vpeak_backward_mps: float | None = None
    pace_mile_mps: float | None = None
    pace_5k_mps: float | None = None
    pace_10k_mps: float | None = None
    pace_half_mps: float | None = None
    pace_marathon_mps: float | None = None
    critical_power_w: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise SessionError(f"an athlete's name is text, not {self.name!r}")
        for each in fields(self):
            name, value = each.name, getattr(self, each.name)
            if value is None or name in ("name", "hr_zones_bpm"):
                continue
            if name.endswith("_mps"):
                values.settle(self, **{name: values.on_grid(value, 3, low=0.5, high=12.5, name=name)})
            else:
                low, high = (30, 250) if name.endswith("_bpm") else (1, 2000)
                values.whole_numbers(value, low=low, high=high, name=name)
        if self.hr_zones_bpm is not None:
            values.settle(self, hr_zones_bpm=_checked_zones(self.hr_zones_bpm))


def _checked_zones(zones: object) -> tuple[int, ...]:
    hint = "give where zones 1 to 5 begin, and where zone 5 ends"
    if not isinstance(zones, tuple | list) or len(zones) != 6:
        raise SessionError("hr_zones_bpm holds six heart rates", hint=hint)
    for value in zones:
        values.whole_numbers(value, low=30, high=250, name="hr_zones_bpm")
    if any(low >= high for low, high in pairwise(zones)):
        raise SessionError("hr_zones_bpm must rise", hint=hint)
    return tuple(zones)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingNumber:
    """A number that a step's target needs and the athlete lacks: where, the `Athlete`'s name for it, how to get it."""

    place: str
    name: str
    what: str
    hint: str


_RACE = "a race of the last months, its distance over its time"
_VPEAK = "an incremental test: 3 minutes a stage, 1 km/h more each, until exhaustion"
_THRESHOLD = "30 minutes alone, as hard as can be held: the mean"
_WORK = "two all-out runs of 3 and 12 minutes: the work between them over the time between them"
_HIGHEST = "the highest of an incremental test to exhaustion"
_OF = values.PercentOf
_NUMBERS = {
    of: MissingNumber(place="", name=name, what=f"the {what}", hint=hint)
    for of, name, what, hint in (
        (_OF.MAX_HR, "max_hr_bpm", "maximum heart rate", _HIGHEST),
        (_OF.THRESHOLD_HR, "threshold_hr_bpm", "threshold heart rate", f"{_THRESHOLD} heart rate of the last 20"),
        (_OF.THRESHOLD_PACE, "threshold_pace_mps", "threshold pace", f"{_THRESHOLD} speed"),
        (_OF.VPEAK_FORWARD, "vpeak_forward_mps", "peak speed forward", f"{_VPEAK}, forward"),
        (_OF.VPEAK_BACKWARD, "vpeak_backward_mps", "peak speed backward", f"{_VPEAK}, backward"),
        (_OF.MILE_PACE, "pace_mile_mps", "mile race pace", _RACE),
        (_OF.PACE_5K, "pace_5k_mps", "5 km race pace", _RACE),
        (_OF.PACE_10K, "pace_10k_mps", "10 km race pace", _RACE),
        (_OF.HALF_PACE, "pace_half_mps", "half-marathon race pace", _RACE),
        (_OF.MARATHON_PACE, "pace_marathon_mps", "marathon race pace", _RACE),
        (_OF.CRITICAL_POWER, "critical_power_w", "critical power", _WORK),
    )
}
# Where a watch's five zones begin, and where they end, unless the runner set them [% of maximum heart rate].
USUAL_ZONES_PCT = (50, 60, 70, 80, 90, 100)
# Perceived exertion (CR10) as a share of maximum heart rate [%]: the classes of the American College of Sports Medicine
# (Garber et al. 2011, Med Sci Sports Exerc 43:1334), whose ratings from 6 to 20 go with CR10 by Borg's own words.
_RPE_HR_PCT = (
    *((57, 63),) * 2,  # light: 9 to 11
    *((64, 76),) * 2,  # moderate: 12 to 13
    *((77, 95),) * 3,  # vigorous: 14 to 17
    *((96, 100),) * 3,  # near maximal: 18 and above
)


def resolve_session(session: Session, athlete: Athlete) -> Session:
    """The session with every target by effort as numbers of this athlete; the effort stays in the step's note.

    Percentages of a speed become paces, of a heart rate and zone ranges bpm, of critical power watts; perceived
    exertion becomes the heart rates that go with it. A single zone stays: it is the watch's own.

    Raises:
        SessionError: the athlete lacks numbers; the error names all of them, each with the way to get it.
    """
    if not isinstance(session, Session) or not isinstance(athlete, Athlete):
        raise SessionError("resolve_session takes a Session and an Athlete", hint="see parse_session and load_athlete")
    missing = missing_numbers(session, athlete)
    if missing:
        raise missing_error(missing)
    return replace(session, steps=map_steps(session.steps, lambda place, step: _resolved_step(step, athlete, place)))


def missing_numbers(session: Session, athlete: Athlete | None = None) -> tuple[MissingNumber, ...]:
    """What stands between a session's targets by effort and numbers, step by step; empty where nothing does.

    Args:
        session: what is planned.
        athlete: whose numbers to take; None: nobody's, so that every target by effort counts.
    """
    known = athlete or Athlete()
    return tuple(
        replace(number, place=place)
        for place, step in walk_steps(session.steps)
        for number in _needed(step, known)
        if getattr(known, number.name) is None
    )


def missing_error(missing: tuple[MissingNumber, ...]) -> SessionError:
    """The one error for all missing numbers."""
    first = {each.name: each for each in reversed(missing)}
    names = list(dict.fromkeys(each.name for each in missing))
    what = " and ".join(first[name].what for name in names)
    ways = "; ".join(f"{name} from {first[name].hint}" for name in names)
    return SessionError(
        f"{what} of the athlete must be known for this effort",
        where=missing[0].place,
        hint=f"give --athlete (resolve_session) {ways} ({GUIDE})",
    )


def is_effort(target: values.Target | None) -> bool:
    """Whether a target becomes numbers only with an athlete."""
    efforts = (values.PercentRange, values.HeartRateZoneRange, values.RpeRange)
    return any(isinstance(part, efforts) for part in values.values_of(target))


def _needed(step: Step, athlete: Athlete) -> Iterator[MissingNumber]:
    for part in values.values_of(step.target, step.secondary_target):
        if isinstance(part, values.PercentRange):
            yield _number_of(part, step.direction)
        elif is_effort(part) and not (isinstance(part, values.HeartRateZoneRange) and athlete.hr_zones_bpm):
            yield _NUMBERS[_OF.MAX_HR]


def _number_of(target: values.PercentRange, direction: Direction) -> MissingNumber:
    vpeak = _OF.VPEAK_BACKWARD if direction is Direction.BACKWARD else _OF.VPEAK_FORWARD
    return _NUMBERS[vpeak if target.of is _OF.VPEAK else target.of]


def _resolved_step(step: Step, athlete: Athlete, place: str) -> Step:
    both = (step.target, step.secondary_target)
    efforts = [wording.format_target(target) for target in both if target is not None and is_effort(target)]
    if not efforts:
        return step
    with values.retold(SessionError, place):
        target, second = (_resolved(each, athlete, step.direction) for each in both)
        note = "; ".join([*efforts, step.note] if step.note else efforts)
        return replace(step, target=target, secondary_target=second, note=note)


def _resolved(target: Any, athlete: Athlete, direction: Direction) -> Any:  # noqa: ANN401 - a target or none, and the same back
    match target:
        case values.PercentRange():
            return _percent(target, athlete, direction)
        case values.HeartRateZoneRange():
            return _zones(target, athlete)
        case values.RpeRange():
            low, high = _RPE_HR_PCT[target.low_rpe - 1][0], _RPE_HR_PCT[target.high_rpe - 1][1]
            return _percent(values.PercentRange(low_pct=low, high_pct=high, of=_OF.MAX_HR), athlete, direction)
        case values.Limit():
            return replace(target, value=_resolved(target.value, athlete, direction))
        case values.Progression():
            start, end = (_resolved(each, athlete, direction) for each in (target.start, target.end))
            return start if start == end else values.Progression(start=start, end=end)
    return target


def _percent(target: values.PercentRange, athlete: Athlete, direction: Direction) -> values.Range:
    name = _number_of(target, direction).name
    whole = getattr(athlete, name)
    low, high = (whole * pct / 100 for pct in (target.low_pct, target.high_pct))
    if name.endswith("_mps"):  # whole seconds, as a watch shows them
        return wording.pace_range_of(round(1000 / high), round(1000 / low), "/km")
    kind = values.HeartRateRange if name.endswith("_bpm") else values.PowerRange
    return values.range_of(kind, _nearest(low), _nearest(high))


def _zones(target: values.HeartRateZoneRange, athlete: Athlete) -> values.HeartRateRange:
    usual = tuple(_nearest((athlete.max_hr_bpm or 0) * pct / 100) for pct in USUAL_ZONES_PCT)
    zones = athlete.hr_zones_bpm or usual
    end = zones[target.high_zone] - (target.high_zone < 5)
    return values.HeartRateRange(low_bpm=zones[target.low_zone - 1], high_bpm=end)


def _nearest(value: float) -> int:
    return math.floor(value + 0.5)
