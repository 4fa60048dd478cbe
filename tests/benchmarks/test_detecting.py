"""How long detection takes, against a plain loop over the same samples, and how it grows with the length."""

from __future__ import annotations

import time

import pytest

from retrorun.activity.model import Activity
from retrorun.detection.detector import detect_gait
from tests.evaluation.synthetic import synthesise

pytestmark = pytest.mark.benchmark


def best_ms(activity: Activity, rounds: int = 15) -> float:
    """The quickest of some rounds of detection [ms]."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        detect_gait(activity)
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def loop_ms(activity: Activity, rounds: int = 15) -> float:
    """The quickest of some rounds of one running mean of 30 samples in plain Python [ms]."""
    speed = activity.speed_mps.tolist()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        total = 0.0
        for i, value in enumerate(speed):
            total += value - (speed[i - 30] if i >= 30 else 0.0)
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


@pytest.mark.parametrize("repetitions", [0, 3, 12])
def test_an_hour_of_running(repetitions: int) -> None:
    spans = tuple((300.0 + 240.0 * k, 360.0 + 240.0 * k) for k in range(repetitions))
    activity, _ = synthesise(seed=1, spans=spans)
    detection, loop = best_ms(activity), loop_ms(activity)
    print(
        f"\n{repetitions} repetitions: {detection:.1f} ms an hour, {detection / loop:.0f} running means in a plain loop"
    )


def test_it_grows_with_the_length_only() -> None:
    one, eight = (best_ms(synthesise(seed=2, duration_s=3600.0 * hours)[0], 7) for hours in (1, 8))
    print(f"\n1 h: {one:.1f} ms, 8 h: {eight:.1f} ms, {eight / one:.1f} times as long")
