"""A session as a sheet for a coach, and back: Markdown, or plain text for a notice board. It holds a whole session."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from retrorun.errors import SessionError, WorkoutError
from retrorun.session import notation, values, wording
from retrorun.session.amounts import amounts
from retrorun.session.model import (
    Direction,
    Intensity,
    Items,
    Repeat,
    Session,
    Setting,
    Step,
    number_of,
    walk,
    written_per_m,
)
from retrorun.session.values import LapButton, Times
from retrorun.units import format_clock, format_distance
from retrorun.workout.decode import Decompiled, Exported
from retrorun.workout.step_text import WHERE, incline, label, length, one_line, purpose, read_sentence, targets

_MARKS = re.compile(r"([\\`*_{}\[\]<>#+\-.!|~&=])")
_NAMELESS = "Session"
_PLACES = {setting: f"{where.capitalize()}." for setting, where in WHERE.items()}


def to_sheet(session: Session, *, style: Literal["markdown", "plain"] = "markdown") -> Exported:
    """A session as a coach's sheet, each step with its direction first. Nothing is lost: it has no findings."""
    markdown = style == "markdown"

    def own(text: str) -> str:
        """The coach's own text, which must not be taken for markup."""
        return _MARKS.sub(r"\\\1", one_line(text)) if markdown else one_line(text)

    name = own(session.name) or _NAMELESS
    about = [_PLACES.get(session.setting, ""), *session.note.split("\n")]
    totals = [f"{direction.capitalize()} in all: {_total(session, direction)}" for direction in Direction]
    blocks = [
        f"# {name}" if markdown else f"{name}\n{'=' * len(name)}",
        ("  \n" if markdown else "\n").join(own(line) for line in about if line.strip()),
        "\n".join(_line(number_of(place), item, own, markdown=markdown) for place, item in walk(session.steps)),
        "\n".join(f"- {total}" if markdown else total for total in totals),
    ]
    return Exported(text="\n\n".join(filter(None, blocks)) + "\n")


def _line(number: str, item: Step | Repeat, own: Callable[[str], str], *, markdown: bool) -> str:
    note = f": {own(item.note)}" if item.note else ""
    if isinstance(item, Repeat):
        goal = f"Again and again until {wording.format_until(item.until)}"
        goal = f"{item.until.count} ×" if isinstance(item.until, Times) else goal
        head, rest = f"{goal}{', the last time without its last step' if item.skip_last else ''}{note}", ""
    else:
        held = targets(item)
        facts = [length(item.duration) + (f" @ {held}" if held else ""), incline(item), purpose(item)]
        facts += [Intensity.INTERVAL.value] if item.intensity is Intensity.INTERVAL else []
        head, rest = label(item), ", ".join(filter(None, facts)) + note
    indent = "    " * number.count(".")
    if markdown:
        return f"{indent}{number.rsplit('.', maxsplit=1)[-1]}. **{head}** {rest}".rstrip()
    return f"{indent}{number:<5} {head:<12}  {rest}" if rest else f"{indent}{number:<5} {head}"


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


# ---- and back --------------------------------------------------------------------------------------------------------

_ITEM = re.compile(r"(?P<indent>(?: {4}){0,9})\d+(?:\.\d+)*\.? +(?P<words>.+)")
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
    rows = [(number, _ITEM.fullmatch(line)) for number, line in enumerate(blocks[-2].split("\n"), start=1)]
    items = _items(rows[::-1], 0, own)
    setting = next((setting for setting, words in _PLACES.items() if about[:1] == [words]), Setting.ROAD)
    note = "\n".join(about if setting is Setting.ROAD else about[1:])
    name = own(title.removeprefix("# "))
    with values.retold(WorkoutError):
        session = Session(steps=items, name="" if name == _NAMELESS else name, note=note, setting=setting)
    return Decompiled(session=session)


def _items(rows: list[tuple[int, re.Match[str] | None]], depth: int, own: Callable[[str], str]) -> Items:
    """The steps and repeats that stand at this depth, up to the first that stands less deep; `rows` from the end."""
    items: list[Step | Repeat] = []
    while rows and (rows[-1][1] is None or len(rows[-1][1]["indent"]) // 4 >= depth):
        number, found = rows.pop()
        made = _read_item(found["words"], own) if found and len(found["indent"]) // 4 == depth else None
        if made is None:
            where = f"line {number} of the steps"
            raise WorkoutError("this line is none of a sheet's", where=where, hint="write it as the others")
        if isinstance(made, Repeat):
            body = _items(rows, depth + 1, own)
            if not body:
                raise WorkoutError("a repeat of the sheet has no steps", hint="put its steps below it, indented")
            made = replace(made, steps=body)
        items.append(made)
    return tuple(items)


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
