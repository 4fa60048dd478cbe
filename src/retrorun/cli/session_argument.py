"""What SESSION may be on the command line: a file, the key of a ready-made session, or notation."""

from __future__ import annotations

import re
from pathlib import Path

from retrorun.cli.console import say_findings
from retrorun.cli.sources import kind_of
from retrorun.errors import NotationError, RecordingError, RetrorunError
from retrorun.files import read_bytes
from retrorun.fit.reader import is_fit
from retrorun.session.document import load_session
from retrorun.session.library import find_ready_made
from retrorun.session.model import Session
from retrorun.session.notation import parse_session
from retrorun.watch.find import is_folder
from retrorun.workout.fit import decompile

SESSION_HELP = "Notation in quotes, a file (YAML, JSON, notation, FIT), or the key of a ready-made session."

_KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")  # two words at least: notation has a number or a blank in it
_FILE_NAME = re.compile(r"[^\s;]*\.(ya?ml|json|txt|retro|fit)", re.IGNORECASE)


def session_of(argument: str, *, name: str = "") -> Session:
    """The session that an argument means. `name` is for notation, which has none.

    What a FIT file says beyond a session is told on stderr.

    Raises:
        SessionError: it is no session, no key, or no readable document.
        RecordingError: it looks like a file's name and there is none.
        RetrorunError: a file holds no session; its name is part of the place.
    """
    path = _existing(argument)
    if path is not None:
        try:
            return _session_in(path)
        except RetrorunError as error:
            if argument not in error.where:  # where several sessions are given, one has to know in which it is
                error.where = f"{argument}: {error.where}" if error.where else argument
            raise
    if _KEY.fullmatch(argument):
        return find_ready_made(argument).build()
    if _FILE_NAME.fullmatch(argument):
        raise RecordingError("there is no such file", where=argument, hint="check the path")
    try:
        return parse_session(argument, name=name)
    except NotationError:
        if is_folder(Path(argument)):
            raise RecordingError("this is a folder, not a file", where=argument, hint="name a file in it") from None
        raise


def _session_in(path: Path) -> Session:
    data = read_bytes(path)
    if kind_of(data, where=str(path)) == "session":
        return load_session(path)
    if not is_fit(data):
        what = "this is neither a session nor a FIT file"
        raise RecordingError(what, where=str(path), hint="give YAML, JSON, notation or FIT")
    read = decompile(data)
    say_findings(read.findings, source=str(path))
    return read.session


def _existing(argument: str) -> Path | None:
    """The file of this name; None where there is none, or where no file could have such a name."""
    try:
        path = Path(argument)
        return path if path.is_file() else None
    except (OSError, ValueError):  # too long for a file's name, or with a zero in it
        return None
