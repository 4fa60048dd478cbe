from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.activity.cadence import steps_per_minute, without_nonsense


def decide(
    cadence: list[float], speed: list[float], *, sport: str = "running", is_steps: bool | None = None
) -> tuple[list[float], list[str]]:
    decisions: list[str] = []
    values = steps_per_minute(np.array(cadence), np.array(speed), sport=sport, is_steps=is_steps, decisions=decisions)
    return values.tolist(), decisions


def test_strides_are_doubled() -> None:
    assert decide([80, 85, 90], [3, 3, 3])[0] == [160, 170, 180]


def test_steps_stay() -> None:
    assert decide([160, 170, 180], [3, 3, 3])[0] == [160, 170, 180]


def test_a_walking_break_does_not_change_the_unit() -> None:
    cadence, speed = [85.0] * 300 + [55.0] * 100, [3.0] * 300 + [1.4] * 100
    assert decide(cadence, speed)[0] == [170.0] * 300 + [110.0] * 100
    steps = [170.0] * 300 + [110.0] * 100
    assert decide(steps, speed)[0] == steps


@given(
    st.lists(st.tuples(st.floats(70, 105), st.floats(2.1, 6)), min_size=20, max_size=200),
    st.lists(st.tuples(st.floats(45, 70), st.floats(0.5, 1.9)), max_size=20),
)
def test_the_unit_is_one_for_the_whole_activity(
    running: list[tuple[float, float]], walking: list[tuple[float, float]]
) -> None:
    rows = running + walking
    strides, speed = [cadence for cadence, _ in rows], [mps for _, mps in rows]
    doubled, _ = decide(strides, speed)
    assert doubled == [2 * cadence for cadence in strides]
    assert decide(doubled, speed)[0] == doubled


def test_a_walk_alone_counts_as_strides_the_usual_unit() -> None:
    assert decide([55.0] * 50, [1.4] * 50, sport="walking")[0] == [110.0] * 50


def test_a_few_stumbles_of_a_hike_do_not_decide() -> None:
    cadence, speed = [48.0] * 1000 + [125.0] * 20, [1.2] * 1000 + [2.5] * 20
    assert decide(cadence, speed, sport="hiking")[0][0] == 96.0


def test_zero_while_moving_is_missing_zero_while_standing_is_not() -> None:
    decisions: list[str] = []
    speed, cadence = np.array([3, 3, 0.2, 3]), np.array([170.0, 0.0, 0.0, 170.0])
    values = without_nonsense(np.arange(4.0), speed, cadence, decisions)
    np.testing.assert_array_equal(values, [170, np.nan, 0, 170])
    assert decisions == ["cadence: 1 zeros while moving taken as missing"]


def test_the_octave_above_a_walk_is_missing_and_a_repetition_beside_one_is_not() -> None:
    time_s = np.arange(300.0)
    speed = np.full(300, 1.3)
    walk = np.full(300, 116.0)
    octave = walk.copy()
    octave[100:110] = 232.0
    repetition = walk.copy()
    repetition[100:140] = 204.0
    for cadence, missing in ((walk, 0), (octave, 14), (repetition, 0)):
        decisions: list[str] = []
        values = without_nonsense(time_s, speed, cadence, decisions)
        assert np.isnan(values[95:115]).sum() == min(missing, 10)
        assert len(decisions) == bool(missing)
        np.testing.assert_array_equal(values[np.isfinite(values)], cadence[np.isfinite(values)])


def test_what_the_source_says_counts() -> None:
    assert decide([85], [3], is_steps=True)[0] == [85]
    assert decide([130], [3], is_steps=False)[0] == [260]


def test_cranks_are_not_steps() -> None:
    values, decisions = decide([85, 90], [9, 9], sport="cycling")
    assert values == [85, 90]
    assert "not done on foot" in decisions[0]


@pytest.mark.parametrize("cadence", [None, np.full(3, np.nan)])
def test_none_at_all(cadence: np.ndarray[tuple[int], np.dtype[np.float64]] | None) -> None:
    values = steps_per_minute(cadence, np.ones(3), sport="running", is_steps=None, decisions=[])
    assert np.isnan(values).all()


def test_a_walk_that_counts_steps_is_not_doubled() -> None:
    cadence = np.full(600, 116.0)
    kept = steps_per_minute(cadence, np.full(600, 1.3), sport="walking", is_steps=None, decisions=[])
    np.testing.assert_array_equal(kept, cadence)
