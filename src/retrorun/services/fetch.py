"""Recordings brought home from a service into a folder, each once, as the runner's watch wrote them; and the line back.

What is home already is remembered in a small file in the folder, by the service's number and by content. A recording is
on the disk before it is remembered, under a name that only it can have: a fetch that was killed and is done again ends
as one that was not. What goes back into a run's description or name is marked, replaced, and never added twice.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Protocol

from retrorun import documents, files, units
from retrorun.activity import archive, markup
from retrorun.activity.rules import sport_of_words
from retrorun.errors import DeliveryError, RecordingError
from retrorun.fit.chain import is_fit

MEMORY = "retrorun-fetched.json"
FORMAT, VERSION = "retrorun fetched", 1
WAIT_S = 2.0  # for another fetch into the same folder, which takes minutes
MARK = "⟲ retrorun:"  # begins the line in a description
NAME_MARK = " ⟲ "  # begins what is added to a name
ON_FOOT = ("running", "walking", "hiking")
_ENDINGS = {"gpx": ".gpx", "TrainingCenterDatabase": ".tcx"}

State = Literal["new", "known", "double", "withheld", "no file", "not on foot"]

_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,40}")  # it becomes a part of an address and of a file's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An activity as the service lists it.

    `number` is its own there, `start` its local time as the service writes it (`2026-05-01T07:30:00`), `kind` the sport
    in the service's words. `withheld` says why the service hands out nothing else of it; empty where it does.
    """

    number: str
    start: str
    kind: str
    withheld: str


def listed(where: str, *, number: object, start: str, kind: str, withheld: str = "") -> Listed:
    """An activity out of a service's answer, whose number and time are such."""
    text = str(number) if type(number) in (int, str) else ""
    if not _NUMBER.fullmatch(text) or (start and not _is_time(start)):
        raise DeliveryError("the answer is no list of activities", where=where, hint="this is not the service")
    return Listed(number=text, start=start, kind=kind[:60], withheld=withheld[:200])


def _is_time(text: str) -> bool:
    with suppress(ValueError):
        return text >= "1900" and datetime.fromisoformat(text).isoformat() == text
    return False


class Source(Protocol):
    """A service that recordings come from."""

    def activities(self, since: date) -> tuple[Listed, ...]:
        """All activities from a day on, the newest first."""

    def original(self, number: str) -> bytes | None:
        """The file that an activity was made from, perhaps packed; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What became of one activity: its number at the service, its local start, the file that it is in, and why not."""

    number: str
    start: str
    state: State
    path: Path | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A recording that is home: its number at the service, its file's name, and the SHA-256 of what that holds."""

    number: str
    file: str
    sha256: str


def fetch(service: Source, since: date, folder: Path, *, all_sports: bool = False) -> Iterator[Fetched]:
    """Bring the recordings of all activities from a day on into a folder, the oldest first; what became of each.

    Only what is on foot is brought, unless `all_sports` is set.

    Raises:
        DeliveryError: as the service does; also where the folder's memory is damaged.
        OutputError: the folder cannot be written, or another fetch is writing into it.
    """
    files.make_folder(folder)
    with files.locked(folder / MEMORY, wait_s=WAIT_S):
        known = {home.number: home for home in at_home(folder)}
        for one in reversed(service.activities(since)):
            home = known.get(one.number)
            done = _known(one, folder / home.file) if home else _left_out(one, all_sports=all_sports)
            if done is None:
                done, home = _brought(service, one, folder, {each.sha256: each.file for each in known.values()})
                if home is not None:
                    known[home.number] = home
                    rows = [asdict(each) for each in known.values()]
                    document = {"format": FORMAT, "version": VERSION, "activities": rows}
                    files.write_atomic(folder / MEMORY, documents.to_json(document, indent=2).encode())
            yield done


def at_home(folder: Path) -> tuple[Home, ...]:
    """What a folder's memory holds, in the order in which it came; nothing where there is no memory.

    Raises:
        DeliveryError: the memory is damaged.
    """
    path = folder / MEMORY
    if not path.exists():
        return ()
    data, hint = (
        files.read_bytes(path, error=DeliveryError),
        "delete it: what is there from that day on is then fetched again",
    )
    document = documents.Fields.read(
        data, kind=FORMAT, version=VERSION, error=DeliveryError, where=str(path), hint=hint
    )
    rows = []
    for row in document.rows("activities"):
        home = Home(number=row.text("number"), file=row.text("file"), sha256=row.text("sha256"))
        if Path(home.file).name != home.file:
            raise row.wrong("file", "this is no name of a file in this folder")
        rows.append(home)
    return tuple(rows)


def _done(one: Listed, state: State, path: Path | None = None, reason: str = "") -> Fetched:
    return Fetched(number=one.number, start=one.start, state=state, path=path, reason=reason)


def _known(one: Listed, path: Path) -> Fetched:
    if path.exists():
        return _done(one, "known", path)
    return _done(one, "known", reason=f"{path.name} is not there any more; it is not fetched again")


def _left_out(one: Listed, *, all_sports: bool) -> Fetched | None:
    """Why an activity is not even asked for; None where it is."""
    if one.withheld:
        return _done(one, "withheld", reason=one.withheld)
    sport, _ = sport_of_words(one.kind)
    if one.kind and sport not in ON_FOOT and not all_sports:  # what says nothing of its sport is mostly a run
        return _done(one, "not on foot", reason=sport or one.kind)
    return None


def _brought(service: Source, one: Listed, folder: Path, names: dict[str, str]) -> tuple[Fetched, Home | None]:
    """One recording, written into the folder unless its content is there under one of the names."""
    data = service.original(one.number)
    if data is None:
        return _done(one, "no file", reason="the service hands out no original file of it"), None
    try:
        data, ending = _unwrapped(data)
    except RecordingError as error:
        return _done(one, "no file", reason=error.what), None
    digest = hashlib.sha256(data).hexdigest()
    day = one.start.replace("T", "-").replace(":", "") or "undated"
    home = Home(number=one.number, file=names.get(digest, f"{day}-{one.number}{ending}"), sha256=digest)
    path = folder / home.file
    if digest in names:
        return _done(one, "double", path, f"the same recording as {home.file}"), home
    files.write_atomic(path, data)
    return _done(one, "new", path), home


def _unwrapped(data: bytes) -> tuple[bytes, str]:
    """The recording in what the service sent, which it may have packed, and the ending of its name."""
    data = archive.unpack(data)
    root = markup.open_document(data).root if markup.looks_like_xml(data) else ""
    ending = ".fit" if is_fit(data) else _ENDINGS.get(root)
    if ending is None:
        raise RecordingError("what the service has is no FIT, TCX or GPX")
    return data, ending


# ---- the line that goes back -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What is said about a run: whether it could be told, and its backward stretches, time, distance and mean speed."""

    told: bool
    stretches: int = 0
    time_s: float = 0.0
    distance_m: float | None = None
    speed_mps: float | None = None


def note_line(ran: Ran) -> str:
    """The line about a run: how much of it was backward, or that it cannot be told."""
    if not ran.told:
        return f"{MARK} cannot tell whether any of it was run backward"
    if not ran.stretches:
        return f"{MARK} no backward running found"
    parts = [units.format_clock(ran.time_s)]
    if ran.distance_m is not None:
        parts.append(units.format_distance(ran.distance_m))
    if ran.speed_mps is not None:
        parts.append(units.format_pace(ran.speed_mps))
    times = "1 stretch" if ran.stretches == 1 else f"{ran.stretches} stretches"
    return f"{MARK} {', '.join(parts)} backward in {times}"


def with_note(description: str, line: str) -> str:
    """The description with the line in it: in the place of an earlier one, else at its end; the rest stays as it is.

    Without any such line where `line` is empty.
    """
    lines = description.split("\n") if description else []
    places = [index for index, old in enumerate(lines) if old.startswith(MARK)]
    if not line:
        return "\n".join(old for index, old in enumerate(lines) if index not in places)
    if not places:
        return "\n".join([*lines, line])
    lines[places[0]] = line
    return "\n".join(kept for index, kept in enumerate(lines) if index not in places[1:])


def with_mark(name: str, ran: Ran) -> str:
    """The name with the backward distance or time at its end; without it again where there is none."""
    plain = re.sub(f"{re.escape(NAME_MARK)}.*$", "", name)
    if not ran.stretches:
        return plain
    amount = units.format_clock(ran.time_s) if ran.distance_m is None else units.format_distance(ran.distance_m)
    return f"{plain}{NAME_MARK}{amount} backward"
