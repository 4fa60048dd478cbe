"""Workouts on their way to a watch or a service: one way for sessions, notation and the files of other services.

Each is read, lowered if asked, checked, named and compiled; damage is refused. What then goes out are bytes. A record
says which session went where under which name, so that an edited one replaces the old one.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Self

from retrorun.documents import Fields, to_json
from retrorun.errors import DocumentError, WorkoutError
from retrorun.files import read_bytes
from retrorun.fit import profile, reader
from retrorun.fit.profile import FILE_SCHEDULES, FILE_WORKOUT
from retrorun.fit.workout_message import FileIdentity, file_identity, identity_values, is_workout
from retrorun.fit.writer import Message, Value, write_fit
from retrorun.session.model import Finding, Session
from retrorun.workout import check, devices, fit, importing
from retrorun.workout.decode import Decompiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverable:
    """One workout file: the session that it holds, its bytes, its identity, and which of the sources it is from.

    `original` is the identity of that source, where it was a FIT file.
    """

    session: Session
    data: bytes
    identity: FileIdentity
    source: int = 0
    original: FileIdentity | None = None

    @property
    def identities(self) -> tuple[FileIdentity, ...]:
        """What a schedule may call the file: its own identity, and the one that it had."""
        return tuple(one for one in (self.identity, self.original) if one is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The files to deliver, one after the other, and everything there is to say of them, each finding once."""

    files: tuple[Deliverable, ...]
    findings: tuple[Finding, ...] = ()


def prepare(
    sources: Iterable[Session | bytes | str | Path],
    *,
    device: str = "generic",
    name: str = "",
    lower: bool = False,
    created: datetime | None = None,
    serial: int | None = None,
) -> Prepared:
    """Workout files for a device, all by the same way.

    Another service's FIT file of which nothing has to be changed keeps its bytes; two files of one identity, of which a
    watch would keep one, are told apart.

    Args:
        sources: sessions, notation, files of any format or their bytes.
        device: a short name out of `retrorun.workout.devices.DEVICES`.
        name: a name in the place of each session's own; empty: its own.
        lower: make fit what is too long or too deep, and say how.
        created: as `compile_workout` takes it.
        serial: as `compile_workout` takes it, counted on from file to file.

    Raises:
        WorkoutError: a source is damaged, or the device cannot take it.
        RetrorunError: a source that is no session.
    """
    files: list[Deliverable] = []
    findings: list[Finding] = []
    limits, many = devices.find_device(device), list(sources)
    for number, source in enumerate(many, start=1):
        parts, whole, said, original = _read(source, device=device, name=name, lower=lower)
        for index, session in enumerate(parts, start=1):
            data = whole
            if created is not None or serial is not None or not data or check.errors_of(session, limits):
                next_serial = None if serial is None else serial + len(files)
                data = fit.compile_workout(session, device=device, created=created, serial=next_serial)
            head = f"{index}/{len(parts)} " if len(parts) > 1 else ""
            said += [replace(one, place=f"{head}{one.place}".strip()) for one in check.check_session(session, device)]
            made = file_identity(data)
            file = Deliverable(session=session, data=data, identity=made, source=number - 1, original=original)
            files.append(_told_apart(file, files, said, device))
        head = f"{source if isinstance(source, Path) else number}: " if len(many) > 1 else ""
        findings += [replace(one, place=f"{head}{one.place}".strip(" :") if head else one.place) for one in said]
    return Prepared(files=tuple(files), findings=tuple(dict.fromkeys(findings)))


def _read(
    source: Session | bytes | str | Path, *, device: str, name: str, lower: bool
) -> tuple[tuple[Session, ...], bytes, list[Finding], FileIdentity | None]:
    """The sessions of one source, its bytes where they may go out as they are, and the identity that it has."""
    read = Decompiled(session=source) if isinstance(source, Session) else importing.import_session(source, name=name)
    if damage := next((finding for finding in read.findings if finding.what.startswith(fit.DAMAGE)), None):
        where = str(source) if isinstance(source, Path) else ""
        hint = "fetch the file again; a part of a workout is not sent to a watch"
        raise WorkoutError(damage.what, where=where, hint=hint)
    session = replace(read.session, name=name) if name else read.session
    findings = list(read.findings)
    if read.identity is not None or lower:  # another maker's note may ask for a perceived exertion
        session, changes = check.without_exertion(session, device)
        findings += changes
    lowered = check.lower_session(session, device) if lower else check.Lowered(sessions=(session,))
    data = read_bytes(source) if isinstance(source, Path) else source
    unchanged = not read.findings and lowered.sessions == (read.session,)
    whole = data if unchanged and isinstance(data, bytes) and is_workout(data) else b""
    return lowered.sessions, whole, [*findings, *lowered.changes], read.identity


def _told_apart(file: Deliverable, before: list[Deliverable], said: list[Finding], device: str) -> Deliverable:
    """The file under an identity of its own where another one bears the same."""
    same = [one for one in before if one.identity == file.identity]
    if not same or any(one.data == file.data for one in same):
        return file
    what = f"'{file.session.name}' has the serial number and time of '{same[0].session.name}': a watch would keep one"
    said.append(Finding(place="", what=what, hint="it gets a serial number of its own"))
    data = fit.compile_workout(file.session, device=device)
    return replace(file, data=data, identity=fit.identity(file.session))


# ---- who was delivered where -----------------------------------------------------------------------------------------

FORMAT = "retrorun deliveries"
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A file that went out: to which watch or service, what it was made from, its size [bytes] and its SHA-256."""

    target: str
    source: str
    size: int
    digest: str

    @classmethod
    def of(cls, data: bytes, *, target: str, source: str) -> Self:
        """The row of a file that goes out now."""
        return cls(target=target, source=source, size=len(data), digest=hashlib.sha256(data).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """The record of what went where; a plain value, kept beside the index of sessions."""

    rows: tuple[Delivered, ...] = ()

    def replaced_by(self, new: Iterable[Delivered]) -> tuple[Delivered, ...]:
        """What lies at the same targets from the same sources, and is none of the new files."""
        new = tuple(new)
        places, kept = {(row.target, row.source) for row in new}, {(row.target, row.digest) for row in new}
        mine = (row for row in self.rows if (row.target, row.source) in places)
        return tuple(row for row in mine if (row.target, row.digest) not in kept)

    def updated(self, new: Iterable[Delivered]) -> Self:
        """The record with new files in the place of those that they replace."""
        new = tuple(new)
        gone = {(row.target, row.source) for row in new}
        return replace(self, rows=(*(row for row in self.rows if (row.target, row.source) not in gone), *new))

    def to_json(self) -> str:
        """The record as JSON text."""
        rows = [asdict(row) for row in self.rows]
        return to_json({"format": FORMAT, "version": VERSION, "deliveries": rows}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """The record in a JSON text that `to_json` wrote.

        Raises:
            DocumentError: the text is no such record; says where.
        """
        hint = "give what `retrorun push --index` wrote, or delete the file"
        document = Fields.read(text, kind=FORMAT, version=VERSION, error=DocumentError, hint=hint)
        texts = ("target", "source", "digest")
        rows = (
            Delivered(size=row.integer("size", low=0), **{name: row.text(name) for name in texts})
            for row in document.rows("deliveries")
        )
        return cls(rows=tuple(rows))


# ---- on which day ----------------------------------------------------------------------------------------------------

# A FIT schedule goes beside its workouts; a watch finds each workout by what its `file_id` says. What watches do with
# more than thirty entries is known from users' reports only: some show the first thirty days.
MOST_SCHEDULED = 30  # entries that users of GarminTools saw their watches take

_FIT_EPOCH_DAY = date(1989, 12, 31)
_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """An entry of a schedule: a day, and what the `file_id` of the workout for it says."""

    day: date
    workout: FileIdentity


def compile_schedule(
    entries: Iterable[tuple[date, bytes | FileIdentity]],
    *,
    created: datetime | None = None,
    serial: int | None = None,
) -> bytes:
    """The FIT schedule of workout files.

    Args:
        entries: days and the bytes of the workout files for them, e.g. from `compile_workout`, or their `file_id`.
        created: when the schedule was made, an aware time. None: a time derived from the entries.
        serial: 1 to 4294967295. None: derived from the entries.

    Raises:
        WorkoutError: there are no entries, a file is no workout with a serial number and a time of creation, or a day
            does not fit into a FIT date.
        FitError: bytes that are no FIT file.
    """
    rows = [_row(day, data) for day, data in sorted(entries, key=lambda entry: entry[0])]
    if not rows:
        raise WorkoutError("a schedule needs at least one workout")
    made = fit.identity_from(repr(rows), FILE_SCHEDULES, created=created, serial=serial)
    head = Message(kind="file_id", values=identity_values(made))
    return write_fit([head, *(Message(kind="schedule", values=row) for row in rows)])


def is_schedule(data: bytes) -> bool:
    """Whether bytes are a FIT file that says of itself that it is a schedule."""
    return reader.is_fit(data) and file_identity(data).type == FILE_SCHEDULES


def read_schedule(data: bytes) -> tuple[Scheduled, ...]:
    """The entries of a FIT schedule, by whomever, in their order.

    Raises:
        FitError: bytes that are no FIT file.
        WorkoutError: an entry without a day.
    """
    table = reader.read_fit(data).table("schedule")
    names = ("scheduled_time", "manufacturer", "product", "serial_number", "time_created")
    entries: list[Scheduled] = []
    for time_s, manufacturer, product, serial, created in zip(*map(table.integers, names), strict=True):
        if time_s is None:
            raise WorkoutError("an entry of the schedule has no day", where="schedule", hint="make the schedule anew")
        made = FileIdentity(
            type=FILE_WORKOUT, manufacturer=manufacturer, product=product, serial=serial, time_created=created
        )
        entries.append(Scheduled(day=_FIT_EPOCH_DAY + timedelta(seconds=time_s), workout=made))
    return tuple(entries)


def agenda(
    workouts: Sequence[Collection[FileIdentity]],
    schedule: Sequence[Scheduled] = (),
    *,
    day: date | None = None,
    first: date | None = None,
    order: Sequence[int] = (),
) -> tuple[list[tuple[date, ...]], list[Scheduled]]:
    """Which workout is for which days, and the entries of the schedule for others.

    Args:
        workouts: for each workout all identities by which a schedule may name it.
        schedule: the entries of a schedule.
        day: one day for all.
        first: the day that a schedule begins on, its entries moved together; without a schedule one workout a day.
        order: for the latter, how many days after the first each workout is.
    """
    if day is not None:
        return [(day,)] * len(workouts), []
    if first is not None and not schedule:
        return [(first + timedelta(days=after),) for after in order], []
    later = first - min(entry.day for entry in schedule) if first is not None else timedelta()
    moved = [replace(entry, day=entry.day + later) for entry in schedule]
    days = [tuple(entry.day for entry in moved if entry.workout in made) for made in workouts]
    return days, [entry for entry in moved if not any(entry.workout in made for made in workouts)]


def _row(day: date, data: bytes | FileIdentity) -> dict[str, Value]:
    if isinstance(day, datetime):
        raise WorkoutError(f"{day} is a time, not a day", hint="give its date()")
    made = data if isinstance(data, FileIdentity) else file_identity(data)
    if made.type != FILE_WORKOUT or made.serial is None or made.time_created is None:
        what = "the file is no workout that a schedule can point to"
        raise WorkoutError(what, where=day.isoformat(), hint="compile the session first")
    midnight_s = (day - _FIT_EPOCH_DAY).days * _DAY_S  # local time, which FIT counts from the local 1989-12-31
    if not profile.FIRST_DATE <= midnight_s < 2**32 - 1:
        raise WorkoutError(f"{day} does not fit into a FIT date", hint="1998 to 2126")
    numbers = {name: value for name, value in identity_values(made).items() if name != "type"}
    return {**numbers, "completed": 0, "type": 0, "scheduled_time": midnight_s}  # not yet; of a workout
