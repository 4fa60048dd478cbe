"""Sessions to FIT workout files, and back from any FIT file that holds a workout."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from retrorun.errors import FitError, WorkoutError
from retrorun.files import read_bytes
from retrorun.fit.plan import FileIdentity, Plan
from retrorun.fit.plan_reader import identity_of, plan_of
from retrorun.fit.plan_writer import write_plan
from retrorun.fit.reader import FitFile, read_fit
from retrorun.fit.words import FILE_ACTIVITY, FILE_WORKOUT
from retrorun.session.model import Session
from retrorun.workout.check import errors_of
from retrorun.workout.decode import Decompiled, decompile_plan
from retrorun.workout.devices import find_device
from retrorun.workout.encode import encode
from retrorun.workout.finding import Finding
from retrorun.workout.identity import identity


def compile_workout(
    session: Session,
    *,
    device: str = "generic",
    created: datetime | None = None,
    serial: int | None = None,
    skip_last_field: bool = False,
) -> bytes:
    """A session as a FIT workout file for a watch.

    The same session and arguments give the same bytes. Texts longer than the device takes are cut between characters;
    `check_session` says which.

    Args:
        session: what is planned.
        device: a short name out of `retrorun.workout.devices.DEVICES`.
        created: when the file was made, an aware time. None: a time derived from the content, between 2020 and 2024.
        serial: 1 to 4294967295; tells one workout from another on the watch. None: derived from the content.
        skip_last_field: write `skip_last` with the undocumented field 18, seen in workouts that watches made
            themselves, instead of writing the last round out. Whether a watch heeds it in a file is not known.

    Raises:
        WorkoutError: the device cannot take the session, or an argument is out of range.
    """
    limits = find_device(device)
    errors = errors_of(session, limits, skip_last_field=skip_last_field)
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise WorkoutError(errors[0].what + more, where=errors[0].place, hint=errors[0].hint)
    plan = encode(session, limits, skip_last_field=skip_last_field)
    return write_plan(plan, identity(session, created=created, serial=serial))


def decompile_workout(data: bytes | str | Path) -> Session:
    """The session in a FIT workout file, or in the plan that a recording carries. A path is read.

    What the file says beyond a session is left out; `decompile` says what that is.

    Raises:
        WorkoutError: the file holds no workout, or one whose repeats point nowhere.
        RecordingError: the file cannot be read, or is no FIT file.
    """
    return decompile(data).session


def decompile(data: bytes | str | Path) -> Decompiled:
    """The same with all that there is to say about it, the file's identity, and each raw step's place.

    Raises:
        WorkoutError: the file holds no workout, or one whose repeats point nowhere.
        RecordingError: the file cannot be read, or is no FIT file.
    """
    raw = bytes(data) if isinstance(data, bytes | bytearray | memoryview) else read_bytes(Path(data))
    file = read_fit(raw)
    made = identity_of(file.table("file_id"))
    plan = _plan(file, made)
    found = decompile_plan(plan)
    lost = tuple(
        Finding(place="", what=f"{loss.what} (bytes {loss.start} to {loss.end})", hint="what could be read is taken")
        for loss in file.losses
    )
    if made.type == FILE_ACTIVITY:
        made = identity_of(file.table("training_file"))  # what the recording says of the workout that was run
    return replace(found, findings=lost + found.findings, identity=made)


def _plan(file: FitFile, made: FileIdentity) -> Plan:
    if made.type not in (None, FILE_WORKOUT, FILE_ACTIVITY):
        raise WorkoutError(
            f"the file is of type {made.type}, neither a workout ({FILE_WORKOUT}) nor a recording ({FILE_ACTIVITY})",
            where="file_id",
            hint="give a workout file",
        )
    plan = plan_of(file)
    if plan is not None and plan.steps:
        return plan
    if file.losses:
        loss = file.losses[0]
        raise FitError(f"no workout can be read: {loss.what}", offset=loss.start, hint="export the workout again")
    raise WorkoutError("the file holds no workout", hint="give a workout file, or a recording of one")
