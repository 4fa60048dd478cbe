"""A raw plan and who made it, to the bytes of a workout file. The way back is in `retrorun.fit.plan_reader`."""

from __future__ import annotations

from retrorun.fit.plan import FileIdentity, Plan, PlanStep
from retrorun.fit.plan_reader import STEP_FIELDS
from retrorun.fit.writer import Message, Value, write_fit

CAPABILITIES = 32  # "tcx", as Garmin Connect writes; most watches leave it out
_SECOND = tuple(part for part in STEP_FIELDS if part.startswith("secondary"))


def write_plan(plan: Plan, made: FileIdentity) -> bytes:
    """A workout file. Fields that no step of the plan has are not in it at all; texts that are empty neither."""
    head: dict[str, Value] = {
        "type": made.type,
        "manufacturer": made.manufacturer,
        "product": made.product,
        "serial_number": made.serial,
        "time_created": made.time_created,
    }
    workout: dict[str, Value] = {
        "sport": plan.sport,
        "capabilities": CAPABILITIES,
        "num_valid_steps": plan.num_valid_steps,
        "sub_sport": plan.sub_sport,
    }
    if plan.name:
        workout["wkt_name"] = plan.name
    if plan.description:
        workout["wkt_description"] = plan.description
    seldom = [part for part in _SECOND if any(getattr(step, part) is not None for step in plan.steps)]
    marks = any(step.skip_last for step in plan.steps)
    return write_fit(
        [
            Message(kind="file_id", values=head),
            Message(kind="workout", values=workout),
            *(Message(kind="workout_step", values=_values(step, seldom, marks=marks)) for step in plan.steps),
        ]
    )


def _values(step: PlanStep, seldom: list[str], *, marks: bool) -> dict[str, Value]:
    values: dict[str, Value] = {"message_index": step.index, "wkt_step_name": step.name, "notes": step.notes}
    for part, field in STEP_FIELDS.items():
        if part in seldom or part not in _SECOND:
            values[field] = getattr(step, part)
    if marks:
        values["skip_last"] = 1 if step.skip_last else None
    return values
