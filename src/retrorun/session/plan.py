"""A progression of weeks: dated sessions whose backward time grows by a stated rule, and their calendar."""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from retrorun.errors import SessionError
from retrorun.session import library, notation, pace, values, wording
from retrorun.session.library import Level
from retrorun.session.model import Session
from retrorun.units import format_distance


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """The backward running of one session: so many stretches of so long [s]."""

    reps: int
    stretch_s: int

    @property
    def backward_s(self) -> int:
        """Backward time of the session [s]."""
        return self.reps * self.stretch_s


# One rung a week: 30 s at first, then minutes, then 3 × 5 min. The ladder is this project's own, drawn from what small
# trials and runners report: two or three times a week for six to eight weeks (Terblanche et al. 2005, Uthoff et al.
# 2020, Negra et al. 2022, Bouguezzi et al. 2024), and minutes with jogs between, five or six of them backward after
# some weeks, in a beginner's account. No trial tested it as a whole.
LADDER = tuple(
    Dose(reps=reps, stretch_s=stretch_s)
    for reps, stretch_s in ((4, 30), (6, 30), (6, 60), (8, 60), (5, 120), (6, 120), (3, 300))
)
FIRST_RUNG = {Level.BEGINNER: 0, Level.REGULAR: 2, Level.EXPERIENCED: 4}
BY_FEEL_RUNGS = 2  # the first rungs carry no pace: the runner is learning to move

MOST_WEEKS = 52
DAYS = {1: (0,), 2: (0, 3), 3: (0, 2, 4)}  # days from the week's first: two days at least from one to the next
LARGEST_SHARE = 0.15  # of the week's distance; runners' advice is 10 to 15 %
FAST_BACKWARD_MPS = 2.5  # the fast end of what recreational backward runners report, to be on the safe side


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSession:
    """A session on a day; `week` counts from 1, `backward_s` is its backward running time [s]."""

    day: date
    week: int
    session: Session
    backward_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlan:
    """Dated sessions in order, and the rule by which their backward volume grows."""

    level: Level
    sessions: tuple[PlannedSession, ...]
    rule: str

    def backward_s_of_week(self, week: int) -> int:
        """Backward running time in a week, counted from 1 [s]."""
        return sum(planned.backward_s for planned in self.sessions if planned.week == week)


def make_plan(
    *,
    start: date,
    weeks: int = 8,
    sessions_a_week: int = 2,
    level: Level | str = Level.BEGINNER,
    easy_mps: float | None = None,
    weekly_distance_m: float | None = None,
    per_m: float = 1000.0,
) -> TrainingPlan:
    """A plan of some weeks.

    Args:
        start: the first day; every week begins on its weekday.
        weeks: 1 to 52.
        sessions_a_week: 1 to 3, so that two days lie between.
        level: where on the ladder it begins.
        easy_mps: the runner's easy forward speed [m/s]; gives the backward stretches a target once they are learnt.
        weekly_distance_m: all that the runner runs in a week [m]; keeps the backward part to 15 % of it.
        per_m: in what long ways are told: 1000, or `units.METRES_PER_MILE`.

    Raises:
        SessionError: a number is out of range, or not even the first rung fits into the weekly distance.
    """
    level = values.member_of(Level, level, "level")
    for name, value, most in (("weeks", weeks, MOST_WEEKS), ("sessions_a_week", sessions_a_week, max(DAYS))):
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            raise SessionError(f"{name} is {value!r}", hint=f"use a whole number from 1 to {most}")
    if not isinstance(start, date) or isinstance(start, datetime):
        raise SessionError(f"a plan's start is a date, not {start!r}", hint="leave the time of day out")
    target = None if easy_mps is None else pace.backward_pace_from_easy(easy_mps).target
    top = _top_rung(sessions_a_week, easy_mps=easy_mps, weekly_distance_m=weekly_distance_m)
    sessions = tuple(_sessions(start, weeks, sessions_a_week, first=FIRST_RUNG[level], top=top, target=target))
    return TrainingPlan(level=level, sessions=sessions, rule=_rule(level, top, weekly_distance_m, per_m))


def _sessions(
    start: date, weeks: int, a_week: int, *, first: int, top: int, target: values.SpeedRange | None
) -> Iterator[PlannedSession]:
    for week in range(weeks):
        rung = min(first + week, top)
        aim = None if rung < BY_FEEL_RUNGS else target
        for index, offset in enumerate(DAYS[a_week]):
            # The very first session is walked; hills come once it is learnt.
            form = _FORMS[index] if rung >= BY_FEEL_RUNGS else _FORMS[index % 2]
            form = "opening" if week == index == first == 0 else form
            day = _day(start, 7 * week + offset)
            yield _planned(form, LADDER[rung], aim, day=day, week=week + 1)


_FORMS = ("stretches", "alternating", "hill")


def _planned(form: str, dose: Dose, target: values.SpeedRange | None, *, day: date, week: int) -> PlannedSession:
    # Half the dose uphill, in climbs of at most half a minute, without a pace: uphill is harder.
    climb_s = min(dose.stretch_s, 30)
    climbs = max(dose.backward_s // (2 * climb_s), 1)
    text = library.plan_template(form).format(
        reps=dose.reps,
        stretch=wording.format_time(dose.stretch_s),
        between=wording.format_time(min(2 * dose.stretch_s, 300)),  # forward twice as long, five minutes at most
        climbs=climbs,
        climb=wording.format_time(climb_s),
        backward="" if target is None else f"@ {wording.format_target(target)}",
    )
    backward_s = {"opening": 0, "hill": climbs * climb_s}.get(form, dose.backward_s)
    return PlannedSession(day=day, week=week, session=notation.parse_session(text), backward_s=backward_s)


def _top_rung(a_week: int, *, easy_mps: float | None, weekly_distance_m: float | None) -> int:
    """The highest rung whose week stays within the share of the weekly distance."""
    if weekly_distance_m is None:
        return len(LADDER) - 1
    if not 0 < weekly_distance_m < math.inf:
        raise SessionError("the weekly distance must be above zero")
    speed_mps = FAST_BACKWARD_MPS if easy_mps is None else easy_mps * pace.BACKWARD_RATIO.high
    room_m = LARGEST_SHARE * weekly_distance_m
    fitting = [rung for rung, dose in enumerate(LADDER) if dose.backward_s * a_week * speed_mps <= room_m]
    if not fitting:
        raise SessionError(
            f"{format_distance(weekly_distance_m)} a week are too few: the first week's backward running would be more "
            f"than {LARGEST_SHARE:.0%} of it",
            hint="plan fewer sessions a week, or run more forward first",
        )
    return fitting[-1]


def _rule(level: Level, top: int, weekly_distance_m: float | None, per_m: float) -> str:
    """The rule of a plan in words."""
    ladder = ", ".join(f"{dose.reps}×{wording.format_time(dose.stretch_s)}" for dose in LADDER)
    share = ""
    if weekly_distance_m is not None:
        whole = top == len(LADDER) - 1
        held = "The whole ladder" if whole else f"It stops at step {top + 1}, so that the backward part"
        share = (
            f" {held} stays within {LARGEST_SHARE:.0%} of {format_distance(weekly_distance_m, per_m=per_m)} a week, "
            "counted at a fast backward pace."
        )
    return (
        f"Backward running in one session climbs at most one step a week on this ladder: {ladder}; then it stays. "
        f"This plan begins at step {min(FIRST_RUNG[level], top) + 1}. Two days at least from one session to the next. "
        f"Uphill counts double. The ladder is this project's own, put together from runners' reports and small trials; "
        f"no trial tested it.{share}"
    )


def _day(start: date, days: int) -> date:
    try:
        # One day more, because a calendar says on which day an event is over.
        return start + timedelta(days=days + 1) - timedelta(days=1)
    except OverflowError:
        raise SessionError(f"a plan that begins on {start} runs out of the calendar", hint="begin earlier") from None


def to_icalendar(plan: TrainingPlan, *, created: datetime) -> str:
    """The plan as the text of an .ics file (RFC 5545): an all-day event for each session, its notation described in it.

    Args:
        plan: dated sessions.
        created: when the file was made, an aware time. The same plan and time give the same text; an event keeps its
            identity when the plan is made anew, as long as its day and its session stay.

    Raises:
        SessionError: `created` is without a time zone.
    """
    from icalendar import Calendar, Event

    if created.tzinfo is None:
        raise SessionError("the time of creation has no time zone", hint="use e.g. datetime.now(timezone.utc)")
    calendar = Calendar(prodid="-//retrorun//training plan//EN", version="2.0", calscale="GREGORIAN")
    for planned in plan.sessions:
        text = notation.format_session(planned.session)
        event = Event(
            uid=hashlib.sha256(f"{planned.day.isoformat()}\n{text}".encode()).hexdigest()[:32] + "@retrorun",
            transp="TRANSPARENT",
        )
        event.add("dtstamp", created.astimezone(UTC))
        event.add("dtstart", planned.day)
        event.add("dtend", planned.day + timedelta(days=1))
        event.add("summary", planned.session.name)
        event.add("description", text)
        calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")
