from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retrorun.arrays import (
    Interval,
    at_share,
    clip,
    covered_s,
    from_mask,
    mask,
    overlap_s,
    running_total,
    subtract,
    union,
)

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30)


@given(VALUES, st.floats(0.0, 1.0))
def test_a_share_of_the_way_is_a_value_of_theirs_with_that_many_below(values: list[float], share: float) -> None:
    found = at_share(np.array(values), share)
    assert found in values
    below, equal = sum(x < found for x in values), sum(x == found for x in values)
    assert below <= share * (len(values) - 1) + 0.5
    assert below + equal >= share * (len(values) - 1)


@given(VALUES, st.integers(0, 30), st.integers(0, 30))
def test_a_running_total_gives_every_partial_sum(values: list[float], a: int, b: int) -> None:
    low, high = sorted((min(a, len(values)), min(b, len(values))))
    total = running_total(values)
    assert np.isclose(total[high] - total[low], sum(values[low:high]), atol=1e-3)


TIMES = st.integers(0, 40)
SPANS = st.lists(
    st.tuples(TIMES, st.integers(1, 15)).map(lambda pair: Interval(start_s=pair[0], end_s=pair[0] + pair[1])),
    max_size=6,
)
SECONDS = np.arange(60, dtype=np.float64)


def seconds(spans: object) -> set[int]:
    """The whole seconds in the stretches: another way to say what they cover."""
    return {second for span in spans for second in range(int(span.start_s), int(span.end_s))}  # type: ignore[attr-defined]


@given(SPANS, SPANS)
def test_sets_of_seconds_agree(one: list[Interval], other: list[Interval]) -> None:
    assert seconds(union(one)) == seconds(one)
    assert seconds(subtract(one, other)) == seconds(one) - seconds(other)
    assert set(np.flatnonzero(mask(SECONDS, one)).tolist()) == seconds(one)
    for span in one:
        assert seconds(clip(other, span)) == seconds(other) & seconds([span])
        assert covered_s(span, other) == len(seconds(other) & seconds([span]))
        for second in other:
            assert overlap_s(span, second) == len(seconds([span]) & seconds([second]))


@given(SPANS)
def test_a_union_is_in_order_and_apart(spans: list[Interval]) -> None:
    joined = union(spans)
    assert all(before.end_s < after.start_s for before, after in itertools.pairwise(joined))
    assert from_mask(SECONDS, mask(SECONDS, spans), 60.0) == joined


def test_near_ones_are_joined_where_asked() -> None:
    spans = [Interval(start_s=0, end_s=5), Interval(start_s=7, end_s=9), Interval(start_s=12, end_s=13)]
    assert union(spans, gap_s=2) == (Interval(start_s=0, end_s=9), Interval(start_s=12, end_s=13))
