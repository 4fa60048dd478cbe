"""Pieces of one stretch belong together."""

from __future__ import annotations

import numpy as np

from retrorun.activity.model import FloatArray
from retrorun.gait import priors
from retrorun.gait.borders import IntArray
from retrorun.gait.candidates import Candidates
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
    near = np.abs(rows.start - rows.start[first]) <= priors.MERGE_SLACK_BINS
    near &= np.abs(rows.end - rows.end[last]) <= priors.MERGE_SLACK_BINS
    index = np.flatnonzero(near)
    if not len(index):
        return None
    best = int(index[np.argmax(odds[index])])
    return best if odds[best] >= max(odds[first], odds[last]) - priors.MERGE_LOG_ODDS else None
