"""A training plan as iCalendar (RFC 5545): one all-day event for each session."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from retrorun.errors import SessionError
from retrorun.session.notation import format_session
from retrorun.session.plan import PlannedSession, TrainingPlan

_LONGEST_LINE = 75  # bytes, without the line break (RFC 5545, 3.1)


def to_icalendar(plan: TrainingPlan, *, created: datetime) -> str:
    """The plan as the text of an .ics file, with the session's notation as each event's description.

    Args:
        plan: dated sessions.
        created: when the file was made, an aware time. The same plan and time give the same text; an event keeps its
            identity when the plan is made anew, as long as its day and its session stay.

    Raises:
        SessionError: `created` is without a time zone.
    """
    if created.tzinfo is None:
        raise SessionError("the time of creation has no time zone", hint="use e.g. datetime.now(timezone.utc)")
    stamp = created.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//retrorun//training plan//EN", "CALSCALE:GREGORIAN"]
    for planned in plan.sessions:
        lines += _event(planned, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(planned: PlannedSession, stamp: str) -> list[str]:
    text = format_session(planned.session)
    digest = hashlib.sha256(f"{planned.day.isoformat()}\n{text}".encode()).hexdigest()[:32]
    return [
        "BEGIN:VEVENT",
        f"UID:{digest}@retrorun",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{planned.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{planned.day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(planned.session.name)}",
        f"DESCRIPTION:{_escaped(text)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def _folded(line: str) -> str:
    """The line in pieces of at most 75 bytes, cut between characters; each further piece begins with a blank."""
    pieces: list[str] = []
    piece = ""
    for char in line:
        if len((piece + char).encode()) > _LONGEST_LINE:
            pieces.append(piece)
            piece = " "
        piece += char
    return "\r\n".join([*pieces, piece])
