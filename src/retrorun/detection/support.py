"""What speaks for or against a piece beside its own pace and cadence: laps, a plan, and the runner's own gait."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrorun.activity.model import Activity, Lap
from retrorun.arrays import FloatArray
from retrorun.detection import parameters as p
from retrorun.detection.cadence_model import ForwardLine
from retrorun.detection.candidates import Candidates
from retrorun.detection.resample import Grid
from retrorun.detection.result import PlannedSpan
from retrorun.session.model import Direction
from retrorun.units import METRES_PER_MILE

_COUNTED = frozenset({"distance", "position_start", "position_lap", "position_waypoint", "position_marked"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Support:
    """Log odds that laps and plan add to each piece, and their kinds; arrays of shape (n,).

    `laps` counts the borders that lie on a lap's (0 to 2); `planned` is 1 where the plan runs backward, -1 where it
    runs forward, 0 where it says nothing; `weight` is how much the plan weighs there, 0 to 1.
    """

    log_odds: FloatArray
    laps: FloatArray
    planned: FloatArray
    weight: FloatArray


def lap_cuts(activity: Activity) -> list[float]:
    """The times of laps that somebody meant [s]: pressed, or cut by a workout; not those cut at each kilometre."""
    cuts: set[float] = set()
    for lap in activity.laps:
        if lap.end_s - lap.start_s <= p.LAP_LONGEST_S and not _counted(lap):
            cuts |= {lap.start_s, lap.end_s}
    return sorted(cuts)


def _counted(lap: Lap) -> bool:
    """Whether the watch cut a lap by itself: it says so, or the lap is a whole kilometre or mile."""
    if lap.trigger in _COUNTED:
        return True
    units = (1000.0, METRES_PER_MILE)
    return lap.distance_m is not None and any(abs(lap.distance_m - m) <= p.COUNTED_WITHIN * m for m in units)


def support_of(
    pieces: Candidates, alone: FloatArray, grid: Grid, cuts: Sequence[float], planned: Sequence[PlannedSpan]
) -> Support:
    """What laps and plan add to each piece; `alone` is what its uplift gives by itself.

    Recoveries between fast repetitions are lapped, too: a lap supports what the uplift says, and no more than that.
    """
    start_s, end_s = grid.edge_s[pieces.start], grid.edge_s[pieces.end]
    laps = _near(start_s, cuts) + _near(end_s, cuts)
    plan, weight = np.zeros(len(pieces)), np.zeros(len(pieces))
    for span in planned:
        within = np.minimum(end_s, span.end_s) - np.maximum(start_s, span.start_s) > 0.5 * (end_s - start_s)
        plan[within] = 1.0 if span.direction is Direction.BACKWARD else -1.0
        weight[within] = p.GUESSED_SHARE if span.guessed else 1.0
    odds = np.array([0.0, p.ONE_LAP, p.BOTH_LAPS])[laps.astype(np.int64)]
    odds = np.minimum(odds, p.LAP_SHARE * np.maximum(alone, 0.0))
    odds = odds + weight * np.where(plan > 0.0, p.PLANNED_BACKWARD, p.PLANNED_FORWARD * (plan < 0.0))
    return Support(log_odds=odds, laps=laps, planned=plan, weight=weight)


def plan_prior(planned: Sequence[PlannedSpan]) -> float:
    """What a plan adds to the log odds that a recording holds backward running."""
    sure = [1.0 - (1.0 - p.GUESSED_SHARE) * span.guessed for span in planned if span.direction is Direction.BACKWARD]
    return p.PLAN_PRIOR * max(sure, default=0.0)


def own_ratio(pieces: Candidates, line: ForwardLine, ratio: float | None) -> FloatArray:
    """Log odds of each piece's speed under the runner's own speed ratio against anybody's, bounded."""
    if ratio is None:
        return np.zeros(len(pieces))
    seen = pieces.speed_mps / line.usual_speed_mps
    own = -0.5 * ((seen - ratio) / p.OWN_RATIO_SD) ** 2 - np.log(p.OWN_RATIO_SD)
    anybody = -0.5 * ((seen - p.RATIO_MEAN) / p.RATIO_SD) ** 2 - np.log(p.RATIO_SD)
    bounded: FloatArray = np.clip(own - anybody, -p.OWN_RATIO_BOUND, p.OWN_RATIO_BOUND)
    return bounded


def snapped(start_s: float, end_s: float, borders: Sequence[float]) -> tuple[float, float]:
    """The span with its ends moved onto borders within reach: somebody pressed a button there, or the plan says so."""
    if not len(borders):
        return start_s, end_s
    at = np.asarray(borders)
    moved = []
    for time_s in (start_s, end_s):
        nearest = float(at[np.argmin(np.abs(at - time_s))])
        moved.append(nearest if abs(nearest - time_s) <= p.SNAP_S else time_s)
    return (moved[0], moved[1]) if moved[1] > moved[0] else (start_s, end_s)


def _near(times_s: FloatArray, cuts: Sequence[float]) -> FloatArray:
    """1 where a cut lies within reach, else 0."""
    if not len(cuts):
        return np.zeros(len(times_s))
    at = np.asarray(cuts)
    after = np.clip(np.searchsorted(at, times_s), 0, len(at) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.minimum(np.abs(at[after] - times_s), np.abs(at[before] - times_s))
    return (nearest <= p.LAP_REACH_S).astype(np.float64)
