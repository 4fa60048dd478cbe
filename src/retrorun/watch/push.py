"""Workouts to a watch: what would be written, writing it so that it is really there, reading it back from there."""

import contextlib
import errno
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from retrorun.errors import DeliveryError, OutputError
from retrorun.files import write_atomic
from retrorun.watch.find import Watch, is_folder
from retrorun.workout.devices import DEVICES

MOST_WORKOUTS = DEVICES["generic"].workouts.value
LONGEST_STEM = 32  # characters of the session's name that are kept; the whole name stays far below any limit
GIO_TIMEOUT_S = 120.0  # MTP is slow, a workout is small
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
_NOT_OFFERED = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
_GONE = (errno.ENODEV, errno.ENXIO, errno.EIO, errno.ENOTCONN, errno.ESTALE, errno.ENOENT)

State = Literal["written", "already there", "would be written"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A compiled workout on its way: the session's name and the bytes of its FIT file."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of one workout: where it lies, and whether it was written."""

    path: Path
    state: State
    size: int


def file_name(session_name: str, data: bytes) -> str:
    """The name under which a workout goes to a watch, e.g. `Retro-400s-1f3a9c04.fit`.

    Only `A-Z a-z 0-9 _ -`, as `#`, `%`, `?` and blanks do not survive every way to a watch; letters lose their accents,
    a name without any such letter (emoji) becomes `workout`. The end is a hash of the bytes, so that different
    workouts never share a name, and the same workout always has the same.
    """
    plain = unicodedata.normalize("NFKD", session_name).encode("ascii", errors="ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9_]+", "-", plain)[:LONGEST_STEM].strip("-_")
    return f"{stem or 'workout'}-{hashlib.sha256(data).hexdigest()[:8]}.fit"


def deliver(watch: Watch, packages: Iterable[Package], *, dry_run: bool = False) -> tuple[Delivery, ...]:
    """Write workouts into a watch's folder for new files, each whole or not at all.

    A workout that lies there already, or among the watch's workouts, byte for byte, is not written again. Storage with
    a file system of its own gets a new file under another name, flushed to the disk, which then takes its name in one
    step. MTP has no such step: the file is written under its own name, by the system's `gio` where the mount takes no
    writing, and removed again when anything goes wrong. Either way it is read back and compared.

    Args:
        watch: where to.
        packages: what; the file's name comes from the session's name and a hash of the bytes.
        dry_run: only say what would be done.

    Raises:
        DeliveryError: the watch is full, read-only, went away, or does not hold what was written. The workouts before
            the one that failed stay delivered.
    """
    made: list[Delivery] = []
    for package in packages:
        path = watch.inbox / file_name(package.name, package.data)
        size = len(package.data)
        lying = [held for held, data in _of_size(watch, {size}) if data == package.data]
        same = [*lying, *(one.path for one in made if one.path == path)]
        state: State = "already there" if same else "would be written" if dry_run else "written"
        if state == "written":
            _write(watch, path, package.data)
        made.append(Delivery(path=same[0] if same else path, state=state, size=size))
    return tuple(made)


def withdraw(watch: Watch, files: Iterable[tuple[int, str]], *, dry_run: bool = False) -> tuple[Path, ...]:
    """Remove workouts that newer ones replace, told by their size [bytes] and their SHA-256; what was removed.

    A file that was changed since, or that is gone, is left alone. `dry_run` only says what would be removed.
    """
    gone = set(files)
    removed: list[Path] = []
    for path, data in _of_size(watch, {size for size, _ in gone}) if gone else ():
        if (len(data), hashlib.sha256(data).hexdigest()) in gone:
            with contextlib.suppress(OSError):
                if not dry_run:
                    path.unlink()
                removed.append(path)
    return tuple(removed)


def crowding(watch: Watch, deliveries: Iterable[Delivery], *, most: int = MOST_WORKOUTS) -> str:
    """A warning where the watch holds, with these deliveries, more workouts than it keeps; empty where not."""
    count = len({*_workouts(watch), *(delivery.path for delivery in deliveries)})
    if count <= most:
        return ""
    return (
        f"{watch.name} would hold {count} workouts; watches were seen to keep {most} and to delete the rest without a "
        "word: delete old workouts on the watch first"
    )


def _of_size(watch: Watch, sizes: set[int]) -> Iterator[tuple[Path, bytes]]:
    """The workouts of a watch that have one of these sizes; no others are read, as reading through MTP is slow."""
    for path in _workouts(watch):
        with contextlib.suppress(OSError):
            if path.stat().st_size in sizes:
                yield path, path.read_bytes()


def _workouts(watch: Watch) -> Iterator[Path]:
    for folder in (watch.inbox, *watch.stores):
        with contextlib.suppress(OSError):
            yield from sorted(path for path in folder.iterdir() if path.suffix.casefold() == ".fit")


def _write(watch: Watch, path: Path, data: bytes) -> None:
    try:
        if watch.kind == "MTP":
            _write_mtp(path, data)
        else:
            write_atomic(path, data)
            _sync_folder(path.parent)
        held = _read_back(path)
    except OutputError as error:
        raise _delivery_error(watch, path, error.__cause__) from error
    except OSError as error:
        raise _delivery_error(watch, path, error) from error
    if held != data:
        _remove(path)
        what = f"{path.name} reads back otherwise than it was written"
        raise DeliveryError(what, where=str(watch), hint="it was removed; try another cable or port, then push again")


def _delivery_error(watch: Watch, path: Path, cause: BaseException | None) -> DeliveryError:
    number = cause.errno if isinstance(cause, OSError) else None
    name = path.name
    if number in _GONE or not is_folder(path.parent):
        what = f"the watch went away while {name} was written"
        hint = f"plug it in again, delete {name} from its folder for new files if it is there, and push again"
    elif number in _FULL:
        what = f"the watch is full: {name} does not fit"
        hint = "nothing was left on it; delete old workouts, music or maps there, and push again"
    elif number in _READ_ONLY:
        what = f"the watch's storage is read-only: {name} was not written"
        hint = "unlock the watch; if it was once unplugged without ejecting, eject it, plug it in again and push again"
    else:
        reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else "no reason given"
        what = f"{name} cannot be written ({reason})"
        hint = "nothing was left on it; copy the file with the file manager instead"
    return DeliveryError(what, where=str(watch), hint=hint)


def _write_mtp(path: Path, data: bytes) -> None:
    """Write a file on an MTP mount under its own name; where it cannot be written whole it is removed again.

    Many watches let a file be sent whole but not written bit by bit, which is what a mounted folder does. Where the
    mount refuses for that reason, `gio copy` sends the file.
    """
    try:
        with path.open("wb") as file:  # one of this name is the rest of an earlier try: it holds a hash of the bytes
            file.write(data)
            file.flush()
            _sync(file.fileno())
    except OSError as error:
        _remove(path)
        gio = shutil.which("gio") if error.errno in _NOT_OFFERED else None
        if gio is None:
            raise
        _send_by_gio(gio, path, data)


def _send_by_gio(gio: str, path: Path, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, path.name)
        source.write_bytes(data)
        command = [gio, "copy", str(source), str(path)]
        try:
            subprocess.run(command, check=True, timeout=GIO_TIMEOUT_S, capture_output=True)  # noqa: S603 - the system's
        except subprocess.SubprocessError:
            _remove(path)
            # Its own words speak the user's language and name the temporary file: no use to anyone.
            raise OSError(errno.ENOTSUP, "the mount takes no writing, and gio could not copy it") from None


def _read_back(path: Path) -> bytes:
    """What the storage holds, past the computer's own memory of it where the system allows that."""
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            with contextlib.suppress(OSError):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return file.read()


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _sync_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk, where the system can."""
    if os.name == "posix":
        number = os.open(folder, os.O_RDONLY)
        try:
            _sync(number)
        finally:
            os.close(number)


def _sync(number: int) -> None:
    try:
        os.fsync(number)
    except OSError as error:
        # MTP sends a file when it is closed, and its mount need not know how to flush one earlier.
        if error.errno not in _NOT_OFFERED:
            raise
