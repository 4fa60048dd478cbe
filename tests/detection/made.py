"""Made runs for the tests of detection: they show that the code is right, not that it is right about runners."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retrorun.activity.model import Activity
from retrorun.arrays import FloatArray
from retrorun.detection.candidates import Candidates
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


def pieces(uplifts: FloatArray, *, speed_mps: float = 2.1, bins: int = 10) -> Candidates:
    """Slow pieces far from each other, alike but for their uplift."""
    n = len(uplifts)
    same = np.ones(n)
    start = np.arange(n) * 100
    line_spm = 166.0 * same
    return Candidates(
        start=start,
        end=start + bins,
        speed_mps=speed_mps * same,
        cadence_spm=line_spm * (1.0 + uplifts),
        forward_spm=line_spm,
        uplift=uplifts,
        base=0.0 * same,
        near=40.0 * same,
        gap_mps=0.8 * same,
        raw_step=uplifts - 0.03,
        grade_pct=0.0 * same,
        fall=0.3 * same,
        rise=0.3 * same,
        rest_before=0.0 * same,
        rest_after=0.0 * same,
        uneven=0.03 * same,
        erratic=0.01 * same,
    )
