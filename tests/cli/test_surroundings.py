"""What surrounds a command: no home, a closed output, names in any encoding, another zone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest
from typer.testing import CliRunner

from retrorun.cli.app import app
from tests.recordings import fit_recording


def retrorun(*arguments: str | bytes, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable.encode(), b"-m", b"retrorun"]
    command += [each if isinstance(each, bytes) else os.fsencode(each) for each in arguments]
    return subprocess.run(command, capture_output=True, env={**os.environ, **(env or {})}, check=False, timeout=120)


def one_line(done: subprocess.CompletedProcess[bytes]) -> str:
    text = done.stderr.decode()
    assert text.count("\n") == 1, text
    assert text.startswith("error: "), text
    return text


@pytest.fixture
def run(tmp_path: Path) -> Path:
    path = tmp_path / "run.fit"
    path.write_bytes(fit_recording())
    return path


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("command", [("analyze",), ("analyze", "--json")])
def test_a_full_device_is_one_line(run: Path, command: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "retrorun", *command, str(run)],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=120,
        )
    assert done.returncode == 1
    assert "No space left" in one_line(done)


def test_a_reader_that_leaves_is_no_error(run: Path) -> None:
    away, near = os.pipe()
    os.close(away)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "retrorun", "analyze", str(run)],
            stdout=near,
            stderr=subprocess.PIPE,
            check=False,
            timeout=120,
        )
    finally:
        os.close(near)
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX closes them")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("analyze run.fit >&-", "the output cannot be written (Bad file descriptor)"),
        ("analyze - <&-", "the file is empty"),
    ],
)
def test_what_is_closed_is_one_line(run: Path, command: str, said: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m retrorun {command}"],
        cwd=run.parent,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert said in one_line(done)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX closes them")
def test_where_nobody_hears_errors_the_result_is_there(run: Path) -> None:
    words = ["sh", "-c", f"{sys.executable} -m retrorun analyze {run} 2>&-"]
    done = subprocess.run(words, capture_output=True, check=False, timeout=120)
    assert (done.returncode, b"verdict" in done.stdout) == (0, True)


@pytest.mark.parametrize("home", ["", "/nonexistent"])
def test_a_home_that_is_none_stops_no_analysis(run: Path, home: str) -> None:
    done = retrorun("analyze", str(run), env={"HOME": home, "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""})
    assert done.returncode == 0, done.stderr
    assert b"verdict" in done.stdout


def test_a_home_where_nothing_can_be_written_is_no_matter_of_a_picture(tmp_path: Path) -> None:
    (tmp_path / "home").write_bytes(b"")  # no folder can be made in it, whoever asks
    script = "from retrorun.cli.app import main\ntry: main(['--version'])\nexcept SystemExit: pass\nimport matplotlib\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{script}matplotlib.get_cachedir()"],
        env={
            **os.environ,
            "HOME": str(tmp_path / "home"),
            "XDG_CONFIG_HOME": "",
            "XDG_CACHE_HOME": "",
            "MPLCONFIGDIR": "",
        },
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_why_a_file_cannot_be_read_is_said_by_reading_it(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    assert CliRunner().invoke(app, ["analyze", str(run)]).exit_code == 0  # its rights were asked of no one


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes are Linux's")
def test_a_name_in_no_encoding_is_read_and_shown_harmless(tmp_path: Path, run: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/l\xe4uf\xff.fit"
    Path(os.fsdecode(odd)).write_bytes(run.read_bytes())
    assert retrorun("analyze", odd).returncode == 0
    assert CliRunner().invoke(app, ["analyze", os.fsdecode(odd), "--json"]).exit_code == 0
    assert CliRunner().invoke(app, ["scan", str(tmp_path), "-o", str(tmp_path / "rows.csv")]).exit_code == 0
    assert len((tmp_path / "rows.csv").read_text(encoding="utf-8").splitlines()) == 3
    assert "no such file" in one_line(retrorun("analyze", odd + b".gone")).lower()


def test_twins_of_a_name_are_two_recordings(tmp_path: Path, run: Path) -> None:
    folder = tmp_path / "runs"
    folder.mkdir()
    for form in ("NFC", "NFD"):
        (folder / f"{unicodedata.normalize(form, 'läufe')}.fit").write_bytes(run.read_bytes())
    if len(list(folder.iterdir())) < 2:
        pytest.skip("this file system takes both for one")
    done = retrorun("scan", str(folder), "-o", str(tmp_path / "rows.csv"))
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "rows.csv").read_text(encoding="utf-8").splitlines()) == 3


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process is changed as POSIX does it")
def test_the_zone_moves_no_stretch_and_no_total(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {}
    for zone in ("UTC", "Pacific/Apia", "America/St_Johns", "Not/AZone"):
        with monkeypatch.context() as patch:
            patch.setenv("TZ", zone)
            time.tzset()
            told[zone] = CliRunner().invoke(app, ["analyze", str(run), "--json"], catch_exceptions=False).stdout
    time.tzset()
    assert "verdict" in told["UTC"]
    assert len(set(told.values())) == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_one_line(tmp_path: Path, run: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    done = retrorun("report", str(run), "-o", str(closed / "page.html"))
    assert done.returncode == 1
    assert "page.html" in one_line(done)


def test_no_language_set_prints_what_a_terminal_without_one_can_show(run: Path) -> None:
    done = retrorun(
        "analyze", str(run), env={"LC_ALL": "C", "LANG": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    )
    assert done.returncode == 0, done.stderr
    done.stdout.decode("ascii")
