"""Sessions and athletes as documents: YAML and JSON with the same content, and files of notation.

The readers and writers of each format are pairs. `retrorun.workout.importing` reads files, of other formats too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable
from dataclasses import fields
from enum import StrEnum
from functools import cache
from os import PathLike
from typing import TYPE_CHECKING, Any

from retrorun.errors import DocumentError, SessionError
from retrorun.files import as_path, read_bytes, write_atomic
from retrorun.session import notation, wording
from retrorun.session.effort import Athlete
from retrorun.session.model import Direction, Intensity, Repeat, Session, Setting, Step, expect_session
from retrorun.session.values import SpeedRange, Times, retold

if TYPE_CHECKING:
    import yaml

    from retrorun.session.shape import RepeatShape, StepShape


def save_session(session: Session, path: str | PathLike[str]) -> None:
    """Write a session to a file: .yaml, .yml, .json, or notation in .txt or .retro.

    Raises:
        SessionError: it is no session.
        DocumentError: no such kind of file is known.
        OutputError: the file cannot be written.
    """
    expect_session(session)
    path = as_path(path)
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        hint = f"use one of {', '.join(_WRITERS)}"
        raise DocumentError("this is no kind of session file", where=str(path), hint=hint)
    write_atomic(path, writer(session).encode())


def session_to_yaml(session: Session) -> str:
    """A session as a YAML document."""
    import yaml

    return yaml.safe_dump(session_to_dict(session), sort_keys=False, allow_unicode=True, width=120)


def session_from_yaml(text: str) -> Session:
    """The session of a YAML document; a DocumentError where it is no YAML, or describes no session."""
    return session_from_dict(_read_yaml(text))


def session_to_json(session: Session) -> str:
    """A session as a JSON document."""
    return json.dumps(session_to_dict(session), indent=2, ensure_ascii=False) + "\n"


_WRITERS: dict[str, Callable[[Session], str]] = {
    **dict.fromkeys((".yaml", ".yml"), session_to_yaml),
    ".json": session_to_json,
    **dict.fromkeys((".txt", ".retro"), lambda session: notation.format_session(session) + "\n"),
}


# ---- a session as plain data, which both kinds of document hold ------------------------------------------------------


def session_to_dict(session: Session) -> dict[str, Any]:
    """A session as plain data, without what goes without saying."""
    return _said(
        name=session.name,
        setting=session.setting if session.setting is not Setting.ROAD else None,
        note=session.note,
        steps=[_item_to_dict(step) for step in session.steps],
    )


def _item_to_dict(item: Step | Repeat) -> dict[str, Any]:
    if isinstance(item, Repeat):
        count = item.until.count if isinstance(item.until, Times) else None
        return _said(
            times=count,
            until=None if count else wording.format_until(item.until),
            repeat=[_item_to_dict(step) for step in item.steps],
            skip_last=item.skip_last,
            note=item.note,
        )
    # A warm-up or a rest is forward without saying so.
    bare = item.direction is Direction.FORWARD and item.intensity not in (Intensity.ACTIVE, Intensity.INTERVAL)
    target, second = (each and wording.format_target(each) for each in (item.target, item.secondary_target))
    return _said(
        duration=wording.format_duration(item.duration),
        direction=None if bare else item.direction,
        gait=item.gait if item.gait is not wording.usual_gait(item.intensity) else None,
        intensity=item.intensity if item.intensity is not Intensity.ACTIVE else None,
        target=target,
        secondary_target=second,
        slope=item.slope,
        incline_pct=item.incline_pct,
        note=item.note,
        direction_guessed=item.direction_guessed,
    )


def _said(**told: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a document holds
    """What is told, enumerations by their word, without texts that are empty and what is not so."""
    plain = {key: value.value if isinstance(value, StrEnum) else value for key, value in told.items()}
    return {key: value for key, value in plain.items() if value or isinstance(value, float)}


def session_from_dict(data: object) -> Session:
    """The session of plain data, as `session_to_dict` makes it; a DocumentError with the path of the first problem."""
    from pydantic import ValidationError

    from retrorun.session.shape import SessionShape, worst_error

    if not isinstance(data, dict):
        raise DocumentError("a session document is a mapping with the key steps", hint="begin with steps:")
    try:
        shape = SessionShape.model_validate(data)
    except ValidationError as error:
        raise worst_error(error.errors()) from None
    except RecursionError:
        raise DocumentError(_TOO_DEEP) from None
    steps = tuple(_item(item, f"steps[{index}]") for index, item in enumerate(shape.steps))
    with retold(DocumentError):
        return Session(steps=steps, name=shape.name, setting=shape.setting, note=shape.note)


_PHRASES: dict[str, Callable[[Any], Any]] = {
    "duration": notation.parse_duration,
    "target": notation.parse_target,
    "secondary_target": notation.parse_target,
    "until": notation.parse_until,
    "times": lambda count: Times(count=count),
}


def _item(shape: StepShape | RepeatShape, place: str) -> Step | Repeat:
    said = {name: value for name, value in shape if value is not None}
    inner = said.pop("repeat", None)
    if inner and ("times" in said) == ("until" in said):
        what = "has both times and until" if "times" in said else "needs times or until"
        raise DocumentError(f"a repeat {what}", where=place, hint="say one of them")
    steps = tuple(_item(item, f"{place}.repeat[{index}]") for index, item in enumerate(inner or ()))
    for name, read in _PHRASES.items():
        if name in said:
            with retold(DocumentError, f"{place}.{name}"):
                said[name] = read(said[name])
    with retold(DocumentError, place):
        if steps:
            return Repeat(steps=steps, until=said.pop("times", None) or said.pop("until"), **said)
        return Step(**{"gait": wording.usual_gait(said["intensity"])} | said)


# ---- an athlete's numbers: the names of `Athlete`, speeds also as a coach writes them --------------------------------

_ENDINGS = (".yaml", ".yml", ".json")
_MOST_BYTES = 100_000
_NAMES = tuple(each.name for each in fields(Athlete))


def load_athlete(path: str | PathLike[str]) -> Athlete:
    """The athlete of a file. Speeds may be written `threshold_pace: 4:30/km` or `vpeak_backward: 11 km/h` too.

    Raises:
        DocumentError: the file is missing, is no YAML, or describes no athlete; `where` names the file and the field.
    """
    path = as_path(path)
    data = read_bytes(path, most=_MOST_BYTES, error=DocumentError)
    try:
        said = _read_yaml(text_of(data))
        if not isinstance(said, dict):
            hint = f"write e.g. max_hr_bpm: 188; names: {', '.join(_NAMES)}"
            raise DocumentError("an athlete is a mapping", hint=hint)
        with retold(DocumentError):
            return Athlete(**{"name": path.stem} | dict(_field(str(name), value) for name, value in said.items()))
    except DocumentError as error:
        raise error.within(str(path)) from None


def load_squad(path: str | PathLike[str]) -> tuple[Athlete, ...]:
    """The athlete of a file, or those of all files in a folder, by the files' names.

    Raises:
        DocumentError: a file describes no athlete, or a folder holds none.
    """
    place = as_path(path)
    if not place.is_dir():
        return (load_athlete(place),)
    files = sorted(file for file in place.iterdir() if file.suffix.lower() in _ENDINGS)
    if not files:
        raise DocumentError("the folder holds no athlete", where=str(place), hint="put a YAML file for each into it")
    return tuple(map(load_athlete, files))


def _field(name: str, value: Any) -> tuple[str, Any]:  # noqa: ANN401 - whatever a document holds; Athlete checks it
    known = next((each for each in (name, f"{name}_mps") if each in _NAMES), "")
    if not known:
        raise DocumentError("this is no number of an athlete", where=name, hint=f"use one of: {', '.join(_NAMES)}")
    if not known.endswith("_mps") or not isinstance(value, str):
        return known, value
    what = f"{value!r} is no single speed"
    try:
        target = notation.parse_target(value)
        if isinstance(target, SpeedRange) and target.low_mps == target.high_mps:
            return known, target.low_mps
    except SessionError as error:
        what = error.what
    raise DocumentError(what, where=name, hint="write e.g. 4:30/km or 11 km/h")


# ---- YAML as plain data, without the readings of YAML 1.1 that surprise: here `1:30` is not 90 and `no` is not False -

_TOO_DEEP = "the document is nested too deep"
_PLAIN_VALUES = (
    ("bool", r"true|false", "tf"),
    ("int", r"-?(?:0|[1-9][0-9]{0,17})", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}", "-0123456789"),
    ("null", r"null|~|", ["n", "~", ""]),
)


def text_of(data: bytes) -> str:
    """The text of a file; a DocumentError where it is no UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"byte {error.start} is no UTF-8", hint="save the file as UTF-8") from None


def _read_yaml(text: str) -> object:
    """The data of a YAML document; `where` in its errors is the line and column."""
    import yaml

    try:
        return yaml.load(text, Loader=_loader())  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        raise _at(error.problem_mark, f"this is no YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise DocumentError(f"this is no YAML: {error}".split("\n", 1)[0]) from None
    except RecursionError:
        raise DocumentError(_TOO_DEEP) from None
    except DocumentError:
        raise
    except (ValueError, TypeError) as error:  # what a tag such as !!int makes of its text
        raise DocumentError(f"this is no YAML: {error}") from None


@cache
def _loader() -> type[yaml.SafeLoader]:
    import yaml

    class Loader(yaml.SafeLoader):
        """Text stays text unless it is plainly a number, true, false or null; no aliases, no key twice."""

        yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own way

        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            if self.check_event(yaml.AliasEvent):
                event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave this one out
                raise _at(event.start_mark, "an alias (*) cannot be used here", "use a repeat, or write it out")
            return super().compose_node(parent, index)

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001, FBT002 - PyYAML's signature
            seen: set[str] = set()
            for key, _ in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise _at(key.start_mark, "a key must be text")
                if key.value in seen:
                    raise _at(key.start_mark, f"the key {key.value!r} stands twice", "leave one out")
                seen.add(key.value)
            return super().construct_mapping(node, deep=deep)

    for tag, pattern, first in _PLAIN_VALUES:
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"(?:{pattern})\Z"), list(first))
    return Loader


def _at(mark: yaml.Mark | None, what: str, hint: str = "") -> DocumentError:
    where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return DocumentError(what, where=where, hint=hint)
