"""The commands that define: library, pace, plan, schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from retrorun.cli.app import app
from retrorun.session.library import find_ready_made, ready_made
from retrorun.session.notation import parse_session
from retrorun.session.shape import json_schema
from retrorun.workout.fit import decompile_workout
from retrorun.workout.importing import load_session
from tests.recordings import fit_recording


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": "80"}).invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_the_library_lists_every_session_and_those_of_a_kind() -> None:
    code, out, _ = run("library")
    assert code == 0
    assert all(entry.key in out for entry in ready_made())
    _, out, _ = run("library", "--kind", "hill", "--level", "regular")
    assert "hill-regular" in out
    assert "treadmill" not in out
    _, out, _ = run("library", "--json")
    assert [entry["key"] for entry in json.loads(out)] == [entry.key for entry in ready_made()]


def test_one_session_is_shown_with_its_source_and_saved_with_own_numbers(tmp_path: Path) -> None:
    path = tmp_path / "session.yaml"
    code, out, _ = run("library", "alternating-regular", "--set", "reps=6", "--set", "rest=2min", "-o", str(path))
    assert code == 0
    assert "source     house session" in out
    assert "reps       6: rounds\nlength     400m:" in out  # the numbers of this session, and the usual ones
    assert "6x(400m fwd" in out
    assert load_session(path) == find_ready_made("alternating-regular").build(reps=6, rest="2min")
    _, out, _ = run("library", "hill-regular", "--json")
    document = json.loads(out)
    assert parse_session(document["notation"]) == find_ready_made("hill-regular").build()


def test_a_wrong_value_is_an_error_and_a_wrong_call_a_usage() -> None:
    code, _, err = run("library", "hill-regular", "--set", "reps=many")
    assert (code, err) == (1, "error: reps: 'many' is no count; give a whole number from 1 to 999\n")
    code, _, err = run("library", "treadmill-regular", "--set", "backward=12 km/h")
    assert code == 1
    assert "stay at 7.9 km/h or below" in err
    assert run("library", "hill-regular", "--set", "reps")[0] == 2
    assert run("library", "--set", "reps=3")[0] == 2


def test_the_pace_is_told_by_the_mile_too() -> None:
    _, by_km, _ = run("pace", "--easy", "6:00/km")
    _, by_mile, _ = run("pace", "--easy", "6:00/km", "--units", "mile")
    assert "usually about 8:49/km" in by_km
    assert "usually about 14:12/mi" in by_mile  # 8:49 × 1.609344


def test_the_pace_comes_with_ratio_and_source() -> None:
    code, out, _ = run("pace", "--easy", "6:00/km")
    assert code == 0
    assert "backward   7:30-10:15/km, usually about 8:49/km" in out
    assert "ratio      0.68 of the forward speed (0.59 to 0.80)" in out
    assert "Sterzing et al. 2016" in out.replace("\n           ", " ")
    _, out, _ = run("pace", "--race", "10km", "--time", "45:00", "--json")
    assert json.loads(out)["notation"] == "5:40-7:40/km"


@pytest.mark.parametrize(
    "arguments", [[], ["--race", "10km"], ["--easy", "6:00/km", "--race", "10km", "--time", "50:00"]]
)
def test_the_pace_needs_one_basis(arguments: list[str]) -> None:
    assert run("pace", *arguments)[0] == 2


def test_a_pace_that_makes_no_sense_is_an_error() -> None:
    code, _, err = run("pace", "--race", "10km", "--time", "20:00")
    assert code == 1
    assert err.startswith("error: a forward race of 10.00 km in 20:00 would mean 2:56/km backward")


def test_a_plan_becomes_workouts_a_schedule_and_a_calendar(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "plan"
    arguments = [
        "plan",
        "--start",
        "2026-11-23",
        "--weeks",
        "10",
        "--easy",
        "6:00/km",
        "--created",
        "2026-11-22T12:00Z",
    ]
    code, out, _ = run(*arguments, "-o", str(folder))
    assert code == 0
    assert "Mon 2026-11-23   First backward steps 4x30s" in out
    assert "climbs at most one step a week on this ladder" in out.replace("\n", " ")
    names = {path.name for path in folder.iterdir()}
    assert {"schedule.fit", "plan.ics"} < names
    workouts = {path.name: path.read_bytes() for path in folder.glob("*.fit") if path.name != "schedule.fit"}
    # Twenty sessions; the last steps of the ladder are alike, and a workout is written once.
    assert len(workouts) == 14
    assert {decompile_workout(data).name for data in workouts.values()} > {"Backward 6x1min", "Turn about 6x30s"}
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    run(*arguments, "-o", str(folder))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_plan_as_json_and_its_errors() -> None:
    _, out, _ = run("plan", "--start", "2026-11-23", "--weeks", "2", "--per-week", "1", "--json")
    document = json.loads(out)
    assert [entry["day"] for entry in document["sessions"]] == ["2026-11-23", "2026-11-30"]
    assert all(parse_session(entry["notation"]).name == entry["name"] for entry in document["sessions"])
    code, _, err = run("plan", "--start", "soon")
    assert code == 1
    assert err.startswith("error: --start: 'soon' is no date; write it as 20")
    code, _, err = run("plan", "--start", "2026-11-23", "--created", "now")
    assert code == 0  # a time of creation is only read for files
    assert err == ""


@pytest.mark.parametrize(
    "words",
    [
        ("--created", "1970-01-01T00:00:00Z"),
        ("--created", "2026-01-01T00:00:00"),
        ("--start", "1980-01-01"),
        ("--device", "casio"),
    ],
)
def test_a_plan_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path, words: tuple[str, ...]) -> None:
    code, _, err = run("plan", "--start", "2026-11-23", "-o", str(tmp_path / "plan"), *words)
    assert (code, err.count("\n")) == (1, 1)
    assert list(tmp_path.iterdir()) == []


def test_more_than_a_watch_takes_is_said(tmp_path: Path) -> None:
    _, out, _ = run("plan", "--start", "2026-11-23", "--weeks", "12", "--per-week", "3", "-o", str(tmp_path))
    assert "The schedule has 36 entries; watches were seen to take the first 30." in out.replace("\n", " ")


def test_the_schema_is_printed() -> None:
    assert json.loads(run("schema")[1]) == json_schema()


def test_show_draws_a_session_and_sends_recordings_elsewhere(tmp_path: Path) -> None:
    session = tmp_path / "s.txt"
    session.write_text("10min warmup; 4x(400m bwd; 90s rest)", encoding="utf-8")
    for ending, head in ((".svg", b"<?xml"), (".png", b"\x89PNG"), (".pdf", b"%PDF")):
        picture = tmp_path / f"s{ending}"
        code, out, _ = run("show", str(session), "--plot", str(picture))
        assert code == 0
        assert "drawn into" in out
        assert picture.read_bytes().startswith(head)
    assert run("show", str(session), "--plot", str(tmp_path / "s.gif"))[0] == 1
    recording = tmp_path / "r.fit"
    recording.write_bytes(fit_recording(seconds=60))
    code, _, err = run("show", str(recording), "--plot", str(tmp_path / "r.png"))
    assert (code, err) == (1, "error: a recording is drawn by another command; use retrorun analyze --plot\n")
