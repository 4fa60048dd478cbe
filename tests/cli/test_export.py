from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner, Result

from retrorun.cli.app import app
from retrorun.session.document import save_session
from retrorun.workout.garmin_connect import to_garmin_connect
from retrorun.workout.intervals_icu import to_intervals_icu
from retrorun.workout.sheet import to_sheet
from retrorun.workout.zwift import Race, RaceTime, to_zwift
from tests.workout.plans import EVERYTHING, RETRO_400S


def run(*words: object) -> Result:
    result = CliRunner().invoke(app, ["export", *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_session(RETRO_400S, tmp_path / "retro.yaml")
    return tmp_path / "retro.yaml"


def test_an_effort_is_exported_in_an_athletes_numbers(tmp_path: Path) -> None:
    ann = tmp_path / "ann.yaml"
    ann.write_text("vpeak_backward: 10 km/h")
    words = ["export", "10min bwd @ 90% vpeak", "--to", "intervals.icu", "--athlete", str(ann)]
    assert " 10m 6:40/km Pace" in CliRunner().invoke(app, words).stdout


def test_each_format_is_what_its_function_makes(path: Path) -> None:
    made = {
        "intervals.icu": to_intervals_icu(RETRO_400S),
        "garmin-connect": to_garmin_connect(RETRO_400S),
        "zwo": to_zwift(RETRO_400S),
        "markdown": to_sheet(RETRO_400S),
        "text": to_sheet(RETRO_400S, style="plain"),
    }
    for name, exported in made.items():
        result = run(path, "--to", name)
        assert result.stdout == exported.text
        assert result.stderr == "".join(f"{finding}\n" for finding in exported.findings)


def test_a_file_is_written_whole_and_findings_still_told(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "retro.zwo"
    result = run(path, "--format", "zwo", "-o", out, "--race", "5km=25:00")
    assert result.stdout == ""
    assert "Zwift counts metres or seconds" in result.stderr
    assert out.read_text() == to_zwift(RETRO_400S, race_time=RaceTime(race=Race.FIVE_KM, time_s=1500)).text
    assert ET.parse(out).getroot().tag == "workout_file"  # noqa: S314 - what was just written


def test_notation_can_be_given_itself() -> None:
    assert run("400m bwd", "--to", "intervals.icu").stdout == "- BACKWARD run 400mtr intensity=active\n"


def test_json_holds_text_and_findings(tmp_path: Path) -> None:
    save_session(EVERYTHING, tmp_path / "all.json")
    document = json.loads(run(tmp_path / "all.json", "--to", "garmin-connect", "--json").stdout)
    exported = to_garmin_connect(EVERYTHING)
    assert document["text"] == exported.text
    assert [one["place"] for one in document["findings"]] == [finding.place for finding in exported.findings]


@pytest.mark.parametrize("race", ["5km", "6km=25:00", "5km=", "5km=25:75", "5km=0:01", "=25:00"])
def test_a_race_time_that_is_none_is_an_error(race: str) -> None:
    result = run("400m bwd", "--to", "zwo", "--race", race)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")


def test_an_unknown_format_is_wrong_usage() -> None:
    assert run("400m bwd", "--to", "tcx").exit_code == 2
