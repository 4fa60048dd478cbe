"""Recordings in containers: folders, zips, gzip, and the bulk exports of services.

A folder, a zip (with zips inside, as Garmin Connect exports them), a single file and an fsspec URL (`s3://…`, with the
`cloud` extra) all become a list of `Source`; nothing is read before it is needed. `unpack` takes a recording out of the
gzip or the zip with one file that a web service hands out.
"""

import contextlib
import csv
import io
import lzma
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from importlib import import_module
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import IO

from retrorun.activity.rules import MAX_BYTES
from retrorun.errors import RecordingError, install_hint
from retrorun.files import GZIP, open_regular, printable, read_bytes

LISTING = "activities.csv"  # what Strava calls it in every language
LARGEST_INNER_BYTES = 512 << 20  # chosen: a zip inside a zip is held in memory; exports cut theirs into parts
LARGEST_RATIO = 20  # what is packed already packs no further; an inner zip that does is a bomb
DEEPEST_ZIP = 2  # a Garmin Connect export holds zips of files; nothing known holds a level more

_FILE = re.compile(r"^activities/\S+$")
_LOST = "#error#"  # what the service writes where it could not export a recording
_ENCRYPTED = 1  # the flag of a member
_ZIP = b"PK\x03\x04"
_GZIP_WINDOW = 31  # zlib's word for "gzip header, largest window"
_MOST_MEMBERS = 10_000  # of a gzip; one is usual, and tools that cut into blocks of 64 kB make 1,600 of MAX_BYTES
_FIRST_STEP, _LARGEST_STEP = 256, 1 << 20  # bytes; what a member leaves unread is copied once for each
_KINDS = (".fit", ".tcx", ".gpx", ".kml")
_SUFFIXES = (*_KINDS, ".kmz", *(f"{kind}.gz" for kind in _KINDS))
_PACKING = (zipfile.BadZipFile, zlib.error, lzma.LZMAError)
# What opening and reading a damaged, encrypted or unknown member of a zip can raise.
_UNPACK_ERRORS = (*_PACKING, EOFError, RuntimeError, OSError, ValueError, KeyError, OverflowError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One recording of the listing; `problem` says why there is none."""

    title: str
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a recording lies: a path or URL, and for one inside a zip the member's name at each level.

    `title` is what the service's own listing calls it. `problem` says why there is nothing to read where the listing
    names a recording that the export does not hold, or where a zip does not open.
    """

    path: str
    members: tuple[str, ...] = ()
    title: str = ""
    problem: str = ""

    @property
    def name(self) -> str:
        """The place in one line, e.g. `export.zip/activities/1.fit.gz`; text that every file and screen takes."""
        return printable("/".join((self.path, *self.members)))


def find_sources(paths: Iterable[str | Path]) -> tuple[Source, ...]:
    """Every recording under the paths, as `each_source` finds them."""
    return tuple(each_source(paths))


def each_source(paths: Iterable[str | Path]) -> Iterator[Source]:
    """Every recording under the paths, each once, in the order of the paths and then of the names, as they are found.

    A file that is named itself is taken whatever it is called; in folders and zips only names that end like a
    recording's. Hidden files and folders are left out. A path that does not exist is an error before the first of them.
    """
    found = [_under(str(path)) for path in paths]
    return found[0] if len(found) == 1 else _once(source for each in found for source in each)


def _once(sources: Iterable[Source]) -> Iterator[Source]:
    seen: set[bytes] = set()
    for source in sources:
        mark = blake2b(source.name.encode(), digest_size=8).digest()  # names of ten million would take a gigabyte
        if mark not in seen:
            seen.add(mark)
            yield source


def load(source: Source) -> bytes:
    """The bytes of one recording; an error says where and why it cannot be read."""
    if source.problem:
        raise RecordingError(source.problem, where=source.name, hint="fetch or export it anew")
    try:
        if source.members:
            container = _container(source.path, source.members[:-1], _stamp(source.path))
            return _read_member(container, container.getinfo(source.members[-1]))
        if "://" not in source.path:
            return read_bytes(Path(source.path), most=MAX_BYTES)
        with _open(source.path) as file:
            data = file.read(MAX_BYTES + 1)
    except KeyError:
        raise RecordingError("is not in the zip", where=source.name, hint="list the zip anew") from None
    except RecordingError as error:
        raise error if error.where else error.within(source.name) from None
    except OSError as error:
        raise RecordingError(f"cannot be read ({error.strerror or error})", where=source.name) from error
    except _UNPACK_ERRORS as error:
        raise RecordingError(f"cannot be unpacked ({error})", where=source.name, hint="fetch the zip anew") from error
    if len(data) > MAX_BYTES:
        hint = f"at most {MAX_BYTES >> 20} MiB are read"
        raise RecordingError("is larger than any recording", where=source.name, hint=hint)
    return data


# ---- listing ---------------------------------------------------------------------------------------------------------


def _under(path: str) -> Iterator[Source]:
    if "://" in path:
        return _recordings([_urls_below(path)])
    if os.path.isdir(path):  # noqa: PTH112 - paths stay text here, because URLs are paths too
        return _in_folder(path)
    if not os.path.exists(path):  # noqa: PTH110 - the same
        raise RecordingError("there is no such file or folder", where=path, hint="check the path")
    return _in_zip(path, ()) if path.lower().endswith(".zip") else iter([Source(path=path)])


def _in_folder(path: str) -> Iterator[Source]:
    closed: list[OSError] = []
    yield from _recordings(_files_below(path, closed.append))
    for error in closed:
        why = f"this folder cannot be entered ({error.strerror or error})"
        yield Source(path=str(error.filename or path), problem=why)


def _files_below(folder: str, closed: Callable[[OSError], object]) -> Iterator[list[str]]:
    """The files of one folder after the other."""
    for top, folders, files in os.walk(folder, onerror=closed):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        shown = (str(Path(top) / name) for name in sorted(files) if not name.startswith("."))
        # A pipe or a socket among them would never end; a link that leads nowhere gets its error when it is read.
        # What may not even be looked at counts as such a link, too; Path's own tests would raise.
        yield [path for path in shown if os.path.isfile(path) or not os.path.exists(path)]  # noqa: PTH110, PTH113 - the same


def _in_zip(path: str, members: tuple[str, ...]) -> Iterator[Source]:
    try:
        container = _container(path, members, _stamp(path))
    except (RecordingError, MemoryError, *_UNPACK_ERRORS) as error:
        why = error.what if isinstance(error, RecordingError) else str(error) or "not enough memory"
        yield Source(path=path, members=members, problem=f"this zip cannot be opened ({why})")
        return
    names = sorted(info.filename for info in container.infolist() if not _is_aside(info.filename))
    yield from _recordings([names], (path, *members))


def _recordings(folders: Iterable[Iterable[str]], within: tuple[str, ...] = ()) -> Iterator[Source]:
    """The recordings among names of folders, or within a zip, with what an `activities.csv` in or above them says."""
    listed: dict[str, Listed] = {}
    for folder in folders:
        names = dict.fromkeys(folder)
        for name in names:
            if PurePosixPath(name).name == LISTING:
                beside = name.removesuffix(LISTING)
                with contextlib.suppress(RecordingError):  # it only adds titles; the recordings are there without it
                    found = read_listing(load(_placed(*within, name)))
                    listed |= {beside + key: value for key, value in found.items()}
        for name in names:
            entry = listed.pop(name, None)
            source = _placed(*within, name, title=entry.title if entry else "")
            if name.lower().endswith(".zip") and len(source.members) < DEEPEST_ZIP:
                yield from _in_zip(source.path, source.members)
            elif name.lower().endswith(_SUFFIXES):
                yield source
    for name, entry in listed.items():
        yield _placed(*within, name, title=entry.title, problem=entry.problem or "listed, but not in the export")


def _placed(path: str, *members: str, title: str = "", problem: str = "") -> Source:
    return Source(path=path, members=members, title=title, problem=problem)


def read_listing(data: bytes) -> dict[str, Listed]:
    """The recordings that an `activities.csv` lists, by their path beside it.

    An entry whose recording the service lost stands under a name made of its number. Entries made by hand have no
    recording and are left out. A file that is no such listing gives nothing.

    The header is in the athlete's language, names come twice, and columns have come and gone; only what holds in all
    exports of 2024 to 2026 is used. Dates and numbers are localised too, so that none is read.
    """
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1:]
    except (UnicodeDecodeError, csv.Error):
        return {}
    # The column of names is known by what stands in it.
    column = next((at for row in rows for at, value in enumerate(row) if _FILE.match(value)), None)
    listed: dict[str, Listed] = {}
    for row in rows:
        if column is None or len(row) <= column:
            continue
        # Number, date and title have come first in every export seen; the language only changes their header.
        title = row[2].strip() if column > 2 else ""
        if _FILE.match(row[column]):
            listed[row[column]] = Listed(title=title)
        elif _LOST in row[column]:
            listed[f"activities/{row[0]}"] = Listed(title=title, problem="the service could not export this recording")
    return listed


# ---- opening ---------------------------------------------------------------------------------------------------------


def _stamp(path: str) -> tuple[int, int]:
    """What changes when a local file does; the same for every URL."""
    if "://" in path:
        return 0, 0
    status = os.stat(path)  # noqa: PTH116 - paths stay text here
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=2)
def _container(path: str, members: tuple[str, ...], stamp: tuple[int, int]) -> zipfile.ZipFile:
    """An open zip, or a zip inside it; the last two stay open, because neighbours are read one after the other."""
    if not members:
        if "://" in path:
            return zipfile.ZipFile(_open(path))
        open_regular(Path(path)).close()  # to open a pipe would wait, and a device would never end
        return zipfile.ZipFile(path)  # what it opened itself, it closes itself
    outer = _container(path, members[:-1], stamp)
    inner = outer.getinfo(members[-1])
    if inner.file_size > LARGEST_RATIO * max(inner.compress_size, 1):
        raise RecordingError("claims to unpack to many times its size", hint="unpack it by hand to see what it is")
    return zipfile.ZipFile(io.BytesIO(_read_member(outer, inner, LARGEST_INNER_BYTES)))


def _open(path: str) -> IO[bytes]:
    opened: IO[bytes] = _fsspec(path).open(path, "rb").open()
    return opened


def _urls_below(url: str) -> list[str]:
    """The files at a URL: below it where it is a folder, else the URL itself."""
    fsspec = _fsspec(url)
    try:
        filesystem, inner = fsspec.core.url_to_fs(url)
        if filesystem.isdir(inner):
            return sorted(filesystem.unstrip_protocol(name) for name in filesystem.find(inner))
        if filesystem.exists(inner):
            return [url]
    except (ImportError, ValueError) as error:
        raise RecordingError(f"cannot be opened ({error})", where=url, hint="check its first part") from error
    except OSError as error:
        raise RecordingError(f"cannot be listed ({error})", where=url, hint="check it, and your rights") from error
    raise RecordingError("there is nothing at this URL", where=url, hint="check it, and your rights")


def _fsspec(url: str) -> ModuleType:
    try:
        return import_module("fsspec")
    except ImportError:
        hint = f"{install_hint('fsspec')}, and the driver of this storage"
        raise RecordingError("reading from a URL needs fsspec", where=url, hint=hint) from None


# ---- unpacking -------------------------------------------------------------------------------------------------------


def unpack(data: bytes) -> bytes:
    """The one recording in packed bytes; bytes that are not packed come back as they are."""
    for _ in range(3):  # a zip may hold a zip with a gzipped file; deeper nesting is no recording
        if data.startswith(GZIP):
            data = _gunzip(data)
        elif data.startswith(_ZIP):
            data = _unzip(data)
        else:
            break
    return data


def _gunzip(data: bytes) -> bytes:
    """All members of a gzip; what a cut one still gives. Linear in the bytes, however many members there are."""
    parts: list[bytes] = []
    left, pos, members = MAX_BYTES, 0, 0
    while data.startswith(GZIP, pos):
        members += 1
        if members > _MOST_MEMBERS:
            raise RecordingError("the gzip has more members than any recording", hint="fetch the file again")
        decoder, step = zlib.decompressobj(_GZIP_WINDOW), _FIRST_STEP
        while not decoder.eof and pos < len(data):
            try:
                part = decoder.decompress(data[pos : pos + step], left + 1)
            except zlib.error as error:
                if parts:
                    return b"".join(parts)  # rubbish behind a whole member
                raise RecordingError("the gzip is broken", hint="fetch the file again") from error
            left -= len(part)
            if left < 0:
                raise _too_large()
            parts.append(part)
            pos += len(data[pos : pos + step]) - len(decoder.unused_data)
            step = min(4 * step, _LARGEST_STEP)
    return b"".join(parts)


def _unzip(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read_member(archive, _only_recording(archive.infolist()))
    except RecordingError:
        raise
    except _UNPACK_ERRORS as error:
        raise RecordingError(f"the zip cannot be unpacked ({error})", hint="fetch the file again") from error


def _only_recording(members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """The member that is called like a recording, or else the only one there is, whatever it is called."""
    files = [each for each in members if not _is_aside(each.filename)]
    named = [each for each in files if each.filename.lower().endswith((*_SUFFIXES, ".zip"))]
    kinds = {each.filename.lower().rpartition(".")[2] for each in named}
    # A KMZ shows its doc.kml; other documents in it only add to that.
    main = [each for each in named if each.filename.lower() == "doc.kml"] if kinds == {"kml"} else []
    found = main or named or files
    if len(found) == 1:
        return found[0]
    if not named:
        raise RecordingError("the zip holds no recording", hint="give the zip that the service handed out")
    raise RecordingError(
        f"the zip holds {len(named)} recordings{' and zips' if 'zip' in kinds else ''}, not one",
        hint="read a zip of many with the functions for archives, or unpack it first",
    )


def _is_aside(name: str) -> bool:
    """Whether a member of a zip is none of its files: a folder, no name at all, or hidden, as what Finder adds."""
    hidden = any(part.startswith((".", "__MACOSX")) for part in name.split("/") if part != "..")
    return not name or name.endswith("/") or hidden


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int = MAX_BYTES) -> bytes:
    """The bytes of a member, as far as they are no more than `most`, whatever the zip says of them."""
    if member.flag_bits & _ENCRYPTED:
        raise RecordingError("the zip is encrypted", hint="unpack it with its password first")
    if member.file_size > most:
        raise _too_large()
    with archive.open(member) as file:
        found = file.read(most + 1)
    if len(found) > most:
        raise _too_large()
    return found


def _too_large() -> RecordingError:
    return RecordingError("unpacked it is larger than any recording", hint=f"at most {MAX_BYTES // 2**20} MiB are read")
