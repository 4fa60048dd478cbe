"""Made runs for the tests of detection: they show that the code is right, not that it is right about runners."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retrorun.activity.model import Activity
from retrorun.arrays import FloatArray
from tests.evaluation.synthetic import synthesise

Span = tuple[float, float]
REPETITIONS: tuple[Span, ...] = tuple((600.0 + 300.0 * k, 660.0 + 300.0 * k) for k in range(6))


def run(spans: tuple[Span, ...] = (), *, seed: int = 7, uplift: float = 0.10, ratio: float = 0.70) -> Activity:
    """An hour at a steady effort, its spans backward."""
    return synthesise(duration_s=3600.0, spans=spans, seed=seed, uplift=uplift, ratio=ratio)[0]


def with_walks(activity: Activity, spans: tuple[Span, ...], *, cadence_spm: float = 114.0) -> Activity:
    """The activity with walking in the spans."""
    speed, cadence = activity.speed_mps.copy(), activity.cadence_spm.copy()
    for start_s, end_s in spans:
        inside = (activity.time_s >= start_s) & (activity.time_s < end_s)
        # No two steps of a walk are alike; a value that stands still is a broken sensor.
        speed[inside], cadence[inside] = 1.35, cadence_spm + np.arange(int(inside.sum())) % 3
    return replace(activity, speed_mps=speed, cadence_spm=cadence)


def lagged(activity: Activity, lag_s: int) -> Activity:
    """The activity with its cadence written so much later."""
    cadence: FloatArray = np.roll(activity.cadence_spm, lag_s)
    cadence[:lag_s] = activity.cadence_spm[0]
    return replace(activity, cadence_spm=cadence)
