from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from retrorun.detection.result import Detection
from retrorun.report.figures.style import DARK, LIGHT
from retrorun.report.figures.track import figure_track, scale_bar_length
from retrorun.units import METRES_PER_MILE
from tests.report.made import CANNOT_TELL, SPANS, made_detection, made_run, without
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
