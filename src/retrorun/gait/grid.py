"""A recording on an even time grid: what the model sees.

Watches record every second, every few seconds, or when something changes. All of them become bins of equal length that
hold time-weighted means, so that a smart recording and a one-second recording of the same run look alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrorun.activity.model import Activity, FloatArray
from retrorun.gait import priors

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """Bins of equal length; every array has shape (n,), `edge_s` (n + 1,).

    `edge_s` is on the activity's clock: a gap longer than `priors.GAP_KEPT_S` is shortened to that, so that its bins
    may span more time than the others. `speed_mps` and `cadence_spm` are NaN where nothing usable was recorded;
    `grade_pct` is NaN throughout without altitude; `samples` counts the samples in each bin.
    `notes` says in words what was set aside.
    """

    edge_s: FloatArray
    speed_mps: FloatArray
    cadence_spm: FloatArray
    grade_pct: FloatArray
    heart_rate_bpm: FloatArray
    samples: FloatArray
    step_s: float
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.speed_mps)


def build_grid(activity: Activity, start_s: float, end_s: float) -> Grid:
    """The part `[start_s, end_s]` of an activity on a grid of `priors.BIN_S`; linear in the number of samples."""
    inside = (activity.time_s >= start_s) & (activity.time_s <= end_s)
    time_s, first = np.unique(activity.time_s[inside], return_index=True)
    speed = activity.speed_mps[inside][first]
    cadence, notes = _clean_cadence(time_s, speed, activity.cadence_spm[inside][first])
    if len(time_s) < 2:
        empty = np.empty(0)
        return Grid(
            edge_s=time_s[:1],
            speed_mps=empty,
            cadence_spm=empty,
            grade_pct=empty,
            heart_rate_bpm=empty,
            samples=empty,
            step_s=np.inf,
        )
    steps = np.diff(time_s)
    clock = np.concatenate(([0.0], np.cumsum(np.minimum(steps, priors.GAP_KEPT_S))))
    edges = np.arange(0.0, clock[-1] + priors.BIN_S, priors.BIN_S)
    speed_mps = time_means(clock, speed, edges)
    return Grid(
        edge_s=np.interp(edges, clock, time_s),
        speed_mps=speed_mps,
        cadence_spm=time_means(clock, cadence, edges),
        grade_pct=_grade_pct(clock, activity.altitude_m[inside][first], speed_mps, edges),
        heart_rate_bpm=time_means(clock, activity.heart_rate_bpm[inside][first], edges),
        samples=np.diff(np.searchsorted(clock[np.isfinite(speed) & np.isfinite(cadence)], edges)).astype(np.float64),
        step_s=float(np.median(steps)),
        notes=notes,
    )


def time_means(clock_s: FloatArray, values: FloatArray, edges_s: FloatArray) -> FloatArray:
    """Means of a linearly interpolated signal between neighbouring edges; NaN where less than half is covered.

    Missing values are skipped; samples further apart than `priors.BRIDGE_S` are not joined.
    """
    known = np.isfinite(values)
    t, x = clock_s[known], values[known]
    if len(t) < 2:
        return np.full(len(edges_s) - 1, np.nan)
    step = np.diff(t)
    covered_s = np.where(step <= priors.BRIDGE_S, step, 0.0)
    integral = np.concatenate(([0.0], np.cumsum(0.5 * (x[1:] + x[:-1]) * covered_s)))
    coverage = np.concatenate(([0.0], np.cumsum(covered_s)))
    area = np.diff(np.interp(edges_s, t, integral))
    cover = np.diff(np.interp(edges_s, t, coverage))
    enough = cover >= 0.5 * np.diff(edges_s)
    return np.where(enough, area / np.where(enough, cover, 1.0), np.nan)


def _clean_cadence(time_s: FloatArray, speed: FloatArray, cadence: FloatArray) -> tuple[FloatArray, tuple[str, ...]]:
    """Cadence in steps per minute of both feet, without zeros in motion and without a sensor that is stuck."""
    notes: list[str] = []
    cadence = np.where((cadence <= priors.CADENCE_ZERO_SPM) & (speed > priors.STOPPED_MPS), np.nan, cadence)
    fast = cadence[(speed > 2.0) & np.isfinite(cadence)]
    if len(fast) and float(np.median(fast)) < priors.ONE_FOOT_BELOW_SPM:
        cadence = cadence * 2.0
        notes.append("the cadence looks like that of one foot, so it was doubled")
    stuck = _stuck(time_s, cadence)
    if stuck.any():
        cadence = np.where(stuck, np.nan, cadence)
        notes.append(
            "the cadence stood still for a minute or more, as a stuck sensor does; those stretches say nothing"
        )
    absurd = cadence > priors.CADENCE_MAX_SPM
    return np.where(absurd, np.nan, cadence), tuple(notes)


def _stuck(time_s: FloatArray, cadence: FloatArray) -> BoolArray:
    """Where the very same value other than zero was written for `priors.STUCK_S` and more."""
    n = len(cadence)
    if n == 0:
        return np.zeros(0, dtype=np.bool_)
    change = np.flatnonzero(np.concatenate(([True], cadence[1:] != cadence[:-1])))
    last = np.concatenate((change[1:], [n])) - 1
    span = time_s[last] - time_s[change]
    bad = (span >= priors.STUCK_S) & (last - change + 1 >= priors.STUCK_SAMPLES) & (cadence[change] > 0)
    return np.repeat(bad, last - change + 1)


def _grade_pct(clock: FloatArray, altitude: FloatArray, speed_mps: FloatArray, edges: FloatArray) -> FloatArray:
    """Grade over a window of `priors.GRADE_WINDOW_S` around each bin, from altitude and the distance run in it [%]."""
    height = time_means(clock, altitude, edges)
    known = np.isfinite(height)
    if known.sum() < 2:
        return np.full(len(height), np.nan)
    index = np.arange(len(height))
    height = np.interp(index, index[known], height[known])
    way = np.concatenate(([0.0], np.cumsum(np.nan_to_num(speed_mps) * priors.BIN_S)))
    half = max(1, round(priors.GRADE_WINDOW_S / priors.BIN_S / 2))
    lo, hi = np.maximum(index - half, 0), np.minimum(index + half, len(height) - 1)
    run = np.maximum(way[hi] - way[lo], priors.GRADE_RUN_M)
    grade: FloatArray = np.clip(100.0 * (height[hi] - height[lo]) / run, -priors.GRADE_MAX_PCT, priors.GRADE_MAX_PCT)
    return grade
