from __future__ import annotations

import pytest

from retrorun.session.model import CadenceRange, Distance, LapButton, Repeat, SpeedRange, Step, Time, Times
from retrorun.workout.estimate import planned_distance_m, planned_speed_mps, planned_time_s

PACE = SpeedRange(low_mps=4.0, high_mps=6.0)
CADENCE = CadenceRange(low_spm=170, high_spm=180)
SPRINT = Step(duration=Distance(distance_m=100), target=PACE)
JOG = Step(duration=Time(time_s=30))


@pytest.mark.parametrize(
    ("step", "time_s", "distance_m"),
    [
        (SPRINT, 20.0, 100.0),
        (Step(duration=Time(time_s=30), target=CADENCE, secondary_target=PACE), 30.0, 150.0),
        (JOG, 30.0, None),
        (Step(duration=Distance(distance_m=100)), None, 100.0),
        (Step(duration=LapButton(), target=PACE), None, None),
    ],
)
def test_a_step_is_as_long_as_it_says_or_its_pace_says(
    step: Step, time_s: float | None, distance_m: float | None
) -> None:
    assert planned_time_s(step) == time_s
    assert planned_distance_m(step) == distance_m


@pytest.mark.parametrize(("skip_last", "time_s"), [(False, 150.0), (True, 120.0)])
def test_a_counted_repeat_is_all_its_rounds(skip_last: bool, time_s: float) -> None:
    repeat = Repeat(until=Times(count=3), steps=(SPRINT, JOG), skip_last=skip_last)
    assert planned_time_s(repeat) == time_s
    assert planned_distance_m(repeat) is None  # nobody knows how far the jogs go
    assert planned_time_s(Repeat(until=Times(count=2), steps=(repeat,))) == 2 * time_s


def test_a_repeat_without_a_count_says_nothing() -> None:
    assert planned_time_s(Repeat(until=Time(time_s=600), steps=(JOG,))) is None


def test_the_planned_speed_is_the_middle_of_either_target() -> None:
    assert planned_speed_mps(SPRINT) == 5.0
    assert planned_speed_mps(Step(duration=LapButton(), target=CADENCE, secondary_target=PACE)) == 5.0
    assert planned_speed_mps(JOG) is None
