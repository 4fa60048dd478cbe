"""What several commands take, said once: a recording, a profile, units, JSON, a time with its zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from retrorun.errors import SessionError, WorkoutError
from retrorun.units import METRES_PER_MILE


class Units(StrEnum):
    """What a pace is for."""

    KM = "km"
    MILE = "mile"

    @property
    def per_m(self) -> float:
        """The metres that a pace is for."""
        return METRES_PER_MILE if self is Units.MILE else 1000.0


WrittenUnitsOption = Annotated[
    Units | None, typer.Option("--units", help="Paces and long ways by km or mile; else as they are written.")
]
UnitsOption = Annotated[Units, typer.Option("--units", help="Paces in min/km or min/mile.")]
RecordingArgument = Annotated[
    Path, typer.Argument(help="A recording: FIT, TCX, GPX or KML, also packed; - reads stdin.")
]
ProfileOption = Annotated[Path | None, typer.Option("--profile", help="The runner's gait profile (JSON).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
SESSION_HELP = (
    "Notation in quotes, a file (YAML, JSON, notation, FIT, Zwift, Garmin Connect, intervals.icu text), the key of a "
    "ready-made session, or - for stdin."
)

PlanOption = Annotated[str | None, typer.Option("--plan", help=f"The plan, if the recording has none. {SESSION_HELP}")]

AthleteOption = Annotated[
    Path | None, typer.Option("--athlete", help="Whose numbers targets by effort become: a YAML file.")
]


def day(text: str, option: str) -> date:
    """The day that an option names: a date, `today` or `tomorrow`.

    Raises:
        SessionError: it is no date.
    """
    today = datetime.now(UTC).astimezone().date()
    if text in ("today", "tomorrow"):
        return today + timedelta(days=text == "tomorrow")
    try:
        return date.fromisoformat(text)
    except ValueError:
        hint = f"write it as {today}, today or tomorrow"
        raise SessionError(f"{text!r} is no date", where=option, hint=hint) from None


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
