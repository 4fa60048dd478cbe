"""`retrorun label`: the runner says which stretches were backward, and which were not."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated

import typer

from retrorun.activity.read import read_activity
from retrorun.analysis.labels import Fingerprint, Label, Labels
from retrorun.analysis.store import load_labels, save_labels
from retrorun.cli.console import say
from retrorun.cli.options import RecordingArgument
from retrorun.errors import LabelError, SessionError
from retrorun.files import read_bytes
from retrorun.session.model import Direction
from retrorun.units import format_clock, parse_time

_SPAN = re.compile(r"\s*(.+?)\s*[-–]\s*(.+?)\s*")

Spans = list[str] | None


def label(
    recording: RecordingArgument,
    backward: Annotated[Spans, typer.Option(help="Run backward, e.g. 12:30-13:10; can be given again.")] = None,
    forward: Annotated[Spans, typer.Option(help="Run forward, whatever the analysis says.")] = None,
    forget: Annotated[Spans, typer.Option(help="Take back what was said about this stretch.")] = None,
) -> None:
    """Correct a result: say which stretches were run backward or forward, in time since the start.

    Labels are kept beside the recording, in FILE.labels.json, and win over every analysis. Without an option, those
    that there are get listed.
    """
    activity = read_activity(recording)
    data = read_bytes(recording)
    here = Fingerprint.of(activity, data)
    labels = load_labels(recording)
    if labels.labels and not labels.recording.same_run(here):
        raise LabelError(
            "the labels beside it belong to another run", where=str(recording), hint="move the .labels.json file away"
        )
    if labels.changed_since(data):
        say("the file has changed since it was labelled; the run in it is the same")
    changed = _changed(labels, backward or [], forward or [], forget or [], here.length_s)
    if changed != labels:
        path = save_labels(replace(changed, recording=here), recording)
        say(f"labels     {path}")
    for one in changed.labels:
        say(f"{one.direction.value:<10} {format_clock(one.start_s)}-{format_clock(one.end_s)}")
    if not changed.labels:
        say("no labels")


def _changed(labels: Labels, backward: list[str], forward: list[str], forget: list[str], length_s: float) -> Labels:
    for text in forget:
        labels = labels.forget(*_span(text, length_s))
    for direction, texts in ((Direction.BACKWARD, backward), (Direction.FORWARD, forward)):
        for text in texts:
            start_s, end_s = _span(text, length_s)
            labels = labels.add(Label(start_s=start_s, end_s=end_s, direction=direction))
    return labels


def _span(text: str, length_s: float) -> tuple[float, float]:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise LabelError(f"{text!r} is no stretch of time", hint="write it as 12:30-13:10")
    try:
        start_s, end_s = parse_time(found[1]), parse_time(found[2])
    except SessionError as error:
        raise LabelError(error.what, where=text, hint="write it as 12:30-13:10") from None
    if end_s > length_s + 1.0:
        raise LabelError(f"the recording ends at {format_clock(length_s)}", where=text, hint="count from its start")
    return start_s, min(end_s, length_s)
