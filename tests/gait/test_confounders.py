"""What fools a detector, on real recordings that hold much of it.

For each confounder the recordings that hold most of it are pinned, chosen by a count of how much there is and nothing
else. Nobody is known to have run backward in them. Where the detector still cries wolf, the number that is known stands
beside it, so that a change for the worse shows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from retrorun.activity.model import Activity
from retrorun.gait import corpus
from retrorun.gait.detector import detect_gait
from retrorun.gait.grid import Grid, build_grid
from retrorun.gait.line import running_bins
from tests.gait.made import changed
from tests.shared_data import shared


@cache
def recordings(athlete: str) -> dict[int, corpus.Example]:
    return {example.number: example for example in corpus.examples(shared("gait"), athlete)}


def grid_of(activity: Activity) -> Grid:
    return build_grid(activity, float(activity.time_s[0]), float(activity.time_s[-1]))


def steep_down(_: Activity, grid: Grid) -> float:
    return float((running_bins(grid) & (grid.speed_mps < 2.4) & (grid.grade_pct < -12)).sum())


def steep_up(_: Activity, grid: Grid) -> float:
    return float((running_bins(grid) & (grid.speed_mps < 2.4) & (grid.grade_pct > 10)).sum())


def walking(_: Activity, grid: Grid) -> float:
    return float(100 * ((grid.speed_mps > 1) & (grid.speed_mps < 2) & (grid.cadence_spm < 130)).mean())


def changes_to_walking(_: Activity, grid: Grid) -> float:
    return float(np.abs(np.diff((grid.cadence_spm < 130) & (grid.speed_mps > 0.8))).sum())


def fast_then_jogged(_: Activity, grid: Grid) -> float:
    fast, jogged = (running_bins(grid) & side for side in (grid.speed_mps > 4.2, grid.speed_mps < 3.0))
    return float(min(np.diff(flag.astype(int)).clip(0).sum() for flag in (fast, jogged)))


def strides(_: Activity, grid: Grid) -> float:
    return float(np.diff(((grid.cadence_spm > 195) & (grid.speed_mps > 4.5)).astype(int)).clip(0).sum())


def zeros_in_motion(activity: Activity, _: Grid) -> float:
    return float(((activity.cadence_spm == 0) & (activity.speed_mps > 1.5)).sum())


def gaps(activity: Activity, _: Grid) -> float:
    step = np.diff(activity.time_s)
    return float(((step > 12) & (step < 300)).sum())


def stops(_: Activity, grid: Grid) -> float:
    return float(np.diff((grid.speed_mps < 0.5).astype(int)).clip(0).sum())


def seconds_between_samples(_: Activity, grid: Grid) -> float:
    return grid.step_s


def hours_on_a_treadmill(activity: Activity, _: Grid) -> float:
    return float(activity.time_s[-1]) / 3600.0 * (activity.sub_sport == "treadmill")


def hours_of_hiking(activity: Activity, _: Grid) -> float:
    return float(activity.time_s[-1]) / 3600.0 * (activity.sport == "hiking")


Measure = Callable[[Activity, Grid], float]
PINNED: list[tuple[Measure, float, str, int, int]] = [
    # what, how much of it at least, athlete, activity, false events that are known
    (steep_down, 400, "athlete16", 523, 0),
    (steep_down, 400, "athlete22", 960, 0),
    (steep_down, 400, "athlete22", 1714, 0),
    (steep_up, 200, "athlete16", 546, 0),
    (steep_up, 200, "athlete16", 1097, 0),
    (steep_up, 200, "athlete16", 689, 0),
    (walking, 80, "athlete16", 1038, 0),
    (walking, 60, "athlete16", 422, 0),
    (walking, 50, "athlete16", 1309, 0),
    (changes_to_walking, 150, "athlete16", 214, 0),
    (changes_to_walking, 150, "athlete16", 72, 0),
    (changes_to_walking, 150, "athlete16", 163, 0),
    (fast_then_jogged, 40, "athlete03", 277, 0),
    (fast_then_jogged, 30, "athlete03", 737, 0),
    (fast_then_jogged, 20, "athlete02", 124, 0),
    (strides, 15, "athlete03", 423, 3),  # jogs at 2.6 m/s with the cadence of the strides between them
    (strides, 6, "athlete16", 62, 0),
    (strides, 4, "athlete07", 82, 0),
    (seconds_between_samples, 6, "athlete06", 2, 0),
    (seconds_between_samples, 6, "athlete06", 14, 0),
    (gaps, 150, "athlete16", 446, 0),
    (gaps, 80, "athlete05", 128, 0),
    (gaps, 50, "athlete16", 720, 0),
    (stops, 100, "athlete16", 446, 0),
    (stops, 90, "athlete05", 128, 0),
    (stops, 60, "athlete16", 1385, 0),
    (zeros_in_motion, 150, "athlete03", 583, 0),
    (zeros_in_motion, 150, "athlete03", 801, 0),
    (zeros_in_motion, 100, "athlete16", 1190, 0),
    (hours_of_hiking, 3.9, "athlete22", 259, 0),
    (hours_of_hiking, 3.8, "athlete22", 310, 0),
    (hours_of_hiking, 3.7, "athlete22", 861, 0),
]


@pytest.mark.parametrize(("measure", "least", "athlete", "number", "known"), PINNED)
def test_what_fools_a_detector(measure: Measure, least: float, athlete: str, number: int, known: int) -> None:
    activity = recordings(athlete)[number].activity
    assert measure(activity, grid_of(activity)) >= least, "the recording does not hold what it is here for"
    assert len(detect_gait(activity).segments) <= known


def test_treadmills_say_that_their_speed_is_a_guess_and_are_quiet() -> None:
    treadmill = [example.activity for example in recordings("athlete05").values() if example.kind == "treadmill"]
    assert sum(hours_on_a_treadmill(activity, grid_of(activity)) for activity in treadmill) > 10
    found = [detect_gait(activity) for activity in treadmill]
    assert sum(len(detection.segments) for detection in found) <= 1
    assert all(any("treadmill" in reason for reason in detection.reasons) for detection in found)


@pytest.mark.parametrize("number", [2, 14])
def test_a_unit_mistake_changes_nothing_but_the_reasons(number: int) -> None:
    activity = recordings("athlete06")[number].activity
    halved = changed(activity, cadence_spm=activity.cadence_spm / 2.0)
    one, two = detect_gait(activity), detect_gait(halved)
    assert [(s.start_s, s.end_s) for s in one.segments] == [(s.start_s, s.end_s) for s in two.segments]
    assert any("one foot" in reason for reason in two.reasons)


def test_a_sagging_speed_with_an_even_cadence_is_none() -> None:
    # A tunnel: in a real steady run, ten times 30 s of two thirds of the speed while the feet go on as before.
    example = max(
        (e for e in recordings("athlete02").values() if e.hours > 1.0),
        key=lambda e: float(running_bins(grid_of(e.activity)).mean()),
    )
    speed = example.activity.speed_mps.copy()
    for k in range(10):
        speed[300 + 300 * k : 330 + 300 * k] *= 0.67
    before = detect_gait(example.activity).segments
    after = detect_gait(changed(example.activity, speed_mps=speed)).segments
    assert len(after) <= len(before) + 1
