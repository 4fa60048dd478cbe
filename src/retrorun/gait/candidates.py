"""Candidate segments: every stretch that could be backward running, with what was observed in and around it.

All sums over stretches come from running totals, so a candidate costs the same whatever its length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrorun.activity.model import FloatArray
from retrorun.gait import priors
from retrorun.gait.borders import IntArray, Side, both_sides, running_total
from retrorun.gait.grid import BoolArray, Grid
from retrorun.gait.line import ForwardLine


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """One row for each candidate, all arrays of shape (m,).

    `start`/`end` are bins, `[start, end)`. `speed`, `cadence` and `grade` are means inside it without its edges,
    `residual` the cadence above the line; `unrest` the SD of that, `speed_unrest` that of the speed over its mean.
    `samples` counts the samples behind it, `heart_rise` is how much the heart rate rose across it (NaN without) [bpm].
    """

    start: IntArray
    end: IntArray
    speed: FloatArray
    cadence: FloatArray
    grade: FloatArray
    residual: FloatArray
    unrest: FloatArray
    speed_unrest: FloatArray
    samples: FloatArray
    heart_rise: FloatArray
    before: Side
    after: Side

    def __len__(self) -> int:
        return len(self.start)

    def take(self, index: IntArray | BoolArray) -> Candidates:
        """The rows of an index or a mask."""
        return Candidates(
            start=self.start[index],
            end=self.end[index],
            speed=self.speed[index],
            cadence=self.cadence[index],
            grade=self.grade[index],
            residual=self.residual[index],
            unrest=self.unrest[index],
            speed_unrest=self.speed_unrest[index],
            samples=self.samples[index],
            heart_rise=self.heart_rise[index],
            before=self.before.take(index),
            after=self.after.take(index),
        )


def find_candidates(
    grid: Grid, line: ForwardLine, forward: BoolArray, *, also: tuple[IntArray, IntArray] | None = None
) -> Candidates:
    """Every stretch that is slower than its neighbourhood without the loss of cadence that slowing down brings.

    Args:
        grid: the recording.
        line: its forward line.
        forward: bins that are taken for forward running, shape (n,): the neighbourhood is made of these.
        also: starts and ends of stretches to look at whatever they look like.
    """
    known = np.isfinite(grid.speed_mps) & np.isfinite(grid.cadence_spm)
    moving = known & (np.nan_to_num(grid.speed_mps) > priors.STOPPED_MPS)
    speed = np.where(moving, grid.speed_mps, 0.0)
    cadence = np.where(moving, grid.cadence_spm, 0.0)
    counted = moving.astype(np.float64)
    n, v, c = running_total(counted), running_total(speed), running_total(cadence)
    before, after = both_sides(grid, line, forward, moving, (counted, speed, cadence))
    start, end = _pairs(n, v, c, before, after)
    if also is not None and len(also[0]):
        start, end = _with_suspects(n, (start, end), also)
    lo, hi = start + priors.EDGE_BINS, end - priors.EDGE_BINS
    count = n[hi] - n[lo]
    mean_v, mean_c = (v[hi] - v[lo]) / count, (c[hi] - c[lo]) / count
    residual = np.where(moving, cadence - line.cadence_spm(speed), 0.0)
    squares, speed_squares = running_total(residual * residual), running_total(speed * speed)
    mean_r = mean_c - line.cadence_spm(mean_v)
    grade = running_total(grid.grade_pct)
    return Candidates(
        start=start,
        end=end,
        speed=mean_v,
        cadence=mean_c,
        grade=(grade[hi] - grade[lo]) / (hi - lo),
        residual=mean_r,
        unrest=np.sqrt(np.maximum((squares[hi] - squares[lo]) / count - mean_r**2, 0.0)),
        speed_unrest=np.sqrt(np.maximum((speed_squares[hi] - speed_squares[lo]) / count - mean_v**2, 0.0)) / mean_v,
        samples=running_total(grid.samples)[end] - running_total(grid.samples)[start],
        heart_rise=_heart_rise(grid.heart_rate_bpm, start, end),
        before=before.take(start),
        after=after.take(end),
    )


def _heart_rise(rate: FloatArray, start: IntArray, end: IntArray) -> FloatArray:
    """Heart rate around the end of each stretch less that around its start [bpm], NaN where not recorded."""
    n = len(rate)
    known = np.isfinite(rate)
    count, total = running_total(known.astype(np.float64)), running_total(np.where(known, rate, 0.0))

    def mean(border: IntArray) -> FloatArray:
        lo, hi = np.maximum(border - priors.HEART_BINS // 2, 0), np.minimum(border + priors.HEART_BINS, n)
        some = count[hi] - count[lo]
        return np.where(some > 0, (total[hi] - total[lo]) / np.maximum(some, 1.0), np.nan)

    return mean(end) - mean(start)


def _pairs(n: FloatArray, v: FloatArray, c: FloatArray, before: Side, after: Side) -> tuple[IntArray, IntArray]:
    """Starts and ends of the stretches that pass the first look."""
    short, long = _short(before, after), _long(before, after)
    start, end = np.concatenate((short[0], long[0])), np.concatenate((short[1], long[1]))
    lo, hi = start + priors.EDGE_BINS, end - priors.EDGE_BINS
    count = n[hi] - n[lo]
    inner = v[hi] - v[lo]
    fine = inner < priors.SLOWER_THAN * np.maximum(before.speed[start], after.speed[end]) * count
    fine &= (inner > priors.SLOWEST_MPS * count) & (count >= 0.75 * (end - start - 2 * priors.EDGE_BINS))
    fine &= c[hi] - c[lo] > priors.CANDIDATE_SPM * count
    return start[fine], end[fine]


def _short(before: Side, after: Side) -> tuple[IntArray, IntArray]:
    """Every short stretch between two borders, be they ever so faint."""
    entry, leave = (
        (side.fall > priors.BORDER_FALL) | (np.minimum(side.pause, side.slow) < priors.PAUSE_BINS)
        for side in (before, after)
    )
    starts: list[IntArray] = []
    ends: list[IntArray] = []
    for length in range(round(priors.SHORTEST_S / priors.BIN_S), priors.LONG_BINS):
        index = np.flatnonzero(entry[: max(len(entry) - length, 0)] & leave[length:])
        starts.append(index)
        ends.append(index + length)
    return np.concatenate(starts), np.concatenate(ends)


def _long(before: Side, after: Side) -> tuple[IntArray, IntArray]:
    """Every long stretch between two clear borders: where speed falls most, or a rest begins or ends."""
    first, last = _peaks(before), _peaks(after)
    lo = np.searchsorted(last, first + priors.LONG_BINS)
    hi = np.searchsorted(last, first + priors.LONGEST_BINS, side="right")
    count = np.maximum(hi - lo, 0)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(first, count), last[np.repeat(lo, count) + within]


def _peaks(side: Side) -> IntArray:
    fall = side.fall
    rest = np.minimum(side.pause, side.slow)
    clear = fall > priors.CLEAR_FALL
    for k in range(1, priors.PEAK_BINS + 1):
        clear[k:] &= fall[k:] >= fall[:-k]
        clear[:-k] &= fall[:-k] >= fall[k:]
    # A border next to a rest, seen from the running side of it: the next border further in is one bin from the rest.
    beside = rest == 0.0
    inner = np.zeros(len(rest), dtype=np.bool_)
    inner[:-1] |= rest[1:] == 1.0
    inner[1:] |= rest[:-1] == 1.0
    return np.flatnonzero(clear | (beside & inner))


def _with_suspects(
    n: FloatArray, pairs: tuple[IntArray, IntArray], also: tuple[IntArray, IntArray]
) -> tuple[IntArray, IntArray]:
    """The pairs with the suspects among them, each once, in order of their length as the others are."""
    inner = n[also[1] - priors.EDGE_BINS] - n[also[0] + priors.EDGE_BINS]
    fine = inner >= 0.75 * (also[1] - also[0] - 2 * priors.EDGE_BINS)
    both = np.stack([np.concatenate((pair, extra[fine])) for pair, extra in zip(pairs, also, strict=True)], axis=1)
    unique = np.unique(both, axis=0)
    return unique[:, 0], unique[:, 1]
