from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from retrorun.cli.app import app
from retrorun.demo import demo_session
from retrorun.workout.fit import decompile_workout
from retrorun.workout.importing import load_session

FILES = {"session.yaml", "workout.fit", "recording.fit", "analysis.json", "run.png"}


def test_writes_every_file_that_it_names_and_says_that_the_recording_is_synthetic(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "demo"
    result = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["demo", "-o", str(folder)])
    assert result.exit_code == 0
    assert {path.name for path in folder.iterdir()} == FILES
    for name in FILES:
        assert name in result.stdout
    assert "SYNTHETIC" in result.stdout
    assert "verdict    found" in result.stdout
    assert load_session(folder / "session.yaml") == demo_session()
    assert decompile_workout((folder / "workout.fit").read_bytes()) == demo_session()
    assert (folder / "run.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((folder / "analysis.json").read_text(encoding="utf-8"))["verdict"] == "found"


def test_writes_the_same_bytes_again(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert CliRunner().invoke(app, ["demo", "-o", str(tmp_path / name)]).exit_code == 0
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_file_in_the_folders_place_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    result = CliRunner().invoke(app, ["demo", "-o", str(tmp_path / "taken")])
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert "taken" in result.stderr
