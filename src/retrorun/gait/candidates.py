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
class Side:
    """What lies on one side of a border, one row for each.

    `n` bins of forward running nearby with their mean `speed` and cadence above the line (`residual`). `fall` and
    `rise` compare the few bins inside the border with the few outside it: log speed lost, and steps per minute gained,
    on the way into the segment (zero where somebody stood or walked outside). `pause` counts the bins to the nearest
    standstill, gap or end of the recording, `slow` those to the nearest walking.
    """

    n: FloatArray
    speed: FloatArray
    residual: FloatArray
    fall: FloatArray
    rise: FloatArray
    pause: FloatArray
    slow: FloatArray

    def take(self, index: IntArray | BoolArray) -> Side:
        """The rows of an index or a mask."""
        return Side(**{f.name: getattr(self, f.name)[index] for f in fields(self)})


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
    n, v, c = _total(counted), _total(speed), _total(cadence)
    before, after = _sides(grid, line, forward, moving, (counted, speed, cadence))
    start, end = _pairs(n, v, c, before, after)
    if also is not None and len(also[0]):
        start, end = _with_suspects(n, (start, end), also)
    lo, hi = start + priors.EDGE_BINS, end - priors.EDGE_BINS
    count = n[hi] - n[lo]
    mean_v, mean_c = (v[hi] - v[lo]) / count, (c[hi] - c[lo]) / count
    residual = np.where(moving, cadence - line.cadence_spm(speed), 0.0)
    squares, speed_squares = _total(residual * residual), _total(speed * speed)
    mean_r = mean_c - line.cadence_spm(mean_v)
    grade = _total(grid.grade_pct)
    return Candidates(
        start=start,
        end=end,
        speed=mean_v,
        cadence=mean_c,
        grade=(grade[hi] - grade[lo]) / (hi - lo),
        residual=mean_r,
        unrest=np.sqrt(np.maximum((squares[hi] - squares[lo]) / count - mean_r**2, 0.0)),
        speed_unrest=np.sqrt(np.maximum((speed_squares[hi] - speed_squares[lo]) / count - mean_v**2, 0.0)) / mean_v,
        samples=_total(grid.samples)[end] - _total(grid.samples)[start],
        heart_rise=_heart_rise(grid.heart_rate_bpm, start, end),
        before=before.take(start),
        after=after.take(end),
    )


def _heart_rise(rate: FloatArray, start: IntArray, end: IntArray) -> FloatArray:
    """Heart rate around the end of each stretch less that around its start [bpm], NaN where not recorded."""
    n = len(rate)
    known = np.isfinite(rate)
    count, total = _total(known.astype(np.float64)), _total(np.where(known, rate, 0.0))

    def mean(border: IntArray) -> FloatArray:
        lo, hi = np.maximum(border - priors.HEART_BINS // 2, 0), np.minimum(border + priors.HEART_BINS, n)
        some = count[hi] - count[lo]
        return np.where(some > 0, (total[hi] - total[lo]) / np.maximum(some, 1.0), np.nan)

    return mean(end) - mean(start)


def surroundings(before: Side, after: Side, line: ForwardLine) -> tuple[FloatArray, FloatArray]:
    """Speed and cadence above the line that the neighbourhoods lead to expect, drawn towards the whole run's."""
    weight = before.n + after.n + priors.CONTEXT_SHRINK_BINS
    speed = before.n * before.speed + after.n * after.speed + priors.CONTEXT_SHRINK_BINS * line.usual_speed_mps
    return speed / weight, (before.n * before.residual + after.n * after.residual) / weight


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


def _total(values: FloatArray) -> FloatArray:
    """Running totals, shape (n + 1,)."""
    out = np.empty(len(values) + 1)
    out[0] = 0.0
    np.cumsum(values, out=out[1:])
    return out


def _sides(
    grid: Grid,
    line: ForwardLine,
    forward: BoolArray,
    moving: BoolArray,
    values_of_bins: tuple[FloatArray, FloatArray, FloatArray],
) -> tuple[Side, Side]:
    """Both sides of each border, shape (n + 1,): guard bins left out, stops and walks skipped."""
    n = len(grid)
    rank = _total(forward.astype(np.float64)).astype(np.int64)
    speed = grid.speed_mps[forward]
    near = (_total(speed), _total(grid.cadence_spm[forward] - line.cadence_spm(speed)))
    border = np.arange(n + 1)
    walking = moving & (np.nan_to_num(grid.cadence_spm, nan=999.0) < priors.CANDIDATE_SPM)
    fall, rise = _steps(border, *(_total(np.where(walking, 0.0, values)) for values in values_of_bins))
    hi = rank[np.maximum(border - priors.GUARD_BINS, 0)]
    lo = np.maximum(hi - priors.CONTEXT_BINS, rank[np.maximum(border - priors.CONTEXT_REACH_BINS, 0)])
    before = _side(near, lo, hi, (fall, rise), (_since(~moving), _since(walking)), line)
    lo = rank[np.minimum(border + priors.GUARD_BINS, n)]
    hi = np.minimum(lo + priors.CONTEXT_BINS, rank[np.minimum(border + priors.CONTEXT_REACH_BINS, n)])
    pauses = (_since(~moving[::-1])[::-1], _since(walking[::-1])[::-1])
    after = _side(near, lo, hi, (-fall, -rise), pauses, line)
    return before, after


def _steps(border: IntArray, n: FloatArray, v: FloatArray, c: FloatArray) -> tuple[FloatArray, FloatArray]:
    """At each border, log speed lost and cadence gained from the few bins before it to the few after it."""
    lo, hi = np.maximum(border - priors.STEP_BINS, 0), np.minimum(border + priors.STEP_BINS, len(border) - 1)
    left, right = n[border] - n[lo], n[hi] - n[border]
    both = (left >= 2) & (right >= 2)
    left, right = np.where(both, left, 1.0), np.where(both, right, 1.0)
    fall = np.log(np.where(both, (v[border] - v[lo]) / left, 1.0) / np.where(both, (v[hi] - v[border]) / right, 1.0))
    rise = np.where(both, (c[hi] - c[border]) / right - (c[border] - c[lo]) / left, 0.0)
    return fall, rise


def _since(flag: BoolArray) -> FloatArray:
    """Bins from the last flagged bin (or from before the first one) to each border, shape (n + 1,)."""
    n = len(flag)
    last = np.full(n + 1, -1)
    where = np.flatnonzero(flag)
    last[where + 1] = where
    return (np.arange(n + 1) - np.maximum.accumulate(last) - 1).astype(np.float64)


def _side(
    near: tuple[FloatArray, FloatArray],
    lo: IntArray,
    hi: IntArray,
    steps: tuple[FloatArray, FloatArray],
    pauses: tuple[FloatArray, FloatArray],
    line: ForwardLine,
) -> Side:
    total_v, total_r = near
    hi = np.maximum(hi, lo)
    count = (hi - lo).astype(np.float64)
    some = np.maximum(count, 1.0)
    return Side(
        n=count,
        speed=np.where(count > 0, (total_v[hi] - total_v[lo]) / some, line.usual_speed_mps),
        residual=(total_r[hi] - total_r[lo]) / some,
        fall=steps[0],
        rise=steps[1],
        pause=pauses[0],
        slow=pauses[1],
    )
