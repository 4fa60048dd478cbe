from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from retrorun.cli.app import app
from retrorun.services.intervals_icu import VARIABLE as ADDRESS
from retrorun.services.keys import VARIABLE
from tests import command
from tests.recordings import fit_recording
from tests.services.calendar import KEY, Calendar, connected


def run(*words: object) -> Result:
    return command.run("fetch", *words)


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calendar]:
    with connected(monkeypatch) as made:
        made.add("i1", "2026-05-01T07:30:00", fit_recording(seconds=60))
        made.withhold("1700", "2026-05-02T07:30:00")
        made.add("i3", "2026-05-03T07:30:00", fit_recording(seconds=60, seed=8), kind="Ride")
        yield made


@pytest.mark.usefixtures("calendar")
def test_what_came_and_what_did_not_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    result = run("--from", "intervals.icu", "--since", "2026-05-01", "-o", folder)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"new        2026-05-01 07:30:00  {folder / '2026-05-01-073000-i1.fit'}",
        "withheld   2026-05-02 07:30:00  STRAVA activities are not available via the API",
        "1 new, 1 withheld by the service, 1 not on foot",
    ]
    again = run("--since", "2026-05-01", "-o", folder)
    assert again.stdout.splitlines()[-1] == "1 at home already, 1 withheld by the service, 1 not on foot"


@pytest.mark.usefixtures("calendar")
def test_nothing_since_a_day(tmp_path: Path) -> None:
    assert run("--since", "2026-06-01", "-o", tmp_path).stdout == "there are no activities from that day on\n"


@pytest.mark.parametrize("command", ["fetch", "sync"])
def test_a_day_is_written_as_everywhere_and_checked_before_a_key_is_asked_for(command: str, tmp_path: Path) -> None:
    words = [command, "--since", "1.5.2026", "-o", str(tmp_path / "runs")]
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, words)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: --since: '1.5.2026' is no date; write it as ")


def test_a_key_that_is_not_accepted_is_one_line(
    calendar: Calendar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "another-key")
    result = run("-o", tmp_path)
    assert result.exit_code == 1
    assert (
        result.stderr
        == f"error: {calendar.url}: the key is not accepted (401); copy it again from the settings there\n"
    )
    assert "another-key" not in result.output


def test_the_key_goes_over_https_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, KEY)
    monkeypatch.setenv(ADDRESS, "http://intervals.example")
    result = run("-o", tmp_path)
    assert result.exit_code == 1
    assert "https only" in result.stderr
    assert KEY not in result.output
