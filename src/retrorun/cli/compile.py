"""`retrorun compile` and `retrorun export`: a session as a FIT workout, or in another format."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from retrorun.cli.console import findings_json, say, say_findings, say_json
from retrorun.cli.options import (
    AthleteOption,
    DeviceOption,
    JsonOption,
    NameOption,
    SessionArgument,
    WrittenUnitsOption,
    in_units,
    moment,
    output_option,
)
from retrorun.cli.sources import read_session, session_of
from retrorun.errors import DocumentError, SessionError
from retrorun.files import check_ending, write_atomic
from retrorun.session.document import load_squad
from retrorun.session.effort import resolve_session
from retrorun.session.model import Finding, Session
from retrorun.units import parse_clock
from retrorun.workout.check import check_session
from retrorun.workout.deliver import prepare
from retrorun.workout.flatten import Exported
from retrorun.workout.garmin_connect import to_garmin_connect
from retrorun.workout.intervals_icu import to_intervals_icu
from retrorun.workout.sheet import to_sheet
from retrorun.workout.zwift import Race, RaceTime, to_zwift


class Format(StrEnum):
    """What a session can be exported to."""

    INTERVALS_ICU = "intervals.icu"
    GARMIN_CONNECT = "garmin-connect"
    ZWIFT = "zwo"
    MARKDOWN = "markdown"
    PLAIN = "text"


def compile_session(
    session: SessionArgument,
    output: Annotated[Path | None, output_option("The FIT file to write.", ".fit")] = None,
    name: NameOption = "",
    device: DeviceOption = "generic",
    created: Annotated[
        str | None, typer.Option(help="When the file was made, e.g. 2026-05-01T07:30:00Z; else from the content.")
    ] = None,
    serial: Annotated[int | None, typer.Option(help="The file's serial number; else from the content.")] = None,
    athlete: Annotated[
        Path | None,
        typer.Option(help="Whose numbers efforts become: a YAML file, or a folder of them for one workout each."),
    ] = None,
    lower: Annotated[bool, typer.Option("--lower", help="Make it fit the watch first, and say how.")] = False,
    index: Annotated[
        Path | None, typer.Option(help="Remember the session in this file (JSON), for `match --index`.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only check; write nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compile a session to a FIT workout for a watch, or check whether the watch takes it."""
    if (output is None) is not check:
        raise typer.BadParameter("give either an output file (-o) or --check")
    read = read_session(session, name=name)
    each = _for_athletes(read.session, athlete)
    if output is None:
        found = [*read.findings]
        for who, planned in each.items():
            found += [_of(who, finding) for finding in check_session(planned, device)]
        _tell(tuple(found), as_json=as_json, files=())
        raise typer.Exit(any(finding.severity == "error" for finding in found))
    check_ending(output, (".fit",), "a FIT workout")
    time = None if created is None else moment(created, "--created")
    findings = [*read.findings]
    written: dict[Path, tuple[Session, bytes]] = {}
    for who, planned in each.items():
        number = None if serial is None else serial + len(written)
        made = prepare([planned], device=device, lower=lower, created=time, serial=number)
        paths = _paths(output.with_name(f"{output.stem}-{who}{output.suffix}") if who else output, len(made.files))
        written |= {path: (one.session, one.data) for path, one in zip(paths, made.files, strict=True)}
        findings += [_of(who, finding) for finding in made.findings]
    for path, (_, data) in written.items():
        write_atomic(path, data, inputs=[Path(session)])
    if index is not None:
        from retrorun.match.identity import remember_workouts

        remember_workouts([part for part, _ in written.values()], [data for _, data in written.values()], index)
    _tell(tuple(findings), as_json=as_json, files=tuple(written))


def export(
    session: SessionArgument,
    to: Annotated[Format, typer.Option("--to", "--format", "-f", help="The format.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead of printing.")
    ] = None,
    name: NameOption = "",
    athlete: AthleteOption = None,
    race: Annotated[str, typer.Option(help="For zwo: the runner's race time, e.g. 5km=24:30 or 10km=51:00.")] = "",
    units: WrittenUnitsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a session as intervals.icu text, Garmin Connect JSON, a Zwift run or a coach's sheet.

    Whatever the format cannot hold as planned is said on stderr, each with its place in the session.
    """
    made = _made(in_units(session_of(session, name=name, athlete=athlete), units), to, _race_time(race))
    if output is not None:
        inputs = [Path(session), *([] if athlete is None else [athlete])]
        write_atomic(output, made.text.encode(), inputs=inputs)
    if as_json:
        say_json({"format": to.value, "text": made.text, "findings": findings_json(made.findings)})
        return
    say_findings(made.findings)
    if output is None:
        typer.echo(made.text, nl=False)


def _for_athletes(session: Session, path: Path | None) -> dict[str, Session]:
    """The session for each athlete of a file or a folder, by a name that a file can have; empty for one alone."""
    if path is None:
        return {"": session}
    made: dict[str, Session] = {}
    for one in load_squad(path):
        who = (re.sub(r"[^\w-]+", "-", one.name).strip("-") or "athlete") if path.is_dir() else ""
        if who in made:
            raise DocumentError(
                f"two athletes are called {one.name!r}", where=str(path), hint="tell them apart by name"
            )
        try:
            made[who] = resolve_session(session, one)
        except SessionError as error:
            raise error.within(one.name) from None
    return made


def _of(who: str, finding: Finding) -> Finding:
    return replace(finding, place=f"{who} {finding.place}".strip())


def _paths(output: Path, count: int) -> tuple[Path, ...]:
    if count == 1:
        return (output,)
    return tuple(output.with_name(f"{output.stem}-{number}{output.suffix}") for number in range(1, count + 1))


def _tell(findings: tuple[Finding, ...], *, as_json: bool, files: tuple[Path, ...]) -> None:
    if as_json:
        say_json({"files": [str(path) for path in files], "findings": findings_json(findings)})
        return
    for path in files:
        say(f"wrote {path}")
    say_findings(findings)
    if not files and not findings:
        say("nothing to mend")


# ---- export ----------------------------------------------------------------------------------------------------------


def _made(session: Session, to: Format, race_time: RaceTime | None) -> Exported:
    match to:
        case Format.INTERVALS_ICU:
            return to_intervals_icu(session)
        case Format.GARMIN_CONNECT:
            return to_garmin_connect(session)
        case Format.ZWIFT:
            return to_zwift(session, race_time=race_time)
        case Format.MARKDOWN:
            return to_sheet(session)
        case Format.PLAIN:
            return to_sheet(session, style="plain")


def _race_time(text: str) -> RaceTime | None:
    if not text:
        return None
    found = re.fullmatch(r"(?P<race>[^=]+)=(?P<time>[\d:.]+)", text)
    if found is None or found["race"] not in list(Race):
        races = ", ".join(Race)
        raise SessionError(f"{text!r} is no race time", where="--race", hint=f"write e.g. 5km=24:30; races: {races}")
    return RaceTime(race=Race(found["race"]), time_s=parse_clock(found["time"]))
