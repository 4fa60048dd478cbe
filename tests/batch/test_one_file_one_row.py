"""One bad file is one row, and the good ones beside it are analysed."""

from __future__ import annotations

import os
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from retrorun.activity.archive import Source
from retrorun.activity.read import read_activity
from retrorun.analysis.labels import Fingerprint, Label, Labels, save_labels
from retrorun.batch import work
from retrorun.batch.learn import learn_profile
from retrorun.batch.scan import Journal, scan
from retrorun.errors import RetrorunError
from retrorun.session.model import Direction
from retrorun.session.notation import parse_session
from retrorun.workout.fit import compile_workout
from tests.batch.made import CYCLING, made
from tests.hostile.drive import zipped


def good(folder: Path) -> str:
    (folder / "good.fit").write_bytes(made(seed=1, duration_s=600, spans=()))
    return str(folder / "good.fit")


def test_a_closed_folder_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = good(tmp_path)
    (tmp_path / "shut").mkdir()
    listing = os.scandir

    def refuse(where: Any = ".") -> Any:  # noqa: ANN401 - it stands in for the system's own
        if str(where).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(where))
        return listing(where)

    monkeypatch.setattr(os, "scandir", refuse)
    rows = {row.path: row for row in scan(tmp_path, workers=1)}
    assert rows[path].status == "read"
    assert rows[str(tmp_path / "shut")].status == "failed"
    assert "cannot be entered (Permission denied)" in rows[str(tmp_path / "shut")].reason


def broken_zips() -> Iterator[tuple[str, bytes]]:
    whole = zipped(made(seed=2, duration_s=300, spans=()))
    for at in range(40, len(whole) - 200, len(whole) // 7):
        yield f"deflate{at}.zip", whole[:at] + b"\xff" * 60 + whole[at + 60 :]
    yield "cut.zip", whole[: len(whole) // 2]
    local, listed = whole.index(b"PK\3\4"), whole.index(b"PK\1\2")
    for name, at, value in (("encrypted", 6, 1), ("method", 8, 99), ("lzma", 8, 14)):
        data = bytearray(whole)
        data[local + at], data[listed + at + 2] = value, value
        yield f"{name}.zip", bytes(data)


def test_broken_zips_cost_a_row_each(tmp_path: Path) -> None:
    path = good(tmp_path)
    names = []
    for name, data in broken_zips():
        (tmp_path / name).write_bytes(data)
        names.append(name)
    (tmp_path / ("n" * 247 + ".fit")).write_bytes(b"\0")  # no room for a name of labels beside it
    rows = {row.path: row for row in scan(tmp_path, workers=1)}
    assert rows[path].status == "read"
    assert all(row.status == "failed" and row.reason for name, row in rows.items() if name != path)
    assert {name for name in names if any(name in row for row in rows)} == set(names)
    assert len(rows) == len(names) + 2


def test_a_member_that_leads_out_of_its_zip_is_a_row_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../../a.fit", made(seed=1, duration_s=600, spans=()))
    assert [row.status for row in scan(tmp_path, workers=1)] == ["read"]


def test_a_zip_that_memory_has_no_room_for_is_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = good(tmp_path)
    (tmp_path / "a.zip").write_bytes(zipped(b"x"))

    def no_room(*_: object) -> zipfile.ZipFile:
        raise MemoryError

    monkeypatch.setattr("retrorun.activity.archive._container", no_room)
    rows = {row.path: (row.status, row.reason) for row in scan(tmp_path, workers=1)}
    assert rows.pop(path)[0] == "read"
    assert list(rows.values()) == [("failed", "this zip cannot be opened (not enough memory)")]


@pytest.mark.skipif(not hasattr(os, "mkfifo") or not Path("/dev/zero").exists(), reason="pipes and devices are POSIX's")
def test_a_zip_that_is_a_pipe_or_a_device_is_a_row_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    (tmp_path / "zero.zip").symlink_to("/dev/zero")
    rows = scan([tmp_path / "pipe.zip", tmp_path / "zero.zip"], workers=1)
    assert [(row.status, row.reason) for row in rows] == [
        ("failed", "this zip cannot be opened (this is a pipe, not a file)"),
        ("failed", "this zip cannot be opened (this is a device, not a file)"),
    ]


def test_a_file_of_40_gigabytes_is_a_row_before_it_is_read(tmp_path: Path) -> None:
    good(tmp_path)
    for name in ("large.fit", "large.zip", "activities.csv"):
        with (tmp_path / name).open("wb") as file:
            try:
                file.truncate(40 << 30)  # blocks are only taken where something is written
            except OSError:
                pytest.skip("files here cannot be so large")
    tracemalloc.start()
    rows = {Path(row.path).name: row.status for row in scan(tmp_path, workers=1)}
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == {"good.fit": "read", "large.fit": "failed", "large.zip": "failed"}
    assert most < 20 << 20


def test_a_workout_is_no_recording_that_failed(tmp_path: Path) -> None:
    (tmp_path / "workout.fit").write_bytes(compile_workout(parse_session("3x1min bwd")))
    assert [(row.status, row.reason) for row in scan(tmp_path, workers=1)] == [
        ("skipped", "a workout, not a recording")
    ]


def two_in_one(folder: Path) -> Path:
    """A FIT chain: a run on one day with backward stretches, and a ride on another."""
    path = folder / "both.fit"
    path.write_bytes(made(seed=3, day=0) + made(seed=4, day=2, spans=(), sport=CYCLING))
    return path


def test_each_activity_of_a_file_is_a_row(tmp_path: Path) -> None:
    path = two_in_one(tmp_path)
    parts = read_activity(path.read_bytes()).parts
    assert [part.sport for part in parts] == ["running", "cycling"]
    for journal in (None, tmp_path / "journal", tmp_path / "journal"):
        run, ride = scan(path, workers=1, journal=journal)
        assert (run.path, run.status, run.verdict) == (f"{path}#1", "read", "found")
        assert (ride.path, ride.status, ride.reason) == (f"{path}#2", "skipped", "not a run but cycling")
        assert run.efforts
        assert not ride.efforts
        assert run.start_time is not None
        assert ride.start_time is not None
        assert (ride.start_time - run.start_time).days == 2


def test_labels_of_a_file_reach_the_part_that_they_lie_in(tmp_path: Path) -> None:
    path = tmp_path / "both.fit"
    path.write_bytes(made(seed=3, day=0) + made(seed=4, day=2))
    data = path.read_bytes()
    activity = read_activity(data)
    second = activity.parts[1]
    label = Label(start_s=second.start_s, end_s=second.end_s, direction=Direction.FORWARD)
    save_labels(Labels(labels=(label,), recording=Fingerprint.of(activity, data)), path)
    assert [row.verdict for row in scan(path, workers=1)] == ["found", "none"]


def test_a_run_exported_twice_is_learnt_from_once(tmp_path: Path) -> None:
    run = made(seed=1)
    for name in ("a.fit", "b.fit"):
        (tmp_path / name).write_bytes(run)
    learnt = learn_profile([tmp_path])
    assert learnt.runs == 1
    assert learnt.left_out == ((str(tmp_path / "b.fit"), f"the same activity as {tmp_path / 'a.fit'}"),)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"samples": ', '"samples": 1.5, "was": '),
        ('"backward_s": ', '"backward_s": "x", "was": '),
        ('"title": ""', '"title": 3'),
        ('"segments": [', '"segments": [3, '),
        ('"efforts": [', '"efforts": [{"distance_m": null, "time_s": 1, "start_s": 0, "probability": null}, '),
        ('"moving_s": ', '"moving_s": ' + "9" * 400 + ', "was": '),
        ('"moving_s": ', '"moving_s": NaN, "was": '),
        ('"title": ""', '"title": "\\ud800"'),
        ('"parts": []', '"parts": ' + "[" * 3000 + "]" * 3000),
    ],
)
def test_a_journal_row_of_another_shape_is_done_again(tmp_path: Path, old: str, new: str) -> None:
    path, journal = good(tmp_path), tmp_path / "journal"
    first = scan(path, workers=1, journal=journal)
    text = journal.read_text()
    assert old in text
    journal.write_text(text.replace(old, new, 1))
    with Journal(journal) as kept:
        assert kept.keys([Source(path=path)]) == {}
    assert scan(path, workers=1, journal=journal) == first


def test_a_second_scan_never_cuts_the_journal_of_the_first(tmp_path: Path) -> None:
    path, journal = good(tmp_path), tmp_path / "journal"
    scan(path, workers=1, journal=journal)
    with Journal(journal):
        before = journal.read_bytes()
        with pytest.raises(RetrorunError, match="another process is writing it"):
            scan(path, workers=1, journal=journal)
        assert journal.read_bytes() == before != b""


def test_a_journal_that_is_cut_under_a_scan_ends_it_and_the_next_goes_on(tmp_path: Path) -> None:
    path, journal = good(tmp_path), tmp_path / "journal"
    first = scan(path, workers=1, journal=journal)
    with Journal(journal) as kept:
        os.truncate(journal, 10)
        with pytest.raises(RetrorunError, match="was cut while a scan was at work"):
            kept.row(0)
    assert scan(path, workers=1, journal=journal) == first


def test_two_names_of_one_hash_are_not_taken_for_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = work.hash_of
    monkeypatch.setattr(work, "hash_of", lambda *texts: own(*texts) if len(texts) > 1 else 7)
    good(tmp_path)
    (tmp_path / "ride.fit").write_bytes(made(seed=2, day=2, duration_s=600, spans=(), sport=CYCLING))
    first = scan(tmp_path, workers=1, journal=tmp_path / "journal")
    assert sorted(row.status for row in first) == ["read", "skipped"]
    assert scan(tmp_path, workers=1, journal=tmp_path / "journal") == first
