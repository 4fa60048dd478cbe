"""`retrorun report`, `retrorun draw` and `retrorun convert`: an analysed recording as a page, a picture, a file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retrorun.activity.model import Activity
from retrorun.activity.read import read_activity
from retrorun.activity.unpack import unpack
from retrorun.analysis.detect import detect
from retrorun.analysis.store import load_labels
from retrorun.cli.analyze import must_be_on_foot
from retrorun.cli.console import say
from retrorun.cli.options import ProfileOption, RecordingArgument, Units, UnitsOption
from retrorun.cli.session_argument import SESSION_HELP, session_of
from retrorun.cli.sources import profile_of
from retrorun.errors import PlanError
from retrorun.files import printable, read_bytes, write_atomic
from retrorun.fit.reader import is_fit
from retrorun.gait.profile import GaitProfile
from retrorun.gait.result import Detection
from retrorun.match.match import match_plan
from retrorun.match.model import Match
from retrorun.report.export import FORMATS, save_export
from retrorun.report.html import report_html
from retrorun.report.palette import THEMES
from retrorun.report.picture import picture_bytes, picture_kind
from retrorun.report.plane import figure_gait_plane
from retrorun.report.planned import figure_planned
from retrorun.report.plot import figure_run
from retrorun.report.track import figure_track

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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


PlanOption = Annotated[str | None, typer.Option("--plan", help=f"The plan, if the recording has none. {SESSION_HELP}")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Analysed:
    activity: Activity
    detection: Detection
    match: Match | None
    profile: GaitProfile | None


def report(
    recording: RecordingArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="The page to write (.html).")],
    profile: ProfileOption = None,
    plan: PlanOption = None,
    units: UnitsOption = Units.KM,
) -> None:
    """Write a report on a recording: one HTML page that opens anywhere, without a network."""
    found = _analysed(recording, profile, plan)
    page = report_html(
        found.activity,
        found.detection,
        match=found.match,
        profile=found.profile,
        name=printable(recording.name),
        per_m=units.per_m,
    )
    write_atomic(output, page.encode())
    say(f"report     {output}")


def draw(
    recording: RecordingArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="The picture to write (.png, .svg, .pdf).")],
    view: Annotated[View, typer.Option(help="What to draw.")] = View.RUN,
    look: Annotated[Look, typer.Option(help="A light or a dark ground.")] = Look.LIGHT,
    profile: ProfileOption = None,
    plan: PlanOption = None,
    units: UnitsOption = Units.KM,
) -> None:
    """Draw a recording: the run over time, the gait plane, the track, or the plan beside the run."""
    kind = picture_kind(output)
    figure = _figure(_analysed(recording, profile, plan), view, look, units.per_m)
    write_atomic(output, picture_bytes(figure, kind))
    say(f"picture    {output}")


def convert(
    recording: RecordingArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help=f"The file to write (.{', .'.join(FORMATS)}).")],
    rows: Annotated[Rows, typer.Option(help="What a row of CSV or Parquet is.")] = Rows.SAMPLES,
    profile: ProfileOption = None,
    plan: PlanOption = None,
    units: UnitsOption = Units.KM,
) -> None:
    """Write a recording with the direction in it: JSON, CSV, Parquet, GeoJSON, GPX, annotated FIT.

    The recording itself is never changed.
    """
    found = _analysed(recording, profile, plan)
    data = unpack(read_bytes(recording))
    save_export(
        output,
        found.activity,
        found.detection,
        recording=data if is_fit(data) else None,
        rows=rows.value,
        per_m=units.per_m,
    )
    say(f"written    {output}")


def _analysed(recording: Path, profile: Path | None, plan: str | None) -> _Analysed:
    activity = read_activity(recording)
    must_be_on_foot(activity, recording)
    usual = profile_of(profile)
    session = None if plan is None else session_of(plan)
    match = None
    if session is not None or activity.workout is not None:
        try:
            match = match_plan(activity, session)
        except PlanError:
            if session is not None:
                raise
            # The detection says that the plan in the recording was of no use, and why.
    return _Analysed(
        activity=activity,
        detection=detect(activity, profile=usual, plan=match, labels=load_labels(recording)),
        match=match,
        profile=usual,
    )


def _figure(found: _Analysed, view: View, look: Look, per_m: float) -> Figure:
    theme = THEMES[look.value]
    if view is View.PLANE:
        return figure_gait_plane(found.activity, found.detection, profile=found.profile, theme=theme, per_m=per_m)
    if view is View.TRACK:
        return figure_track(found.activity, found.detection, theme=theme, per_m=per_m)
    if view is View.PLAN:
        if found.match is None:
            raise PlanError("there is no plan to draw", hint="give one with --plan, or draw another view")
        return figure_planned(found.activity, found.detection, found.match, theme=theme, per_m=per_m)
    return figure_run(found.activity, found.detection, theme=theme, per_m=per_m)
