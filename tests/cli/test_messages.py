"""What a command says of a wrong argument: which one or which file, what is wrong, what to write instead."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from retrorun.cli.app import app
from retrorun.cli.options import day
from retrorun.errors import SessionError

CONTENTS = {
    "tuesday.txt": "400m bakward",
    "tuesday.yaml": "steps: [{duration: 400}]",
    "tuesday.json": "{",
    "tuesday.zwo": "<workout_file>",
    "tuesday.fit": "\x0e\x10",
}


def said(*words: object) -> str:
    result = CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, [*map(str, words)])
    assert result.exit_code
    return result.stderr


@pytest.mark.parametrize("name", CONTENTS)
@pytest.mark.parametrize("command", [("compile", "--check"), ("show",), ("export", "--to", "text"), ("push", "-n")])
def test_an_error_names_the_file_once(tmp_path: Path, name: str, command: tuple[str, ...]) -> None:
    path = tmp_path / name
    path.write_text(CONTENTS[name])
    first = said(command[0], path, *command[1:]).splitlines()[0]
    assert first.startswith(f"error: {path}: ")
    assert first.count(str(path)) == 1


@pytest.mark.parametrize("ending", ["txt", "docx", "pdf", "plan", "zwo", "fit.gz", "htm"])
@pytest.mark.parametrize("command", [("compile", "--check"), ("show",), ("export", "--to", "text"), ("push", "-n")])
def test_a_file_that_is_not_there_is_no_notation(command: tuple[str, ...], ending: str) -> None:
    wanted = f"error: missing.{ending}: there is no such file; check the path\n"
    assert said(command[0], f"missing.{ending}", *command[1:]) == wanted


@pytest.mark.parametrize("empty", ["", " "])
@pytest.mark.parametrize("command", [("compile", "--check"), ("show",), ("export", "--to", "text"), ("push", "-n")])
def test_nothing_at_all_is_no_folder(command: tuple[str, ...], empty: str) -> None:
    assert said(command[0], empty, *command[1:]).startswith("error: there is no session; write one in quotes")


def test_what_an_athletes_file_lacks_is_said_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "ann.yaml"
    path.write_text("max_hr_bpm: 900")
    error = said("compile", "10min @ 80% hrmax", "--check", "--athlete", path)
    assert error.startswith(f"error: {path}: max_hr_bpm is 900")


def test_a_day_is_a_date_today_or_tomorrow() -> None:
    today = datetime.now(UTC).astimezone().date()
    assert day("today", "--day") in (today, today + timedelta(days=1))  # at midnight
    assert day("tomorrow", "--day") - day("today", "--day") in (timedelta(days=1), timedelta(days=2))
    assert day("2026-03-02", "--day") == date(2026, 3, 2)
    with pytest.raises(SessionError, match="--start: 'friday' is no date; write it as 20"):
        day("friday", "--start")


def test_the_number_of_sessions_a_week_is_refused_by_the_name_of_its_option() -> None:
    assert "--per-week" in said("plan", "--start", "2026-03-02", "--per-week", "5")
