from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from retrorun.activity.archive import Listed, Source, find_sources, load, read_listing
from retrorun.errors import RecordingError


def zip_of(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return buffer.getvalue()


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
