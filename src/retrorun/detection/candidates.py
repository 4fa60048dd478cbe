"""Candidates: pieces of even speed between changes of speed, rests, laps and planned borders.

Cadence only tells running from walking here; what it says of a piece is looked at later.
"""

import itertools
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from retrorun.arrays import BoolArray, FloatArray, IntArray
from retrorun.detection import parameters as p
from retrorun.detection.cadence_model import ForwardLine
from retrorun.detection.resample import Grid
from retrorun.intervals import runs


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Slow pieces of running, each with what it shows; every array has shape (n,), `start` and `end` are bins.

    `uplift` is cadence over the forward line and over the neighbourhood, less one. `near` counts the bins of forward
    running around, `gap_mps` is how much faster those are, `base` how far they lie off the line. `fall` and `rise` are
    log ratios of the speeds before and after; `rest_before` and `rest_after` say that nobody ran there.
    """

    start: IntArray
    end: IntArray
    speed_mps: FloatArray
    cadence_spm: FloatArray
    forward_spm: FloatArray
    uplift: FloatArray
    base: FloatArray
    near: FloatArray
    gap_mps: FloatArray
    raw_step: FloatArray
    grade_pct: FloatArray
    fall: FloatArray
    rise: FloatArray
    rest_before: FloatArray
    rest_after: FloatArray
    uneven: FloatArray
    erratic: FloatArray

    def __len__(self) -> int:
        return len(self.start)

    def take(self, rows: IntArray) -> Self:
        """Those of the indices."""
        return type(self)(**{column.name: getattr(self, column.name)[rows] for column in fields(self)})

    @property
    def bins(self) -> FloatArray:
        """Their lengths in bins."""
        return (self.end - self.start).astype(np.float64)


def find_candidates(
    grid: Grid, line: ForwardLine, cuts: Sequence[float] = (), wanted: Sequence[tuple[float, float]] = ()
) -> Candidates:
    """The slow pieces of a recording.

    Args:
        grid: the recording.
        line: its forward line.
        cuts: times at which a piece ends in any case: presses of the lap button, borders of a plan.
        wanted: spans whose pieces are looked at however fast or short they are.
    """
    stepping = stepping_bins(grid)
    count, total = _totals(stepping, np.log(np.fmax(grid.speed_mps, 0.3)))
    fixed = set(np.searchsorted(grid.middle_s, np.asarray(cuts)).tolist())
    changes = sorted(fixed | set(_changes(total, count).tolist()))
    sums, counts = total.tolist(), count.tolist()
    starts, ends = [], []
    for first, end in runs(stepping):
        inner = changes[bisect_left(changes, first + 3) : bisect_left(changes, end - 2)]
        borders = _joined([first, *inner, end], sums, counts, fixed, p.JOIN_LOG)
        starts += borders[:-1]
        ends += borders[1:]
    start, end_ = np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)
    speed = np.exp((total[end_] - total[start]) / np.maximum(count[end_] - count[start], 1e-9))
    slow = speed < p.SLOW_SHARE * line.usual_speed_mps
    keep = (end_ - start >= p.SHORTEST_BINS) & slow
    for start_s, end_s in wanted:
        first, last = grid.bins(start_s, end_s)
        shared = np.minimum(end_, last) - np.maximum(start, first)
        keep |= (shared > 0.5 * (end_ - start)) & (end_ - start >= p.PLANNED_BINS)
    pieces = list(zip(start[keep].tolist(), end_[keep].tolist(), strict=True))
    # A long stretch whose speed wanders may tell more than its parts.
    joins = np.flatnonzero(start[1:] != end_[:-1]) + 1
    for first, last in runs(slow):
        parts = [first, *joins[(joins > first) & (joins < last)].tolist(), last]
        for low, high in itertools.pairwise(parts):
            if high - low > 1:
                borders = _joined([*starts[low:high], ends[high - 1]], sums, counts, fixed, p.COARSE_LOG)
                pieces += [pair for pair in itertools.pairwise(borders) if pair[1] - pair[0] >= p.COARSE_BINS]
    start, end_ = np.array(list(dict.fromkeys(pieces)), dtype=np.int64).reshape(-1, 2).T
    return _measured(grid, line, start, end_, stepping)


def stepping_bins(grid: Grid) -> BoolArray:
    """Where somebody runs, by cadence; a single bin without is a hole, not a walk."""
    with np.errstate(invalid="ignore"):
        stepping = (grid.cadence_spm >= p.STEPPING_SPM) & (grid.speed_mps >= p.STEPPING_MPS)
    known = np.isfinite(grid.speed_mps)
    holes = ~stepping[1:-1] & stepping[:-2] & stepping[2:] & known[1:-1]
    stepping[1:-1] |= holes
    return stepping


def _changes(total: FloatArray, count: FloatArray) -> IntArray:
    """Where speed changes by more than `STEP_LOG` from the bins before to those after, more than within 6 s of it."""
    n = len(total) - 1
    at = np.arange(1, max(n, 1))
    low, high = np.maximum(at - p.STEP_BINS, 0), np.minimum(at + p.STEP_BINS, n)
    before, after = count[at] - count[low], count[high] - count[at]
    means = (total[at] - total[low]) / np.maximum(before, 1.0), (total[high] - total[at]) / np.maximum(after, 1.0)
    enough = (before >= p.STEP_BINS - 1) & (after >= p.STEP_BINS - 1)
    step = np.where(enough, np.abs(means[1] - means[0]), 0.0)
    around = np.concatenate((np.zeros(2), step, np.zeros(2)))
    peak = (step >= around[:-4]) & (step >= around[1:-3]) & (step > around[3:-1]) & (step > around[4:])
    return np.flatnonzero(peak & (step > p.STEP_LOG)) + 1


def _joined(borders: list[int], total: list[float], count: list[float], fixed: set[int], alike: float) -> list[int]:
    """The borders without those between pieces that are alike; the most alike are joined first."""
    at = list(borders)

    def apart(i: int) -> float:
        """How unlike the pieces before and after a border are; short pieces must differ by more."""
        low, here, high = at[i - 1 : i + 2]
        if here in fixed:
            return math.inf
        before = (total[here] - total[low]) / max(count[here] - count[low], 1e-9)
        after = (total[high] - total[here]) / max(count[high] - count[here], 1e-9)
        return abs(after - before) * math.sqrt(min(here - low, high - here, 8) / 4.0)

    steps = [apart(i) for i in range(1, len(at) - 1)]
    while steps and min(steps) < alike:
        least = steps.index(min(steps))
        del at[least + 1], steps[least]
        near = range(max(least - 1, 0), min(least + 1, len(steps)))
        steps[near.start : near.stop] = [apart(i + 1) for i in near]
    return at


def _measured(grid: Grid, line: ForwardLine, start: IntArray, end: IntArray, stepping: BoolArray) -> Candidates:
    """What each piece shows. A bin at each end is ramp and filter, and is left out of the means."""
    speed, cadence, n = grid.speed_mps, grid.cadence_spm, len(grid)
    off = np.clip(cadence / line.cadence_spm(speed) - 1.0, -0.6, 0.8)
    used = np.isfinite(off) & stepping
    slow = np.zeros(n + 1)
    np.add.at(slow, start, 1.0)
    np.add.at(slow, end, -1.0)
    forward = used & (np.cumsum(slow)[:-1] < 0.5)
    log_speed = np.log(np.maximum(speed, 0.3))
    inner = np.where(end - start > 4, 1, 0)
    total = _totals(
        used,
        speed,
        cadence,
        off,
        off**2,
        log_speed,
        log_speed**2,
        np.where(np.isfinite(grid.grade_pct), grid.grade_pct, 0.0),
    )
    count, *sums = total[:, end - inner] - total[:, start + inner]
    mean_speed, mean_cadence, mean_off, off_squared, log_mean, log_squared, grade = sums / np.maximum(count, 1e-9)
    near, *sums = np.add(*_beside(_totals(forward, off, speed, cadence), start, end, p.NEAR_BINS))
    base, near_speed, near_cadence = sums / np.maximum(near, 1e-9)
    beside_line = base * near / (near + p.NEAR_WEIGHT)
    usual = line.usual_speed_mps
    usual_spm = line.cadence_spm(np.array(usual))

    def step(known: FloatArray, total: FloatArray) -> FloatArray:
        return np.where(known > 1, np.log(np.maximum(total / np.maximum(known, 1e-9), 0.3) / mean_speed), 0.0)

    before, after = _beside(_totals(np.isfinite(speed), speed), start, end, p.STEP_BINS)
    (running,) = _totals(stepping)
    low, high = np.maximum(start - p.STEP_BINS, 0), np.minimum(end + p.STEP_BINS, n)
    columns = {
        "start": start,
        "end": end,
        "speed_mps": mean_speed,
        "cadence_spm": mean_cadence,
        "forward_spm": line.cadence_spm(mean_speed) * (1.0 + beside_line),
        "uplift": mean_off - beside_line,
        "base": base,
        "near": near,
        "gap_mps": np.where(near > 0, near_speed, usual) - mean_speed,
        "raw_step": mean_cadence / np.where(near > 0, np.maximum(near_cadence, 1.0), usual_spm) - 1.0,
        "grade_pct": grade,
        "fall": step(*before),
        "rise": step(*after),
        "rest_before": np.where(running[start] - running[low] < 0.5 * np.maximum(start - low, 1), 1.0, 0.0),
        "rest_after": np.where(running[high] - running[end] < 0.5 * np.maximum(high - end, 1), 1.0, 0.0),
        "uneven": np.sqrt(np.maximum(log_squared - log_mean**2, 0.0)),
        "erratic": np.sqrt(np.maximum(off_squared - mean_off**2, 0.0)),
    }
    return Candidates(**{name: values[count >= 2] for name, values in columns.items()})


def _totals(mask: BoolArray, *columns: FloatArray) -> FloatArray:
    """Running totals of the masked bins and of each column in them, shape (1 + columns, n + 1)."""
    total = np.zeros((1 + len(columns), len(mask) + 1))
    np.cumsum([mask, *(np.where(mask, values, 0.0) for values in columns)], axis=1, out=total[:, 1:])
    return total


def _beside(total: FloatArray, start: IntArray, end: IntArray, width: int) -> tuple[FloatArray, FloatArray]:
    """What lies within `width` bins before and after each piece, without the bin next to the border."""
    n = total.shape[1] - 1
    low, low_end = np.maximum(start - 1 - width, 0), np.maximum(start - 1, 0)
    high, high_end = np.minimum(end + 1, n), np.minimum(end + 1 + width, n)
    return total[:, low_end] - total[:, low], total[:, high_end] - total[:, high]


def without_overlap(pieces: Candidates, weight: FloatArray) -> IntArray:
    """Indices of pieces that do not overlap, in order: coarse ones where they weigh more than each of their parts.

    Args:
        pieces: fine pieces, and coarse ones that are made of them.
        weight: of each, shape (n,).
    """
    start, end = pieces.start, pieces.end
    inside = (start[:, None] <= start) & (end[:, None] >= end) & ((end - start)[:, None] > (end - start))
    parts = np.where(inside, weight, -np.inf).max(axis=1, initial=-np.inf)
    whole = inside.any(axis=1) & (weight > np.maximum(parts, 0.0))
    keep = (whole | ~inside.any(axis=1)) & ~inside[whole].any(axis=0)
    return np.flatnonzero(keep)[np.argsort(start[keep], kind="stable")]
