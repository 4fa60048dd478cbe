"""Workouts to a watch: what would be written, writing it whole, reading it back."""

from __future__ import annotations

import contextlib
import errno
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from retrorun.errors import DeliveryError, OutputError
from retrorun.files import write_atomic
from retrorun.watch.find import Watch, is_folder
from retrorun.watch.names import file_name
from retrorun.watch.storage import read_back, remove, sync_folder, write_mtp
from retrorun.workout.devices import DEVICES

MOST_WORKOUTS = DEVICES["generic"].workouts.value
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
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
        same = _already_there(watch, package.data) or next((one.path for one in made if one.path == path), None)
        if same is not None:
            made.append(Delivery(path=same, state="already there", size=size))
            continue
        if not dry_run:
            _write(watch, path, package.data)
        made.append(Delivery(path=path, state="would be written" if dry_run else "written", size=size))
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
    kept = {path for folder in (watch.inbox, *watch.stores) for path in _fit_files(folder)}
    count = len(kept | {delivery.path for delivery in deliveries})
    if count <= most:
        return ""
    return (
        f"{watch.name} would hold {count} workouts; watches were seen to keep {most} and to delete the rest without a "
        "word: delete old workouts on the watch first"
    )


def _already_there(watch: Watch, data: bytes) -> Path | None:
    return next((path for path, held in _of_size(watch, {len(data)}) if held == data), None)


def _of_size(watch: Watch, sizes: set[int]) -> Iterator[tuple[Path, bytes]]:
    """The workouts of a watch that have one of these sizes; no others are read, as reading through MTP is slow."""
    for folder in (watch.inbox, *watch.stores):
        for path in _fit_files(folder):
            with contextlib.suppress(OSError):
                if path.stat().st_size in sizes:
                    yield path, path.read_bytes()


def _fit_files(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from sorted(path for path in folder.iterdir() if path.suffix.casefold() == ".fit")


def _write(watch: Watch, path: Path, data: bytes) -> None:
    try:
        if watch.kind == "MTP":
            write_mtp(path, data)
        else:
            write_atomic(path, data)
            sync_folder(path.parent)
        held = read_back(path)
    except OutputError as error:
        raise _delivery_error(watch, path, error.__cause__) from error
    except OSError as error:
        raise _delivery_error(watch, path, error) from error
    if held != data:
        remove(path)
        what = f"{path.name} reads back otherwise than it was written"
        raise DeliveryError(what, where=str(watch), hint="it was removed; try another cable or port, then push again")


def _delivery_error(watch: Watch, path: Path, cause: BaseException | None) -> DeliveryError:
    number = cause.errno if isinstance(cause, OSError) else None
    where = str(watch)
    if number in _GONE or not is_folder(path.parent):
        hint = f"plug it in again, delete {path.name} from its folder for new files if it is there, and push again"
        return DeliveryError(f"the watch went away while {path.name} was written", where=where, hint=hint)
    if number in _FULL:
        hint = "nothing was left on it; delete old workouts, music or maps there, and push again"
        return DeliveryError(f"the watch is full: {path.name} does not fit", where=where, hint=hint)
    if number in _READ_ONLY:
        hint = "unlock the watch; if it was once unplugged without ejecting, eject it, plug it in again and push again"
        return DeliveryError(f"the watch's storage is read-only: {path.name} was not written", where=where, hint=hint)
    reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else "no reason given"
    hint = "nothing was left on it; copy the file with the file manager instead"
    return DeliveryError(f"{path.name} cannot be written ({reason})", where=where, hint=hint)
