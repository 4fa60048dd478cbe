"""Session documents: YAML and JSON with the same content, and files of notation.

The readers and writers of each format are pairs, and so are `load_session` and `save_session`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any

from retrorun.errors import DocumentError, RecordingError
from retrorun.files import read_bytes, write_atomic
from retrorun.session.data import TOO_DEEP, session_from_dict, session_to_dict
from retrorun.session.model import Session
from retrorun.session.notation import format_session, parse_session

LARGEST_DOCUMENT = 1_000_000  # bytes; a thousand steps take a fifth of it


def load_session(path: str | PathLike[str]) -> Session:
    """The session of a file: .yaml, .yml, .json, or notation in .txt or .retro.

    Raises:
        DocumentError: the file is missing, is no document, or describes no session; `where` is the path in it, e.g.
            `steps[2].repeat[0].target`.
        NotationError: a file of notation that is no session.
    """
    path = Path(path)
    read = _reader(path)
    try:
        data = read_bytes(path)
    except RecordingError as error:
        raise DocumentError(error.what, where=error.where, hint=error.hint) from None
    if len(data) > LARGEST_DOCUMENT:
        raise DocumentError("the file is too large for a session", where=str(path))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"byte {error.start} is no UTF-8", where=str(path), hint="save the file as UTF-8") from None
    return read(text)


def save_session(session: Session, path: str | PathLike[str]) -> None:
    """Write a session to a file: .yaml, .yml, .json, or notation in .txt or .retro.

    Raises:
        DocumentError: no such kind of file is known.
        OutputError: the file cannot be written.
    """
    path = Path(path)
    write_atomic(path, _writer(path)(session).encode())


def session_to_yaml(session: Session) -> str:
    """A session as a YAML document."""
    from retrorun.session.yaml_text import write_yaml

    return write_yaml(session_to_dict(session))


def session_from_yaml(text: str) -> Session:
    """The session of a YAML document.

    Raises:
        DocumentError: it is no YAML, or describes no session.
    """
    from retrorun.session.yaml_text import read_yaml

    try:
        data = read_yaml(text)
    except RecursionError:
        raise DocumentError(TOO_DEEP) from None
    return session_from_dict(data)


def session_to_json(session: Session) -> str:
    """A session as a JSON document."""
    return json.dumps(session_to_dict(session), indent=2, ensure_ascii=False) + "\n"


def session_from_json(text: str) -> Session:
    """The session of a JSON document.

    Raises:
        DocumentError: it is no JSON, or describes no session.
    """
    try:
        data = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise DocumentError(f"this is no JSON: {error.msg}", where=where) from None
    except RecursionError:
        raise DocumentError(TOO_DEEP) from None
    except DocumentError:
        raise
    except ValueError:
        raise DocumentError("this is no JSON: a number has thousands of digits") from None
    return session_from_dict(data)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        twice = next(key for index, (key, _) in enumerate(pairs) if key in dict(pairs[:index]))
        raise DocumentError(f"the key {twice!r} stands twice", hint="leave one out")
    return data


def _no_constant(name: str) -> None:
    raise DocumentError(f"this is no JSON: {name} is no number")


# ---- files by their ending -------------------------------------------------------------------------------------------

_READERS: dict[str, Callable[[str], Session]] = {
    ".yaml": session_from_yaml,
    ".yml": session_from_yaml,
    ".json": session_from_json,
    ".txt": parse_session,
    ".retro": parse_session,
}
_WRITERS: dict[str, Callable[[Session], str]] = {
    ".yaml": session_to_yaml,
    ".yml": session_to_yaml,
    ".json": session_to_json,
    ".txt": lambda session: format_session(session) + "\n",
    ".retro": lambda session: format_session(session) + "\n",
}


def _reader(path: Path) -> Callable[[str], Session]:
    return _READERS[_ending(path)]


def _writer(path: Path) -> Callable[[Session], str]:
    return _WRITERS[_ending(path)]


def _ending(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in _READERS:
        raise DocumentError(
            "this is no kind of session file", where=str(path), hint=f"use one of {', '.join(_READERS)}"
        )
    return ending
