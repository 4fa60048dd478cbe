"""Workout files of several services, and the plans in real recordings; skipped where they are not at hand."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest

from retrorun.activity.read import read_activity
from retrorun.analysis.analyse import detect
from retrorun.errors import FitError, RetrorunError, WorkoutError
from retrorun.fit.workout_message import REPEATS, read_workout
from retrorun.session.model import Direction, Repeat, Step, walk
from retrorun.session.values import HeartRateRange, HeartRateZone, LapButton, PowerRange, Time, Times
from retrorun.workout.check import lower_session
from retrorun.workout.fit import compile_workout, decode_workout, decompile, decompile_workout
from tests.fit.decoders import DECODERS
from tests.shared_data import SHARED, shared, shared_files

WORKOUTS = [path for path in shared_files("workouts", "*.fit") if "MALFORMED" not in path.name]
MALFORMED = shared_files("workouts", "*MALFORMED*.fit")


def with_plans() -> list[Path]:
    manifest = SHARED / "activities" / "manifest.csv"
    if not manifest.exists():
        return []
    with manifest.open() as lines:
        return [manifest.parent / row["file"] for row in csv.DictReader(lines) if row["has_workout_steps"] == "1"]


RECORDINGS = with_plans()


def test_the_files_are_all_there() -> None:
    shared("workouts")
    assert (len(WORKOUTS), len(MALFORMED), len(RECORDINGS)) == (4, 3, 25)


@pytest.mark.parametrize("path", WORKOUTS + RECORDINGS, ids=lambda path: path.name)
def test_every_step_has_a_place_and_what_is_held_survives_our_own_compiler(path: Path) -> None:
    back = decompile(path)
    _, plan = read_workout(path.read_bytes())
    assert plan is not None
    assert sorted(back.places) == [step.index for step in plan.steps]
    places = dict(walk(back.session.steps))
    for step in plan.steps:
        item = places[back.places[step.index]]
        if isinstance(item, Step) and isinstance(item.duration, Time):
            assert step.duration_value == round(item.duration.time_s * 1000)
    (fitting,) = lower_session(back.session).sessions  # one description fills its field to the last byte
    assert decompile_workout(compile_workout(fitting)) == fitting


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name)
def test_everything_in_the_recordings_plans_is_held(path: Path) -> None:
    assert decompile(path).findings == ()


@pytest.mark.parametrize("path", WORKOUTS + RECORDINGS[::4], ids=lambda path: path.name)
def test_another_reader_sees_the_same_steps(path: Path) -> None:
    _, plan = read_workout(path.read_bytes())
    assert plan is not None
    theirs = DECODERS["fitparse"](path.read_bytes(), 27)
    assert [(row[254], row.get(2), row.get(4)) for row in theirs] == [
        (step.index, step.duration_value, step.target_value) for step in plan.steps
    ]


def test_what_services_write() -> None:
    shared("workouts")
    back = {path.name.split("_")[0]: decompile(path) for path in WORKOUTS}
    zone = back["jawz84"].session.steps[0]
    assert zone == Step(
        duration=Time(time_s=36_000),
        target=HeartRateZone(zone=2),
        note="Endurance Ride: Keep your HR in Zone 2 for the entire ride.",
    )
    first = back["roznet"].session.steps[0]
    assert isinstance(first, Step)
    assert first.target == HeartRateRange(low_bpm=140, high_bpm=160)  # +100 in the file
    laps = back["trainerroad"].session
    ended_by_hand = [isinstance(step, Step) and step.duration == LapButton() for step in laps.steps]
    assert ended_by_hand == [False, True, False, False, True]
    assert isinstance(laps.steps[0], Step)
    assert laps.steps[0].target == PowerRange(low_w=158, high_w=205)  # +1000 in the file
    for name in ("jawz84", "roznet", "stagesLink", "trainerroad"):
        assert any("the sport is cycling" in finding.what for finding in back[name].findings), name
    assert sum("power lap" in finding.what for finding in back["trainerroad"].findings) == 5


def test_nested_repeats_of_a_watch_with_field_18() -> None:
    back = decompile(shared("activities", "athlete16_a76f9ab4.fit"))
    outer = back.session.steps[1]
    assert isinstance(outer, Repeat)
    assert (outer.until, outer.skip_last) == (Times(count=3), True)
    inner = outer.steps[0]
    assert isinstance(inner, Repeat)
    assert (inner.until, inner.skip_last, len(inner.steps)) == (Times(count=3), True, 2)
    assert isinstance(inner.steps[1], Step)
    assert inner.steps[1].target == HeartRateRange(low_bpm=76, high_bpm=119)  # plain in recordings
    assert back.places[5] == "steps[1]"


@pytest.mark.parametrize("path", MALFORMED, ids=lambda path: path.name)
def test_malformed_files_get_a_clear_error(path: Path) -> None:
    with pytest.raises(RetrorunError) as caught:
        decompile(path)
    assert isinstance(caught.value, WorkoutError | FitError)
    assert caught.value.where
    assert caught.value.hint
    assert re.search("is of type 6|no workout can be read", caught.value.what)


@pytest.mark.parametrize("words", ["run backward", "BACKWARD run"])
@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.name)
def test_backward_steps_in_anybody_elses_plan_are_a_guess_that_finds_nothing(path: Path, words: str) -> None:
    activity = read_activity(path)
    assert activity.workout is not None
    steps = tuple(
        replace(step, name="", notes=words) if step.duration_type not in REPEATS and step.intensity != 2 else step
        for step in activity.workout.steps
    )
    turned = replace(activity, workout=replace(activity.workout, steps=steps))
    assert turned.workout is not None
    session = decode_workout(turned.workout, turned.training_file).session
    backward = [
        step for _, step in walk(session.steps) if isinstance(step, Step) and step.direction is Direction.BACKWARD
    ]
    assert backward
    assert all(step.direction_guessed for step in backward)
    detection = detect(turned)
    assert detection.verdict != "found"
