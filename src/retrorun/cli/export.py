"""`retrorun export`: a session in another format than FIT."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from retrorun.cli.console import findings_json, say_findings, say_json
from retrorun.cli.options import AthleteOption, JsonOption, NameOption, SessionArgument, WrittenUnitsOption, in_units
from retrorun.cli.session_argument import session_of
from retrorun.errors import SessionError
from retrorun.files import write_atomic
from retrorun.session.model import Session
from retrorun.units import parse_clock
from retrorun.workout.flatten import Exported
from retrorun.workout.formats.garmin_connect import to_garmin_connect
from retrorun.workout.formats.intervals_icu import to_intervals_icu
from retrorun.workout.formats.sheet import to_sheet
from retrorun.workout.formats.zwift import Race, RaceTime, to_zwift


class Format(StrEnum):
    """What a session can be exported to."""

    INTERVALS_ICU = "intervals.icu"
    GARMIN_CONNECT = "garmin-connect"
    ZWIFT = "zwo"
    MARKDOWN = "markdown"
    PLAIN = "text"


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
