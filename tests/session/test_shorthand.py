"""A coach's shorthand is read as what it says in the notation's own words, or led there by a hint that parses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.errors import NotationError
from retrorun.session.document import session_from_dict, session_to_dict
from retrorun.session.model import Session, Step
from retrorun.session.notation import format_session, parse_session

SAME = [
    ("15' WU", "15min warmup"),
    ("15’ wu", "15min warmup"),
    ('90" rest', "90s rest"),
    ("1'30\" rest", "1:30 rest"),
    ("4'30 fwd", "4:30 fwd"),
    ("400m fwd @ 4'30\"/km", "400m fwd @ 4:30/km"),
    ("1h15' easy", "1h15min easy"),
    ("4x400m bwd, 10' CD", "4x(400m bwd); 10min cooldown"),
    ("(400m bwd; 90s rest) x 4", "4x(400m bwd; 90s rest)"),
    ('(400m bwd; 90s rest)x4 skip-last "mind the kerb"', '4x(400m bwd; 90s rest) skip-last "mind the kerb"'),
    ("2x((100m bwd; 30s rest) × 3; 2min easy)", "2x(3x(100m bwd; 30s rest); 2min easy)"),
    ("half", "21.0975km"),
    ("marathon at 7 min/km", "42.195km @ 7:00/km"),
    ("10k @ 6-7 min/km", "10km @ 6:00-7:00/km"),
    ("1km @ 6 mph", "1km @ 9.656064 km/h"),
    ("1km @ from 7:00 to 6:30/km", "1km @ from 7:00/km to 6:30/km"),
    ("1km @ from 60 to 75% vpeak", "1km @ from 60% vpeak to 75% vpeak"),
    ("1km @ 5:00/km ±5%", "1km @ 4:45-5:15/km"),
    ("1km @ 5:00/km +/- 10s", "1km @ 4:50-5:10/km"),
    ("1km @ 10 km/h ±1", "1km @ 9-11 km/h"),
    ("1km @ 150 bpm ±5%", "1km @ 142-158 bpm"),
    ("1km @ 170 spm ±5 spm", "1km @ 165-175 spm"),
    ("1km @ 200 W ±10", "1km @ 190-210 W"),
    ("1km @ 85% hrmax ±5%", "1km @ 80-90% hrmax"),
    ("1km @ 85% of hrmax", "1km @ 85% hrmax"),
    ("1km @ 5k pace", "1km @ 100% 5k"),
    ("1km @ 95% marathon pace", "1km @ 95% marathon"),
    ("1km @ threshold pace", "1km @ 100% threshold"),
]


@pytest.mark.parametrize(("shorthand", "plain"), SAME)
def test_shorthand_is_what_it_says(shorthand: str, plain: str) -> None:
    session = parse_session(shorthand)
    assert session == parse_session(plain)
    assert parse_session(format_session(session)) == session


def test_a_note_close_behind_a_zone_is_a_note_as_before() -> None:
    step = parse_session('10min @ Z2"look"').steps[0]
    assert isinstance(step, Step)
    assert step.note == "look"


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("4x400m bwd/90s rest", "4x(400m bwd; 90s rest)"),
        ("10min warmup; 4x400m bwd / 90s rest; 5min cooldown", "4x(400m bwd; 90s rest)"),
        ("400m bwd/90s rest", "400m bwd; 90s rest"),
        ("2x(400m bwd/90s rest)", "400m bwd; 90s rest"),
    ],
)
def test_a_slash_between_steps_is_led_to_a_form_that_parses(text: str, suggested: str) -> None:
    with pytest.raises(NotationError) as caught:
        parse_session(text)
    assert caught.value.hint == f"write {suggested}"
    parse_session(suggested)


@pytest.mark.parametrize("text", ["(400m bwd)", "(400m bwd) x", "(400m bwd) x 1.5", "(", "()x4", "(400m bwd) x 4 x 2"])
def test_brackets_without_a_whole_count_are_refused(text: str) -> None:
    with pytest.raises(NotationError):
        parse_session(text)


@pytest.mark.parametrize(
    "text", ["1km @ 5-6 km/h ±5%", "1km @ Z2 ±5%", "1km @ 5:00/km ±", "1km @ 150 bpm ±500", "1km ±5%"]
)
def test_a_tolerance_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(NotationError):
        parse_session(text)


def test_a_guessed_direction_is_carried_by_notation_and_documents() -> None:
    session = parse_session("400m bwd? @ 90% vpeak; 400m bwd")
    again: tuple[Session, ...] = (parse_session(format_session(session)), session_from_dict(session_to_dict(session)))
    for each in (session, *again):
        assert [isinstance(step, Step) and step.direction_guessed for step in each.steps] == [True, False]


@given(st.text("0123456789'\"’′±%?/x×()@ kmspbwdfrom to:;-.", max_size=24))
def test_any_marks_at_all_give_a_session_or_one_error(text: str) -> None:
    try:
        session = parse_session(text)
    except NotationError:
        return
    assert parse_session(format_session(session)) == session
