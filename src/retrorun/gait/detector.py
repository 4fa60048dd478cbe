"""Backward segments of an activity: the one door to the model."""

from __future__ import annotations

import numpy as np

from retrorun.activity.model import Activity, FloatArray
from retrorun.gait import priors
from retrorun.gait.candidates import Candidates, find_candidates
from retrorun.gait.decode import best_set
from retrorun.gait.explain import evidence_of
from retrorun.gait.grid import BoolArray, Grid, build_grid
from retrorun.gait.line import ForwardLine, LinePrior, fit_line, running_bins
from retrorun.gait.profile import GaitProfile
from retrorun.gait.result import Detection, PlannedSpan, Segment
from retrorun.gait.score import log_odds

ON_FOOT = frozenset({"running", "walking", "hiking", "generic", "training", "fitness_equipment", "unknown", ""})


def detect_gait(
    activity: Activity, *, profile: GaitProfile | None = None, planned: tuple[PlannedSpan, ...] = ()
) -> Detection:
    """Backward segments of an activity.

    Args:
        activity: a recording with speed and cadence; laps in it are likely borders.
        profile: what is usual for the runner.
        planned: stretches that a plan meant to be run in one direction.

    Returns:
        The verdict, the segments and the reasons; `cannot tell` where the recording could not have shown any.
    """
    spans = _spans_on_foot(activity)
    if not spans:
        return Detection(verdict="cannot tell", reasons=(f"this is no running: the sport is {activity.sport}",))
    segments: list[Segment] = []
    reasons: list[str] = []
    told = False
    for start_s, end_s in spans:
        grid = build_grid(activity, start_s, end_s)
        missing = _cannot_tell(activity, grid)
        if missing:
            reasons.extend(missing)
            continue
        told = True
        reasons.extend(grid.notes)
        segments.extend(s for s in _detect_on(grid, profile, activity) if not _meant_forward(s, planned))
    if segments:
        return Detection(verdict="found", segments=tuple(segments), reasons=tuple(dict.fromkeys(reasons)))
    return Detection(verdict="none" if told else "cannot tell", reasons=tuple(dict.fromkeys(reasons)))


def forward_line(activity: Activity, profile: GaitProfile | None = None) -> ForwardLine | None:
    """The forward line that an activity is judged by, for pictures; None where there is too little running to fit."""
    spans = _spans_on_foot(activity)
    if not spans or not len(activity):
        return None
    grid = build_grid(activity, spans[0][0], spans[-1][1])
    if not running_bins(grid).any():
        return None
    return fit_line(grid, _prior(profile))


def _prior(profile: GaitProfile | None) -> LinePrior:
    return LinePrior() if profile is None else profile.prior()


def _spans_on_foot(activity: Activity) -> list[tuple[float, float]]:
    """The parts of a recording that were done on foot."""
    if activity.parts:
        return [(part.start_s, part.end_s) for part in activity.parts if part.sport in ON_FOOT]
    if activity.sport not in ON_FOOT or not len(activity):
        return [] if len(activity) or activity.sport not in ON_FOOT else [(0.0, 0.0)]
    return [(float(activity.time_s[0]), float(activity.time_s[-1]))]


def _cannot_tell(activity: Activity, grid: Grid) -> list[str]:
    """Why a recording could not have shown backward running; empty where it could."""
    if grid.step_s > priors.TOO_COARSE_S:
        return [f"the samples are {grid.step_s:.0f} s apart, too coarse to see a repetition"]
    if not np.isfinite(activity.cadence_spm).any():
        return ["there is no cadence in the recording"]
    if not np.isfinite(activity.speed_mps).any():
        return ["there is no speed in the recording"]
    both = np.isfinite(grid.speed_mps) & np.isfinite(grid.cadence_spm)
    if both.mean() < priors.KNOWN_LEAST:
        return [f"speed and cadence are both known in only {100 * both.mean():.0f} % of the recording"]
    return []


def _meant_forward(segment: Segment, planned: tuple[PlannedSpan, ...]) -> bool:
    """Whether a weak segment lies wholly where the plan meant forward running."""
    return segment.probability < priors.AGAINST_PLAN and any(
        span.direction == "forward" and span.start_s <= segment.start_s and segment.end_s <= span.end_s
        for span in planned
    )


def _detect_on(grid: Grid, profile: GaitProfile | None, activity: Activity) -> list[Segment]:
    prior = _prior(profile)
    line = fit_line(grid, prior)
    if line.weight_s == 0.0:
        return []
    rows, score = _scored(grid, line, running_bins(grid))
    found = _decode(rows, score)
    if found:
        # Backward running must neither bend the line nor be anybody's forward neighbourhood: look again without it.
        backward = np.zeros(len(grid), dtype=np.bool_)
        for i in found:
            backward[rows.start[i] : rows.end[i]] = True
        line = fit_line(grid, prior, leave_out=backward)
        rows, score = _scored(grid, line, running_bins(grid) & ~backward)
        found = _decode(rows, score)
    chance = 1.0 / (1.0 + np.exp(-score))
    return [_segment(grid, line, rows, i, float(chance[i]), float(score[i]), activity) for i in found]


def _scored(grid: Grid, line: ForwardLine, forward: BoolArray) -> tuple[Candidates, FloatArray]:
    rows = find_candidates(grid, line, forward)
    score = log_odds(rows, line, line.usual_speed_mps)
    keep = score > priors.KEEP_LOG_ODDS
    return rows.take(keep), score[keep]


def _decode(rows: Candidates, score: FloatArray) -> list[int]:
    length = rows.end - rows.start
    # One long segment explains more than two short ones with a hole between them.
    weight = np.where(score > 0.0, score + priors.BIN_GAIN * length - priors.ENTRY_COST, -1.0)
    chosen = best_set(rows.start.tolist(), rows.end.tolist(), weight.tolist())
    long_enough = length * priors.BIN_S >= priors.UNAIDED_S
    return [i for i in chosen if score[i] > 0.0 and long_enough[i]]


def _segment(
    grid: Grid, line: ForwardLine, rows: Candidates, i: int, chance: float, odds: float, activity: Activity
) -> Segment:
    start_s, end_s = float(grid.edge_s[rows.start[i]]), float(grid.edge_s[rows.end[i]])
    evidence = evidence_of(rows, i, line, odds)
    inside = slice(int(rows.start[i]), int(rows.end[i]))
    distance_m = float(np.nansum(grid.speed_mps[inside])) * priors.BIN_S
    return Segment(
        start_s=start_s,
        end_s=min(end_s, float(activity.time_s[-1])),
        probability=chance,
        evidence=evidence,
        distance_m=distance_m,
        mean_speed_mps=distance_m / (end_s - start_s),
        mean_cadence_spm=float(np.nanmean(grid.cadence_spm[inside])),
    )
