"""`retrorun fetch`, `sync` and `strava …`: recordings come home from a service, and a line about each goes back."""

from __future__ import annotations

import os
import secrets
import sys
import time
import webbrowser
from collections import Counter
from datetime import date, timedelta
from enum import StrEnum
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

import retrorun as rr
from retrorun.cli import options
from retrorun.cli.console import say, say_json
from retrorun.services import fetch as services
from retrorun.services import garmin_connect, intervals_icu, keys

if TYPE_CHECKING:
    from retrorun.batch.sync import Synced
    from retrorun.services.strava import Strava

# Where recordings can come from. Strava's terms allow no storing: `retrorun strava` analyses on the spot.
Service = StrEnum("Service", {"INTERVALS_ICU": "intervals.icu", "GARMIN_CONNECT": "garmin-connect"})
EMAIL, PASSWORD = "RETRORUN_GARMIN_EMAIL", "RETRORUN_GARMIN_PASSWORD"
WEEKS = 4
WORDS = {"known": "at home already", "withheld": "withheld by the service", "no file": "without a recording"}


SINCE = f"From this day on, e.g. 2026-05-01, or today; {WEEKS} weeks ago by default."
SinceOption = Annotated[str | None, typer.Option(help=SINCE)]
FolderOption = Annotated[Path, typer.Option("-o", "--output", help="The folder; it is made if need be.")]
PLANS = "A folder of planned sessions, for runs that carry no workout."
DESCRIBE = "Write one marked line into each description there, or take it out again."


def fetch(
    output: FolderOption,
    service: Annotated[Service, typer.Option("--from", help="The service.")] = Service.INTERVALS_ICU,
    since: SinceOption = None,
    all_sports: Annotated[bool, typer.Option("--all-sports", help="Bring rides and other sports, too.")] = False,
) -> None:
    """Bring recordings home from a service: the original files, only what is new.

    What was interrupted goes on with the same command.
    The key of intervals.icu comes from RETRORUN_INTERVALS_ICU_KEY or from the keyring. Garmin Connect needs the package
    garminconnect and asks for your login once; that login is unofficial and may break.
    """
    first, counts = _since(since), Counter[str]()
    for done in services.fetch(_connect(service), first, output, all_sports=all_sports):
        counts[done.state] += 1
        _say_fetched(done)
    states = [state for state in get_args(services.State) if counts[state]]
    said = ", ".join(f"{counts[state]} {WORDS.get(state, state)}" for state in states)
    say(said or "there are no activities from that day on")


def sync(
    output: FolderOption,
    service: Annotated[Service, typer.Option(help="The service.")] = Service.INTERVALS_ICU,
    since: SinceOption = None,
    plan: Annotated[Path | None, typer.Option(help=PLANS)] = None,
    describe: Annotated[bool | None, typer.Option("--describe/--no-describe", help=DESCRIBE)] = None,
) -> None:
    """Bring new runs home, lay each beside its plan, analyse it, and let the profile learn.

    The profile in the folder learns from what you labelled and from forward runs, never from a guess. What was
    interrupted goes on with the same command.
    """
    from retrorun.batch import sync

    options.refuse(describe is not None and service is not Service.INTERVALS_ICU, "--describe is for intervals.icu")
    planned = None if plan is None else sync.read_plans(plan)
    first = _since(since)
    connection = _connect(service)
    for done in services.fetch(connection, first, output):
        _say_fetched(done)
    for run in sync.analyse_home(output, plans=planned):
        _say_run(run)
    if describe is not None and isinstance(connection, intervals_icu.IntervalsIcu):
        for run in sync.describe_home(connection, output, take_out=not describe):
            say(f"{run.file}: {'described' if describe else 'the line was taken out'}", whole=True)
    runs = sync.load_state(output).runs
    learnt = sum(run.learnt for run in runs)
    said = f"the profile rests on {learnt} of {len(runs)} runs"
    say(f"{said}: {output / sync.PROFILE}" if learnt else f"{said}: there is none yet", whole=True)


def garmin_login() -> garmin_connect.Login:
    """Name and password for Garmin Connect, from RETRORUN_GARMIN_EMAIL and RETRORUN_GARMIN_PASSWORD or as typed."""
    email, password = os.environ.get(EMAIL, ""), os.environ.get(PASSWORD, "")
    if not (email and password):
        _must_be_a_terminal("not logged in", f"do it once in a terminal, or set {EMAIL} and {PASSWORD}")
        email = email or typer.prompt("Name at Garmin (e-mail)", err=True)
        password = password or getpass("Password at Garmin (not shown): ")
    return garmin_connect.Login(email=email.strip(), password=password)


def garmin_code() -> str:
    """The code that Garmin sends where the login has a second step."""
    _must_be_a_terminal("the login has a second step", f"do it once in a terminal, {garmin_connect.OTHER_WAY}")
    return getpass("Code that Garmin sent you: ").strip()


def _must_be_a_terminal(what: str, hint: str) -> None:
    if not sys.stdin.isatty():
        raise garmin_connect.LoginError(what, where=garmin_connect.WHERE, hint=hint) from None


def _connect(service: Service) -> intervals_icu.IntervalsIcu | garmin_connect.GarminConnect:
    """The connection to a service, with the runner's own key or login."""
    if service is Service.INTERVALS_ICU:
        return intervals_icu.IntervalsIcu(keys.intervals_icu_key())
    typer.echo(f"warning: {garmin_connect.UNOFFICIAL}", err=True)
    return garmin_connect.connect(garmin_login, garmin_code)


def _since(since: str | None) -> date:
    return options.day(since or "today", "--since") - timedelta(weeks=0 if since else WEEKS)


def _say_fetched(done: services.Fetched) -> None:
    """One line on what became of an activity; nothing on what is home already or was not wanted."""
    if done.state == "not on foot" or (done.state == "known" and not done.reason):
        return
    what = done.reason or str(done.path)
    say(f"{done.state:<10} {done.start.replace('T', ' ') or done.number}  {what}", whole=True)


def _say_run(run: Synced) -> None:
    parts = [run.line.removeprefix(services.MARK).strip(), run.plan]
    said = "; ".join(part for part in parts if part) or run.reason
    say(f"{run.file}: {said}", whole=True)
    if run.line and run.reason:
        say(f"not learnt from: {run.reason}", indent=2, under=4)


# ---- strava ----------------------------------------------------------------------------------------------------------

ActivityId = Annotated[int, typer.Argument(help="The number in the address of the activity's page.", min=1)]
strava = typer.Typer(no_args_is_help=True, help="Your own runs at Strava; needs the extra `strava`.")


@strava.command()
def login(
    write: Annotated[bool, typer.Option("--write", help="Also allow `annotate` to change descriptions.")] = False,
    port: Annotated[int, typer.Option(help="The port for Strava's answer; any that is free by default.")] = 0,
) -> None:
    """Log in to Strava in the browser, with your own application (STRAVA_CLIENT_ID, STRAVA_CLIENT_SECRET).

    Strava's terms allow you to see your own data: it is analysed here, never stored, and no profile learns from it.
    """
    from retrorun.services.strava import LoginServer, Strava

    application = keys.Application.from_environment()
    with LoginServer(secrets.token_urlsafe(24), port=port) as server:
        address = server.url(application.client_id, write=write)
        say("Open this page, if your browser does not do it by itself:")
        typer.echo(address)  # unfolded, so that it can be copied
        webbrowser.open(address)
        code = server.wait(time.monotonic)
    Strava(application, keys.token_path()).exchange(code)
    say(f"Logged in. The tokens are in {keys.token_path()}, readable by you only.")


@strava.command("fetch")
def analyse_at_strava(activity_id: ActivityId, as_json: options.JsonOption = False) -> None:
    """Analyse one of your own activities. Nothing of it is stored."""
    from retrorun.cli.analyze import tell
    from retrorun.report.export import analysis_document

    connection, run = _at_strava(activity_id)
    if as_json:
        say_json(analysis_document(run.activity, run.detection))
        return
    tell(run, title=f"Strava activity {activity_id}")
    if connection.limits:
        say(f"Strava's limits: {connection.limits}")


@strava.command()
def annotate(
    activity_id: ActivityId,
    in_name: Annotated[bool, typer.Option("--name", help="Also put the backward distance into the name.")] = False,
) -> None:
    """Write what was run backward into the description of one of your own activities: one marked line, never two."""
    from retrorun.batch.sync import ran_of

    connection, run = _at_strava(activity_id)
    changed = connection.annotate(activity_id, ran_of(run.summary), in_name=in_name)
    say("The description was changed." if changed else "It already says so; nothing was changed.")


def _at_strava(activity_id: int) -> tuple[Strava, rr.Analysis]:
    from retrorun.services.strava import Strava

    connection = Strava(keys.Application.from_environment(), keys.token_path())
    return connection, rr.analyse(connection.fetch(activity_id))
