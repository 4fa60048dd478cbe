"""A FIT schedule: which workout file is for which day, written and read.

The file goes beside its workouts; a watch finds each workout by what its `file_id` says. What watches do with more than
thirty entries is known from users' reports only: some show the first thirty days.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from retrorun.errors import WorkoutError
from retrorun.fit import profile, reader
from retrorun.fit.words import FILE_SCHEDULES, FILE_WORKOUT
from retrorun.fit.workout_message import FileIdentity, file_identity
from retrorun.fit.writer import Message, Value, write_fit
from retrorun.workout.identity import MANUFACTURER, PRODUCT, derived_date, derived_serial, fit_date

MOST_SCHEDULED = 30  # entries that users of GarminTools saw their watches take

_FIT_EPOCH_DAY = date(1989, 12, 31)
_DAY_S = 86_400
_WORKOUT_SCHEDULE = 0  # schedule type "workout" in the FIT profile
_NOT_COMPLETED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """An entry of a schedule: a day, and what the `file_id` of the workout for it says."""

    day: date
    workout: FileIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """The days of each workout, in their order, and the entries for workouts that are not among them."""

    days: tuple[tuple[date, ...], ...]
    others: tuple[Scheduled, ...] = ()


def compile_schedule(
    entries: Iterable[tuple[date, bytes | FileIdentity]],
    *,
    created: datetime | None = None,
    serial: int | None = None,
) -> bytes:
    """The FIT schedule of workout files.

    Args:
        entries: days and the bytes of the workout files for them, e.g. from `compile_workout`, or their `file_id`.
        created: when the schedule was made, an aware time. None: a time derived from the entries.
        serial: 1 to 4294967295. None: derived from the entries.

    Raises:
        WorkoutError: there are no entries, a file is no workout with a serial number and a time of creation, or a day
            does not fit into a FIT date.
        FitError: bytes that are no FIT file.
    """
    rows = [_row(day, data) for day, data in sorted(entries, key=lambda entry: entry[0])]
    if not rows:
        raise WorkoutError("a schedule needs at least one workout")
    digest = hashlib.sha256(repr(rows).encode()).digest()
    head: dict[str, Value] = {
        "type": FILE_SCHEDULES,
        "manufacturer": MANUFACTURER,
        "product": PRODUCT,
        "serial_number": derived_serial(digest) if serial is None else serial,
        "time_created": derived_date(digest) if created is None else fit_date(created),
    }
    return write_fit([Message(kind="file_id", values=head), *(Message(kind="schedule", values=row) for row in rows)])


def is_schedule(data: bytes) -> bool:
    """Whether bytes are a FIT file that says of itself that it is a schedule.

    Raises:
        FitError: a FIT file of which nothing can be read.
    """
    return reader.is_fit(data) and file_identity(data).type == FILE_SCHEDULES


def read_schedule(data: bytes) -> tuple[Scheduled, ...]:
    """The entries of a FIT schedule, by whomever, in their order.

    Raises:
        FitError: bytes that are no FIT file.
        WorkoutError: an entry without a day.
    """
    table = reader.read_fit(data).table("schedule")
    names = ("scheduled_time", "manufacturer", "product", "serial_number", "time_created")
    entries: list[Scheduled] = []
    for time_s, manufacturer, product, serial, created in zip(*map(table.integers, names), strict=True):
        if time_s is None:
            raise WorkoutError("an entry of the schedule has no day", where="schedule", hint="make the schedule anew")
        made = FileIdentity(
            type=FILE_WORKOUT, manufacturer=manufacturer, product=product, serial=serial, time_created=created
        )
        entries.append(Scheduled(day=_FIT_EPOCH_DAY + timedelta(seconds=time_s), workout=made))
    return tuple(entries)


def agenda(
    workouts: Sequence[Collection[FileIdentity]],
    schedule: Sequence[Scheduled] = (),
    *,
    day: date | None = None,
    first: date | None = None,
    order: Sequence[int] = (),
) -> Agenda:
    """Which workout is for which days.

    Args:
        workouts: for each workout all identities by which a schedule may name it.
        schedule: the entries of a schedule.
        day: one day for all.
        first: the day that a schedule begins on, its entries moved together; without a schedule one workout a day.
        order: for the latter, how many days after the first each workout is.
    """
    if day is not None:
        return Agenda(days=((day,),) * len(workouts))
    if first is not None and not schedule:
        return Agenda(days=tuple((first + timedelta(days=after),) for after in order))
    later = first - min(entry.day for entry in schedule) if first is not None else timedelta()
    moved = [replace(entry, day=entry.day + later) for entry in schedule]
    days = tuple(tuple(entry.day for entry in moved if entry.workout in made) for made in workouts)
    known = {one for made in workouts for one in made}
    return Agenda(days=days, others=tuple(entry for entry in moved if entry.workout not in known))


def _row(day: date, data: bytes | FileIdentity) -> dict[str, Value]:
    if isinstance(day, datetime):
        raise WorkoutError(f"{day} is a time, not a day", hint="give its date()")
    made = data if isinstance(data, FileIdentity) else file_identity(data)
    if made.type != FILE_WORKOUT or made.serial is None or made.time_created is None:
        what = "the file is no workout that a schedule can point to"
        raise WorkoutError(what, where=day.isoformat(), hint="compile the session first")
    midnight_s = (day - _FIT_EPOCH_DAY).days * _DAY_S  # local time, which FIT counts from the local 1989-12-31
    if not profile.FIRST_DATE <= midnight_s < 2**32 - 1:
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
