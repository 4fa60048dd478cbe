"""A point of time on the command line: with its time zone, so that it means the same everywhere."""

from __future__ import annotations

from datetime import datetime

from retrorun.errors import WorkoutError


def moment(text: str, option: str) -> datetime:
    """The aware time that an option names.

    Raises:
        WorkoutError: it is no time, or has no time zone.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise WorkoutError(f"{text!r} is no time", where=option, hint="write it as 2026-05-01T07:30:00Z") from None
    if time.tzinfo is None:
        raise WorkoutError(f"{text!r} has no time zone", where=option, hint=f"write e.g. {time.isoformat()}Z")
    return time
