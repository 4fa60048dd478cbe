"""Exact inference over sets of segments that do not overlap.

The model behind it is a semi-Markov chain: time is either background or inside one of finitely many candidate
segments, and a set of segments weighs the sum of its members' log-odds against background. The best set (Viterbi) and
the probability of each candidate (forward–backward) follow exactly, in one pass each over the candidates.
"""

from __future__ import annotations

import math

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
    left, right = place[: len(start)].tolist(), place[len(start) :].tolist()
    heavy = weight.tolist()
    by_end: list[list[int]] = [[] for _ in borders]
    by_start: list[list[int]] = [[] for _ in borders]
    for i, (lo, hi) in enumerate(zip(left, right, strict=True)):
        by_end[hi].append(i)
        by_start[lo].append(i)
    before, after = [0.0] * len(borders), [0.0] * len(borders)
    for k in range(1, len(borders)):
        before[k] = _log_sum([before[k - 1], *(before[left[i]] + heavy[i] for i in by_end[k])])
    for k in range(len(borders) - 2, -1, -1):
        after[k] = _log_sum([after[k + 1], *(after[right[i]] + heavy[i] for i in by_start[k])])
    joint = [before[lo] + w + after[hi] - before[-1] for lo, w, hi in zip(left, heavy, right, strict=True)]
    return np.exp(np.minimum(joint, 0.0))


def _log_sum(logs: list[float]) -> float:
    """The log of the sum of exponentials, safe for large ones; plain Python, for a handful of terms."""
    if len(logs) == 1:
        return logs[0]
    top = max(logs)
    return top + math.log(sum(math.exp(value - top) for value in logs))
