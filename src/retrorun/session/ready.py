"""What a ready-made session is, and how one is built with a runner's own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from retrorun.errors import SessionError
from retrorun.session.checks import retold
from retrorun.session.model import Session
from retrorun.session.notation import parse_duration, parse_session, parse_target
from retrorun.session.safety import safety_findings
from retrorun.session.wording import format_duration, format_target

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
        for finding in safety_findings(session):
            raise SessionError(finding.what, where=finding.place, hint=finding.hint)
        return session


def _phrase(parameter: Parameter, value: object) -> str:
    """A value as the notation writes it, checked to be of the parameter's kind."""
    text = str(value).strip()
    with retold(SessionError, parameter.name):
        if parameter.kind == "count":
            return _count(text)
        if parameter.kind == "duration":
            return format_duration(parse_duration(text))
        return f"@ {format_target(parse_target(text))}" if text else ""


def _count(text: str) -> str:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 999 and len(text) <= 3):
        raise SessionError(f"{text!r} is no count", hint="give a whole number from 1 to 999")
    return text
