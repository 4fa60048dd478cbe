"""Recordings that come packed: gzip, and the zip with one file that a web service hands out."""

from __future__ import annotations

import io
import zipfile
import zlib

from retrorun.activity.rules import MAX_BYTES
from retrorun.errors import RecordingError

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_GZIP_WINDOW = 31  # zlib's word for "gzip header, largest window"
_SUFFIXES = (".fit", ".tcx", ".gpx", ".fit.gz", ".tcx.gz", ".gpx.gz")


def unpack(data: bytes) -> bytes:
    """The recording in packed bytes; bytes that are not packed come back as they are.

    Raises:
        RecordingError: the packing is broken, or holds more than any recording does, or not exactly one recording.
    """
    for _ in range(2):  # a zip may hold a gzipped file; deeper nesting is no recording
        if data.startswith(_GZIP):
            data = _gunzip(data)
        elif data.startswith(_ZIP):
            data = _unzip(data)
        else:
            break
    return data


def _gunzip(data: bytes) -> bytes:
    """All members of a gzip; what a cut one still gives."""
    parts: list[bytes] = []
    left = MAX_BYTES
    while data.startswith(_GZIP):
        decoder = zlib.decompressobj(_GZIP_WINDOW)
        try:
            part = decoder.decompress(data, left + 1)
        except zlib.error as error:
            if parts:
                break  # rubbish behind a whole member
            raise RecordingError("the gzip is broken", hint="fetch the file again") from error
        left -= len(part)
        if left < 0:
            raise _too_large()
        parts.append(part)
        if not decoder.eof:
            break
        data = decoder.unused_data
    return b"".join(parts)


def _unzip(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [each for each in archive.infolist() if each.filename.lower().endswith(_SUFFIXES)]
            if len(names) != 1:
                raise RecordingError(
                    f"the zip holds {len(names)} recordings, not one",
                    hint="read a zip of many with the functions for archives, or unpack it first",
                )
            with archive.open(names[0]) as member:
                found = member.read(MAX_BYTES + 1)
    except RecordingError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise RecordingError(f"the zip is broken ({error})", hint="fetch the file again") from error
    if len(found) > MAX_BYTES:
        raise _too_large()
    return found


def _too_large() -> RecordingError:
    return RecordingError("unpacked it is larger than any recording", hint=f"at most {MAX_BYTES // 2**20} MiB are read")
