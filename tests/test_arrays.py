from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retrorun.arrays import at_share, running_total

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
