"""What SESSION may be on the command line: a file, the key of a ready-made session, or notation."""

from __future__ import annotations

import re
from pathlib import Path

from retrorun.cli.findings import tell_findings
from retrorun.cli.sources import kind_of
from retrorun.errors import RecordingError
from retrorun.files import read_bytes
from retrorun.session.document import load_session
from retrorun.session.library import find_ready_made
from retrorun.session.model import Session
from retrorun.session.notation import parse_session
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
    """
    path = _existing(argument)
    if path is not None:
        data = read_bytes(path)
        if kind_of(data, where=argument) == "session":
            return load_session(path)
        read = decompile(data)
        tell_findings(read.findings, source=argument)
        return read.session
    if _KEY.fullmatch(argument):
        return find_ready_made(argument).build()
    if _FILE_NAME.fullmatch(argument):
        raise RecordingError("there is no such file", where=argument, mend="check the path")
    return parse_session(argument, name=name)


def _existing(argument: str) -> Path | None:
    """The file of this name; None where there is none, or where no file could have such a name."""
    try:
        path = Path(argument)
        return path if path.is_file() else None
    except (OSError, ValueError):  # too long for a file's name, or with a zero in it
        return None
