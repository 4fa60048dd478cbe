"""The ready-made sessions, and how one is built with a runner's own numbers. They stand in library.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from retrorun.errors import SessionError
from retrorun.session import safety, values, wording
from retrorun.session.model import Session
from retrorun.session.notation import parse_duration, parse_session, parse_target

ParameterKind = Literal["count", "duration", "target"]


class Kind(StrEnum):
    """The four kinds of ready-made session."""

    STRETCHES = "stretches"
    ALTERNATING = "alternating"
    HILL = "hill"
    TREADMILL = "treadmill"


class Level(StrEnum):
    """How much backward running a runner has behind him."""

    BEGINNER = "beginner"
    REGULAR = "regular"
    EXPERIENCED = "experienced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One number of a ready-made session that a runner may set.

    `default` and a value given for it are phrases of the notation; an empty target means none.
    """

    name: str
    kind: ParameterKind
    default: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyMade:
    """A ready-made session: its key, kind and level, where it is from, and its text with `{parameters}`."""

    key: str
    title: str
    kind: Kind
    level: Level
    source: str
    template: str
    parameters: tuple[Parameter, ...]

    def build(self, values: Mapping[str, object] | None = None, **more: object) -> Session:
        """The session with these values in place of the defaults, e.g. `build(reps=6, backward="7:30-8:30/km")`.

        Raises:
            SessionError: an unknown parameter, a value of the wrong kind, or one that makes the session unsafe.
        """
        given = {**(values or {}), **more}
        known = [parameter.name for parameter in self.parameters]
        for name in given:
            if name not in known:
                raise SessionError(f"{self.key} has no parameter {name!r}", hint=f"use one of: {', '.join(known)}")
        filled = {
            parameter.name: _phrase(parameter, given.get(parameter.name, parameter.default))
            for parameter in self.parameters
        }
        session = parse_session(self.template.format(**filled), name=self.title)
        for finding in safety.safety_findings(session):
            raise SessionError(finding.what, where=finding.place, hint=finding.hint)
        return session


def _phrase(parameter: Parameter, value: object) -> str:
    """A value as the notation writes it, checked to be of the parameter's kind."""
    text = str(value).strip()
    with values.retold(SessionError, parameter.name):
        if parameter.kind == "count":
            return _count(text)
        if parameter.kind == "duration":
            return wording.format_duration(parse_duration(text))
        return f"@ {wording.format_target(parse_target(text))}" if text else ""


def _count(text: str) -> str:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 999 and len(text) <= 3):
        raise SessionError(f"{text!r} is no count", hint="give a whole number from 1 to 999")
    return text


def ready_made(*, kind: Kind | str | None = None, level: Level | str | None = None) -> tuple[ReadyMade, ...]:
    """All ready-made sessions, or those of one kind or level, in order of kind and level.

    Raises:
        SessionError: no such kind or level.
    """
    wanted_kind = None if kind is None else values.member_of(Kind, kind, "kind")
    wanted_level = None if level is None else values.member_of(Level, level, "level")
    return tuple(
        entry for entry in _library() if wanted_kind in (None, entry.kind) and wanted_level in (None, entry.level)
    )


def find_ready_made(key: str) -> ReadyMade:
    """The ready-made session of this key.

    Raises:
        SessionError: there is none.
    """
    for entry in _library():
        if entry.key == key:
            return entry
    hint = values.nearest_of(key, (entry.key for entry in _library()), "`retrorun library` lists them")
    raise SessionError(f"there is no ready-made session {key!r}", hint=hint)


@cache
def _library() -> tuple[ReadyMade, ...]:
    """The sessions of library.toml, where cues and the meanings of numbers stand once for all."""
    import tomllib

    data = tomllib.loads(files("retrorun.session").joinpath("library.toml").read_text(encoding="utf-8"))
    return tuple(_entry(key, row, data["cues"], data["parameters"]) for key, row in data["sessions"].items())


def _entry(
    key: str, row: dict[str, Any], cues: dict[str, str], known: dict[str, tuple[ParameterKind, str]]
) -> ReadyMade:
    kind, level = key.split("-")
    template = row["template"].strip()
    for name, cue in cues.items():
        template = template.replace(f"{{{name}}}", cue)
    meanings = {name: meaning for name, (_, meaning) in known.items()} | row.get("meanings", {})
    parameters = tuple(
        Parameter(name=name, kind=known[name][0], default=default, meaning=meanings[name])
        for name, default in row["numbers"].items()
    )
    return ReadyMade(
        key=key,
        title=row["title"],
        kind=Kind(kind),
        level=Level(level),
        source=row["source"].strip(),
        template=template,
        parameters=parameters,
    )
