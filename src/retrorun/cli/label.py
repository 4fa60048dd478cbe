"""`retrorun label`: the runner says which stretches were backward, and which were not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from retrorun.activity.model import Lap
from retrorun.analysis.analyse import Analysis, analyse
from retrorun.analysis.labels import (
    LAPS_HINT,
    Label,
    Labels,
    changing_labels,
    load_labels,
    save_labels,
    spans_of_laps,
    speaks_of_laps,
)
from retrorun.cli.ask import agrees, ask, must_be_a_terminal
from retrorun.cli.console import say, say_table
from retrorun.cli.options import RecordingArgument
from retrorun.detection.resample import stretch_means
from retrorun.errors import LabelError, SessionError
from retrorun.intervals import Span, covered_s
from retrorun.match.model import timer_s
from retrorun.session.model import Direction
from retrorun.units import format_clock, format_pace, parse_time

_SPAN = re.compile(r"\s*(.+?)\s*[-–]\s*(.+?)\s*")

Spans = list[str] | None


def label(
    recording: RecordingArgument,
    backward: Annotated[
        Spans, typer.Option(help="Run backward: 12:30-13:10, laps:even, lap:3,5-7, all or steps; may come again.")
    ] = None,
    forward: Annotated[Spans, typer.Option(help="Run forward, whatever the analysis says.")] = None,
    forget: Annotated[Spans, typer.Option(help="Take back what was said about this stretch.")] = None,
    show_laps: Annotated[bool, typer.Option("--laps", help="List labels and laps, with pace and cadence.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be said; write nothing.")] = False,
) -> None:
    """Correct a result: say which stretches were run backward or forward, in time since the start.

    Labels are kept beside the recording, in FILE.labels.json, and win over every analysis. Without an option, what was
    called or planned backward is asked about in the terminal, one key each, and shown before it is written.
    """
    run = analyse(recording, labels=None)
    answers: tuple[Label, ...] = ()
    if not (backward or forward or forget or show_laps):
        answers = _asked(run, recording, dry_run=dry_run)
        if not answers:
            say("nothing was written")
            return
    with changing_labels(recording) as labels:
        _must_belong(labels, run, recording)
        changed = _changed(labels, run, backward or [], forward or [], forget or [])
        for one in answers:
            changed = changed.add(one)
        if changed != labels and not dry_run:
            path = save_labels(replace(changed, recording=run.fingerprint), recording)
            say(f"labels     {path}", whole=True)
    if not answers:
        _say_labels(changed)
    if show_laps or (dry_run and any(map(speaks_of_laps, [*(backward or ()), *(forward or ())]))):
        _say_laps(run, changed)
    if dry_run:
        say("nothing was written")


def _asked(run: Analysis, recording: Path, *, dry_run: bool) -> tuple[Label, ...]:
    """What the runner says at the terminal and wants to be written; nobody else waits for the answers."""
    must_be_a_terminal()
    labels = load_labels(recording)
    _must_belong(labels, run, recording)
    _say_laps(run, labels)
    answers = ask(run, labels)
    for one in answers:
        labels = labels.add(one)
    if answers:
        _say_labels(labels)
    return answers if answers and not dry_run and agrees("Write these labels?") else ()


def _must_belong(labels: Labels, run: Analysis, recording: Path) -> None:
    here = run.fingerprint
    if labels.labels and not labels.recording.same_run(here):
        raise LabelError(
            "the labels beside it belong to another run",
            where=str(recording),
            hint="move the .labels.json file away",
        )
    if labels.recording.digest not in ("", here.digest):
        say("the file has changed since it was labelled; the run in it is the same")


def _say_labels(labels: Labels) -> None:
    for one in labels.labels:
        say(f"{one.direction.value:<10} {format_clock(one.start_s)}-{format_clock(one.end_s)}")
    if not labels.labels:
        say("no labels")


def _changed(labels: Labels, run: Analysis, backward: list[str], forward: list[str], forget: list[str]) -> Labels:
    for text in forget:
        for start_s, end_s in _spans(text, run):
            labels = labels.forget(start_s, end_s)
    for direction, texts in ((Direction.BACKWARD, backward), (Direction.FORWARD, forward)):
        for start_s, end_s in (span for text in texts for span in _spans(text, run)):
            labels = labels.add(Label(start_s=start_s, end_s=end_s, direction=direction))
    return labels


def _say_laps(run: Analysis, labels: Labels) -> None:
    """Each lap with what tells backward from forward and what is said of it, so that a runner sees which are meant."""
    if not run.activity.laps:
        return
    rows = []
    for number, lap in enumerate(run.activity.laps, start=1):
        speed, cadence, _ = stretch_means(run.activity, lap.start_s, lap.end_s)
        time_s = timer_s(lap)
        if lap.distance_m is not None and time_s > 0:
            speed = lap.distance_m / time_s  # as the watch showed it, and as `retrorun show` does
        said = (way.value for way in Direction if _mostly(lap, [one for one in labels.labels if one.direction is way]))
        rows.append(
            (
                str(number),
                format_clock(lap.start_s),
                format_clock(lap.end_s - lap.start_s),
                format_pace(speed) if speed > 0 else "",
                f"{cadence:.0f} spm" if cadence > 0 else "",
                Direction.BACKWARD.value if _mostly(lap, run.detection.segments) else "",
                next(said, ""),
            )
        )
    heads = ("lap", "start", "time", "pace", "cadence", "called", "labelled")
    shown = len(heads) - (not labels.labels)
    say()
    say_table(heads[:shown], [row[:shown] for row in rows], left=heads[5:shown])
    called = ",".join(row[0] for row in rows if row[5]) or "2,4"
    say(f"Say which laps you ran backward: retrorun label FILE --backward lap:{called}", whole=True)


def _mostly(lap: Lap, spans: Iterable[Span]) -> bool:
    return covered_s(lap, spans) > 0.5 * (lap.end_s - lap.start_s)


def _spans(text: str, run: Analysis) -> list[tuple[float, float]]:
    if speaks_of_laps(text):
        return [(span.start_s, span.end_s) for span in spans_of_laps(run.activity, text, match=run.match)]
    return [_span(text, run.fingerprint.length_s)]


def _span(text: str, length_s: float) -> tuple[float, float]:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise LabelError(f"{text!r} is no stretch of time", hint=LAPS_HINT)
    try:
        start_s, end_s = parse_time(found[1]), parse_time(found[2])
    except SessionError as error:
        raise LabelError(error.what, where=text, hint=LAPS_HINT) from None
    if end_s <= start_s:
        raise LabelError("a stretch ends before it starts", where=text, hint=f"did you mean {found[2]}-{found[1]}?")
    if end_s > length_s + 1.0:
        raise LabelError(f"the recording ends at {format_clock(length_s)}", where=text, hint="count from its start")
    return start_s, min(end_s, length_s)
