"""Recordings that come packed: gzip, and the zip with one file that a web service hands out."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib

from retrorun.activity.rules import MAX_BYTES
from retrorun.errors import RecordingError
from retrorun.files import GZIP

_ENCRYPTED = 1  # the flag of a member
_ZIP = b"PK\x03\x04"
_GZIP_WINDOW = 31  # zlib's word for "gzip header, largest window"
_MOST_MEMBERS = 10_000  # of a gzip; one is usual, and tools that cut into blocks of 64 kB make 1,600 of MAX_BYTES
_FIRST_STEP, _LARGEST_STEP = 256, 1 << 20  # bytes; what a member leaves unread is copied once for each
_KINDS = (".fit", ".tcx", ".gpx", ".kml")
SUFFIXES = (*_KINDS, ".kmz", *(f"{kind}.gz" for kind in _KINDS))
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
            return read_member(archive, _only_recording(archive.infolist()))
    except RecordingError:
        raise
    except UNPACK_ERRORS as error:
        raise RecordingError(f"the zip cannot be unpacked ({error})", hint="fetch the file again") from error


def _only_recording(members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """The member that is called like a recording, or else the only one there is, whatever it is called.

    Raises:
        RecordingError: there are several, or none.
    """
    files = [each for each in members if not is_aside(each.filename)]
    named = [each for each in files if each.filename.lower().endswith((*SUFFIXES, ".zip"))]
    # A KMZ shows its doc.kml; other documents in it only add to that.
    main = [each for each in named if each.filename.lower() == "doc.kml"] if _all_kml(named) else []
    found = main or named or files
    if len(found) != 1:
        if not named:
            raise RecordingError("the zip holds no recording", hint="give the zip that the service handed out")
        kinds = "recordings and zips" if any(each.filename.lower().endswith(".zip") for each in named) else "recordings"
        raise RecordingError(
            f"the zip holds {len(named)} {kinds}, not one",
            hint="read a zip of many with the functions for archives, or unpack it first",
        )
    return found[0]


def _all_kml(members: list[zipfile.ZipInfo]) -> bool:
    return all(each.filename.lower().endswith(".kml") for each in members)


def is_aside(name: str) -> bool:
    """Whether a member of a zip is none of its files: a folder, no name at all, or hidden, as what Finder adds."""
    return (
        not name
        or name.endswith("/")
        or any(part.startswith((".", "__MACOSX")) for part in name.split("/") if part != "..")
    )


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int = MAX_BYTES) -> bytes:
    """The bytes of a member, as far as they are no more than `most`, whatever the zip says of them.

    Raises:
        RecordingError: there are more, or it is encrypted.
        zipfile.BadZipFile: or another of `UNPACK_ERRORS`: it cannot be unpacked.
    """
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
