"""Backward segments of an activity: the one door to the model."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrorun.activity.model import Activity
from retrorun.activity.rules import spans_on_foot
from retrorun.arrays import BoolArray, FloatArray
from retrorun.detection import explain
from retrorun.detection import parameters as p
from retrorun.detection.cadence_model import ForwardLine, LinePrior, fit_line
from retrorun.detection.candidates import Candidates, find_candidates, stepping_bins, without_overlap
from retrorun.detection.likelihoods import Likelihoods, likelihoods, physical, surface
from retrorun.detection.profile import GaitProfile
from retrorun.detection.resample import Grid, build_grid, stretch_means
from retrorun.detection.result import Detection, PlannedSpan, Segment, Verdict
from retrorun.detection.session_model import weigh_session
from retrorun.detection.support import Support, lap_cuts, own_ratio, plan_prior, snapped, support_of
from retrorun.session.model import Direction


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """The slow pieces of one part of a recording, by the line they were compared with, and what became of each.

    `chance` is each piece's probability, shape (n,), 0 where its uplift cannot be told from zero; `session` is the
    probability that the part holds backward running.
    """

    line: ForwardLine
    pieces: Candidates
    densities: Likelihoods
    support: Support
    session: float
    chance: FloatArray


def detect_gait(
    activity: Activity,
    *,
    profile: GaitProfile | None = None,
    planned: Sequence[PlannedSpan] = (),
    weights: FloatArray = p.SURFACE,
) -> Detection:
    """Backward segments of an activity.

    Args:
        activity: a recording with speed and cadence; laps in it are likely borders.
        profile: what is usual for the runner.
        planned: stretches that a plan meant to be run in one direction.
        weights: of the surface, shape (22,); other ones serve to judge athletes whom nothing was estimated on.

    Returns:
        The verdict, the segments and the reasons; `cannot tell` where the recording could not have shown any.
    """
    spans = spans_on_foot(activity)
    if not spans:
        return Detection(verdict="cannot tell", reasons=(f"this is no running: the sport is {activity.sport}",))
    segments: list[Segment] = []
    reasons: list[str] = []
    parts: list[Judged] = []
    told = False
    for start_s, end_s in spans:
        grid = build_grid(activity, start_s, end_s)
        missing = explain.cannot_tell(grid)
        judged = None if missing else _weighed(grid, activity, profile, planned, weights)
        if judged is None:
            reasons.append(missing or "nobody ran in it for a minute")
            told = told or not missing
            continue
        parts.append(judged)
        found = _segments(judged, grid, activity, planned)
        segments += found
        reasons += explain.session_words(judged.pieces, judged.chance, judged.densities) if found else []
        reasons += explain.possible(judged.pieces, judged.chance, grid)
        if not found and explain.could_be_all_backward(judged.line, profile):
            reasons.append("it is as slow, and as quick of step, as backward running from start to end would be")
        else:
            told = True
        reasons += explain.lowers_trust(grid, judged.line, activity, profile)
    verdict: Verdict = "found" if segments else "none" if told else "cannot tell"
    none = math.prod(1.0 - part.session for part in parts if len(part.pieces))
    return Detection(
        verdict=verdict,
        segments=tuple(segments),
        reasons=tuple(dict.fromkeys(reasons)),
        probability=min(1.0 - none, p.MOST_PROBABLE),
        line=max((part.line for part in parts), key=lambda line: line.weight_s, default=None),
    )


def _weighed(
    grid: Grid, activity: Activity, profile: GaitProfile | None, planned: Sequence[PlannedSpan], weights: FloatArray
) -> Judged | None:
    """The pieces of a part; None where nobody ran for a minute.

    A part with forward running of its own is judged by that. The profile's line is asked where a part is slow as a
    whole and shows nothing by itself, and answers only for most of it: less would not explain why all of it is slow.
    """
    line = fit_line(grid, LinePrior())
    if line is None:
        return None
    own = judge(grid, line, activity, profile=profile, planned=planned, weights=weights)
    if profile is None or (own.chance > p.CALL).any():
        return own
    line = fit_line(grid, profile.prior())
    if line is None or not line.all_slow:
        return own
    whole = judge(grid, line, activity, profile=profile, planned=planned, weights=weights)
    called = float(whole.pieces.bins[whole.chance > p.CALL].sum())
    return whole if called > p.MOST_OF_IT * np.count_nonzero(stepping_bins(grid)) else own


def judge(
    grid: Grid,
    line: ForwardLine,
    activity: Activity,
    *,
    profile: GaitProfile | None = None,
    planned: Sequence[PlannedSpan] = (),
    weights: FloatArray = p.SURFACE,
) -> Judged:
    """Every slow piece of a recording, alone and as part of its session."""
    backward = [(span.start_s, span.end_s) for span in planned if span.direction is Direction.BACKWARD]
    planned = planned if backward else ()  # a plan without a backward step says nothing about direction
    cuts = lap_cuts(activity)
    pieces = find_candidates(grid, line, _borders(cuts, planned), backward)
    densities = likelihoods(pieces, line)
    alone = densities.alone()
    # The surface supports what the uplift says, and never outvotes it.
    beside = np.minimum(surface(pieces, line, weights), p.SURFACE_SHARE * np.maximum(alone, 0.0))
    rows = without_overlap(pieces, alone + beside)
    pieces, densities, beside = pieces.take(rows), densities.take(rows), beside[rows]
    support = support_of(pieces, alone[rows], grid, cuts, planned)
    if line.all_slow:
        beside = np.minimum(beside, 0.0)  # that everything is slow is one fact, not one for each piece
    beside = np.clip(beside + support.log_odds, p.SURFACE_LOW, None) + physical(pieces)
    own = None
    if profile is not None:
        own = None if profile.uplift is None else (profile.uplift, p.OWN_UPLIFT_SD)
        beside = beside + own_ratio(pieces, line, profile.ratio)
    answer = weigh_session(densities, beside, own)
    log_odds = answer.log_bayes + p.PRIOR_LOG_ODDS + plan_prior(planned) + (p.ALL_SLOW_PRIOR if line.all_slow else 0.0)
    session = float(1.0 / (1.0 + np.exp(-np.clip(log_odds, -50.0, 50.0))))
    told = _told(densities.uplift, pieces.bins, support)
    chance = np.where(told, np.minimum(session * answer.given_session, p.MOST_PROBABLE), 0.0)
    return Judged(line=line, pieces=pieces, densities=densities, support=support, session=session, chance=chance)


def _told(uplift: FloatArray, bins: FloatArray, support: Support) -> BoolArray:
    """Whether each piece's uplift can be told from zero, and the plan was kept.

    A plan asks whether it was kept, and that is answered for its backward steps together.
    """
    told: BoolArray = uplift > p.LEAST_UPLIFT
    planned = support.planned * support.weight > 0.5
    if planned.any():
        told &= ~planned | (np.average(uplift[planned], weights=bins[planned]) > p.PLANNED_UPLIFT)
    return told


def _borders(cuts: Sequence[float], planned: Sequence[PlannedSpan]) -> list[float]:
    """Where a piece may begin or end by laps and plan."""
    return sorted({*cuts, *(time_s for span in planned for time_s in (span.start_s, span.end_s))})


def _segments(judged: Judged, grid: Grid, activity: Activity, planned: Sequence[PlannedSpan]) -> list[Segment]:
    """The called pieces, those that touch joined to one segment."""
    chance, pieces = judged.chance, judged.pieces
    called = np.flatnonzero(chance > p.CALL)
    if not len(called):
        return []
    apart = p.ALL_SLOW_MERGE_BINS if judged.line.all_slow else p.MERGE_BINS
    groups = np.split(called, np.flatnonzero(pieces.start[called[1:]] - pieces.end[called[:-1]] > apart) + 1)
    borders = _borders(lap_cuts(activity), planned)
    found: list[Segment] = []
    for group in groups:
        first, last = group[0], group[-1]
        start_s, end_s = snapped(float(grid.edge_s[pieces.start[first]]), float(grid.edge_s[pieces.end[last]]), borders)
        start_s = max(start_s, found[-1].end_s if found else float(activity.time_s[0]))
        end_s = min(end_s, float(activity.time_s[-1]))
        if end_s <= start_s:
            continue
        speed, cadence, distance_m = stretch_means(activity, start_s, end_s)
        found.append(
            Segment(
                start_s=start_s,
                end_s=end_s,
                probability=float(chance[group].max()),
                evidence=explain.evidence_of(group, pieces, judged.densities, judged.support, chance, judged.line),
                distance_m=_known(distance_m, float(pieces.speed_mps[first]) * (end_s - start_s)),
                mean_speed_mps=_known(speed, float(pieces.speed_mps[first])),
                mean_cadence_spm=_known(cadence, float(pieces.cadence_spm[first])),
            )
        )
    return found


def _known(value: float, otherwise: float) -> float:
    return value if np.isfinite(value) else otherwise
