"""Exact inference over sets of segments that do not overlap.

The model behind it is a semi-Markov chain: time is either background or inside one of finitely many candidate
segments, and a set of segments weighs the sum of its members' log-odds against background. The best set (Viterbi) and
the probability of each candidate (forward–backward) follow exactly, in one pass each over the candidates.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from retrorun.activity.model import FloatArray

IntArray = npt.NDArray[np.int64]


def best_set(start: IntArray, end: IntArray, weight: FloatArray) -> IntArray:
    """Indices of the heaviest set of candidates `[start, end)` that do not overlap, in order of time (Viterbi)."""
    borders, place = np.unique(np.concatenate((start, end)), return_inverse=True)
    left, right = place[: len(start)].tolist(), place[len(start) :].tolist()
    heavy = weight.tolist()
    by_end: list[list[int]] = [[] for _ in borders]
    for i, k in enumerate(right):
        by_end[k].append(i)
    best = [0.0] * len(borders)
    taken = [-1] * len(borders)
    for k, ending in enumerate(by_end):
        if k:
            best[k] = best[k - 1]
        for i in ending:
            total = best[left[i]] + heavy[i]
            if total > best[k]:
                best[k], taken[k] = total, i
    chosen: list[int] = []
    k = len(borders) - 1
    while k >= 0:
        if taken[k] < 0:
            k -= 1
        else:
            chosen.append(taken[k])
            k = left[taken[k]]
    return np.array(chosen[::-1], dtype=np.int64)


def probabilities(start: IntArray, end: IntArray, weight: FloatArray) -> FloatArray:
    """The probability of each candidate `[start, end)` under all sets that do not overlap (forward–backward)."""
    if not len(start):
        return np.empty(0)
    borders, place = np.unique(np.concatenate((start, end)), return_inverse=True)
    left, right = place[: len(start)], place[len(start) :]
    before, after = np.zeros(len(borders)), np.zeros(len(borders))
    by_end = np.split(np.argsort(right, kind="stable"), np.cumsum(np.bincount(right, minlength=len(borders)))[:-1])
    by_start = np.split(np.argsort(left, kind="stable"), np.cumsum(np.bincount(left, minlength=len(borders)))[:-1])
    for k in range(1, len(borders)):
        ending = by_end[k]
        before[k] = before[k - 1]
        if len(ending):
            before[k] = np.logaddexp(before[k], np.logaddexp.reduce(before[left[ending]] + weight[ending]))
    for k in range(len(borders) - 2, -1, -1):
        starting = by_start[k]
        after[k] = after[k + 1]
        if len(starting):
            after[k] = np.logaddexp(after[k], np.logaddexp.reduce(after[right[starting]] + weight[starting]))
    joint = before[left] + weight + after[right] - before[-1]
    chance: FloatArray = np.exp(np.minimum(joint, 0.0))
    return chance
