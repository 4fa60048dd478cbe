"""Made-up runs with known backward segments, from published effects and a seed.

They show that code is right, not that it is right about runners.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrorun.activity.model import Activity
from retrorun.arrays import FloatArray

Span = tuple[float, float]


def synthesise(
    *,
    duration_s: float = 3600.0,
    spans: Sequence[Span] = (),
    seed: int,
    step_s: float = 1.0,
    speed_mps: float = 2.9,
    level_spm: float = 170.0,
    slope_spm_per_mps: float = 6.0,
    uplift: float = 0.10,
    ratio: float = 0.70,
    ramp_s: float = 4.0,
) -> tuple[Activity, tuple[Span, ...]]:
    """A run at a steady effort in which the spans were run backward.

    Args:
        duration_s: how long it lasts [s].
        spans: backward stretches `[start_s, end_s)`.
        seed: of the noise; the same seed gives the same run.
        step_s: time between samples [s].
        speed_mps: usual forward speed.
        level_spm: forward cadence at 2.8 m/s.
        slope_spm_per_mps: forward cadence gained per m/s.
        uplift: backward cadence over forward cadence at the same speed, less one.
        ratio: backward speed over forward speed.
        ramp_s: time that a change of direction takes [s].

    Returns:
        The activity and the spans, which are the truth.
    """
    noise = np.random.default_rng(seed)
    time_s = np.arange(0.0, duration_s + step_s / 2, step_s)
    share = np.zeros(len(time_s))
    for start_s, end_s in spans:
        rise = np.clip((time_s - start_s) / ramp_s + 0.5, 0.0, 1.0)
        fall = np.clip((end_s - time_s) / ramp_s + 0.5, 0.0, 1.0)
        share = np.maximum(share, np.minimum(rise, fall))
    slow = _wander(noise, len(time_s), 60.0 / step_s)
    speed = speed_mps * (1.0 + 0.03 * slow) * (1.0 - share * (1.0 - ratio))
    speed = np.maximum(speed + 0.10 * _wander(noise, len(time_s), 5.0 / step_s), 0.3)
    forward = level_spm + slope_spm_per_mps * (speed - 2.8)
    cadence = forward * (1.0 + uplift * share)
    cadence += 1.5 * _wander(noise, len(time_s), 30.0 / step_s) + noise.normal(0.0, 1.0, len(time_s))
    altitude = 100.0 + 3.0 * _wander(noise, len(time_s), 300.0 / step_s)
    effort = 140.0 + 12.0 * share + 4.0 * _wander(noise, len(time_s), 120.0 / step_s)
    activity = Activity.from_columns(
        time_s=time_s,
        speed_mps=np.round(speed, 3),
        cadence_spm=np.round(cadence),
        altitude_m=np.round(altitude * 5.0) / 5.0,
        heart_rate_bpm=np.round(effort),
        distance_m=np.round(np.concatenate(([0.0], np.cumsum(speed[:-1] * step_s))), 2),
    )
    return activity, tuple(spans)


def _wander(noise: np.random.Generator, n: int, width: float) -> FloatArray:
    """Smooth noise of unit SD that forgets itself after `width` samples."""
    half = max(1, round(width))
    kernel = np.hanning(2 * half + 1)
    kernel /= np.sqrt((kernel**2).sum())
    return np.convolve(noise.normal(size=n + 2 * half), kernel, mode="valid")
