"""Made-up recordings for the tests of the detector."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from retrorun.activity.model import Activity
from retrorun.gait.borders import Side
from retrorun.gait.candidates import Candidates


def changed(activity: Activity, **columns: object) -> Activity:
    """The activity with some fields replaced."""
    state = {f.name: getattr(activity, f.name) for f in fields(activity)}
    return Activity(**(state | columns))


def shifted(activity: Activity, by_s: float) -> Activity:
    """The same run on a clock that started earlier."""
    return changed(activity, time_s=activity.time_s + by_s)


def thinned(activity: Activity, every: int) -> Activity:
    """One sample of `every`, as a watch that saves space."""
    names = [f.name for f in fields(activity) if isinstance(getattr(activity, f.name), np.ndarray)]
    return changed(activity, **{name: getattr(activity, name)[::every] for name in names})


def steady(duration_s: int = 1800, *, speed_mps: float = 2.9, cadence_spm: float = 170.0) -> dict[str, np.ndarray]:
    """Columns of a run without any noise."""
    time_s = np.arange(duration_s, dtype=np.float64)
    return {
        "time_s": time_s,
        "speed_mps": np.full(duration_s, speed_mps),
        "cadence_spm": np.full(duration_s, cadence_spm),
        "altitude_m": np.full(duration_s, 50.0),
    }


def side(m: int, **columns: float) -> Side:
    """The same side for `m` candidates."""
    values = {"n": 12.0, "speed": 2.9, "residual": 0.0, "fall": 0.38, "rise": 8.0, "pause": 100.0, "slow": 100.0}
    return Side(**{name: np.full(m, value) for name, value in (values | columns).items()})


def candidates(m: int = 1, **columns: float) -> Candidates:
    """`m` equal candidates of 30 s that look backward."""
    values = {
        "speed": 2.0,
        "cadence": 180.0,
        "grade": 0.0,
        "residual": 14.8,
        "unrest": 2.0,
        "speed_unrest": 0.05,
        "samples": 30.0,
        "heart_rise": 0.0,
    }
    arrays = {name: np.full(m, value) for name, value in (values | columns).items()}
    return Candidates(start=np.full(m, 100), end=np.full(m, 110), before=side(m), after=side(m), **arrays)
