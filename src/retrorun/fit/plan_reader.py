"""The plan in a FIT file: `workout` and `workout_step`, and who made the file."""

from __future__ import annotations

from retrorun.fit.plan import FileIdentity, Plan, PlanStep
from retrorun.fit.reader import read_fit
from retrorun.fit.view import FileView, TableView
from retrorun.fit.words import FILE_WORKOUT


def read_plan(data: bytes) -> tuple[FileIdentity, Plan | None]:
    """Who made the file, and the plan in it, raw; None where it holds no workout message and no step.

    The plan counts as embedded unless the file says that it is a workout file.

    Raises:
        FitError: the bytes are no FIT file.
    """
    file = read_fit(data)
    return identity_of(file.table("file_id")), plan_of(file)


def identity_of(table: TableView) -> FileIdentity:
    """The first row of a `file_id` or `training_file` table; all None where it is empty."""
    if not len(table):
        return FileIdentity()
    return FileIdentity(
        type=table.integers("type")[0],
        manufacturer=table.integers("manufacturer")[0],
        product=table.integers("product")[0],
        serial=table.integers("serial_number")[0],
        time_created=table.integers("time_created")[0],
    )


def file_type(file: FileView) -> int | None:
    """What kind of file it says it is."""
    types = file.table("file_id").integers("type")
    return types[0] if types else None


def plan_of(file: FileView) -> Plan | None:
    """The plan in a file that has been read."""
    workouts, steps = file.table("workout"), _steps(file.table("workout_step"))
    if not len(workouts) and not steps:
        return None
    embedded = file_type(file) != FILE_WORKOUT
    if not len(workouts):
        return Plan(steps=steps, embedded=embedded)
    return Plan(
        steps=steps,
        name=workouts.texts("wkt_name")[0],
        description=workouts.texts("wkt_description")[0],
        sport=workouts.integers("sport")[0],
        sub_sport=workouts.integers("sub_sport")[0],
        num_valid_steps=workouts.integers("num_valid_steps")[0],
        embedded=embedded,
    )


def _steps(table: TableView) -> tuple[PlanStep, ...]:
    if not len(table):
        return ()
    names, notes, skips = table.texts("wkt_step_name"), table.texts("notes"), table.integers("skip_last")
    whole = {part: table.integers(field) for part, field in STEP_FIELDS.items()}
    steps = []
    for row, index in enumerate(table.integers("message_index")):
        numbers = {part: column[row] for part, column in whole.items()}
        steps.append(
            PlanStep(
                index=row if index is None else index,
                name=names[row],
                notes=notes[row],
                skip_last=skips[row] == 1,
                **numbers,
            )
        )
    return tuple(steps)


# The whole numbers of a step: what `PlanStep` calls them, and what the profile does.
STEP_FIELDS = {
    "intensity": "intensity",
    "duration_type": "duration_type",
    "duration_value": "duration_value",
    "target_type": "target_type",
    "target_value": "target_value",
    "target_low": "custom_target_value_low",
    "target_high": "custom_target_value_high",
    "secondary_target_type": "secondary_target_type",
    "secondary_target_value": "secondary_target_value",
    "secondary_target_low": "secondary_custom_target_value_low",
    "secondary_target_high": "secondary_custom_target_value_high",
}
