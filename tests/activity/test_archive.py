from __future__ import annotations

import contextlib
import gzip
import io
import os
import zipfile
import zlib
from pathlib import Path

import pytest

from retrorun.activity.archive import Listed, Source, find_sources, load, read_listing, unpack
from retrorun.activity.read import read_activity
from retrorun.activity.rules import MAX_BYTES
from retrorun.errors import RecordingError
from tests.activity.documents import gpx, gpx_point, zip_of
from tests.fit.handmade import recording

FIT = recording(60)


def tree(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def names(sources: tuple[Source, ...], folder: Path) -> list[str]:
    return [source.name.removeprefix(f"{folder}/") for source in sources]


def test_a_folder_gives_its_recordings_in_order_and_nothing_else(tmp_path: Path) -> None:
    tree(tmp_path, {"b/2.FIT": b"two", "b/1.gpx.gz": b"one", "a.tcx": b"a", "notes.txt": b"", ".hidden/3.fit": b""})
    found = find_sources([tmp_path])
    assert names(found, tmp_path) == ["a.tcx", "b/1.gpx.gz", "b/2.FIT"]
    assert [load(source) for source in found] == [b"a", b"one", b"two"]


def test_pipes_are_left_out_and_links_that_lead_nowhere_are_not(tmp_path: Path) -> None:
    tree(tmp_path, {"a.fit": b"a"})
    os.mkfifo(tmp_path / "pipe.fit")
    (tmp_path / "gone.fit").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = find_sources([tmp_path])
    assert names(found, tmp_path) == ["a.fit", "gone.fit"]
    with pytest.raises(RecordingError, match=r"gone\.fit: there is no such file"):
        load(found[1])


def test_a_name_that_is_no_utf_8_is_read_and_can_be_written_down(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/l\xe4uf.fit")).write_bytes(b"x")
    (found,) = find_sources([tmp_path])
    assert found.name == f"{tmp_path}/l\\xe4uf.fit"
    assert load(found) == b"x"


def test_a_file_that_is_named_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    path = tree(tmp_path, {"run": b"x"}) / "run"
    assert [load(source) for source in find_sources([path])] == [b"x"]


def test_what_is_named_twice_counts_once(tmp_path: Path) -> None:
    tree(tmp_path, {"1.fit": b"x"})
    assert len(find_sources([tmp_path, tmp_path / "1.fit"])) == 1


def test_zips_in_a_zip_as_garmin_connect_exports_them(tmp_path: Path) -> None:
    inner = zip_of({"someone_1.fit": b"one", "someone_2.fit": b"two"})
    path = tmp_path / "export.zip"
    path.write_bytes(zip_of({"DI_CONNECT/UploadedFiles_0.zip": inner, "DI_CONNECT/profile.json": b"{}"}))
    found = find_sources([path])
    assert names(found, path) == [f"DI_CONNECT/UploadedFiles_0.zip/someone_{n}.fit" for n in (1, 2)]
    assert [load(source) for source in found] == [b"one", b"two"]


def test_a_zip_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(zip_of({"1.fit": b"old"}))
    assert load(find_sources([path])[0]) == b"old"
    path.write_bytes(zip_of({"1.fit": b"newer"}))
    assert load(find_sources([path])[0]) == b"newer"


def test_a_broken_zip_costs_only_itself(tmp_path: Path) -> None:
    tree(tmp_path, {"a.zip": b"PK\x03\x04 no more", "b.fit": b"x"})
    broken, fine = find_sources([tmp_path])
    with pytest.raises(RecordingError, match=r"a\.zip: this zip cannot be opened"):
        load(broken)
    assert load(fine) == b"x"


def test_a_damaged_member_is_named(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    data = bytearray(zip_of({"1.fit": bytes(range(256)) * 40}))
    data[60] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(RecordingError, match=r"export\.zip/1\.fit: cannot be unpacked"):
        load(find_sources([path])[0])


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="there is no such file or folder; check the path"):
        find_sources([tmp_path / "absent"])


GERMAN = (
    "Aktivitäts-ID,Datum der Aktivität,Name der Aktivität,Aktivitätsart,Distanz,Dateiname,Distanz\n"
    '11,"09.12.2022, 15:24:49","400er, rückwärts",Lauf,"9,44",activities/11.fit.gz,9440\n'
    '12,"10.12.2022, 15:24:49",Verloren,Lauf,"9,44",#error#,9440\n'
    '13,"11.12.2022, 15:24:49",Von Hand,Lauf,"9,44",,9440\n'
    '14,"12.12.2022, 15:24:49",Nicht dabei,Lauf,"9,44",activities/14.fit,9440\n'
)


@pytest.mark.parametrize("zipped", [False, True])
def test_a_strava_export_gives_titles_and_says_what_is_missing(tmp_path: Path, *, zipped: bool) -> None:
    files = {"activities.csv": GERMAN.encode(), "activities/11.fit.gz": b"eleven"}
    root = tmp_path / "export.zip" if zipped else tmp_path
    if zipped:
        root.write_bytes(zip_of(files))
    else:
        tree(tmp_path, files)
    found = {source.name.removeprefix(f"{root}/"): source for source in find_sources([root])}
    assert found["activities/11.fit.gz"].title == "400er, rückwärts"
    assert load(found["activities/11.fit.gz"]) == b"eleven"
    assert {name: source.problem for name, source in found.items() if source.problem} == {
        "activities/12": "the service could not export this recording",
        "activities/14.fit": "listed, but not in the export",
    }
    with pytest.raises(RecordingError, match="could not export this recording"):
        load(found["activities/12"])


def test_urls_are_read_through_fsspec(tmp_path: Path) -> None:
    pytest.importorskip("fsspec", reason="the cloud extra is not installed")
    inner = zip_of({"2.fit": b"two"})
    tree(tmp_path, {"1.fit": b"one", "more.zip": inner, "notes.txt": b""})
    found = find_sources([f"file://{tmp_path}"])
    assert [source.name for source in found] == [f"file://{tmp_path}/1.fit", f"file://{tmp_path}/more.zip/2.fit"]
    assert [load(source) for source in found] == [b"one", b"two"]
    with pytest.raises(RecordingError, match="nothing at this URL"):
        find_sources([f"file://{tmp_path}/absent"])
    with pytest.raises(RecordingError, match="cannot be opened"):
        find_sources(["nosuchthing://bucket/x"])


def test_the_column_of_files_is_known_by_what_stands_in_it() -> None:
    early = "Activity ID,Activity Date,Activity Name,Filename\n1,x,Easy,activities/1.gpx\n"
    late = "Activity ID,Activity Date,Activity Name,Type,A,B,C,Filename,A\n1,x,Easy,Run,,,,activities/1.gpx,\n"
    assert read_listing(early.encode()) == read_listing(late.encode()) == {"activities/1.gpx": Listed(title="Easy")}


def test_a_byte_order_mark_and_line_breaks_in_a_title_are_no_trouble() -> None:
    text = '\ufeffActivity ID,Activity Date,Activity Name,Filename\n1,x,"Two\nlines",activities/1.gpx\n'
    assert read_listing(text.encode()) == {"activities/1.gpx": Listed(title="Two\nlines")}


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b'"open quote\n' * 3, b"one\0two\n"])
def test_what_is_no_listing_gives_nothing(data: bytes) -> None:
    assert read_listing(data) == {}


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
    assert unpack(zip_of({"a.fit": FIT})) == FIT
    assert unpack(zip_of({"ACTIVITY.FIT": FIT, "readme.txt": b"about"})) == FIT
    assert unpack(zip_of({"a.fit.gz": gzip.compress(FIT)})) == FIT


def test_the_only_file_of_a_zip_is_told_by_its_content() -> None:
    assert unpack(zip_of({"a.txt": FIT})) == FIT
    assert unpack(zip_of({"export.zip": zip_of({"a.fit": FIT}), "readme.txt": b"about"})) == FIT
    assert unpack(zip_of({"export.zip": zip_of({"a.fit.gz": gzip.compress(FIT)})})) == FIT


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (zip_of({"a.fit": FIT, "b.fit": FIT}), "holds 2 recordings, not one"),
        (zip_of({"a.fit": FIT, "b.zip": b""}), "holds 2 recordings and zips, not one"),
        (zip_of({"b.zip": zip_of({"a.fit": FIT, "b.gpx": b""})}), "holds 2 recordings, not one"),
        (zip_of({"a.txt": b"", "b.txt": b""}), "holds no recording"),
        (zip_of({"readme.txt": b"nothing"}), "this is no recording"),
    ],
)
def test_a_zip_of_none_or_many_is_refused(data: bytes, match: str) -> None:
    with pytest.raises(RecordingError, match=match):
        read_activity(data)


@pytest.mark.parametrize("packed", [zip_of({"a.fit": FIT}), zip_of({"b.zip": zip_of({"a.fit": FIT})})])
def test_an_encrypted_zip_is_called_that(packed: bytes) -> None:
    data = bytearray(packed)
    entry = data.rindex(b"PK\1\2")
    data[entry + 8] |= 1
    with pytest.raises(RecordingError, match="the zip is encrypted; unpack it with its password"):
        read_activity(bytes(data))


@pytest.mark.parametrize("at", [5, 20, 40, 60, -30, -10])
def test_broken_packing_is_a_recording_error_or_harmless(at: int) -> None:
    for data in (gzip.compress(FIT), zip_of({"a.fit": FIT})):
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
