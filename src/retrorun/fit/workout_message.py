"""The workout in a FIT file: `workout`, `workout_step` and who made the file, raw, before anyone says what they mean.

Both halves use it: the compiler turns a session into a `RawWorkout` and back, and a recording carries one inside.
The meaning of `duration_value` and `target_value` hangs on their type fields; `retrorun.workout` resolves it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import IntEnum

from retrorun.fit.chain import is_fit
from retrorun.fit.profile import FILE_WORKOUT
from retrorun.fit.reader import FitFile, read_fit
from retrorun.fit.table import Table
from retrorun.fit.writer import Message, Value, write_fit

CAPABILITIES = 32  # "tcx", as Garmin Connect writes; most watches leave it out


@dataclass(frozen=True, slots=True, kw_only=True)
class FileIdentity:
    """Who made a FIT file and when: what `file_id` says, and what `training_file` repeats of the workout's.

    `time_created` is in FIT seconds (since 1989-12-31T00:00:00Z), as it stands in the file.
    """

    type: int | None = None
    manufacturer: int | None = None
    product: int | None = None
    serial: int | None = None
    time_created: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawStep:
    """One `workout_step` message: integers as on the wire, None where a field is absent or invalid."""

    index: int
    name: str = ""
    notes: str = ""
    intensity: int | None = None
    duration_type: int | None = None
    duration_value: int | None = None
    target_type: int | None = None
    target_value: int | None = None
    target_low: int | None = None
    target_high: int | None = None
    secondary_target_type: int | None = None
    secondary_target_value: int | None = None
    secondary_target_low: int | None = None
    secondary_target_high: int | None = None
    exercise_category: int | None = None
    exercise_name: int | None = None
    exercise_weight: int | None = None  # hundredths of a kilogram
    skip_last: bool = False  # undocumented field 18 = 1 on a repeat: the last round ends before its last step


@dataclass(frozen=True, slots=True, kw_only=True)
class RawWorkout:
    """The `workout` message and its steps.

    `embedded` is true for a workout found inside a recording, where watches write heart rate and power without the
    offsets (+100, +1000) that workout files have. `others` is how many more workouts the file holds. `latin1` is
    whether a text was no UTF-8, and was read as Latin-1.
    """

    steps: tuple[RawStep, ...]
    name: str = ""
    description: str = ""
    sport: int | None = None
    sub_sport: int | None = None
    num_valid_steps: int | None = None
    embedded: bool = False
    others: int = 0
    latin1: bool = False


_FIELD_OF = {  # what the profile calls the numbers here, where it calls them otherwise
    "serial": "serial_number",
    "target_low": "custom_target_value_low",
    "target_high": "custom_target_value_high",
    "secondary_target_low": "secondary_custom_target_value_low",
    "secondary_target_high": "secondary_custom_target_value_high",
}
IDENTITY_FIELDS, STEP_FIELDS = (
    {each.name: _FIELD_OF.get(each.name, each.name) for each in fields(kind) if each.default is None}
    for kind in (FileIdentity, RawStep)
)
_SELDOM = tuple(part for part in STEP_FIELDS if part.startswith(("secondary", "exercise")))


def read_workout(data: bytes) -> tuple[FileIdentity, RawWorkout | None]:
    """Who made the file, and the workout in it; None where it holds no workout message and no step.

    The workout counts as embedded unless the file says that it is a workout file.

    Raises:
        FitError: the bytes are no FIT file.
    """
    file = read_fit(data)
    return identity_of(file.table("file_id")), workout_of(file)


def file_identity(data: bytes) -> FileIdentity:
    """Who made a FIT file, and of which type it is.

    Raises:
        FitError: the bytes are no FIT file.
    """
    return identity_of(read_fit(data).table("file_id"))


def is_workout(data: bytes) -> bool:
    """Whether bytes are a FIT file that says of itself that it is a workout.

    Raises:
        FitError: a FIT file of which nothing can be read.
    """
    return is_fit(data) and file_identity(data).type == FILE_WORKOUT


def identity_of(table: Table) -> FileIdentity:
    """The first row of a `file_id` or `training_file` table; all None where it is empty."""
    said = {part: table.integers(field)[0] for part, field in IDENTITY_FIELDS.items()} if len(table) else {}
    return FileIdentity(**said)


def identity_values(made: FileIdentity) -> dict[str, Value]:
    """What a FIT message says of who made a file."""
    return {field: getattr(made, part) for part, field in IDENTITY_FIELDS.items()}


def file_type(file: FitFile) -> int | None:
    """What kind of file it says it is."""
    types = file.table("file_id").integers("type")
    return types[0] if types else None


def workout_of(file: FitFile) -> RawWorkout | None:
    """The workout in a file that has been read; of several the first."""
    workouts, table = file.table("workout"), file.table("workout_step")
    steps = _steps(table)
    if not len(workouts) and not steps:
        return None
    embedded = file_type(file) != FILE_WORKOUT
    latin1 = not all(table.is_utf8(name) for name in ("wkt_step_name", "notes"))
    if not len(workouts):
        return RawWorkout(steps=steps, embedded=embedded, latin1=latin1)
    if len(workouts) > 1:  # each before its steps
        second = workouts.positions[1]
        steps = tuple(step for step, at in zip(steps, table.positions, strict=True) if at < second)
    return RawWorkout(
        steps=steps,
        name=workouts.texts("wkt_name")[0],
        description=workouts.texts("wkt_description")[0],
        sport=workouts.integers("sport")[0],
        sub_sport=workouts.integers("sub_sport")[0],
        num_valid_steps=workouts.integers("num_valid_steps")[0],
        embedded=embedded,
        others=len(workouts) - 1,
        latin1=latin1 or not all(workouts.is_utf8(name) for name in ("wkt_name", "wkt_description")),
    )


def _steps(table: Table) -> tuple[RawStep, ...]:
    if not len(table):
        return ()
    names, notes, skips = table.texts("wkt_step_name"), table.texts("notes"), table.integers("skip_last")
    whole = {part: table.integers(field) for part, field in STEP_FIELDS.items()}
    return tuple(
        RawStep(
            index=row if index is None else index,
            name=names[row],
            notes=notes[row],
            skip_last=skips[row] == 1,
            **{part: column[row] for part, column in whole.items()},
        )
        for row, index in enumerate(table.integers("message_index"))
    )


def write_workout(workout: RawWorkout, made: FileIdentity) -> bytes:
    """A workout file. Fields that no step has are not in it at all; texts that are empty neither."""
    about: dict[str, Value] = {
        "sport": workout.sport,
        "capabilities": CAPABILITIES,
        "num_valid_steps": workout.num_valid_steps,
        "sub_sport": workout.sub_sport,
        **({"wkt_name": workout.name} if workout.name else {}),
        **({"wkt_description": workout.description} if workout.description else {}),
    }
    seldom = [part for part in _SELDOM if any(getattr(step, part) is not None for step in workout.steps)]
    marks = any(step.skip_last for step in workout.steps)
    return write_fit(
        [
            Message(kind="file_id", values=identity_values(made)),
            Message(kind="workout", values=about),
            *(Message(kind="workout_step", values=_values(step, seldom, marks=marks)) for step in workout.steps),
        ]
    )


def _values(step: RawStep, seldom: list[str], *, marks: bool) -> dict[str, Value]:
    held = {field: getattr(step, part) for part, field in STEP_FIELDS.items() if part in seldom or part not in _SELDOM}
    if marks:
        held["skip_last"] = 1 if step.skip_last else None
    return {"message_index": step.index, "wkt_step_name": step.name, "notes": step.notes, **held}


# ---- what the value fields of a step mean under each type of duration and target: messages `workout_step` and
# ---- `workout` of the public FIT profile (21.x); scale and offset of these 32-bit numbers hang on the type beside them


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """How a value stands on the wire: `raw = (value + offset) * scale`."""

    scale: int = 1
    offset: int = 0

    def raw(self, value: float) -> int:
        """The number on the wire; values stand on the wire's grid already, so rounding only mends binary fractions."""
        return round((value + self.offset) * self.scale)

    def value(self, raw: int) -> float:
        """The value that a number on the wire means."""
        return raw / self.scale - self.offset


TIME_S = Quantity(scale=1000)
DISTANCE_M = Quantity(scale=100)
SPEED_MPS = Quantity(scale=1000)
HEART_RATE_BPM = Quantity(offset=100)  # 0 to 100 are % of the greatest heart rate
POWER_W = Quantity(offset=1000)  # 0 to 1000 are % of the functional threshold power
CADENCE_SPM = Quantity()  # the profile says rpm; Garmin's own services take steps/min for running [inferred]
CALORIES_KCAL = Quantity()
COUNT = Quantity()
PERCENT = Quantity()


class DurationType(IntEnum):
    """What ends a step or a repeat (`wkt_step_duration`)."""

    TIME = 0
    DISTANCE = 1
    HR_LESS_THAN = 2
    HR_GREATER_THAN = 3
    CALORIES = 4
    OPEN = 5
    REPEAT_COUNT = 6
    REPEAT_UNTIL_TIME = 7
    REPEAT_UNTIL_DISTANCE = 8
    REPEAT_UNTIL_CALORIES = 9
    REPEAT_UNTIL_HR_LESS_THAN = 10
    REPEAT_UNTIL_HR_GREATER_THAN = 11
    REPEAT_UNTIL_POWER_LESS_THAN = 12
    REPEAT_UNTIL_POWER_GREATER_THAN = 13
    POWER_LESS_THAN = 14
    POWER_GREATER_THAN = 15
    REPETITION_TIME = 28
    REPS = 29
    TIME_ONLY = 31


class TargetType(IntEnum):
    """What a step holds to (`wkt_step_target`)."""

    SPEED = 0
    HEART_RATE = 1
    OPEN = 2
    CADENCE = 3
    POWER = 4
    GRADE = 5
    RESISTANCE = 6
    POWER_3S = 7
    POWER_10S = 8
    POWER_30S = 9
    POWER_LAP = 10
    SWIM_STROKE = 11
    SPEED_LAP = 12
    HEART_RATE_LAP = 13


# What a target over some stretch of time comes to when the stretch is left out.
AVERAGED: Mapping[int, TargetType] = {
    kind: TargetType[kind.name.rpartition("_")[0]] for kind in TargetType if kind.name.endswith(("0S", "3S", "_LAP"))
}


class IntensityCode(IntEnum):
    """What a step is for (`intensity`); 4 to 6 are unknown to old readers, which show a plain step."""

    ACTIVE = 0
    REST = 1
    WARMUP = 2
    COOLDOWN = 3
    RECOVERY = 4
    INTERVAL = 5
    OTHER = 6


class SubSport(IntEnum):
    """Where a run takes place (`sub_sport`)."""

    GENERIC = 0
    TREADMILL = 1
    STREET = 2
    TRAIL = 3
    TRACK = 4
    INDOOR_RUNNING = 45


RUNNING, WALKING, HIKING = 1, 11, 17  # `sport`
REPEATS = range(DurationType.REPEAT_COUNT, DurationType.REPEAT_UNTIL_POWER_GREATER_THAN + 1)
