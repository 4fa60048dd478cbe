from __future__ import annotations

import pytest

import retrorun as rr
from retrorun.activity.read import read_activity
from retrorun.analysis.labels import spans_of_laps, speaks_of_laps
from retrorun.demo import demo_recording
from tests.activity.test_kinds import tcx

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
