"""Recordings in folders, zips and the bulk exports of services: listing them, and fetching the bytes of one.

A folder, a zip (with zips inside, as Garmin Connect exports them), a single file and an fsspec URL (`s3://…`, with the
`cloud` extra) all become a list of `Source`; nothing is read before it is needed.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import IO

from retrorun.activity.rules import MAX_BYTES
from retrorun.activity.unpack import SUFFIXES, UNPACK_ERRORS, is_aside, read_member
from retrorun.errors import RecordingError, install_hint
from retrorun.files import open_regular, printable, read_bytes

LISTING = "activities.csv"  # what Strava calls it in every language
LARGEST_INNER_BYTES = 512 << 20  # chosen: a zip inside a zip is held in memory; exports cut theirs into parts
LARGEST_RATIO = 20  # what is packed already packs no further; an inner zip that does is a bomb
DEEPEST_ZIP = 2  # a Garmin Connect export holds zips of files; nothing known holds a level more

_FILE = re.compile(r"^activities/\S+$")
_LOST = "#error#"  # what the service writes where it could not export a recording


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
    recording's. Hidden files and folders are left out.

    Raises:
        RecordingError: a path that does not exist; at once, before the first recording.
    """
    found = [_under(str(path)) for path in paths]
    return found[0] if len(found) == 1 else _once(chain.from_iterable(found))


def _once(sources: Iterable[Source]) -> Iterator[Source]:
    seen: set[bytes] = set()
    for source in sources:
        mark = blake2b(source.name.encode(), digest_size=8).digest()  # names of ten million would take a gigabyte
        if mark not in seen:
            seen.add(mark)
            yield source


def load(source: Source) -> bytes:
    """The bytes of one recording.

    Raises:
        RecordingError: it cannot be read; says where and why.
    """
    if source.problem:
        raise RecordingError(source.problem, where=source.name, hint="fetch or export it anew")
    try:
        if not source.members:
            if "://" not in source.path:
                return read_bytes(Path(source.path), most=MAX_BYTES)
            with _open(source.path) as file:
                data = file.read(MAX_BYTES + 1)
            if len(data) > MAX_BYTES:
                raise RecordingError(
                    "is larger than any recording", where=source.name, hint=f"at most {MAX_BYTES >> 20} MiB are read"
                )
            return data
        container = _container(source.path, source.members[:-1], _stamp(source.path))
        return _member_bytes(container, source.members[-1], source.name)
    except RecordingError:
        raise
    except OSError as error:
        raise RecordingError(f"cannot be read ({error.strerror or error})", where=source.name) from error
    except UNPACK_ERRORS as error:
        raise RecordingError(f"cannot be unpacked ({error})", where=source.name, hint="fetch the zip anew") from error


# ---- listing ---------------------------------------------------------------------------------------------------------


def _under(path: str) -> Iterator[Source]:
    if "://" in path:
        return _recordings([_urls_below(path)], _as_it_is)
    if os.path.isdir(path):  # noqa: PTH112 - paths stay text here, because URLs are paths too
        return _in_folder(path)
    if not os.path.exists(path):  # noqa: PTH110 - the same
        raise RecordingError("there is no such file or folder", where=path, hint="check the path")
    return _in_zip(path, ()) if path.lower().endswith(".zip") else iter([_as_it_is(path)])


def _in_folder(path: str) -> Iterator[Source]:
    closed: list[OSError] = []
    yield from _recordings(_files_below(path, closed.append), _as_it_is)
    for error in closed:
        why = f"this folder cannot be entered ({error.strerror or error})"
        yield Source(path=str(error.filename or path), problem=why)


def _as_it_is(path: str) -> Source:
    return Source(path=path)


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
    except (RecordingError, MemoryError, *UNPACK_ERRORS) as error:
        why = error.what if isinstance(error, RecordingError) else str(error) or "not enough memory"
        yield Source(path=path, members=members, problem=f"this zip cannot be opened ({why})")
        return
    names = sorted(info.filename for info in container.infolist() if not is_aside(info.filename))
    yield from _recordings([names], lambda name: Source(path=path, members=(*members, name)))


def _recordings(folders: Iterable[Iterable[str]], place: Callable[[str], Source]) -> Iterator[Source]:
    """The recordings among the names of folders or a zip, with what an `activities.csv` in or above theirs says."""
    listed: dict[str, Listed] = {}
    for folder in folders:
        names = dict.fromkeys(folder)
        for name in names:
            if PurePosixPath(name).name == LISTING:
                with contextlib.suppress(RecordingError):  # it only adds titles; the recordings are there without it
                    listed |= {_beside(name, key): value for key, value in read_listing(load(place(name))).items()}
        for name in names:
            source, entry = place(name), listed.pop(name, None)
            if name.lower().endswith(".zip") and len(source.members) < DEEPEST_ZIP:
                yield from _in_zip(source.path, source.members)
            elif name.lower().endswith(SUFFIXES):
                yield source if entry is None else replace(source, title=entry.title)
    for name, entry in listed.items():
        yield replace(place(name), title=entry.title, problem=entry.problem or "listed, but not in the export")


def _beside(listing: str, name: str) -> str:
    """The path of a file that a listing names, relative to where the listing lies."""
    return listing.removesuffix(LISTING) + name


# ---- fetching --------------------------------------------------------------------------------------------------------


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
    return zipfile.ZipFile(io.BytesIO(read_member(outer, inner, LARGEST_INNER_BYTES)))


def _member_bytes(container: zipfile.ZipFile, name: str, where: str) -> bytes:
    try:
        return read_member(container, container.getinfo(name))
    except KeyError:
        raise RecordingError("is not in the zip", where=where, hint="list the zip anew") from None
    except RecordingError as error:
        raise error.within(where) from None


def _open(path: str) -> IO[bytes]:
    opened: IO[bytes] = _fsspec(path).open(path, "rb").open()
    return opened


def _urls_below(url: str) -> list[str]:
    """The files at a URL: below it where it is a folder, else the URL itself."""
    try:
        filesystem, inner = _fsspec(url).core.url_to_fs(url)
        if filesystem.isdir(inner):
            return sorted(filesystem.unstrip_protocol(name) for name in filesystem.find(inner))
        if not filesystem.exists(inner):
            raise RecordingError("there is nothing at this URL", where=url, hint="check it, and your rights")
    except RecordingError:  # a ValueError, too
        raise
    except (ImportError, ValueError) as error:
        raise RecordingError(f"cannot be opened ({error})", where=url, hint="check its first part") from error
    except OSError as error:
        raise RecordingError(f"cannot be listed ({error})", where=url, hint="check it, and your rights") from error
    return [url]


def _fsspec(url: str) -> ModuleType:
    try:
        import fsspec
    except ImportError:
        hint = f"{install_hint('fsspec')}, and the driver of this storage"
        raise RecordingError("reading from a URL needs fsspec", where=url, hint=hint) from None
    module: ModuleType = fsspec
    return module


def read_listing(data: bytes) -> dict[str, Listed]:
    """The recordings that an `activities.csv` lists, by their path beside it.

    An entry whose recording the service lost stands under a name made of its number. Entries made by hand have no
    recording and are left out. A file that is no such listing gives nothing.

    The header is in the athlete's language, names come twice, and columns have come and gone; only what holds in all
    exports of 2024 to 2026 is used. Dates and numbers are localised too, so that none is read.
    """
    rows = _rows(data)
    column = _file_column(rows)
    if column is None:
        return {}
    listed: dict[str, Listed] = {}
    for row in rows[1:]:
        if len(row) <= column:
            continue
        # Number, date and title have come first in every export seen; the language only changes their header.
        title = row[2].strip() if column > 2 else ""
        if _FILE.match(row[column]):
            listed[row[column]] = Listed(title=title)
        elif _LOST in row[column]:
            listed[f"activities/{row[0]}"] = Listed(title=title, problem="the service could not export this recording")
    return listed


def _rows(data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline="")))
    except (UnicodeDecodeError, csv.Error):
        return []


def _file_column(rows: list[list[str]]) -> int | None:
    """The column that holds the recordings' names, known by what stands in it."""
    for row in rows[1:]:
        for index, value in enumerate(row):
            if _FILE.match(value):
                return index
    return None
