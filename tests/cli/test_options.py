"""One meaning for one option, in every command that has it; `-` is standard input wherever a file is read."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from typer.testing import CliRunner, Result

from retrorun.cli import options
from retrorun.cli.app import COMMANDS, app
from retrorun.demo import SESSION_TEXT, demo_recording
from retrorun.session.notation import parse_session
from retrorun.workout.fit import compile_workout, decompile_workout

SHARED = {
    "as_json": (options.JsonOption,),
    "units": (options.UnitsOption, options.WrittenUnitsOption),
    "profile": (options.ProfileOption,),
    "athlete": (options.AthleteOption,),
    "recording": (options.RecordingArgument,),
}
OWN = {("compile", "athlete")}  # a folder of athletes too
MILES = "10min warmup; 4x(400m bwd @ 10:40-11:40/mi; 90s rest)"


def run(*words: str, stdin: bytes | str = b"") -> Result:
    result = CliRunner(env={"COLUMNS": "100"}).invoke(app, list(words), input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.mark.parametrize("name", [name for name, *_ in COMMANDS if name != "strava"])
def test_an_option_is_the_same_in_every_command(name: str) -> None:
    [(module, function)] = [(module, function) for other, module, function, *_ in COMMANDS if other == name]
    hints: dict[str, Any] = get_type_hints(
        getattr(import_module(f"retrorun.cli.{module}"), function), include_extras=True
    )
    for option in SHARED.keys() & hints.keys():
        assert (name, option) in OWN or hints[option] in SHARED[option], f"{name} --{option}"


@pytest.mark.parametrize(
    "words",
    [
        ("analyze", "-", "--json"),
        ("match", "-", "--json"),
        ("show", "-", "--json"),
        ("report", "-", "-o", "out.html"),
        ("draw", "-", "-o", "out.svg"),
        ("convert", "-", "-o", "out.fit"),
        ("convert", "-", "-o", "out.csv"),
    ],
)
def test_a_recording_comes_through_a_pipe(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = demo_recording()
    piped = run(*words, stdin=data)
    assert piped.exit_code == 0, piped.output
    if words[0] == "report":  # its page is named after a file
        assert "Planned and done" in Path("out.html").read_text(encoding="utf-8")
        return
    Path("run.fit").write_bytes(data)
    made = {path.name: path.read_bytes() for path in tmp_path.glob("out.*")}
    from_file = run(*["run.fit" if word == "-" else word for word in words])
    assert from_file.stdout == piped.stdout
    for name, content in made.items():
        assert content == Path(name).read_bytes()


@pytest.mark.parametrize("data", [SESSION_TEXT.encode(), compile_workout(SESSION_TEXT)], ids=["notation", "FIT"])
@pytest.mark.parametrize(
    "words",
    [
        ("show", "-"),
        ("export", "-", "--to", "text"),
        ("compile", "-", "-o", "out.fit"),
        ("push", "-", "--to", "intervals.icu", "--dry-run"),
    ],
)
def test_a_session_comes_through_a_pipe(
    words: tuple[str, ...], data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*words, stdin=data)
    assert result.exit_code == 0, result.output
    if words[0] == "compile":
        assert decompile_workout(Path("out.fit")).steps == parse_session(SESSION_TEXT).steps


def test_an_empty_pipe_is_told_as_one() -> None:
    for words in (("show", "-"), ("analyze", "-"), ("match", "-"), ("export", "-", "--to", "text")):
        result = run(*words)
        assert result.exit_code == 1
        assert result.stderr.startswith("error: ")
        assert result.stderr.count("\n") == 1


def test_show_tells_a_session_and_a_recording_as_json(tmp_path: Path) -> None:
    told = json.loads(run("show", "4x(400m bwd @ 6:40/km; 90s rest)", "--json").stdout)
    assert told["kind"] == "session"
    assert told["distance_m"]["backward"] == 1600.0
    assert parse_session(told["notation"]).steps
    path = tmp_path / "run.fit"
    path.write_bytes(demo_recording())
    told = json.loads(run("show", str(path), "--json").stdout)
    assert (told["kind"], told["samples"], len(told["laps"])) == ("recording", 2718, 14)
    assert told["plan"]["session"]["name"] == "Retro 400s"
    assert {column["name"]: column["share"] for column in told["columns"]}["cadence_spm"] > 0.99


def test_analyze_lists_several_as_json_with_what_could_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "run.fit").write_bytes(demo_recording())
    (tmp_path / "note.txt").write_text("milk, eggs")
    first, second = json.loads(run("analyze", *map(str, sorted(tmp_path.iterdir(), reverse=True)), "--json").stdout)
    assert (Path(first["file"]).name, first["verdict"]) == ("run.fit", "found")
    assert second["error"]["hint"] == "give a FIT, TCX, GPX or KML file"


def test_what_is_written_in_miles_is_told_in_miles() -> None:
    text = "1mi warmup @ 9:40/mi; 2x(1mi bwd @ 10:40-11:40/mi; 90s rest)"
    for words in (("show", text), ("export", text, "--to", "text")):
        out = run(*words).stdout
        assert "3.00 mi" in out or "1.00 mi" in out
        assert "km" not in out
    assert "2.00 mi" in run("show", text).stdout  # backward
    assert "km" in run("show", text + "; 5km").stdout  # of both, those that are usual
    assert "From an easy forward pace of 9:40/mi:\n" in run("pace", "--easy", "9:40/mile").stdout
    assert json.loads(run("pace", "--easy", "9:40/mile", "--json").stdout)["notation"].endswith("/mi")
    assert "a forward race of 5.00 mi in 35:00" in run("pace", "--race", "5mi", "--time", "35:00").stdout
    assert "/km" in run("pace", "--easy", "9:40/mile", "--units", "km").stdout
    assert "/mi" not in run("pace", "--easy", "6:00/km").stdout


def test_plans_and_sessions_are_told_in_miles() -> None:
    words = ("plan", "--start", "2026-11-23", "--level", "experienced", "--easy", "9:40/mi", "--weekly", "30mi")
    told = json.loads(run(*words, "--json").stdout)  # as the runner writes
    paces = [entry["notation"] for entry in told["sessions"] if "@" in entry["notation"]]
    assert paces
    assert all("/mi" in notation and "/km" not in notation for notation in paces)
    assert "of 30.00 mi a week" in told["rule"]
    told = json.loads(run(*words, "--units", "km", "--json").stdout)
    assert "/km" in told["sessions"][0]["notation"]
    assert "of 48.28 km a week" in told["rule"]
    assert "/km" in run("export", MILES, "--to", "markdown", "--units", "km").stdout
    assert "/mi" in run("export", MILES, "--to", "markdown").stdout
    assert (
        "bwd @ 10:43.7/mi"
        in run("library", "alternating-regular", "--units", "mile", "--set", "backward=6:40/km").stdout
    )
