"""The ready-made sessions: what is there."""

from __future__ import annotations

import difflib

from retrorun.errors import SessionError
from retrorun.session.checks import member_of
from retrorun.session.library_sessions import READY_MADE
from retrorun.session.ready import Kind, Level, ReadyMade


def ready_made(*, kind: Kind | str | None = None, level: Level | str | None = None) -> tuple[ReadyMade, ...]:
    """All ready-made sessions, or those of one kind or level, in order of kind and level.

    Raises:
        SessionError: no such kind or level.
    """
    wanted_kind = None if kind is None else member_of(Kind, kind, "kind")
    wanted_level = None if level is None else member_of(Level, level, "level")
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
    hint = f"did you mean {close[0]}?" if close else "see what ready_made() lists"
    raise SessionError(f"there is no ready-made session {key!r}", hint=hint)
