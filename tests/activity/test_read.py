from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from retrorun.activity.read import read_activity
from retrorun.activity.rules import MAX_BYTES
from retrorun.errors import FitError, RecordingError
from tests.fit.handmade import file_id, fit, recording

FIT = recording(60)


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "run.gpx"
    path.write_bytes(FIT)
    assert read_activity(path).source == "fit"
    assert len(read_activity(str(path))) == 60


def test_bytes_and_files() -> None:
    for source in (FIT, bytearray(FIT), memoryview(FIT), io.BytesIO(FIT)):
        assert len(read_activity(source)) == 60


def test_an_error_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "notes.fit"
    path.write_bytes(b"just notes")
    with pytest.raises(RecordingError, match="this is no recording") as caught:
        read_activity(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "empty"),
        (b"just notes", "no recording"),
        (b"\0" * 50, "no recording"),
        (fit(file_id(5)), "a workout, not a recording"),
        (fit(file_id(2)), "no samples"),
    ],
)
def test_what_is_no_recording(data: bytes, match: str) -> None:
    with pytest.raises(RecordingError, match=match):
        read_activity(data)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no such file"):
        read_activity(tmp_path / "none.fit")
    with pytest.raises(RecordingError, match="folder"):
        read_activity(tmp_path)


def test_a_file_larger_than_any_recording_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "huge.fit"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 2**30)
    with pytest.raises(RecordingError, match="more than any recording"):
        read_activity(path)


def test_more_bytes_than_any_recording() -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= MAX_BYTES + 1
            return bytes(size)

    with pytest.raises(RecordingError, match="more than any recording"):
        read_activity(Endless())  # type: ignore[arg-type]  # a file as far as reading goes


def test_a_source_that_fails() -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError(f"no {size} bytes")

    with pytest.raises(RecordingError, match="cannot be read"):
        read_activity(Broken())  # type: ignore[arg-type]  # a file as far as reading goes


def test_text_files_are_refused_with_a_hint() -> None:
    with pytest.raises(RecordingError, match="not bytes"):
        read_activity(io.StringIO("text"))  # type: ignore[arg-type]  # the mistake shown
    with pytest.raises(RecordingError, match="cannot read from int"):
        read_activity(7)  # type: ignore[arg-type]  # the mistake shown


def test_the_second_opinion() -> None:
    assert read_activity(FIT, engine="fitparse").time_s.tolist() == read_activity(FIT).time_s.tolist()
    with pytest.raises(RecordingError, match="FIT files only"):
        read_activity(b"<gpx></gpx>", engine="fitparse")
    with pytest.raises(RecordingError, match="no engine"):
        read_activity(FIT, engine="fast")  # type: ignore[arg-type]  # the mistake shown


def test_the_second_opinion_says_where_it_gives_up() -> None:
    activity = read_activity(recording(300)[:2000], engine="fitparse")
    assert 0 < len(activity) < 300
    assert "fitparse gives up" in activity.damage[0].what
    with pytest.raises(FitError, match="fitparse gives up"):
        read_activity(FIT[:20], engine="fitparse")
