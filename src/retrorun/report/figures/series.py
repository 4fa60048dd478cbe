"""Columns made ready for the eye: smoothed in time, broken at gaps, thinned, cut by direction."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from retrorun.activity.model import COLUMNS, Activity
from retrorun.analysis.summary import STANDING_MPS, sample_weights_s
from retrorun.arrays import BoolArray, FloatArray, running_total

# What is drawn, nothing that is decided, hangs on these.
BREAK_S = 10.0  # a line is not drawn across so long a gap; watches that save power record every few seconds
LEAST_S = 1e-6  # samples that stand for less time than this are one moment, and keep their own values
SMOOTH_S = 10.0  # speed from positions scatters by 0.2 m/s over 10 s against 0.5 m/s over 1 s (366 watch recordings)


def breaks(time_s: FloatArray) -> BoolArray:
    """True where a line must not reach back to the sample before; shape (n,), the first one False."""
    out = np.zeros(len(time_s), dtype=np.bool_)
    if len(time_s) > 1:
        steps = np.diff(time_s)
        out[1:] = steps > max(BREAK_S, 3.0 * float(np.median(steps)))
    return out


def smooth(activity: Activity, values: FloatArray, window_s: float = SMOOTH_S) -> FloatArray:
    """The mean over `window_s` around each sample, weighted by time; missing stays missing, gaps are not crossed."""
    # Stretching the clock at each gap keeps a window on one side of it.
    clock = activity.time_s + np.cumsum(breaks(activity.time_s)) * window_s
    there = np.isfinite(values)
    weight = np.where(there, sample_weights_s(activity), 0.0)
    total, mass = running_total(weight * np.where(there, values, 0.0)), running_total(weight)
    low = np.searchsorted(clock, clock - window_s / 2, side="left")
    high = np.searchsorted(clock, clock + window_s / 2, side="right")
    mass_in = mass[high] - mass[low]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (total[high] - total[low]) / mass_in
    return np.where(there, np.where(mass_in > LEAST_S, mean, values), np.nan)


def smooth_pace_s(activity: Activity, *, per_m: float = 1000.0) -> FloatArray:
    """Pace [s for `per_m` metres] over 10 s; NaN at a standstill and where the speed is missing."""
    speed = smooth(activity, activity.speed_mps)
    return per_m / np.where(speed >= STANDING_MPS, speed, np.nan)


def smooth_cadence_spm(activity: Activity) -> FloatArray:
    """Cadence over 10 s; zeros, which a watch writes when it lost the steps, are missing."""
    return smooth(activity, np.where(activity.cadence_spm > 0, activity.cadence_spm, np.nan))


def with_breaks(time_s: FloatArray, *columns: FloatArray) -> tuple[FloatArray, ...]:
    """Times and columns with a missing value put into each gap, so that a line stops there."""
    at = np.flatnonzero(breaks(time_s))
    return np.insert(time_s, at, time_s[at]), *(np.insert(values, at, np.nan) for values in columns)


def thinned(activity: Activity, most: int) -> tuple[Activity, float]:
    """The recording with at most `most` samples, and how many seconds each of them stands for.

    A recording of more seconds than that is cut into even stretches, each sample being the mean of its stretch.
    """
    end_s = float(activity.time_s[-1]) if len(activity) else 0.0
    step_s = max(1.0, float(math.ceil(end_s / most)))
    if len(activity) <= most:
        return activity, 1.0
    present, at = np.unique(np.floor(activity.time_s / step_s).astype(np.int64), return_inverse=True)
    columns = {name: means(getattr(activity, name), at, len(present)) for name in COLUMNS}
    steps = np.where(activity.cadence_spm > 0, activity.cadence_spm, np.nan)
    columns["cadence_spm"] = means(steps, at, len(present))
    return replace(activity, **columns, extra={}, developer={}), step_s  # type: ignore[arg-type]  # columns only


def means(values: FloatArray, at: npt.NDArray[np.intp], count: int) -> FloatArray:
    """The mean of the values that there are in each of `count` stretches; NaN where there is none."""
    there = np.isfinite(values)
    total = np.bincount(at[there], weights=values[there], minlength=count)
    number = np.bincount(at[there], minlength=count)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def local_metres(activity: Activity) -> tuple[FloatArray, FloatArray]:
    """The track as metres east and north of its own middle; NaN where there is no position.

    An equirectangular projection about the middle: 0.1 % off over 50 km at 60° north, far below what the eye sees.
    """
    latitude, longitude = activity.latitude_deg, activity.longitude_deg
    there = np.isfinite(latitude) & np.isfinite(longitude)
    if not there.any():
        return np.full(len(activity), np.nan), np.full(len(activity), np.nan)
    # A track over the date line jumps by 360°.
    turned = np.where(there, (longitude - longitude[there][0] + 180.0) % 360.0, np.nan)
    middle = (np.nanmin(latitude[there]) + np.nanmax(latitude[there])) / 2
    degree_m = 6_371_008.8 * np.pi / 180.0  # the mean radius of the Earth (IUGG)
    east = (turned - (np.nanmin(turned) + np.nanmax(turned)) / 2) * degree_m * np.cos(np.radians(middle))
    north = np.where(there, (latitude - middle) * degree_m, np.nan)
    return east, north
