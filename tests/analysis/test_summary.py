from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from retrorun.activity.model import Activity, Part
from retrorun.analysis.summary import Summary, summarise
from retrorun.detection.result import Detection, Evidence, Segment

EVIDENCE = Evidence(
    observed_speed_mps=2.0,
    observed_cadence_spm=190.0,
    forward_cadence_spm=168.0,
    usual_speed_mps=3.0,
    uplift=190 / 168 - 1,
    log_odds=3.0,
)


def segment(start_s: float, end_s: float) -> Segment:
    return Segment(
        start_s=start_s,
        end_s=end_s,
        probability=0.95,
        evidence=EVIDENCE,
        distance_m=2.0 * (end_s - start_s),
        mean_speed_mps=2.0,
        mean_cadence_spm=190.0,
    )


def found(*spans: tuple[float, float]) -> Detection:
    return Detection(verdict="found", segments=tuple(segment(*span) for span in spans))


def run(time_s: np.ndarray, **columns: object) -> Activity:
    """3 m/s at 172 spm, but 2 m/s at 190 spm from 100 s to 150 s."""
    back = (time_s >= 100) & (time_s < 150)
    given: dict[str, object] = {
        "speed_mps": np.where(back, 2.0, 3.0),
        "cadence_spm": np.where(back, 190.0, 172.0),
    }
    return Activity.from_columns(time_s=time_s, **{**given, **columns})  # type: ignore[arg-type]  # arrays by name


def test_splits_time_distance_pace_and_cadence_by_direction() -> None:
    summary = summarise(run(np.arange(0, 301.0)), found((100, 150)))
    assert summary.elapsed_s == 300
    assert (summary.total.time_s, summary.forward.time_s, summary.backward.time_s) == (300, 250, 50)
    assert summary.backward.distance_m == pytest.approx(100)
    assert summary.forward.distance_m == pytest.approx(750)
    assert summary.backward.mean_speed_mps == pytest.approx(2)
    assert summary.forward.mean_speed_mps == pytest.approx(3)
    assert summary.backward.mean_cadence_spm == pytest.approx(190)
    assert summary.forward.mean_cadence_spm == pytest.approx(172)
    assert summary.backward_share == pytest.approx(50 / 300)
    assert summary.segments == 1


def test_uneven_sampling_is_weighted_by_time_and_not_by_samples() -> None:
    time_s = np.concatenate([np.arange(0, 100, 5.0), np.arange(100, 150, 1.0), np.arange(150, 301, 5.0)])
    summary = summarise(run(time_s), found((100, 150)))
    assert summary.total.time_s == 300
    assert summary.total.mean_cadence_spm == pytest.approx((250 * 172 + 50 * 190) / 300)


def test_sparse_samples_add_up_to_the_segments() -> None:
    summary = summarise(run(np.arange(0, 301.0, 8.0)), found((105, 120), (130, 148)))
    assert summary.backward.time_s == pytest.approx(15 + 18)
    assert summary.backward.distance_m == pytest.approx(2.0 * (15 + 18))
    assert summary.backward.mean_speed_mps == pytest.approx(2.0)
    assert summary.forward.time_s + summary.backward.time_s == pytest.approx(summary.total.time_s)


def test_of_a_triathlon_only_the_run_counts() -> None:
    parts = (Part(start_s=0, end_s=200, sport="cycling"), Part(start_s=200, end_s=300, sport="running"))
    whole = run(np.arange(0, 301.0))
    summary = summarise(replace(whole, parts=parts), Detection(verdict="none"))
    assert (summary.elapsed_s, summary.total.time_s) == (300, 100)
    assert summary.total.distance_m == pytest.approx(300)
    ride = replace(whole, sport="cycling", parts=(parts[0], replace(parts[0], start_s=200, end_s=300)))
    assert summarise(ride, Detection(verdict="none")).total.time_s == 300


def test_a_share_that_is_small_is_not_called_nothing() -> None:
    assert "share      <1 % of the time" in summarise(run(np.arange(0, 7201.0)), found((100, 115))).to_text()


def test_a_pause_is_elapsed_time_but_not_time_on_the_move() -> None:
    time_s = np.concatenate([np.arange(0, 61.0), np.arange(600, 661.0)])
    summary = summarise(run(time_s), Detection(verdict="none"))
    assert summary.elapsed_s == 660
    assert summary.total.time_s == 120
    assert summary.total.mean_speed_mps == pytest.approx(3)


def test_standing_still_is_not_time_on_the_move() -> None:
    time_s = np.arange(0, 201.0)
    speed = np.where(time_s < 50, 0.1, 3.0)
    summary = summarise(run(time_s, speed_mps=speed), Detection(verdict="none"))
    assert summary.total.time_s == 150
    assert summary.total.mean_speed_mps == pytest.approx(3)


def test_the_distance_column_is_preferred_to_integrated_speed() -> None:
    time_s = np.arange(0, 301.0)
    summary = summarise(run(time_s, distance_m=time_s * 2.5), Detection(verdict="none"))
    assert summary.total.distance_m == pytest.approx(750)
    assert summary.total.mean_speed_mps == pytest.approx(2.5)


def test_missing_columns_give_none_and_not_zero() -> None:
    time_s = np.arange(0, 61.0)
    activity = Activity.from_columns(time_s=time_s, speed_mps=None, cadence_spm=None)
    summary = summarise(activity, Detection(verdict="cannot tell", reasons=("no cadence",)))
    assert summary.total.distance_m is None
    assert summary.total.mean_speed_mps is None
    assert summary.total.mean_cadence_spm is None
    assert summary.backward_share is None


def test_missing_speed_leaves_cadence_to_tell_moving_from_standing() -> None:
    time_s = np.arange(0, 101.0)
    cadence = np.where(time_s < 40, 0.0, 170.0)
    summary = summarise(run(time_s, speed_mps=None, cadence_spm=cadence), Detection(verdict="none"))
    assert summary.total.time_s == 60


@pytest.mark.parametrize("length", [0, 1])
def test_an_activity_with_hardly_a_sample_has_empty_totals(length: int) -> None:
    activity = Activity.from_columns(time_s=np.zeros(length), speed_mps=np.ones(length), cadence_spm=np.ones(length))
    summary = summarise(activity, Detection(verdict="cannot tell", reasons=("too short",)))
    assert (summary.elapsed_s, summary.total.time_s) == (0, 0)
    assert summary.total.mean_speed_mps is None


def test_zero_backward_time_is_a_share_of_zero_only_when_the_answer_is_none() -> None:
    activity = run(np.arange(0, 301.0))
    assert summarise(activity, Detection(verdict="none")).backward_share == 0
    assert summarise(activity, Detection(verdict="cannot tell")).backward_share is None


def test_text_says_verdict_reasons_and_both_directions() -> None:
    text = summarise(run(np.arange(0, 301.0)), found((100, 120), (125, 150))).to_text()
    lines = {line.split()[0]: line for line in text.splitlines()}
    assert "found" in lines["verdict"]
    assert "8:20/km" in lines["backward"]
    assert "190 spm" in lines["backward"]
    assert "15 % of the time on the move, in 2 segments" in lines["share"]
    assert max(map(len, text.splitlines())) <= 80


def test_text_without_segments_has_no_line_for_directions() -> None:
    detection = Detection(verdict="cannot tell", reasons=("there is no cadence",))
    text = summarise(run(np.arange(0, 301.0)), detection).to_text()
    assert "there is no cadence" in text
    assert "backward" not in text


def test_to_dict_is_json_and_holds_every_field() -> None:
    summary = summarise(run(np.arange(0, 301.0)), found((100, 150)))
    data = json.loads(json.dumps(summary.to_dict(), allow_nan=False))
    assert set(data) == set(Summary.__dataclass_fields__)
    assert data["backward"]["time_s"] == 50
