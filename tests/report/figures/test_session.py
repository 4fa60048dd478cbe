from __future__ import annotations

from dataclasses import replace

import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from retrorun.match.model import StepMatch
from retrorun.report.figures.session import GUESSED_S, figure_planned, planned_duration_s
from retrorun.report.figures.style import DARK, LIGHT
from retrorun.session.model import Step
from retrorun.session.values import Distance, LapButton, SpeedRange
from tests.report.made import SPANS, made_detection, made_match, made_run
from tests.report.pictures import TOLERANCE, Pictures, difference, pixels


def blocks(axes: Axes, name: str) -> dict[str, Rectangle]:
    return {
        str(patch.get_gid()): patch
        for patch in axes.patches
        if isinstance(patch, Rectangle) and str(patch.get_gid()).startswith(name)
    }


def extent(block: Rectangle) -> tuple[float, float]:
    return block.get_x(), block.get_x() + block.get_width()


def test_planned_steps_are_laid_end_to_end_and_done_ones_where_they_were() -> None:
    rows = figure_planned(made_run(), made_detection(), made_match()).axes[1]
    planned = [extent(block) for block in blocks(rows, "planned").values()]
    assert planned == [(0, 300), (300, 420), (420, 720), (720, 840), (840, 960)]
    done = [extent(block) for block in blocks(rows, "done").values()]
    assert done == [(0, 300), SPANS[0], (420, 600), SPANS[1]]
    heights = {label.get_text(): tick for label, tick in zip(rows.get_yticklabels(), rows.get_yticks(), strict=True)}
    assert heights["planned"] > heights["done"]


def test_directions_differ_by_hatching_and_skipped_steps_are_empty() -> None:
    rows = figure_planned(made_run(), made_detection(), made_match()).axes[1]
    planned = blocks(rows, "planned")
    assert [bool(block.get_hatch()) for block in planned.values()] == [False, True, False, True, False]
    assert [to_rgba(block.get_facecolor())[3] for block in planned.values()] == [1, 1, 1, 1, 0]


def test_the_target_frames_lie_on_the_paces_they_mean() -> None:
    pace = figure_planned(made_run(), made_detection(), made_match()).axes[0]
    frames = list(blocks(pace, "target").values())
    assert [extent(frame) for frame in frames] == [(0, 300), SPANS[0], (420, 600), SPANS[1]]
    first = frames[0]
    assert first.get_y() == pytest.approx(1000 / 3.2)
    assert first.get_y() + first.get_height() == pytest.approx(1000 / 2.8)
    assert pace.yaxis_inverted()
    low, high = sorted(pace.get_ylim())
    assert all(low < frame.get_y() and frame.get_y() + frame.get_height() < high for frame in frames)


@pytest.mark.parametrize(
    ("step", "done", "seconds"),
    [
        (Step(duration=Distance(distance_m=400), target=SpeedRange(low_mps=1.9, high_mps=2.1)), None, 200),
        (Step(duration=LapButton()), (10.0, 55.0), 45),
        (Step(duration=LapButton()), None, GUESSED_S),
    ],
)
def test_a_step_without_a_time_gets_the_width_that_is_known(
    step: Step, done: tuple[float, float] | None, seconds: float
) -> None:
    start_s, end_s = done or (None, None)
    match = StepMatch(step=step, place="steps[0]", repetition=(), outcome="skipped", start_s=start_s, end_s=end_s)
    assert planned_duration_s(match) == pytest.approx(seconds)


def test_a_repeated_step_was_planned_once() -> None:
    match = made_match()
    again = replace(match.steps[1], outcome="repeated", start_s=800.0, end_s=900.0)
    rows = figure_planned(made_run(), made_detection(), replace(match, steps=(*match.steps, again))).axes[1]
    assert len(blocks(rows, "planned")) == 5
    assert len(blocks(rows, "done")) == 5


def test_the_picture_looks_as_it_did(pictures: Pictures) -> None:
    pictures.check("planned-light", figure_planned(made_run(), made_detection(), made_match(), theme=LIGHT))
    pictures.check("planned-dark", figure_planned(made_run(), made_detection(), made_match(), theme=DARK))


def test_the_comparison_sees_what_is_left_out() -> None:
    whole = pixels(figure_planned(made_run(), made_detection(), made_match()))
    for panel, name in ((0, "target-1"), (0, "pace"), (0, "pace backward"), (1, "planned-1"), (1, "done-3")):
        figure = figure_planned(made_run(), made_detection(), made_match())
        axes = figure.axes[panel]
        for each in (*axes.lines, *axes.patches):
            if each.get_gid() == name:
                each.remove()
        assert difference(whole, pixels(figure)) > TOLERANCE, name
