"""Detection with a plan at hand: planned backward steps are judged on their own, everything else stays as found."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from retrorun.activity.model import Activity
from retrorun.gait import priors
from retrorun.gait.grid import BoolArray, Grid, build_grid
from retrorun.gait.line import LinePrior, fit_line, running_bins
from retrorun.gait.planned import Judged, judge_planned
from retrorun.gait.profile import GaitProfile
from retrorun.gait.result import Detection, PlannedSpan, Segment
from retrorun.session.model import Direction

FORWARD_LEAST_S = 120.0  # chosen: with less forward running beside the planned steps there is nothing to compare with
OVERRULES = 0.9  # chosen: what must be found without the plan to stand in a planned step that was judged forward


def judge_announced(
    activity: Activity, found: Detection, planned: Sequence[PlannedSpan], *, profile: GaitProfile | None = None
) -> Detection:
    """The detection with planned backward steps judged on their own.

    Args:
        activity: a recording with speed and cadence.
        found: what was found in it without regard to planned backward steps.
        planned: the plan's stretches; those forward are left to `found`.
        profile: what is usual for the runner.
    """
    spans = [span for span in planned if span.direction is Direction.BACKWARD]
    if not spans or found.verdict == "cannot tell":
        return found
    grid = build_grid(activity, float(activity.time_s[0]), float(activity.time_s[-1]))
    aside = _covered(grid, ((span.start_s, span.end_s) for span in spans))
    aside |= _covered(grid, ((segment.start_s, segment.end_s) for segment in found.segments))
    forward = running_bins(grid) & ~aside
    if np.count_nonzero(forward) * priors.BIN_S < FORWARD_LEAST_S:
        why = "there is too little forward running beside the planned steps to compare them with"
        return replace(found, reasons=(*found.reasons, why))
    line = fit_line(grid, LinePrior() if profile is None else profile.prior(), leave_out=aside)
    judged = judge_planned(grid, line, forward, spans)
    segments = _merged(judged, found.segments, spans)
    return replace(found, segments=segments, verdict="found" if segments else "none")


def _covered(grid: Grid, spans: Iterable[tuple[float, float]]) -> BoolArray:
    """Bins that any of the spans touches."""
    covered = np.zeros(len(grid), dtype=np.bool_)
    for start_s, end_s in spans:
        covered |= (grid.edge_s[1:] > start_s) & (grid.edge_s[:-1] < end_s)
    return covered


def _merged(judged: Sequence[Judged], found: Sequence[Segment], spans: Sequence[PlannedSpan]) -> tuple[Segment, ...]:
    """Judged stretches, with the borders that were found where they are clearer, and what was found elsewhere."""
    called = [_segment(piece, *_borders(piece, judged, found)) for piece in judged]
    others: list[Segment] = []
    for segment in found:
        rest = _outside(segment, called)
        if rest is None or (_mostly_planned(segment, spans) and segment.probability < OVERRULES):
            continue
        others.append(rest)
    return tuple(sorted((*called, *others), key=lambda segment: segment.start_s))


def _borders(piece: Judged, judged: Sequence[Judged], found: Sequence[Segment]) -> tuple[float, float]:
    """Where the stretch begins and ends: a found one that belongs to this step alone may reach beyond it."""
    for segment in found:
        touched = [other for other in judged if _shared_s(segment, other.start_s, other.end_s) > 0.0]
        if touched == [piece] and _shared_s(segment, piece.start_s, piece.end_s) >= 0.5 * segment.duration_s:
            return min(piece.start_s, segment.start_s), max(piece.end_s, segment.end_s)
    return piece.start_s, piece.end_s


def _outside(segment: Segment, called: Sequence[Segment]) -> Segment | None:
    """The longest part of a found segment outside the called ones; None where it is too short to be called itself."""
    pieces = [(segment.start_s, segment.end_s)]
    for other in called:
        pieces = [
            (low, high)
            for start_s, end_s in pieces
            for low, high in ((start_s, min(end_s, other.start_s)), (max(start_s, other.end_s), end_s))
            if high > low
        ]
    start_s, end_s = max(pieces, key=lambda piece: piece[1] - piece[0], default=(0.0, 0.0))
    if end_s - start_s == segment.duration_s:
        return segment
    if end_s - start_s < priors.UNAIDED_S:
        return None
    share = (end_s - start_s) / segment.duration_s
    return replace(segment, start_s=start_s, end_s=end_s, distance_m=segment.distance_m * share)


def _mostly_planned(segment: Segment, spans: Sequence[PlannedSpan]) -> bool:
    return sum(_shared_s(segment, span.start_s, span.end_s) for span in spans) >= 0.5 * segment.duration_s


def _shared_s(segment: Segment, start_s: float, end_s: float) -> float:
    return max(0.0, min(segment.end_s, end_s) - max(segment.start_s, start_s))


def _segment(piece: Judged, start_s: float, end_s: float) -> Segment:
    return Segment(
        start_s=start_s,
        end_s=end_s,
        probability=1.0 / (1.0 + math.exp(-piece.log_odds)),
        evidence=piece.evidence(),
        distance_m=piece.speed_mps * (end_s - start_s),
        mean_speed_mps=piece.speed_mps,
        mean_cadence_spm=piece.cadence_spm,
    )
