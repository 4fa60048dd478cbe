"""What SESSION may be on the command line: a file, the key of a ready-made session, or notation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from retrorun.cli.console import say_findings
from retrorun.cli.options import STDIN, bytes_of
from retrorun.errors import NotationError, RecordingError, SessionError
from retrorun.files import open_regular
from retrorun.session.document import load_athlete
from retrorun.session.effort import resolve_session
from retrorun.session.library import find_ready_made
from retrorun.session.model import Session
from retrorun.session.notation import parse_session
from retrorun.watch.find import is_folder
from retrorun.workout.decode import Decompiled
from retrorun.workout.importing import FILE_NAME, import_session

_ENDINGS = (".fit", ".gz", ".json", ".retro", ".txt", ".yaml", ".yml", ".zwo")
_KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")  # two words at least: notation has a number or a blank in it


def session_of(argument: str, *, name: str = "", athlete: Path | None = None) -> Session:
    """The session that an argument means, as `read_session` reads it; what is found on the way is told on stderr.

    With an athlete's file its efforts are numbers.
    """
    read = read_session(argument, name=name)
    say_findings(read.findings, source=argument)
    return read.session if athlete is None else resolve_session(read.session, load_athlete(athlete))


def read_session(argument: str, *, name: str = "") -> Decompiled:
    """The session that an argument means, and what a session cannot hold of it.

    `name` is for notation and other texts, which have none.

    Raises:
        SessionError: it is no session, no key, or no readable document.
        RecordingError: it looks like a file's name and there is none.
        RetrorunError: a file holds no session.
    """
    source = source_of(argument)
    if isinstance(source, bytes):
        return import_session(source, name=name)
    if not isinstance(source, str):
        return Decompiled(session=source) if isinstance(source, Session) else import_session(source, name=name)
    try:
        return Decompiled(session=parse_session(source, name=name))
    except NotationError:
        if is_folder(Path(argument)):
            raise RecordingError("this is a folder, not a file", where=argument, hint="name a file in it") from None
        raise


def source_of(argument: str) -> Session | Path | str | bytes:
    """What an argument is: a ready-made session, a file, notation, or what standard input holds.

    Raises:
        SessionError: it is empty.
        RecordingError: it looks like a file's name and there is none.
    """
    if not argument.strip():
        raise SessionError("there is no session", hint="write one in quotes, such as '4x400m bwd'")
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
    """The arguments, each folder as the sessions and schedules in it, in the order of their names.

    Raises:
        RecordingError: a folder holds none.
    """
    found: list[str] = []
    for argument in arguments:
        if not argument.strip() or existing_file(argument) is not None or not is_folder(Path(argument)):
            found.append(argument)
            continue
        files = sorted(path for path in Path(argument).iterdir() if path.suffix.lower() in _ENDINGS and path.is_file())
        if not files:
            raise RecordingError("the folder holds no session", where=argument, hint="name one with sessions in it")
        found += map(str, files)
    return found


def looks_like_a_file(argument: str) -> bool:
    """Whether an argument is a file's name, or a folder's, and not a session written out."""
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
