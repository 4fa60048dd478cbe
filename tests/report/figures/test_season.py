from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.activity.model import Activity
from retrorun.analysis.season import Season, SeasonRun
from retrorun.analysis.summary import Effort, best_efforts
from retrorun.detection.result import Detection
from retrorun.errors import OutputError
from retrorun.report.figures.season import figure_season
from retrorun.report.figures.style import DARK, LIGHT
from retrorun.report.season_page import season_html
from retrorun.report.tables import distance_name
from retrorun.units import METRES_PER_MILE
from tests.report.made import made_detection, made_run, made_segment
from tests.report.pictures import TOLERANCE, Pictures, difference, pixels

SUNDAY = dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC)


def run(days: int, backward_s: float, backward_m: float, *efforts: tuple[float, float]) -> SeasonRun:
    return SeasonRun(
        start=SUNDAY + dt.timedelta(days=days),
        backward_s=backward_s,
        backward_m=backward_m,
        efforts=tuple(Effort(distance_m=far, time_s=time_s, start_s=0.0) for far, time_s in efforts),
    )


SEASON = (
    run(0, 600, 1200, (100, 45), (400, 200)),
    run(1, 300, 500, (100, 44)),
    run(15, 900, 1900, (100, 44), (400, 190), (800, 420)),
)


def test_weeks_begin_on_monday_and_none_is_left_out() -> None:
    found = Season(SEASON).weeks
    assert [(week.start.isoformat(), week.backward_s, week.backward_m) for week in found] == [
        ("2026-02-23", 600, 1200),
        ("2026-03-02", 300, 500),
        ("2026-03-09", 0, 0),
        ("2026-03-16", 900, 1900),
    ]
    assert Season(()).weeks == ()


def test_the_best_of_the_season_is_the_fastest_and_of_equals_the_earlier() -> None:
    found = Season(reversed(SEASON)).bests
    assert [(best.effort.distance_m, best.effort.time_s, best.day.isoformat()) for best in found] == [
        (100, 44, "2026-03-02"),
        (400, 190, "2026-03-16"),
        (800, 420, "2026-03-16"),
    ]


def test_the_season_is_drawn_week_by_week_and_distance_by_distance() -> None:
    minutes, distance, efforts = figure_season(SEASON).axes
    assert [bar.get_height() for bar in minutes.patches] == pytest.approx([10, 5, 0, 15])  # type: ignore[attr-defined]
    assert [bar.get_height() for bar in distance.patches] == pytest.approx([1.2, 0.5, 0, 1.9])  # type: ignore[attr-defined]
    (line,) = efforts.lines
    assert np.asarray(line.get_ydata()).tolist() == pytest.approx([440, 475, 525])
    assert [label.get_text() for label in efforts.get_xticklabels()] == ["100 m", "400 m", "800 m"]
    assert efforts.yaxis_inverted()
    assert not minutes.yaxis_inverted()
    assert {text.get_text() for text in efforts.texts} == {"0:44\n2 Mar 2026", "3:10\n16 Mar 2026", "7:00\n16 Mar 2026"}


def test_miles_reach_the_season_too() -> None:
    _, distance, efforts = figure_season(SEASON, per_m=METRES_PER_MILE).axes
    assert distance.get_ylabel() == "backward [mi]"
    assert distance.patches[0].get_height() == pytest.approx(1200 / METRES_PER_MILE)  # type: ignore[attr-defined]
    assert np.asarray(efforts.lines[0].get_ydata())[0] == pytest.approx(0.44 * METRES_PER_MILE)


@pytest.mark.parametrize("runs", ["archive", Path("archive"), 3, None, [SEASON[0], "run.fit"]])
@pytest.mark.parametrize("show", [figure_season, season_html])
def test_what_is_no_run_of_a_season_is_refused(show: Callable[[Any], object], runs: object) -> None:
    with pytest.raises(OutputError, match="a season is made of SeasonRun") as refused:
        show(runs)
    assert "Story" in refused.value.hint


def test_an_empty_season_says_so() -> None:
    texts = [text.get_text() for axes in figure_season(()).axes for text in axes.texts]
    assert texts == ["no runs with a date"]


@pytest.mark.parametrize(
    ("distance_m", "name"),
    [(100, "100 m"), (1000, "1000 m"), (METRES_PER_MILE, "mile"), (5000, "5 km"), (42_195, "marathon")],
)
def test_distances_are_called_as_runners_call_them(distance_m: float, name: str) -> None:
    assert distance_name(distance_m) == name


def test_a_made_run_gives_what_was_put_in() -> None:
    # 120 s at 2 m/s are 240 m.
    found = best_efforts(made_run(), made_detection())
    assert [(effort.distance_m, round(effort.time_s)) for effort in found] == [(100, 50), (200, 100)]


# Seconds and speeds; all below the records, since what is faster is no effort.
steps = st.lists(st.tuples(st.floats(0.5, 9.0), st.floats(0.0, 6.0)), min_size=3, max_size=25)


@given(steps)
def test_no_window_between_samples_beats_the_best_effort(parts: list[tuple[float, float]]) -> None:
    time_s = np.concatenate(([0.0], np.cumsum([step for step, _ in parts])))
    way_m = np.concatenate(([0.0], np.cumsum([step * speed for step, speed in parts])))
    activity = Activity.from_columns(time_s=time_s, speed_mps=None, cadence_spm=None, distance_m=way_m)
    detection = Detection(verdict="found", segments=(made_segment(0.0, float(time_s[-1])),))
    found = {effort.distance_m: effort for effort in best_efforts(activity, detection)}
    assert (100.0 in found) == (way_m[-1] >= 100.0)
    if 100.0 not in found:
        return
    # Slide a window over a fine grid of starts, and see how far it must reach.
    best = np.inf
    for start_s in np.linspace(0.0, time_s[-1], 400):
        at_m = float(np.interp(start_s, time_s, way_m))
        if at_m + 100.0 <= way_m[-1]:
            first = int(np.searchsorted(way_m, at_m + 100.0, side="left"))
            share = (at_m + 100.0 - way_m[first - 1]) / (way_m[first] - way_m[first - 1])
            best = min(best, time_s[first - 1] + share * (time_s[first] - time_s[first - 1]) - start_s)
    effort = found[100.0]
    assert effort.time_s <= best + 1e-6
    reached = np.interp([effort.start_s, effort.start_s + effort.time_s], time_s, way_m)
    assert reached[1] - reached[0] == pytest.approx(100.0, abs=1e-6)


def test_what_is_faster_than_anybody_is_no_effort() -> None:
    activity = Activity.from_columns(
        time_s=[0.0, 5.0, 10.0], speed_mps=None, cadence_spm=None, distance_m=[0.0, 100.0, 200.0]
    )
    detection = Detection(verdict="found", segments=(made_segment(0.0, 10.0),))
    assert best_efforts(activity, detection) == ()


def test_an_effort_lies_within_one_segment() -> None:
    two_halves = Detection(verdict="found", segments=(made_segment(300.0, 340.0), made_segment(340.0, 380.0)))
    assert best_efforts(made_run(), two_halves) == ()


def test_the_picture_looks_as_it_did(pictures: Pictures) -> None:
    pictures.check("season-light", figure_season(SEASON, theme=LIGHT))
    pictures.check("season-dark", figure_season(SEASON, theme=DARK))


def test_the_comparison_sees_what_is_left_out() -> None:
    whole = pixels(figure_season(SEASON))
    for panel in range(3):
        figure = figure_season(SEASON)
        axes = figure.axes[panel]
        for each in (*axes.lines, *axes.patches):
            each.remove()
        assert difference(whole, pixels(figure)) > TOLERANCE
