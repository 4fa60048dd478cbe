from __future__ import annotations

import numpy as np
import pytest

from retrorun.activity.motion import great_circle_m, with_motion

T = np.arange(5.0)
WHOLE = np.zeros(5, dtype=np.bool_)  # one segment


def test_one_degree_along_a_meridian() -> None:
    one_degree = 2 * np.pi * 6_371_008.8 / 360
    assert great_circle_m(np.array([50.0, 51.0]), np.array([8.0, 8.0]))[0] == pytest.approx(one_degree, rel=1e-12)
    assert great_circle_m(np.array([0.0, 0.0]), np.array([179.5, -179.5]))[0] == pytest.approx(one_degree, rel=1e-9)
    assert great_circle_m(np.array([60.0, 60.0]), np.array([8.0, 8.001]))[0] == pytest.approx(one_degree / 2000, 1e-6)


@pytest.mark.parametrize("step_deg", [1e-7, 1e-5, 1e-3, 0.0114, 0.0115, 0.02, 1.0])
def test_near_and_far_are_the_same_way(step_deg: float) -> None:
    north = great_circle_m(np.array([0.0, step_deg]), np.array([8.0, 8.0]))
    east = great_circle_m(np.array([0.0, 0.0]), np.array([8.0, 8.0 + step_deg]))
    assert north[0] == pytest.approx(6_371_008.8 * np.radians(step_deg), rel=1e-14)
    assert east[0] == pytest.approx(north[0], abs=1e-8)  # 8 degrees are written to 1e-15


def test_what_the_file_has_stays() -> None:
    given = {"speed_mps": np.full(5, 2.0), "distance_m": np.arange(5.0), "latitude_deg": np.arange(5.0) / 1000}
    decisions: list[str] = []
    found = with_motion(T, given, WHOLE, decisions)
    assert found["speed_mps"].tolist() == [2.0] * 5
    assert found["distance_m"].tolist() == [0, 1, 2, 3, 4]
    assert decisions == []


def test_speed_from_distance() -> None:
    decisions: list[str] = []
    found = with_motion(np.array([0.0, 1, 3, 20, 21]), {"distance_m": np.array([0.0, 3, 9, 60, 64])}, WHOLE, decisions)
    np.testing.assert_array_equal(found["speed_mps"], [np.nan, 3, 3, np.nan, 4])
    assert decisions == ["speed: differences of distance, not smoothed"]


def test_speed_where_some_distances_are_missing_or_step_back() -> None:
    found = with_motion(T, {"distance_m": np.array([0.0, np.nan, 6, 5, 8])}, WHOLE, [])
    np.testing.assert_array_equal(found["distance_m"], [0, np.nan, 6, 6, 8])
    np.testing.assert_array_equal(found["speed_mps"], [np.nan, np.nan, 3, 0, 2])


def test_distance_and_speed_from_positions() -> None:
    latitude = np.array([50.0, 50 + 27e-6, np.nan, 50 + 81e-6, 50 + 108e-6])
    decisions: list[str] = []
    found = with_motion(T, {"latitude_deg": latitude, "longitude_deg": np.full(5, 8.0)}, WHOLE, decisions)
    step = 27e-6 * 2 * np.pi * 6_371_008.8 / 360
    np.testing.assert_allclose(found["distance_m"], [0, step, np.nan, 3 * step, 4 * step], rtol=1e-6)
    np.testing.assert_allclose(found["speed_mps"], [np.nan, step, np.nan, step, step], rtol=1e-6)
    assert len(decisions) == 2


def test_nothing_to_go_by() -> None:
    found = with_motion(T, {}, WHOLE, [])
    assert np.isnan(found["speed_mps"]).all()
    assert np.isnan(found["distance_m"]).all()


def test_a_break_is_not_bridged_and_distance_counts_from_the_start() -> None:
    latitude = np.array([50.0, 50.0001, 51.0, 51.0001, 51.0002])
    breaks = np.array([False, False, True, False, False])
    found = with_motion(T, {"latitude_deg": latitude, "longitude_deg": np.full(5, 8.0)}, breaks, [])
    assert found["distance_m"][-1] == pytest.approx(3 * 11.12, rel=0.01)
    assert np.isnan(found["speed_mps"][2])
    own = with_motion(T, {"distance_m": np.arange(5.0) + 40_331.0}, WHOLE, [])
    assert own["distance_m"].tolist() == [0, 1, 2, 3, 4]


LONG = np.arange(600.0)
EVEN = np.zeros(600, dtype=np.bool_)


@pytest.mark.parametrize("fault", ["zero", "sparse", "stale", "twice"])
def test_a_speed_that_contradicts_distance_gives_way(fault: str) -> None:
    way = np.cumsum(np.where(LONG % 120 < 60, 4.0, 2.0))
    true = np.diff(way, prepend=0.0)
    speed = {
        "zero": np.zeros(600),
        "sparse": np.where(LONG % 10 == 0, 1.6, np.nan),
        "stale": np.roll(true, 60),
        "twice": 2.0 * true,
    }[fault]
    decisions: list[str] = []
    found = with_motion(LONG, {"distance_m": way, "speed_mps": speed}, EVEN, decisions)
    np.testing.assert_allclose(found["speed_mps"][1:], true[1:])
    assert any("contradicts distance" in said for said in decisions)
    right = with_motion(LONG, {"distance_m": way, "speed_mps": true * 1.05}, EVEN, [])
    np.testing.assert_allclose(right["speed_mps"], true * 1.05)


def test_distances_from_point_to_point_are_summed() -> None:
    latitude = 50.0 + np.arange(600.0) * 3.0 / 111_195.0
    columns = {"distance_m": np.full(600, 3.0), "latitude_deg": latitude, "longitude_deg": np.full(600, 8.0)}
    found = with_motion(LONG, columns, EVEN, [])
    assert found["distance_m"][-1] == pytest.approx(599 * 3.0)
    assert np.nanmedian(found["speed_mps"]) == pytest.approx(3.0)
