"""What speaks for or against a candidate beside speed and cadence: laps, a plan, and the runner's own backward gait."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrorun.activity.model import Activity, FloatArray, Lap
from retrorun.gait import priors
from retrorun.gait.borders import IntArray
from retrorun.gait.candidates import Candidates
from retrorun.gait.grid import BoolArray, Grid
from retrorun.gait.line import ForwardLine
from retrorun.gait.profile import GaitProfile
from retrorun.gait.result import PlannedSpan
from retrorun.session.model import Direction
from retrorun.units import METRES_PER_MILE


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Support:
    """Log-odds that laps and plan add to each candidate, and their kinds; arrays of shape (m,).

    `laps` counts the borders that lie on a lap's (0 to 2); `planned` is 1 for planned backward, -1 for planned forward.
    """

    log_odds: FloatArray
    laps: FloatArray
    planned: FloatArray

    @property
    def enough_for_short(self) -> BoolArray:
        """Whether a candidate too short to be called alone may be called."""
        enough: BoolArray = (self.laps == 2.0) | (self.planned > 0.0)
        return enough

    def take(self, index: BoolArray) -> Support:
        """The rows of a mask."""
        return Support(log_odds=self.log_odds[index], laps=self.laps[index], planned=self.planned[index])


def support_of(rows: Candidates, grid: Grid, cuts: FloatArray, planned: tuple[PlannedSpan, ...]) -> Support:
    """The support of each candidate; `cuts` are the times of laps [s]."""
    if not len(cuts) and not planned:
        nothing = np.zeros(len(rows))
        return Support(log_odds=nothing, laps=nothing, planned=nothing)
    start_s, end_s = grid.edge_s[rows.start], grid.edge_s[rows.end]
    laps = _near(start_s, cuts) + _near(end_s, cuts)
    plan = np.zeros(len(rows))
    for span in planned:
        overlap = np.minimum(end_s, span.end_s) - np.maximum(start_s, span.start_s)
        union = np.maximum(end_s, span.end_s) - np.minimum(start_s, span.start_s)
        if span.direction is Direction.BACKWARD:
            plan = np.where(overlap > priors.PLAN_OVERLAP * union, 1.0, plan)
        else:
            plan = np.where((overlap > priors.PLAN_OVERLAP * (end_s - start_s)) & (plan == 0.0), -1.0, plan)
    odds = np.select([laps == 2.0, laps == 1.0], [priors.BOTH_LAPS_LOG_ODDS, priors.ONE_LAP_LOG_ODDS], 0.0)
    odds = odds + np.select(
        [plan > 0.0, plan < 0.0], [priors.PLANNED_BACKWARD_LOG_ODDS, priors.PLANNED_FORWARD_LOG_ODDS], 0.0
    )
    return Support(log_odds=odds, laps=laps, planned=plan)


def own_gait(rows: Candidates, line: ForwardLine, profile: GaitProfile | None) -> FloatArray:
    """Log-odds from the runner's own labelled uplift and ratio against the population's; zero without labels."""
    if profile is None or profile.uplift is None or profile.ratio is None:
        return np.zeros(len(rows))
    seen = rows.residual / line.cadence_spm(rows.speed)
    ratio = rows.speed / line.usual_speed_mps
    gain = _bell(seen, profile.uplift, priors.OWN_UPLIFT_SD) - _bell(seen, priors.UPLIFT_MEAN, priors.UPLIFT_SEEN_SD)
    gain += _bell(ratio, profile.ratio, priors.OWN_RATIO_SD) - _bell(ratio, priors.RATIO_MEAN, priors.RATIO_SD)
    bounded: FloatArray = np.clip(gain, -priors.OWN_GAIT_BOUND, priors.OWN_GAIT_BOUND)
    return bounded


def suspects(grid: Grid, activity: Activity, planned: tuple[PlannedSpan, ...]) -> tuple[IntArray, IntArray]:
    """Planned backward spans and laps, in bins: they are looked at whatever they look like."""
    spans = [(span.start_s, span.end_s) for span in planned if span.direction is Direction.BACKWARD]
    spans += [(lap.start_s, lap.end_s) for lap in activity.laps if lap.end_s - lap.start_s <= priors.LAP_LONGEST_S]
    if not spans:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    borders = np.asarray(spans, dtype=np.float64)
    middle = 0.5 * (grid.edge_s[1:] + grid.edge_s[:-1])
    start, end = np.searchsorted(middle, borders[:, 0]), np.searchsorted(middle, borders[:, 1])
    fine = end - start >= priors.SHORTEST_S / priors.BIN_S
    return start[fine], end[fine]


def lap_cuts(activity: Activity) -> FloatArray:
    """Times at which somebody or a workout, not a distance counter, cut a lap [s], in order."""
    return np.unique([time for lap in activity.laps if not _counted(lap) for time in (lap.start_s, lap.end_s)])


def _counted(lap: Lap) -> bool:
    """Whether a distance counter or a place cut the lap, and no step of a workout."""
    if lap.planned_step_index is not None or lap.trigger not in priors.COUNTED_LAPS:
        return False
    if lap.trigger != "distance" or lap.distance_m is None:
        return True
    counts = (lap.distance_m / unit for unit in (1000.0, METRES_PER_MILE))
    return any(round(count) >= 1 and abs(count - round(count)) < priors.COUNTED_WITHIN for count in counts)


def snapped(start_s: float, end_s: float, cuts: FloatArray, planned: tuple[PlannedSpan, ...]) -> tuple[float, float]:
    """The borders, moved to a lap's or to a planned step's where one lies within reach of a bin's resolution."""
    spans = [time for span in planned if span.direction is Direction.BACKWARD for time in (span.start_s, span.end_s)]
    cuts = np.concatenate((cuts, np.asarray(spans)))
    if not len(cuts):
        return start_s, end_s
    moved = []
    for border in (start_s, end_s):
        nearest = float(cuts[np.argmin(np.abs(cuts - border))])
        moved.append(nearest if abs(nearest - border) <= priors.SNAP_S else border)
    return (moved[0], moved[1]) if moved[1] - moved[0] >= priors.SHORTEST_S else (start_s, end_s)


def _near(time_s: FloatArray, cuts: FloatArray) -> FloatArray:
    if not len(cuts):
        return np.zeros(len(time_s))
    after = np.clip(np.searchsorted(cuts, time_s), 0, len(cuts) - 1)
    before = np.maximum(after - 1, 0)
    distance = np.minimum(np.abs(cuts[after] - time_s), np.abs(cuts[before] - time_s))
    return (distance <= priors.LAP_REACH_S).astype(np.float64)


def _bell(x: FloatArray, mean: float, sd: float) -> FloatArray:
    bell: FloatArray = -0.5 * ((x - mean) / sd) ** 2 - np.log(sd)
    return bell
