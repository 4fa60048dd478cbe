"""A FIT schedule: which workout file is for which day.

The file goes beside its workouts; a watch finds each workout by what its `file_id` says. What watches do with more than
thirty entries is known from users' reports only: some show the first thirty days.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime

from retrorun.errors import WorkoutError
from retrorun.fit.profile import FIRST_DATE
from retrorun.fit.words import FILE_SCHEDULES, FILE_WORKOUT
from retrorun.fit.workout_message import file_identity
from retrorun.fit.writer import Message, Value, write_fit
from retrorun.workout.identity import MANUFACTURER, PRODUCT, fit_date

MOST_SCHEDULED = 30  # entries that users of GarminTools saw their watches take

_FIT_EPOCH_DAY = date(1989, 12, 31)
_DAY_S = 86_400
_WORKOUT_SCHEDULE = 0  # schedule type "workout" in the FIT profile
_NOT_COMPLETED = 0


def compile_schedule(entries: Iterable[tuple[date, bytes]], *, created: datetime, serial: int | None = None) -> bytes:
    """The FIT schedule of workout files.

    Args:
        entries: days and the bytes of the workout files for them, e.g. from `compile_workout`.
        created: when the schedule was made, an aware time.
        serial: 1 to 4294967295. None: derived from the entries.

    Raises:
        WorkoutError: there are no entries, a file is no workout with a serial number and a time of creation, or a day
            does not fit into a FIT date.
        FitError: bytes that are no FIT file.
    """
    rows = [_row(day, data) for day, data in sorted(entries, key=lambda entry: entry[0])]
    if not rows:
        raise WorkoutError("a schedule needs at least one workout")
    if serial is None:
        digest = hashlib.sha256(repr(rows).encode()).digest()
        serial = int.from_bytes(digest[:4], "big") or 1  # zero means "no serial" in FIT
    head: dict[str, Value] = {
        "type": FILE_SCHEDULES,
        "manufacturer": MANUFACTURER,
        "product": PRODUCT,
        "serial_number": serial,
        "time_created": fit_date(created),
    }
    return write_fit([Message(kind="file_id", values=head), *(Message(kind="schedule", values=row) for row in rows)])


def _row(day: date, data: bytes) -> dict[str, Value]:
    if isinstance(day, datetime):
        raise WorkoutError(f"{day} is a time, not a day", hint="give its date()")
    made = file_identity(data)
    if made.type != FILE_WORKOUT or made.serial is None or made.time_created is None:
        raise WorkoutError(
            "the file is no workout that a schedule can point to",
            where=day.isoformat(),
            hint="compile the session first",
        )
    midnight_s = (day - _FIT_EPOCH_DAY).days * _DAY_S  # local time, which FIT counts from the local 1989-12-31
    if not FIRST_DATE <= midnight_s < 2**32 - 1:
        raise WorkoutError(f"{day} does not fit into a FIT date", hint="1998 to 2126")
    return {
        "manufacturer": made.manufacturer,
        "product": made.product,
        "serial_number": made.serial,
        "time_created": made.time_created,
        "completed": _NOT_COMPLETED,
        "type": _WORKOUT_SCHEDULE,
        "scheduled_time": midnight_s,
    }
