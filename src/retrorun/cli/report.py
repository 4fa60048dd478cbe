"""`retrorun report`, `retrorun draw` and `retrorun convert`: an analysed recording as a page, a picture, a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retrorun.analysis.analyse import Analysis
from retrorun.analysis.labels import labels_path
from retrorun.cli.console import say
from retrorun.cli.options import (
    PICTURES,
    PlanOption,
    ProfileOption,
    RecordingArgument,
    Units,
    UnitsOption,
    bytes_of,
    output_option,
)
from retrorun.cli.sources import run_of
from retrorun.files import check_ending, refuse_inputs, write_atomic

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".json", ".csv", ".parquet", ".geojson", ".gpx", ".fit")


class View(StrEnum):
    """What a picture shows."""

    RUN = "run"
    PLANE = "plane"
    TRACK = "track"
    PLAN = "plan"


class Look(StrEnum):
    """The ground of a picture."""

    LIGHT = "light"
    DARK = "dark"


class Rows(StrEnum):
    """What a row of a table is."""

    SAMPLES = "samples"
    SEGMENTS = "segments"


def report(
    recording: RecordingArgument,
    output: Annotated[Path, output_option("The page to write (.html).", ".html")],
    profile: ProfileOption = None,
    plan: PlanOption = None,
    units: UnitsOption = Units.KM,
    interactive: Annotated[
        bool, typer.Option("--interactive", help="Let readers zoom and pan: needs plotly, and adds 5 MB to the page.")
    ] = False,
) -> None:
    """Write a report on a recording: one HTML page that opens anywhere, without a network."""
    from retrorun.report.html import report_html

    check_ending(output, (".html", ".htm"), "a page")
    inputs = _inputs(recording, profile, plan)
    refuse_inputs(output, inputs)
    found = run_of(recording, profile, plan)
    page = report_html(found, per_m=units.per_m, interactive=interactive)
    write_atomic(output, page.encode(), inputs=inputs)
    say(f"report     {output}")


def draw(
    recording: RecordingArgument,
    output: Annotated[Path, output_option("The picture to write (.png, .svg, .pdf).", *PICTURES)],
    view: Annotated[View, typer.Option(help="What to draw.")] = View.RUN,
    look: Annotated[Look, typer.Option(help="A light or a dark ground.")] = Look.LIGHT,
    profile: ProfileOption = None,
    plan: PlanOption = None,
    units: UnitsOption = Units.KM,
) -> None:
    """Draw a recording: the run over time, the gait plane, the track, or the plan beside the run."""
    from retrorun.report.figures.style import picture_bytes, picture_kind

    kind = picture_kind(output)
    inputs = _inputs(recording, profile, plan)
    refuse_inputs(output, inputs)
    figure = _figure(run_of(recording, profile, plan), view, look, units.per_m)
    write_atomic(output, picture_bytes(figure, kind), inputs=inputs)
    say(f"picture    {output}")


def convert(
    recording: RecordingArgument,
    output: Annotated[Path, output_option(f"The file to write ({', '.join(FORMATS)}).", *FORMATS)],
    rows: Annotated[Rows, typer.Option(help="What a row of CSV or Parquet is.")] = Rows.SAMPLES,
    profile: ProfileOption = None,
    plan: PlanOption = None,
    units: UnitsOption = Units.KM,
) -> None:
    """Write a recording with the direction in it: JSON, CSV, Parquet, GeoJSON, GPX, annotated FIT.

    The recording itself is never changed.
    """
    from retrorun.report.export import save_export

    check_ending(output, FORMATS, "an analysed recording")
    inputs = _inputs(recording, profile, plan)
    refuse_inputs(output, inputs)
    packed = bytes_of(recording)
    found = run_of(recording, profile, plan, data=packed)
    save_export(output, found, recording=packed, rows=rows.value, per_m=units.per_m, inputs=inputs)
    say(f"written    {output}")


def _inputs(recording: Path, profile: Path | None, plan: str | None) -> list[Path]:
    """What a command reads, and must therefore not write over; a plan may be a file as well as notation."""
    return [recording, labels_path(recording), *(Path(each) for each in (profile, plan) if each is not None)]


def _figure(found: Analysis, view: View, look: Look, per_m: float) -> Figure:
    from retrorun.report.figures.plane import figure_gait_plane
    from retrorun.report.figures.planned import figure_planned
    from retrorun.report.figures.run import figure_run
    from retrorun.report.figures.style import THEMES
    from retrorun.report.figures.track import figure_track

    theme = THEMES[look.value]
    if view is View.PLAN:
        return figure_planned(found, theme=theme, per_m=per_m)
    if view is View.PLANE:
        return figure_gait_plane(found, theme=theme, per_m=per_m)
    if view is View.TRACK:
        return figure_track(found, theme=theme, per_m=per_m)
    return figure_run(found, theme=theme, per_m=per_m)
