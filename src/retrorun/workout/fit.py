"""Sessions to FIT workout files, and back from any FIT file that holds a workout."""

import hashlib
import json
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from os import PathLike

from retrorun.errors import FitError, WorkoutError
from retrorun.files import GZIP, as_path, read_bytes
from retrorun.fit.profile import FILE_ACTIVITY, FILE_WORKOUT, FIRST_DATE, FIT_EPOCH_UNIX_S
from retrorun.fit.reader import FitFile, read_fit
from retrorun.fit.workout_message import FileIdentity, RawWorkout, identity_of, workout_of, write_workout
from retrorun.session.model import Finding, Session
from retrorun.workout import check, devices
from retrorun.workout.decode import Decompiled, decode
from retrorun.workout.encode import encode

MANUFACTURER = 255  # "development": free to use without a number of one's own (FIT profile); services accept it
PRODUCT = 0x5252  # "RR": marks this library's files among others of manufacturer 255
_DERIVED_FROM = 946_771_200  # 2020-01-01T00:00:00Z in FIT seconds
_DERIVED_RANGE = 2**27  # 4 years and 3 months: always in the past of any watch in use
_LAST_DATE = 0xFFFF_FFFE
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
    raw = bytes(data) if isinstance(data, bytes | bytearray | memoryview) else read_bytes(as_path(data))
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


def decode_workout(workout: RawWorkout, made: FileIdentity | None = None) -> Decompiled:
    """A session out of a raw workout, from a workout file or embedded in a recording.

    Args:
        workout: what stands in the file.
        made: who made the workout: a file's `file_id`, a recording's `training_file`. Our own workouts are known by it,
            and their directions are certain; in anybody else's a direction is a guess.

    Raises:
        WorkoutError: it has no step, or its repeats point nowhere.
    """
    ours = is_ours(made)
    if not ours and made is not None and made.serial is not None:
        # A watch or a service may have put its own name there; a serial that fits the content is ours all the same.
        same = identity(decode(workout, ours=True).session)
        ours = (same.serial, same.time_created) == (made.serial, made.time_created)
    return replace(decode(workout, ours=ours), identity=made)


# ---- which session a file came from ----------------------------------------------------------------------------------


def identity(session: Session, *, created: datetime | None = None, serial: int | None = None) -> FileIdentity:
    """What `file_id` says of a session's workout.

    A watch repeats it in the `training_file` message of a recording. As its numbers hang on the content alone, the
    recording leads back to the plan: equal sessions have equal identities; the unit in which a value was written makes
    no difference.

    Args:
        session: what is planned.
        created: an aware time. None: a time between 2020 and 2024 derived from the content, which tells sessions apart
            but not when anything was made.
        serial: 1 to 4294967295. None: derived from the content.

    Raises:
        WorkoutError: `created` is without a time zone or out of range, or `serial` is out of range.
    """
    return identity_from(canonical(session), FILE_WORKOUT, created=created, serial=serial)


def identity_from(content: str, kind: int, *, created: datetime | None, serial: int | None) -> FileIdentity:
    """The identity of a file of ours, what is not given derived from its content."""
    digest = hashlib.sha256(content.encode()).digest()
    if serial is None:
        serial = int.from_bytes(digest[:4], "big") or 1  # zero means "no serial" in FIT
    elif isinstance(serial, bool) or not isinstance(serial, int) or not 1 <= serial <= 0xFFFF_FFFF:
        raise WorkoutError(f"a serial number cannot be {serial!r}", hint="use a whole number from 1 to 4294967295")
    derived = _DERIVED_FROM + int.from_bytes(digest[4:8], "big") % _DERIVED_RANGE
    date = derived if created is None else _fit_date(created)
    return FileIdentity(type=kind, manufacturer=MANUFACTURER, product=PRODUCT, serial=serial, time_created=date)


def is_ours(made: FileIdentity | None) -> bool:
    """Whether this library made a workout file, by the marks that `identity` gives."""
    return made is not None and (made.manufacturer, made.product) == (MANUFACTURER, PRODUCT)


def _fit_date(time: datetime) -> int:
    """An aware time in FIT seconds, cut to the whole second."""
    if not isinstance(time, datetime) or time.tzinfo is None:
        what = f"{time!r} is no time with a time zone"
        raise WorkoutError(what, where="created", hint="use e.g. datetime.now(timezone.utc)")
    seconds = int(time.timestamp() // 1) - FIT_EPOCH_UNIX_S
    if not FIRST_DATE <= seconds <= _LAST_DATE:
        raise WorkoutError(f"{time.isoformat()} does not fit into a FIT date", where="created", hint="1998 to 2126")
    return seconds


def canonical(session: Session) -> str:
    """A session as text: equal for equal sessions, different for different ones."""
    return json.dumps(_plain(session), ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> object:
    """Kinds and compared fields by name, without the units that take no part in comparison."""
    if is_dataclass(value):
        compared = {each.name: _plain(getattr(value, each.name)) for each in fields(value) if each.compare}
        return {"kind": type(value).__name__, **dict(sorted(compared.items()))}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value + 0.0  # -0.0 equals 0.0 but would be written otherwise
    return value
