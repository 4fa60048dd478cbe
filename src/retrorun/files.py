"""Reading and writing whole files: clear errors, and never a half-written one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from retrorun.errors import OutputError, RecordingError


def printable(name: str) -> str:
    r"""The name of a file as text that can be written anywhere; bytes in it that are no UTF-8 become `\xe4`."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def read_bytes(path: Path) -> bytes:
    """All bytes of a file.

    Raises:
        RecordingError: there is no such file, or it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise RecordingError("there is no such file", where=str(path), hint="check the path") from None
    except IsADirectoryError:
        raise RecordingError("this is a folder, not a file", where=str(path), hint="name a file in it") from None
    except OSError as error:
        raise RecordingError(f"cannot be read ({error.strerror})", where=str(path), hint="check its rights") from error
    except ValueError:  # a zero byte in it
        raise RecordingError("no file can have such a name", where=repr(str(path)), hint="check the path") from None


def write_atomic(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write a file so that a reader sees the old content or the new, never a part.

    The bytes go to a new file in the same folder, are flushed to the disk, and take the name in one step.

    Raises:
        OutputError: the folder is missing or read-only, or the disk is full; an old file is left as it was.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
    except OSError as error:
        raise _output_error(path, error) from error
    except ValueError:  # a zero byte in it
        raise OutputError("no file can have such a name", where=repr(str(path)), hint="use another") from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except OSError as error:
        raise _output_error(path, error) from error
    finally:
        with contextlib.suppress(OSError):  # a disk that went away cannot be tidied, and must not hide the first error
            temporary.unlink()


def _output_error(path: Path, error: OSError) -> OutputError:
    if not path.parent.is_dir():
        return OutputError("its folder does not exist", where=str(path), hint="make the folder first")
    return OutputError(f"cannot be written ({error.strerror})", where=str(path), hint="nothing was changed")
