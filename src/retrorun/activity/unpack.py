"""Recordings that come packed: gzip, and the zip with one file that a web service hands out."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib

from retrorun.activity.rules import MAX_BYTES
from retrorun.errors import RecordingError
from retrorun.files import GZIP

_ZIP = b"PK\x03\x04"
_GZIP_WINDOW = 31  # zlib's word for "gzip header, largest window"
_MOST_MEMBERS = 10_000  # of a gzip; one is usual, and tools that cut into blocks of 64 kB make 1,600 of MAX_BYTES
_FIRST_STEP, _LARGEST_STEP = 256, 1 << 20  # bytes; what a member leaves unread is copied once for each
SUFFIXES = (".fit", ".tcx", ".gpx", ".fit.gz", ".tcx.gz", ".gpx.gz")
# What opening and reading a damaged, encrypted or unknown member of a zip can raise.
UNPACK_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    KeyError,
    OverflowError,
)


def unpack(data: bytes) -> bytes:
    """The recording in packed bytes; bytes that are not packed come back as they are.

    Raises:
        RecordingError: the packing is broken, or holds more than any recording does, or not exactly one recording.
    """
    for _ in range(2):  # a zip may hold a gzipped file; deeper nesting is no recording
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
            names = [each for each in archive.infolist() if is_recording(each.filename)]
            if len(names) != 1:
                raise RecordingError(
                    f"the zip holds {len(names)} recordings, not one",
                    hint="read a zip of many with the functions for archives, or unpack it first",
                )
            return read_member(archive, names[0])
    except RecordingError:
        raise
    except UNPACK_ERRORS as error:
        raise RecordingError(f"the zip is broken ({error})", hint="fetch the file again") from error


def is_recording(name: str) -> bool:
    """Whether a member of a zip is called like a recording; what a Mac's Finder adds beside each is none."""
    parts = name.split("/")
    return name.lower().endswith(SUFFIXES) and not any(part.startswith(("._", "__MACOSX")) for part in parts)


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int = MAX_BYTES) -> bytes:
    """The bytes of a member, as far as they are no more than `most`, whatever the zip says of them.

    Raises:
        RecordingError: there are more.
        zipfile.BadZipFile: or another of `UNPACK_ERRORS`: it cannot be unpacked.
    """
    if member.file_size > most:
        raise _too_large()
    with archive.open(member) as file:
        found = file.read(most + 1)
    if len(found) > most:
        raise _too_large()
    return found


def _too_large() -> RecordingError:
    return RecordingError("unpacked it is larger than any recording", hint=f"at most {MAX_BYTES // 2**20} MiB are read")
