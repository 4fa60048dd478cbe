"""Backward segments of an activity: the one door to the model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrorun.activity.model import Activity, FloatArray
from retrorun.gait import priors
from retrorun.gait.candidates import Candidates, find_candidates
from retrorun.gait.decode import best_set, probabilities
from retrorun.gait.explain import evidence_of, possible
from retrorun.gait.grid import BoolArray, Grid, build_grid
from retrorun.gait.line import ForwardLine, LinePrior, fit_line, running_bins
from retrorun.gait.placing import Pairs, hulls, inside, joined
from retrorun.gait.profile import GaitProfile
from retrorun.gait.result import Detection, PlannedSpan, Segment, Verdict
from retrorun.gait.score import LookAlikes, log_odds, look_alikes, place_prior, scores
from retrorun.gait.support import Support, lap_cuts, own_gait, snapped, support_of, suspects
from retrorun.gait.trust import cannot_tell, lowers_trust, parts_on_foot


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
    parts = parts_on_foot(activity)
    if not parts:
        return Detection(verdict="cannot tell", reasons=(f"this is no running: the sport is {activity.sport}",))
    segments: list[Segment] = []
    reasons: list[str] = []
    told = False
    for start_s, end_s in parts:
        grid = build_grid(activity, start_s, end_s)
        missing = cannot_tell(grid)
        if missing:
            reasons.append(missing)
            continue
        told = True
        found, maybe = _Search(grid, activity, profile, planned).segments()
        segments.extend(found)
        reasons.extend(maybe)
        reasons.extend(lowers_trust(grid, activity, profile))
    verdict: Verdict = "found" if segments else "none" if told else "cannot tell"
    line = forward_line(activity, profile)
    return Detection(verdict=verdict, segments=tuple(segments), reasons=tuple(dict.fromkeys(reasons)), line=line)


def forward_line(activity: Activity, profile: GaitProfile | None = None) -> ForwardLine | None:
    """The forward line that an activity is judged by, for pictures; None where there is no running to fit."""
    parts = parts_on_foot(activity)
    if not parts:
        return None
    grid = build_grid(activity, parts[0][0], parts[-1][1])
    if not running_bins(grid).any():
        return None
    return fit_line(grid, LinePrior() if profile is None else profile.prior())


def stretches(
    activity: Activity, *, profile: GaitProfile | None = None, least_log_odds: float = 0.0
) -> list[tuple[float, float, float]]:
    """The stretches that the detector weighed, called or not: `(start_s, end_s, log_odds)`, in order.

    For measuring: what would be called at another threshold. Without plan, laps and snapping.
    """
    found: list[tuple[float, float, float]] = []
    for start_s, end_s in parts_on_foot(activity):
        grid = build_grid(activity, start_s, end_s)
        if cannot_tell(grid):
            continue
        best = _Search(grid, activity, profile, ()).best(least_log_odds)
        edge_s, rows = grid.edge_s, best.rows
        found += [(float(edge_s[rows.start[i]]), float(edge_s[rows.end[i]]), float(best.odds[i])) for i in best.chosen]
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Best:
    """The best set of one recording: indices into its candidates, and everything about those."""

    chosen: list[int]
    rows: Candidates
    odds: FloatArray
    support: Support
    line: ForwardLine


class _Search:
    """One recording on its way to segments."""

    def __init__(
        self, grid: Grid, activity: Activity, profile: GaitProfile | None, planned: tuple[PlannedSpan, ...]
    ) -> None:
        self.grid, self.activity, self.profile, self.planned = grid, activity, profile, planned
        self.prior = LinePrior() if profile is None else profile.prior()
        self.suspects = suspects(grid, activity, planned)
        self.cuts = lap_cuts(activity)
        self.middle_s = 0.5 * (grid.edge_s[1:] + grid.edge_s[:-1])

    def best(self, least: float) -> _Best:
        """The best set of candidates with log-odds above `least`, looked for until it stays the same."""
        running, n = running_bins(self.grid), len(self.grid)
        line = fit_line(self.grid, self.prior)
        backward = np.zeros(n, dtype=np.bool_)
        rows, odds, support = self._weighed(line, running, self.suspects)
        for _ in range(priors.LOOKS - 1):
            likely = best_set(rows.start, rows.end, odds)
            whole = hulls(rows.start[likely], rows.end[likely])
            seen, backward = backward, inside(whole, n)
            if np.count_nonzero(seen != backward) <= priors.SETTLED_BINS * len(whole[0]):
                break
            # Backward running must neither bend the line nor be anybody's forward neighbourhood: look without it.
            line = fit_line(self.grid, self.prior, leave_out=backward)
            also = np.concatenate((self.suspects[0], whole[0])), np.concatenate((self.suspects[1], whole[1]))
            rows, odds, support = self._weighed(line, running & ~backward, also)
        chosen = joined(best_set(rows.start, rows.end, odds).tolist(), rows, odds)
        if least < 0.0:
            # Weaker stretches come where the likely ones are not, and never instead of them.
            taken = inside((rows.start[chosen], rows.end[chosen]), n)
            total = np.concatenate(([0], np.cumsum(taken)))
            free = np.where(total[rows.end] > total[rows.start], -np.inf, odds - least)
            chosen = sorted(chosen + best_set(rows.start, rows.end, free).tolist(), key=lambda i: int(rows.start[i]))
        return _Best(chosen=chosen, rows=rows, odds=odds, support=support, line=line)

    def _weighed(self, line: ForwardLine, forward: BoolArray, also: Pairs) -> tuple[Candidates, FloatArray, Support]:
        """The candidates worth a thought, their log-odds, and what else speaks for them."""
        rows = find_candidates(self.grid, line, forward, also=also)
        score = scores(rows, line)
        here = look_alikes(rows.start, rows.end, score, len(self.grid) * priors.BIN_S / 3600.0)
        usual = LookAlikes() if self.profile is None else self.profile.look_alikes()
        odds = log_odds(score, here.rate_per_h(usual)) + place_prior(rows)
        # What a plan or laps speak for is kept however weak it is alone.
        support = support_of(rows, self.grid, self.cuts, self.planned)
        keep = odds + support.log_odds > priors.KEEP_LOG_ODDS
        rows, odds, support = rows.take(keep), odds[keep], support.take(keep)
        odds = odds + support.log_odds + own_gait(rows, line, self.profile)
        callable_ = (rows.end - rows.start >= priors.UNAIDED_S / priors.BIN_S) | support.enough_for_short
        return rows, np.where(callable_, odds, -np.inf), support

    def segments(self) -> tuple[list[Segment], list[str]]:
        """The segments, and sentences about stretches that nearly were."""
        best = self.best(0.0)
        chance = _chances(best.rows, best.odds, best.chosen)
        called: list[Segment] = []
        maybe: list[str] = []
        for i, p in zip(best.chosen, chance, strict=True):
            segment = self._segment(best, i, p)
            if p >= priors.CALL_PROBABILITY:
                called.append(segment)
            else:
                maybe.append(possible(segment.start_s, segment.end_s, p))
        return called, maybe

    def _segment(self, best: _Best, i: int, chance: float) -> Segment:
        first, last = int(best.rows.start[i]), int(best.rows.end[i])
        start_s, end_s = float(self.grid.edge_s[first]), float(self.grid.edge_s[last])
        start_s, end_s = snapped(start_s, end_s, self.cuts, self.planned)
        end_s = min(end_s, float(self.activity.time_s[-1]))
        first, last = (int(k) for k in np.searchsorted(self.middle_s, (start_s, end_s)))
        speed = _mean(self.grid.speed_mps[first:last])
        return Segment(
            start_s=start_s,
            end_s=end_s,
            probability=chance,
            evidence=evidence_of(best.rows, i, best.line, float(best.odds[i]), best.support),
            distance_m=speed * (end_s - start_s),
            mean_speed_mps=speed,
            mean_cadence_spm=_mean(self.grid.cadence_spm[first:last]),
        )


def _mean(values: FloatArray) -> float:
    return float(values[np.isfinite(values)].mean())


def _chances(rows: Candidates, odds: FloatArray, found: list[int]) -> list[float]:
    """The probability that each chosen stretch was run backward, wherever exactly its borders were.

    The log-odds are those of a stretch with its best borders; they are shared out among all placements of it before the
    probabilities of all sets are summed (forward–backward).
    """
    weight = np.full(len(odds), -np.inf)
    members: list[FloatArray] = []
    for i in found:
        over = (rows.start < rows.end[i]) & (rows.end > rows.start[i]) & np.isfinite(odds)
        shares = odds[over] - np.logaddexp.reduce(odds[over])
        weight[over] = np.maximum(weight[over], odds[i] + shares)
        members.append(over)
    some = np.isfinite(weight)
    chance = np.zeros(len(odds))
    chance[some] = probabilities(rows.start[some], rows.end[some], weight[some])
    return [float(min(chance[over].sum(), priors.MOST_PROBABLE)) for over in members]
