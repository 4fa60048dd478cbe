from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from retrorun.errors import LabelError, OutputError, RecordingError
from retrorun.files import check_ending, make_folder, printable, read_bytes, write_atomic


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.fit"
    write_atomic(path, b"one")
    write_atomic(path, b"two")
    assert read_bytes(path) == b"two"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.fit"]


def test_rights_are_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "token.json"
    write_atomic(path, b"{}", private=True)
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


def test_a_new_file_takes_the_umask_and_an_old_one_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "a.fit"
    before = os.umask(0o027)
    try:
        write_atomic(path, b"one")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640
    path.chmod(0o604)
    write_atomic(path, b"two")
    assert path.stat().st_mode & 0o777 == 0o604


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    link = tmp_path / "link.fit"
    link.symlink_to(tmp_path / "far" / "real.fit")
    for content in (b"one", b"two"):
        write_atomic(link, content)
        assert link.is_symlink()
        assert (tmp_path / "far" / "real.fit").read_bytes() == content


def test_a_device_is_written_to_and_stays_one() -> None:
    write_atomic(Path(os.devnull), b"x")
    assert Path(os.devnull).is_char_device()


@pytest.mark.parametrize("name", ["run.fit", "./run.fit", "link.fit", "twin.fit"])
def test_an_input_is_never_written_over(tmp_path: Path, name: str) -> None:
    source = tmp_path / "run.fit"
    source.write_bytes(b"run")
    (tmp_path / "link.fit").symlink_to(source)
    (tmp_path / "twin.fit").hardlink_to(source)
    with pytest.raises(OutputError, match="read by the same command; write to another name"):
        write_atomic(tmp_path / name, b"page", inputs=[tmp_path / "absent.fit", source])
    assert source.read_bytes() == b"run"


def test_what_a_killed_write_left_is_removed_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "a[1].fit"
    script = (
        "import os, pathlib, sys; from retrorun import files; "
        "pathlib.Path.replace = lambda *_: os._exit(9); files.write_atomic(pathlib.Path(sys.argv[1]), b'x')"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert [entry.suffix for entry in tmp_path.iterdir()] == [".part"]
    write_atomic(path, b"two")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a[1].fit"]


def test_a_pipe_and_a_device_are_no_files_and_nothing_waits(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.fit")
    for path, what in ((tmp_path / "pipe.fit", "a pipe"), (Path("/dev/zero"), "a device")):
        with pytest.raises(RecordingError, match=f"this is {what}, not a file"):
            read_bytes(path)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse.fit"
    with path.open("wb") as file:
        file.truncate(40 << 30)
    tracemalloc.start()
    try:
        with pytest.raises(LabelError, match="larger than 256 MB"):
            read_bytes(path, error=LabelError)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_two_processes_that_change_one_file_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "count"
    path.write_text("0")
    script = (
        "import pathlib, sys; from retrorun.files import locked, write_atomic; path = pathlib.Path(sys.argv[1])\n"
        "for _ in range(20):\n"
        "    with locked(path): write_atomic(path, str(int(path.read_text()) + 1).encode())"
    )
    processes = [subprocess.Popen([sys.executable, "-c", script, str(path)]) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert path.read_text() == "60"


def test_the_ending_of_an_output_must_be_of_its_kind() -> None:
    assert check_ending(Path("a.HTML"), (".html", ".htm"), "a page") == ".html"
    with pytest.raises(OutputError, match=r"a page cannot have the ending '\.pdf'; use \.html or \.htm"):
        check_ending(Path("a.pdf"), (".html", ".htm"), "a page")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Läufe 🏃‍♀️ – 2026", "Läufe 🏃‍♀️ – 2026"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("a\u202egpx.exe", "a\\u202egpx.exe"),
        ("bad\udce4name", "bad\\xe4name"),
        ("half\ud800", "half\\ud800"),
        ("two\nlines", "two\\nlines"),
    ],
)
def test_nothing_hidden_is_shown(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(text, keep="\n").count("\n") == text.count("\n")


def test_a_folder_where_a_file_stands_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be made"):
        make_folder(tmp_path / "taken" / "pages")
