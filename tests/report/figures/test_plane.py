from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes

from retrorun.report.figures.plane import figure_gait_plane, gait_plane
from retrorun.report.figures.style import DARK, LIGHT
from tests.report.made import BACKWARD_SPM, CANNOT_TELL, FORWARD_SPM, NONE, made_detection, made_run, without
from tests.report.pictures import TOLERANCE, Pictures, difference, pixels


def points(axes: Axes, name: str) -> tuple[float, float, int]:
    """Mean speed, mean cadence and number of the points of a name."""
    (found,) = [each for each in axes.lines if each.get_gid() == name]
    x, y = (np.asarray(values, dtype=float) for values in found.get_data())
    return float(np.median(x)), float(np.median(y)), len(x)


def test_speed_lies_along_and_cadence_up_for_both_directions() -> None:
    axes = figure_gait_plane(made_run(), made_detection()).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("speed [m/s]", "cadence [steps/min]")
    for name, speed_mps, cadence_spm, at_least in (
        ("forward", 3.0, FORWARD_SPM, 190),
        ("backward", 2.0, BACKWARD_SPM, 46),
    ):
        x, y, count = points(axes, name)
        assert x == pytest.approx(speed_mps, abs=0.05)
        assert y == pytest.approx(cadence_spm, abs=1)
        assert count >= at_least  # one every five seconds of 960 s and 240 s
    assert not axes.xaxis_inverted()
    assert not axes.yaxis_inverted()


def test_the_forward_line_is_that_of_the_detection_with_a_band_of_nine_in_ten_points() -> None:
    plane, line = gait_plane(made_run(), made_detection()), made_detection().line
    assert line is not None
    axes = figure_gait_plane(made_run(), made_detection()).axes[0]
    (drawn,) = [each for each in axes.lines if each.get_gid() == "forward line"]
    x, y = (np.asarray(values, dtype=float) for values in drawn.get_data())
    assert y == pytest.approx(line.cadence_spm(x))
    forward = ~plane.backward
    off = np.abs(plane.cadence_spm - line.cadence_spm(plane.speed_mps))[forward]
    assert np.mean(off <= plane.band_spm) == pytest.approx(0.9, abs=0.02)
    assert [each.get_gid() for each in axes.collections] == ["forward band"]
    no_line = figure_gait_plane(made_run(), replace(made_detection(), line=None)).axes[0]
    assert "forward line" not in [each.get_gid() for each in no_line.lines]


def test_every_backward_point_is_within_the_frame() -> None:
    plane = gait_plane(made_run(), made_detection())
    axes = figure_gait_plane(made_run(), made_detection()).axes[0]
    for values, limits in ((plane.speed_mps, axes.get_xlim()), (plane.cadence_spm, axes.get_ylim())):
        assert limits[0] < values[plane.backward].min()
        assert values[plane.backward].max() < limits[1]


def test_paces_stand_along_the_top() -> None:
    axes = figure_gait_plane(made_run(), made_detection()).axes[0]
    (top,) = axes.child_axes
    ticks = dict(zip((label.get_text() for label in top.get_xticklabels()), top.get_xticks().tolist(), strict=True))
    assert ticks["6:00"] == pytest.approx(1000 / 360)
    assert ticks["8:00"] == pytest.approx(1000 / 480)


def test_a_recording_without_cadence_says_why_the_plane_is_empty() -> None:
    axes = figure_gait_plane(without(made_run(), "cadence_spm"), CANNOT_TELL).axes[0]
    assert [text.get_text() for text in axes.texts] == ["no speed together with cadence in this recording"]


def test_a_standing_runner_is_no_point() -> None:
    run = made_run()
    speed = run.speed_mps.copy()
    speed[900:1000] = 0.0
    plane = gait_plane(replace(run, speed_mps=speed), NONE)
    assert plane.speed_mps.min() > 0.5


def test_the_picture_looks_as_it_did(pictures: Pictures) -> None:
    pictures.check("plane-light", figure_gait_plane(made_run(), made_detection(), theme=LIGHT))
    pictures.check("plane-dark", figure_gait_plane(made_run(), made_detection(), theme=DARK))


def test_the_comparison_sees_what_is_left_out() -> None:
    whole = pixels(figure_gait_plane(made_run(), made_detection()))
    for name in ("forward", "backward", "forward line", "forward band"):
        figure = figure_gait_plane(made_run(), made_detection())
        axes = figure.axes[0]
        for each in (*axes.lines, *axes.collections):
            if each.get_gid() == name:
                each.remove()
        assert difference(whole, pixels(figure)) > TOLERANCE, name
