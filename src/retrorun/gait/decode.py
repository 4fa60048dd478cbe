"""Exact inference over sets of segments that do not overlap.

The model behind it is a semi-Markov chain: time is either background or inside one of finitely many candidate
segments, and a set of segments weighs the sum of its members' log-odds against background. The best set (Viterbi) and
the probability of each candidate (forward–backward) follow exactly, in one pass each over the candidates.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrorun.activity.model import FloatArray


def best_set(start: Sequence[int], end: Sequence[int], weight: Sequence[float]) -> list[int]:
    """Indices of the heaviest set of candidates `[start, end)` that do not overlap, in order of time (Viterbi)."""
    order = sorted(range(len(start)), key=lambda i: end[i])
    borders = sorted({*start, *end})
    place = {border: k for k, border in enumerate(borders)}
    best = [0.0] * (len(borders) + 1)
    taken: list[int | None] = [None] * (len(borders) + 1)
    at = 0
    for k, border in enumerate(borders):
        if k:
            best[k] = best[k - 1]
        while at < len(order) and end[order[at]] == border:
            i = order[at]
            total = best[place[start[i]]] + weight[i]
            if total > best[k]:
                best[k], taken[k] = total, i
            at += 1
    chosen: list[int] = []
    k = len(borders) - 1
    while k >= 0:
        index = taken[k]
        if index is None:
            k -= 1
        else:
            chosen.append(index)
            k = place[start[index]]
    return chosen[::-1]


def probabilities(start: Sequence[int], end: Sequence[int], weight: FloatArray) -> FloatArray:
    """The probability of each candidate `[start, end)` under all sets that do not overlap (forward–backward)."""
    if not len(start):
        return np.empty(0)
    borders = sorted({*start, *end})
    place = {border: k for k, border in enumerate(borders)}
    left, right = [place[s] for s in start], [place[e] for e in end]
    by_end: list[list[int]] = [[] for _ in borders]
    by_start: list[list[int]] = [[] for _ in borders]
    for i, (lo, hi) in enumerate(zip(left, right, strict=True)):
        by_end[hi].append(i)
        by_start[lo].append(i)
    before = np.zeros(len(borders))
    after = np.zeros(len(borders))
    for k in range(1, len(borders)):
        parts = [before[k - 1], *(before[left[i]] + weight[i] for i in by_end[k])]
        before[k] = np.logaddexp.reduce(parts)
    for k in range(len(borders) - 2, -1, -1):
        parts = [after[k + 1], *(after[right[i]] + weight[i] for i in by_start[k])]
        after[k] = np.logaddexp.reduce(parts)
    joint = before[left] + np.asarray(weight) + after[right] - before[-1]
    chance: FloatArray = np.exp(np.minimum(joint, 0.0))
    return chance
