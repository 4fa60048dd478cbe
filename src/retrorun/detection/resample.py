"""A recording on an even time grid: what the model sees.

Watches record every second, every few seconds, or when something changes. All of them become bins of equal length that
hold time-weighted means, so that a smart recording and a one-second recording of the same run look alike. Cadence is
moved back by its lag behind speed.
"""

from dataclasses import dataclass

import numpy as np

from retrorun.activity.cadence import stuck
from retrorun.activity.model import Activity
from retrorun.arrays import FloatArray, at_share, running_total
from retrorun.detection import parameters as p


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

    @property
    def middle_s(self) -> FloatArray:
        """The middle of each bin [s], shape (n,)."""
        return 0.5 * (self.edge_s[1:] + self.edge_s[:-1])

    def bins(self, start_s: float, end_s: float) -> tuple[int, int]:
        """The bins whose middle lies in `[start_s, end_s)`, as indices `[first, end)`."""
        first, end = np.searchsorted(self.middle_s, (start_s, end_s))
        return int(first), int(end)


def build_grid(activity: Activity, start_s: float = -np.inf, end_s: float = np.inf) -> Grid:
    """An activity, or the part `[start_s, end_s]` of it, on a grid of `BIN_S`; linear in the number of samples."""
    low, high = np.searchsorted(activity.time_s, start_s), np.searchsorted(activity.time_s, end_s, side="right")
    all_s = activity.time_s[low:high]
    rising = np.diff(all_s, prepend=-np.inf) > 0
    first = slice(None) if rising.all() else np.flatnonzero(rising)  # of samples at one moment the first
    time_s = all_s[first]
    if len(time_s) < 2:
        empty = np.empty(0)
        return Grid(edge_s=time_s[:1], speed_mps=empty, cadence_spm=empty, grade_pct=empty, step_s=np.inf, lag_s=0.0)
    steps = np.diff(time_s)
    clock = running_total(np.minimum(steps, p.GAP_KEPT_S))
    edges = np.arange(0.0, clock[-1] + p.BIN_S, p.BIN_S)

    def column(values: FloatArray) -> FloatArray:
        return time_means(clock, values[low:high][first], edges)

    # A sensor that stands still counts no steps; totals may take its word, detection does not.
    still = stuck(activity.time_s, activity.speed_mps, activity.cadence_spm)
    speed, cadence = column(activity.speed_mps), column(np.where(still, np.nan, activity.cadence_spm))
    lag = lag_of(speed, cadence)
    return Grid(
        edge_s=np.interp(edges, clock, time_s),
        speed_mps=speed,
        cadence_spm=_moved_back(cadence, lag),
        grade_pct=_grade_pct(column(activity.altitude_m), speed),
        step_s=at_share(steps),
        lag_s=p.BIN_S * lag,
    )


def lag_of(speed_mps: FloatArray, cadence_spm: FloatArray) -> int:
    """The lag of cadence behind speed in bins: the one at which both go together best.

    Where nobody stops or walks the lag does not show, nor does it matter: then the usual lag of watches is taken.
    """
    good = lag_correlations(speed_mps, cadence_spm)
    best = max(good, key=good.__getitem__, default=p.USUAL_LAG)
    return best if good and good[best] > good[p.USUAL_LAG] + p.LAG_GAIN else p.USUAL_LAG


def lag_correlations(speed_mps: FloatArray, cadence_spm: FloatArray) -> dict[int, float]:
    """How well speed goes with the cadence some bins later, both clipped to what tells running from walking.

    At stops and walk breaks both must fall at once. Empty where nobody stops or walks.
    """
    speed, cadence = np.clip(speed_mps, 0.8, 2.6), np.clip(cadence_spm, 90.0, 165.0)
    known = np.isfinite(speed) & np.isfinite(cadence)
    n = len(known)
    if known.sum() < p.LEAST_RUNNING_BINS or n < 2 * len(p.LAGS):
        return {}
    if speed[known].std() < p.LAG_SPEED_SD or cadence[known].std() < p.LAG_CADENCE_SD:
        return {}
    speed = np.where(known, speed - speed[known].mean(), 0.0)
    cadence = np.where(known, cadence - cadence[known].mean(), 0.0)
    speed_squares, cadence_squares, weight = speed * speed, cadence * cadence, known.astype(np.float64)

    def correlation(lag: int) -> float:
        early, late = _shifted(n, lag)
        size = float(speed_squares[early] @ weight[late]) * float(cadence_squares[late] @ weight[early])
        return float(speed[early] @ cadence[late]) / size**0.5 if size > 0 else 0.0

    return {lag: correlation(lag) for lag in p.LAGS}


def _moved_back(values: FloatArray, lag: int) -> FloatArray:
    """Bins moved to the front by a lag, NaN where nothing comes after."""
    moved = np.full(len(values), np.nan)
    early, late = _shifted(len(values), lag)
    moved[early] = values[late]
    return moved


def _shifted(n: int, lag: int) -> tuple[slice, slice]:
    """The bins that have another one `lag` later, and those others."""
    return slice(max(0, -lag), n - max(0, lag)), slice(max(0, lag), n - max(0, -lag))


def time_means(clock_s: FloatArray, values: FloatArray, edges_s: FloatArray) -> FloatArray:
    """Means of a signal between neighbouring edges; NaN where less than half is covered.

    Between two samples the signal is taken to be their mean. Missing values are skipped; samples further apart than
    `BRIDGE_S` are not joined.
    """
    known = np.isfinite(values)
    t, x = (clock_s, values) if known.all() else (clock_s[known], values[known])
    if len(t) < 2:
        return np.full(len(edges_s) - 1, np.nan)
    step = t[1:] - t[:-1]
    covered_s = np.where(step <= p.BRIDGE_S, step, 0.0)
    area = np.interp(edges_s, t, running_total(0.5 * (x[1:] + x[:-1]) * covered_s))
    cover = np.interp(edges_s, t, running_total(covered_s))
    area, cover = area[1:] - area[:-1], cover[1:] - cover[:-1]
    enough = cover >= 0.5 * (edges_s[1:] - edges_s[:-1])
    return np.where(enough, area / np.where(enough, cover, 1.0), np.nan)


def mean_over(activity: Activity, values: FloatArray, start_s: float, end_s: float) -> float:
    """The mean over time of a column in one stretch; NaN where less than half of it is known."""
    # Samples further away than those that are joined have no part in it.
    first, end = np.searchsorted(activity.time_s, (start_s - p.BRIDGE_S, end_s + p.BRIDGE_S))
    return float(time_means(activity.time_s[first:end], values[first:end], np.array([start_s, end_s]))[0])


def stretch_means(activity: Activity, start_s: float, end_s: float) -> tuple[float, float, float]:
    """Speed [m/s], cadence [steps/min] and way [m] of one stretch: the same numbers wherever it is spoken of.

    Where there is a distance, the way is by that, so that stretches and totals add up, and the speed is way over time,
    as a runner works it out; else the way is speed times time.
    """
    cadence, length_s = mean_over(activity, activity.cadence_spm, start_s, end_s), end_s - start_s
    known = np.isfinite(activity.distance_m)
    way_m = np.nan
    if np.count_nonzero(known) >= 2:
        edges = np.interp((start_s, end_s), activity.time_s[known], activity.distance_m[known])
        way_m = float(max(edges[1] - edges[0], 0.0))
    if way_m > 0.0 and length_s > 0.0:
        return way_m / length_s, cadence, way_m
    speed = mean_over(activity, activity.speed_mps, start_s, end_s)
    return speed, cadence, speed * length_s if np.isnan(way_m) else way_m


def _grade_pct(height_m: FloatArray, speed_mps: FloatArray) -> FloatArray:
    """Grade over the bins around each bin, from altitude and the distance run in them [%]."""
    known = np.isfinite(height_m)
    if known.sum() < 2:
        return np.full(len(height_m), np.nan)
    index = np.arange(len(height_m))
    height_m = np.interp(index, index[known], height_m[known])
    way_m = running_total(np.fmax(speed_mps, 0.0) * p.BIN_S)
    low = np.maximum(index - p.GRADE_HALF_BINS, 0)
    high = np.minimum(index + p.GRADE_HALF_BINS, len(height_m) - 1)
    run_m = np.maximum(way_m[high] - way_m[low], p.GRADE_RUN_M)
    return np.clip(100.0 * (height_m[high] - height_m[low]) / run_m, -p.GRADE_MAX_PCT, p.GRADE_MAX_PCT)
