"""`retrorun show`: what a file is and what it says, for a session, a FIT workout or a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retrorun.activity.compare import compare
from retrorun.activity.describe import describe
from retrorun.activity.model import Activity, Lap
from retrorun.activity.read import read_activity
from retrorun.cli.analyze import tell_recording
from retrorun.cli.console import say, say_findings, say_table
from retrorun.cli.options import SESSION_HELP, Units
from retrorun.cli.session_argument import existing_file, looks_like_a_file, read_session, session_of
from retrorun.cli.sources import kind_of
from retrorun.errors import OutputError
from retrorun.files import read_bytes, write_atomic
from retrorun.match.identity import embedded_plan
from retrorun.report.figures.session import figure_session
from retrorun.report.figures.style import picture_bytes, picture_kind
from retrorun.report.session_view import session_text
from retrorun.session.model import Session
from retrorun.session.notation import format_session
from retrorun.session.unroll import with_paces_in
from retrorun.units import format_clock, format_distance, format_pace


def show(
    what: Annotated[str, typer.Argument(help=f"A recording's file, or a session: {SESSION_HELP}", metavar="FILE")],
    plot: Annotated[
        Path | None, typer.Option(help="Also draw the session into this picture (.png, .svg, .pdf).")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read a FIT recording with a second reader too, and compare.")
    ] = False,
    units: Annotated[Units | None, typer.Option(help="Paces and long ways by km or mile; else as written.")] = None,
) -> None:
    """Show what a file is and what it says; the content decides, not the name."""
    if plot is not None:
        picture_kind(plot)
    file = Path(what)
    if existing_file(what) is None and not looks_like_a_file(what):
        show_session(session_of(what), title=what if "\n" not in what else "a session", plot=plot, units=units)
        return
    data = read_bytes(file)
    match kind_of(data, where=str(file)):
        case "session" | "workout" as kind:
            read = read_session(what)
            kind_of_plan = "a session" if kind == "session" else "a FIT workout"
            show_session(read.session, title=f"{file.name}: {kind_of_plan}", plot=plot, source=file, units=units)
            say_findings(read.findings)
        case "recording":
            if plot is not None:
                raise OutputError("a recording is drawn by another command", hint="use retrorun analyze --plot")
            activity = read_activity(file)
            show_recording(activity, title=f"{file.name}: a recording", units=units)
            if verify:
                _verify(file, activity)


def show_session(
    session: Session, *, title: str, plot: Path | None = None, source: Path | None = None, units: Units | None = None
) -> None:
    """Print a session: its steps and what they add up to, its profile, its notation; draw it where asked."""
    say(title)
    if units is not None:
        session = with_paces_in(session, "min/mi" if units is Units.MILE else "min/km")
    typer.echo(session_text(session, per_m=(units or Units.KM).per_m))
    say()
    say(format_session(session), whole=True)
    if plot is not None:
        inputs = [] if source is None else [source]
        write_atomic(plot, picture_bytes(figure_session(session), picture_kind(plot)), inputs=inputs)
        say(f"drawn into {plot}")


def show_recording(activity: Activity, *, title: str, units: Units | None = None) -> None:
    """Print a recording: device, samples, which columns it has, laps, and the plan it carries."""
    tell_recording(activity, title=title)
    held = describe(activity)
    say(f"samples    {held.samples} in {format_clock(held.duration_s)}, usually {held.median_step_s:g} s apart")
    if held.gaps:
        say(f"gaps       {held.gaps} of 10 s and more, {format_clock(held.gap_s)} together")
    for column in (*held.columns, *held.extra, *held.developer):
        say(f"{column.name:<22} {f'{100 * column.share:.0f} % known' if column.share else 'missing'}", indent=2)
    for decision in activity.decisions:
        say(f"decided    {decision}", under=11)
    for obstacle in held.obstacles:
        say(f"obstacle   {obstacle}", under=11)
    if activity.laps:
        say()
        per_m = (units or Units.KM).per_m
        rows = [_lap_row(number, lap, per_m) for number, lap in enumerate(activity.laps, start=1)]
        say_table(("lap", "start", "time", "distance", "pace", "step", "ended by"), rows)
    if activity.workout is not None:
        say()
        _show_plan(activity, units)


def _verify(file: Path, activity: Activity) -> None:
    """Read the recording a second time, with fitparse, and say where the two readings differ."""
    differences = compare(activity, read_activity(file, engine="fitparse"))
    say()
    say("fitparse reads the same." if not differences else "fitparse reads it differently:")
    for difference in differences:
        say(str(difference), indent=2, under=4)


def _lap_row(number: int, lap: Lap, per_m: float) -> tuple[str, ...]:
    time_s = lap.end_s - lap.start_s if lap.timer_s is None else lap.timer_s
    known = lap.distance_m is not None and time_s > 0
    return (
        str(number),
        format_clock(lap.start_s),
        format_clock(time_s),
        "" if lap.distance_m is None else format_distance(lap.distance_m, per_m=per_m),
        format_pace(lap.distance_m / time_s, per_m=per_m) if known and lap.distance_m is not None else "",
        "" if lap.planned_step_index is None else str(lap.planned_step_index + 1),
        lap.trigger,
    )


def _show_plan(activity: Activity, units: Units | None) -> None:
    """The plan inside a recording; where it cannot be a session that is said, and nothing fails."""
    embedded, reasons = embedded_plan(activity)
    for reason in reasons:
        say(reason)
    if embedded is not None:
        show_session(embedded.session, title="The workout that it was run to:", units=units)
