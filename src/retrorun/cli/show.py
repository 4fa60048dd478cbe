"""`retrorun show`: what a file is and what it says, for a session, a FIT workout or a recording."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retrorun.cli.console import findings_json, say, say_findings, say_json, say_table
from retrorun.cli.options import (
    SESSION_HELP,
    STDIN,
    JsonOption,
    Units,
    WrittenUnitsOption,
    bytes_of,
    in_units,
    picture_option,
    session_argument,
    title_of,
)
from retrorun.cli.sources import existing_file, looks_like_a_file, read_session
from retrorun.errors import OutputError
from retrorun.files import write_atomic
from retrorun.report.figures.session import figure_session
from retrorun.report.figures.style import picture_bytes, picture_kind
from retrorun.report.session_view import session_text
from retrorun.session.amounts import amounts
from retrorun.session.document import session_to_dict
from retrorun.session.model import Session
from retrorun.session.notation import format_session
from retrorun.units import format_clock, format_distance, format_pace
from retrorun.workout.importing import import_session

if TYPE_CHECKING:
    from retrorun.activity.model import Activity, Lap
    from retrorun.cli.sources import Kind

KINDS: dict[Kind, str] = {"session": "a session", "workout": "a FIT workout", "recording": "a recording"}


def show(
    what: Annotated[str, session_argument(f"A recording's file, or a session: {SESSION_HELP}", metavar="FILE")],
    plot: Annotated[Path | None, picture_option("Also draw the session into this picture")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read a FIT recording with a second reader too, and compare.")
    ] = False,
    units: WrittenUnitsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a file is and what it says; the content decides, not the name."""
    if plot is not None:
        picture_kind(plot)
    stdin = what == STDIN
    if not stdin and existing_file(what) is None and not looks_like_a_file(what):
        kind: Kind = "session"
        read, data = read_session(what), b""
        title = what if "\n" not in what else "a session"
    else:
        from retrorun.cli.sources import kind_of  # what tells recordings apart and reads them, and no session needs

        data = bytes_of(what)
        kind = kind_of(data, where=title_of(what))
        title = f"{title_of(what)}: {KINDS[kind]}"
        if kind == "recording":
            if plot is not None:
                raise OutputError("a recording is drawn by another command", hint="use retrorun analyze --plot")
            from retrorun.activity.read import read_activity

            activity = read_activity(data if stdin else Path(what))
            if as_json:
                say_json(_recording_document(activity))
                return
            show_recording(activity, title=title, units=units)
            if verify:
                _verify(data, activity)
            return
        read = import_session(data) if stdin else read_session(what)
    if as_json:
        say_json(_session_document(read.session, kind, units) | {"findings": findings_json(read.findings)})
        return
    show_session(read.session, title=title, plot=plot, source=Path(what) if data else None, units=units)
    say_findings(read.findings, source="" if data else what)


def _session_document(session: Session, kind: str, units: Units | None) -> dict[str, object]:
    """A session as plain values: what it is, its notation, what it adds up to."""
    whole, session = amounts(session), in_units(session, units)
    return {
        "kind": kind,
        "session": session_to_dict(session),
        "notation": format_session(session),
        "time_s": asdict(whole.time_s),
        "distance_m": asdict(whole.distance_m),
    }


def _recording_document(activity: Activity) -> dict[str, object]:
    """A recording as plain values: what it holds, its laps, and the plan it carries."""
    from retrorun.activity.describe import describe
    from retrorun.match.identity import embedded_plan

    embedded, reasons = embedded_plan(activity)
    return {
        "kind": "recording",
        "sport": activity.sport,
        "sub_sport": activity.sub_sport,
        "start_time": None if activity.start_time is None else activity.start_time.isoformat(),
        "device": None if activity.device is None else activity.device.name,
        **asdict(describe(activity)),
        "decisions": activity.decisions,
        "laps": [asdict(lap) for lap in activity.laps],
        "plan": None if embedded is None else _session_document(embedded.session, "workout", None),
        "reasons": reasons,
    }


def show_session(
    session: Session, *, title: str, plot: Path | None = None, source: Path | None = None, units: Units | None = None
) -> None:
    """Print a session: its steps and what they add up to, its profile, its notation; draw it where asked."""
    say(title)
    session = in_units(session, units)
    typer.echo(session_text(session, per_m=None if units is None else units.per_m))
    say()
    say(format_session(session), whole=True)
    if plot is not None:
        inputs = [] if source is None else [source]
        write_atomic(plot, picture_bytes(figure_session(session), picture_kind(plot)), inputs=inputs)
        say(f"drawn into {plot}")


def show_recording(activity: Activity, *, title: str, units: Units | None = None) -> None:
    """Print a recording: device, samples, which columns it has, laps, and the plan it carries."""
    from retrorun.activity.describe import describe
    from retrorun.cli.analyze import tell_recording

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


def _verify(data: bytes, activity: Activity) -> None:
    """Read the recording a second time, with fitparse, and say where the two readings differ."""
    from retrorun.activity.compare import compare
    from retrorun.activity.read import read_activity

    differences = compare(activity, read_activity(data, engine="fitparse"))
    say()
    say("fitparse reads the same." if not differences else "fitparse reads it differently:")
    for difference in differences:
        say(str(difference), indent=2, under=4)


def _lap_row(number: int, lap: Lap, per_m: float) -> tuple[str, ...]:
    from retrorun.match.model import timer_s

    time_s = timer_s(lap)
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
    from retrorun.match.identity import embedded_plan

    embedded, reasons = embedded_plan(activity)
    for reason in reasons:
        say(reason)
    if embedded is not None:
        show_session(embedded.session, title="The workout that it was run to:", units=units)
