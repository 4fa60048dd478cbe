"""`retrorun strava …`: one's own runs at Strava."""

from __future__ import annotations

import secrets
import time
import webbrowser
from typing import Annotated

import typer

from retrorun.analysis.analyse import analyse
from retrorun.batch.sync import ran_of
from retrorun.cli.analyze import tell
from retrorun.cli.console import say, say_json
from retrorun.cli.options import JsonOption
from retrorun.report.export import analysis_document
from retrorun.services.keys import Application, token_path
from retrorun.services.strava import LoginServer, Strava

commands = typer.Typer(no_args_is_help=True, help="Your own runs at Strava; needs the extra `strava`.")

ActivityId = Annotated[int, typer.Argument(help="The number in the address of the activity's page.", min=1)]


@commands.command()
def login(
    write: Annotated[bool, typer.Option("--write", help="Also allow `annotate` to change descriptions.")] = False,
    port: Annotated[int, typer.Option(help="The port for Strava's answer; any that is free by default.")] = 0,
) -> None:
    """Log in to Strava in the browser, with your own application (STRAVA_CLIENT_ID, STRAVA_CLIENT_SECRET).

    Strava's terms allow you to see your own data: it is analysed here, never stored, and no profile learns from it.
    """
    application = Application.from_environment()
    with LoginServer(secrets.token_urlsafe(24), port=port) as server:
        address = server.url(application.client_id, write=write)
        say("Open this page, if your browser does not do it by itself:")
        typer.echo(address)  # unfolded, so that it can be copied
        webbrowser.open(address)
        code = server.wait(time.monotonic)
    Strava(application, token_path()).exchange(code)
    say(f"Logged in. The tokens are in {token_path()}, readable by you only.")


@commands.command()
def fetch(
    activity_id: ActivityId,
    as_json: JsonOption = False,
) -> None:
    """Analyse one of your own activities. Nothing of it is stored."""
    strava = Strava(Application.from_environment(), token_path())
    run = analyse(strava.fetch(activity_id))
    if as_json:
        say_json(analysis_document(run.activity, run.detection))
        return
    tell(run, title=f"Strava activity {activity_id}")
    if strava.limits:
        say(f"Strava's limits: {strava.limits}")


@commands.command()
def annotate(
    activity_id: ActivityId,
    in_name: Annotated[bool, typer.Option("--name", help="Also put the backward distance into the name.")] = False,
) -> None:
    """Write what was run backward into the description of one of your own activities: one marked line, never two."""
    strava = Strava(Application.from_environment(), token_path())
    run = analyse(strava.fetch(activity_id))
    changed = strava.annotate(activity_id, ran_of(run.summary), in_name=in_name)
    say("The description was changed." if changed else "It already says so; nothing was changed.")
