"""Sessions and athletes as documents: YAML and JSON with the same content, and files of notation.

The readers and writers of each format are pairs. `retrorun.workout.importing` reads files, of other formats too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrorun.documents import parse_json
from retrorun.errors import DocumentError, NotationError, SessionError
from retrorun.files import read_bytes, write_atomic
from retrorun.session.effort import Athlete
from retrorun.session.model import Direction, Intensity, Repeat, Session, Setting, Step, expect_session
from retrorun.session.notation import format_session, parse_duration, parse_target, parse_until
from retrorun.session.tokens import ValueT
from retrorun.session.values import RepeatUntil, SpeedRange, Times, retold
from retrorun.session.wording import format_duration, format_target, format_until, usual_gait

if TYPE_CHECKING:
    from retrorun.session.shape import RepeatShape, StepShape

_TOO_DEEP = "the document is nested too deep"


def save_session(session: Session, path: str | PathLike[str]) -> None:
    """Write a session to a file: .yaml, .yml, .json, or notation in .txt or .retro.

    Raises:
        SessionError: it is no session.
        DocumentError: no such kind of file is known.
        OutputError: the file cannot be written.
    """
    expect_session(session)
    path = Path(path)
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        hint = f"use one of {', '.join(_WRITERS)}"
        raise DocumentError("this is no kind of session file", where=str(path), hint=hint)
    write_atomic(path, writer(session).encode())


def session_to_yaml(session: Session) -> str:
    """A session as a YAML document."""
    from retrorun.session.yaml_text import write_yaml

    return write_yaml(session_to_dict(session))


def session_from_yaml(text: str) -> Session:
    """The session of a YAML document.

    Raises:
        DocumentError: it is no YAML, or describes no session.
    """
    from retrorun.session.yaml_text import read_yaml

    try:
        data = read_yaml(text)
    except RecursionError:
        raise DocumentError(_TOO_DEEP) from None
    return session_from_dict(data)


def session_to_json(session: Session) -> str:
    """A session as a JSON document."""
    return json.dumps(session_to_dict(session), indent=2, ensure_ascii=False) + "\n"


def session_from_json(text: str) -> Session:
    """The session of a JSON document.

    Raises:
        DocumentError: it is no JSON, or describes no session.
    """
    return session_from_dict(parse_json(text, error=DocumentError))


_WRITERS: dict[str, Callable[[Session], str]] = {
    **dict.fromkeys((".yaml", ".yml"), session_to_yaml),
    ".json": session_to_json,
    **dict.fromkeys((".txt", ".retro"), lambda session: format_session(session) + "\n"),
}


# ---- a session as plain data, which both kinds of document hold ------------------------------------------------------


def session_to_dict(session: Session) -> dict[str, Any]:
    """A session as plain data, without what goes without saying."""
    said = {
        "name": session.name,
        "setting": session.setting.value if session.setting is not Setting.ROAD else "",
        "note": session.note,
        "steps": [_item_to_dict(step) for step in session.steps],
    }
    return {key: value for key, value in said.items() if value}


def _item_to_dict(item: Step | Repeat) -> dict[str, Any]:
    said = _repeat_to_dict(item) if isinstance(item, Repeat) else _step_to_dict(item)
    return {key: value for key, value in said.items() if value is not None}


def _step_to_dict(step: Step) -> dict[str, Any]:
    # A warm-up or a rest is forward without saying so.
    bare = step.direction is Direction.FORWARD and step.intensity not in (Intensity.ACTIVE, Intensity.INTERVAL)
    return {
        "duration": format_duration(step.duration),
        "direction": None if bare else step.direction.value,
        "gait": step.gait.value if step.gait is not usual_gait(step.intensity) else None,
        "intensity": step.intensity.value if step.intensity is not Intensity.ACTIVE else None,
        "target": format_target(step.target) if step.target is not None else None,
        "secondary_target": format_target(step.secondary_target) if step.secondary_target is not None else None,
        "slope": step.slope.value if step.slope is not None else None,
        "incline_pct": step.incline_pct,
        "note": step.note or None,
        "direction_guessed": step.direction_guessed or None,
    }


def _repeat_to_dict(repeat: Repeat) -> dict[str, Any]:
    counted = isinstance(repeat.until, Times)
    return {
        "times": repeat.until.count if isinstance(repeat.until, Times) else None,
        "until": None if counted else format_until(repeat.until),
        "repeat": [_item_to_dict(step) for step in repeat.steps],
        "skip_last": repeat.skip_last or None,
        "note": repeat.note or None,
    }


def session_from_dict(data: object) -> Session:
    """The session of plain data, as `session_to_dict` makes it.

    Raises:
        DocumentError: it describes no session; `where` is the path of the first problem.
    """
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
    return _at("", Session, steps=steps, name=shape.name, setting=shape.setting, note=shape.note)


def _item(shape: StepShape | RepeatShape, place: str) -> Step | Repeat:
    from retrorun.session.shape import RepeatShape

    return _repeat(shape, place) if isinstance(shape, RepeatShape) else _step(shape, place)


def _step(shape: StepShape, place: str) -> Step:
    said = {name: value for name, value in shape if value is not None}
    for name, read in (("duration", parse_duration), ("target", parse_target), ("secondary_target", parse_target)):
        if name in said:
            said[name] = _at(f"{place}.{name}", read, said[name])
    return _at(place, Step, **{"gait": usual_gait(shape.intensity)} | said)


def _repeat(shape: RepeatShape, place: str) -> Repeat:
    if (shape.times is None) == (shape.until is None):
        what = "needs times or until" if shape.times is None else "has both times and until"
        raise DocumentError(f"a repeat {what}", where=place, hint="say one of them")
    steps = tuple(_item(item, f"{place}.repeat[{index}]") for index, item in enumerate(shape.repeat))
    until: RepeatUntil
    if shape.until is not None:
        until = _at(f"{place}.until", parse_until, shape.until)
    else:
        until = _at(f"{place}.times", Times, count=shape.times)
    return _at(place, Repeat, steps=steps, until=until, skip_last=shape.skip_last, note=shape.note)


def _at(place: str, make: Callable[..., ValueT], *args: object, **values: object) -> ValueT:
    """What `make` makes; where it refuses, the error carries the place in the document."""
    try:
        return make(*args, **values)
    except DocumentError:
        raise
    except SessionError as error:
        inner = "" if isinstance(error, NotationError) else error.where
        raise DocumentError(error.what, where=inner or place, hint=error.hint) from None


def text_of(data: bytes) -> str:
    """The text of a file.

    Raises:
        DocumentError: it is no UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"byte {error.start} is no UTF-8", hint="save the file as UTF-8") from None


# ---- an athlete's numbers: the names of `Athlete`, speeds also as a coach writes them --------------------------------

_ENDINGS = (".yaml", ".yml", ".json")
_MOST_BYTES = 100_000
_NAMES = tuple(each.name for each in fields(Athlete))


def load_athlete(path: str | PathLike[str]) -> Athlete:
    """The athlete of a file. Speeds may be written `threshold_pace: 4:30/km` or `vpeak_backward: 11 km/h` too.

    Raises:
        DocumentError: the file is missing, is no YAML, or describes no athlete; `where` names the file and the field.
    """
    data = read_bytes(Path(path), most=_MOST_BYTES, error=DocumentError)
    try:
        with retold(DocumentError):
            return _athlete(data, name=Path(path).stem)
    except DocumentError as error:
        raise error.within(str(path)) from None


def load_squad(path: str | PathLike[str]) -> tuple[Athlete, ...]:
    """The athlete of a file, or those of all files in a folder, by the files' names.

    Raises:
        DocumentError: a file describes no athlete, or a folder holds none.
    """
    place = Path(path)
    if not place.is_dir():
        return (load_athlete(place),)
    files = sorted(file for file in place.iterdir() if file.suffix.lower() in _ENDINGS)
    if not files:
        raise DocumentError("the folder holds no athlete", where=str(place), hint="put a YAML file for each into it")
    return tuple(map(load_athlete, files))


def _athlete(data: bytes, *, name: str) -> Athlete:
    from retrorun.session.yaml_text import read_yaml

    values = read_yaml(text_of(data))
    if not isinstance(values, dict):
        raise DocumentError("an athlete is a mapping", hint=f"write e.g. max_hr_bpm: 188; names: {', '.join(_NAMES)}")
    return Athlete(**{"name": name} | dict(_field(str(name), value) for name, value in values.items()))


def _field(name: str, value: Any) -> tuple[str, Any]:  # noqa: ANN401 - whatever a document holds; Athlete checks it
    speed = name if name.endswith("_mps") else f"{name}_mps"
    if name not in _NAMES and speed not in _NAMES:
        raise DocumentError("this is no number of an athlete", where=name, hint=f"use one of: {', '.join(_NAMES)}")
    if speed not in _NAMES or not isinstance(value, str):
        return (name if name in _NAMES else speed), value
    what = f"{value!r} is no single speed"
    try:
        target = parse_target(value)
        if isinstance(target, SpeedRange) and target.low_mps == target.high_mps:
            return speed, target.low_mps
    except SessionError as error:
        what = error.what
    raise DocumentError(what, where=name, hint="write e.g. 4:30/km or 11 km/h")
