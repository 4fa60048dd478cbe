"""`retrorun fetch`: recordings come home from a service, into a folder."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from retrorun.cli.console import say
from retrorun.cli.garmin_login import garmin_code, garmin_login
from retrorun.cli.options import day
from retrorun.services.fetch import Fetched
from retrorun.services.fetch import fetch as fetch_recordings
from retrorun.services.garmin_connect import UNOFFICIAL, GarminConnect
from retrorun.services.garmin_connect import connect as log_in
from retrorun.services.intervals_icu import IntervalsIcu
from retrorun.services.keys import intervals_icu_key

WEEKS = 4
WORDS = {
    "new": "new",
    "known": "at home already",
    "double": "double",
    "withheld": "withheld by the service",
    "no file": "without a recording",
    "not on foot": "not on foot",
}


class Service(StrEnum):
    """Where recordings can come from. Strava's terms allow no storing: `retrorun strava` analyses on the spot."""

    INTERVALS_ICU = "intervals.icu"
    GARMIN_CONNECT = "garmin-connect"


SinceOption = Annotated[
    str | None, typer.Option(help=f"From this day on, e.g. 2026-05-01, or today; {WEEKS} weeks ago by default.")
]
FolderOption = Annotated[Path, typer.Option("-o", "--output", help="The folder; it is made if need be.")]
AllSportsOption = Annotated[bool, typer.Option("--all-sports", help="Bring rides and other sports, too.")]


def fetch(
    output: FolderOption,
    service: Annotated[Service, typer.Option("--from", help="The service.")] = Service.INTERVALS_ICU,
    since: SinceOption = None,
    all_sports: AllSportsOption = False,
) -> None:
    """Bring recordings home from a service: the original files, only what is new.

    What was interrupted goes on with the same command.
    The key of intervals.icu comes from RETRORUN_INTERVALS_ICU_KEY or from the keyring. Garmin Connect needs the package
    garminconnect and asks for your login once; that login is unofficial and may break.
    """
    first, counts = since_day(since), Counter[str]()
    for done in fetch_recordings(connect(service), first, output, all_sports=all_sports):
        counts[done.state] += 1
        say_fetched(done)
    said = ", ".join(f"{counts[state]} {words}" for state, words in WORDS.items() if counts[state])
    say(said or "there are no activities from that day on")


def connect(service: Service) -> IntervalsIcu | GarminConnect:
    """The connection to a service, with the runner's own key or login."""
    match service:
        case Service.INTERVALS_ICU:
            return IntervalsIcu(intervals_icu_key())
        case Service.GARMIN_CONNECT:
            typer.echo(f"warning: {UNOFFICIAL}", err=True)
            return log_in(garmin_login, garmin_code)


def since_day(since: str | None) -> date:
    """The day that `--since` names, or some weeks ago."""
    return day(since or "today", "--since") - timedelta(weeks=0 if since else WEEKS)


def say_fetched(done: Fetched) -> None:
    """Print one line on what became of an activity; nothing on what is home already or was not wanted."""
    if done.state == "not on foot" or (done.state == "known" and not done.reason):
        return
    what = done.reason or str(done.path)
    say(f"{done.state:<10} {done.start.replace('T', ' ') or done.number}  {what}", whole=True)
