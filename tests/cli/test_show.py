from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from retrorun.cli.app import app
from retrorun.demo import demo_recording, demo_session
from retrorun.session.document import save_session
from retrorun.session.notation import format_session, parse_session
from retrorun.workout.fit import compile_workout
from tests.recordings import fit_recording
from tests.shared_data import shared_files


def show(path: Path, *options: str) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["show", str(path), *options])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("name", ["s.yaml", "s.json", "s.txt"])
def test_a_session_shows_its_steps_and_a_notation_that_gives_it_again(tmp_path: Path, name: str) -> None:
    save_session(demo_session(), tmp_path / name)
    code, out, _ = show(tmp_path / name)
    assert code == 0
    assert out.startswith(f"{name}: a session\n")
    assert "4 times" in out
    assert "BACKWARD run, at 6:40-7:20/km" in out
    notation = format_session(demo_session())
    assert out.endswith(notation + "\n")
    assert parse_session(notation) == demo_session()


def test_a_workout_is_told_from_a_recording_by_content_and_not_by_name(tmp_path: Path) -> None:
    workout, recording = tmp_path / "recording.fit", tmp_path / "workout.txt"
    workout.write_bytes(compile_workout(demo_session()))
    recording.write_bytes(fit_recording(seconds=60))
    assert show(workout)[1].startswith("recording.fit: a FIT workout\n")
    assert show(recording)[1].startswith("workout.txt: a recording\n")


def test_sums_say_at_least_where_a_step_does_not_say_how_far_it_goes(tmp_path: Path) -> None:
    session = parse_session("10min warmup; 2x(400m bwd @ 6:40/km; 100m fwd @ 5:00/km)")
    save_session(session, tmp_path / "s.yaml")
    lines = show(tmp_path / "s.yaml")[1].splitlines()
    # 10:00 + 2 · (160 s + 30 s); 2 · 500 m, and the warm-up has no pace to say its distance.
    assert "planned    16:20, at least 1.00 km" in lines
    assert "backward   5:20, 800 m" in lines


def test_a_last_round_without_its_last_step_is_said_and_not_counted(tmp_path: Path) -> None:
    save_session(parse_session("3x(100s bwd @ 6:40/km; 60s rest) skip-last"), tmp_path / "s.yaml")
    out = show(tmp_path / "s.yaml")[1]
    assert "the last round without its last step" in out
    assert "planned    7:00" in out


def test_a_recording_shows_columns_laps_and_the_workout_it_carries(tmp_path: Path) -> None:
    (tmp_path / "run.fit").write_bytes(demo_recording())
    code, out, _ = show(tmp_path / "run.fit")
    assert code == 0
    assert "running (track)" in out
    assert "samples    2718 in 45:17, usually 1 s apart" in out
    assert "The workout that it was run to:" in out
    assert sum(line.strip().startswith(("1 ", "14 ")) for line in out.splitlines()) >= 2
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out


def test_missing_columns_are_said(tmp_path: Path) -> None:
    (tmp_path / "run.fit").write_bytes(fit_recording(cadence=False))
    out = show(tmp_path / "run.fit")[1]
    assert "cadence_spm            missing" in out
    assert "speed_mps              100 % known" in out


def test_verify_reads_a_recording_with_a_second_reader(tmp_path: Path) -> None:
    (tmp_path / "run.fit").write_bytes(fit_recording(seconds=60))
    assert show(tmp_path / "run.fit", "--verify")[1].endswith("\nfitparse reads the same.\n")


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.fit", b""), ("a.html", b"<html><body>no</body></html>"), ("a.yaml", b"steps: 3"), ("a.bin", b"\x00\x01\x02")],
)
def test_what_is_none_of_the_three_is_one_error(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    code, out, err = show(tmp_path / name)
    assert (code, out) == (1, "")
    assert err.startswith("error: ")
    assert "Traceback" not in err


@pytest.mark.parametrize("path", shared_files("workouts", "*.fit"), ids=lambda path: path.name)
def test_every_real_workout_file_shows_or_is_one_error(path: Path) -> None:
    code, out, err = show(path)
    assert code == 0 or err.startswith("error: ")
    assert code == 1 or "a FIT workout" in out


@pytest.mark.parametrize("path", shared_files("activities", "*.fit")[::6], ids=lambda path: path.name)
def test_real_recordings_show_within_80_columns(path: Path) -> None:
    code, out, err = show(path)
    assert code == 0, err
    assert max(map(len, out.splitlines())) <= 80


def test_paces_and_long_ways_are_shown_by_the_unit_that_is_asked_for(tmp_path: Path) -> None:
    written = parse_session("10min warmup; 4x(1km fwd @ 5:00/km; 400m bwd @ under 8 km/h; 90s rest)", name="Miles")
    plan = tmp_path / "plan.yaml"
    save_session(written, plan)
    code, out, _ = show(plan, "--units", "mile")
    assert code == 0
    assert "/km" not in out
    assert "at 8:02.8/mi" in out or "at 8:02.9/mi" in out  # 5 min × 1.609344 is 8:02.8
    assert "under 8 km/h" in out  # a speed stays as it was written
    assert "at least 3.48 mi" in out  # 5.6 km
    recording = tmp_path / "run.fit"
    recording.write_bytes(demo_recording())
    _, out, _ = show(recording, "--units", "mile")
    assert "1.03 mi" in out  # the first lap of 1.66 km
    assert "/km" not in out
    _, out, _ = show(recording)
    assert "/mi" not in out
