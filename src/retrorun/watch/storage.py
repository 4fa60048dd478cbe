"""Writing to a watch's storage so that it is really there, and reading it from there and not from memory."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

GIO_TIMEOUT_S = 120.0  # MTP is slow, a workout is small
_NOT_OFFERED = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


def write_mtp(path: Path, data: bytes) -> None:
    """Write a file on an MTP mount under its own name; where it cannot be written whole it is removed again.

    Many watches let a file be sent whole but not written bit by bit, which is what a mounted folder does. Where the
    mount refuses for that reason, `gio copy` sends the file.

    Raises:
        OSError: it could not be written.
    """
    try:
        _write_plainly(path, data)
    except OSError as error:
        remove(path)
        if error.errno not in _NOT_OFFERED:
            raise
        _send_by_gio(path, data, error)


def read_back(path: Path) -> bytes:
    """What the storage holds, past the computer's own memory of it where the system allows that.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            with contextlib.suppress(OSError):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return file.read()


def remove(path: Path) -> None:
    """Remove a file if it can be removed."""
    with contextlib.suppress(OSError):
        path.unlink()


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk, where the system can.

    Raises:
        OSError: the disk went away.
    """
    if os.name == "posix":
        number = os.open(folder, os.O_RDONLY)
        try:
            _sync(number)
        finally:
            os.close(number)


def _write_plainly(path: Path, data: bytes) -> None:
    # A file of this name is the rest of an earlier try: the name holds a hash of the bytes.
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        _sync(file.fileno())


def _sync(number: int) -> None:
    try:
        os.fsync(number)
    except OSError as error:
        # MTP sends a file when it is closed, and its mount need not know how to flush one earlier.
        if error.errno not in _NOT_OFFERED:
            raise


def _send_by_gio(path: Path, data: bytes, refused: OSError) -> None:
    gio = shutil.which("gio")
    if gio is None:
        raise refused
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, path.name)
        source.write_bytes(data)
        try:
            subprocess.run(  # noqa: S603 - a program of the system, and two paths
                [gio, "copy", source, path], check=True, timeout=GIO_TIMEOUT_S, capture_output=True
            )
        except subprocess.SubprocessError:
            remove(path)
            # Its own words speak the user's language and name the temporary file: no use to anyone.
            raise OSError(errno.ENOTSUP, "the mount takes no writing, and gio could not copy it") from None
