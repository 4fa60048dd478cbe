"""`retrorun show`: what a file is and what it says, for a session, a FIT workout or a recording."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import retrorun as rr
from retrorun.cli import options, sources
from retrorun.cli.console import findings_json, say, say_findings, say_json, say_table
from retrorun.files import write_atomic
from retrorun.report.figures.style import picture_bytes, picture_kind
from retrorun.report.session_view import session_text
from retrorun.session import amounts, document
from retrorun.units import format_clock, format_distance, format_pace

WHAT = f"A recording's file, or a session: {options.SESSION_HELP}"
KINDS: dict[sources.Kind, str] = {"session": "a session", "workout": "a FIT workout", "recording": "a recording"}


def show(
    what: Annotated[str, options.session_argument(WHAT, metavar="FILE")],
    plot: Annotated[Path | None, options.picture_option("Also draw the session into this picture")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read a FIT recording with a second reader too, and compare.")
    ] = False,
    units: options.WrittenUnitsOption = None,
    as_json: options.JsonOption = False,
) -> None:
    """Show what a file is and what it says; the content decides, not the name."""
    if plot is not None:
        picture_kind(plot)
    stdin = what == options.STDIN
    kind, data = "session", b""
    title = what if "\n" not in what else "a session"
    if stdin or sources.existing_file(what) is not None or sources.looks_like_a_file(what):
        data = options.bytes_of(what)
        kind = sources.kind_of(data, where=options.title_of(what))
        title = f"{options.title_of(what)}: {KINDS[kind]}"
    if kind == "recording":
        if plot is not None:
            raise rr.OutputError("a recording is drawn by another command", hint="use retrorun analyze --plot")

        activity = rr.read_activity(data if stdin else Path(what))
        if as_json:
            say_json(_recording_document(activity))
            return
        _show_recording(activity, title, units)
        if verify:
            _verify(data, activity)
        return
    read = rr.import_session(data) if stdin else sources.read_session(what)
    if as_json:
        say_json(_session_document(read.session, kind, units) | {"findings": findings_json(read.findings)})
        return
    _show_session(read.session, title, units)
    if plot is not None:
        picture = picture_bytes(rr.figure_session(options.in_units(read.session, units)), picture_kind(plot))
        write_atomic(plot, picture, inputs=[Path(what)] if data else [])
        say(f"drawn into {plot}")
    say_findings(read.findings, source="" if data else what)


def _show_session(session: rr.Session, title: str, units: options.Units | None) -> None:
    """A session: its steps and what they add up to, its profile, its notation."""
    say(title)
    session = options.in_units(session, units)
    typer.echo(session_text(session, per_m=None if units is None else units.per_m))
    say()
    say(rr.format_session(session), whole=True)


def _session_document(session: rr.Session, kind: str, units: options.Units | None) -> dict[str, object]:
    """A session as plain values: what it is, its notation, what it adds up to."""
    whole, session = amounts.amounts(session), options.in_units(session, units)
    return {
        "kind": kind,
        "session": document.session_to_dict(session),
        "notation": rr.format_session(session),
        "time_s": asdict(whole.time_s),
        "distance_m": asdict(whole.distance_m),
    }


def _recording_document(activity: rr.Activity) -> dict[str, object]:
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


def _show_recording(activity: rr.Activity, title: str, units: options.Units | None) -> None:
    """A recording: device, samples, which columns it has, laps, and the plan it carries."""
    from retrorun.activity.describe import describe
    from retrorun.cli.analyze import tell_recording
    from retrorun.match.identity import embedded_plan

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
        rows = [_lap_row(number, lap, (units or options.Units.KM).per_m) for number, lap in enumerate(activity.laps, 1)]
        say_table(("lap", "start", "time", "distance", "pace", "step", "ended by"), rows)
    if activity.workout is not None:
        embedded, reasons = embedded_plan(activity)
        say("\n".join(["", *reasons]))  # where the plan cannot be a session that is said, and nothing fails
        if embedded is not None:
            _show_session(embedded.session, "The workout that it was run to:", units)


def _verify(data: bytes, activity: rr.Activity) -> None:
    """Read the recording a second time, with fitparse, and say where the two readings differ."""
    from retrorun.activity.compare import compare

    differences = compare(activity, rr.read_activity(data, engine="fitparse"))
    say()
    say("fitparse reads the same." if not differences else "fitparse reads it differently:")
    for difference in differences:
        say(str(difference), indent=2, under=4)


def _lap_row(number: int, lap: rr.Lap, per_m: float) -> tuple[str, ...]:
    from retrorun.match.model import timer_s

    time_s, way_m = timer_s(lap), lap.distance_m
    return (
        str(number),
        format_clock(lap.start_s),
        format_clock(time_s),
        "" if way_m is None else format_distance(way_m, per_m=per_m),
        "" if way_m is None or time_s <= 0 else format_pace(way_m / time_s, per_m=per_m),
        "" if lap.planned_step_index is None else str(lap.planned_step_index + 1),
        lap.trigger,
    )
