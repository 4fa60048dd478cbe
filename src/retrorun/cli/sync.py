"""`retrorun sync`: from the service to the folder, through the analysis, and back into the description."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retrorun.batch.plans import read_plans
from retrorun.batch.sync import PROFILE, Synced, analyse_home, describe_home, load_state
from retrorun.cli.console import say
from retrorun.cli.fetch import FolderOption, Service, SinceOption, connect, say_fetched, since_day
from retrorun.services.fetch import MARK, fetch
from retrorun.services.intervals_icu import IntervalsIcu


def sync(
    output: FolderOption,
    service: Annotated[Service, typer.Option(help="The service.")] = Service.INTERVALS_ICU,
    since: SinceOption = None,
    plan: Annotated[
        Path | None, typer.Option(help="A folder of planned sessions, for runs that carry no workout.")
    ] = None,
    describe: Annotated[
        bool | None,
        typer.Option(
            "--describe/--no-describe", help="Write one marked line into each description there, or take it out again."
        ),
    ] = None,
) -> None:
    """Bring new runs home, lay each beside its plan, analyse it, and let the profile learn.

    The profile in the folder learns from what you labelled and from forward runs, never from a guess. What was
    interrupted goes on with the same command.
    """
    if describe is not None and service is not Service.INTERVALS_ICU:
        raise typer.BadParameter("--describe is for intervals.icu")
    plans = None if plan is None else read_plans(plan)
    first = since_day(since)
    connection = connect(service)
    for done in fetch(connection, first, output):
        say_fetched(done)
    for run in analyse_home(output, plans=plans):
        _say_run(run)
    if describe is not None and isinstance(connection, IntervalsIcu):
        for run in describe_home(connection, output, take_out=not describe):
            say(f"{run.file}: {'described' if describe else 'the line was taken out'}", whole=True)
    state = load_state(output)
    learnt = sum(run.learnt for run in state.runs)
    said = f"the profile rests on {learnt} of {len(state.runs)} runs"
    say(f"{said}: {output / PROFILE}" if learnt else f"{said}: there is none yet", whole=True)


def _say_run(run: Synced) -> None:
    parts = [run.line.removeprefix(MARK).strip(), run.plan]
    said = "; ".join(part for part in parts if part) or run.reason
    say(f"{run.file}: {said}", whole=True)
    if run.line and run.reason:
        say(f"not learnt from: {run.reason}", indent=2, under=4)
