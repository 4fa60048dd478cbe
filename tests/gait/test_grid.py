from __future__ import annotations

import numpy as np
import pytest

from retrorun.activity.model import Activity
from retrorun.gait import priors
from retrorun.gait.grid import build_grid, time_means
from retrorun.gait.synth import synthesise
from tests.gait.made import steady


def grid_of(**columns: object) -> object:
    activity = Activity.from_columns(**(steady(600) | columns))  # type: ignore[arg-type]
    return build_grid(activity, float(activity.time_s[0]), float(activity.time_s[-1]))


def test_means_of_a_straight_line_are_its_middles() -> None:
    time_s = np.arange(0.0, 61.0)
    edges = np.arange(0.0, 61.0, 3.0)
    np.testing.assert_allclose(time_means(time_s, 2.0 * time_s + 1.0, edges), 2.0 * (edges[:-1] + 1.5) + 1.0)


def test_samples_weigh_by_their_time_not_by_their_number() -> None:
    # One second at 10, then nine seconds at 20, written sparsely: the mean of the last nine is 20 all the same.
    time_s = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.001, 10.0])
    values = np.array([10.0, 10.0, 10.0, 10.0, 10.0, 20.0, 20.0])
    means = time_means(time_s, values, np.array([0.0, 1.0, 10.0]))
    assert means == pytest.approx([10.0, 20.0], rel=1e-3)


def test_a_pause_is_not_bridged_and_missing_values_are_skipped() -> None:
    time_s = np.array([0.0, 1.0, 2.0, 3.0, 40.0, 41.0, 42.0, 43.0])
    values = np.array([1.0, np.nan, 1.0, 1.0, 5.0, 5.0, 5.0, 5.0])
    means = time_means(time_s, values, np.array([0.0, 3.0, 20.0, 40.0, 43.0]))
    assert means[[0, 3]] == pytest.approx([1.0, 5.0])
    assert np.isnan(means[[1, 2]]).all()


@pytest.mark.parametrize("every", [2, 3, 5, 8])
def test_a_thinned_recording_gives_nearly_the_same_grid(every: int) -> None:
    activity, _ = synthesise(duration_s=1200.0, seed=5)
    whole = build_grid(activity, 0.0, 1200.0)
    time_s = activity.time_s[::every]
    few = Activity.from_columns(
        time_s=time_s, speed_mps=activity.speed_mps[::every], cadence_spm=activity.cadence_spm[::every]
    )
    coarse = build_grid(few, 0.0, 1200.0)
    n = min(len(whole), len(coarse)) - 3
    assert np.nanmean(np.abs(whole.speed_mps[:n] - coarse.speed_mps[:n])) < 0.08


def test_zeros_of_cadence_in_motion_are_missing_not_slow() -> None:
    cadence = np.full(600, 170.0)
    cadence[100:140:4] = 0.0
    grid = grid_of(cadence_spm=cadence)
    assert np.nanmin(grid.cadence_spm) == pytest.approx(170.0)  # type: ignore[attr-defined]


def test_cadence_of_one_foot_is_doubled_and_said() -> None:
    grid = grid_of(cadence_spm=np.tile([84.0, 86.0], 300))
    assert np.nanmedian(grid.cadence_spm) == pytest.approx(170.0)  # type: ignore[attr-defined]
    assert any("one foot" in note for note in grid.notes)  # type: ignore[attr-defined]


def test_a_sensor_that_is_stuck_says_nothing() -> None:
    cadence = np.tile([168.0, 170.0, 172.0], 200)
    cadence[200:300] = 171.0
    grid = grid_of(cadence_spm=cadence)
    inside = (grid.edge_s[:-1] > 203) & (grid.edge_s[1:] < 297)  # type: ignore[attr-defined]
    assert np.isnan(grid.cadence_spm[inside]).all()  # type: ignore[attr-defined]
    assert any("stuck" in note for note in grid.notes)  # type: ignore[attr-defined]


def test_the_grade_is_rise_over_way() -> None:
    way = 3.0 * np.arange(600.0)
    grid = grid_of(speed_mps=np.full(600, 3.0), altitude_m=0.06 * way)
    assert np.median(grid.grade_pct) == pytest.approx(6.0, abs=0.1)  # type: ignore[attr-defined]


def test_doubled_samples_count_once() -> None:
    columns = steady(300)
    twice = {name: np.repeat(values, 2) for name, values in columns.items()}
    once = build_grid(Activity.from_columns(**columns), 0.0, 299.0)  # type: ignore[arg-type]
    both = build_grid(Activity.from_columns(**twice), 0.0, 299.0)  # type: ignore[arg-type]
    np.testing.assert_allclose(once.speed_mps, both.speed_mps)


def test_a_wild_clock_does_not_blow_up_memory() -> None:
    columns = steady(600)
    columns["time_s"] = columns["time_s"] + np.where(np.arange(600) > 300, 6e8, 0.0)
    grid = build_grid(Activity.from_columns(**columns), 0.0, 1e9)  # type: ignore[arg-type]
    assert len(grid) < 600 / priors.BIN_S + priors.GAP_KEPT_S
    assert grid.edge_s[-1] > 5e8
