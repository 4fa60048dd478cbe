from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from fixtures.make_demo import make
from retrorun.activity.read import read_activity
from retrorun.demo import Agreement, agreement, demo_recording, demo_session, demo_truth, write_demo
from retrorun.detection.result import Detection, Evidence, Segment
from retrorun.match.match import match_plan
from retrorun.workout.fit import decompile_workout


def test_the_generator_makes_the_packaged_files_again() -> None:
    recording, truth = make()
    # A difference of thousands of bytes is no help to anybody, so only the fact is asserted.
    same = recording == demo_recording() and truth == (files("retrorun") / "demo_data" / "truth.json").read_bytes()
    assert same, "run `python -m fixtures.make_demo` and look at what became of the recording"


def test_the_truth_is_the_backward_steps_of_the_plan_as_the_laps_have_them() -> None:
    activity = read_activity(demo_recording())
    steps = match_plan(activity).steps
    backward = [step for step in steps if step.step.direction == "backward"]
    assert len(backward) == len(demo_truth()) == 4
    for step, (start_s, end_s) in zip(backward, demo_truth(), strict=True):
        assert step.outcome == "completed"
        assert step.start_s == pytest.approx(start_s, abs=1.0)  # laps start on whole seconds in FIT
        assert step.end_s == pytest.approx(end_s, abs=1.5)


def test_the_recording_carries_the_session() -> None:
    assert decompile_workout(demo_recording()).steps == demo_session().steps


def test_the_laps_are_as_long_as_the_session_says() -> None:
    laps = read_activity(demo_recording()).laps
    assert len(laps) == 14
    for lap in laps:
        if lap.trigger == "distance":
            assert lap.distance_m == pytest.approx(400.0, abs=0.01)
    assert [lap.timer_s for lap in laps if lap.trigger == "time"] == [600.0, 90.0, 90.0, 90.0, 90.0, 600.0]


def test_backward_running_is_slower_with_quicker_steps_than_the_forward_line_has() -> None:
    activity = read_activity(demo_recording())
    for start_s, end_s in demo_truth():
        inside = (activity.time_s > start_s + 10) & (activity.time_s < end_s - 2)
        forward_spm = 170.0 + 6.0 * (activity.speed_mps[inside] - 2.8)
        assert (activity.cadence_spm[inside] / forward_spm).mean() == pytest.approx(1.10, abs=0.02)


def test_the_track_is_400_m_round_and_lies_where_nobody_lives() -> None:
    activity = read_activity(demo_recording())
    assert abs(activity.latitude_deg).max() < 0.001
    assert abs(activity.longitude_deg).max() < 0.002


def test_what_was_made_backward_is_found_and_hardly_anything_else(tmp_path: Path) -> None:
    made = write_demo(tmp_path)
    found = agreement(made.run.detection, made.truth)
    assert len(made.run.detection.segments) == len(made.truth)
    assert found.true_s == pytest.approx(4 * 167, rel=0.03)  # 400 m at 7:00/km take 168 s
    assert found.both_s > 0.9 * found.true_s
    assert found.both_s > 0.9 * found.called_s


def test_agreement_counts_what_is_true_called_and_both() -> None:
    evidence = Evidence(
        observed_speed_mps=2,
        observed_cadence_spm=180,
        forward_cadence_spm=165,
        usual_speed_mps=3,
        uplift=0.1,
        log_odds=2,
    )
    segments = tuple(
        Segment(
            start_s=s, end_s=e, probability=1, evidence=evidence, distance_m=1, mean_speed_mps=2, mean_cadence_spm=180
        )
        for s, e in ((0.0, 15.0), (100.0, 110.0))
    )
    found = Detection(verdict="found", segments=segments)
    assert agreement(found, ((10.0, 30.0), (40.0, 50.0))) == Agreement(true_s=30.0, called_s=25.0, both_s=5.0)
