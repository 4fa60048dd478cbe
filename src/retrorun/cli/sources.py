"""The recordings and profiles given on the command line, also on standard input; what one is, told by its content."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from retrorun.activity.archive import unpack
from retrorun.activity.model import Activity
from retrorun.activity.rules import spans_on_foot
from retrorun.analysis.analyse import Analysis, analyse
from retrorun.cli.options import STDIN, bytes_of
from retrorun.detection.profile import GaitProfile
from retrorun.errors import ProfileError, RecordingError
from retrorun.files import GZIP, read_bytes
from retrorun.fit.reader import is_fit
from retrorun.fit.workout_message import is_workout

Kind = Literal["session", "workout", "recording"]

HEAD_BYTES = 4096  # more than any header and first messages of a FIT file need, and any preamble of an XML file


def run_of(recording: Path, profile: Path | None = None, plan: str | None = None, *, data: bytes = b"") -> Analysis:
    """The answer about the recording of a command, with the profile and the plan that were given.

    `data` is what standard input held, where that was read already.

    Raises:
        RecordingError: it cannot be read, or holds nothing on foot.
    """
    usual, planned = profile_of(profile), None
    if plan is not None:
        from retrorun.cli.session_argument import session_of  # reads every format of a plan

        planned = session_of(plan)
    stdin = str(recording) == STDIN
    run = analyse(data or bytes_of(recording) if stdin else recording, profile=usual, plan=planned)
    must_be_on_foot(run.activity, recording)
    return run


def must_be_on_foot(activity: Activity, recording: Path) -> None:
    """Refuse a recording that holds nothing on foot.

    Raises:
        RecordingError: it is a ride, a swim, …
    """
    if not spans_on_foot(activity):
        sports = [part.sport for part in activity.parts] or [activity.sport]
        raise RecordingError(
            f"this is {' and '.join(dict.fromkeys(sports))}, not running",
            where=str(recording),
            hint="give a recording of a run",
        )


def kind_of(data: bytes, *, where: str) -> Kind:
    """Whether bytes are a session (text), a FIT workout or a recording.

    What is none of them counts as a recording: reading it says what is wrong with it.

    Raises:
        RecordingError: there are no bytes at all.
    """
    if not data:
        raise RecordingError("the file is empty", where=where, hint="copy it again from where it came")
    if is_fit(data):
        return "workout" if is_workout(data) else "recording"
    if data.startswith(GZIP):
        return kind_of(unpack(data), where=where)
    if b"\0" in data[:HEAD_BYTES]:
        return "recording"
    try:
        head = data[:HEAD_BYTES].decode("utf-8-sig", "strict" if len(data) <= HEAD_BYTES else "ignore")
    except UnicodeDecodeError:
        return "recording"
    from retrorun.workout.importing import kind_of as plan_kind  # every format of a plan

    return "session" if plan_kind(head.encode()) is not None else "recording"


def profile_of(path: Path | None) -> GaitProfile | None:
    """The gait profile in a file; None where none is given.

    Raises:
        RecordingError: the file cannot be read.
        ProfileError: it holds no gait profile.
    """
    if path is None:
        return None
    try:
        return GaitProfile.from_json(read_bytes(path).decode("utf-8", "replace"))
    except ProfileError as error:
        where = f"{path}, {error.where}" if error.where else str(path)
        raise ProfileError(error.what, where=where, hint=error.hint) from error
