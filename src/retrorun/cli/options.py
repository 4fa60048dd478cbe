"""What several commands take, said once: recordings, sessions, units, JSON, …; and how a shell completes it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

import retrorun as rr
from retrorun import files, units
from retrorun.workout.devices import DEVICES

Said = Any  # what typer makes of an option has no public name
STDIN = "-"
PICTURES = (".png", ".svg", ".pdf")
SESSION_HELP = (
    "Notation in quotes, a file (YAML, JSON, notation, FIT, Zwift, Garmin Connect, intervals.icu text), the key of a "
    "ready-made session, or - for stdin."
)
_MILES = re.compile(r"(?:\b|\d)mi(?:les?)?\b|\bmph\b", re.IGNORECASE)


class Units(StrEnum):
    """What a pace is for."""

    KM = "km"
    MILE = "mile"

    @property
    def per_m(self) -> float:
        """The metres that a pace is for."""
        return units.METRES_PER_MILE if self is Units.MILE else 1000.0


WrittenUnitsOption = Annotated[
    Units | None, typer.Option("--units", help="Paces and long ways by km or mile; else as they are written.")
]
UnitsOption = Annotated[Units, typer.Option("--units", help="Paces in min/km or min/mile.")]
RecordingArgument = Annotated[
    Path, typer.Argument(help="A recording: FIT, TCX, GPX or KML, also packed; - reads stdin.")
]
ProfileOption = Annotated[Path | None, typer.Option("--profile", help="The runner's gait profile (JSON).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]


def _keys(incomplete: str) -> list[tuple[str, str]]:
    """The ready-made sessions; for a shell, which offers files where none fits."""
    from retrorun.session.library import ready_made

    return [(entry.key, entry.title) for entry in ready_made() if entry.key.startswith(incomplete)]


def session_argument(words: str = SESSION_HELP, *, metavar: str | None = None) -> Said:
    """A session on the command line, whose keys a shell completes."""
    return typer.Argument(help=words, autocompletion=_keys, metavar=metavar)


def output_option(words: str, *endings: str, names: Sequence[str] = ("--output", "-o")) -> Said:
    """The file that a command writes; a shell completes its ending once its point is there, and offers files before."""

    def complete(incomplete: str) -> list[str]:
        stem, point, _ = incomplete.rpartition(".")
        return [f"{stem}{ending}" for ending in endings] if stem and point else []

    return typer.Option(*names, help=words, autocompletion=complete)


def picture_option(words: str) -> Said:
    """A picture that a command draws besides."""
    return output_option(f"{words} (.png, .svg, .pdf).", *PICTURES, names=["--plot"])


def word_option(name: str, words: str, choices: Iterable[str]) -> Said:
    """One of some words, which the help lists and a shell completes."""
    return typer.Option(name, help=f"{words}{', '.join(choices)}.", autocompletion=lambda: list(choices))


PLAN_HELP = f"The plan, if the recording has none. {SESSION_HELP}"
KeyArgument = Annotated[str | None, session_argument("A ready-made session; without it they are listed.")]
SessionArgument = Annotated[str, session_argument()]
PlanOption = Annotated[str | None, typer.Option("--plan", help=PLAN_HELP, autocompletion=_keys)]
NameOption = Annotated[str, typer.Option("--name", help="A name for a session in notation.")]
DeviceOption = Annotated[str, word_option("--device", "The watch it is for: ", DEVICES)]
AthleteOption = Annotated[
    Path | None, typer.Option("--athlete", help="Whose numbers targets by effort become: a YAML file.")
]


def units_in(*texts: str | None) -> Units:
    """The units that a runner writes in: miles where any of these is in miles."""
    return Units.MILE if any(_MILES.search(text) for text in texts if text) else Units.KM


def in_units(session: rr.Session, asked: Units | None) -> rr.Session:
    """The session with its paces in the units that were asked for; None leaves them as they are written."""
    from retrorun.session.model import with_paces_in  # not what a shell waits for

    return session if asked is None else with_paces_in(session, "min/mi" if asked is Units.MILE else "min/km")


def refuse(wrong: object, words: str) -> None:
    """Refuse options that do not go together, as wrong usage."""
    if wrong:
        raise typer.BadParameter(words)


def bytes_of(name: Path | str) -> bytes:
    """The bytes of a file, or of standard input for `-`."""
    if str(name) != STDIN:
        return files.read_bytes(Path(name))
    data = sys.stdin.buffer.read(files.MOST_BYTES + 1)
    if len(data) > files.MOST_BYTES:
        what = f"more than {files.MOST_BYTES >> 20} MB came"
        raise rr.RecordingError(what, where="standard input", hint="give a file")
    return data


def title_of(name: Path | str) -> str:
    """How a file is called in what is printed."""
    return "standard input" if str(name) == STDIN else Path(name).name


def day(text: str, option: str) -> date:
    """The day that an option names: a date, `today` or `tomorrow`."""
    today = datetime.now(UTC).astimezone().date()
    if text in ("today", "tomorrow"):
        return today + timedelta(days=text == "tomorrow")
    try:
        return date.fromisoformat(text)
    except ValueError:
        hint = f"write it as {today}, today or tomorrow"
        raise rr.SessionError(f"{text!r} is no date", where=option, hint=hint) from None


def moment(text: str | None, option: str) -> datetime | None:
    """The aware time that an option names; None where it is not given."""
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise rr.WorkoutError(f"{text!r} is no time", where=option, hint="write it as 2026-05-01T07:30:00Z") from None
    if time.tzinfo is None:
        raise rr.WorkoutError(f"{text!r} has no time zone", where=option, hint=f"write e.g. {time.isoformat()}Z")
    return time
