"""Safe file names for a watch's file system, FAT or MTP, from session names in any script."""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST_STEM = 32  # characters of the session's name that are kept; the whole name stays far below any limit


def file_name(session_name: str, data: bytes) -> str:
    """The name under which a workout goes to a watch, e.g. `Retro-400s-1f3a9c04.fit`.

    Only `A-Z a-z 0-9 _ -`, as `#`, `%`, `?` and blanks do not survive every way to a watch; letters lose their accents,
    a name without any such letter (emoji) becomes `workout`. The end is a hash of the bytes, so that different
    workouts never share a name, and the same workout always has the same.
    """
    plain = unicodedata.normalize("NFKD", session_name).encode("ascii", errors="ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9_]+", "-", plain)[:LONGEST_STEM].strip("-_")
    return f"{stem or 'workout'}-{hashlib.sha256(data).hexdigest()[:8]}.fit"
