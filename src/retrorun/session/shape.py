"""The shape of a session document, for pydantic: it checks what was loaded, and makes the JSON Schema for editors.

Imported only when a document is read or the schema is written, because pydantic takes long to import.
Durations and targets are phrases of the notation; the patterns here help an editor, the notation has
the last word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
_TIMES = "|".join(sorted(TIME_UNITS_S))
_DISTANCES = "|".join(sorted(DISTANCE_UNITS_M))
_AMOUNT = rf"{_CLOCK}|({_NUMBER} ?({_TIMES}))+|{_NUMBER} ?({_DISTANCES})"
_HEART_RATE = r"hr ?(>|<|above|below) ?[0-9]+ ?bpm"
DURATION_PATTERN = rf"^({_AMOUNT}|[0-9]+ ?kcal|lap|until {_HEART_RATE})$"
UNTIL_PATTERN = rf"^({_AMOUNT}|{_HEART_RATE})$"
_SPEEDS = "|".join(sorted(SPEED_UNITS_MPS))
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

STEP_TAG = "a step"
REPEAT_TAG = "a repeat"


def _phrase(pattern: str, description: str, *examples: str) -> WithJsonSchema:
    said = {"pattern": pattern, "description": description, "examples": list(examples)}
    return WithJsonSchema({"type": "string", **said})


DurationPhrase = Annotated[
    str,
    _phrase(DURATION_PATTERN, "When the step ends.", "10min", "90s", "1:30", "400m", "lap", "until hr > 150 bpm"),
]
UntilPhrase = Annotated[str, _phrase(UNTIL_PATTERN, "When the repeat ends.", "20min", "5km", "hr > 150 bpm")]
TargetPhrase = Annotated[
    str,
    _phrase(
        TARGET_PATTERN,
        "What to hold; the slower or lower value first, but of two paces the faster.",
        *("6:40-7:20/km", "9-10 km/h", "Z2", "140-150 bpm", "170-180 spm", "200-250 W", "85-90% hrmax", "rpe 6"),
    ),
]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class StepShape(_Shape):
    """One thing to do."""

    model_config = ConfigDict(title="Step")

    duration: DurationPhrase
    direction: Annotated[Direction, Field(strict=False, description="Which way the runner moves.")] = Direction.FORWARD
    gait: Annotated[
        Gait | None, Field(strict=False, description="How the runner moves; a rest is walked, the rest is run.")
    ] = None
    intensity: Annotated[Intensity, Field(strict=False, description="What the step is for.")] = Intensity.ACTIVE
    target: TargetPhrase | None = None
    secondary_target: TargetPhrase | None = None
    slope: Annotated[Slope | None, Field(strict=False, description="Which way the ground goes, outdoors.")] = None
    incline_pct: Annotated[
        float | None,
        Field(
            description="The grade of the treadmill, in per cent.", json_schema_extra={"minimum": -40, "maximum": 40}
        ),
    ] = None
    note: Annotated[str, Field(description="A cue that the watch shows.")] = ""
    direction_guessed: Annotated[bool, Field(description="The direction was read from somebody else's words.")] = False


class RepeatShape(_Shape):
    """Steps done again and again, for a number of times or until something is reached."""

    model_config = ConfigDict(
        title="Repeat", json_schema_extra={"oneOf": [{"required": ["times"]}, {"required": ["until"]}]}
    )

    repeat: Annotated[list[ItemShape], Field(min_length=1, description="What is repeated.")]
    times: Annotated[
        int | None, Field(description="So many rounds in all.", json_schema_extra={"minimum": 1, "maximum": 999})
    ] = None
    until: UntilPhrase | None = None
    skip_last: Annotated[bool, Field(description="Leave out the last step of the last round.")] = False
    note: Annotated[str, Field(description="A cue for the whole repeat.")] = ""


def _kind(value: Any) -> str:  # noqa: ANN401 - whatever the document holds there
    return REPEAT_TAG if isinstance(value, RepeatShape) or (isinstance(value, dict) and "repeat" in value) else STEP_TAG


ItemShape = Annotated[
    Annotated[StepShape, Tag(STEP_TAG)] | Annotated[RepeatShape, Tag(REPEAT_TAG)], Discriminator(_kind)
]


class SessionShape(_Shape):
    """A session: what is planned, in order."""

    model_config = ConfigDict(title="retrorun session")

    name: Annotated[str, Field(description="The session's name; a watch lists it.")] = ""
    setting: Annotated[Setting, Field(strict=False, description="Where it takes place.")] = Setting.ROAD
    note: Annotated[str, Field(description="A note for the whole session.")] = ""
    steps: Annotated[list[ItemShape], Field(min_length=1, description="Steps and repeats in order.")]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a session document, draft 2020-12."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SessionShape.model_json_schema()}


# ---- what pydantic found wrong, in our own words ---------------------------------------------------------------------

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
    kind = details["type"]
    what, hint = _WORDS[kind](details) if kind in _WORDS else (details["msg"], "")
    if kind in _MUST_BE:
        what, hint = f"must be {_MUST_BE[kind][0]}, not {_shown(details)}", _MUST_BE[kind][1]
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


def _unknown(details: ErrorDetails) -> tuple[str, str]:
    key = str(details["loc"][-1])
    owner = details["loc"][-2] if len(details["loc"]) > 1 else ""
    known = _KEYS.get(owner) or list(SessionShape.model_fields)
    return f"unknown key {key!r}", nearest_of(key, known, f"use one of: {', '.join(known)}")


# What is said of a kind of error that hangs on what stands there, and of the others.
_MUST_BE = {
    "string_type": ("text", "put it in quotes, with its unit"),
    "int_type": ("a whole number", ""),
    "float_type": ("a number", ""),
    "finite_number": ("a number", ""),
    "bool_type": ("true or false", ""),
    "list_type": ("a list", ""),
    "model_type": ("a mapping", "write e.g. - duration: 10min"),
}
_WORDS: dict[str, Callable[[ErrorDetails], tuple[str, str]]] = {
    "missing": lambda details: (f"the key {details['loc'][-1]} is missing", "add it"),
    "extra_forbidden": _unknown,
    "enum": lambda details: (
        f"unknown value {_shown(details)}",
        f"use one of: {details.get('ctx', {}).get('expected', '')}",
    ),
    "invalid_key": lambda _: ("a key must be text", "put it in quotes, or leave it out"),
    "too_short": lambda _: ("needs at least one step", "write e.g. - duration: 10min"),
}
