from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.activity.assemble import RawRecording, RawSpan, _longest_forward, assemble
from retrorun.activity.model import Pause
from retrorun.errors import RecordingError
from retrorun.fit.chain import Loss

NAN = float("nan")
ZERO = 1_700_000_000.0


def raw(seconds: list[float], **more: object) -> RawRecording:
    time = np.array(seconds) + ZERO
    values = {"heart_rate_bpm": np.arange(len(time), dtype=np.float64)}
    return RawRecording(source="gpx", time=time, columns=values, **more)  # type: ignore[arg-type]  # fields by name


def test_the_clock_starts_at_the_first_sample() -> None:
    activity = assemble(raw([10, 11, 13]))
    assert activity.time_s.tolist() == [0, 1, 3]
    assert activity.start_time is not None
    assert activity.start_time.timestamp() == ZERO + 10


def test_of_samples_at_one_time_the_last_value_of_each_column_counts() -> None:
    columns = {"heart_rate_bpm": np.array([1.0, 2, NAN, 4, NAN]), "altitude_m": np.array([NAN, 5, 6, NAN, NAN])}
    activity = assemble(RawRecording(source="gpx", time=ZERO + np.array([0.0, 1, 1, 1, 2]), columns=columns))
    assert activity.time_s.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(activity.heart_rate_bpm, [1, 4, NAN])
    np.testing.assert_array_equal(activity.altitude_m, [NAN, 6, NAN])
    assert any("2 samples at the time of another merged" in each for each in activity.decisions)


def test_one_wrong_time_costs_one_sample() -> None:
    activity = assemble(raw([0, 1, 2, 5000, 4, 5, 1, 7]))
    assert activity.time_s.tolist() == [0, 1, 2, 4, 5, 7]
    assert activity.heart_rate_bpm.tolist() == [0, 1, 2, 4, 5, 7]
    assert "2 samples that step back in time left out" in activity.decisions


def test_times_far_from_all_others_are_left_out() -> None:
    activity = assemble(raw([-1e8, 0, 1, NAN, 2, 1e9]))
    assert activity.time_s.tolist() == [0, 1, 2]
    assert "1 sample without a time left out" in activity.decisions
    assert "2 samples with a time more than 30 days from the others left out" in activity.decisions


def test_whole_stretches_in_the_wrong_order_are_put_right() -> None:
    activity = assemble(raw([100, 101, 102, 50, 51, 0, 1]))
    assert activity.time_s.tolist() == [0, 1, 50, 51, 100, 101, 102]
    assert activity.heart_rate_bpm.tolist() == [5, 6, 3, 4, 0, 1, 2]


@given(st.lists(st.integers(min_value=0, max_value=300), min_size=1, max_size=80))
def test_the_clock_never_runs_backwards_whatever_the_file_says(seconds: list[int]) -> None:
    activity = assemble(raw([float(second) for second in seconds]))
    assert (np.diff(activity.time_s) > 0).all()
    assert activity.time_s[0] == 0


@given(st.lists(st.integers(min_value=0, max_value=12), min_size=1, max_size=9))
def test_no_longer_sequence_could_be_kept(seconds: list[int]) -> None:
    longest = max(
        length
        for length in range(1, len(seconds) + 1)
        if any(list(each) == sorted(each) for each in combinations(seconds, length))
    )
    chosen = _longest_forward(np.array(seconds, dtype=np.float64))
    kept = np.array(seconds)[chosen]
    assert len(kept) == longest
    assert (np.diff(kept) >= 0).all()


@pytest.mark.parametrize("seconds", [[], [NAN], [NAN, NAN]])
def test_without_any_time_there_is_no_activity(seconds: list[float]) -> None:
    with pytest.raises(RecordingError, match="no sample with a time"):
        assemble(raw(seconds))


def test_gaps_of_ten_seconds_are_marked_unless_the_timer_explains_them() -> None:
    activity = assemble(raw([0, 9, 19, 40, 41], stops=((ZERO + 20, ZERO + 39),)))
    assert activity.pauses == (
        Pause(start_s=9.0, end_s=19.0, kind="gap"),
        Pause(start_s=20.0, end_s=39.0, kind="timer"),
    )


def test_a_lap_without_a_length_ends_where_the_next_one_begins() -> None:
    laps = (RawSpan(start=ZERO, elapsed=NAN), RawSpan(start=ZERO + 4, elapsed=NAN))
    assert [(lap.start_s, lap.end_s) for lap in assemble(raw([0, 4, 9], laps=laps)).laps] == [(0, 4), (4, 9)]


def test_damage_between_samples_tells_their_times() -> None:
    losses = (Loss(what="gone", start=25, end=35), Loss(what="cut", start=60, end=60))
    activity = assemble(raw([0, 1, 2, 7, 8], position=np.array([0, 10, 20, 40, 50]), losses=losses))
    assert [(each.what, each.start_s, each.end_s) for each in activity.damage] == [("gone", 2, 7), ("cut", None, None)]
    assert str(activity.damage[0]) == "gone (bytes 25 to 35, 2 s to 7 s)"


def test_columns_are_handed_over_without_a_copy_and_closed() -> None:
    recording = raw([0, 1, 2])
    activity = assemble(recording)
    assert np.shares_memory(activity.heart_rate_bpm, recording.columns["heart_rate_bpm"])
    with pytest.raises(ValueError, match="read-only"):
        activity.heart_rate_bpm[0] = 1


def test_of_several_sports_each_is_judged_by_what_was_done_in_it() -> None:
    n = 5400
    ride = np.arange(n) < 3600
    columns = {"speed_mps": np.where(ride, 9.0, 3.0), "cadence": np.where(ride, 95.0, 84.0)}
    parts = (
        RawSpan(start=ZERO, elapsed=3600.0, sport="cycling"),
        RawSpan(start=ZERO + 3600, elapsed=1800.0, sport="running"),
    )
    activity = assemble(RawRecording(source="fit", time=ZERO + np.arange(float(n)), columns=columns, parts=parts))
    assert activity.sport == "running"
    assert set(activity.cadence_spm[3600:]) == {168.0}
    assert set(activity.cadence_spm[:3600]) == {95.0}
    alone = assemble(RawRecording(source="fit", time=ZERO + np.arange(float(n)), columns=columns, sport="running"))
    assert alone.sport == "cycling"
