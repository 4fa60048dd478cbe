"""The ready-made sessions: all kinds and levels, safe, and built with a runner's own numbers."""

from __future__ import annotations

import pytest

from retrorun.errors import SessionError
from retrorun.session.library import Kind, Level, ReadyMade, find_ready_made, ready_made
from retrorun.session.model import Direction, Setting, Slope, Step, walk
from retrorun.session.notation import format_session, parse_session
from retrorun.session.safety import TREADMILL_FASTEST_MPS, TREADMILL_START_MPS, TREADMILL_STEEPEST_PCT
from retrorun.session.values import SpeedRange
from retrorun.workout.check import check_session
from retrorun.workout.fit import compile_workout, decompile_workout

EVERY = pytest.mark.parametrize("entry", ready_made(), ids=lambda entry: entry.key)


def _backward(entry: ReadyMade) -> list[Step]:
    return [
        step for _, step in walk(entry.build().steps) if isinstance(step, Step) and step.direction is Direction.BACKWARD
    ]


def test_there_is_one_for_every_kind_and_level() -> None:
    assert [(entry.kind, entry.level) for entry in ready_made()] == [(kind, level) for kind in Kind for level in Level]
    assert all(entry.key == f"{entry.kind}-{entry.level}" for entry in ready_made())
    assert [entry.key for entry in ready_made(kind="hill", level=Level.REGULAR)] == ["hill-regular"]


@EVERY
def test_each_is_safe_and_a_watch_takes_it_as_it_is(entry: ReadyMade) -> None:
    session = entry.build()
    assert parse_session(format_session(session)) == session
    assert [str(finding) for finding in check_session(session) if finding.severity != "note"] == []
    assert decompile_workout(compile_workout(session)) == session


@EVERY
def test_each_goes_backward_with_a_cue_and_never_downhill(entry: ReadyMade) -> None:
    steps = _backward(entry)
    assert steps
    for step in steps:
        assert step.slope is not Slope.DOWNHILL
        assert ("shoulder" in step.note) is (entry.kind is not Kind.TREADMILL)
        assert ("both rails" in step.note) is (entry.kind is Kind.TREADMILL)


@EVERY
def test_each_names_its_source_or_says_that_it_is_the_houses_own(entry: ReadyMade) -> None:
    assert "house" in entry.source


def test_treadmill_sessions_keep_to_the_caps() -> None:
    for entry in ready_made(kind=Kind.TREADMILL):
        assert entry.build().setting is Setting.TREADMILL
        speeds = [step.target.high_mps for step in _backward(entry) if isinstance(step.target, SpeedRange)]
        assert len(speeds) == len(_backward(entry))
        assert speeds[0] <= TREADMILL_START_MPS
        assert max(speeds) <= TREADMILL_FASTEST_MPS
        assert all((step.incline_pct or 0.0) <= TREADMILL_STEEPEST_PCT for step in _backward(entry))


def test_hill_sessions_go_up_backward_and_walk_down_forward() -> None:
    session = find_ready_made("hill-regular").build(reps=8, length="50m")
    assert format_session(session).split("\n")[4] == (
        '8x(50m bwd uphill "Short steps. Look over each shoulder in turn."; '
        '50m walk fwd downhill "Walk down FORWARD. Never backward downhill.")'
    )


def test_the_alternating_one_is_built_with_own_numbers() -> None:
    session = find_ready_made("alternating-regular").build(
        reps=6, length="0.25 mi", rest="1:00", forward="8:00-8:30/mi", backward="10:30-11:30/mi"
    )
    assert format_session(session) == (
        "name: Retro 400s\nsetting: track\n10min warmup\n"
        "6x(0.25mi fwd @ 8:00-8:30/mi; 0.25mi bwd @ 10:30-11:30/mi "
        '"Look over each shoulder in turn. Keep to one lane."; 1min rest)\n10min cooldown'
    )


@pytest.mark.parametrize(
    ("key", "values", "message"),
    [
        ("hill-regular", {"foo": 3}, "hill-regular has no parameter 'foo'; use one of: reps, length"),
        ("hill-regular", {"reps": 0}, "reps: '0' is no count; give a whole number from 1 to 999"),
        ("hill-regular", {"reps": "many"}, "reps: 'many' is no count; give a whole number from 1 to 999"),
        ("alternating-regular", {"backward": "fast"}, "backward: expected a target, not fast; write e.g. 6:40-7:20/km"),
        ("alternating-regular", {"length": "400"}, "length: 400 has no unit; write e.g. 10min, 90s"),
        ("treadmill-regular", {"backward": "10 km/h"}, "backward on a treadmill at 10.0 km/h; stay at 7.9 km/h"),
        ("treadmill-beginner", {"backward": "6 km/h"}, "the first backward step on a treadmill at 6.0 km/h"),
    ],
)
def test_values_that_cannot_be_are_refused(key: str, values: dict[str, object], message: str) -> None:
    with pytest.raises(SessionError) as caught:
        find_ready_made(key).build(values)
    assert message in str(caught.value)


def test_an_unknown_key_kind_or_level_is_refused() -> None:
    with pytest.raises(SessionError, match="there is no ready-made session 'hil-regular'; did you mean hill-regular"):
        find_ready_made("hil-regular")
    with pytest.raises(SessionError, match="there is no ready-made session 'xyz'; `retrorun library`"):
        find_ready_made("xyz")
    with pytest.raises(SessionError, match="unknown kind 'swim'; use one of: stretches, alternating, hill, treadmill"):
        ready_made(kind="swim")
