"""Candidate segments: every stretch that could be backward running, with what was observed in and around it.

All sums over stretches come from running totals, so a candidate costs the same whatever its length.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from retrorun.activity.model import FloatArray
from retrorun.gait import priors
from retrorun.gait.grid import BoolArray, Grid
from retrorun.gait.line import ForwardLine

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """One row for each candidate, all arrays of shape (m,).

    `start`/`end` are bins, `[start, end)`. `speed`/`cadence`/`grade` are means inside it without its edges;
    `before_*`/`after_*` means of the forward running around it (`_n` bins of it; `residual` is cadence above the line);
    `known` is the share of its bins with speed and cadence.
    """

    start: IntArray
    end: IntArray
    speed: FloatArray
    cadence: FloatArray
    grade: FloatArray
    before_n: FloatArray
    before_speed: FloatArray
    before_residual: FloatArray
    after_n: FloatArray
    after_speed: FloatArray
    after_residual: FloatArray

    def __len__(self) -> int:
        return len(self.start)

    def take(self, index: IntArray | BoolArray) -> Candidates:
        """The rows of an index or a mask."""
        return Candidates(**{f.name: getattr(self, f.name)[index] for f in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Context:
    """Means over the forward running next to each border, shape (n + 1,)."""

    n: FloatArray
    speed: FloatArray
    residual: FloatArray


def find_candidates(grid: Grid, line: ForwardLine, forward: BoolArray) -> Candidates:
    """Every stretch that is slower than its neighbourhood with more cadence than forward running would show.

    Args:
        grid: the recording.
        line: its forward line.
        forward: bins that are taken for forward running, shape (n,): the neighbourhood is made of these.
    """
    known = np.isfinite(grid.speed_mps) & np.isfinite(grid.cadence_spm)
    moving = known & (np.nan_to_num(grid.speed_mps) > priors.STOPPED_MPS)
    speed, cadence = np.where(moving, grid.speed_mps, 0.0), np.where(moving, grid.cadence_spm, 0.0)
    total_n, total_v, total_c = _total(moving.astype(np.float64)), _total(speed), _total(cadence)
    before, after = _contexts(grid, line, forward)
    pieces: list[tuple[IntArray, int]] = []
    edge, n = priors.EDGE_BINS, len(grid)
    for length in priors.LENGTHS_BINS:
        if length > n:
            break
        first, last, m = edge, length - edge, n - length + 1
        count = total_n[last : last + m] - total_n[first : first + m]
        inner_v = total_v[last : last + m] - total_v[first : first + m]
        inner_c = total_c[last : last + m] - total_c[first : first + m]
        full = count >= 0.75 * (length - 2 * edge)
        weight = before.n[:m] + after.n[length:] + priors.CONTEXT_SHRINK_BINS
        around = before.n[:m] * before.residual[:m] + after.n[length:] * after.residual[length:]
        usual = np.maximum(before.speed[:m], after.speed[length:])
        excess = inner_c - count * (line.intercept_spm + around / weight) - line.slope_spm_per_mps * inner_v
        rows = full & (inner_v < priors.SLOWER_THAN * usual * count) & (excess > priors.EXCESS_MIN_SPM * count)
        rows &= inner_v > priors.SLOWEST_MPS * count
        index = np.flatnonzero(rows)
        if len(index):
            pieces.append((index, length))
    start = np.concatenate([index for index, _ in pieces]) if pieces else np.empty(0, dtype=np.int64)
    end = np.concatenate([index + length for index, length in pieces]) if pieces else start
    lo, hi = start + edge, end - edge
    count = total_n[hi] - total_n[lo]
    total_g = _total(np.nan_to_num(grid.grade_pct))
    return Candidates(
        start=start,
        end=end,
        speed=(total_v[hi] - total_v[lo]) / count,
        cadence=(total_c[hi] - total_c[lo]) / count,
        grade=(total_g[hi] - total_g[lo]) / (hi - lo),
        before_n=before.n[start],
        before_speed=before.speed[start],
        before_residual=before.residual[start],
        after_n=after.n[end],
        after_speed=after.speed[end],
        after_residual=after.residual[end],
    )


def _total(values: FloatArray) -> FloatArray:
    """Running totals, shape (n + 1,)."""
    return np.concatenate(([0.0], np.cumsum(values)))


def _contexts(grid: Grid, line: ForwardLine, forward: BoolArray) -> tuple[Context, Context]:
    """Forward running before and after each border, guard bins left out, stops and walks skipped."""
    n = len(grid)
    rank = _total(forward.astype(np.float64)).astype(np.int64)
    speed = grid.speed_mps[forward]
    residual = grid.cadence_spm[forward] - line.cadence_spm(speed)
    total_v, total_r = _total(speed), _total(residual)
    border = np.arange(n + 1)
    guarded = rank[np.maximum(border - priors.GUARD_BINS, 0)]
    oldest = rank[np.maximum(border - priors.CONTEXT_REACH_BINS, 0)]
    before = _context(total_v, total_r, np.maximum(guarded - priors.CONTEXT_BINS, oldest), guarded, line)
    guarded = rank[np.minimum(border + priors.GUARD_BINS, n)]
    newest = rank[np.minimum(border + priors.CONTEXT_REACH_BINS, n)]
    after = _context(total_v, total_r, guarded, np.minimum(guarded + priors.CONTEXT_BINS, newest), line)
    return before, after


def _context(total_v: FloatArray, total_r: FloatArray, lo: IntArray, hi: IntArray, line: ForwardLine) -> Context:
    count = np.maximum(hi - lo, 0).astype(np.float64)
    some = np.maximum(count, 1.0)
    hi = np.maximum(hi, lo)
    speed = np.where(count > 0, (total_v[hi] - total_v[lo]) / some, line.usual_speed_mps)
    return Context(n=count, speed=speed, residual=(total_r[hi] - total_r[lo]) / some)
