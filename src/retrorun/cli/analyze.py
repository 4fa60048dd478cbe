"""`retrorun analyze`: what was run backward in a recording; and `retrorun demo`, on one that is synthetic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retrorun.activity.model import Activity
from retrorun.analysis.analyse import Analysis
from retrorun.cli.console import say, say_json, say_table
from retrorun.cli.options import JsonOption, PlanOption, ProfileOption, Units, UnitsOption, picture_option, title_of
from retrorun.cli.sources import run_of
from retrorun.detection.result import Detection
from retrorun.errors import RetrorunError
from retrorun.files import refuse_inputs, write_atomic
from retrorun.report.export import analysis_document
from retrorun.report.tables import sport_name, stretch_table, when
from retrorun.units import format_clock


def analyze(
    recordings: Annotated[
        list[Path], typer.Argument(help="Recordings: FIT, TCX, GPX or KML, also packed; - reads stdin.")
    ],
    profile: ProfileOption = None,
    plan: PlanOption = None,
    plot: Annotated[Path | None, picture_option("Also draw the run into this picture")] = None,
    why: Annotated[bool, typer.Option("--why", help="Say for each segment why it was called.")] = False,
    units: UnitsOption = Units.KM,
    as_json: JsonOption = False,
) -> None:
    """Find the stretches of a recording that were run backward.

    The verdict is `found`, `none`, or `cannot tell` with the reason: a recording without cadence, for one, cannot
    show backward running. Of several recordings one line each is printed, or a list with --json.
    """
    if len(recordings) > 1:
        if plot is not None or why:
            raise typer.BadParameter("--plot and --why take one recording")
        found = [(recording, _tried(recording, profile, plan)) for recording in recordings]
        if as_json:
            say_json([{"file": str(recording), **_document(run)} for recording, run in found])
            return
        for recording, run in found:
            _say_line(recording, run)
        say("retrorun scan makes a table of many recordings, and a season of them", err=True)
        return
    [recording] = recordings
    run = run_of(recording, profile, plan)
    if plot is not None:
        _draw(run, plot, recording)
    if as_json:
        say_json(_document(run))
        return
    tell(run, title=title_of(recording), why=why, per_m=units.per_m)
    if plot is not None:
        say(f"picture    {plot}", whole=True)


def _tried(recording: Path, profile: Path | None, plan: str | None) -> Analysis | RetrorunError:
    """The answer about one recording of several; what cannot be read keeps nobody else from being."""
    try:
        return run_of(recording, profile, plan)
    except RetrorunError as error:
        return error


def _document(run: Analysis | RetrorunError) -> dict[str, object]:
    if isinstance(run, RetrorunError):
        return {"error": {"what": run.what, "where": run.where, "hint": run.hint}}
    return analysis_document(run.activity, run.detection)


def _say_line(recording: Path, run: Analysis | RetrorunError) -> None:
    """One recording in one line."""
    if isinstance(run, RetrorunError):
        say(f"{title_of(recording)}: {run.what}", whole=True)
        return
    totals = run.summary.backward
    found = f", {run.summary.segments} segments, {format_clock(totals.time_s)} backward" if run.summary.segments else ""
    say(f"{title_of(recording)}: {run.activity.sport}, {run.detection.told}{found}", whole=True)


def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write into.")] = Path("retrorun-demo"),
) -> None:
    """Compile a session and analyse a synthetic recording of it, into a folder."""
    from retrorun.demo import agreement, write_demo

    made = write_demo(output)
    say(f"Wrote into {output}:")
    for path, words in made.files:
        say(f"{path.name:<14} {words}", indent=2, under=17)
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


def tell(run: Analysis, *, title: str, why: bool = False, per_m: float = 1000.0) -> None:
    """Print an analysis for a person: the recording, the segments, the totals."""
    tell_recording(run.activity, title=title)
    say()
    if run.detection.segments:
        table = stretch_table(run.detection, per_m=per_m)
        say_table(table.headings[1:], [row[1:] for row in table.rows])
        say()
    if why:
        _tell_why(run.detection)
    say(run.summary.to_text(per_m=per_m), under=11)


def tell_recording(activity: Activity, *, title: str) -> None:
    """Print what a recording is, and what was lost of it."""
    say(title)
    device = activity.device.name if activity.device is not None else ""
    say(", ".join(part for part in (sport_name(activity), when(activity), device) if part))
    for damage in activity.damage:
        say(f"damaged    {damage}", under=11)


def _draw(run: Analysis, path: Path, recording: Path) -> None:
    """Draw the run over time into a picture; the ending of the name says which kind."""
    from retrorun.report.figures.run import figure_run
    from retrorun.report.figures.style import picture_bytes, picture_kind

    kind = picture_kind(path)
    refuse_inputs(path, [recording])
    write_atomic(path, picture_bytes(figure_run(run), kind), inputs=[recording])


def _tell_why(detection: Detection) -> None:
    for number, segment in enumerate(detection.segments, start=1):
        say(f"{number}. {format_clock(segment.start_s)} to {format_clock(segment.end_s)}")
        for sentence in segment.evidence.for_it:
            say(f"+ {sentence}", indent=3, under=5)
        for sentence in segment.evidence.against_it:
            say(f"- {sentence}", indent=3, under=5)
        say()
