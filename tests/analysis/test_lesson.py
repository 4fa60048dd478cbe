from __future__ import annotations

from dataclasses import replace

import pytest

import retrorun as rr
from retrorun.analysis.labels import Label, Labels, lesson
from retrorun.demo import demo_recording, demo_truth
from retrorun.session.model import Direction
from tests.recordings import fit_recording

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
