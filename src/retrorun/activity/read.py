"""Reading a recording from wherever it lies: the content says what it is, not the name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Literal, get_args

from retrorun.activity.archive import unpack
from retrorun.activity.assemble import RawRecording, assemble
from retrorun.activity.fit import raw_from_fit, raw_from_fitparse
from retrorun.activity.gpx import raw_from_gpx
from retrorun.activity.kml import raw_from_kml
from retrorun.activity.markup import looks_like_xml, open_document, web_page
from retrorun.activity.model import Activity
from retrorun.activity.rules import MAX_BYTES
from retrorun.activity.tcx import raw_from_tcx
from retrorun.errors import RecordingError, RetrorunError
from retrorun.files import read_bytes
from retrorun.fit.chain import is_fit

Source = str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes]
Engine = Literal["columns", "fitparse"]
ENGINES: tuple[str, ...] = get_args(Engine)


def read_activity(source: Source, *, engine: Engine = "columns") -> Activity:
    """Read a recording: FIT, TCX, GPX or KML, each also gzipped, or alone in a zip (KMZ).

    Args:
        source: a path, bytes, or a file opened for reading bytes.
        engine: `columns` is this library's own reader; `fitparse` reads FIT files with that package, some hundred times
            slower, as a second opinion.

    Raises:
        RecordingError: it is no recording, or one without samples; a FitError where it is a broken FIT file.
    """
    data, where = _fetch(source)
    try:
        return activity_from_bytes(unpack(data), engine=engine)
    except RetrorunError as error:
        if where:
            error.where = f"{where}, {error.where}" if error.where else where
        raise


def activity_from_bytes(data: bytes, *, engine: Engine = "columns") -> Activity:
    """Read the bytes of a recording that is not packed.

    Raises:
        RecordingError: as `read_activity`.
    """
    if engine not in ENGINES:
        raise RecordingError(f"there is no engine {engine!r}", hint=f"take one of {', '.join(ENGINES)}")
    if engine == "fitparse":
        if not is_fit(data):
            raise RecordingError("fitparse reads FIT files only", hint='leave out engine="fitparse"')
        return assemble(raw_from_fitparse(data))
    if is_fit(data):
        return assemble(raw_from_fit(data))
    if looks_like_xml(data):
        return assemble(_raw_from_xml(data))
    if not data:
        raise RecordingError("the file is empty", hint="fetch it from the watch again")
    raise RecordingError("this is no recording", hint="give a FIT, TCX, GPX or KML file")


def _raw_from_xml(data: bytes) -> RawRecording:
    """Read the bytes of a TCX, GPX or KML recording.

    Raises:
        RecordingError: it is none of them, or holds no point with a time.
    """
    document = open_document(data)
    if document.root == "gpx":
        return raw_from_gpx(document)
    if document.root == "TrainingCenterDatabase":
        return raw_from_tcx(document)
    if document.root == "kml":
        return raw_from_kml(document)
    if document.root.lower() == "html":
        raise web_page()
    raise RecordingError(f"this is XML, but no TCX, GPX or KML: its root is {document.root!r}", hint="give a recording")


def _fetch(source: Source) -> tuple[bytes, str]:
    """The bytes of a source and its name, empty where it has none."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _bounded(bytes(source)), ""
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        try:
            size = path.stat().st_size
        except (OSError, ValueError):
            size = 0  # reading it says what is wrong
        if size > MAX_BYTES:
            raise _too_large(size, where=str(path))
        return read_bytes(path), str(path)
    if not hasattr(source, "read"):
        raise RecordingError(f"cannot read from {type(source).__name__}", hint="give a path, bytes or a binary file")
    try:
        data = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise RecordingError(f"cannot be read ({error})", hint="check where it comes from") from error
    if not isinstance(data, bytes):
        raise RecordingError("the file gives text, not bytes", hint='open it with mode "rb"')
    return _bounded(data), str(getattr(source, "name", ""))


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise _too_large(len(data))
    return data


def _too_large(size: int, where: str = "") -> RecordingError:
    return RecordingError(
        f"{size / 2**20:.0f} MiB are more than any recording has",
        where=where,
        hint=f"at most {MAX_BYTES // 2**20} are read",
    )
