from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from retrorun.cli.console import say, say_json, say_table
from tests.recordings import fit_recording

LONG = "a recording of " + " ".join(["many"] * 40)


def test_text_folds_at_80_columns_with_its_indents(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    say(LONG, indent=2, under=6)
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("  a recording")
    assert rest
    assert all(line.startswith("      many") for line in rest)
    assert max(map(len, [first, *rest])) <= 80


@pytest.mark.parametrize(("columns", "whole"), [("", False), ("80", True)])
def test_nothing_folds_in_a_pipe_nor_what_is_to_be_pasted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str, whole: bool
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    say(LONG, whole=whole)
    assert capsys.readouterr().out == LONG + "\n"


def test_a_name_that_is_no_utf_8_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    say("wrote l\udce4uf.fit")
    assert capsys.readouterr().out == "wrote l\\xe4uf.fit\n"


def test_a_long_path_stays_whole_so_that_it_can_be_copied(capsys: pytest.CaptureFixture[str]) -> None:
    path = "/".join(["a-folder"] * 20)
    say(f"wrote {path}")
    assert path in capsys.readouterr().out


def test_lines_of_a_text_stay_lines_and_columns_stay_columns(capsys: pytest.CaptureFixture[str]) -> None:
    say("a    1\nb   22")
    assert capsys.readouterr().out == "a    1\nb   22\n"


def test_a_table_has_numbers_to_the_right_and_text_to_the_left(capsys: pytest.CaptureFixture[str]) -> None:
    say_table(("name", "time"), [("run", "1:02"), ("[walk]", "12:30")], left=("name",))
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:] == ["run       1:02", "[walk]   12:30"]


def test_json_keeps_letters_and_refuses_what_json_has_not(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"name": "Läufe"})
    assert json.loads(capsys.readouterr().out) == {"name": "Läufe"}
    say_json({"speed": float("nan")})
    assert json.loads(capsys.readouterr().out) == {"speed": None}


def test_a_command_in_a_pipe_prints_no_colour_and_stops_quietly_when_nobody_reads(tmp_path: Path) -> None:
    (tmp_path / "run.fit").write_bytes(fit_recording(seconds=400))
    command = [sys.executable, "-m", "retrorun", "show", str(tmp_path / "run.fit")]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert b"\x1b" not in done.stdout
    assert done.stderr == b""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert b"Traceback" not in running.stderr.read()
