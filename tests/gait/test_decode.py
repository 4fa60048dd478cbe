from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retrorun.gait.decode import best_set, probabilities

SPANS = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6), st.floats(-6, 6)), min_size=0, max_size=8)


def all_sets(start: np.ndarray, end: np.ndarray) -> list[tuple[int, ...]]:
    """Every set of candidates that do not overlap, by looking at all subsets."""
    fine = []
    for size in range(len(start) + 1):
        for some in combinations(range(len(start)), size):
            pairs = combinations(some, 2)
            if all(end[i] <= start[j] or end[j] <= start[i] for i, j in pairs):
                fine.append(some)
    return fine


def columns(spans: list[tuple[int, int, float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    start = np.array([s for s, _, _ in spans], dtype=np.int64)
    end = start + np.array([length for _, length, _ in spans], dtype=np.int64)
    return start, end, np.array([w for _, _, w in spans], dtype=np.float64)


@given(SPANS)
def test_the_best_set_is_the_heaviest_of_all_sets(spans: list[tuple[int, int, float]]) -> None:
    start, end, weight = columns(spans)
    chosen = best_set(start, end, weight)
    assert tuple(sorted(chosen.tolist())) in all_sets(start, end)
    heaviest = max(sum(weight[i] for i in some) for some in all_sets(start, end))
    assert np.isclose(weight[chosen].sum(), heaviest)
    assert np.all(np.diff(start[chosen]) > 0)


@given(SPANS)
def test_probabilities_are_those_of_summing_over_all_sets(spans: list[tuple[int, int, float]]) -> None:
    start, end, weight = columns(spans)
    mass = {some: np.exp(sum(weight[i] for i in some)) for some in all_sets(start, end)}
    total = sum(mass.values())
    expected = [sum(m for some, m in mass.items() if i in some) / total for i in range(len(start))]
    np.testing.assert_allclose(probabilities(start, end, weight), expected, atol=1e-9)


def test_nothing_comes_of_nothing() -> None:
    nothing = np.empty(0, dtype=np.int64)
    assert len(best_set(nothing, nothing, np.empty(0))) == 0
    assert len(probabilities(nothing, nothing, np.empty(0))) == 0
