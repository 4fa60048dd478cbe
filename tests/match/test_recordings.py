"""Real recordings of workouts, by Garmin watches: every lap lands on its step, and the steps add up."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import fitdecode
import pytest

from retrorun.activity.read import read_activity
from retrorun.match.match import match_plan
from tests.evaluation.matching import ended_by_its_own_rule, speed
from tests.shared_data import SHARED, shared

# Whose workout was left before its end: the watch was stopped, or the runner left the workout (2f7f6133).
STOPPED = {
    "athlete16_0b55c97c.fit",
    "athlete16_41e5a1f9.fit",
    "athlete16_60df695d.fit",
    "athlete16_69ae4167.fit",
    "athlete22_25b78c59.fit",
    "athlete22_2f7f6133.fit",
    "athlete22_ba74f672.fit",
    "athlete22_dda374bc.fit",
    "athlete22_f843ec5d.fit",
}


def with_plans() -> list[str]:
    """Files that hold a workout_step message, by the manifest beside them."""
    manifest = SHARED / "activities" / "manifest.csv"
    if not manifest.exists():
        return []
    head, *rows = (line.split(",") for line in manifest.read_text().splitlines())
    flag = head.index("has_workout_steps")
    return [row[0] for row in rows if row[flag] == "1"]


def raw_messages(path: Path, name: str) -> list[dict[int, object]]:
    """All messages of a kind as raw values by field number, read by an independent decoder."""
    return decoded(path).get(name, [])


@cache
def decoded(path: Path) -> dict[str, list[dict[int, object]]]:
    """The messages of a file by their kind, without samples; the decoder takes most of the time of these tests."""
    found: dict[str, list[dict[int, object]]] = {}
    with fitdecode.FitReader(path, check_crc=fitdecode.CrcCheck.DISABLED, processor=None) as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name != "record":
                values = {field.def_num: field.raw_value for field in frame.fields if field.raw_value is not None}
                found.setdefault(frame.name, []).append(values)
    return found


def test_there_are_recordings_with_plans() -> None:
    shared("activities")
    assert len(with_plans()) == 25


@pytest.mark.parametrize("name", with_plans())
def test_every_lap_lands_on_the_step_that_it_names(name: str) -> None:
    path = shared("activities", name)
    match = match_plan(read_activity(path))
    named = [lap.get(71) for lap in raw_messages(path, "lap")]
    placed = [index for step in match.steps for index in step.lap_indices]
    assert placed == [index for index, step in enumerate(named) if step is not None]
    steps = {message[254]: message for message in raw_messages(path, "workout_step")}
    indices_of_place: dict[str, set[object]] = {}
    for step in match.steps:
        for index in step.lap_indices:
            message = steps[named[index]]
            indices_of_place.setdefault(step.place, set()).add(named[index])
            if message.get(1) == 0:
                assert getattr(step.step.duration, "time_s", None) == message[2] / 1000  # type: ignore[operator]  # an int
            elif message.get(1) == 1:
                assert getattr(step.step.duration, "distance_m", None) == message[2] / 100  # type: ignore[operator]  # the same
    assert all(len(indices) == 1 for indices in indices_of_place.values())


@pytest.mark.parametrize("name", with_plans())
def test_steps_that_ended_by_their_own_rule_add_up(name: str) -> None:
    path = shared("activities", name)
    activity = read_activity(path)
    match = match_plan(activity)
    raw = raw_messages(path, "lap")
    for step in match.steps:
        miss = ended_by_its_own_rule(step, activity)
        if miss is None:
            continue
        assert abs(miss) <= 1.0
        assert step.outcome == "completed"
        timer_s = sum(int(str(raw[index][8])) for index in step.lap_indices) / 1000
        assert step.timer_s == pytest.approx(timer_s, abs=0.01)
    others = Counter(step.outcome for step in match.steps if ended_by_its_own_rule(step, activity) is None)
    if name in STOPPED:
        assert others["cut short"] <= 1
        assert others["completed"] == (name == "athlete22_2f7f6133.fit")  # ended by the lap button, as planned
    else:
        assert not others
    assert not match.reasons


@pytest.mark.slow
def test_by_speed_alone_starts_are_right_or_left_open(capsys: pytest.CaptureFixture[str]) -> None:
    speed(shared())
    said = capsys.readouterr().out.splitlines()
    own = [line for line in said if line.startswith("  athlete")]
    offs = [float(line.split()[-2]) for line in own if "starts off" in line]
    assert len(own) == 17
    assert len(offs) >= 8
    assert max(offs) <= 10.0
