"""`retrorun push`: sessions to a watch that is plugged in, or to intervals.icu."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from retrorun.analysis.store import remember_workouts
from retrorun.cli.console import findings_json, say_findings, say_json
from retrorun.cli.session_argument import SESSION_HELP, existing_file, session_of, source_of
from retrorun.files import locked, read_bytes, write_atomic
from retrorun.services.intervals_icu import Event, external_id, send
from retrorun.services.keys import intervals_icu_key
from retrorun.session.model import Session, Setting
from retrorun.watch.find import Watch, choose_watch
from retrorun.watch.names import file_name
from retrorun.watch.push import Package, crowding, deliver, withdraw
from retrorun.workout.deliver import Delivered, Deliveries, prepare
from retrorun.workout.devices import DEVICES, find_device
from retrorun.workout.finding import Finding
from retrorun.workout.formats.intervals_icu import to_intervals_icu


class Place(StrEnum):
    """Where a session can go."""

    WATCH = "watch"
    INTERVALS_ICU = "intervals.icu"


class Form(StrEnum):
    """What intervals.icu gets of a session."""

    FIT = "fit"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A session on its way, and its FIT file; without one it goes as text."""

    session: Session
    data: bytes = b""
    source: str = ""


def push(
    sessions: Annotated[list[str], typer.Argument(metavar="SESSION", help=SESSION_HELP)],
    to: Annotated[Place, typer.Option(help="Where to.")] = Place.WATCH,
    name: Annotated[str, typer.Option(help="A name for a session in notation.")] = "",
    watch: Annotated[str, typer.Option(help="Which watch: its folder, or a part of its name.")] = "",
    device: Annotated[str, typer.Option(help=f"The watch to compile for: {', '.join(DEVICES)}.")] = "generic",
    lower: Annotated[bool, typer.Option("--lower", help="Make fit what is too long or too deep, and say how.")] = False,
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="For intervals.icu; else today.")] = None,
    form: Annotated[Form, typer.Option("--as", help="For intervals.icu: the FIT file or workout text.")] = Form.FIT,
    index: Annotated[
        Path | None,
        typer.Option(
            help="Remember the sessions in this file (JSON), for `match --index`; what is edited then replaces its old "
            "edition on the watch."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only say what would be done.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Put sessions on a watch that is plugged in, or into the calendar of intervals.icu.

    The key of intervals.icu comes from RETRORUN_INTERVALS_ICU_KEY or from the keyring, never from the command line.
    """
    if to is Place.WATCH and (day or form is Form.TEXT):
        raise typer.BadParameter("--day and --as are for --to intervals.icu")
    if to is Place.INTERVALS_ICU and watch:
        raise typer.BadParameter("--watch is for --to watch")
    findings: list[Finding] = []
    if to is Place.INTERVALS_ICU and form is Form.TEXT:
        ready = [Ready(session=session_of(text, name=name)) for text in sessions]
    else:
        prepared = prepare([source_of(text) for text in sessions], device=device, name=name, lower=lower)
        ready = [
            Ready(session=one.session, data=one.data, source=_source(sessions[one.source], name))
            for one in prepared.files
        ]
        findings += [one for one in prepared.findings if one.severity == "warning"]
    events: list[Event] = []
    if to is Place.INTERVALS_ICU:
        when = day.date() if day else datetime.now(UTC).astimezone().date()
        events = [_event(one, when, findings) for one in ready]
    if not as_json:
        say_findings(findings)  # before anything goes out, and also where that fails
    if to is Place.WATCH:
        done = _to_watch(ready, watch, find_device(device).workouts.value, index, dry_run=dry_run)
    else:
        done = _to_intervals_icu(events, dry_run=dry_run)
    _remember(ready, None if dry_run else index)
    lines = done.pop("lines")
    if as_json:
        say_json(done | {"findings": findings_json(findings)})
        return
    if done["warning"]:
        typer.echo(f"warning: {done['warning']}", err=True)
    for line in lines:
        typer.echo(line)


def _remember(ready: list[Ready], index: Path | None) -> None:
    new = [one for one in ready if one.data]
    if index is not None and new:
        remember_workouts([one.session for one in new], [one.data for one in new], index)


def _source(argument: str, name: str) -> str:
    """What a delivery was made from, so that its next edition is known: a file's whole path, a name, or the words."""
    path = existing_file(argument)
    return name or argument if path is None else str(path.resolve())


def _record(ready: list[Ready], watch: Watch, index: Path) -> tuple[Path, ...]:
    """Write down what went to a watch, and take the editions back that it replaces; what was removed."""
    path = index.with_name(f"{index.name}.deliveries.json")
    with locked(path):
        record = Deliveries.from_json(read_bytes(path)) if path.exists() else Deliveries()
        new = [Delivered.of(one.data, target=watch.name, source=one.source) for one in ready]
        removed = withdraw(watch, ((row.size, row.digest) for row in record.replaced_by(new)))
        write_atomic(path, record.updated(new).to_json().encode())
    return removed


def _to_watch(ready: list[Ready], wanted: str, most: int, index: Path | None, *, dry_run: bool) -> dict[str, Any]:
    target = choose_watch(wanted)
    packages = [Package(name=one.session.name, data=one.data) for one in ready]
    made = deliver(target, packages, dry_run=dry_run)
    removed = _record(ready, target, index) if index is not None and not dry_run else ()
    lines = [f"{one.state}: {one.path} ({one.size} bytes)" for one in made]
    lines += [f"replaced and removed: {path}" for path in removed]
    if any(one.state == "written" for one in made):
        lines.append(f"now eject {target.name} and unplug it: only then does it take the files in")
    return {
        "watch": {"name": target.name, "folder": str(target.root), "kind": target.kind},
        "deliveries": [{"path": str(one.path), "state": one.state, "bytes": one.size} for one in made],
        "removed": [str(path) for path in removed],
        "warning": crowding(target, made, most=most),
        "lines": lines,
    }


def _to_intervals_icu(events: list[Event], *, dry_run: bool) -> dict[str, Any]:
    numbers = () if dry_run else send(events, intervals_icu_key())  # a dry run works before there is a key
    state = "would be sent" if dry_run else "sent"
    return {
        "events": [{"external_id": one.external_id, "name": one.name, "day": one.day.isoformat()} for one in events],
        "numbers": list(numbers),
        "warning": "",
        "lines": [f"{state}: {one.name} for {one.day}, as {one.external_id}" for one in events],
    }


def _event(one: Ready, day: date, findings: list[Finding]) -> Event:
    session, text = one.session, ""
    if not one.data:
        exported = to_intervals_icu(session)
        text = exported.text
        findings += exported.findings
    fallback = hashlib.sha256(one.data or text.encode()).hexdigest()[:8]
    return Event(
        external_id=external_id(session.name, day, fallback=fallback),
        day=day,
        name=session.name or "Workout",
        file_name=file_name(session.name, one.data) if one.data else "",
        data=one.data,
        text=text,
        indoor=session.setting is Setting.TREADMILL,
    )
