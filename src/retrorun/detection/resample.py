"""A recording on an even time grid: what the model sees.

Watches record every second, every few seconds, or when something changes. All of them become bins of equal length that
hold time-weighted means, so that a smart recording and a one-second recording of the same run look alike. Cadence is
moved back by its lag behind speed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrorun.activity.cadence import stuck
from retrorun.activity.model import Activity
from retrorun.arrays import FloatArray, at_share, running_total
from retrorun.detection import parameters as p
from retrorun.detection.align import lag_of


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """Bins of equal length; every array has shape (n,), `edge_s` (n + 1,).

    `edge_s` is on the activity's clock: a gap longer than `GAP_KEPT_S` is shortened to that, so that its bins may span
    more time than the others. Values are NaN where nothing usable was recorded; `grade_pct` is NaN throughout without
    altitude. `lag_s` is how far cadence was moved back, `step_s` the usual time between samples.
    """

    edge_s: FloatArray
    speed_mps: FloatArray
    cadence_spm: FloatArray
    grade_pct: FloatArray
    step_s: float
    lag_s: float

    def __len__(self) -> int:
        return len(self.speed_mps)

    def bins(self, start_s: float, end_s: float) -> tuple[int, int]:
        """The bins whose middle lies in `[start_s, end_s)`, as indices `[first, end)`."""
        middle_s = 0.5 * (self.edge_s[1:] + self.edge_s[:-1])
        first, end = np.searchsorted(middle_s, (start_s, end_s))
        return int(first), int(end)


def build_grid(activity: Activity, start_s: float, end_s: float) -> Grid:
    """The part `[start_s, end_s]` of an activity on a grid of `BIN_S`; linear in the number of samples."""
    inside = (activity.time_s >= start_s) & (activity.time_s <= end_s)
    times = activity.time_s[inside]
    first = np.flatnonzero(np.diff(times, prepend=-np.inf) > 0)  # of samples at one moment the first
    time_s = times[first]
    if len(time_s) < 2:
        empty = np.empty(0)
        return Grid(
            edge_s=time_s[:1],
            speed_mps=empty,
            cadence_spm=empty,
            grade_pct=empty,
            step_s=np.inf,
            lag_s=0.0,
        )
    steps = np.diff(time_s)
    clock = np.concatenate(([0.0], np.cumsum(np.minimum(steps, p.GAP_KEPT_S))))
    edges = np.arange(0.0, clock[-1] + p.BIN_S, p.BIN_S)

    def column(values: FloatArray, lag_s: float = 0.0) -> FloatArray:
        return time_means(clock - lag_s, values[inside][first], edges)

    # A sensor that stands still counts no steps; totals may take its word, detection does not.
    still = stuck(activity.time_s, activity.speed_mps, activity.cadence_spm)
    steps_spm = np.where(still, np.nan, activity.cadence_spm)
    speed, cadence = column(activity.speed_mps), column(steps_spm)
    lag_s = p.BIN_S * lag_of(speed, cadence)
    return Grid(
        edge_s=np.interp(edges, clock, time_s),
        speed_mps=speed,
        cadence_spm=column(steps_spm, lag_s) if lag_s else cadence,
        grade_pct=_grade_pct(column(activity.altitude_m), speed),
        step_s=at_share(steps),
        lag_s=lag_s,
    )


def time_means(clock_s: FloatArray, values: FloatArray, edges_s: FloatArray) -> FloatArray:
    """Means of a signal between neighbouring edges; NaN where less than half is covered.

    Between two samples the signal is taken to be their mean. Missing values are skipped; samples further apart than
    `BRIDGE_S` are not joined.
    """
    known = np.isfinite(values)
    t, x = clock_s[known], values[known]
    if len(t) < 2:
        return np.full(len(edges_s) - 1, np.nan)
    step = np.diff(t)
    covered_s = np.where(step <= p.BRIDGE_S, step, 0.0)
    area = np.diff(np.interp(edges_s, t, running_total(0.5 * (x[1:] + x[:-1]) * covered_s)))
    cover = np.diff(np.interp(edges_s, t, running_total(covered_s)))
    enough = cover >= 0.5 * np.diff(edges_s)
    return np.where(enough, area / np.where(enough, cover, 1.0), np.nan)


def mean_over(activity: Activity, values: FloatArray, start_s: float, end_s: float) -> float:
    """The mean over time of a column in one stretch; NaN where less than half of it is known."""
    return float(time_means(activity.time_s, values, np.array([start_s, end_s]))[0])


def way_m(activity: Activity, start_s: float, end_s: float, speed_mps: float) -> float:
    """The way in one stretch [m] by the distance column, so that stretches and totals add up; else speed times time."""
    known = np.isfinite(activity.distance_m)
    if np.count_nonzero(known) < 2:
        return speed_mps * (end_s - start_s)
    edges = np.interp((start_s, end_s), activity.time_s[known], activity.distance_m[known])
    return float(max(edges[1] - edges[0], 0.0))


def stretch_means(activity: Activity, start_s: float, end_s: float) -> tuple[float, float, float]:
    """Speed [m/s], cadence [steps/min] and way [m] of one stretch: the same numbers wherever it is spoken of.

    Where there is a distance, the speed is way over time, as a runner works it out.
    """
    speed, cadence = (mean_over(activity, each, start_s, end_s) for each in (activity.speed_mps, activity.cadence_spm))
    way = way_m(activity, start_s, end_s, speed)
    if way > 0.0 and end_s > start_s:
        speed = way / (end_s - start_s)
    return speed, cadence, way


def _grade_pct(height_m: FloatArray, speed_mps: FloatArray) -> FloatArray:
    """Grade over the bins around each bin, from altitude and the distance run in them [%]."""
    known = np.isfinite(height_m)
    if known.sum() < 2:
        return np.full(len(height_m), np.nan)
    index = np.arange(len(height_m))
    height_m = np.interp(index, index[known], height_m[known])
    way_m = running_total(np.nan_to_num(speed_mps) * p.BIN_S)
    low = np.maximum(index - p.GRADE_HALF_BINS, 0)
    high = np.minimum(index + p.GRADE_HALF_BINS, len(height_m) - 1)
    run_m = np.maximum(way_m[high] - way_m[low], p.GRADE_RUN_M)
    return np.clip(100.0 * (height_m[high] - height_m[low]) / run_m, -p.GRADE_MAX_PCT, p.GRADE_MAX_PCT)
