"""Planned backward steps: was this very stretch run backward?

Where a plan names a stretch, nothing has to be searched for, and two facts decide: how much slower it was than the
running around it, and how much more cadence it had than forward running at that speed. Plans are kept more often than
not, so less evidence is needed than for a stretch that nobody announced; but it is needed.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrorun.activity.model import FloatArray
from retrorun.gait import priors
from retrorun.gait.grid import BoolArray, Grid
from retrorun.gait.line import ForwardLine
from retrorun.gait.result import Evidence, PlannedSpan

# Log-odds for backward from x = log(speed / speed around) and u = cadence over forward cadence less one, as weights of
# 1, x, u, x² and x·u. Estimated on the estimation athletes by logistic regression: injected backward stretches against
# the same stretches as they were run, and (a tenth of the weight) against forward running slowed down to 0.6–0.9.
# Printed again by: python -m retrorun.gait.estimate_planned
WEIGHTS = (-4.15, -21.76, 58.80, -14.84, 16.95)
X_RANGE, U_RANGE = (-0.9, 0.3), (-0.15, 0.3)  # beyond these, more does not say more
# chosen: what is left out at both ends of a step, where the runner turns and the watch's filters lag; a share of short
# steps
EDGE_S, EDGE_SHARE = 4.5, 0.2
PIECE_S = 30.0  # chosen: parts of a long step that are looked at on their own, for steps that were kept half
CLEAR = 2.0  # chosen: log-odds from which a part decides against the whole step
SMALL_UPLIFT = 0.03  # measured: two SDs of forward running over 20 s and more, on the estimation athletes
LEAST_BINS = 2  # chosen: less than two bins within the edges are no evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A planned backward step, or a part of it, with what was observed in it. `log_odds` above 0 calls it backward."""

    start_s: float
    end_s: float
    log_odds: float
    speed_mps: float
    cadence_spm: float
    around_mps: float
    forward_spm: float
    grade_pct: float | None

    @property
    def uplift(self) -> float:
        """Cadence over that of forward running at the same speed, less one."""
        return self.cadence_spm / self.forward_spm - 1.0

    def evidence(self) -> Evidence:
        """The same for people."""
        fall = 1.0 - self.speed_mps / self.around_mps
        slower = f"{fall:.0%} slower than the running around it"
        quicker = f"{self.uplift:+.0%} cadence against forward running at this speed"
        small = self.uplift < SMALL_UPLIFT
        return Evidence(
            observed_speed_mps=self.speed_mps,
            observed_cadence_spm=self.cadence_spm,
            forward_cadence_spm=self.forward_spm,
            usual_speed_mps=self.around_mps,
            uplift=self.uplift,
            log_odds=self.log_odds,
            grade_pct=self.grade_pct,
            planned=True,
            for_it=("the plan asks for backward running here", slower, *(() if small else (quicker,))),
            against_it=(f"{quicker}: a slow jog looks alike",) if small else (),
        )


def judge_planned(grid: Grid, line: ForwardLine, forward: BoolArray, spans: Sequence[PlannedSpan]) -> list[Judged]:
    """The stretches of planned backward steps that were run backward, in order.

    Args:
        grid: the recording.
        line: its forward line, fitted without the planned steps.
        forward: bins of forward running outside the planned steps, shape (n,).
        spans: the planned backward steps.
    """
    found: list[Judged] = []
    for span in sorted(spans, key=lambda item: item.start_s):
        found.extend(_kept(grid, line, forward, span.start_s, span.end_s))
    return found


def judge(grid: Grid, line: ForwardLine, forward: BoolArray, start_s: float, end_s: float) -> Judged | None:
    """One stretch; None where it holds no running to judge."""
    middle = 0.5 * (grid.edge_s[1:] + grid.edge_s[:-1])
    edge_s = min(EDGE_S, EDGE_SHARE * (end_s - start_s))
    inside = (middle >= start_s + edge_s) & (middle < end_s - edge_s)
    inside &= np.isfinite(grid.speed_mps) & np.isfinite(grid.cadence_spm)
    if np.count_nonzero(inside) < LEAST_BINS:
        return None
    speed, cadence = float(grid.speed_mps[inside].mean()), float(grid.cadence_spm[inside].mean())
    if speed < priors.STOPPED_MPS or cadence < priors.RUNNING_SPM - 5.0:
        return None
    around_mps, above_spm = _around(grid, line, forward, start_s, end_s)
    forward_spm = float(line.cadence_spm(np.array(speed))) + above_spm
    grade = grid.grade_pct[inside]
    return Judged(
        start_s=start_s,
        end_s=end_s,
        log_odds=float(np.dot(WEIGHTS, features(speed / around_mps, cadence / forward_spm))),
        speed_mps=speed,
        cadence_spm=cadence,
        around_mps=around_mps,
        forward_spm=forward_spm,
        grade_pct=float(np.nanmean(grade)) if np.isfinite(grade).any() else None,
    )


def features(speed_ratio: float, cadence_ratio: float) -> tuple[float, float, float, float, float]:
    """What the weights are for: 1, x, u, x² and x·u."""
    x = float(np.clip(np.log(speed_ratio), *X_RANGE))
    u = float(np.clip(cadence_ratio - 1.0, *U_RANGE))
    return 1.0, x, u, x * x, x * u


def _around(grid: Grid, line: ForwardLine, forward: BoolArray, start_s: float, end_s: float) -> tuple[float, float]:
    """Speed of the forward running next to a stretch, and its cadence above the line; the whole run's where none is."""
    guard_s, reach_s = priors.GUARD_BINS * priors.BIN_S, priors.CONTEXT_REACH_BINS * priors.BIN_S
    low, high = grid.edge_s[:-1], grid.edge_s[1:]
    before = np.flatnonzero(forward & (high <= start_s - guard_s) & (low > start_s - reach_s))[-priors.CONTEXT_BINS :]
    after = np.flatnonzero(forward & (low >= end_s + guard_s) & (high < end_s + reach_s))[: priors.CONTEXT_BINS]
    speeds, residuals = [], []
    for side in (before, after):
        if len(side) >= priors.GUARD_BINS + 1:
            speed: FloatArray = grid.speed_mps[side]
            speeds.append(float(speed.mean()))
            residuals.append(float((grid.cadence_spm[side] - line.cadence_spm(speed)).mean()))
    if not speeds:
        return line.usual_speed_mps, 0.0
    return sum(speeds) / len(speeds), sum(residuals) / len(residuals)


def _kept(grid: Grid, line: ForwardLine, forward: BoolArray, start_s: float, end_s: float) -> list[Judged]:
    """The whole step, or the parts of it that were kept."""
    whole = judge(grid, line, forward, start_s, end_s)
    count = int((end_s - start_s) // PIECE_S)
    called = whole is not None and whole.log_odds > 0.0
    if count < 2:
        return [whole] if whole is not None and called else []
    borders = np.linspace(start_s, end_s, count + 1).tolist()
    parts = [judge(grid, line, forward, low, high) for low, high in itertools.pairwise(borders)]
    # A part decides for itself where it is clear, and goes with the whole where it is not.
    odds = [0.0 if part is None else part.log_odds for part in parts]
    backward = [value > -CLEAR if called else value > CLEAR for value in odds]
    kept = []
    for low, high in _runs(backward):
        piece = judge(grid, line, forward, borders[low], borders[high])
        if piece is not None and piece.log_odds > 0.0:
            kept.append(piece)
    return kept


def _runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """Stretches `[first, last)` of true values."""
    padded = np.diff(np.concatenate(([0], np.asarray(flags, dtype=np.int64), [0])))
    return list(zip(np.flatnonzero(padded == 1).tolist(), np.flatnonzero(padded == -1).tolist(), strict=True))
