"""`retrorun push`: sessions to a watch that is plugged in, to intervals.icu or to Garmin Connect."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from retrorun.cli.console import findings_json, say_findings, say_json
from retrorun.cli.fetch import garmin_code, garmin_login
from retrorun.cli.options import SESSION_HELP, AthleteOption, DeviceOption, JsonOption, NameOption, session_argument
from retrorun.cli.options import day as day_of
from retrorun.cli.sources import existing_file, session_of, source_of, with_folders
from retrorun.errors import WorkoutError
from retrorun.files import locked, read_bytes, write_atomic
from retrorun.fit.workout_message import FileIdentity
from retrorun.match.identity import remember_workouts
from retrorun.services.garmin_connect import UNOFFICIAL, Sent, connect
from retrorun.services.intervals_icu import Event, external_id, send
from retrorun.services.keys import intervals_icu_key
from retrorun.session.model import Finding, Session, Setting
from retrorun.watch.find import Watch, choose_watch
from retrorun.watch.push import Package, crowding, deliver, file_name, withdraw
from retrorun.workout.deliver import (
    MOST_SCHEDULED,
    Deliverable,
    Delivered,
    Deliveries,
    Scheduled,
    agenda,
    compile_schedule,
    is_schedule,
    prepare,
    read_schedule,
)
from retrorun.workout.devices import find_device
from retrorun.workout.garmin_connect import to_garmin_connect
from retrorun.workout.intervals_icu import to_intervals_icu

_MORE_HELP = "A folder, or a schedule.fit among them."


class Place(StrEnum):
    """Where a session can go."""

    WATCH = "watch"
    INTERVALS_ICU = "intervals.icu"
    GARMIN_CONNECT = "garmin-connect"


class Form(StrEnum):
    """What intervals.icu gets of a session."""

    FIT = "fit"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A session on its way, what it was made from, its days, and its FIT file; without one it goes as text."""

    session: Session
    source: str
    days: tuple[date, ...] = ()
    data: bytes = b""
    identities: tuple[FileIdentity, ...] = ()


def push(
    sessions: Annotated[list[str], session_argument(f"{SESSION_HELP} {_MORE_HELP}", metavar="SESSION")],
    *,
    to: Annotated[Place, typer.Option(help="Where to.")] = Place.WATCH,
    name: NameOption = "",
    watch: Annotated[str, typer.Option(help="Which watch: its folder, or a part of its name.")] = "",
    device: DeviceOption = "generic",
    athlete: AthleteOption = None,
    lower: Annotated[bool, typer.Option("--lower", help="Make fit what is too long or too deep, and say how.")] = False,
    day: Annotated[
        str | None,
        typer.Option(help="The day it is for: a date, today or tomorrow. Without it intervals.icu takes today."),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="The first day of the schedule; without one a session a day from then.")
    ] = None,
    form: Annotated[Form, typer.Option("--as", help="For intervals.icu: the FIT file or workout text.")] = Form.FIT,
    index: Annotated[
        Path | None,
        typer.Option(
            help="Remember the sessions in this file (JSON), for `match --index`; what is edited then replaces its old "
            "edition on the watch."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only say what would be done.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Put sessions on a watch that is plugged in, or into the calendar of intervals.icu or Garmin Connect.

    A folder stands for the sessions in it. With days a watch gets a schedule too.

    The key of intervals.icu comes from RETRORUN_INTERVALS_ICU_KEY or from the keyring, never from the command line.
    Garmin Connect needs the package garminconnect and asks for your login once; that login is unofficial and may break.
    """
    _refuse_what_does_nothing(to, form=form, watch=watch, day=day, first=first)
    if (form is Form.TEXT or to is Place.GARMIN_CONNECT) and (lower or index is not None):
        raise typer.BadParameter("--lower and --index are for FIT files")
    sources, schedules = _sources(sessions)
    # A schedule names FIT files, so that sessions for Garmin Connect are found in it by theirs.
    as_text = form is Form.TEXT or (to is Place.GARMIN_CONNECT and not schedules)
    days = _days(day, first, schedules, to)
    findings: list[Finding] = []
    if as_text:
        ready = _texts(sources, name, athlete, days)
    else:
        prepared = prepare([_sent(text, name, athlete) for text in sources], device=device, name=name, lower=lower)
        ready = _dated(prepared.files, [_source(text, name) for text in sources], days)
        findings += [one for one in prepared.findings if one.severity == "warning"]
        findings += _in_no_schedule(ready, to) if schedules else []
    go: Callable[[], dict[str, Any]]
    match to:
        case Place.WATCH:
            schedule, most = _schedule(ready, days, schedules, findings), find_device(device).workouts.value
            go = partial(_to_watch, ready, schedule, watch, most, index, dry_run=dry_run)
        case Place.INTERVALS_ICU:
            events = sorted(
                (_event(one, when, findings) for one in ready for when in one.days), key=lambda one: one.day
            )
            go = partial(_to_intervals_icu, events, dry_run=dry_run)
        case Place.GARMIN_CONNECT:
            findings.append(Finding(place="", what=UNOFFICIAL, hint="keep the file: `retrorun compile`"))
            go = partial(_to_garmin_connect, ready, [_garmin_text(one, findings) for one in ready], dry_run=dry_run)
    if not as_json:
        say_findings(findings)  # before anything goes out, and also where that fails
    done = go()
    _remember(ready, None if dry_run else index)
    lines = done.pop("lines")
    if as_json:
        say_json(done | {"findings": findings_json(findings)})
        return
    if done["warning"]:
        typer.echo(f"warning: {done['warning']}", err=True)
    for line in lines:
        typer.echo(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """A file for a watch, and what it was made from."""

    package: Package
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Days:
    """What --day and --from say, and the entries of the schedules that were given."""

    day: date | None
    first: date | None
    entries: tuple[Scheduled, ...]


def _refuse_what_does_nothing(to: Place, *, form: Form, watch: str, day: str | None, first: str | None) -> None:
    if to is not Place.INTERVALS_ICU and form is Form.TEXT:
        raise typer.BadParameter("--as is for --to intervals.icu")
    if to is not Place.WATCH and watch:
        raise typer.BadParameter("--watch is for --to watch")
    if day is not None and first is not None:
        raise typer.BadParameter("give either --day or --from")


def _days(day: str | None, first: str | None, schedules: dict[str, bytes], to: Place) -> _Days:
    if day is not None and schedules:
        raise typer.BadParameter("a schedule has days of its own; --from says when it begins")
    if to is Place.INTERVALS_ICU and day is None and first is None and not schedules:
        day = "today"  # its calendar has no place for a workout without a day
    return _Days(
        day=None if day is None else day_of(day, "--day"),
        first=None if first is None else day_of(first, "--from"),
        entries=tuple(entry for data in schedules.values() for entry in read_schedule(data)),
    )


def _sources(arguments: list[str]) -> tuple[list[str], dict[str, bytes]]:
    """The sessions that were given, in folders or not, and the schedules among them by their whole paths."""
    sources: list[str] = []
    schedules: dict[str, bytes] = {}
    for argument in with_folders(arguments):
        path = existing_file(argument)
        data = b"" if path is None else read_bytes(path)
        if is_schedule(data):
            schedules[_source(argument, "")] = data
        else:
            sources.append(argument)
    return sources, schedules


def _sent(argument: str, name: str, athlete: Path | None) -> Session | Path | str | bytes:
    """What goes out: a file as it is, or, for an athlete, its session with numbers."""
    return source_of(argument) if athlete is None else session_of(argument, name=name, athlete=athlete)


def _texts(sources: list[str], name: str, athlete: Path | None, days: _Days) -> list[Ready]:
    if days.entries:
        raise typer.BadParameter("a schedule names FIT files; leave --as away")
    sessions = [session_of(text, name=name, athlete=athlete) for text in sources]
    found = agenda([()] * len(sessions), day=days.day, first=days.first, order=range(len(sessions))).days
    return [
        Ready(session=session, source=_source(text, name), days=when)
        for session, text, when in zip(sessions, sources, found, strict=True)
    ]


def _dated(files: tuple[Deliverable, ...], sources: list[str], days: _Days) -> list[Ready]:
    """The files with their days."""
    order = [one.source for one in files]
    found = agenda([one.identities for one in files], days.entries, day=days.day, first=days.first, order=order).days
    return [
        Ready(session=one.session, data=one.data, identities=one.identities, source=sources[one.source], days=when)
        for one, when in zip(files, found, strict=True)
    ]


def _in_no_schedule(ready: list[Ready], to: Place) -> list[Finding]:
    lost = "it is not sent" if to is Place.INTERVALS_ICU else "it goes out without a day"
    return [
        Finding(place="", what=f"'{one.session.name}' is in no schedule: {lost}", hint="push it alone, with --day")
        for one in ready
        if not one.days
    ]


def _schedule(ready: list[Ready], days: _Days, given: dict[str, bytes], findings: list[Finding]) -> list[_Item]:
    """The schedule for the days of the sessions, as a file of its own; the given one, where it says the same."""
    entries: list[tuple[date, bytes | FileIdentity]] = [(when, one.data) for one in ready for when in one.days]
    others = agenda([one.identities for one in ready], days.entries, first=days.first).others if days.entries else ()
    entries += [(entry.day, entry.workout) for entry in others]
    if not entries:
        return []
    if others:
        what = f"the schedule names {len(others)} workouts that are not among these"
        findings.append(Finding(place="", what=what, hint="a day whose workout is not on the watch stays empty"))
    if len(entries) > MOST_SCHEDULED:
        what = f"the schedule has {len(entries)} entries; watches were seen to take the first {MOST_SCHEDULED}"
        findings.append(Finding(place="", what=what, hint="push the rest later, with --from"))
    made = compile_schedule(entries)
    data = next((one for one in given.values() if set(read_schedule(one)) == set(read_schedule(made))), made)
    source = next(iter(given), " ".join(["schedule of", *(one.source for one in ready)]))
    return [_Item(package=Package(name=f"Schedule {min(when for when, _ in entries)}", data=data), source=source)]


def _remember(ready: list[Ready], index: Path | None) -> None:
    new = [one for one in ready if one.data]
    if index is not None and new:
        remember_workouts([one.session for one in new], [one.data for one in new], index)


def _source(argument: str, name: str) -> str:
    """What a delivery was made from, so that its next edition is known: a file's whole path, a name, or the words."""
    path = existing_file(argument)
    return name or argument if path is None else str(path.resolve())


def _record(items: list[_Item], watch: Watch, index: Path, *, dry_run: bool) -> tuple[Path, ...]:
    """Write down what went to a watch, and take the editions back that it replaces; what was removed."""
    path = index.with_name(f"{index.name}.deliveries.json")
    with contextlib.nullcontext() if dry_run else locked(path):
        record = Deliveries.from_json(read_bytes(path)) if path.exists() else Deliveries()
        new = [Delivered.of(one.package.data, target=watch.name, source=one.source) for one in items]
        removed = withdraw(watch, ((row.size, row.digest) for row in record.replaced_by(new)), dry_run=dry_run)
        if not dry_run:
            write_atomic(path, record.updated(new).to_json().encode())
    return removed


def _to_watch(
    ready: list[Ready], schedule: list[_Item], wanted: str, most: int, index: Path | None, *, dry_run: bool
) -> dict[str, Any]:
    target = choose_watch(wanted)
    items = [_Item(package=Package(name=one.session.name, data=one.data), source=one.source) for one in ready]
    made = deliver(target, [one.package for one in (*items, *schedule)], dry_run=dry_run)
    removed = () if index is None else _record([*items, *schedule], target, index, dry_run=dry_run)
    days = sorted((day, one.session.name or "Workout") for one in ready for day in one.days)
    lines = [f"{day}: {name}" for day, name in days]
    lines += [f"{one.state}: {one.path} ({one.size} bytes)" for one in made]
    lines += [f"{'would be ' if dry_run else ''}replaced and removed: {path}" for path in removed]
    if any(one.state == "written" for one in made):
        lines.append(f"now eject {target.name} and unplug it: only then does it take the files in")
    return {
        "watch": {"name": target.name, "folder": str(target.root), "kind": target.kind},
        "deliveries": [{"path": str(one.path), "state": one.state, "bytes": one.size} for one in made],
        "days": [{"day": day.isoformat(), "name": name} for day, name in days],
        "removed": [str(path) for path in removed],
        "warning": crowding(target, made[: len(items)], most=most),
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


def _to_garmin_connect(ready: list[Ready], texts: list[str], *, dry_run: bool) -> dict[str, Any]:
    """Workouts into the account and its calendar; a dry run works before there is a login, and without the package."""
    names = [one.session.name or "Workout" for one in ready]
    done: tuple[Sent, ...] = ()
    lines = [f"would be sent: {name}" for name in names]
    if not dry_run:
        done = connect(garmin_login, garmin_code).send(zip(texts, (one.days for one in ready), strict=True))
        lines = [f"{'sent' if one.new else 'replaced'}: {one.name}, number {one.number} there" for one in done]
    days = sorted((day, name) for name, one in zip(names, ready, strict=True) for day in one.days)
    return {
        "workouts": [{"number": one.number, "name": one.name, "new": one.new} for one in done],
        "days": [{"day": day.isoformat(), "name": name} for day, name in days],
        "warning": "",
        "lines": [*lines, *(f"{day}: {name}" for day, name in days)],
    }


def _garmin_text(one: Ready, findings: list[Finding]) -> str:
    if not one.session.name:
        hint = "give it one with --name"
        raise WorkoutError("a workout there is known by its name, and this one has none", where=one.source, hint=hint)
    exported = to_garmin_connect(one.session)
    for finding in exported.findings:
        if finding.severity == "error":
            raise WorkoutError(finding.what, where=finding.place or one.session.name, hint=finding.hint)
    findings += exported.findings
    return exported.text


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
