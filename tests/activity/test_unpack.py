from __future__ import annotations

import contextlib
import gzip
import io
import zipfile
import zlib

import pytest

from retrorun.activity.read import read_activity
from retrorun.activity.rules import MAX_BYTES
from retrorun.activity.unpack import unpack
from retrorun.errors import RecordingError
from tests.activity.documents import gpx, gpx_point
from tests.fit.handmade import recording

FIT = recording(60)


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return file.getvalue()


def test_gzip_of_each_kind() -> None:
    for data in (FIT, gpx(*(gpx_point(at) for at in range(9)))):
        assert unpack(gzip.compress(data)) == data
        assert len(read_activity(gzip.compress(data))) == len(read_activity(data))


def test_a_gzip_of_several_members_is_one_file() -> None:
    assert unpack(gzip.compress(FIT[:500]) + gzip.compress(FIT[500:])) == FIT


def test_rubbish_behind_a_gzip_does_not_matter() -> None:
    assert unpack(gzip.compress(FIT) + b"\0\0\0") == FIT
    assert unpack(gzip.compress(FIT) + b"\x1f\x8brubbish") == FIT


def test_a_cut_gzip_gives_what_it_still_holds() -> None:
    packed = gzip.compress(recording(3000))
    activity = read_activity(packed[: len(packed) // 2])
    assert 0 < len(activity) < 3000
    assert activity.damage


def test_the_zip_of_one_recording() -> None:
    assert unpack(zipped(a__fit=FIT)) == FIT
    assert unpack(zipped(ACTIVITY__FIT=FIT, readme__txt=b"about")) == FIT
    assert unpack(zipped(a__fit__gz=gzip.compress(FIT))) == FIT


def test_the_only_file_of_a_zip_is_told_by_its_content() -> None:
    assert unpack(zipped(a__txt=FIT)) == FIT
    assert unpack(zipped(export__zip=zipped(a__fit=FIT), readme__txt=b"about")) == FIT
    assert unpack(zipped(export__zip=zipped(a__fit__gz=gzip.compress(FIT)))) == FIT


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (zipped(a__fit=FIT, b__fit=FIT), "holds 2 recordings, not one"),
        (zipped(a__fit=FIT, b__zip=b""), "holds 2 recordings and zips, not one"),
        (zipped(b__zip=zipped(a__fit=FIT, b__gpx=b"")), "holds 2 recordings, not one"),
        (zipped(a__txt=b"", b__txt=b""), "holds no recording"),
        (zipped(readme__txt=b"nothing"), "this is no recording"),
    ],
)
def test_a_zip_of_none_or_many_is_refused(data: bytes, match: str) -> None:
    with pytest.raises(RecordingError, match=match):
        read_activity(data)


@pytest.mark.parametrize("packed", [zipped(a__fit=FIT), zipped(b__zip=zipped(a__fit=FIT))])
def test_an_encrypted_zip_is_called_that(packed: bytes) -> None:
    data = bytearray(packed)
    entry = data.rindex(b"PK\1\2")
    data[entry + 8] |= 1
    with pytest.raises(RecordingError, match="the zip is encrypted; unpack it with its password"):
        read_activity(bytes(data))


@pytest.mark.parametrize("at", [5, 20, 40, 60, -30, -10])
def test_broken_packing_is_a_recording_error_or_harmless(at: int) -> None:
    for data in (gzip.compress(FIT), zipped(a__fit=FIT)):
        broken = bytearray(data)
        broken[at] ^= 0xFF
        with contextlib.suppress(RecordingError):
            read_activity(bytes(broken))


def test_a_gzip_bomb_is_refused_before_it_fills_the_memory() -> None:
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    # What stands between two full flushes can be repeated; compressing it all would take longest.
    first, block = (compressor.compress(bytes(2**20)) + compressor.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    bomb = first + block * (MAX_BYTES // 2**20 + 4) + compressor.flush()
    assert len(bomb) < 2**20
    with pytest.raises(RecordingError, match="larger than any recording"):
        unpack(bomb)


def test_a_zip_bomb_is_refused_too() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.fit", "w") as member:
        for _ in range(MAX_BYTES // 2**20 + 5):
            member.write(bytes(2**20))
    with pytest.raises(RecordingError, match="larger than any recording"):
        unpack(file.getvalue())


def test_packed_many_times_over_is_no_recording() -> None:
    data = FIT
    for _ in range(4):
        data = gzip.compress(data)
    with pytest.raises(RecordingError):
        read_activity(data)
