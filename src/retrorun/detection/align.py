"""How far cadence lags behind speed in a recording: at stops and walk breaks both must fall at once."""

from __future__ import annotations

import numpy as np

from retrorun.arrays import BoolArray, FloatArray
from retrorun.detection import parameters as p


def lag_of(speed_mps: FloatArray, cadence_spm: FloatArray) -> int:
    """The lag in bins: the one at which clipped speed and cadence go together best.

    Where nobody stops or walks it does not show, nor does it matter: then the usual lag of watches is taken.
    """
    speed, cadence = np.clip(speed_mps, 0.8, 2.6), np.clip(cadence_spm, 90.0, 165.0)
    known = np.isfinite(speed) & np.isfinite(cadence)
    n = len(known)
    if known.sum() < p.LEAST_RUNNING_BINS or n < 2 * len(p.LAGS):
        return p.USUAL_LAG
    if speed[known].std() < p.LAG_SPEED_SD or cadence[known].std() < p.LAG_CADENCE_SD:
        return p.USUAL_LAG
    speed = np.where(known, speed - speed[known].mean(), 0.0)
    cadence = np.where(known, cadence - cadence[known].mean(), 0.0)
    good = [_correlation(speed, cadence, known, int(lag)) for lag in p.LAGS]
    best = int(np.argmax(good))
    usual = good[int(np.flatnonzero(p.LAGS == p.USUAL_LAG)[0])]
    return int(p.LAGS[best]) if good[best] > usual + p.LAG_GAIN else p.USUAL_LAG


def _correlation(speed: FloatArray, cadence: FloatArray, known: BoolArray, lag: int) -> float:
    """Of speed with the cadence `lag` bins later."""
    n = len(speed)
    early, late = slice(max(0, -lag), n - max(0, lag)), slice(max(0, lag), n - max(0, -lag))
    x, y, both = speed[early], cadence[late], known[early] & known[late]
    size = float((x * x) @ both) * float((y * y) @ both)
    return float(x @ y) / size**0.5 if size > 0 else 0.0
