"""Plans of weeks: what is dated, how it grows, and that it says by what rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from retrorun.errors import SessionError
from retrorun.session.amounts import amounts
from retrorun.session.library import Level
from retrorun.session.model import Direction, Gait, Step, walk
from retrorun.session.notation import parse_session
from retrorun.session.plan import LADDER, PlannedSession, TrainingPlan, make_plan, to_icalendar
from retrorun.session.safety import safety_findings
from retrorun.session.values import SpeedRange
from retrorun.units import parse_speed

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("sessions_a_week", [1, 2, 3])
def test_no_session_is_above_its_step_of_the_ladder_and_two_days_lie_between(
    level: Level, sessions_a_week: int
) -> None:
    plan = make_plan(start=MONDAY, weeks=12, sessions_a_week=sessions_a_week, level=level)
    assert len(plan.sessions) == 12 * sessions_a_week
    first = {Level.BEGINNER: 0, Level.REGULAR: 2, Level.EXPERIENCED: 4}[level]
    for planned in plan.sessions:
        step = LADDER[min(first + planned.week - 1, len(LADDER) - 1)]
        assert planned.backward_s <= step.backward_s
        assert planned.day - MONDAY < timedelta(weeks=planned.week)
        assert not safety_findings(planned.session)
    days = [planned.day for planned in plan.sessions]
    assert all(after - before >= timedelta(days=2) for before, after in pairwise(days))


def test_the_ladder_is_the_one_that_is_documented() -> None:
    assert [dose.backward_s / 60 for dose in LADDER] == [2, 3, 6, 8, 10, 12, 15]


def test_backward_time_is_what_the_sessions_hold() -> None:
    plan = make_plan(start=MONDAY, weeks=8, sessions_a_week=3)
    for planned in plan.sessions:
        running = sum(
            (each.time_s or 0.0) * (each.rounds or 0.0)
            for each in amounts(planned.session).steps
            if each.step.direction is Direction.BACKWARD and each.step.gait is Gait.RUN
        )
        assert running == planned.backward_s
    assert plan.backward_s_of_week(2) == 3 * 180
    assert plan.backward_s_of_week(9) == 0


def test_a_beginner_walks_backward_before_running_backward() -> None:
    first = make_plan(start=MONDAY).sessions[0]
    gaits = {
        step.gait
        for _, step in walk(first.session.steps)
        if isinstance(step, Step) and step.direction is Direction.BACKWARD
    }
    assert gaits == {Gait.WALK}
    assert first.backward_s == 0


def test_targets_come_with_an_easy_pace_and_only_once_it_is_learnt() -> None:
    plan = make_plan(start=MONDAY, weeks=4, easy_mps=parse_speed("6:00/km"))
    weeks_with_target = {
        planned.week
        for planned in plan.sessions
        for _, step in walk(planned.session.steps)
        if isinstance(step, Step) and isinstance(step.target, SpeedRange)
    }
    assert weeks_with_target == {3, 4}


def test_hills_wait_until_backward_running_is_learnt() -> None:
    plan = make_plan(start=MONDAY, weeks=4, sessions_a_week=3)
    assert {planned.week for planned in plan.sessions if "hill" in planned.session.name} == {3, 4}


def test_a_weekly_distance_holds_the_backward_part_down() -> None:
    free = make_plan(start=MONDAY, weeks=8, sessions_a_week=2)
    held = make_plan(start=MONDAY, weeks=8, sessions_a_week=2, weekly_distance_m=20_000)
    # 15 % of 20 km at 2.5 m/s are 1200 s a week: 10 min a session.
    assert max(map(held.backward_s_of_week, range(1, 9))) == 2 * 600
    assert max(map(free.backward_s_of_week, range(1, 9))) == 2 * 900
    assert "It stops at step 5, so that the backward part stays within 15% of 20.00 km a week" in held.rule
    # An experienced runner's plan is held too.
    assert make_plan(start=MONDAY, level="experienced", weekly_distance_m=5_000).backward_s_of_week(1) == 2 * 120
    roomy = make_plan(start=MONDAY, weekly_distance_m=100_000).rule
    assert "The whole ladder stays within 15% of 100.00 km a week" in roomy
    with pytest.raises(SessionError, match=r"500 m a week are too few: .* plan fewer sessions a week"):
        make_plan(start=MONDAY, weekly_distance_m=500)


def test_the_rule_is_said() -> None:
    rule = make_plan(start=MONDAY, level=Level.REGULAR).rule
    assert "climbs at most one step a week on this ladder: 4×30s, 6×30s, 6×1min, 8×1min, 5×2min, 6×2min, 3×5min" in rule
    assert "begins at step 3" in rule
    assert "no trial tested it" in rule


@pytest.mark.parametrize(
    ("weeks", "per_week", "level", "message"),
    [
        (0, 2, "beginner", "weeks is 0; use a whole number from 1 to 52"),
        (53, 2, "beginner", "weeks is 53; use a whole number from 1 to 52"),
        (8, 4, "beginner", "sessions_a_week is 4; use a whole number from 1 to 3"),
        (8, 2, "expert", "unknown level 'expert'; use one of: beginner, regular, experienced"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(weeks: int, per_week: int, level: str, message: str) -> None:
    with pytest.raises(SessionError) as caught:
        make_plan(start=MONDAY, weeks=weeks, sessions_a_week=per_week, level=level)
    assert str(caught.value) == message


def test_a_plan_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(SessionError, match="runs out of the calendar"):
        make_plan(start=date(9999, 12, 20))
    with pytest.raises(SessionError, match="runs out of the calendar"):
        make_plan(start=date(9999, 12, 31), weeks=1, sessions_a_week=1)
    for distance_m in (0, -5, float("nan"), float("inf")):
        with pytest.raises(SessionError, match="the weekly distance must be above zero"):
            make_plan(start=MONDAY, weekly_distance_m=distance_m)
    with pytest.raises(SessionError, match=r"a plan's start is a date, not datetime.*; leave the time of day out"):
        make_plan(start=datetime(2026, 11, 23, tzinfo=UTC))


CREATED = datetime(2026, 11, 22, 13, 0, tzinfo=timezone(timedelta(hours=1)))


def _events(text: str) -> list[dict[str, str]]:
    """The properties of each event: unfolded, parameters dropped, escapes resolved."""
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    events: list[dict[str, str]] = []
    for line in text.replace("\r\n ", "").split("\r\n"):
        key, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events:
            events[-1][key.split(";")[0]] = _unescaped(value)
    return events


def _unescaped(value: str) -> str:
    parts = value.split("\\\\")
    return "\\".join(part.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";") for part in parts)


def test_every_session_is_an_all_day_event_that_holds_its_notation() -> None:
    plan = make_plan(start=date(2026, 12, 28), weeks=2)
    events = _events(to_icalendar(plan, created=CREATED))
    assert [event["DTSTART"] for event in events] == ["20261228", "20261231", "20270104", "20270107"]
    assert [event["DTEND"] for event in events] == ["20261229", "20270101", "20270105", "20270108"]
    assert {event["DTSTAMP"] for event in events} == {"20261122T120000Z"}
    assert len({event["UID"] for event in events}) == 4
    for event, planned in zip(events, plan.sessions, strict=True):
        assert event["SUMMARY"] == planned.session.name
        assert parse_session(event["DESCRIPTION"]) == planned.session


def test_awkward_texts_survive() -> None:
    session = parse_session(
        '10min "a, b; c\\\\d\\nnext 漢字 and so on, well beyond the seventy-five bytes of a line 😀"'
    )
    planned = PlannedSession(day=date(2026, 12, 1), week=1, session=session, backward_s=0)
    plan = TrainingPlan(level=Level.BEGINNER, sessions=(planned,), rule="")
    (event,) = _events(to_icalendar(plan, created=CREATED))
    assert parse_session(event["DESCRIPTION"]) == session


def test_the_same_plan_gives_the_same_text_and_a_time_needs_its_zone() -> None:
    plan = make_plan(start=date(2026, 12, 28))
    assert to_icalendar(plan, created=CREATED) == to_icalendar(plan, created=CREATED.astimezone(UTC))
    with pytest.raises(SessionError, match="the time of creation has no time zone"):
        to_icalendar(plan, created=datetime(2026, 11, 22))  # noqa: DTZ001 - the point
