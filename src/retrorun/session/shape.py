"""The shape of a session document, for pydantic: it checks what was loaded, and makes the JSON Schema for editors.

Imported only when a document is read or the schema is written, because pydantic takes long to import.
Durations and targets are phrases of the notation; the patterns here help an editor, the notation has the last word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, WithJsonSchema

from retrorun.errors import DocumentError
from retrorun.session.model import Direction, Gait, Intensity, Setting, Slope
from retrorun.session.values import PercentOf, nearest_of
from retrorun.units import DISTANCE_UNITS_M, SPEED_UNITS_MPS, TIME_UNITS_S

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_NUMBER = r"[0-9]+(\.[0-9]+)?"
_CLOCK = r"[0-9]+(:[0-5][0-9]){1,2}(\.[0-9]+)?"
_TIMES, _DISTANCES, _SPEEDS = ("|".join(sorted(units)) for units in (TIME_UNITS_S, DISTANCE_UNITS_M, SPEED_UNITS_MPS))
_AMOUNT = rf"{_CLOCK}|({_NUMBER} ?({_TIMES}))+|{_NUMBER} ?({_DISTANCES})"
_HEART_RATE = r"hr ?(>|<|above|below) ?[0-9]+ ?bpm"
DURATION_PATTERN = rf"^({_AMOUNT}|[0-9]+ ?kcal|lap|until {_HEART_RATE})$"
UNTIL_PATTERN = rf"^({_AMOUNT}|{_HEART_RATE})$"
_RANGE = (
    rf"({_CLOCK}(-{_CLOCK})? ?(min)?/(km|mi|mile)"
    rf"|{_NUMBER}(-{_NUMBER})? ?({_SPEEDS})"
    r"|[0-9]+(-[0-9]+)? ?(bpm|spm|[wW]|watts?)"
    rf"|[0-9]+(-[0-9]+)?% ?({'|'.join(PercentOf)}))"
)
TARGET_PATTERN = (
    rf"^({_RANGE}|(under|over|slower than|faster than) {_RANGE}|from {_RANGE} to {_RANGE}"
    r"|([zZ]|zone) ?[1-5](-[zZ]?[1-5])?|rpe [0-9]+(-[0-9]+)?)$"
)
_STEP, _REPEAT = "a step", "a repeat"


def _phrase(pattern: str, description: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "pattern": pattern, "description": description, "examples": list(examples)}
    )


_TARGET = _phrase(
    TARGET_PATTERN,
    "What to hold; the slower or lower value first, but of two paces the faster.",
    *("6:40-7:20/km", "9-10 km/h", "Z2", "140-150 bpm", "170-180 spm", "200-250 W", "85-90% hrmax", "rpe 6"),
)
_DURATION = _phrase(
    DURATION_PATTERN, "When the step ends.", "10min", "90s", "1:30", "400m", "lap", "until hr > 150 bpm"
)
_UNTIL = _phrase(UNTIL_PATTERN, "When the repeat ends.", "20min", "5km", "hr > 150 bpm")


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class StepShape(_Shape):
    """One thing to do."""

    model_config = ConfigDict(title="Step")

    duration: Annotated[str, _DURATION]
    direction: Direction = Field(Direction.FORWARD, strict=False, description="Which way the runner moves.")
    gait: Gait | None = Field(
        None, strict=False, description="How the runner moves; a rest is walked, the rest is run."
    )
    intensity: Intensity = Field(Intensity.ACTIVE, strict=False, description="What the step is for.")
    target: Annotated[str, _TARGET] | None = None
    secondary_target: Annotated[str, _TARGET] | None = None
    slope: Slope | None = Field(None, strict=False, description="Which way the ground goes, outdoors.")
    incline_pct: float | None = Field(
        None, description="The grade of the treadmill, in per cent.", json_schema_extra={"minimum": -40, "maximum": 40}
    )
    note: str = Field("", description="A cue that the watch shows.")
    direction_guessed: bool = Field(default=False, description="The direction was read from somebody else's words.")


class RepeatShape(_Shape):
    """Steps done again and again, for a number of times or until something is reached."""

    model_config = ConfigDict(
        title="Repeat", json_schema_extra={"oneOf": [{"required": ["times"]}, {"required": ["until"]}]}
    )

    repeat: list[ItemShape] = Field(min_length=1, description="What is repeated.")
    times: int | None = Field(
        None, description="So many rounds in all.", json_schema_extra={"minimum": 1, "maximum": 999}
    )
    until: Annotated[str, _UNTIL] | None = None
    skip_last: bool = Field(default=False, description="Leave out the last step of the last round.")
    note: str = Field("", description="A cue for the whole repeat.")


def _kind(value: Any) -> str:  # noqa: ANN401 - whatever the document holds there
    return _REPEAT if isinstance(value, RepeatShape) or (isinstance(value, dict) and "repeat" in value) else _STEP


ItemShape = Annotated[Annotated[StepShape, Tag(_STEP)] | Annotated[RepeatShape, Tag(_REPEAT)], Discriminator(_kind)]


class SessionShape(_Shape):
    """A session: what is planned, in order."""

    model_config = ConfigDict(title="retrorun session")

    name: str = Field("", description="The session's name; a watch lists it.")
    setting: Setting = Field(Setting.ROAD, strict=False, description="Where it takes place.")
    note: str = Field("", description="A note for the whole session.")
    steps: list[ItemShape] = Field(min_length=1, description="Steps and repeats in order.")


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a session document, draft 2020-12."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SessionShape.model_json_schema()}


# ---- what pydantic found wrong, in our own words ---------------------------------------------------------------------

_LONGEST_SHOWN = 60
_SAID = {
    "missing": ("the key {key} is missing", "add it"),
    "string_type": ("must be text, not {shown}", "put it in quotes, with its unit"),
    "int_type": ("must be a whole number, not {shown}", ""),
    **dict.fromkeys(("float_type", "finite_number"), ("must be a number, not {shown}", "")),
    "bool_type": ("must be true or false, not {shown}", ""),
    "list_type": ("must be a list, not {shown}", ""),
    "model_type": ("must be a mapping, not {shown}", "write e.g. - duration: 10min"),
    "enum": ("unknown value {shown}", "use one of: {expected}"),
    "invalid_key": ("a key must be text", "put it in quotes, or leave it out"),
    "too_short": ("needs at least one step", "write e.g. - duration: 10min"),
}


def worst_error(found: Sequence[ErrorDetails]) -> DocumentError:
    """The error for the first of pydantic's findings, at its place, e.g. `steps[2].repeat[0].target`.

    A key that is unknown goes first: a slip of the pen there is why another one is missing.
    """
    details = min(found, key=lambda each: each["type"] != "extra_forbidden")
    kind, key = details["type"], str(details["loc"][-1])
    # Without the names that pydantic adds for the branch of a union.
    places = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in details["loc"] if part not in _KEYS)
    shown = repr(details["input"])
    shown = shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"
    if kind == "extra_forbidden":
        known = _KEYS.get(details["loc"][-2]) if len(details["loc"]) > 1 else None
        known = known or list(SessionShape.model_fields)
        what, hint = f"unknown key {key!r}", nearest_of(key, known, f"use one of: {', '.join(known)}")
    else:
        expected = details.get("ctx", {}).get("expected", "")
        both = _SAID.get(kind, ("{message}", ""))
        what, hint = (text.format(key=key, shown=shown, expected=expected, message=details["msg"]) for text in both)
    return DocumentError(what, where="".join(places).removeprefix("."), hint=hint)


# A mapping without the key repeat counts as a step, also where it was meant for a repeat.
_KEYS: dict[int | str, list[str]] = {
    _STEP: [*StepShape.model_fields, "repeat"],
    _REPEAT: list(RepeatShape.model_fields),
}
