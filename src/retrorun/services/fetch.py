"""Recordings brought home from a service into a folder, each once, as the runner's watch wrote them; and the line back.

What is home already is remembered in a small file in the folder, by the service's number and by content. A recording is
on the disk before it is remembered, under a name that only it can have: a fetch that was killed and is done again ends
as one that was not. What goes back into a run's description or name is marked, replaced, and never added twice.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Protocol

from retrorun.activity.archive import unpack
from retrorun.activity.markup import looks_like_xml, open_document
from retrorun.activity.rules import sport_of_words
from retrorun.documents import Fields, to_json
from retrorun.errors import DeliveryError, RecordingError
from retrorun.files import locked, make_folder, read_bytes, write_atomic
from retrorun.fit.chain import is_fit
from retrorun.units import format_clock, format_distance, format_pace

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
    """An activity out of a service's answer.

    Raises:
        DeliveryError: its number or its time is none.
    """
    text = number if isinstance(number, str) else str(number) if type(number) is int else ""
    if not _NUMBER.fullmatch(text) or (start and not _is_time(start)):
        raise DeliveryError("the answer is no list of activities", where=where, hint="this is not the service")
    return Listed(number=text, start=start, kind=kind[:60], withheld=withheld[:200])


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
    make_folder(folder)
    with locked(folder / MEMORY, wait_s=WAIT_S):
        known = {home.number: home for home in at_home(folder)}
        for listed in reversed(service.activities(since)):
            home = known.get(listed.number)
            done = _known(home, listed, folder) if home else _left_out(listed, all_sports=all_sports)
            if done is None:
                done, home = _brought(service, listed, folder, {one.sha256: one for one in known.values()})
                if home is not None:
                    known[home.number] = home
                    _remember(known.values(), folder)
            yield done


def at_home(folder: Path) -> tuple[Home, ...]:
    """What a folder's memory holds, in the order in which it came; nothing where there is no memory.

    Raises:
        DeliveryError: the memory is damaged.
    """
    path = folder / MEMORY
    if not path.exists():
        return ()
    where, hint = str(path), "delete it: what is there from that day on is then fetched again"
    data = read_bytes(path, error=DeliveryError)
    document = Fields.read(data, kind=FORMAT, version=VERSION, error=DeliveryError, where=where, hint=hint)
    rows = []
    for row in document.rows("activities"):
        home = Home(number=row.text("number"), file=row.text("file"), sha256=row.text("sha256"))
        if Path(home.file).name != home.file:
            raise row.wrong("file", "this is no name of a file in this folder")
        rows.append(home)
    return tuple(rows)


def _remember(known: Iterable[Home], folder: Path) -> None:
    rows = [asdict(home) for home in known]
    document = {"format": FORMAT, "version": VERSION, "activities": rows}
    write_atomic(folder / MEMORY, to_json(document, indent=2).encode())


def _is_time(text: str) -> bool:
    try:
        return text >= "1900" and datetime.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _known(home: Home, listed: Listed, folder: Path) -> Fetched:
    path = folder / home.file
    gone = "" if path.exists() else f"{home.file} is not there any more; it is not fetched again"
    return Fetched(number=listed.number, start=listed.start, state="known", path=None if gone else path, reason=gone)


def _left_out(listed: Listed, *, all_sports: bool) -> Fetched | None:
    """Why an activity is not even asked for; None where it is."""
    if listed.withheld:
        return Fetched(number=listed.number, start=listed.start, state="withheld", reason=listed.withheld)
    sport, _ = sport_of_words(listed.kind)
    if listed.kind and sport not in ON_FOOT and not all_sports:  # what says nothing of its sport is mostly a run
        return Fetched(number=listed.number, start=listed.start, state="not on foot", reason=sport or listed.kind)
    return None


def _brought(service: Source, listed: Listed, folder: Path, by_content: dict[str, Home]) -> tuple[Fetched, Home | None]:
    """One recording, written into the folder unless its content is there."""

    def said(state: State, path: Path | None = None, reason: str = "") -> Fetched:
        return Fetched(number=listed.number, start=listed.start, state=state, path=path, reason=reason)

    data = service.original(listed.number)
    if data is None:
        return said("no file", reason="the service hands out no original file of it"), None
    try:
        data, ending = _unwrapped(data)
    except RecordingError as error:
        return said("no file", reason=error.what), None
    digest = hashlib.sha256(data).hexdigest()
    twin = by_content.get(digest)
    if twin is not None:
        home = Home(number=listed.number, file=twin.file, sha256=digest)
        return said("double", folder / twin.file, f"the same recording as {twin.file}"), home
    day = listed.start.replace("T", "-").replace(":", "") or "undated"
    path = folder / f"{day}-{listed.number}{ending}"
    write_atomic(path, data)
    return said("new", path), Home(number=listed.number, file=path.name, sha256=digest)


def _unwrapped(data: bytes) -> tuple[bytes, str]:
    """The recording in what the service sent, which it may have packed, and the ending of its name.

    Raises:
        RecordingError: it is none.
    """
    data = unpack(data)
    if is_fit(data):
        return data, ".fit"
    if looks_like_xml(data):
        root = open_document(data).root
        if root in _ENDINGS:
            return data, _ENDINGS[root]
    raise RecordingError("what the service has is no FIT, TCX or GPX")


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
    parts = [format_clock(ran.time_s)]
    if ran.distance_m is not None:
        parts.append(format_distance(ran.distance_m))
    if ran.speed_mps is not None:
        parts.append(format_pace(ran.speed_mps))
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
    amount = format_clock(ran.time_s) if ran.distance_m is None else format_distance(ran.distance_m)
    return f"{plain}{NAME_MARK}{amount} backward"
