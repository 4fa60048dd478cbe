"""The numbers behind the interactive pictures of the report, thinned and rounded to what a screen can show.

A recording of more than `MOST_POINTS` seconds is cut into that many even stretches of time, and each point is the mean
of its stretch: six hours are drawn with one point every three seconds. The gait plane shows at most
`MOST_PLANE_POINTS` of its points, evenly picked. Positions are metres from the middle of the track, so the page does
not say where on Earth it was.
"""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from retrorun.activity.model import Activity, FloatArray
from retrorun.gait.result import Detection
from retrorun.match.model import Match
from retrorun.report.palette import THEMES
from retrorun.report.plane import BAND_SDS, Plane
from retrorun.report.series import breaks, local_metres, pace_s, smooth
from retrorun.report.words import name_of_rest
from retrorun.session.values import SpeedRange
from retrorun.units import METRES_PER_MILE

MOST_POINTS = 7200
MOST_PLANE_POINTS = 2400  # each is a shape of its own to the browser; more of them hide one another


def page_data(
    activity: Activity, detection: Detection, plane: Plane, match: Match | None, *, per_m: float
) -> dict[str, object]:
    """Everything that the page's script draws; lists hold null for missing."""
    duration_s = float(activity.time_s[-1]) if len(activity) else 0.0
    step_s = max(1.0, float(math.ceil(duration_s / MOST_POINTS)))
    return {
        "step_s": step_s,
        "end_s": duration_s,
        "per": "mi" if per_m == METRES_PER_MILE else "km",
        "per_m": per_m,
        "rest": name_of_rest(detection),
        **_over_time(activity, detection, step_s, per_m),
        "segments": [[round(segment.start_s, 1), round(segment.end_s, 1)] for segment in detection.segments],
        "laps": [round(lap.start_s, 1) for lap in activity.laps[1:]],
        "targets": _targets(match, per_m),
        "plane": _plane(plane),
        "themes": {theme.name: asdict(theme) for theme in THEMES.values()},
    }


def _over_time(activity: Activity, detection: Detection, step_s: float, per_m: float) -> dict[str, object]:
    """One point for each stretch of `step_s` that has samples: its moment, its direction, and the means of all columns.

    `gap` holds the points before which a line stops.
    """
    present, at = np.unique(np.floor(activity.time_s / step_s).astype(np.int64), return_inverse=True)
    east, north = local_metres(activity)
    cadence = np.where(activity.cadence_spm > 0, activity.cadence_spm, np.nan)
    columns = {
        "pace": (pace_s(smooth(activity, activity.speed_mps), per_m=per_m), 1),
        "cadence": (smooth(activity, cadence), 1),
        "heart": (activity.heart_rate_bpm, 0),
        "altitude": (activity.altitude_m, 1),
        "east": (east, 1),
        "north": (north, 1),
    }
    time_s = _means(activity.time_s, at, len(present))
    backward = np.zeros(len(present), dtype=np.bool_)
    for segment in detection.segments:
        backward |= (time_s >= segment.start_s) & (time_s < segment.end_s)
    return {
        "time": _plain(time_s, 1),
        "gap": np.flatnonzero(breaks(time_s)).tolist(),
        "backward": backward.astype(int).tolist(),
        **{name: _plain(_means(values, at, len(present)), digits) for name, (values, digits) in columns.items()},
    }


def _targets(match: Match | None, per_m: float) -> list[list[float]]:
    """Start, end, fast and slow pace, and whether backward, of each executed step with a range of speed."""
    found = []
    for done in match.steps if match is not None else ():
        target = done.step.target
        if isinstance(target, SpeedRange) and done.start_s is not None and done.end_s is not None:
            fast, slow = per_m / target.high_mps, per_m / target.low_mps
            backward = float(done.step.direction == "backward")
            found.append([done.start_s, done.end_s, round(fast, 1), round(slow, 1), backward])
    return found


def _plane(plane: Plane) -> dict[str, object]:
    thin = slice(None, None, max(1, -(-len(plane.time_s) // MOST_PLANE_POINTS)))
    line = plane.line
    return {
        "time": _plain(plane.time_s[thin], 1),
        "speed": _plain(plane.speed_mps[thin], 2),
        "cadence": _plain(plane.cadence_spm[thin], 1),
        "backward": plane.backward[thin].astype(int).tolist(),
        "line": None
        if line is None
        else {
            "intercept": round(line.intercept_spm, 3),
            "slope": round(line.slope_spm_per_mps, 4),
            "band": round(BAND_SDS * line.noise_spm, 3),
        },
    }


def _means(values: FloatArray, at: npt.NDArray[np.int64], count: int) -> FloatArray:
    """The mean of the values that there are in each stretch; NaN where there is none."""
    there = np.isfinite(values)
    total = np.bincount(at[there], weights=values[there], minlength=count)
    number = np.bincount(at[there], minlength=count)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def _plain(values: FloatArray, digits: int) -> list[float | None]:
    rounded = np.round(values, digits)
    if digits == 0:
        return [int(value) if math.isfinite(value) else None for value in rounded.tolist()]
    return [value if math.isfinite(value) else None for value in rounded.tolist()]
