"""What pydantic found wrong with a document, in this library's own words."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from retrorun.errors import DocumentError
from retrorun.session.shape import REPEAT_TAG, STEP_TAG, RepeatShape, SessionShape, StepShape

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

# A mapping without the key repeat counts as a step, also where it was meant for a repeat.
_KEYS: dict[int | str, list[str]] = {
    STEP_TAG: [*StepShape.model_fields, "repeat"],
    REPEAT_TAG: list(RepeatShape.model_fields),
}
_LONGEST_SHOWN = 60


def worst_error(found: Sequence[ErrorDetails]) -> DocumentError:
    """The error for the first of pydantic's findings, at its place, e.g. `steps[2].repeat[0].target`.

    A key that is unknown goes first: a slip of the pen there is why another one is missing.
    """
    details = min(found, key=lambda each: each["type"] != "extra_forbidden")
    say = _WORDS.get(details["type"])
    what, hint = say(details) if say else (details["msg"], "")
    return DocumentError(what, where=_place(details["loc"]), hint=hint)


def _place(location: tuple[int | str, ...]) -> str:
    """The path without the names that pydantic adds for the branch of a union."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part not in (STEP_TAG, REPEAT_TAG):
            text += f".{part}" if text else part
    return text


def _shown(details: ErrorDetails) -> str:
    text = repr(details["input"])
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _missing(details: ErrorDetails) -> tuple[str, str]:
    return f"the key {details['loc'][-1]} is missing", "add it"


def _unknown(details: ErrorDetails) -> tuple[str, str]:
    key = str(details["loc"][-1])
    owner = details["loc"][-2] if len(details["loc"]) > 1 else ""
    known = _KEYS.get(owner) or list(SessionShape.model_fields)
    close = difflib.get_close_matches(key, known, n=1)
    return f"unknown key {key!r}", f"did you mean {close[0]}?" if close else f"use one of: {', '.join(known)}"


def _not_text(details: ErrorDetails) -> tuple[str, str]:
    return f"must be text, not {_shown(details)}", "put it in quotes, with its unit"


def _no_member(details: ErrorDetails) -> tuple[str, str]:
    return f"unknown value {_shown(details)}", f"use one of: {details.get('ctx', {}).get('expected', '')}"


def _must_be(kind: str) -> Callable[[ErrorDetails], tuple[str, str]]:
    return lambda details: (f"must be {kind}, not {_shown(details)}", "")


_WORDS: dict[str, Callable[[ErrorDetails], tuple[str, str]]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "string_type": _not_text,
    "enum": _no_member,
    "int_type": _must_be("a whole number"),
    "float_type": _must_be("a number"),
    "finite_number": _must_be("a number"),
    "bool_type": _must_be("true or false"),
    "list_type": _must_be("a list"),
    "model_type": lambda details: (f"must be a mapping, not {_shown(details)}", "write e.g. - duration: 10min"),
    "invalid_key": lambda _: ("a key must be text", "put it in quotes, or leave it out"),
    "too_short": lambda _: ("needs at least one step", "write e.g. - duration: 10min"),
}
