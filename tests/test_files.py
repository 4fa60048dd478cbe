from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

import pytest

from retrorun.errors import OutputError, RecordingError
from retrorun.files import read_bytes, write_atomic


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.fit"
    write_atomic(path, b"one")
    write_atomic(path, b"two")
    assert read_bytes(path) == b"two"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.fit"]


def test_rights_are_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "token.json"
    write_atomic(path, b"{}", mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.fit", "there is no such file"),
        ("a\0b.fit", "no file can have such a name"),
        (".", "this is a folder, not a file"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(RecordingError, match=message):
        read_bytes(tmp_path / name)


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no file can have such a name; use another"):
        write_atomic(tmp_path / "a\0b.fit", b"x")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="its folder does not exist; make the folder first"):
        write_atomic(tmp_path / "no" / "a.fit", b"x")


def test_a_disk_that_is_full_leaves_the_old_file_and_nothing_half_written(tmp_path: Path) -> None:
    path = tmp_path / "a.fit"
    write_atomic(path, b"old")
    # A limit on the size of a file makes a real write fail half-way, as a full disk does.
    old_handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    old_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, old_limit[1]))
    try:
        with pytest.raises(OutputError, match="nothing was changed"):
            write_atomic(path, os.urandom(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old_limit)
        signal.signal(signal.SIGXFSZ, old_handler)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.fit"]
