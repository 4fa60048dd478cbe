"""What a session is held to: bounds whose breach is a SessionError, and findings, which say what is odd."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, TypeVar

from retrorun.errors import RetrorunError, SessionError

LONGEST_TEXT = 2000  # characters of a name or a note; watches show 199 bytes
EnumT = TypeVar("EnumT", bound=StrEnum)


def member_of(kind: type[EnumT], value: object, name: str) -> EnumT:
    """The member of an enumeration that a value names, or a SessionError that lists them all."""
    try:
        return kind(str(value))
    except ValueError:
        known = ", ".join(member.value for member in kind)
        raise SessionError(f"unknown {name} {value!r}", hint=f"use one of: {known}") from None


def on_grid(value: float, digits: int, *, low: float, high: float, name: str) -> float:
    """The value rounded to the grid, or a SessionError that names it."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124 - only NaN differs from itself
        raise SessionError(f"{name} must be a number, not {value!r}")
    if not -1e9 < value < 1e9:  # before float(), which whole numbers of any length would overflow
        raise SessionError(f"{name} is outside {low:.10g} to {high:.10g}")
    rounded = round(float(value), digits) + 0.0  # no minus zero
    if not low <= rounded <= high:
        raise SessionError(f"{name} is {rounded:.10g}, outside {low:.10g} to {high:.10g}")
    return rounded


def whole_number(value: int, *, low: int, high: int, name: str) -> int:
    """The value as it is, or a SessionError where it is no whole number within the bounds."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise SessionError(f"{name} must be a whole number, not {value!r}")
    if not low <= value <= high:
        # Whole numbers of any length are refused without being printed.
        shown = f" {value}," if abs(value) < 10**9 else ""
        raise SessionError(f"{name} is{shown} outside {low} to {high}")
    return value


def ordered(low: float, high: float, name: str) -> None:
    """Refuse two ends of a range in the wrong order."""
    if low > high:
        raise SessionError(f"{name}: low {low:g} is above high {high:g}", hint="swap the two")


def whole_ends(low: int, high: int, *, within: tuple[int, int], name: str) -> None:
    """Refuse ends of a range that are no whole numbers within bounds, or stand in the wrong order."""
    for value in (low, high):
        whole_number(value, low=within[0], high=within[1], name=name)
    ordered(low, high, name)


def clean_text(value: object, name: str) -> str:
    """The text without blanks around it, or a SessionError where it is none that can be shown, or too long."""
    if not isinstance(value, str):
        raise SessionError(f"{name} must be text, not {value!r}")
    if any(char != "\n" and unicodedata.category(char) in ("Cc", "Cs") for char in value):
        raise SessionError(f"{name} holds a character that cannot be shown", hint="leave out control characters")
    if len(value) > LONGEST_TEXT:
        raise SessionError(f"{name} is longer than {LONGEST_TEXT} characters", hint="shorten it")
    return value.strip()


def nearest_of(word: str, known: Iterable[str], otherwise: str, *, cutoff: float = 0.6) -> str:
    """A hint: the known word that was probably meant, or `otherwise` where none is near."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return f"did you mean {close[0]}?" if close else otherwise


@contextmanager
def retold(kind: type[RetrorunError], where: str = "", *, lead: str = "") -> Iterator[None]:
    """What the model refuses inside becomes an error of another kind, at a place where one is given."""
    try:
        yield
    except SessionError as error:
        raise kind(lead + error.what, where=where or error.where, hint=error.hint) from None


# ---- what checking, importing and exporting have to say --------------------------------------------------------------

Severity = Literal["error", "warning", "note"]
Say = Callable[..., Any]  # as `Findings.add`


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem, its place and its hint.

    Args:
        place: where in the session, e.g. `steps[2].repeat[0]`; empty for the session as a whole.
        what: what is wrong, one sentence without a full stop at its end.
        hint: what to do about it; may be empty.
        severity: `error`: it cannot be compiled so. `warning`: it can, but something is changed, cut or lost, or is
            unsafe. `note`: nothing is lost; worth knowing before a run.
    """

    place: str
    what: str
    hint: str = ""
    severity: Severity = "warning"

    def __str__(self) -> str:
        text = f"{self.place}: {self.what}" if self.place else self.what
        return f"{self.severity}: {text}; {self.hint}" if self.hint else f"{self.severity}: {text}"


class Findings:
    """Findings in the order in which they were made, each once: written-out rounds would say everything again."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._findings = dict.fromkeys(findings)

    def add(self, place: str, what: str, hint: str = "", severity: Severity = "warning") -> bool:
        """Add a finding; whether it is a new one."""
        finding = Finding(place=place, what=what, hint=hint, severity=severity)
        new = finding not in self._findings
        self._findings[finding] = None
        return new

    @property
    def all(self) -> tuple[Finding, ...]:
        """All that was told."""
        return tuple(self._findings)
