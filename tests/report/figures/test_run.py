from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from retrorun.activity.model import Activity
from retrorun.report.figures.run import breaks, draw_pace, figure_run, smooth, smooth_pace_s, thinned, with_breaks
from retrorun.report.figures.style import DARK, LIGHT
from retrorun.report.figures.track import local_metres
from retrorun.units import METRES_PER_MILE
from tests.report.made import CANNOT_TELL, NONE, SPANS, made_detection, made_run, made_segment, without
from tests.report.pictures import TOLERANCE, Pictures, difference, pixels


def line(axes: Axes, name: str) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    found = [each for each in axes.lines if each.get_gid() == name]
    assert len(found) == 1, f"{len(found)} lines called {name}"
    x, y = found[0].get_data()
    return np.asarray(x, dtype=float), np.asarray(y, dtype=float)


def near(figure: Figure, panel: int, name: str, at_s: float) -> float:
    x, y = line(figure.axes[panel], name)
    return float(y[np.argmin(np.abs(x - at_s))])


def test_each_panel_shows_its_own_values() -> None:
    figure = figure_run(made_run(), made_detection())
    assert [axes.get_ylabel() for axes in figure.axes] == [
        "pace [min/km]",
        "cadence [steps/min]",
        "heart rate [bpm]",
        "altitude [m]",
    ]
    # 3 m/s are 5:33 per km, 2 m/s 8:20; the noise is 1 % before smoothing.
    assert near(figure, 0, "pace", 100) == pytest.approx(1000 / 3, rel=0.02)
    assert near(figure, 0, "pace", 360) == pytest.approx(1000 / 2, rel=0.02)
    assert near(figure, 1, "cadence", 100) == pytest.approx(170, abs=2)
    assert near(figure, 1, "cadence", 360) == pytest.approx(182, abs=2)
    assert near(figure, 2, "heart rate", 600) == pytest.approx(150, abs=0.6)
    assert near(figure, 3, "altitude", 600) == pytest.approx(100 + 5 * np.sin(3), abs=0.1)


def test_the_pace_axis_is_turned_and_no_other() -> None:
    figure = figure_run(made_run(), made_detection())
    assert [axes.yaxis_inverted() for axes in figure.axes] == [True, False, False, False]
    assert not any(axes.xaxis_inverted() for axes in figure.axes)


def test_paces_are_written_as_paces_and_times_as_times() -> None:
    figure = figure_run(made_run(), made_detection())
    pace, last = figure.axes[0], figure.axes[-1]
    assert pace.yaxis.get_major_formatter()(333.0) == "5:33"
    assert last.xaxis.get_major_formatter()(1140.0) == "19:00"
    assert last.xaxis.get_major_formatter()(1199.0) == ""  # so near the edge it would be cut
    last.set_xlim(0.0, 7200.0)
    assert last.xaxis.get_major_formatter()(3720.0) == "1:02:00"


def test_a_run_slower_than_anybody_runs_has_paces_too() -> None:
    crawl = Activity.from_columns(time_s=np.arange(600.0), speed_mps=np.full(600, 0.7), cadence_spm=np.full(600, 60.0))
    pace = figure_run(crawl, NONE).axes[0]
    slow, fast = pace.get_ylim()
    assert fast < 1000 / 0.7 < slow
    assert pace.yaxis.get_major_formatter()(1000 / 0.7) == "23:49"


def test_miles_change_the_axis_and_its_name() -> None:
    figure = figure_run(made_run(), made_detection(), per_m=METRES_PER_MILE)
    assert figure.axes[0].get_ylabel() == "pace [min/mi]"
    assert near(figure, 0, "pace", 100) == pytest.approx(METRES_PER_MILE / 3, rel=0.02)


def test_each_panel_shades_the_backward_stretches_and_marks_the_laps() -> None:
    figure = figure_run(made_run(), made_detection())
    for axes in figure.axes:
        drawn = {str(each.get_gid()): each for each in axes.collections}
        spans = [path.get_extents().intervalx.tolist() for path in drawn["backward"].get_paths()]
        assert spans == [list(span) for span in SPANS]
        laps = [path.get_extents().x0 for path in drawn["laps"].get_paths()]
        assert laps == [300.0, 600.0, 900.0]
    numbers = [text.get_text() for text in figure.axes[0].texts]
    assert numbers == ["1", "2", "3", "4"]


def test_the_backward_line_lies_in_the_segments_only_and_is_thicker() -> None:
    axes = figure_run(made_run(), made_detection()).axes[0]
    x, y = line(axes, "pace backward")
    inside = np.zeros(len(x), dtype=bool)
    for start_s, end_s in SPANS:
        inside |= (x >= start_s) & (x < end_s)
    assert np.array_equal(np.isfinite(y), inside)
    widths = {str(each.get_gid()): each.get_linewidth() for each in axes.lines}
    assert widths["pace backward"] > 1.5 * widths["pace"]


def test_a_line_stops_at_a_pause() -> None:
    run = made_run()
    kept = (run.time_s < 500) | (run.time_s > 560)
    paused = Activity.from_columns(
        time_s=run.time_s[kept], speed_mps=run.speed_mps[kept], cadence_spm=run.cadence_spm[kept]
    )
    x, y = line(figure_run(paused, NONE).axes[0], "pace")
    assert np.isnan(y[x == 561.0]).any()


@pytest.mark.parametrize(
    ("missing", "panels"),
    [("heart_rate_bpm", 3), ("cadence_spm", 3), ("altitude_m", 3)],
)
def test_a_column_that_is_missing_has_no_panel(missing: str, panels: int) -> None:
    assert len(figure_run(without(made_run(), missing), CANNOT_TELL).axes) == panels


def test_a_legend_explains_the_shade_the_thick_curve_and_the_dotted_lines() -> None:
    def explained(figure: Figure) -> list[str]:
        legend = figure.axes[0].get_legend()
        return [] if legend is None else [text.get_text() for text in legend.get_texts()]

    found = explained(figure_run(made_run(), made_detection()))
    assert found == ["backward", "the curve while backward", "a lap begins and its number"]
    assert explained(figure_run(replace(made_run(), laps=()), NONE)) == []


def test_one_bad_first_altitude_does_not_flatten_the_curve() -> None:
    altitude = made_run().altitude_m.copy()
    altitude[0] = 0.0
    low, high = figure_run(replace(made_run(), altitude_m=altitude), NONE).axes[3].get_ylim()
    assert 90 < low < 95
    assert 105 < high < 110


def test_a_slow_backward_stretch_of_a_long_run_is_within_the_frame() -> None:
    run = made_run(seconds=9000)
    slow = replace(run, speed_mps=np.where((run.time_s >= 300) & (run.time_s < 330), 1.1, run.speed_mps))
    segment = replace(made_segment(300.0, 330.0), mean_speed_mps=1.1)
    low, _ = figure_run(slow, replace(made_detection(), segments=(segment,))).axes[0].get_ylim()
    assert low > 1000 / 1.1


def test_drawing_gives_the_axes_back() -> None:
    axes = Figure().subplots()
    assert draw_pace(axes, made_run(), made_detection()) is axes


def test_without_speed_the_pace_panel_says_so() -> None:
    texts = [text.get_text() for text in figure_run(without(made_run(), "speed_mps"), CANNOT_TELL).axes[0].texts]
    assert "no speed in this recording" in texts


def test_the_heading_says_the_verdict_and_the_local_time() -> None:
    def heading(figure: Figure) -> str:
        return figure.get_suptitle()

    assert heading(figure_run(made_run(), made_detection())) == "2 backward stretches · Sunday 1 March 2026, 09:30"
    assert heading(figure_run(made_run(), NONE)).startswith("No backward running found")
    assert heading(figure_run(made_run(), CANNOT_TELL)).startswith("Cannot tell")
    unknown = replace(made_run(), utc_offset_s=None)
    assert heading(figure_run(unknown, NONE)).endswith("Sunday 1 March 2026, 07:30 UTC")


def test_a_heading_is_not_read_as_mathematics() -> None:
    pixels(figure_run(made_run(), NONE, title=r"$\notacommand$ 5 $"))


def test_drawing_on_a_given_axes_makes_no_figure_and_keeps_the_rest() -> None:
    figure = Figure()
    left, right = figure.subplots(1, 2)
    draw_pace(left, made_run(), made_detection())
    assert not right.lines
    assert len(figure.axes) == 2


def test_nothing_is_kept_by_pyplot() -> None:
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    figure_run(made_run(), made_detection())
    assert plt.get_fignums() == before


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_picture_looks_as_it_did(pictures: Pictures, theme: object) -> None:
    pictures.check(
        f"run-{'dark' if theme is DARK else 'light'}",
        figure_run(made_run(), made_detection(), theme=DARK if theme is DARK else LIGHT),
    )


def test_the_comparison_sees_what_is_left_out_and_what_is_turned() -> None:
    whole = pixels(figure_run(made_run(), made_detection()))
    assert difference(whole, pixels(figure_run(made_run(), made_detection()))) == 0.0
    names = [str(each.get_gid()) for axes in figure_run(made_run(), made_detection()).axes for each in axes.lines]
    series = [name for name in names if name.split()[0] in ("pace", "cadence", "heart", "altitude")]
    assert len(series) == 8
    for name in series:
        figure = figure_run(made_run(), made_detection())
        for axes in figure.axes:
            for each in list(axes.lines):
                if each.get_gid() == name:
                    each.remove()
        assert difference(whole, pixels(figure)) > TOLERANCE, name
    turned = figure_run(made_run(), made_detection())
    turned.axes[0].invert_yaxis()
    assert difference(whole, pixels(turned)) > TOLERANCE
    plain = figure_run(made_run(), replace(made_detection(), segments=()))
    assert difference(whole, pixels(plain)) > TOLERANCE


def recording(time_s: list[float], speed_mps: list[float]) -> Activity:
    return Activity.from_columns(time_s=time_s, speed_mps=speed_mps, cadence_spm=None)


@given(st.lists(st.floats(0, 60), min_size=1, max_size=80), st.floats(0.1, 9))
def test_smoothing_leaves_what_is_even_as_it_is(steps: list[float], level: float) -> None:
    time_s = np.cumsum(steps)
    activity = recording(time_s.tolist(), [level] * len(time_s))
    assert smooth(activity, activity.speed_mps) == pytest.approx(np.full(len(time_s), level))


def test_smoothing_weighs_by_time_and_not_by_samples() -> None:
    # 0..4 s at 1 m/s in one sample, then 1-s samples at 3 m/s: a mean over samples would be far above.
    activity = recording([0, 4, 5, 6, 7], [1, 3, 3, 3, 3])
    assert smooth(activity, activity.speed_mps, 8.0)[1] == pytest.approx((4 * 1 + 3 * 3) / 7)


def test_smoothing_does_not_reach_across_a_gap_and_keeps_what_is_missing() -> None:
    time_s = [*range(20), *range(80, 100)]
    speed = [2.0] * 20 + [4.0] * 20
    speed[5] = float("nan")
    activity = recording([float(t) for t in time_s], speed)
    out = smooth(activity, activity.speed_mps)
    assert np.isnan(out[5])
    assert out[19] == pytest.approx(2.0)
    assert out[20] == pytest.approx(4.0)


def test_a_line_is_broken_at_a_gap_only() -> None:
    time_s = np.array([0.0, 1, 2, 30, 31])
    assert breaks(time_s).tolist() == [False, False, False, True, False]
    times, values = with_breaks(time_s, np.arange(5.0))
    assert times.tolist() == [0, 1, 2, 30, 30, 31]
    assert np.isnan(values[3])
    assert values[[0, 1, 2, 4, 5]].tolist() == [0, 1, 2, 3, 4]


def test_smart_recording_has_no_gaps_where_it_is_merely_sparse() -> None:
    assert not breaks(np.arange(0.0, 300, 8.0)).any()


def test_pace_is_of_a_moving_runner() -> None:
    activity = recording([0, 100, 200], [4.0, 0.1, 4.0])
    assert smooth_pace_s(activity).tolist() == pytest.approx([250.0, float("nan"), 250.0], nan_ok=True)
    assert smooth_pace_s(activity, per_m=1609.344)[0] == pytest.approx(402.336)


def test_each_sample_of_a_thinned_run_is_the_mean_of_its_stretch() -> None:
    activity = Activity.from_columns(
        time_s=np.arange(1000.0), speed_mps=np.arange(1000.0) % 5, cadence_spm=np.where(np.arange(1000) % 5, 170.0, 0.0)
    )
    thin, step_s = thinned(activity, 200)
    assert (len(thin), step_s) == (200, 5.0)
    assert thin.time_s.tolist() == pytest.approx(np.arange(2.0, 1000.0, 5.0).tolist())
    assert thin.speed_mps.tolist() == pytest.approx([2.0] * 200)
    assert thin.cadence_spm.tolist() == pytest.approx([170.0] * 200)  # zeros are lost steps, no cadence
    assert thinned(activity, 1000) == (activity, 1.0)


def test_the_track_is_in_metres_about_its_middle_also_over_the_date_line() -> None:
    activity = Activity.from_columns(
        time_s=[0, 1, 2],
        speed_mps=None,
        cadence_spm=None,
        latitude_deg=[60.0, float("nan"), 60.001],
        longitude_deg=[179.999, float("nan"), -179.999],
    )
    east, north = local_metres(activity)
    # 0.002° of longitude at 60° north are 111.2 m, 0.001° of latitude likewise.
    assert east[[0, 2]] == pytest.approx([-55.6, 55.6], abs=0.1)
    assert north[[0, 2]] == pytest.approx([-55.6, 55.6], abs=0.1)
    assert np.isnan(east[1])
