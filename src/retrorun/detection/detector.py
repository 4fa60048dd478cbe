"""Backward segments of an activity: the one door to the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrorun.activity.model import Activity
from retrorun.activity.rules import spans_on_foot
from retrorun.arrays import FloatArray
from retrorun.detection import parameters as p
from retrorun.detection.cadence_model import ForwardLine, LinePrior, fit_line
from retrorun.detection.candidates import Candidates, find_candidates, stepping_bins, without_overlap
from retrorun.detection.explain import evidence_of, possible, session_words
from retrorun.detection.likelihoods import Likelihoods, likelihoods, physical, surface
from retrorun.detection.profile import GaitProfile
from retrorun.detection.resample import Grid, build_grid, stretch_means
from retrorun.detection.result import Detection, PlannedSpan, Segment, Verdict
from retrorun.detection.session_model import weigh_session
from retrorun.detection.support import Support, lap_cuts, own_ratio, plan_prior, snapped, support_of
from retrorun.detection.trust import cannot_tell, could_be_all_backward, lowers_trust
from retrorun.session.model import Direction


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """The slow pieces of one part of a recording, and what became of each; arrays of shape (n,).

    `log_bayes` compares a backward session with an ordinary recording, before any prior; `given_session` is each
    piece's probability if it is one, `chance` its probability, `session` that of the recording.
    """

    pieces: Candidates
    densities: Likelihoods
    support: Support
    log_bayes: float
    given_session: FloatArray
    session: float

    @property
    def chance(self) -> FloatArray:
        """The probability of each piece, 0 where its uplift cannot be told from zero."""
        told = self.densities.uplift > p.LEAST_UPLIFT
        # A plan asks whether it was kept, and that is answered for its backward steps together.
        planned = self.support.planned * self.support.weight > 0.5
        if planned.any():
            kept = np.average(self.densities.uplift[planned], weights=self.pieces.bins[planned]) > p.PLANNED_UPLIFT
            told &= ~planned | kept
        return np.where(told, np.minimum(self.session * self.given_session, p.MOST_PROBABLE), 0.0)


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
    chances: list[float] = []
    lines: list[ForwardLine] = []
    told = False
    for start_s, end_s in spans:
        grid = build_grid(activity, start_s, end_s)
        missing = cannot_tell(grid)
        known = None if missing else _weighed(grid, activity, profile, planned, weights)
        if known is None:
            reasons.append(missing or "nobody ran in it for a minute")
            told = told or not missing
            continue
        line, judged = known
        lines.append(line)
        found = _segments(judged, grid, line, activity, planned)
        segments += found
        chances.append(judged.session if len(judged.pieces) else 0.0)
        reasons += session_words(judged.pieces, judged.chance, judged.densities) if found else []
        reasons += possible(judged.pieces, judged.chance, grid)
        if not found and could_be_all_backward(line, profile):
            reasons.append("it is as slow, and as quick of step, as backward running from start to end would be")
        else:
            told = True
        reasons += lowers_trust(grid, line, activity, profile)
    verdict: Verdict = "found" if segments else "none" if told else "cannot tell"
    return Detection(
        verdict=verdict,
        segments=tuple(segments),
        reasons=tuple(dict.fromkeys(reasons)),
        probability=min(1.0 - float(np.prod([1.0 - chance for chance in chances])), p.MOST_PROBABLE),
        line=max(lines, key=lambda line: line.weight_s, default=None),
    )


def _weighed(
    grid: Grid, activity: Activity, profile: GaitProfile | None, planned: Sequence[PlannedSpan], weights: FloatArray
) -> tuple[ForwardLine, Judged] | None:
    """The line that a part is judged by, and its pieces; None where nobody ran for a minute.

    A part with forward running of its own is judged by that. The profile's line is asked where a part is slow as a
    whole and shows nothing by itself, and answers only for most of it: less would not explain why all of it is slow.
    """
    own = fit_line(grid, LinePrior())
    if own is None:
        return None
    judged = judge(grid, own, activity, profile=profile, planned=planned, weights=weights)
    if profile is None or (judged.chance > p.CALL).any():
        return own, judged
    usually = fit_line(grid, profile.prior())
    if usually is None or not usually.all_slow:
        return own, judged
    whole = judge(grid, usually, activity, profile=profile, planned=planned, weights=weights)
    called = float(whole.pieces.bins[whole.chance > p.CALL].sum())
    return (usually, whole) if called > p.MOST_OF_IT * np.count_nonzero(stepping_bins(grid)) else (own, judged)


def judge(
    grid: Grid,
    line: ForwardLine,
    activity: Activity,
    *,
    profile: GaitProfile | None,
    planned: Sequence[PlannedSpan],
    weights: FloatArray,
) -> Judged:
    """Every slow piece of a recording, alone and as part of its session."""
    backward = [(span.start_s, span.end_s) for span in planned if span.direction is Direction.BACKWARD]
    cuts = lap_cuts(activity)
    # A plan without a backward step says nothing about direction.
    told = planned if backward else ()
    borders = sorted({*cuts, *(time_s for span in told for time_s in (span.start_s, span.end_s))})
    pieces = find_candidates(grid, line, borders, backward)
    densities = likelihoods(pieces, line)
    beside = surface(pieces, line, weights)
    alone = densities.alone()
    # The surface supports what the uplift says, and never outvotes it.
    beside = np.minimum(beside, p.SURFACE_SHARE * np.maximum(alone, 0.0))
    rows = without_overlap(pieces, alone + beside)
    pieces, densities, beside = pieces.take(rows), densities.take(rows), beside[rows]
    support = support_of(pieces, alone[rows], grid, cuts, told)
    own = None if profile is None or profile.uplift is None else (profile.uplift, p.OWN_UPLIFT_SD)
    ratio = None if profile is None else profile.ratio
    if line.all_slow:
        # That everything is slow is one fact, not one for each piece.
        beside = np.minimum(beside, 0.0)
    total = np.clip(beside + support.log_odds, p.SURFACE_LOW, None) + physical(pieces) + own_ratio(pieces, line, ratio)
    answer = weigh_session(densities, total, own)
    prior = p.PRIOR_LOG_ODDS + plan_prior(told) + (p.ALL_SLOW_PRIOR if line.all_slow else 0.0)
    return Judged(
        pieces=pieces,
        densities=densities,
        support=support,
        log_bayes=answer.log_bayes,
        given_session=answer.given_session,
        session=float(1.0 / (1.0 + np.exp(-np.clip(answer.log_bayes + prior, -50.0, 50.0)))),
    )


def _segments(
    judged: Judged, grid: Grid, line: ForwardLine, activity: Activity, planned: Sequence[PlannedSpan]
) -> list[Segment]:
    """The called pieces, those that touch joined to one segment."""
    chance, pieces = judged.chance, judged.pieces
    groups: list[list[int]] = []
    for i in np.flatnonzero(chance > p.CALL).tolist():
        if groups and pieces.start[i] - pieces.end[groups[-1][-1]] <= (
            p.ALL_SLOW_MERGE_BINS if line.all_slow else p.MERGE_BINS
        ):
            groups[-1].append(i)
        else:
            groups.append([i])
    borders = [*lap_cuts(activity), *(time_s for span in planned for time_s in (span.start_s, span.end_s))]
    found: list[Segment] = []
    for group in groups:
        first, end = int(pieces.start[group[0]]), int(pieces.end[group[-1]])
        start_s, end_s = snapped(float(grid.edge_s[first]), float(grid.edge_s[end]), borders)
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
                evidence=evidence_of(group, judged.pieces, judged.densities, judged.support, chance, line),
                distance_m=_known(distance_m, float(pieces.speed_mps[group[0]]) * (end_s - start_s)),
                mean_speed_mps=_known(speed, float(pieces.speed_mps[group[0]])),
                mean_cadence_spm=_known(cadence, float(pieces.cadence_spm[group[0]])),
            )
        )
    return found


def _known(value: float, otherwise: float) -> float:
    return value if np.isfinite(value) else otherwise
