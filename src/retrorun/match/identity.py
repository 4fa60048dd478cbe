"""The session behind a recording: the workout that it carries, and an index of compiled sessions.

Watches repeat the serial number and the time of creation of the workout that they ran in the recording. The index is a
plain value, kept in a JSON file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from typing import Self

from retrorun import documents, files
from retrorun.activity.model import Activity
from retrorun.errors import PlanError, SessionError, WorkoutError
from retrorun.fit.workout_message import FileIdentity
from retrorun.session.document import session_from_dict, session_to_dict
from retrorun.session.model import Session
from retrorun.workout import decode, fit

FORMAT = "retrorun sessions"
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionIndex:
    """Sessions by (serial, time_created) of the workouts that they were compiled to."""

    sessions: tuple[tuple[int, int, Session], ...] = ()

    def remember(self, session: Session, identity: FileIdentity) -> "SessionIndex":
        """With one more session; one of the same identity is replaced.

        Raises:
            PlanError: the identity has no serial or no time, so nothing can be found by it.
        """
        if identity.serial is None or identity.time_created is None:
            raise PlanError("a workout without serial number or time of creation cannot be found again")
        key = (identity.serial, identity.time_created)
        kept = tuple(entry for entry in self.sessions if entry[:2] != key)
        return SessionIndex(sessions=(*kept, (*key, session)))

    def find(self, identity: FileIdentity | None) -> Session | None:
        """The session of a recording's `training_file`; None where it is not known.

        Both numbers must agree: a serial alone is that of a watch, for workouts made on the watch.
        """
        if identity is None or identity.serial is None or identity.time_created is None:
            return None
        key = (identity.serial, identity.time_created)
        return next((session for *numbers, session in reversed(self.sessions) if tuple(numbers) == key), None)

    def to_json(self) -> str:
        """The index as JSON text, the same text for the same index."""
        rows = [
            {"serial": serial, "time_created": time_created, "session": session_to_dict(session)}
            for serial, time_created, session in self.sessions
        ]
        return documents.to_json({"format": FORMAT, "version": VERSION, "sessions": rows}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The index of a JSON text that `to_json` wrote.

        Raises:
            PlanError: the text is not JSON, or no index; says where.
        """
        hint = "give an index as `retrorun compile --index` writes it"
        document = documents.Fields.read(text, kind=FORMAT, version=VERSION, error=PlanError, hint=hint)
        return cls(sessions=tuple(_entry(row) for row in document.rows("sessions")))


def _entry(row: documents.Fields) -> tuple[int, int, Session]:
    serial, time_created = row.integer("serial"), row.integer("time_created")
    try:
        return serial, time_created, session_from_dict(row.values.get("session"))
    except SessionError as error:
        raise PlanError(error.what, where=f"{row.place('session')}.{error.where}", hint=error.hint) from None


def load_index(path: str | PathLike[str]) -> SessionIndex:
    """The index of compiled sessions; an empty one where there is no file yet.

    Raises:
        PlanError: the file is no index.
    """
    return files.load_if_there(files.as_path(path), SessionIndex.from_json, SessionIndex())


def save_index(index: SessionIndex, path: str | PathLike[str]) -> None:
    """Write an index of compiled sessions, in one step.

    Raises:
        OutputError: the file cannot be written.
    """
    files.write_atomic(files.as_path(path), index.to_json().encode())


def remember_workouts(sessions: Iterable[Session], workouts: Iterable[bytes], path: str | PathLike[str]) -> None:
    """Add compiled sessions to an index on the disk, each under the identity of its workout file.

    Raises:
        PlanError: the file is no index.
        WorkoutError: a file is no workout.
        OutputError: the index cannot be written.
    """
    with files.locked(files.as_path(path)):
        index = load_index(path)
        for session, data in zip(sessions, workouts, strict=True):
            made = fit.decompile(data).identity
            if made is not None:
                index = index.remember(session, made)
        save_index(index, path)


def embedded_plan(activity: Activity) -> tuple[decode.Decompiled | None, tuple[str, ...]]:
    """The workout that a recording carries, None where there is none or none that can be read; and why not.

    Several indices of its `places` may lead to one: where a workout file writes the last round out, its steps come
    twice.
    """
    if activity.workout is None:
        return None, ()
    try:
        return fit.decode_workout(activity.workout, activity.training_file), ()
    except WorkoutError as error:
        return None, (f"the plan in the recording cannot be read: {error}",)
