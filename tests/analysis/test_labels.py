"""Labels: what the runner says, kept beside the recording, and in force over every analysis."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retrorun as rr
from retrorun.activity.model import Activity
from retrorun.activity.read import read_activity
from retrorun.analysis.analyse import apply_labels, detect
from retrorun.analysis.labels import (
    Fingerprint,
    Label,
    Labels,
    labels_path,
    lesson,
    load_labels,
    save_labels,
    spans_of_laps,
    speaks_of_laps,
)
from retrorun.demo import demo_recording, demo_truth
from retrorun.detection.profile import GaitProfile
from retrorun.detection.result import Detection, Evidence, Segment
from retrorun.errors import LabelError
from retrorun.session.model import Direction
from tests.activity.test_kinds import tcx
from tests.evaluation.synthetic import synthesise
from tests.recordings import fit_recording

SPANS = st.tuples(st.integers(0, 500), st.integers(1, 200), st.sampled_from(Direction))


def backward(start_s: float, end_s: float) -> Label:
    return Label(start_s=start_s, end_s=end_s, direction=Direction.BACKWARD)


def forward(start_s: float, end_s: float) -> Label:
    return Label(start_s=start_s, end_s=end_s, direction=Direction.FORWARD)


def segment(start_s: float, end_s: float) -> Segment:
    evidence = Evidence(
        observed_speed_mps=2.0,
        observed_cadence_spm=180.0,
        forward_cadence_spm=165.0,
        usual_speed_mps=2.9,
        uplift=0.09,
        log_odds=3.0,
    )
    return Segment(
        start_s=start_s,
        end_s=end_s,
        probability=0.95,
        evidence=evidence,
        distance_m=2.0 * (end_s - start_s),
        mean_speed_mps=2.0,
        mean_cadence_spm=180.0,
    )


def ordinary() -> Activity:
    return synthesise(duration_s=1800.0, seed=3)[0]


def spans(detection: Detection) -> list[tuple[float, float]]:
    return [(found.start_s, found.end_s) for found in detection.segments]


@given(st.lists(SPANS, max_size=8))
def test_the_last_word_counts_second_by_second(said: list[tuple[int, int, Direction]]) -> None:
    labels = Labels()
    truth: list[Direction | None] = [None] * 700
    for start_s, length_s, direction in said:
        labels = labels.add(Label(start_s=start_s, end_s=start_s + length_s, direction=direction))
        truth[start_s : start_s + length_s] = [direction] * length_s
    heard: list[Direction | None] = [None] * 700
    for label in labels.labels:
        heard[int(label.start_s) : int(label.end_s)] = [label.direction] * int(label.end_s - label.start_s)
    assert heard == truth
    assert Labels.from_json(labels.to_json()) == labels


@given(st.lists(SPANS, max_size=5), st.integers(0, 500), st.integers(1, 300))
def test_forgetting_leaves_the_rest(said: list[tuple[int, int, Direction]], start_s: int, length_s: int) -> None:
    labels = Labels()
    for low, length, direction in said:
        labels = labels.add(Label(start_s=low, end_s=low + length, direction=direction))
    left = labels.forget(start_s, start_s + length_s)
    assert all(one.end_s <= start_s or one.start_s >= start_s + length_s for one in left.labels)
    before = sum(one.end_s - one.start_s for one in labels.labels)
    lost = sum(max(0, min(one.end_s, start_s + length_s) - max(one.start_s, start_s)) for one in labels.labels)
    assert sum(one.end_s - one.start_s for one in left.labels) == before - lost


@pytest.mark.parametrize(("start_s", "end_s"), [(-1.0, 5.0), (5.0, 5.0), (6.0, 5.0), (0.0, float("nan"))])
def test_times_that_cannot_be(start_s: float, end_s: float) -> None:
    with pytest.raises(LabelError):
        backward(start_s, end_s)


def test_a_direction_in_letters_is_refused_and_not_silently_left_unused() -> None:
    with pytest.raises(LabelError, match=r"rr\.Direction\.BACKWARD"):
        Label(start_s=0.0, end_s=5.0, direction="backward")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '{"format": "retrorun labels", "version": 2}',
        '{"format": "retrorun labels", "version": 1, "recording": {}, "labels": 3}',
        '{"format": "retrorun labels", "version": 1, "recording": 7, "labels": []}',
        '{"format": "retrorun labels", "version": 1, "recording": {"sha256": "", "start_time": "noon"}, "labels": []}',
        '{"format": "retrorun labels", "version": 1, "recording": {}, "labels": [{"start_s": 1}]}',
        '{"format": "retrorun labels", "version": 1, "recording": {}, "labels": [5]}',
    ],
)
def test_text_that_is_no_labels_is_a_clear_error(text: str) -> None:
    with pytest.raises(LabelError):
        Labels.from_json(text)


def test_labels_win_over_what_was_found() -> None:
    activity = ordinary()
    found = Detection(verdict="found", segments=(segment(100.0, 200.0), segment(300.0, 400.0), segment(500.0, 560.0)))
    labels = Labels(
        labels=(forward(100.0, 200.0), forward(330.0, 350.0), backward(540.0, 620.0)),
        recording=Fingerprint.of(activity),
    )
    corrected = apply_labels(found, activity, labels)
    assert spans(corrected) == [(300.0, 330.0), (350.0, 400.0), (500.0, 540.0), (540.0, 620.0)]
    assert [one.probability for one in corrected.segments] == [0.95, 0.95, 0.95, 1.0]
    assert corrected.segments[0].distance_m == pytest.approx(60.0)
    speed = activity.speed_mps[(activity.time_s >= 540.0) & (activity.time_s < 620.0)]
    assert corrected.segments[-1].mean_speed_mps == pytest.approx(float(np.mean(speed)), rel=0.01)
    assert corrected.reasons == ("3 stretches were labelled by the runner",)
    one = Labels(labels=labels.labels[:1], recording=labels.recording)
    assert apply_labels(found, activity, one).reasons == ("one stretch was labelled by the runner",)


def test_a_verdict_follows_the_labels() -> None:
    activity = ordinary()
    here = Fingerprint.of(activity)
    found = Detection(verdict="found", segments=(segment(100.0, 200.0),))
    assert apply_labels(found, activity, Labels(labels=(forward(90.0, 210.0),), recording=here)).verdict == "none"
    silent = Detection(verdict="none")
    assert apply_labels(silent, activity, Labels(labels=(backward(90.0, 210.0),), recording=here)).verdict == "found"
    blind = Detection(verdict="cannot tell")
    assert apply_labels(blind, activity, Labels(labels=(forward(0.0, 9.0),), recording=here)).verdict == "cannot tell"


def test_labels_of_another_run_are_left_unused_and_that_is_said() -> None:
    activity = ordinary()
    labels = Labels(labels=(backward(90.0, 210.0),), recording=Fingerprint(length_s=99.0))
    detection = apply_labels(Detection(verdict="none"), activity, labels)
    assert detection.segments == ()
    assert "another run" in detection.reasons[0]


def test_labels_are_in_force_without_speed_and_cadence() -> None:
    activity = Activity.from_columns(time_s=np.arange(600.0), speed_mps=None, cadence_spm=None)
    labels = Labels(labels=(backward(60.0, 120.0),), recording=Fingerprint.of(activity))
    detection = detect(activity, labels=labels)
    assert detection.verdict == "found"
    assert spans(detection) == [(60.0, 120.0)]


def test_labels_feed_the_profile() -> None:
    activity, truth = synthesise(duration_s=2400.0, spans=((600.0, 720.0), (1500.0, 1620.0)), seed=8, uplift=0.12)
    labels = Labels()
    for start_s, end_s in truth:
        labels = labels.add(backward(start_s, end_s))
    profile = GaitProfile.fit([activity], labels=[labels.backward_spans()])
    assert profile.uplift == pytest.approx(0.12, abs=0.02)


def test_they_lie_beside_the_recording_and_survive_every_analysis(tmp_path: Path) -> None:
    recording = tmp_path / "run.fit"
    recording.write_bytes(b"the bytes of a watch")
    activity = replace(ordinary(), start_time=dt.datetime(2026, 5, 1, 7, 30, tzinfo=dt.UTC))
    labels = Labels(labels=(backward(60.0, 120.0),), recording=Fingerprint.of(activity, recording.read_bytes()))
    assert load_labels(recording) == Labels()
    path = save_labels(labels, recording)
    assert path == labels_path(recording) == tmp_path / "run.fit.labels.json"
    kept = path.read_bytes()
    for _ in range(2):
        assert (60.0, 120.0) in spans(detect(activity, labels=load_labels(recording)))
    assert path.read_bytes() == kept
    assert load_labels(recording) == labels


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    recording = tmp_path / "run.fit"
    recording.write_bytes(b"before")
    save_labels(Labels(labels=(backward(1.0, 2.0),), recording=Fingerprint.of(ordinary(), b"before")), recording)
    assert not load_labels(recording).changed_since(recording.read_bytes())
    recording.write_bytes(b"after")
    assert load_labels(recording).changed_since(recording.read_bytes())


def test_a_damaged_file_of_labels_names_itself(tmp_path: Path) -> None:
    recording = tmp_path / "run.fit"
    labels_path(recording).write_text(json.dumps({"format": "something else"}))
    with pytest.raises(LabelError, match=r"run\.fit\.labels\.json"):
        load_labels(recording)


LAPS = [(0, 60), (60, 90), (150, 60), (210, 90), (300, 60)]


@pytest.mark.parametrize(
    ("words", "spans"),
    [
        ("laps:even", [(60, 150), (210, 300)]),
        ("laps:odd", [(0, 60), (150, 210), (300, 359)]),
        ("lap:2", [(60, 150)]),
        ("LAP: 2, 4-5", [(60, 150), (210, 359)]),
        ("all", [(0, 359)]),
    ],
)
def test_words_mean_laps(words: str, spans: list[tuple[int, int]]) -> None:
    found = spans_of_laps(read_activity(tcx((0, LAPS))), words)
    assert [(round(span.start_s), round(span.end_s)) for span in found] == spans
    assert speaks_of_laps(words)


def test_steps_are_the_planned_backward_ones_that_were_done() -> None:
    run = rr.analyse(demo_recording())
    found = spans_of_laps(run.activity, "steps", match=run.match)
    assert len(found) == len(run.detection.segments)
    for span, segment in zip(found, run.detection.segments, strict=True):
        assert abs(span.start_s - segment.start_s) < 5.0


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("lap:9", "there is no lap 9; laps go from 1 to 5"),
        ("lap:3-2", "there is no lap 3-2"),
        ("lap:x", "names no laps"),
        ("lap:1,,2", "is no lap"),
        ("steps", "there is no plan"),
    ],
)
def test_what_means_no_lap_is_said(words: str, what: str) -> None:
    with pytest.raises(rr.LabelError, match=what):
        spans_of_laps(read_activity(tcx((0, LAPS))), words)


TRUTH = [(start, end) for start, end in demo_truth()]


@pytest.fixture(scope="module")
def session() -> rr.Analysis:
    return rr.analyse(demo_recording())


def labels(spans: list[tuple[float, float]], direction: Direction = Direction.BACKWARD) -> Labels:
    return Labels(labels=tuple(Label(start_s=start, end_s=end, direction=direction) for start, end in spans))


def test_a_run_that_was_forward_without_a_doubt_teaches_no_backward_running() -> None:
    run = rr.analyse(fit_recording(seconds=1500, seed=1))
    assert run.detection.verdict == "none"
    assert lesson(run.activity, run.detection, run.match, None) == []


def test_what_was_labelled_is_what_is_learnt(session: rr.Analysis) -> None:
    assert lesson(session.activity, session.detection, session.match, labels(TRUTH)) == TRUTH


@pytest.mark.parametrize("said", [[], TRUTH[:-1], [(start, (start + end) / 2) for start, end in TRUTH]])
def test_a_stretch_that_was_only_called_is_never_learnt(session: rr.Analysis, said: list[tuple[float, float]]) -> None:
    with pytest.raises(rr.ProfileError, match="what was called backward is not confirmed"):
        lesson(session.activity, session.detection, session.match, labels(said))


def test_planned_backward_steps_that_nothing_was_called_in_are_not_taken_for_forward(session: rr.Analysis) -> None:
    silent = replace(session.detection, segments=(), verdict="none")
    with pytest.raises(rr.ProfileError, match="nobody says how they were run"):
        lesson(session.activity, silent, session.match, labels(TRUTH[:1]))
    assert lesson(session.activity, silent, session.match, labels(TRUTH, Direction.FORWARD)) == []


def test_a_run_that_shows_nothing_teaches_nothing_until_it_is_labelled(session: rr.Analysis) -> None:
    blind = replace(session.detection, segments=(), verdict="cannot tell")
    with pytest.raises(rr.ProfileError, match="it cannot be told"):
        lesson(session.activity, blind, None, None)
    assert lesson(session.activity, blind, None, labels(TRUTH[:1])) == TRUTH[:1]


def test_labels_of_another_run_say_nothing(session: rr.Analysis) -> None:
    other = replace(labels(TRUTH), recording=rr.analyse(fit_recording(seconds=1500, seed=1)).fingerprint)
    with pytest.raises(rr.ProfileError, match="not confirmed"):
        lesson(session.activity, session.detection, session.match, other)
