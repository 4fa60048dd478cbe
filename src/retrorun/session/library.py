"""The ready-made sessions: what is there."""

from __future__ import annotations

import difflib

from retrorun.errors import SessionError
from retrorun.session.library_sessions import READY_MADE
from retrorun.session.model import EnumT
from retrorun.session.ready import Kind, Level, ReadyMade


def ready_made(*, kind: Kind | str | None = None, level: Level | str | None = None) -> tuple[ReadyMade, ...]:
    """All ready-made sessions, or those of one kind or level, in order of kind and level.

    Raises:
        SessionError: no such kind or level.
    """
    wanted_kind = None if kind is None else _member(Kind, kind)
    wanted_level = None if level is None else _member(Level, level)
    return tuple(
        entry for entry in READY_MADE if wanted_kind in (None, entry.kind) and wanted_level in (None, entry.level)
    )


def find_ready_made(key: str) -> ReadyMade:
    """The ready-made session of this key.

    Raises:
        SessionError: there is none.
    """
    for entry in READY_MADE:
        if entry.key == key:
            return entry
    close = difflib.get_close_matches(key, [entry.key for entry in READY_MADE], n=1)
    mend = f"did you mean {close[0]}?" if close else "see what ready_made() lists"
    raise SessionError(f"there is no ready-made session {key!r}", mend=mend)


def _member(kind: type[EnumT], value: object) -> EnumT:
    try:
        return kind(str(value))
    except ValueError:
        known = ", ".join(member.value for member in kind)
        raise SessionError(f"unknown {kind.__name__.lower()} {value!r}", mend=f"use one of: {known}") from None
