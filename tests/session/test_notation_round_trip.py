"""What is written as text reads as the same session."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retrorun.errors import SessionError
from retrorun.session.model import Repeat, Session, Step, walk
from retrorun.session.notation import format_session, parse_duration, parse_session, parse_target, parse_until
from retrorun.session.values import Distance, Duration, RepeatUntil, SpeedRange, Target
from retrorun.session.wording import format_duration, format_target
from tests import strategies


@given(strategies.sessions())
def test_parse_gives_back_what_format_wrote(session: Session) -> None:
    text = format_session(session)
    again = parse_session(text)
    assert again == session
    assert format_session(again) == text
    assert list(map(_uncompared, walk(again.steps))) == list(map(_uncompared, walk(session.steps)))


def _uncompared(placed: tuple[str, Step | Repeat]) -> list[object]:
    """What takes no part in comparison: the units in which a step was written, and whether its direction is a guess."""
    _, step = placed
    values = (step.until,) if isinstance(step, Repeat) else (step.duration, step.target, step.secondary_target)
    guessed = [step.direction_guessed] if isinstance(step, Step) else []
    return [*guessed, *(value.unit for value in values if isinstance(value, Distance | SpeedRange))]


@given(strategies.durations)
def test_duration_phrases_round_trip(duration: Duration) -> None:
    assert parse_duration(format_duration(duration)) == duration


@given(strategies.targets)
def test_target_phrases_round_trip(target: Target) -> None:
    assert parse_target(format_target(target)) == target


@given(strategies.times | strategies.distances | strategies.heart_rate_bounds)
def test_until_phrases_round_trip(until: RepeatUntil) -> None:
    assert parse_until(format_duration(until).removeprefix("until ")) == until


@given(st.text(max_size=40) | st.text(alphabet='0123456789:./-@x();,+ \n"#mkhsinbwdfprtZ%<>', max_size=60))
def test_any_text_is_a_session_or_an_error_of_ours(text: str) -> None:
    try:
        session = parse_session(text)
    except SessionError:
        return
    assert parse_session(format_session(session)) == session
