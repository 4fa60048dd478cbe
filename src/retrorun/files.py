"""Files from outside and files of our own: read bounded, written whole or not at all, locked where two may write."""

import errno
import glob
import os
import platform
import secrets
import stat
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TypeVar

from retrorun.errors import OutputError, RecordingError, RetrorunError, expect, is_hidden

MOST_BYTES = 256 << 20  # of one file that is read whole; a day of running is 10 MB of FIT, 100 MB of TCX
GZIP = b"\x1f\x8b"  # how gzipped bytes begin
LEFTOVER_S = 86400.0  # an unfinished file of a machine that cannot be asked is abandoned after a day
LOCK_WAIT_S = 60.0  # whoever holds a lock only reads and writes one small file

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_NOT_A_FILE = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}

T = TypeVar("T")


def printable(text: str, *, keep: str = "") -> str:
    r"""Text from outside that can be shown anywhere.

    Control characters, characters that turn the direction of writing, and bytes that are no UTF-8 become `\x1b`, save
    those in `keep`.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char in keep or not is_hidden(char) else _escaped(char) for char in text)


def plain_cell(text: str) -> str:
    """Text for a cell of CSV: what a spreadsheet could take for a formula gets an apostrophe before it."""
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@")) or text[:1] in ("\t", "\r", "\n") else text


def _escaped(char: str) -> str:
    byte = ord(char) - 0xDC00  # how Python holds a byte of a name that is no UTF-8
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else char.encode("unicode_escape").decode()


def as_path(path: str | os.PathLike[str]) -> Path:
    """The path that was given as text or path object; one error for anything else."""
    expect(path, str | os.PathLike, "a path", hint="give text or a pathlib.Path")
    return Path(path)


def read_bytes(path: Path, *, most: int = MOST_BYTES, error: type[RetrorunError] = RecordingError) -> bytes:
    """All bytes of a regular file of at most `most` bytes.

    Raises:
        RecordingError: (or what `error` names) there is no such file, it cannot be read, is too large, or is no file
            but a folder, a pipe, a device.
    """
    with open_regular(path, error=error) as file:
        size = os.fstat(file.fileno()).st_size
        try:
            data = b"" if size > most else file.read(size + 1)
            if len(data) > size:  # it grows, or is one of those of the system that say they are empty
                data += file.read(most + 1 - len(data))
        except OSError as fault:
            raise error(f"cannot be read ({fault.strerror})", where=_name(path), hint="check the disk") from fault
    if size > most or len(data) > most:
        limit = f"{most >> 20} MB" if most >> 20 else f"{most >> 10} kB"
        raise error(f"is larger than {limit}", where=_name(path), hint="this is no file of that kind")
    return data


def load_if_there(path: Path, read: Callable[[bytes], T], empty: T) -> T:
    """What `read` makes of a file, `empty` where there is none; the errors of both name the file."""
    try:
        data = read_bytes(path) if path.exists() else None
    except OSError:  # a name so long that nothing can lie there
        data = None
    try:
        return empty if data is None else read(data)
    except RetrorunError as error:
        raise error.within(printable(str(path))) from None


def open_regular(path: Path, *, error: type[RetrorunError] = RecordingError) -> BinaryIO:
    """A regular file, open for reading, or `error` as `read_bytes` says; a pipe does not make this wait."""
    try:
        # Without O_NONBLOCK the mere opening of a pipe would wait for somebody to write into it.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise error("there is no such file", where=_name(path), hint="check the path") from None
    except OSError as fault:
        raise error(f"cannot be read ({fault.strerror})", where=_name(path), hint="check its rights") from fault
    except ValueError:  # a zero byte in it
        raise error("no file can have such a name", where=_name(path), hint="check the path") from None
    kind = stat.S_IFMT(os.fstat(handle).st_mode)
    if kind == stat.S_IFREG:
        return os.fdopen(handle, "rb")
    os.close(handle)
    what, hint = _NOT_A_FILE.get(kind, "no file"), "name a file"
    raise error(f"this is {what}, not a file", where=_name(path), hint=hint + " in it" * (kind == stat.S_IFDIR))


def write_atomic(path: Path, data: bytes, *, inputs: Iterable[Path] = (), private: bool = False) -> None:
    """Write a whole file, as `writing` does; its OutputError otherwise."""
    with writing(path, inputs=inputs, private=private) as file:
        try:
            file.write(data)
        except OSError as fault:
            raise _output_error(path, fault) from fault


@contextmanager
def writing(path: Path, *, inputs: Iterable[Path] = (), private: bool = False) -> Iterator[BinaryIO]:
    """A file to write into, of which a reader sees the old content or the new, never a part.

    The bytes go to a new file in the same folder, are flushed to the disk, and take the name in one step when the block
    ends without an error. The new file has the rights of the one that it replaces, else those of any new file (umask);
    a private one is its owner's only. A link is followed, a device or a pipe is written to.

    Raises:
        OutputError: the folder is missing or read-only, the disk is full, or `path` is one of `inputs`, which the
            same command reads; an old file is left as it was.
    """
    refuse_inputs(path, inputs)
    inside = False  # the block, whose own errors are none of this file unless the disk is full
    try:
        plain = not path.exists() or path.is_file() or path.is_dir()
        with _replacing(Path(os.path.realpath(path)), private=private) if plain else path.open("wb") as file:
            inside = True
            yield file
            inside = False
    except OSError as fault:
        if inside and fault.errno not in _FULL:
            raise
        raise _output_error(path, fault) from fault
    except ValueError:  # a zero byte in it
        if inside:
            raise
        raise OutputError("no file can have such a name", where=_name(path), hint="use another") from None


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, where they are not there yet; else an OutputError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        hint = "name another folder"
        raise OutputError(f"cannot be made ({fault.strerror})", where=_name(path), hint=hint) from fault


def refuse_inputs(path: Path, inputs: Iterable[Path]) -> None:
    """Refuse, by an OutputError, an output that is one of a command's inputs, under whatever name."""
    for source in inputs:
        with suppress(OSError, ValueError):  # one that is not there cannot be written over
            if path.samefile(source):
                hint = "write to another name"
                raise OutputError("this file is read by the same command", where=_name(path), hint=hint)


def check_ending(path: Path, endings: Iterable[str], what: str) -> str:
    """The ending of an output's name, in small letters, if it is one of `endings`, else an OutputError.

    A page must not hide behind the name of a picture.
    """
    ending = path.suffix.lower()
    if ending not in endings:
        *others, last = endings
        hint = f"use {', '.join(others)} or {last}" if others else f"use {last}"
        raise OutputError(f"{what} cannot have the ending {ending!r}", where=_name(path), hint=hint)
    return ending


@contextmanager
def locked(path: Path, *, wait_s: float = LOCK_WAIT_S) -> Iterator[None]:
    """Keep other processes from changing a file while it is read, changed and written.

    Raises:
        OutputError: another process has held it for all of `wait_s`, or its folder cannot be written.
    """
    from filelock import FileLock, Timeout

    real = Path(os.path.realpath(path))
    try:
        with FileLock(real.with_name(f".{real.name[:100]}.lock"), timeout=wait_s):
            yield
    except Timeout:
        hint = "wait for it, then do this again"
        raise OutputError("another process is writing it", where=_name(path), hint=hint) from None
    except OSError as fault:
        raise _output_error(path, fault) from fault


@contextmanager
def _replacing(path: Path, *, private: bool) -> Iterator[BinaryIO]:
    _tidy(path)
    temporary = path.with_name(f"{_beginning(path)}{_machine()}-{os.getpid()}-{secrets.token_hex(4)}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(temporary, flags, 0o600 if private else 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if path.exists() and not private:
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        temporary.replace(path)
    finally:
        with suppress(OSError):  # a disk that went away cannot be tidied, and must not hide the first error
            temporary.unlink()


def _tidy(path: Path) -> None:
    """Remove what writes of this file left behind when they were killed."""
    with suppress(OSError):  # tidying is a kindness
        for left in path.parent.glob(f"{glob.escape(_beginning(path))}*.part"):
            machine, _, rest = left.name.removeprefix(_beginning(path)).partition("-")
            pid = rest.partition("-")[0]
            ours = machine == _machine() and pid.isdecimal()
            if not _alive(int(pid)) if ours else left.stat().st_mtime < time.time() - LEFTOVER_S:
                left.unlink()


def _alive(pid: int) -> bool:
    if os.name == "nt":  # os.kill would end it
        return True
    try:
        os.kill(pid, 0)
    except OSError as fault:  # somebody else's is there, too
        return not isinstance(fault, ProcessLookupError)
    return True


def _beginning(path: Path) -> str:
    return f".{path.name[:40]}."


def _machine() -> str:
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _name(path: Path) -> str:
    return printable(str(path))


def _output_error(path: Path, fault: OSError) -> OutputError:
    if not path.parent.is_dir():
        return OutputError("its folder does not exist", where=_name(path), hint="make the folder first")
    if path.is_dir():
        return OutputError("this is a folder", where=_name(path), hint="name a file in it")
    return OutputError(f"cannot be written ({fault.strerror})", where=_name(path), hint="nothing was changed")
