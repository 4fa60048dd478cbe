from __future__ import annotations

import numpy as np
import pytest

from retrorun.activity.motion import great_circle_m, with_motion

T = np.arange(5.0)


def test_one_degree_along_a_meridian() -> None:
    one_degree = 2 * np.pi * 6_371_008.8 / 360
    assert great_circle_m(np.array([50.0, 51.0]), np.array([8.0, 8.0]))[0] == pytest.approx(one_degree, rel=1e-12)
    assert great_circle_m(np.array([0.0, 0.0]), np.array([179.5, -179.5]))[0] == pytest.approx(one_degree, rel=1e-9)
    assert great_circle_m(np.array([60.0, 60.0]), np.array([8.0, 8.001]))[0] == pytest.approx(one_degree / 2000, 1e-6)


def test_what_the_file_has_stays() -> None:
    given = {"speed_mps": np.full(5, 2.0), "distance_m": np.arange(5.0), "latitude_deg": np.arange(5.0) / 1000}
    decisions: list[str] = []
    found = with_motion(T, given, decisions)
    assert found["speed_mps"].tolist() == [2.0] * 5
    assert found["distance_m"].tolist() == [0, 1, 2, 3, 4]
    assert decisions == []


def test_speed_from_distance() -> None:
    decisions: list[str] = []
    found = with_motion(np.array([0.0, 1, 3, 20, 21]), {"distance_m": np.array([0.0, 3, 9, 60, 64])}, decisions)
    np.testing.assert_array_equal(found["speed_mps"], [np.nan, 3, 3, np.nan, 4])
    assert decisions == ["speed: differences of distance, not smoothed"]


def test_speed_where_some_distances_are_missing_or_step_back() -> None:
    found = with_motion(T, {"distance_m": np.array([0.0, np.nan, 6, 5, 8])}, [])
    np.testing.assert_array_equal(found["speed_mps"], [np.nan, np.nan, 3, np.nan, 3])


def test_distance_and_speed_from_positions() -> None:
    latitude = np.array([50.0, 50 + 27e-6, np.nan, 50 + 81e-6, 50 + 108e-6])
    decisions: list[str] = []
    found = with_motion(T, {"latitude_deg": latitude, "longitude_deg": np.full(5, 8.0)}, decisions)
    step = 27e-6 * 2 * np.pi * 6_371_008.8 / 360
    np.testing.assert_allclose(found["distance_m"], [0, step, np.nan, 3 * step, 4 * step], rtol=1e-6)
    np.testing.assert_allclose(found["speed_mps"], [np.nan, step, np.nan, step, step], rtol=1e-6)
    assert len(decisions) == 2


def test_nothing_to_go_by() -> None:
    found = with_motion(T, {}, [])
    assert np.isnan(found["speed_mps"]).all()
    assert "distance_m" not in found
