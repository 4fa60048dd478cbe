"""A session as plain data, the content that YAML and JSON documents share; `session_to_dict` and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from retrorun.errors import DocumentError, NotationError, SessionError
from retrorun.session.cursor import ValueT
from retrorun.session.model import Direction, Intensity, Repeat, Session, Setting, Step
from retrorun.session.notation import parse_duration, parse_target, parse_until
from retrorun.session.values import Times
from retrorun.session.wording import format_duration, format_target, usual_gait

if TYPE_CHECKING:
    from retrorun.session.shape import RepeatShape, StepShape

TOO_DEEP = "the document is nested too deep"


def session_to_dict(session: Session) -> dict[str, Any]:
    """A session as plain data, without what goes without saying."""
    data: dict[str, Any] = {"name": session.name} if session.name else {}
    if session.setting is not Setting.ROAD:
        data["setting"] = session.setting.value
    if session.note:
        data["note"] = session.note
    data["steps"] = [_item_to_dict(step) for step in session.steps]
    return data


def session_from_dict(data: object) -> Session:
    """The session of plain data, as `session_to_dict` makes it.

    Raises:
        DocumentError: it describes no session; `where` is the path of the first problem.
    """
    from pydantic import ValidationError

    from retrorun.session.shape import SessionShape
    from retrorun.session.shape_errors import worst_error

    if not isinstance(data, dict):
        raise DocumentError("a session document is a mapping with the key steps", hint="begin with steps:")
    try:
        shape = SessionShape.model_validate(data)
    except ValidationError as error:
        raise worst_error(error.errors()) from None
    except RecursionError:
        raise DocumentError(TOO_DEEP) from None
    steps = tuple(_item(item, f"steps[{index}]") for index, item in enumerate(shape.steps))
    return _at("", Session, steps=steps, name=shape.name, setting=shape.setting, note=shape.note)


# ---- model to data ---------------------------------------------------------------------------------------------------


def _item_to_dict(item: Step | Repeat) -> dict[str, Any]:
    return _repeat_to_dict(item) if isinstance(item, Repeat) else _step_to_dict(item)


def _step_to_dict(step: Step) -> dict[str, Any]:
    said: dict[str, Any] = {
        "duration": format_duration(step.duration),
        "direction": step.direction.value,
        "gait": step.gait.value if step.gait is not usual_gait(step.intensity) else None,
        "intensity": step.intensity.value if step.intensity is not Intensity.ACTIVE else None,
        "target": format_target(step.target) if step.target is not None else None,
        "secondary_target": format_target(step.secondary_target) if step.secondary_target is not None else None,
        "slope": step.slope.value if step.slope is not None else None,
        "incline_pct": step.incline_pct,
        "note": step.note or None,
        "direction_guessed": step.direction_guessed or None,
    }
    if step.direction is Direction.FORWARD and step.intensity not in (Intensity.ACTIVE, Intensity.INTERVAL):
        del said["direction"]  # a warm-up or a rest is forward without saying so
    return {key: value for key, value in said.items() if value is not None}


def _repeat_to_dict(repeat: Repeat) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if isinstance(repeat.until, Times):
        data["times"] = repeat.until.count
    else:
        data["until"] = format_duration(repeat.until).removeprefix("until ")
    data["repeat"] = [_item_to_dict(step) for step in repeat.steps]
    if repeat.skip_last:
        data["skip_last"] = True
    if repeat.note:
        data["note"] = repeat.note
    return data


# ---- data to model ---------------------------------------------------------------------------------------------------


def _item(shape: StepShape | RepeatShape, place: str) -> Step | Repeat:
    from retrorun.session.shape import RepeatShape

    return _repeat(shape, place) if isinstance(shape, RepeatShape) else _step(shape, place)


def _step(shape: StepShape, place: str) -> Step:
    target, secondary = shape.target, shape.secondary_target
    return _at(
        place,
        Step,
        duration=_at(f"{place}.duration", parse_duration, shape.duration),
        direction=shape.direction,
        gait=shape.gait or usual_gait(shape.intensity),
        intensity=shape.intensity,
        target=None if target is None else _at(f"{place}.target", parse_target, target),
        secondary_target=None if secondary is None else _at(f"{place}.secondary_target", parse_target, secondary),
        slope=shape.slope,
        incline_pct=shape.incline_pct,
        note=shape.note,
        direction_guessed=shape.direction_guessed,
    )


def _repeat(shape: RepeatShape, place: str) -> Repeat:
    if (shape.times is None) == (shape.until is None):
        what = "needs times or until" if shape.times is None else "has both times and until"
        raise DocumentError(f"a repeat {what}", where=place, hint="say one of them")
    steps = tuple(_item(item, f"{place}.repeat[{index}]") for index, item in enumerate(shape.repeat))
    until = (
        _at(f"{place}.until", parse_until, shape.until)
        if shape.until is not None
        else _at(f"{place}.times", Times, count=shape.times)
    )
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
