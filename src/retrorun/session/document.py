"""Session documents: YAML and JSON with the same content, and files of notation.

The readers and writers of each format are pairs. `retrorun.workout.importing` reads files, of other formats too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any

from retrorun.errors import DocumentError
from retrorun.files import write_atomic
from retrorun.session.data import TOO_DEEP, session_from_dict, session_to_dict
from retrorun.session.model import Session
from retrorun.session.notation import format_session


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

_WRITERS: dict[str, Callable[[Session], str]] = {
    ".yaml": session_to_yaml,
    ".yml": session_to_yaml,
    ".json": session_to_json,
    ".txt": lambda session: format_session(session) + "\n",
    ".retro": lambda session: format_session(session) + "\n",
}


def _writer(path: Path) -> Callable[[Session], str]:
    ending = path.suffix.lower()
    if ending not in _WRITERS:
        raise DocumentError(
            "this is no kind of session file", where=str(path), hint=f"use one of {', '.join(_WRITERS)}"
        )
    return _WRITERS[ending]
