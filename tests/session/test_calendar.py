"""iCalendar: read back by a small reader of the test's own that follows RFC 5545."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from retrorun.errors import SessionError
from retrorun.session.library import Level
from retrorun.session.notation import parse_session
from retrorun.session.plan import PlannedSession, TrainingPlan, make_plan, to_icalendar

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
