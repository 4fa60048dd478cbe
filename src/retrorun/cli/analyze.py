"""`retrorun analyze`, `match`, `report`, `draw`, `convert` and `demo`: what was run, said, drawn and written."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

import retrorun as rr
from retrorun import files
from retrorun.analysis import labels
from retrorun.cli import options, sources
from retrorun.cli.console import say, say_json, say_table
from retrorun.report import export, tables
from retrorun.units import format_clock

View = StrEnum("View", ["RUN", "PLANE", "TRACK", "PLAN"])  # what a picture shows
Look = StrEnum("Look", ["LIGHT", "DARK"])  # the ground of a picture
Rows = StrEnum("Rows", {"SAMPLES": "samples", "SEGMENTS": "segments"})  # what a row of a table is
FORMATS = (".json", ".csv", ".parquet", ".geojson", ".gpx", ".fit")


def analyze(
    recordings: Annotated[
        list[Path], typer.Argument(help="Recordings: FIT, TCX, GPX or KML, also packed; - reads stdin.")
    ],
    profile: options.ProfileOption = None,
    plan: options.PlanOption = None,
    plot: Annotated[Path | None, options.picture_option("Also draw the run into this picture")] = None,
    why: Annotated[bool, typer.Option("--why", help="Say for each segment why it was called.")] = False,
    units: options.UnitsOption = options.Units.KM,
    as_json: options.JsonOption = False,
) -> None:
    """Find the stretches of a recording that were run backward.

    The verdict is `found`, `none`, or `cannot tell` with the reason: a recording without cadence, for one, cannot
    show backward running. Of several recordings one line each is printed, or a list with --json.
    """
    if len(recordings) > 1:
        options.refuse(plot is not None or why, "--plot and --why take one recording")
        _analyze_each(recordings, profile, plan, as_json=as_json)
        return
    [recording] = recordings
    run = sources.run_of(recording, profile, plan)
    if plot is not None:
        _draw(run, plot, [recording])
    if as_json:
        say_json(export.analysis_document(run.activity, run.detection))
        return
    tell(run, title=options.title_of(recording), why=why, per_m=units.per_m)
    if plot is not None:
        say(f"picture    {plot}", whole=True)


def match(
    recording: options.RecordingArgument,
    session: Annotated[str | None, options.session_argument(options.PLAN_HELP)] = None,
    plan: options.PlanOption = None,
    index: Annotated[Path | None, typer.Option(help="The index that `compile --index` keeps (JSON).")] = None,
    profile: options.ProfileOption = None,
    units: options.UnitsOption = options.Units.KM,
    as_json: options.JsonOption = False,
) -> None:
    """Lay a plan beside the run: each step with what was planned, what was done, and how it ended."""
    from retrorun.match.identity import load_index

    options.refuse(session is not None and plan is not None, "give the plan once: after the recording, or with --plan")
    stdin, given = str(recording) == options.STDIN, plan if session is None else session
    activity = rr.read_activity(options.bytes_of(recording) if stdin else recording)
    sources.must_be_on_foot(activity, recording)
    usual = sources.profile_of(profile)
    planned = None if given is None else sources.session_of(given)
    if given is None and index is not None:  # else the plan that the recording carries
        planned = load_index(index).find(activity.training_file)
    found = rr.match_plan(activity, planned)
    labelled = rr.Labels() if stdin else rr.load_labels(recording)
    detection = rr.detect(activity, profile=usual, plan=found, labels=labelled)
    kept = rr.adherence(found, activity, detection, labels=labelled)
    if as_json:
        say_json(export.adherence_document(found, kept))
        return
    title, name = options.title_of(recording), found.session.name
    say(f"{title}: {name}" if name else title)
    say()
    typer.echo(tables.adherence_table(kept, per_m=units.per_m).to_text())
    if labelled.labels and labelled.changed_since(options.bytes_of(recording)):
        say("the file has changed since it was labelled; the run in it is the same")


def report(
    recording: options.RecordingArgument,
    output: Annotated[Path, options.output_option("The page to write (.html).", ".html")],
    profile: options.ProfileOption = None,
    plan: options.PlanOption = None,
    units: options.UnitsOption = options.Units.KM,
    interactive: Annotated[
        bool, typer.Option("--interactive", help="Let readers zoom and pan: needs plotly, and adds 5 MB to the page.")
    ] = False,
) -> None:
    """Write a report on a recording: one HTML page that opens anywhere, without a network."""
    files.check_ending(output, (".html", ".htm"), "a page")
    inputs = _inputs(output, recording, profile, plan)
    page = rr.report_html(sources.run_of(recording, profile, plan), per_m=units.per_m, interactive=interactive)
    files.write_atomic(output, page.encode(), inputs=inputs)
    say(f"report     {output}")


def draw(
    recording: options.RecordingArgument,
    output: Annotated[Path, options.output_option("The picture to write (.png, .svg, .pdf).", *options.PICTURES)],
    view: Annotated[View, typer.Option(help="What to draw.")] = View.RUN,
    look: Annotated[Look, typer.Option(help="A light or a dark ground.")] = Look.LIGHT,
    profile: options.ProfileOption = None,
    plan: options.PlanOption = None,
    units: options.UnitsOption = options.Units.KM,
) -> None:
    """Draw a recording: the run over time, the gait plane, the track, or the plan beside the run."""
    from retrorun.report.figures.style import picture_kind

    picture_kind(output)
    inputs = _inputs(output, recording, profile, plan)
    _draw(sources.run_of(recording, profile, plan), output, inputs, view=view, look=look, per_m=units.per_m)
    say(f"picture    {output}")


def convert(
    recording: options.RecordingArgument,
    output: Annotated[Path, options.output_option(f"The file to write ({', '.join(FORMATS)}).", *FORMATS)],
    rows: Annotated[Rows, typer.Option(help="What a row of CSV or Parquet is.")] = Rows.SAMPLES,
    profile: options.ProfileOption = None,
    plan: options.PlanOption = None,
    units: options.UnitsOption = options.Units.KM,
) -> None:
    """Write a recording with the direction in it: JSON, CSV, Parquet, GeoJSON, GPX, annotated FIT.

    The recording itself is never changed.
    """
    files.check_ending(output, FORMATS, "an analysed recording")
    inputs = _inputs(output, recording, profile, plan)
    packed = options.bytes_of(recording)
    found = sources.run_of(recording, profile, plan, data=packed)
    rr.save_export(output, found, recording=packed, rows=rows.value, per_m=units.per_m, inputs=inputs)
    say(f"written    {output}")


def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write into.")] = Path("retrorun-demo"),
) -> None:
    """Compile a session and analyse a synthetic recording of it, into a folder."""
    from retrorun.demo import agreement, write_demo

    made = write_demo(output)
    say(f"Wrote into {output}:")
    for path, text in made.files:
        say(f"{path.name:<14} {text}", indent=2, under=17)
    say()
    tell(made.run, title="recording.fit (synthetic)")
    say()
    truth = agreement(made.run.detection, made.truth)
    say(
        f"The recording is synthetic, so the truth is known: {format_clock(truth.true_s)} were backward, in "
        f"{len(made.truth)} stretches. Called backward were {format_clock(truth.called_s)}, and "
        f"{format_clock(truth.both_s)} of that rightly, with the help of the workout and the laps in the recording. "
        "This shows that the code works, not how well it does on runners."
    )


def tell(run: rr.Analysis, *, title: str, why: bool = False, per_m: float = 1000.0) -> None:
    """Print an analysis for a person: the recording, the segments, the totals."""
    tell_recording(run.activity, title=title)
    say()
    if run.detection.segments:
        table = tables.stretch_table(run.detection, per_m=per_m)
        say_table(table.headings[1:], [row[1:] for row in table.rows])
        say()
    for number, segment in enumerate(run.detection.segments if why else (), start=1):
        say(f"{number}. {format_clock(segment.start_s)} to {format_clock(segment.end_s)}")
        evidence = segment.evidence
        for sentence in (*(f"+ {one}" for one in evidence.for_it), *(f"- {one}" for one in evidence.against_it)):
            say(sentence, indent=3, under=5)
        say()
    say(run.summary.to_text(per_m=per_m), under=11)


def tell_recording(activity: rr.Activity, *, title: str) -> None:
    """Print what a recording is, and what was lost of it."""
    say(title)
    device = activity.device.name if activity.device is not None else ""
    say(", ".join(part for part in (tables.sport_name(activity), tables.when(activity), device) if part))
    for damage in activity.damage:
        say(f"damaged    {damage}", under=11)


def _analyze_each(recordings: list[Path], profile: Path | None, plan: str | None, *, as_json: bool) -> None:
    """Several recordings, a line each or in one list; what cannot be read keeps nobody else from being."""
    told = []
    for recording in recordings:
        try:
            run = sources.run_of(recording, profile, plan)
            document = export.analysis_document(run.activity, run.detection)
            found, time_s = run.summary.segments, run.summary.backward.time_s
            said = f", {found} segments, {format_clock(time_s)} backward" if found else ""
            line = f"{run.activity.sport}, {run.detection.told}{said}"
        except rr.RetrorunError as error:
            document = {"error": {"what": error.what, "where": error.where, "hint": error.hint}}
            line = error.what
        told.append({"file": str(recording), **document})
        if not as_json:
            say(f"{options.title_of(recording)}: {line}", whole=True)
    if as_json:
        say_json(told)
    else:
        say("retrorun scan makes a table of many recordings, and a season of them", err=True)


def _inputs(output: Path, recording: Path, profile: Path | None, plan: str | None) -> list[Path]:
    """What a command reads, and must therefore not write over; a plan may be a file as well as notation."""
    read = [recording, labels.labels_path(recording), *(Path(each) for each in (profile, plan) if each is not None)]
    files.refuse_inputs(output, read)
    return read


def _draw(
    found: rr.Analysis,
    path: Path,
    inputs: list[Path],
    *,
    view: View = View.RUN,
    look: Look = Look.LIGHT,
    per_m: float = 1000.0,
) -> None:
    """Draw a recording into a picture; the ending of the name says which kind."""
    from retrorun.report.figures import style

    kind = style.picture_kind(path)
    files.refuse_inputs(path, inputs)
    figures: dict[View, Callable[..., Any]] = {
        View.RUN: rr.figure_run,
        View.PLANE: rr.figure_gait_plane,
        View.TRACK: rr.figure_track,
        View.PLAN: rr.figure_planned,
    }
    figure = figures[view](found, theme=style.THEMES[look.value], per_m=per_m)
    files.write_atomic(path, style.picture_bytes(figure, kind), inputs=inputs)
