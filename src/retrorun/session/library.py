"""The ready-made sessions, and how one is built with a runner's own numbers. They stand in library.toml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from retrorun.errors import SessionError
from retrorun.session import notation, safety, wording
from retrorun.session.model import Session
from retrorun.session.values import member_of, nearest_of, retold

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
        known = {parameter.name: parameter.kind for parameter in self.parameters}
        for name in (each for each in given if each not in known):
            raise SessionError(f"{self.key} has no parameter {name!r}", hint=f"use one of: {', '.join(known)}")
        given = {parameter.name: parameter.default for parameter in self.parameters} | given
        filled = {name: _phrase(name, known[name], str(value).strip()) for name, value in given.items()}
        session = notation.parse_session(self.template.format(**filled), name=self.title)
        for finding in safety.safety_findings(session):
            raise SessionError(finding.what, where=finding.place, hint=finding.hint)
        return session


def _phrase(name: str, kind: ParameterKind, text: str) -> str:
    """A value as the notation writes it, checked to be of the parameter's kind."""
    with retold(SessionError, name):
        if kind == "duration":
            return wording.format_duration(notation.parse_duration(text))
        if kind == "target":
            return f"@ {wording.format_target(notation.parse_target(text))}" if text else ""
        if not re.fullmatch(r"0*[1-9][0-9]{0,2}", text) or len(text) > 3:
            raise SessionError(f"{text!r} is no count", hint="give a whole number from 1 to 999")
        return text


def ready_made(*, kind: Kind | str | None = None, level: Level | str | None = None) -> tuple[ReadyMade, ...]:
    """All ready-made sessions, or those of one kind or level, in order of kind and level.

    Raises:
        SessionError: no such kind or level.
    """
    kinds = tuple(Kind) if kind is None else (member_of(Kind, kind, "kind"),)
    levels = tuple(Level) if level is None else (member_of(Level, level, "level"),)
    return tuple(entry for entry in _library().values() if entry.kind in kinds and entry.level in levels)


def find_ready_made(key: str) -> ReadyMade:
    """The ready-made session of this key.

    Raises:
        SessionError: there is none.
    """
    entry = _library().get(key)
    if entry is None:
        hint = nearest_of(key, _library(), "`retrorun library` lists them")
        raise SessionError(f"there is no ready-made session {key!r}", hint=hint)
    return entry


def plan_template(form: str) -> str:
    """The notation of a plan's session, with `{numbers}` to fill in."""
    return _with_cues(_data()["plan"][form])


@cache
def _data() -> dict[str, Any]:
    """What stands in library.toml, where cues and the meanings of numbers stand once for all."""
    import tomllib

    return tomllib.loads(files("retrorun.session").joinpath("library.toml").read_text(encoding="utf-8"))


def _with_cues(template: str) -> str:
    for name, cue in _data()["cues"].items():
        template = template.replace(f"{{{name}}}", cue)
    return template.strip()


@cache
def _library() -> dict[str, ReadyMade]:
    return {key: _entry(key, row) for key, row in _data()["sessions"].items()}


def _entry(key: str, row: dict[str, Any]) -> ReadyMade:
    kind, level = key.split("-")
    known, meanings = _data()["parameters"], row.get("meanings", {})
    parameters = tuple(
        Parameter(name=name, kind=known[name][0], default=default, meaning=meanings.get(name, known[name][1]))
        for name, default in row["numbers"].items()
    )
    return ReadyMade(
        key=key,
        title=row["title"],
        kind=Kind(kind),
        level=Level(level),
        source=row["source"].strip(),
        template=_with_cues(row["template"]),
        parameters=parameters,
    )
