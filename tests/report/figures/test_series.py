from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.activity.model import Activity
from retrorun.report.figures.series import breaks, local_metres, smooth, smooth_pace_s, thinned, with_breaks


def run(time_s: list[float], speed_mps: list[float]) -> Activity:
    return Activity.from_columns(time_s=time_s, speed_mps=speed_mps, cadence_spm=None)


@given(st.lists(st.floats(0, 60), min_size=1, max_size=80), st.floats(0.1, 9))
def test_smoothing_leaves_what_is_even_as_it_is(steps: list[float], level: float) -> None:
    time_s = np.cumsum(steps)
    activity = run(time_s.tolist(), [level] * len(time_s))
    assert smooth(activity, activity.speed_mps) == pytest.approx(np.full(len(time_s), level))


def test_smoothing_weighs_by_time_and_not_by_samples() -> None:
    # 0..4 s at 1 m/s in one sample, then 1-s samples at 3 m/s: a mean over samples would be far above.
    activity = run([0, 4, 5, 6, 7], [1, 3, 3, 3, 3])
    assert smooth(activity, activity.speed_mps, 8.0)[1] == pytest.approx((4 * 1 + 3 * 3) / 7)


def test_smoothing_does_not_reach_across_a_gap_and_keeps_what_is_missing() -> None:
    time_s = [*range(20), *range(80, 100)]
    speed = [2.0] * 20 + [4.0] * 20
    speed[5] = float("nan")
    activity = run([float(t) for t in time_s], speed)
    out = smooth(activity, activity.speed_mps)
    assert np.isnan(out[5])
    assert out[19] == pytest.approx(2.0)
    assert out[20] == pytest.approx(4.0)


def test_a_line_is_broken_at_a_gap_only() -> None:
    time_s = np.array([0.0, 1, 2, 30, 31])
    assert breaks(time_s).tolist() == [False, False, False, True, False]
    times, values = with_breaks(time_s, np.arange(5.0))
    assert times.tolist() == [0, 1, 2, 30, 30, 31]
    assert np.isnan(values[3])
    assert values[[0, 1, 2, 4, 5]].tolist() == [0, 1, 2, 3, 4]


def test_smart_recording_has_no_gaps_where_it_is_merely_sparse() -> None:
    assert not breaks(np.arange(0.0, 300, 8.0)).any()


def test_pace_is_of_a_moving_runner() -> None:
    activity = run([0, 100, 200], [4.0, 0.1, 4.0])
    assert smooth_pace_s(activity).tolist() == pytest.approx([250.0, float("nan"), 250.0], nan_ok=True)
    assert smooth_pace_s(activity, per_m=1609.344)[0] == pytest.approx(402.336)


def test_each_sample_of_a_thinned_run_is_the_mean_of_its_stretch() -> None:
    activity = Activity.from_columns(
        time_s=np.arange(1000.0), speed_mps=np.arange(1000.0) % 5, cadence_spm=np.where(np.arange(1000) % 5, 170.0, 0.0)
    )
    thin, step_s = thinned(activity, 200)
    assert (len(thin), step_s) == (200, 5.0)
    assert thin.time_s.tolist() == pytest.approx(np.arange(2.0, 1000.0, 5.0).tolist())
    assert thin.speed_mps.tolist() == pytest.approx([2.0] * 200)
    assert thin.cadence_spm.tolist() == pytest.approx([170.0] * 200)  # zeros are lost steps, no cadence
    assert thinned(activity, 1000) == (activity, 1.0)


def test_the_track_is_in_metres_about_its_middle_also_over_the_date_line() -> None:
    activity = Activity.from_columns(
        time_s=[0, 1, 2],
        speed_mps=None,
        cadence_spm=None,
        latitude_deg=[60.0, float("nan"), 60.001],
        longitude_deg=[179.999, float("nan"), -179.999],
    )
    east, north = local_metres(activity)
    # 0.002° of longitude at 60° north are 111.2 m, 0.001° of latitude likewise.
    assert east[[0, 2]] == pytest.approx([-55.6, 55.6], abs=0.1)
    assert north[[0, 2]] == pytest.approx([-55.6, 55.6], abs=0.1)
    assert np.isnan(east[1])
