"""What is given on the command line, also on standard input: a session, a recording, a profile, told by its content.

Each reader imports what it needs: who analyses recordings does not wait for notation, nor who plans for detection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import retrorun as rr
from retrorun.cli.console import say_findings
from retrorun.cli.options import STDIN, bytes_of
from retrorun.files import GZIP, open_regular, read_bytes
from retrorun.watch.find import is_folder

Kind = Literal["session", "workout", "recording"]

HEAD_BYTES = 4096  # more than any header and first messages of a FIT file need, and any preamble of an XML file
_ENDINGS = (".fit", ".gz", ".json", ".retro", ".txt", ".yaml", ".yml", ".zwo")
_KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")  # two words at least: notation has a number or a blank in it


def session_of(argument: str, *, name: str = "", athlete: Path | None = None) -> rr.Session:
    """The session that an argument means, for an athlete with numbers; what is found on the way is told on stderr."""
    read = read_session(argument, name=name)
    say_findings(read.findings, source=argument)
    return read.session if athlete is None else rr.resolve_session(read.session, rr.load_athlete(athlete))


def read_session(argument: str, *, name: str = "") -> rr.Decompiled:
    """The session that an argument means, and what it cannot hold; `name` is for texts, which have none."""
    source = source_of(argument)
    if isinstance(source, Path | bytes):
        return rr.import_session(source, name=name)
    try:
        return rr.Decompiled(session=rr.parse_session(source, name=name) if isinstance(source, str) else source)
    except rr.NotationError:
        if is_folder(Path(argument)):
            raise rr.RecordingError("this is a folder, not a file", where=argument, hint="name a file in it") from None
        raise


def source_of(argument: str) -> rr.Session | Path | str | bytes:
    """What an argument is: a ready-made session, a file, notation, or what standard input holds."""
    from retrorun.session.library import find_ready_made
    from retrorun.workout.importing import FILE_NAME

    if not argument.strip():
        raise rr.SessionError("there is no session", hint="write one in quotes, such as '4x400m bwd'")
    if argument == STDIN:
        return bytes_of(argument)
    path = existing_file(argument)
    if path is not None:
        return path  # its ending may settle what its content leaves open
    if _KEY.fullmatch(argument):
        return find_ready_made(argument).build()
    if FILE_NAME.fullmatch(argument):
        open_regular(Path(argument)).close()  # says whether there is none, or a folder, a pipe, a device
    return argument


def with_folders(arguments: Iterable[str]) -> list[str]:
    """The arguments, each folder as the sessions and schedules in it, in the order of their names."""
    found: list[str] = []
    for argument in arguments:
        if not argument.strip() or existing_file(argument) is not None or not is_folder(Path(argument)):
            found.append(argument)
            continue
        files = sorted(path for path in Path(argument).iterdir() if path.suffix.lower() in _ENDINGS and path.is_file())
        if not files:
            raise rr.RecordingError("the folder holds no session", where=argument, hint="name one with sessions in it")
        found += map(str, files)
    return found


def looks_like_a_file(argument: str) -> bool:
    """Whether an argument is a file's name, or a folder's, and not a session written out."""
    from retrorun.workout.importing import FILE_NAME

    if not argument.strip():
        return False
    return bool(FILE_NAME.fullmatch(argument)) or (" " not in argument and "/" in argument) or is_folder(Path(argument))


def existing_file(argument: str) -> Path | None:
    """The file of this name; None where there is none, or where no file could have such a name."""
    try:
        path = Path(argument)
        return path if path.is_file() else None
    except (OSError, ValueError):  # too long for a file's name, or with a zero in it
        return None


def run_of(recording: Path, profile: Path | None = None, plan: str | None = None, *, data: bytes = b"") -> rr.Analysis:
    """The answer about a recording on foot; `data` is what standard input held, where that was read already."""
    usual, planned = profile_of(profile), None if plan is None else session_of(plan)
    stdin = str(recording) == STDIN
    run = rr.analyse(data or bytes_of(recording) if stdin else recording, profile=usual, plan=planned)
    must_be_on_foot(run.activity, recording)
    return run


def must_be_on_foot(activity: rr.Activity, recording: Path) -> None:
    """Refuse a recording that holds nothing on foot, such as a ride or a swim."""
    from retrorun.activity.rules import spans_on_foot

    if not spans_on_foot(activity):
        sports = dict.fromkeys([part.sport for part in activity.parts] or [activity.sport])
        what = f"this is {' and '.join(sports)}, not running"
        raise rr.RecordingError(what, where=str(recording), hint="give a recording of a run")


def kind_of(data: bytes, *, where: str) -> Kind:
    """Whether bytes are a session (text), a FIT workout or a recording.

    What is none of them counts as a recording: reading it says what is wrong with it.
    """
    from retrorun.activity.archive import unpack
    from retrorun.fit.reader import is_fit
    from retrorun.fit.workout_message import is_workout
    from retrorun.workout import importing

    if not data:
        raise rr.RecordingError("the file is empty", where=where, hint="copy it again from where it came")
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
    return "session" if importing.kind_of(head.encode()) is not None else "recording"


def profile_of(path: Path | None) -> rr.GaitProfile | None:
    """The gait profile in a file; None where none is given."""
    if path is None:
        return None

    try:
        return rr.GaitProfile.from_json(read_bytes(path).decode("utf-8", "replace"))
    except rr.ProfileError as error:
        raise rr.ProfileError(error.what, where=f"{path}, {error.where}".removesuffix(", "), hint=error.hint) from error
