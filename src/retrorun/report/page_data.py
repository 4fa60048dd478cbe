"""The numbers that the scripts of the report read, thinned and rounded to what a screen can show.

Positions are metres from the middle of the track, so the page does not say where on Earth it was.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from retrorun.activity.model import Activity
from retrorun.arrays import FloatArray
from retrorun.detection.result import Detection
from retrorun.intervals import mask
from retrorun.match.model import Match
from retrorun.report.figures.plane import gait_plane
from retrorun.report.figures.series import breaks, local_metres, smooth_cadence_spm, smooth_pace_s, thinned
from retrorun.report.figures.style import THEMES
from retrorun.report.tables import name_of_rest
from retrorun.session.values import SpeedRange
from retrorun.units import METRES_PER_MILE

READ_POINTS = 800  # of an hour, one every five seconds
ZOOM_POINTS = 7200
MOST_PLANE_POINTS = 2400  # each is a shape of its own to the browser; more of them hide one another


def page_data(
    activity: Activity, detection: Detection, *, per_m: float, places: Mapping[str, tuple[float, ...]]
) -> dict[str, object]:
    """What the script for reading needs; lists hold null for missing."""
    return {
        "per": "mi" if per_m == METRES_PER_MILE else "km",
        "per_m": per_m,
        "rest": name_of_rest(detection),
        "axis_s": max(float(activity.time_s[-1]), 1.0) if len(activity) else 1.0,
        "places": {name: [round(value, 4) for value in place] for name, place in places.items()},
        "segments": [[round(segment.start_s, 1), round(segment.end_s, 1)] for segment in detection.segments],
        **_over_time(activity, detection, per_m, READ_POINTS),
    }


def zoom_data(activity: Activity, detection: Detection, match: Match | None, *, per_m: float) -> dict[str, object]:
    """What the pictures that can be zoomed need on top of it, or more of."""
    return {
        "end_s": float(activity.time_s[-1]) if len(activity) else 0.0,
        "laps": [round(lap.start_s, 1) for lap in activity.laps[1:]],
        "targets": _targets(match, per_m),
        "plane": _plane(activity, detection),
        "themes": {theme.name: asdict(theme) for theme in THEMES.values()},
        **_over_time(activity, detection, per_m, ZOOM_POINTS),
    }


def _over_time(activity: Activity, detection: Detection, per_m: float, most: int) -> dict[str, object]:
    """One point for each stretch of `step_s`; `gap` holds the points before which a line stops."""
    run, step_s = thinned(activity, most)
    east, north = local_metres(run)
    return {
        "step_s": step_s,
        "time": _plain(run.time_s, 1),
        "gap": np.flatnonzero(breaks(run.time_s)).tolist(),
        "backward": mask(run.time_s, detection.segments).astype(int).tolist(),
        "pace": _plain(smooth_pace_s(run, per_m=per_m), 1),
        "cadence": _plain(smooth_cadence_spm(run), 1),
        "heart": _plain(run.heart_rate_bpm, 0),
        "altitude": _plain(run.altitude_m, 1),
        "east": _plain(east, 1),
        "north": _plain(north, 1),
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


def _plane(activity: Activity, detection: Detection) -> dict[str, object]:
    plane = gait_plane(activity, detection)
    thin = slice(None, None, max(1, -(-len(plane.time_s) // MOST_PLANE_POINTS)))
    return {
        "time": _plain(plane.time_s[thin], 1),
        "speed": _plain(plane.speed_mps[thin], 2),
        "cadence": _plain(plane.cadence_spm[thin], 1),
        "backward": plane.backward[thin].astype(int).tolist(),
        "line": [_plain(plane.line_mps, 3), _plain(plane.line_spm, 1), plane.band_spm] if len(plane.line_mps) else None,
    }


def _plain(values: FloatArray, digits: int) -> list[float | None]:
    rounded = np.round(values, digits)
    if digits == 0:
        return [int(value) if math.isfinite(value) else None for value in rounded.tolist()]
    return [value if math.isfinite(value) else None for value in rounded.tolist()]
