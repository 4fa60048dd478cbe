from __future__ import annotations

import numpy as np
import pytest

from retrorun.activity.model import Activity
from retrorun.detection import parameters as p
from retrorun.detection.resample import build_grid, lag_of, mean_over, stretch_means, time_means
from tests.detection.made import lagged, run, with_walks

WALKS = tuple((500.0 + 400.0 * k, 580.0 + 400.0 * k) for k in range(7))


def test_means_weigh_what_lies_between_two_samples_by_its_time() -> None:
    clock = np.array([0.0, 2.0, 3.0, 9.0])
    values = np.array([0.0, 4.0, 4.0, 10.0])
    # 0..3 s: two seconds of 2 and one of 4; then six seconds of 7.
    assert time_means(clock, values, np.array([0.0, 3.0, 6.0, 9.0])) == pytest.approx([8 / 3, 7.0, 7.0])


def test_a_gap_is_not_bridged() -> None:
    clock = np.array([0.0, 3.0, 6.0, 60.0, 63.0, 66.0])
    means = time_means(clock, np.full(6, 2.0), np.arange(0.0, 67.0, 3.0))
    assert means[:2] == pytest.approx([2.0, 2.0])
    assert np.isnan(means[3:19]).all()


def test_every_second_and_every_fourth_sample_give_nearly_the_same_grid() -> None:
    fine = run()
    coarse = Activity.from_columns(
        time_s=fine.time_s[::4], speed_mps=fine.speed_mps[::4], cadence_spm=fine.cadence_spm[::4]
    )
    a, b = build_grid(fine, 0.0, 3600.0), build_grid(coarse, 0.0, 3600.0)
    n = min(len(a), len(b))
    assert np.nanmean(np.abs(a.speed_mps[:n] - b.speed_mps[:n])) < 0.06


def test_of_samples_at_one_moment_the_first_counts() -> None:
    base = run()
    times = base.time_s.copy()
    times[100:104] = times[100]
    grid = build_grid(
        Activity.from_columns(time_s=times, speed_mps=base.speed_mps, cadence_spm=base.cadence_spm), 0.0, 3600.0
    )
    assert (np.diff(grid.edge_s) > 0).all()


def test_a_long_pause_takes_no_room() -> None:
    base = run()
    times = base.time_s + np.where(base.time_s >= 1800.0, 100_000.0, 0.0)
    stopped = Activity.from_columns(time_s=times, speed_mps=base.speed_mps, cadence_spm=base.cadence_spm)
    assert len(build_grid(stopped, 0.0, 1e6)) <= (3600.0 + p.GAP_KEPT_S) / p.BIN_S + 1


def test_ways_and_means_of_a_stretch() -> None:
    steady = Activity.from_columns(
        time_s=np.arange(61.0),
        speed_mps=np.full(61, 3.0),
        cadence_spm=np.full(61, 170.0),
        distance_m=3.0 * np.arange(61.0),
    )
    assert mean_over(steady, steady.speed_mps, 10.0, 20.0) == pytest.approx(3.0)
    assert stretch_means(steady, 10.0, 20.5)[2] == pytest.approx(31.5)


@pytest.mark.parametrize("lag_s", [0, 6, 12, 30, 45])
def test_the_lag_shows_at_walk_breaks_and_is_taken_out(lag_s: int) -> None:
    activity = lagged(with_walks(run(), WALKS), lag_s)
    grid = build_grid(activity, 0.0, 3600.0)
    assert grid.lag_s == pytest.approx(lag_s, abs=3.0)
    straight = build_grid(with_walks(run(), WALKS), 0.0, 3600.0)
    inside = slice(30, -30)
    both = np.isfinite(grid.cadence_spm[inside]) & np.isfinite(straight.cadence_spm[inside])
    apart = np.abs(grid.cadence_spm[inside] - straight.cadence_spm[inside])[both]
    assert float(np.mean(apart > 30.0)) < 0.03


def test_without_stops_the_usual_lag_is_taken() -> None:
    steady = build_grid(run(), 0.0, 3600.0)
    assert lag_of(steady.speed_mps, steady.cadence_spm) == p.USUAL_LAG
