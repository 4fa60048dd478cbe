from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from retrorun.analysis.labels import load_labels
from retrorun.cli.app import app
from retrorun.demo import CREATED, SERIAL, SESSION_NAME, SESSION_TEXT, demo_recording
from tests.recordings import fit_recording


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def labels_in(out: str) -> list[str]:
    return [line for line in out.splitlines() if line.startswith(("backward ", "forward "))]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "run.fit"
    path.write_bytes(demo_recording())
    return path


def test_the_plan_may_be_given_like_that_of_other_commands(recording: Path) -> None:
    plan = "10min warmup; 4x(400m fwd; 400m bwd; 90s rest); 10min cooldown"
    assert run("match", recording, "--plan", plan) == run("match", recording, plan)
    assert run("match", recording, plan, "--plan", plan)[0] == 2


def test_a_recording_with_a_plan_prints_a_line_for_each_step(recording: Path) -> None:
    code, out, _ = run("match", recording)
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == f"run.fit: {SESSION_NAME}"
    assert sum("backward (round" in line for line in lines) == 4
    assert "14 completed" in lines


def test_json_holds_the_same(recording: Path) -> None:
    document = json.loads(run("match", recording, "--json")[1])
    assert document["totals"]["outcomes"] == {"completed": 14}
    assert [step["repetition"] for step in document["steps"]].count([4]) == 3


def test_the_index_leads_from_the_recording_to_the_very_session(recording: Path, tmp_path: Path) -> None:
    index = tmp_path / "sessions.json"
    noted = SESSION_TEXT.replace("90s rest", "90s walk rest")
    created = CREATED.isoformat()
    compiled = run(
        "compile", noted, "--name", "Out of the index", "-o", tmp_path / "w.fit", "--created", created,
        "--serial", SERIAL, "--index", index,
    )  # fmt: skip
    assert compiled[0] == 0
    assert run("match", recording, "--index", index)[1].splitlines()[0] == "run.fit: Out of the index"
    assert run("match", recording, "--index", tmp_path / "none.json")[1].splitlines()[0] == f"run.fit: {SESSION_NAME}"


def test_another_session_can_be_given(recording: Path) -> None:
    code, out, _ = run("match", recording, "10min warmup; 8x(400m; 90s); 10min cooldown")
    assert code == 0
    assert "another plan" in out


def test_no_plan_is_one_error(tmp_path: Path) -> None:
    path = tmp_path / "plain.fit"
    path.write_bytes(fit_recording())
    assert run("match", path) == (1, "", "error: the recording carries no plan; give the session that was planned\n")


def test_labels_are_kept_beside_the_recording_and_in_force(recording: Path) -> None:
    code, out, _ = run("label", recording, "--backward", "1:00-2:00", "--forward", "12:00-14:00")
    assert code == 0
    assert labels_in(out) == ["backward   1:00-2:00", "forward    12:00-14:00"]
    said = [(label.start_s, label.end_s, label.direction.value) for label in load_labels(recording).labels]
    assert said == [(60.0, 120.0, "backward"), (720.0, 840.0, "forward")]
    segments = json.loads(run("analyze", recording, "--json")[1])["segments"]
    assert (60.0, 120.0, 1.0) in [(one["start_s"], one["end_s"], one["probability"]) for one in segments]
    assert not [one for one in segments if one["start_s"] < 840.0 and one["end_s"] > 720.0]
    assert [(label.start_s, label.end_s, label.direction.value) for label in load_labels(recording).labels] == said


def test_labels_can_be_changed_and_taken_back(recording: Path) -> None:
    run("label", recording, "--backward", "1:00-3:00")
    out = run("label", recording, "--forward", "1:30-2:00", "--forget", "2:30-10:00")[1]
    assert labels_in(out) == ["backward   1:00-1:30", "forward    1:30-2:00", "backward   2:00-2:30"]
    shown = run("label", recording, "--laps")[1].splitlines()
    assert shown[:3] == labels_in(out)
    assert "cadence" in shown[4]  # the laps, so that a runner sees which are meant
    assert run("label", recording, "--forget", "0:00-45:00")[1].splitlines()[-1] == "no labels"


def test_a_changed_file_is_noticed(recording: Path) -> None:
    run("label", recording, "--backward", "1:00-3:00")
    recording.write_bytes(demo_recording() + b"\0")
    assert "has changed" in run("label", recording, "--laps")[1]


def test_labels_of_another_run_are_an_error(recording: Path) -> None:
    run("label", recording, "--backward", "1:00-3:00")
    recording.write_bytes(fit_recording())
    code, out, err = run("label", recording, "--backward", "2:00-2:30")
    assert (code, out) == (1, "")
    assert "another run" in err


@pytest.mark.parametrize("span", ["5-6", "1:00", "2:00-1:00", "1:00-99:00:00", "1:75-2:00", ""])
def test_a_stretch_that_cannot_be_is_one_error(recording: Path, span: str) -> None:
    code, out, err = run("label", recording, "--backward", span)
    assert (code, out) == (1, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", ["match", "label"])
def test_what_cannot_be_read_is_named(tmp_path: Path, command: str) -> None:
    path = tmp_path / "page.gpx"
    path.write_bytes(b"<!DOCTYPE html><html><body>Please log in</body></html>")
    code, out, err = run(command, path)
    assert (code, out) == (1, "")
    assert err.startswith(f"error: {path}: this is a web page")
