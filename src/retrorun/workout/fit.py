"""Sessions to FIT workout files, and back from any FIT file that holds a workout."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from os import PathLike
from pathlib import Path

from retrorun.errors import FitError, WorkoutError
from retrorun.files import GZIP, read_bytes
from retrorun.fit.reader import FitFile, read_fit
from retrorun.fit.words import FILE_ACTIVITY, FILE_WORKOUT
from retrorun.fit.workout_message import FileIdentity, RawWorkout, identity_of, workout_of, write_workout
from retrorun.session.model import Finding, Session
from retrorun.workout import check, devices
from retrorun.workout.decode import Decompiled, decode_workout
from retrorun.workout.encode import encode
from retrorun.workout.identity import identity

DAMAGE = "the file is damaged"
DAMAGE_HINT = "what could be read is taken; fetch the file again, or compare it step by step"


def compile_workout(
    session: Session | str | PathLike[str],
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
        session: what is planned, also in notation or as a file.
        device: a short name out of `retrorun.workout.devices.DEVICES`.
        created: when the file was made, an aware time. None: a time derived from the content, between 2020 and 2024.
        serial: 1 to 4294967295; tells one workout from another on the watch. None: derived from the content.
        skip_last_field: write `skip_last` with the undocumented field 18, seen in workouts that watches made
            themselves, instead of writing the last round out. Whether a watch heeds it in a file is not known.

    Raises:
        WorkoutError: the device cannot take the session, a target by effort is no number yet, or an argument is out of
            range.
        RetrorunError: text or a file that is no session.
    """
    from retrorun.workout.importing import as_session  # it needs this module

    session = as_session(session)
    limits = devices.find_device(device)
    errors = check.errors_of(session, limits, skip_last_field=skip_last_field)
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise WorkoutError(errors[0].what + more, where=errors[0].place, hint=errors[0].hint)
    workout = encode(session, limits, skip_last_field=skip_last_field)
    return write_workout(workout, identity(session, created=created, serial=serial))


def decompile_workout(data: bytes | str | PathLike[str]) -> Session:
    """The session in a FIT workout file, or in the workout that a recording carries. A path is read.

    What the file says beyond a session is left out; `decompile` says what that is.

    Raises:
        WorkoutError: the file holds no workout, several, or one whose repeats point nowhere.
        RecordingError: the file cannot be read, or is no FIT file.
    """
    return decompile(data).session


def decompile(data: bytes | str | PathLike[str]) -> Decompiled:
    """The same with all that there is to say about it, the file's identity, and each raw step's place.

    The bytes may be packed by gzip.

    Raises:
        WorkoutError: the file holds no workout, several, or one whose repeats point nowhere.
        RecordingError: the file cannot be read, or is no FIT file.
    """
    raw = bytes(data) if isinstance(data, bytes | bytearray | memoryview) else read_bytes(Path(data))
    if raw.startswith(GZIP):
        from retrorun.activity.archive import unpack

        raw = unpack(raw)
    file = read_fit(raw)
    made = identity_of(file.table("file_id"))
    workout = _workout(file, made)
    if made.type == FILE_ACTIVITY:
        made = identity_of(file.table("training_file"))  # what the recording says of the workout that was run
    found = decode_workout(workout, made)
    lost = (
        Finding(place="", what=f"{DAMAGE}: {loss.what} (bytes {loss.start} to {loss.end})", hint=DAMAGE_HINT)
        for loss in file.losses
    )
    return replace(found, findings=(*lost, *found.findings))


def _workout(file: FitFile, made: FileIdentity) -> RawWorkout:
    if made.type not in (None, FILE_WORKOUT, FILE_ACTIVITY):
        what = f"the file is of type {made.type}, neither a workout ({FILE_WORKOUT}) nor a recording ({FILE_ACTIVITY})"
        raise WorkoutError(what, where="file_id", hint="give a workout file")
    workout = workout_of(file)
    if workout is not None and workout.others and not workout.embedded:
        what = f"the file holds {workout.others + 1} workouts, one behind the other"
        hint = "save each in a file of its own"
        raise WorkoutError(what, where=f"byte {file.table('workout').positions[1]}", hint=hint)
    if workout is not None and workout.steps:
        return workout
    if file.losses:
        loss = file.losses[0]
        raise FitError(f"no workout can be read: {loss.what}", offset=loss.start, hint="export the workout again")
    raise WorkoutError("the file holds no workout", hint="give a workout file, or a recording of one")
