"""An athlete's numbers in a file: YAML or JSON with the names of `Athlete`, speeds also as a coach writes them."""

from __future__ import annotations

from dataclasses import fields
from os import PathLike
from pathlib import Path
from typing import Any

from retrorun.errors import DocumentError, SessionError
from retrorun.files import read_bytes
from retrorun.session.effort import Athlete
from retrorun.session.notation import parse_target
from retrorun.session.values import SpeedRange

ENDINGS = (".yaml", ".yml", ".json")
MOST_BYTES = 100_000
_NAMES = tuple(each.name for each in fields(Athlete))


def load_athlete(path: str | PathLike[str]) -> Athlete:
    """The athlete of a file. Speeds may be written `threshold_pace: 4:30/km` or `vpeak_backward: 11 km/h` too.

    Raises:
        DocumentError: the file is missing, is no YAML, or describes no athlete; `where` names the file and the field.
    """
    data = read_bytes(Path(path), most=MOST_BYTES, error=DocumentError)
    try:
        return _athlete(data, name=Path(path).stem)
    except SessionError as error:
        raise DocumentError(error.what, where=error.where, hint=error.hint).within(str(path)) from None


def _athlete(data: bytes, *, name: str) -> Athlete:
    from retrorun.session.yaml_text import read_yaml

    try:
        values = read_yaml(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DocumentError(f"byte {error.start} is no UTF-8", hint="save the file as UTF-8") from None
    if not isinstance(values, dict):
        raise DocumentError("an athlete is a mapping", hint=f"write e.g. max_hr_bpm: 188; names: {', '.join(_NAMES)}")
    return Athlete(**{"name": name} | dict(_field(str(name), value) for name, value in values.items()))


def load_squad(path: str | PathLike[str]) -> tuple[Athlete, ...]:
    """The athlete of a file, or those of all files in a folder, by the files' names.

    Raises:
        DocumentError: a file describes no athlete, or a folder holds none.
    """
    place = Path(path)
    if not place.is_dir():
        return (load_athlete(place),)
    files = sorted(file for file in place.iterdir() if file.suffix.lower() in ENDINGS)
    if not files:
        raise DocumentError("the folder holds no athlete", where=str(place), hint="put a YAML file for each into it")
    return tuple(map(load_athlete, files))


def _field(name: str, value: Any) -> tuple[str, Any]:  # noqa: ANN401 - whatever a document holds; Athlete checks it
    speed = name if name.endswith("_mps") else f"{name}_mps"
    if name not in _NAMES and speed not in _NAMES:
        raise DocumentError("this is no number of an athlete", where=name, hint=f"use one of: {', '.join(_NAMES)}")
    if speed not in _NAMES or not isinstance(value, str):
        return (name if name in _NAMES else speed), value
    try:
        target = parse_target(value)
    except SessionError as error:
        raise DocumentError(error.what, where=name, hint="write e.g. 4:30/km or 11 km/h") from None
    if not isinstance(target, SpeedRange) or target.low_mps != target.high_mps:
        raise DocumentError(f"{value!r} is no single speed", where=name, hint="write e.g. 4:30/km or 11 km/h")
    return speed, target.low_mps
