from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from retrorun.errors import DocumentError, RetrorunError, WorkoutError
from retrorun.session.document import session_to_json, session_to_yaml
from retrorun.session.notation import format_session, parse_session
from retrorun.workout.fit import compile_workout
from retrorun.workout.formats.garmin_connect import to_garmin_connect
from retrorun.workout.formats.intervals_icu import to_intervals_icu
from retrorun.workout.formats.zwift import to_zwift
from retrorun.workout.importing import import_session, kind_of, load_session

SESSION = parse_session("10min warmup; 400m bwd; 90s rest; 10min cooldown", name="Four")
CONTENTS = {
    "FIT": compile_workout(SESSION),
    "Zwift": to_zwift(SESSION).text.encode(),
    "JSON": session_to_json(SESSION).encode(),
    "YAML": session_to_yaml(SESSION).encode(),
    "intervals.icu": to_intervals_icu(SESSION).text.encode(),
    "notation": format_session(SESSION).encode(),
}


@pytest.mark.parametrize("kind", CONTENTS)
@pytest.mark.parametrize("ending", ["yaml", "txt", "fit", "zwo", "json", "dat"])
def test_what_a_file_is_is_told_by_its_content(kind: str, ending: str, tmp_path: Path) -> None:
    assert kind_of(CONTENTS[kind]) == kind
    if kind == "notation" and ending in ("yaml", "json"):
        return  # any text may be notation, so that here the name counts
    path = tmp_path / f"plan.{ending}"
    path.write_bytes(CONTENTS[kind])
    assert load_session(path).steps == SESSION.steps
    assert load_session(str(path)).steps == SESSION.steps


@pytest.mark.parametrize("kind", CONTENTS)
def test_bytes_and_packed_bytes_are_read_too(kind: str) -> None:
    assert import_session(CONTENTS[kind]).session.steps == SESSION.steps
    assert import_session(gzip.compress(CONTENTS[kind])).session.steps == SESSION.steps


def test_a_workout_of_garmin_connect_is_told_from_a_document() -> None:
    assert import_session(to_garmin_connect(SESSION).text).session == SESSION


def test_a_name_is_for_formats_that_have_none() -> None:
    assert import_session("400m bwd", name="Tuesday").session.name == "Tuesday"
    assert import_session("- 10m Z2 HR", name="Tuesday").session.name == "Tuesday"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"<gpx/>",
        b"<workout_file/>",
        b"<workout_file><workout><SteadyState/></workout></workout_file>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><workout_file>&b;</workout_file>",
        b"{}",
        b"[1, 2]",
        b'{"workoutSegments": []}',
        b'{"workoutSegments": [{"workoutSteps": [{"stepType": 3}]}]}',
        b'{"workoutSegments": [{"workoutSteps": [{"endCondition": {"conditionTypeId": 2}, "endConditionValue": -4}]}]}',
        b"steps: 4",
        b"L\xe4ufe 10min",
        b"- 10m\n\n0x\n- 999999999h",
        gzip.compress(b"<gpx/>")[:-3],
    ],
)
def test_what_is_no_session_gets_one_clear_error(content: bytes) -> None:
    with pytest.raises(RetrorunError) as caught:
        import_session(content)
    assert caught.value.what


def test_the_place_of_an_error_is_that_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "week.zwo"
    path.write_text("<workout_file>")
    with pytest.raises(WorkoutError) as caught:
        load_session(path)
    assert caught.value.where == "line 1, column 14"
    with pytest.raises(DocumentError, match="no such file"):
        import_session("missing.zwo")
