from __future__ import annotations

import pytest
from hypothesis import given

from retrorun.errors import NotationError
from retrorun.session.document import session_from_dict, session_to_dict
from retrorun.session.model import Session, Step
from retrorun.session.notation import format_session, parse_session, parse_target
from retrorun.session.values import (
    Target,
    Time,
)
from tests import strategies


@given(strategies.any_targets)
def test_every_target_comes_back_from_notation_and_documents(target: Target) -> None:
    session = Session(steps=(Step(duration=Time(time_s=60), target=target),))
    assert parse_session(format_session(session)) == session
    assert session_from_dict(session_to_dict(session)) == session


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("85%-90% hrmax", "85-90% hrmax"),
        ("below 150 bpm", "under 150 bpm"),
        ("above 150 bpm", "over 150 bpm"),
        ("slower than 9 km/h", "under 9 km/h"),
        ("faster 6:00/km", "faster than 6:00/km"),
        ("zone 2-3", "Z2-Z3"),
        ("Z2–Z3", "Z2-Z3"),
        ("RPE 6", "rpe 6"),
    ],
)
def test_other_ways_to_say_it(text: str, same: str) -> None:
    assert parse_target(text) == parse_target(same)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("60-75%", "85-90% hrmax"),
        ("60% feeling", "hrmax"),
        ("rpe", "rpe 6"),
        ("rpe 11", ""),
        ("Z3-Z2", "lower one first"),
        ("Z2-", "Z2-Z3"),
        ("under 6:00/km", "slower than"),
        ("under 140-150 bpm", "single value|alone"),
        ("under Z2", "150 bpm"),
        ("from 7:00/km", "from 7:00/km to 6:30/km"),
        ("from 7:00/km to 150 bpm", "unit"),
        ("101% hrmax", ""),
        ("2.5% cp", ""),
    ],
)
def test_what_is_none_says_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(NotationError) as caught:
        parse_target(text)
    assert any(words in str(caught.value) for words in hint.split("|"))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("WU 10min; CD 5min", "10min warmup; 5min cooldown"),
        ("10min at 7:00/km", "10min @ 7:00/km"),
    ],
)
def test_a_coachs_shorthand(text: str, same: str) -> None:
    assert parse_session(text) == parse_session(same)
