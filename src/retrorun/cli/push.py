"""`retrorun push`: sessions to a watch that is plugged in, to intervals.icu or to Garmin Connect."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

import retrorun as rr
from retrorun import files
from retrorun.cli import fetch, options, sources
from retrorun.cli.console import findings_json, say_findings, say_json
from retrorun.fit.workout_message import FileIdentity
from retrorun.match.identity import remember_workouts
from retrorun.services import garmin_connect as garmin
from retrorun.services import intervals_icu as icu
from retrorun.services.intervals_icu import send
from retrorun.services.keys import intervals_icu_key
from retrorun.watch import find
from retrorun.watch import push as watches
from retrorun.workout import deliver, devices, garmin_connect, intervals_icu

# Where a session can go, and what intervals.icu gets of it.
Place = StrEnum("Place", {"WATCH": "watch", "INTERVALS_ICU": "intervals.icu", "GARMIN_CONNECT": "garmin-connect"})
Form = StrEnum("Form", ["FIT", "TEXT"])
SESSIONS = f"{options.SESSION_HELP} A folder, or a schedule.fit among them."
DAY = "The day it is for: a date, today or tomorrow. Without it intervals.icu takes today."
FIRST = "The first day of the schedule; without one a session a day from then."
INDEX = (
    "Remember the sessions in this file (JSON), for `match --index`; what is edited then replaces its old edition on "
    "the watch."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A session on its way: from which of the sources, on which days, and its FIT file; without one it goes as text."""

    session: rr.Session
    source: str
    order: int
    days: tuple[date, ...] = ()
    data: bytes = b""
    identities: tuple[FileIdentity, ...] = ()

    @property
    def name(self) -> str:
        return self.session.name or "Workout"


def push(
    sessions: Annotated[list[str], options.session_argument(SESSIONS, metavar="SESSION")],
    *,
    to: Annotated[Place, typer.Option(help="Where to.")] = Place.WATCH,
    name: options.NameOption = "",
    watch: Annotated[str, typer.Option(help="Which watch: its folder, or a part of its name.")] = "",
    device: options.DeviceOption = "generic",
    athlete: options.AthleteOption = None,
    lower: Annotated[bool, typer.Option("--lower", help="Make fit what is too long or too deep, and say how.")] = False,
    day: Annotated[str | None, typer.Option(help=DAY)] = None,
    first: Annotated[str | None, typer.Option("--from", help=FIRST)] = None,
    form: Annotated[Form, typer.Option("--as", help="For intervals.icu: the FIT file or workout text.")] = Form.FIT,
    index: Annotated[Path | None, typer.Option(help=INDEX)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only say what would be done.")] = False,
    as_json: options.JsonOption = False,
) -> None:
    """Put sessions on a watch that is plugged in, or into the calendar of intervals.icu or Garmin Connect.

    A folder stands for the sessions in it. With days a watch gets a schedule too.

    The key of intervals.icu comes from RETRORUN_INTERVALS_ICU_KEY or from the keyring, never from the command line.
    Garmin Connect needs the package garminconnect and asks for your login once; that login is unofficial and may break.
    """
    no_fit = form is Form.TEXT or to is Place.GARMIN_CONNECT
    options.refuse(to is not Place.INTERVALS_ICU and form is Form.TEXT, "--as is for --to intervals.icu")
    options.refuse(to is not Place.WATCH and watch, "--watch is for --to watch")
    options.refuse(day is not None and first is not None, "give either --day or --from")
    options.refuse(no_fit and (lower or index is not None), "--lower and --index are for FIT files")
    given, schedules = _given(sessions)
    options.refuse(schedules and day is not None, "a schedule has days of its own; --from says when it begins")
    options.refuse(schedules and form is Form.TEXT, "a schedule names FIT files; leave --as away")
    findings: list[rr.Finding] = []
    # A schedule names FIT files, so that sessions for Garmin Connect are found in it by theirs.
    if form is Form.TEXT or (no_fit and not schedules):
        read = partial(sources.session_of, name=name, athlete=athlete)
        ready = [_Ready(session=read(text), source=_source(text, name), order=at) for at, text in enumerate(given)]
    else:
        ready = _files(given, findings, device=device, name=name, athlete=athlete, lower=lower)
    ready, others = _dated(ready, schedules, to, day, first)
    findings += _in_no_schedule(ready, to) if schedules else []
    go: Callable[[], dict[str, Any]]
    match to:
        case Place.WATCH:
            schedule = _schedule(ready, others, schedules, findings)
            most = devices.find_device(device).workouts.value
            go = partial(_to_watch, ready, schedule, watch, most, index, dry_run=dry_run)
        case Place.INTERVALS_ICU:
            events = sorted((_event(one, when, findings) for one in ready for when in one.days), key=lambda at: at.day)
            go = partial(_to_intervals_icu, events, dry_run=dry_run)
        case Place.GARMIN_CONNECT:
            findings.append(rr.Finding(place="", what=garmin.UNOFFICIAL, hint="keep the file: `retrorun compile`"))
            go = partial(_to_garmin_connect, ready, [_garmin_text(one, findings) for one in ready], dry_run=dry_run)
    if not as_json:
        say_findings(findings)  # before anything goes out, and also where that fails
    done = go()
    if index is not None and ready and not dry_run:
        remember_workouts([one.session for one in ready], [one.data for one in ready], index)
    lines = done.pop("lines")
    if as_json:
        say_json(done | {"findings": findings_json(findings)})
        return
    if done["warning"]:
        typer.echo(f"warning: {done['warning']}", err=True)
    for line in lines:
        typer.echo(line)


def _given(arguments: list[str]) -> tuple[list[str], dict[str, bytes]]:
    """The sessions that were given, in folders or not, and the schedules among them by their whole paths."""
    sessions: list[str] = []
    schedules: dict[str, bytes] = {}
    for argument in sources.with_folders(arguments):
        path = sources.existing_file(argument)
        data = b"" if path is None else files.read_bytes(path)
        if deliver.is_schedule(data):
            schedules[_source(argument, "")] = data
        else:
            sessions.append(argument)
    return sessions, schedules


def _files(
    given: list[str], findings: list[rr.Finding], *, device: str, name: str, athlete: Path | None, lower: bool
) -> list[_Ready]:
    """What goes out as FIT: a file as it is, or, for an athlete, its session with numbers."""
    read = sources.source_of if athlete is None else partial(sources.session_of, name=name, athlete=athlete)
    prepared = deliver.prepare([read(text) for text in given], device=device, name=name, lower=lower)
    findings += [one for one in prepared.findings if one.severity == "warning"]
    return [
        _Ready(
            session=one.session,
            source=_source(given[one.source], name),
            order=one.source,
            data=one.data,
            identities=one.identities,
        )
        for one in prepared.files
    ]


def _dated(
    ready: list[_Ready], schedules: dict[str, bytes], to: Place, day: str | None, first: str | None
) -> tuple[list[_Ready], list[deliver.Scheduled]]:
    """The sessions with their days, and the entries of the schedules for others."""
    if to is Place.INTERVALS_ICU and day is None and first is None and not schedules:
        day = "today"  # its calendar has no place for a workout without a day
    days, others = deliver.agenda(
        [one.identities for one in ready],
        [entry for data in schedules.values() for entry in deliver.read_schedule(data)],
        day=None if day is None else options.day(day, "--day"),
        first=None if first is None else options.day(first, "--from"),
        order=[one.order for one in ready],
    )
    return [replace(one, days=own) for one, own in zip(ready, days, strict=True)], others


def _in_no_schedule(ready: list[_Ready], to: Place) -> list[rr.Finding]:
    lost, hint = (
        "it is not sent" if to is Place.INTERVALS_ICU else "it goes out without a day",
        "push it alone, with --day",
    )
    names = [one.session.name for one in ready if not one.days]
    return [rr.Finding(place="", what=f"'{name}' is in no schedule: {lost}", hint=hint) for name in names]


def _source(argument: str, name: str) -> str:
    """What a delivery was made from, so that its next edition is known: a file's whole path, a name, or the words."""
    path = sources.existing_file(argument)
    return name or argument if path is None else str(path.resolve())


# ---- a watch ---------------------------------------------------------------------------------------------------------

Item = tuple[watches.Package, str]  # a file for a watch, and what it was made from


def _schedule(
    ready: list[_Ready], others: Sequence[deliver.Scheduled], given: dict[str, bytes], findings: list[rr.Finding]
) -> list[Item]:
    """The schedule for the days of the sessions, as a file of its own; the given one, where it says the same."""
    entries: list[tuple[date, bytes | FileIdentity]] = [(when, one.data) for one in ready for when in one.days]
    entries += [(entry.day, entry.workout) for entry in others]
    if not entries:
        return []
    if others:
        what = f"the schedule names {len(others)} workouts that are not among these"
        findings.append(rr.Finding(place="", what=what, hint="a day whose workout is not on the watch stays empty"))
    most = deliver.MOST_SCHEDULED
    if len(entries) > most:
        what = f"the schedule has {len(entries)} entries; watches were seen to take the first {most}"
        findings.append(rr.Finding(place="", what=what, hint="push the rest later, with --from"))
    made = deliver.compile_schedule(entries)
    said = set(deliver.read_schedule(made))
    data = next((one for one in given.values() if set(deliver.read_schedule(one)) == said), made)
    source = next(iter(given), " ".join(["schedule of", *(one.source for one in ready)]))
    return [(watches.Package(name=f"Schedule {min(when for when, _ in entries)}", data=data), source)]


def _record(items: list[Item], watch: find.Watch, index: Path, *, dry_run: bool) -> tuple[Path, ...]:
    """Write down what went to a watch, and take the editions back that it replaces; what was removed."""
    path = index.with_name(f"{index.name}.deliveries.json")
    with contextlib.nullcontext() if dry_run else files.locked(path):
        record = deliver.Deliveries.from_json(files.read_bytes(path)) if path.exists() else deliver.Deliveries()
        new = [deliver.Delivered.of(one.data, target=watch.name, source=source) for one, source in items]
        old = [(row.size, row.digest) for row in record.replaced_by(new)]
        removed = watches.withdraw(watch, old, dry_run=dry_run)
        if not dry_run:
            files.write_atomic(path, record.updated(new).to_json().encode())
    return removed


def _to_watch(
    ready: list[_Ready], schedule: list[Item], wanted: str, most: int, index: Path | None, *, dry_run: bool
) -> dict[str, Any]:
    target = find.choose_watch(wanted)
    items = [(watches.Package(name=one.session.name, data=one.data), one.source) for one in ready] + schedule
    made = watches.deliver(target, [package for package, _ in items], dry_run=dry_run)
    removed = () if index is None else _record(items, target, index, dry_run=dry_run)
    days = _days(ready)
    lines = [f"{day}: {name}" for day, name in days]
    lines += [f"{one.state}: {one.path} ({one.size} bytes)" for one in made]
    lines += [f"{'would be ' if dry_run else ''}replaced and removed: {path}" for path in removed]
    if any(one.state == "written" for one in made):
        lines.append(f"now eject {target.name} and unplug it: only then does it take the files in")
    return {
        "watch": {"name": target.name, "folder": str(target.root), "kind": target.kind},
        "deliveries": [{"path": str(one.path), "state": one.state, "bytes": one.size} for one in made],
        "days": [{"day": day, "name": name} for day, name in days],
        "removed": [str(path) for path in removed],
        "warning": watches.crowding(target, made[: len(ready)], most=most),
        "lines": lines,
    }


def _days(ready: list[_Ready]) -> list[tuple[str, str]]:
    return sorted((day.isoformat(), one.name) for one in ready for day in one.days)


# ---- services --------------------------------------------------------------------------------------------------------


def _to_intervals_icu(events: list[icu.Event], *, dry_run: bool) -> dict[str, Any]:
    numbers = () if dry_run else send(events, intervals_icu_key())  # a dry run works before there is a key
    state = "would be sent" if dry_run else "sent"
    return {
        "events": [{"external_id": one.external_id, "name": one.name, "day": one.day.isoformat()} for one in events],
        "numbers": list(numbers),
        "warning": "",
        "lines": [f"{state}: {one.name} for {one.day}, as {one.external_id}" for one in events],
    }


def _to_garmin_connect(ready: list[_Ready], texts: list[str], *, dry_run: bool) -> dict[str, Any]:
    """Workouts into the account and its calendar; a dry run works before there is a login, and without the package."""
    done: tuple[garmin.Sent, ...] = ()
    lines = [f"would be sent: {one.name}" for one in ready]
    if not dry_run:
        account = garmin.connect(fetch.garmin_login, fetch.garmin_code)
        done = account.send(zip(texts, (one.days for one in ready), strict=True))
        lines = [f"{'sent' if one.new else 'replaced'}: {one.name}, number {one.number} there" for one in done]
    days = _days(ready)
    return {
        "workouts": [{"number": one.number, "name": one.name, "new": one.new} for one in done],
        "days": [{"day": day, "name": name} for day, name in days],
        "warning": "",
        "lines": [*lines, *(f"{day}: {name}" for day, name in days)],
    }


def _garmin_text(one: _Ready, findings: list[rr.Finding]) -> str:
    if not one.session.name:
        what = "a workout there is known by its name, and this one has none"
        raise rr.WorkoutError(what, where=one.source, hint="give it one with --name")
    exported = garmin_connect.to_garmin_connect(one.session)
    for finding in exported.findings:
        if finding.severity == "error":
            raise rr.WorkoutError(finding.what, where=finding.place or one.session.name, hint=finding.hint)
    findings += exported.findings
    return exported.text


def _event(one: _Ready, day: date, findings: list[rr.Finding]) -> icu.Event:
    session, text = one.session, ""
    if not one.data:
        exported = intervals_icu.to_intervals_icu(session)
        text = exported.text
        findings += exported.findings
    fallback = hashlib.sha256(one.data or text.encode()).hexdigest()[:8]
    return icu.Event(
        external_id=icu.external_id(session.name, day, fallback=fallback),
        day=day,
        name=one.name,
        file_name=watches.file_name(session.name, one.data) if one.data else "",
        data=one.data,
        text=text,
        indoor=session.setting is rr.Setting.TREADMILL,
    )
