from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.activity.cadence import steps_per_minute, stuck, without_nonsense
from retrorun.activity.model import Activity


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
    st.lists(st.tuples(st.floats(70, 105), st.floats(2.1, 6)), min_size=20, max_size=60),
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
    assert decisions == ["cadence: 1 value of zero while moving taken as missing"]


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


@pytest.mark.parametrize(
    ("octave_spm", "speed_mps", "missing"),
    [(232.0, 1.3, 60), (204.0, 1.3, 0), (252.0, 1.3, 0), (232.0, 1.9, 0)],
    ids=["an octave", "a repetition", "not twice", "another speed"],
)
def test_a_long_octave_is_exactly_twice_the_walk_at_the_walks_speed(
    octave_spm: float, speed_mps: float, missing: int
) -> None:
    speed, cadence = np.full(400, 1.3), np.full(400, 116.0)
    cadence[100:160], speed[100:160] = octave_spm, speed_mps
    cadence[99] = 0.0  # beside the octave: counted once
    decisions: list[str] = []
    values = without_nonsense(np.arange(400.0), speed, cadence, decisions)
    assert np.count_nonzero(np.isnan(values)) == missing + 1
    assert sum(int(said.split()[1]) for said in decisions) == missing + 1


def _break(held_s: int, *, varied: bool = False, own: float = 174.0) -> tuple[list[float], list[float]]:
    """Speeds and cadences of a run, a walk break that begins with `held_s` of another cadence than the walk's."""
    held = [own + (3.0 * (at % 3 - 1) if varied else 0.0) for at in range(held_s)]
    return [3.0] * 100 + [1.4] * 60, [172.0] * 95 + [174.0] * 5 + held + [114.0] * (60 - held_s)


@pytest.mark.parametrize("held_s", [12, 25])
def test_the_cadence_of_running_held_into_a_walk_break_is_missing(held_s: int) -> None:
    decisions: list[str] = []
    speed, cadence = _break(held_s)
    values = without_nonsense(np.arange(160.0), np.array(speed), np.array(cadence), decisions)
    assert np.flatnonzero(np.isnan(values)).tolist() == list(range(100, 100 + held_s))
    assert decisions == [f"cadence: {held_s} values of running held into a walk taken as missing"]


@pytest.mark.parametrize("broken", [_break(20, varied=True), _break(20, own=186.0), _break(0)])
def test_steps_of_ones_own_at_walking_speed_stay(broken: tuple[list[float], list[float]]) -> None:
    decisions: list[str] = []
    without_nonsense(np.arange(160.0), np.array(broken[0]), np.array(broken[1]), decisions)
    assert decisions == []


def test_a_negative_cadence_is_no_zero_while_moving() -> None:
    made = Activity.from_columns(time_s=[0, 1, 2], speed_mps=[3, 3, 3], cadence_spm=[170, -5, 170])
    assert [str(each) for each in made.damage] == ["1 value of cadence that cannot be, taken as missing"]
    assert made.decisions == ()


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


HOUR = np.arange(3600.0)


def _held(first: int, last: int, *, walk: tuple[int, int] = (0, 0)) -> list[int]:
    """How many values of a coarse sensor that holds one for a while are called stuck; within the walk, and in all."""
    speed = 3.0 + 0.1 * np.sin(HOUR / 7)
    speed[slice(*walk)] = 1.4
    cadence = np.where(HOUR % 40 < 20, 170.0, 172.0)  # two values by turns
    cadence[first:last] = 172.0
    found = stuck(HOUR, speed, cadence)
    return [int(found[slice(*walk)].sum()), int(found.sum())]


def test_a_coarse_sensor_may_hold_a_value_for_minutes_of_steady_running() -> None:
    assert _held(1000, 1300) == [0, 0]
    assert _held(1000, 1560) == [0, 0]


def test_a_value_kept_from_running_into_a_walk_is_stuck() -> None:
    walk, all_of_it = _held(1000, 1120, walk=(1060, 1120))
    assert walk == 60
    assert 120 <= all_of_it <= 160  # and what of the same value touches it


def test_a_value_kept_for_longer_than_any_runner_does_is_stuck() -> None:
    assert _held(1000, 2500)[1] >= 1500
    assert stuck(HOUR[:90], np.full(90, 3.0), np.full(90, 170.0)).all()  # or the only one of the recording
    assert not stuck(HOUR[:50], np.full(50, 3.0), np.full(50, 170.0)).any()
    assert not stuck(HOUR, np.full(3600, 3.0), np.zeros(3600)).any()
    assert stuck(np.empty(0), np.empty(0), np.empty(0)).tolist() == []
