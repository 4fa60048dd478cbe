"""Questions to a runner at a terminal, one key each: was this stretch run backward?"""

from __future__ import annotations

import sys

import typer

from retrorun.analysis.analyse import Analysis
from retrorun.analysis.labels import Label, Labels, planned_backward, said_of
from retrorun.cli.console import say
from retrorun.detection.resample import stretch_means
from retrorun.errors import LabelError
from retrorun.intervals import Interval, covered_s, overlap_s
from retrorun.session.model import Direction
from retrorun.units import format_clock, format_pace, format_percent

SAME = 0.5  # chosen: a stretch of which half is labelled, or called already, is not asked about again
OPTIONS = "say it with --backward, --forward or --forget; --laps lists what there is"
_KEYS = {"y": Direction.BACKWARD, "n": Direction.FORWARD, "s": None, "\r": None, "\n": None}
_ENOUGH = ("q", "\x03", "\x04", "\x1b")


def candidates(run: Analysis, labels: Labels) -> tuple[Interval, ...]:
    """What may have been run backward, and neither runner nor recording says: what was called, and planned steps."""
    said = said_of(run.activity, labels).labels
    found: list[Interval] = []
    called = [Interval(start_s=one.start_s, end_s=one.end_s) for one in run.detection.segments]
    for one in (*called, *planned_backward(run.match)):
        known = max(covered_s(one, said), *(overlap_s(one, other) for other in found), 0.0)
        if known < SAME * one.duration_s:
            found.append(one)
    return tuple(sorted(found, key=lambda one: one.start_s))


def must_be_a_terminal() -> None:
    """Refuse to ask where nobody could answer.

    Raises:
        LabelError: this is no terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise LabelError("this is no terminal, where questions could be asked", hint=OPTIONS)


def ask(run: Analysis, labels: Labels) -> tuple[Label, ...]:
    """What the runner says of each candidate."""
    open_ = candidates(run, labels)
    if not open_:
        say("there is nothing to ask: whatever was called or planned backward is labelled, or said by the recording")
        return ()
    say("Was it run backward? y yes, n no, s skip, q enough")
    answers: list[Label] = []
    for number, one in enumerate(open_, start=1):
        typer.echo(f"{number} of {len(open_)}  {_shown(run, one)}  ", nl=False)
        key = _key()
        if key in _ENOUGH:
            break
        direction = _KEYS[key]
        if direction is not None:
            answers.append(Label(start_s=one.start_s, end_s=one.end_s, direction=direction))
    return tuple(answers)


def agrees(question: str) -> bool:
    """Whether the runner presses y."""
    typer.echo(f"{question} y yes, n no  ", nl=False)
    return _key() == "y"


def _key() -> str:
    """The next key that means something, which is shown."""
    while True:
        try:
            key = typer.getchar().lower()
        except EOFError:  # how a terminal tells Ctrl-D
            key = "\x04"
        if key in _KEYS or key in _ENOUGH:
            typer.echo(key if key.isalpha() else "")
            return key


def _shown(run: Analysis, one: Interval) -> str:
    speed, cadence, _ = stretch_means(run.activity, one.start_s, one.end_s)
    parts = [f"{format_clock(one.start_s)}-{format_clock(one.end_s)}"]
    parts += [format_pace(speed)] * (speed > 0) + [f"{cadence:.0f} spm"] * (cadence > 0)
    called = max(run.detection.segments, key=lambda segment: overlap_s(segment, one), default=None)
    if called is not None and overlap_s(called, one) > 0:
        parts.append(f"chance {format_percent(called.probability)}")
    else:
        parts.append("planned, not called")
    return ", ".join(parts)
