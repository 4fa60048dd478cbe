"""Where exactly segments begin and end: pieces of one stretch belong together, and long ones need finer borders."""

from __future__ import annotations

import numpy as np

from retrorun.activity.model import FloatArray
from retrorun.gait import priors
from retrorun.gait.candidates import Candidates, IntArray
from retrorun.gait.grid import BoolArray

Pairs = tuple[IntArray, IntArray]


def hulls(start: IntArray, end: IntArray) -> Pairs:
    """The stretches with those joined that lie within `priors.MERGE_BINS` of each other; both in order of time."""
    if not len(start):
        return start, end
    apart = start[1:] - end[:-1] > priors.MERGE_BINS
    return start[np.concatenate(([True], apart))], end[np.concatenate((apart, [True]))]


def inside(pairs: Pairs, n: int) -> BoolArray:
    """A mask of `n` bins, true within the stretches."""
    turns = np.zeros(n + 1)
    np.add.at(turns, pairs[0], 1.0)
    np.add.at(turns, pairs[1], -1.0)
    mask: BoolArray = np.cumsum(turns[:-1]) > 0
    return mask


def neighbours(pairs: Pairs, n: int) -> Pairs:
    """The stretches themselves and, where lengths are looked at in coarse steps only, ones with either border moved."""
    starts, ends = [pairs[0]], [pairs[1]]
    for first, last in zip(pairs[0].tolist(), pairs[1].tolist(), strict=True):
        reach = int(priors.REFINE_SHARE * (last - first))
        if not reach:
            continue
        moves = np.arange(-reach, reach + 1)
        starts += [first + moves, np.full(len(moves), first)]
        ends += [np.full(len(moves), last), last + moves]
    start, end = np.concatenate(starts), np.concatenate(ends)
    fine = (start >= 0) & (end <= n) & (end - start >= priors.SHORTEST_S / priors.BIN_S)
    return start[fine], end[fine]


def joined(chosen: list[int], rows: Candidates, odds: FloatArray) -> list[int]:
    """The chosen candidates with pieces replaced by the whole, where the whole is nearly as likely as its best piece.

    Who has turned round stays so for a while: two turns within half a minute are less likely than one longer stretch.
    """
    kept: list[int] = []
    for i in chosen:
        while kept and rows.start[i] - rows.end[kept[-1]] <= priors.MERGE_BINS:
            whole = _whole(kept[-1], i, rows, odds)
            if whole is None:
                break
            kept.pop()
            i = whole  # noqa: PLW2901  # the whole goes on as the piece that the next one may join
        kept.append(i)
    return kept


def _whole(first: int, last: int, rows: Candidates, odds: FloatArray) -> int | None:
    """The best candidate from about the start of `first` to about the end of `last`, if it is likely enough."""
    slack = max(priors.MERGE_SLACK_BINS, int(priors.REFINE_SHARE * (rows.end[last] - rows.start[first])))
    near = (np.abs(rows.start - rows.start[first]) <= slack) & (np.abs(rows.end - rows.end[last]) <= slack)
    index = np.flatnonzero(near)
    if not len(index):
        return None
    best = int(index[np.argmax(odds[index])])
    return best if odds[best] >= max(odds[first], odds[last]) - priors.MERGE_LOG_ODDS else None
