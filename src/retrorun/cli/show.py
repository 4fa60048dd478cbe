"""`retrorun show`: what a file is and what it says, for a session, a FIT workout or a recording."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from retrorun.activity.model import COLUMNS, Activity, Lap
from retrorun.activity.read import read_activity
from retrorun.cli.analyze import tell_recording
from retrorun.cli.console import say, say_table
from retrorun.cli.sources import kind_of
from retrorun.files import read_bytes
from retrorun.match.carried import carried_plan
from retrorun.session.amounts import amounts
from retrorun.session.document import load_session
from retrorun.session.model import Repeat, Session, Step, Times
from retrorun.session.notation import format_session
from retrorun.session.wording import format_duration
from retrorun.units import format_clock, format_distance, format_pace
from retrorun.workout.fit import decompile_workout
from retrorun.workout.wording import incline, label, length, one_line, purpose, targets


def show(
    file: Annotated[Path, typer.Argument(help="A session, a FIT workout or a recording.")],
) -> None:
    """Show what a file is and what it says; the content decides, not the name."""
    data = read_bytes(file)
    match kind_of(data, where=str(file)):
        case "session":
            show_session(load_session(file), title=f"{file.name}: a session")
        case "workout":
            show_session(decompile_workout(data), title=f"{file.name}: a FIT workout")
        case "recording":
            show_recording(read_activity(file), title=f"{file.name}: a recording")


def show_session(session: Session, *, title: str) -> None:
    """Print a session: its name, its steps with repeats indented, what it adds up to, and its notation."""
    say(title)
    say(", ".join(part for part in (session.name, session.setting.value) if part))
    if session.note:
        say(session.note, indent=2)
    say()
    _show_steps(session.steps, indent=2)
    say()
    _show_sums(session)
    say(format_session(session), under=2)


def show_recording(activity: Activity, *, title: str) -> None:
    """Print a recording: device, samples, which columns it has, laps, and the plan it carries."""
    tell_recording(activity, title=title)
    length_s = float(activity.time_s[-1] - activity.time_s[0]) if len(activity) else 0.0
    say(f"samples    {len(activity)} in {format_clock(length_s)}")
    for name in COLUMNS[1:]:
        share = float(np.isfinite(getattr(activity, name)).mean()) if len(activity) else 0.0
        say(f"{name:<18} {'missing' if share == 0 else f'{100 * share:.0f} % known'}", indent=2)
    for decision in activity.decisions:
        say(f"decided    {decision}", under=11)
    if activity.laps:
        say()
        say_table(("lap", "start", "time", "distance", "pace", "step", "ended by"), map(_lap_row, *_numbered(activity)))
    if activity.workout is not None:
        say()
        _show_plan(activity)


def _numbered(activity: Activity) -> tuple[range, tuple[Lap, ...]]:
    return range(1, len(activity.laps) + 1), activity.laps


def _lap_row(number: int, lap: Lap) -> tuple[str, ...]:
    time_s = lap.end_s - lap.start_s if lap.timer_s is None else lap.timer_s
    known = lap.distance_m is not None and time_s > 0
    return (
        str(number),
        format_clock(lap.start_s),
        format_clock(time_s),
        "" if lap.distance_m is None else format_distance(lap.distance_m),
        format_pace(lap.distance_m / time_s) if known and lap.distance_m is not None else "",
        "" if lap.planned_step_index is None else str(lap.planned_step_index + 1),
        lap.trigger,
    )


def _show_plan(activity: Activity) -> None:
    """The plan inside a recording; where it cannot be a session that is said, and nothing fails."""
    carried, reasons = carried_plan(activity)
    for reason in reasons:
        say(reason)
    if carried is not None:
        show_session(carried.session, title="The workout that it was run to:")


def _show_steps(steps: tuple[Step | Repeat, ...], *, indent: int) -> None:
    for step in steps:
        if isinstance(step, Repeat):
            rounds = f"{step.until.count} times" if isinstance(step.until, Times) else format_duration(step.until)
            last = ", the last round without its last step" if step.skip_last else ""
            note = f": {one_line(step.note)}" if step.note else ""
            say(f"{rounds}{last}{note}", indent=indent, under=indent + 2)
            _show_steps(step.steps, indent=indent + 2)
            continue
        words = [label(step), targets(step) and f"at {targets(step)}", incline(step), purpose(step)]
        text = ", ".join(filter(None, words))
        say(f"{length(step.duration):<10} {text}", indent=indent, under=indent + 11)
        if step.note:
            say(one_line(step.note), indent=indent + 11)


def _show_sums(session: Session) -> None:
    """How long and how far the session is, as far as its steps say, and how much of it is backward."""
    amount = amounts(session)
    time, distance = amount.time_s, amount.distance_m
    say(f"{'planned':<11}{_sum(time.total, time.whole, format_clock)}, {_sum(distance.total, distance.whole)}")
    say(f"{'backward':<11}{_sum(time.backward, time.split, format_clock)}, {_sum(distance.backward, distance.split)}")


def _sum(value: float, known: bool, write: Callable[[float], str] = format_distance) -> str:
    return write(value) if known else f"at least {write(value)}"
