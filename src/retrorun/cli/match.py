"""`retrorun match`: a plan beside the run, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retrorun.activity.model import Activity
from retrorun.activity.read import read_activity
from retrorun.analysis.adherence import adherence
from retrorun.analysis.detect import detect
from retrorun.analysis.labels import Labels, load_labels
from retrorun.cli.console import say, say_json
from retrorun.cli.options import (
    SESSION_HELP,
    STDIN,
    JsonOption,
    PlanOption,
    ProfileOption,
    RecordingArgument,
    Units,
    UnitsOption,
    bytes_of,
    session_argument,
    title_of,
)
from retrorun.cli.session_argument import session_of
from retrorun.cli.sources import must_be_on_foot, profile_of
from retrorun.match.identity import load_index
from retrorun.match.match import match_plan
from retrorun.report.export import adherence_document
from retrorun.report.tables import adherence_table
from retrorun.session.model import Session


def match(
    recording: RecordingArgument,
    session: Annotated[str | None, session_argument(f"The plan, if the recording has none. {SESSION_HELP}")] = None,
    plan: PlanOption = None,
    index: Annotated[Path | None, typer.Option(help="The index that `compile --index` keeps (JSON).")] = None,
    profile: ProfileOption = None,
    units: UnitsOption = Units.KM,
    as_json: JsonOption = False,
) -> None:
    """Lay a plan beside the run: each step with what was planned, what was done, and how it ended."""
    if session is not None and plan is not None:
        raise typer.BadParameter("give the plan once: after the recording, or with --plan")
    data = bytes_of(recording)
    activity = read_activity(data if str(recording) == STDIN else recording)
    must_be_on_foot(activity, recording)
    usual = profile_of(profile)
    found = match_plan(activity, _planned(activity, plan if session is None else session, index))
    labels = Labels() if str(recording) == STDIN else load_labels(recording)
    detection = detect(activity, profile=usual, plan=found, labels=labels)
    kept = adherence(found, activity, detection, labels=labels)
    if as_json:
        say_json(adherence_document(found, kept))
        return
    title, name = title_of(recording), found.session.name
    say(f"{title}: {name}" if name else title)
    say()
    typer.echo(adherence_table(kept, per_m=units.per_m).to_text())
    if labels.changed_since(data):
        say("the file has changed since it was labelled; the run in it is the same")


def _planned(activity: Activity, session: str | None, index: Path | None) -> Session | None:
    """The session given, or the one that the recording's workout was compiled from, or the carried one (None)."""
    if session is not None:
        return session_of(session)
    return None if index is None else load_index(index).find(activity.training_file)
