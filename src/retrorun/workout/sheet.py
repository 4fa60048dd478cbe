"""A session as a sheet for a coach, and back: Markdown, or plain text for a notice board. It holds a whole session."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from retrorun.errors import SessionError, WorkoutError
from retrorun.session import notation, values, wording
from retrorun.session.amounts import amounts
from retrorun.session.model import Direction, Intensity, Repeat, Session, Setting, Step, number_of, walk, written_per_m
from retrorun.session.values import LapButton, Times
from retrorun.units import format_clock, format_distance
from retrorun.workout.decode import Decompiled, Exported
from retrorun.workout.step_text import incline, label, length, one_line, purpose, read_sentence, targets

_MARKS = re.compile(r"([\\`*_{}\[\]<>#+\-.!|~&=])")
_NAMELESS = "Session"
_PLACES = {
    Setting.ROAD: "",
    Setting.TRACK: "On the track.",
    Setting.TRAIL: "On a trail.",
    Setting.TREADMILL: "On a treadmill.",
}


def to_sheet(session: Session, *, style: Literal["markdown", "plain"] = "markdown") -> Exported:
    """A session as a coach's sheet, each step with its direction first. Nothing is lost: it has no findings."""
    page = _MARKDOWN if style == "markdown" else _PLAIN
    name = page.own(one_line(session.name)) or _NAMELESS
    about = [_PLACES[session.setting], *session.note.split("\n")]
    blocks = [
        page.title(name),
        page.line_end.join(page.own(one_line(line)) for line in about if line.strip()),
        "\n".join(_line(page, place, item) for place, item in walk(session.steps)),
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


def _line(page: _Page, place: str, item: Step | Repeat) -> str:
    number = number_of(place)
    if isinstance(item, Repeat):
        return page.repeat(number, _repeat_words(page, item))
    return page.step(number, label(item), _step_words(page, item))


def _step_words(page: _Page, step: Step) -> str:
    held = targets(step)
    facts = [length(step.duration) + (f" @ {held}" if held else ""), incline(step), purpose(step)]
    if step.intensity is Intensity.INTERVAL:
        facts.append(Intensity.INTERVAL.value)
    return _with_note(page, ", ".join(filter(None, facts)), step.note)


def _repeat_words(page: _Page, repeat: Repeat) -> str:
    goal = f"Again and again until {wording.format_until(repeat.until)}"
    if isinstance(repeat.until, Times):
        goal = f"{repeat.until.count} ×"
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
    ways = format_distance(distance_m, per_m=written_per_m(session)) if distance_m else ""
    parts = [ways, format_clock(time_s) if time_s else "", more]
    return " + ".join(filter(None, parts)) or "none"


def _indent(number: str) -> str:
    return "    " * number.count(".")


def _markdown_item(number: str, text: str) -> str:
    return f"{_indent(number)}{number.rsplit('.', maxsplit=1)[-1]}. {text}"


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
    step=lambda number, direction, rest: f"{_indent(number)}{number:<5} {direction:<12}  {rest}",
    repeat=lambda number, words: f"{_indent(number)}{number:<5} {words}",
    total=lambda direction, total: f"{direction.capitalize()} in all: {total}",
    line_end="\n",
)


# ---- and back --------------------------------------------------------------------------------------------------------

_ITEM = re.compile(r"(?P<indent>(?: {4})*)\d+(?:\.\d+)*\.? +(?P<words>.+)")
_REPEAT = re.compile(
    r"(?:(?P<count>\d+) ×|Again and again until (?P<until>.+?))(?P<skip>, the last time without its last step)?"
)
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]<>#+\-.!|~&=])")


def is_sheet(text: str) -> bool:
    """Whether a text is a coach's sheet: a title, steps, and what each direction comes to."""
    lines = text.rstrip().split("\n")
    titled = lines[0].startswith("# ") or (len(lines) > 1 and bool(lines[1]) and not lines[1].strip("="))
    return titled and lines[-1].removeprefix("- ").startswith("Backward in all: ")


def from_sheet(text: str) -> Decompiled:
    """The session of a coach's sheet, as `to_sheet` wrote it, in either style.

    Raises:
        WorkoutError: a line is none that `to_sheet` writes; `where` is its number.
    """
    markdown = text.startswith("# ")

    def own(words: str) -> str:
        return _ESCAPED.sub(r"\1", words) if markdown else words

    blocks = text.rstrip().split("\n\n")
    if len(blocks) < 3:
        what = "the sheet has no steps"
        raise WorkoutError(what, hint="a title, steps and totals stand with empty lines between them")
    title = blocks[0].split("\n")[0]
    about = [own(line.strip()) for block in blocks[1:-2] for line in block.split("\n")]
    levels: list[list[Step | Repeat]] = [[]]
    open_repeats: list[tuple[Repeat, list[Step | Repeat]]] = []
    for number, line in enumerate(blocks[-2].split("\n"), start=1):
        item = _ITEM.fullmatch(line)
        depth = len(item["indent"]) // 4 if item is not None else 0
        _close(levels, open_repeats, depth)
        made = _read_item(item["words"], own) if item is not None else None
        if made is None or depth != len(open_repeats):
            what = "this line is none of a sheet's"
            raise WorkoutError(what, where=f"line {number} of the steps", hint="write it as the others")
        if isinstance(made, Repeat):
            open_repeats.append((made, levels[-1]))
            levels.append([])
        else:
            levels[-1].append(made)
    _close(levels, open_repeats, 0)
    setting = next((setting for setting, words in _PLACES.items() if words and about[:1] == [words]), Setting.ROAD)
    note = "\n".join(about if setting is Setting.ROAD else about[1:])
    name = own(title.removeprefix("# "))
    with values.retold(WorkoutError):
        return Decompiled(
            session=Session(steps=tuple(levels[0]), name="" if name == _NAMELESS else name, note=note, setting=setting)
        )


def _close(
    levels: list[list[Step | Repeat]], open_repeats: list[tuple[Repeat, list[Step | Repeat]]], depth: int
) -> None:
    """End the repeats that stand deeper than a line."""
    while len(open_repeats) > depth:
        repeat, outer = open_repeats.pop()
        body = tuple(levels.pop())
        if not body:
            raise WorkoutError("a repeat of the sheet has no steps", hint="put its steps below it, indented")
        outer.append(replace(repeat, steps=body))


def _read_item(words: str, own: Callable[[str], str]) -> Step | Repeat | None:
    """The step of a line, or its repeat, as yet without its steps."""
    bold = re.fullmatch(r"\*\*(?P<head>(?:\\.|[^*])+)\*\*(?: (?P<rest>.*))?", words)
    parts = [bold["head"], bold["rest"]] if bold else re.split(r" {2,}", words, maxsplit=1)
    head, rest = str(parts[0]), parts[1] if parts[1:] else None
    if rest is not None:
        facts, colon, note = rest.partition(": ")
        end, *more = facts.split(", ")
        end, _, held = end.partition(" @ ")
        kind = next((each for each in more if each in list(Intensity)), "")
        slant = next((each for each in more if each.startswith("incline ")), "")
        plain = ", ".join(filter(None, [head, kind, end, held, slant]))
        return read_sentence(f"{plain}{colon}{own(note)}")
    goal, _, note = head.partition(": ")
    found = _REPEAT.fullmatch(goal)
    if found is None:
        return None
    try:
        until = Times(count=int(found["count"])) if found["count"] else notation.parse_until(found["until"])
        two = (Step(duration=LapButton()),) * 2  # until its own steps are read
        return Repeat(steps=two, until=until, skip_last=found["skip"] is not None, note=own(note))
    except SessionError:
        return None
