"""What a session amounts to, as text: its steps with time and distance, its sums, and its profile."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from functools import partial

from retrorun.report.figures.session import profile_of
from retrorun.session.amounts import Amounts, StepAmount, amounts
from retrorun.session.model import Direction, Gait, Intensity, Repeat, Session, Step, walk, written_per_m
from retrorun.session.values import Times
from retrorun.session.wording import format_duration
from retrorun.units import format_clock, format_distance, format_percent
from retrorun.workout.step_text import incline, label, length, one_line, purpose, targets

WIDTH = 80
_AMOUNTS = 19  # columns for time and distance at the end of a line
_UNKNOWN = "–"
_STRIP_COLUMNS = 68
_LEAST_COVER = 0.25  # of a column, for a direction to show in it
_LEVELS = {"forward": " ▂▄█", "backward": " ▔▀█"}  # from nothing over rest and walk to run


def session_text(session: Session, *, per_m: float | None = None) -> str:
    """A session for people: name, steps with what each amounts to, sums, and a picture.

    Long ways are by `per_m` metres, else as the session is written.
    """
    per_m = written_per_m(session) if per_m is None else per_m
    whole = amounts(session)
    by_place = {each.place: each for each in whole.steps}
    lines = [", ".join(part for part in (one_line(session.name), session.setting.value) if part)]
    if session.note:
        lines += _wrapped(one_line(session.note), "  ")
    lines += ["", *_step_lines(session, by_place, per_m), ""]
    lines += [f"{name:<10} {words}" for name, words in sums(whole, per_m=per_m)] + [""]
    lines += _picture(session)
    return "\n".join(lines)


def _step_lines(session: Session, by_place: dict[str, StepAmount], per_m: float) -> Iterator[str]:
    for place, item in walk(session.steps):
        indent = " " * 2 * place.count("[")
        if isinstance(item, Repeat):
            note = f": {one_line(item.note)}" if item.note else ""
            yield from _wrapped(f"{repeat_words(item)}{note}", indent)
            continue
        first, *rest = _wrapped(
            f"{length(item.duration):<10} {step_words(item)}", indent, width=WIDTH - _AMOUNTS, hang=11
        )
        yield f"{first:<{WIDTH - _AMOUNTS}}{_amount(by_place[place], per_m)}".rstrip()
        yield from rest
        if item.note:
            yield from _wrapped(one_line(item.note), indent + " " * 11)


def repeat_words(repeat: Repeat) -> str:
    """How often a repeat goes round, e.g. `4 times`."""
    counted = isinstance(repeat.until, Times)
    rounds = f"{format_duration(repeat.until)} times" if counted else format_duration(repeat.until)
    return rounds + (", the last round without its last step" if repeat.skip_last else "")


def step_words(step: Step) -> str:
    """What to do in a step, e.g. `BACKWARD run, at 6:40-7:20/km`."""
    return ", ".join(filter(None, (label(step), targets(step) and f"at {targets(step)}", incline(step), purpose(step))))


def amount_words(amount: StepAmount, *, per_m: float = 1000.0) -> tuple[str, str]:
    """The time and the distance of one round of a step."""
    time = _UNKNOWN if amount.time_s is None else format_clock(amount.time_s)
    return time, _UNKNOWN if amount.distance_m is None else format_distance(amount.distance_m, per_m=per_m)


def _amount(amount: StepAmount, per_m: float) -> str:
    time, distance = amount_words(amount, per_m=per_m)
    return f"{time:>8} {distance:>10}"


def sums(whole: Amounts, *, per_m: float = 1000.0) -> Iterator[tuple[str, str]]:
    """The sums as far as they are known, in all and backward, and the backward share where both are."""
    time_s, distance_m = whole.time_s, whole.distance_m
    ways = partial(format_distance, per_m=per_m)
    time = _known(format_clock, time_s.total, time_s.whole)
    distance = _known(ways, distance_m.total, distance_m.whole)
    yield "planned", f"{time}, {distance}"
    time = _known(format_clock, time_s.backward, time_s.split)
    distance = _known(ways, distance_m.backward, distance_m.split)
    yield "backward", f"{time}, {distance}"
    shares = [
        f"{format_percent(total.backward_share)} of the {name}"
        for name, total in (("time", time_s), ("distance", distance_m))
        if total.backward_share is not None
    ]
    if shares:
        yield "share", ", ".join(shares)


def _known(show: Callable[[float], str], value: float, whole: bool) -> str:  # noqa: FBT001 - a fact, not a switch
    if whole:
        return show(value)
    return f"at least {show(value)}" if value > 0 else "unknown"


def _picture(session: Session) -> list[str]:
    forward, backward = terminal_strip(session)
    lines = [f"forward    {forward}".rstrip(), f"backward   {backward}".rstrip()]
    return lines + [f"           ({remark})" for remark in profile_of(session).remarks]


def _wrapped(text: str, indent: str, *, width: int = WIDTH, hang: int = 2) -> list[str]:
    return textwrap.wrap(
        text,
        width=width,
        initial_indent=indent,
        subsequent_indent=indent + " " * hang,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [indent.rstrip()]


def terminal_strip(session: Session, *, columns: int = _STRIP_COLUMNS) -> tuple[str, str]:
    """Two lines of block characters, forward and backward, as wide as they are told: high for running, low for rest."""
    profile = profile_of(session)
    width_s = profile.end_s / columns
    cover = {direction: [[0.0] * 4 for _ in range(columns)] for direction in Direction}
    for block in profile.blocks:
        first, last = int(block.start_s / width_s), min(int(block.end_s / width_s), columns - 1)
        for column in range(min(first, columns - 1), last + 1):
            overlap_s = min(block.end_s, (column + 1) * width_s) - max(block.start_s, column * width_s)
            cover[block.step.direction][column][_level(block.step)] += max(overlap_s, 0.0)
    forward, backward = (
        "".join(_char(cell, width_s, _LEVELS[direction.value]) for cell in cover[direction])
        for direction in (Direction.FORWARD, Direction.BACKWARD)
    )
    return forward, backward


def _level(step: Step) -> int:
    if step.intensity is Intensity.REST:
        return 1
    return 2 if step.gait is Gait.WALK else 3


def _char(cell: list[float], width_s: float, levels: str) -> str:
    """The character for what covers most of a column in one direction; a blank where that is next to nothing."""
    if sum(cell) < _LEAST_COVER * width_s:
        return levels[0]
    return levels[max(range(4), key=lambda level: cell[level])]
