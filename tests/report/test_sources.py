"""What is shown may be a path, bytes, an activity or an analysis; pictures are drawn on axes that one has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import retrorun as rr
from retrorun.demo import SESSION_TEXT, demo_recording
from retrorun.report.export import export_bytes
from tests.report.made import made_detection, made_match, made_run

pytestmark = pytest.mark.usefixtures("unpainted")


@pytest.fixture(scope="module")
def run() -> rr.Analysis:
    return rr.analyse(demo_recording())


def test_a_path_bytes_an_activity_and_an_analysis_are_shown_alike(run: rr.Analysis, tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(demo_recording())
    sources = (str(path), path, path.read_bytes(), run.activity, run)
    assert {repr(rr.summarise(source)) for source in sources} == {repr(run.summary)}
    assert rr.summarise(run, rr.Detection(verdict="none")).segments == 0
    headings = {rr.figure_run(source).get_suptitle() for source in (path, run)}
    assert headings == {"4 backward stretches · Sunday 4 January 2026, 09:00"}
    page = rr.report_html(path)
    assert "<h1>run.fit" in page
    assert "Planned and done" in page


@pytest.mark.parametrize(
    "show", [rr.summarise, rr.report_html, rr.figure_run, rr.figure_track, rr.figure_gait_plane, rr.figure_planned]
)
def test_what_is_no_recording_is_told_as_one(show: Callable[[object], object]) -> None:
    with pytest.raises(rr.RecordingError, match="cannot read from int"):
        show(3)
    with pytest.raises(rr.RecordingError, match="no such file"):
        show("nowhere.fit")


def test_a_path_is_exported_with_what_it_needs(run: rr.Analysis, tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(demo_recording())
    for ending in (".csv", ".fit"):
        rr.save_export(tmp_path / f"a{ending}", path)
        rr.save_export(tmp_path / f"b{ending}", run, recording=demo_recording())
        assert (tmp_path / f"a{ending}").read_bytes() == (tmp_path / f"b{ending}").read_bytes()
    label = rr.Label(start_s=100.0, end_s=160.0, direction=rr.Direction.BACKWARD)
    rr.save_labels(rr.Labels(labels=(label,)), path)
    rr.save_export(tmp_path / "labelled.csv", path)  # what the runner says beside a file counts here, too
    assert (tmp_path / "labelled.csv").read_bytes() == export_bytes("csv", run.activity, rr.analyse(path).detection)
    assert rr.analyse(tmp_path / "a.fit").detection.reasons[-1].endswith("said by the recording itself")
    with pytest.raises(rr.OutputError, match="read by the same command"):
        rr.save_export(path, path)
    assert path.read_bytes() == demo_recording()
    with pytest.raises(rr.RecordingError, match="only a FIT recording can be annotated"):
        rr.save_export(tmp_path / "c.fit", run)


def axes_of(rows: int) -> list[Axes]:
    made: list[Axes] = np.ravel(Figure().subplots(rows, 1)).tolist()
    return made


def test_pictures_are_drawn_on_axes_that_one_has(run: rr.Analysis) -> None:
    for draw in (rr.figure_run, rr.figure_track, rr.figure_gait_plane, rr.figure_planned):
        [ax] = axes_of(1)
        assert draw(run, ax=ax) is ax
        assert ax.has_data()
        assert len(ax.figure.axes) == 1
    [ax] = axes_of(1)
    assert rr.figure_session(SESSION_TEXT, ax=ax) is ax
    assert rr.figure_session("4x400m bwd", ax=ax) is ax
    [ax] = axes_of(1)
    assert rr.figure_season([], ax=ax) is ax


def test_several_axes_get_a_panel_each_from_the_top() -> None:
    two = axes_of(2)
    assert rr.figure_run(made_run(), made_detection(), ax=two) is two
    assert [ax.get_ylabel() for ax in two] == ["pace [min/km]", "cadence [steps/min]"]
    assert [ax.get_xlabel() for ax in two] == ["", "time since the start"]
    grid = Figure().subplots(2, 1)
    assert rr.figure_planned(made_run(), made_detection(), made_match(), ax=grid) is grid
    assert [text.get_text() for text in grid[1].get_yticklabels()] == ["planned", "done"]
    three = axes_of(3)
    rr.figure_season([], ax=three, per_m=1609.344)
    assert three[1].get_ylabel() == "backward [mi]"


def test_what_is_no_axes_or_too_many_of_them_is_refused() -> None:
    with pytest.raises(rr.OutputError, match="needs Axes"):
        rr.figure_run(made_run(), made_detection(), ax=Figure())  # type: ignore[call-overload]  # that is the point
    with pytest.raises(rr.OutputError, match="needs Axes"):
        rr.figure_track(made_run(), made_detection(), ax="here")  # type: ignore[call-overload]
    with pytest.raises(rr.OutputError, match="2 Axes for a picture of 1"):
        rr.figure_track(made_run(), made_detection(), ax=axes_of(2))  # type: ignore[call-overload]
    with pytest.raises(rr.OutputError, match="5 Axes for a picture of 4"):
        rr.figure_run(made_run(), made_detection(), ax=axes_of(5))


def test_without_a_plan_there_is_none_to_draw() -> None:
    with pytest.raises(rr.PlanError, match="no plan to draw"):
        rr.figure_planned(made_run(), made_detection())
