from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes

from retrorun.detection.result import Detection
from retrorun.report.figures.style import DARK, LIGHT
from retrorun.report.figures.track import figure_gait_plane, figure_track, gait_plane, scale_bar_length
from retrorun.units import METRES_PER_MILE
from tests.report.made import BACKWARD_SPM, CANNOT_TELL, FORWARD_SPM, NONE, SPANS, made_detection, made_run, without
from tests.report.pictures import TOLERANCE, Pictures, difference, pixels


def way(axes: Axes, name: str) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    (found,) = [each for each in axes.lines if each.get_gid() == name]
    x, y = found.get_data()
    return np.asarray(x, dtype=float), np.asarray(y, dtype=float)


def test_the_round_is_as_large_as_it_was_run_and_not_squashed() -> None:
    axes = figure_track(made_run(), made_detection()).axes[0]
    east, north = way(axes, "forward")
    # A circle of 64 m radius.
    assert np.ptp(east) == pytest.approx(128, rel=0.01)
    assert np.ptp(north) == pytest.approx(128, rel=0.01)
    assert axes.get_aspect() == 1.0


def test_backward_stretches_lie_where_they_were_run() -> None:
    run = made_run()
    axes = figure_track(run, made_detection()).axes[0]
    east, north = way(axes, "forward")
    back_east, back_north = way(axes, "backward")
    there = np.isfinite(back_east)
    inside = np.zeros(len(run), dtype=bool)
    for start_s, end_s in SPANS:
        inside |= (run.time_s >= start_s) & (run.time_s < end_s)
    assert np.array_equal(there, inside)
    assert np.array_equal(back_east[there], east[inside])
    assert np.array_equal(back_north[there], north[inside])


def test_north_is_up_and_east_is_right() -> None:
    run = made_run()
    axes = figure_track(run, made_detection()).axes[0]
    east, north = way(axes, "forward")
    assert np.argmax(north) == np.argmax(run.latitude_deg)
    assert np.argmax(east) == np.argmax(run.longitude_deg)
    assert not axes.xaxis_inverted()
    assert not axes.yaxis_inverted()


def test_no_latitude_or_longitude_is_shown() -> None:
    axes = figure_track(made_run(), made_detection()).axes[0]
    figure = axes.figure
    figure.draw_without_rendering()  # type: ignore[union-attr]  # a Figure
    visible = [label for label in (*axes.get_xticklabels(), *axes.get_yticklabels()) if label.get_visible()]
    assert not any(label.get_text() for label in visible if axes.xaxis.get_tick_params().get("labelbottom"))
    assert max(abs(value) for value in (*axes.get_xlim(), *axes.get_ylim())) < 500


@pytest.mark.parametrize(
    ("width_m", "per_m", "length_m", "label"),
    [
        (400, 1000, 100, "100 m"),
        (30, 1000, 10, "10 m"),
        (12_000, 1000, 2000, "2 km"),
        (12_000, METRES_PER_MILE, 2 * METRES_PER_MILE, "2 mi"),
    ],
)
def test_the_scale_bar_is_a_round_length(width_m: float, per_m: float, length_m: float, label: str) -> None:
    found_m, words = scale_bar_length(width_m, per_m=per_m)
    assert (found_m, words) == (length_m, label)


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    axes = figure_track(made_run(), made_detection()).axes[0]
    x, _ = way(axes, "scale bar")
    (label,) = [text.get_text() for text in axes.texts]
    assert label == f"{np.ptp(x):g} m"


def test_what_cannot_be_told_is_not_called_forward() -> None:
    def names(detection: Detection) -> list[str]:
        legend = figure_track(made_run(), detection).axes[0].get_legend()
        assert legend is not None
        return [text.get_text() for text in legend.get_texts()]

    assert names(made_detection()) == ["forward", "backward", "start"]
    assert names(CANNOT_TELL) == ["the run", "start"]


def test_without_positions_it_says_so() -> None:
    axes = figure_track(without(made_run(), "latitude_deg"), made_detection()).axes[0]
    assert [text.get_text() for text in axes.texts] == ["no positions in this recording"]


def test_the_picture_looks_as_it_did(pictures: Pictures) -> None:
    pictures.check("track-light", figure_track(made_run(), made_detection(), theme=LIGHT))
    pictures.check("track-dark", figure_track(made_run(), made_detection(), theme=DARK))


def test_the_comparison_sees_what_is_left_out_and_what_is_turned() -> None:
    whole = pixels(figure_track(made_run(), made_detection()))
    for name in ("forward", "backward", "start", "scale bar"):
        figure = figure_track(made_run(), made_detection())
        for each in list(figure.axes[0].lines):
            if each.get_gid() == name:
                each.remove()
        assert difference(whole, pixels(figure)) > TOLERANCE, name
    turned = figure_track(made_run(), made_detection())
    turned.axes[0].invert_yaxis()
    assert difference(whole, pixels(turned)) > TOLERANCE


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


def test_the_plane_looks_as_it_did(pictures: Pictures) -> None:
    pictures.check("plane-light", figure_gait_plane(made_run(), made_detection(), theme=LIGHT))
    pictures.check("plane-dark", figure_gait_plane(made_run(), made_detection(), theme=DARK))


def test_the_comparison_sees_what_is_left_out_of_the_plane() -> None:
    whole = pixels(figure_gait_plane(made_run(), made_detection()))
    for name in ("forward", "backward", "forward line", "forward band"):
        figure = figure_gait_plane(made_run(), made_detection())
        axes = figure.axes[0]
        for each in (*axes.lines, *axes.collections):
            if each.get_gid() == name:
                each.remove()
        assert difference(whole, pixels(figure)) > TOLERANCE, name
