from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retrorun.intervals import Interval, clip, covered_s, from_mask, mask, overlap_s, subtract, union

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
