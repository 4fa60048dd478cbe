"""Both sides of every border: what lies next to a stretch, and what happens in the seconds around its borders."""

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


def both_sides(
    grid: Grid,
    line: ForwardLine,
    forward: BoolArray,
    moving: BoolArray,
    values_of_bins: tuple[FloatArray, FloatArray, FloatArray],
) -> tuple[Side, Side]:
    """Both sides of each border, shape (n + 1,): guard bins left out, stops and walks skipped."""
    n = len(grid)
    rank = running_total(forward.astype(np.float64)).astype(np.int64)
    speed = grid.speed_mps[forward]
    near = (running_total(speed), running_total(grid.cadence_spm[forward] - line.cadence_spm(speed)))
    border = np.arange(n + 1)
    walking = moving & (np.nan_to_num(grid.cadence_spm, nan=999.0) < priors.CANDIDATE_SPM)
    fall, rise = _steps(border, *(running_total(np.where(walking, 0.0, values)) for values in values_of_bins))
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


def surroundings(before: Side, after: Side, line: ForwardLine) -> tuple[FloatArray, FloatArray]:
    """Speed and cadence above the line that the neighbourhoods lead to expect, drawn towards the whole run's."""
    weight = before.n + after.n + priors.CONTEXT_SHRINK_BINS
    speed = before.n * before.speed + after.n * after.speed + priors.CONTEXT_SHRINK_BINS * line.usual_speed_mps
    return speed / weight, (before.n * before.residual + after.n * after.residual) / weight


def running_total(values: FloatArray) -> FloatArray:
    """Running totals, shape (n + 1,)."""
    out = np.empty(len(values) + 1)
    out[0] = 0.0
    np.cumsum(values, out=out[1:])
    return out
