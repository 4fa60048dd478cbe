"""A session as a sheet for a coach: Markdown, or plain text for a notice board. It holds everything the model holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from retrorun.session.amounts import amounts
from retrorun.session.model import Direction, Intensity, Repeat, Session, Setting, Step
from retrorun.session.values import Times
from retrorun.session.wording import format_duration
from retrorun.units import format_clock, format_distance
from retrorun.workout.finding import Exported
from retrorun.workout.step_text import incline, label, length, one_line, purpose, targets

_MARKS = re.compile(r"([\\`*_{}\[\]<>#+\-.!|~&=])")
_PLACES = {
    Setting.ROAD: "",
    Setting.TRACK: "On the track.",
    Setting.TRAIL: "On a trail.",
    Setting.TREADMILL: "On a treadmill.",
}


def to_sheet(session: Session, *, style: Literal["markdown", "plain"] = "markdown") -> Exported:
    """A session as a coach's sheet, each step with its direction first. Nothing is lost: it has no findings."""
    page = _MARKDOWN if style == "markdown" else _PLAIN
    name = page.own(one_line(session.name)) or "Session"
    about = [_PLACES[session.setting], *session.note.split("\n")]
    blocks = [
        page.title(name),
        page.line_end.join(page.own(one_line(line)) for line in about if line.strip()),
        "\n".join(_lines(page, session.steps, "")),
        "\n".join(page.total(direction, _total(session, direction)) for direction in Direction),
    ]
    return Exported(text="\n\n".join(filter(None, blocks)) + "\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """How a style writes each part: `own` is the coach's own text, which must not be taken for markup."""

    title: Callable[[str], str]
    own: Callable[[str], str]
    step: Callable[[str, str, str], str]  # number, direction, everything else
    repeat: Callable[[str, str], str]  # number, everything else
    total: Callable[[str, str], str]
    line_end: str


def _lines(page: _Page, steps: tuple[Step | Repeat, ...], number: str) -> Iterator[str]:
    for index, step in enumerate(steps, start=1):
        here = f"{number}{index}."
        if isinstance(step, Step):
            yield page.step(here, label(step), _step_words(page, step))
        else:
            yield page.repeat(here, _repeat_words(page, step))
            yield from _lines(page, step.steps, here)


def _step_words(page: _Page, step: Step) -> str:
    held = targets(step)
    facts = [length(step.duration) + (f" @ {held}" if held else ""), incline(step), purpose(step)]
    if step.intensity is Intensity.INTERVAL:
        facts.append(Intensity.INTERVAL.value)
    return _with_note(page, ", ".join(filter(None, facts)), step.note)


def _repeat_words(page: _Page, repeat: Repeat) -> str:
    counted = isinstance(repeat.until, Times)
    words = format_duration(repeat.until)
    goal = f"{words} ×" if counted else "Again and again " + (words if words.startswith("until") else f"until {words}")
    return _with_note(page, goal + (", the last time without its last step" if repeat.skip_last else ""), repeat.note)


def _with_note(page: _Page, words: str, note: str) -> str:
    return f"{words}: {page.own(one_line(note))}" if note else words


def _total(session: Session, direction: Direction) -> str:
    """How far one direction goes in all, and how long where the plan does not say how far; rests do not count."""
    distance_m = time_s = 0.0
    more = ""
    for one in amounts(session).steps:
        step = one.step
        if step.direction is not direction or (step.intensity is Intensity.REST and direction is Direction.FORWARD):
            continue
        if one.rounds is not None and one.distance_m is not None:
            distance_m += one.rounds * one.distance_m
        elif one.rounds is not None and one.time_s is not None:
            time_s += one.rounds * one.time_s
        else:
            more = "more as it comes"
    parts = [format_distance(distance_m) if distance_m else "", format_clock(time_s) if time_s else "", more]
    return " + ".join(filter(None, parts)) or "none"


def _indent(number: str) -> str:
    return "    " * (number.count(".") - 1)


def _markdown_item(number: str, text: str) -> str:
    return f"{_indent(number)}{number.split('.')[-2]}. {text}"


_MARKDOWN = _Page(
    title=lambda name: f"# {name}",
    own=lambda text: _MARKS.sub(r"\\\1", text),
    step=lambda number, direction, rest: _markdown_item(number, f"**{direction}** {rest}"),
    repeat=lambda number, words: _markdown_item(number, f"**{words}**"),
    total=lambda direction, total: f"- {direction.capitalize()} in all: {total}",
    line_end="  \n",
)
_PLAIN = _Page(
    title=lambda name: f"{name}\n{'=' * len(name)}",
    own=lambda text: text,
    step=lambda number, direction, rest: f"{_indent(number)}{number.removesuffix('.'):<5} {direction:<12}  {rest}",
    repeat=lambda number, words: f"{_indent(number)}{number.removesuffix('.'):<5} {words}",
    total=lambda direction, total: f"{direction.capitalize()} in all: {total}",
    line_end="\n",
)
