"""Labels by lap: two presses of the lap button are the cheapest truth about direction that there is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrorun.activity.model import Activity
from retrorun.errors import LabelError
from retrorun.intervals import Interval, union
from retrorun.match.model import Match
from retrorun.session.model import Direction

HINT = "write laps:even, laps:odd, lap:3,5-7, all or steps, or a stretch of time such as 12:30-13:10"
_LAPS = re.compile(r"laps?:\s*(?P<which>even|odd|all|[\d,\s-]+)", re.IGNORECASE)
_RANGE = re.compile(r"(\d{1,5})(?:\s*-\s*(\d{1,5}))?")


def speaks_of_laps(words: str) -> bool:
    """Whether words name laps, the whole run or a plan's steps, and not a stretch of time."""
    return words.strip().lower() in ("all", "steps") or words.strip().lower().startswith("lap")


def spans_of_laps(activity: Activity, words: str, *, match: Match | None = None) -> tuple[Interval, ...]:
    """The stretches that words such as `laps:even` mean, neighbours joined.

    Args:
        activity: the recording, with its laps, which are counted from 1.
        words: `laps:even`, `laps:odd`, `lap:3,5-7`, `all` (the whole recording) or `steps` (the planned backward steps
            that were done).
        match: the plan laid onto the run; needed for `steps`.

    Raises:
        LabelError: the words are none of these, there is no such lap, or no plan.
    """
    lower = words.strip().lower()
    if lower == "all":
        return (Interval(start_s=0.0, end_s=float(activity.time_s[-1])),)
    if lower == "steps":
        return _steps(match)
    found = _LAPS.fullmatch(words.strip())
    if found is None:
        raise LabelError(f"{words!r} names no laps", where=words, hint=HINT)
    numbers = _numbers(found["which"].lower(), len(activity.laps), words)
    laps = [activity.laps[number - 1] for number in numbers]
    return union([Interval(start_s=lap.start_s, end_s=lap.end_s) for lap in laps if lap.end_s > lap.start_s])


def _numbers(which: str, count: int, words: str) -> Sequence[int]:
    if count == 0:
        raise LabelError("the recording has no laps", where=words, hint="give a stretch of time, such as 12:30-13:10")
    if which in ("even", "odd", "all"):
        return range(*{"even": (2, count + 1, 2), "odd": (1, count + 1, 2), "all": (1, count + 1, 1)}[which])
    chosen: list[int] = []
    for part in which.split(","):
        found = _RANGE.fullmatch(part.strip())
        if found is None:
            raise LabelError(f"{part.strip()!r} is no lap", where=words, hint=HINT)
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last <= count:
            raise LabelError(f"there is no lap {part.strip()}", where=words, hint=f"laps go from 1 to {count}")
        chosen += range(first, last + 1)
    return chosen


def planned_backward(match: Match | None) -> tuple[Interval, ...]:
    """The planned backward steps that were done, neighbours joined; none without a plan."""
    return union(
        [
            Interval(start_s=step.start_s, end_s=step.end_s)
            for step in (() if match is None else match.steps)
            if step.step.direction is Direction.BACKWARD and step.start_s is not None and step.end_s is not None
        ]
    )


def _steps(match: Match | None) -> tuple[Interval, ...]:
    if match is None:
        raise LabelError("there is no plan to take steps from", where="steps", hint=HINT)
    spans = planned_backward(match)
    if not spans:
        raise LabelError("the plan has no backward step that was done", where="steps", hint=HINT)
    return spans
