from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrorun.errors import DocumentError, RetrorunError, WorkoutError
from retrorun.session.document import session_to_json, session_to_yaml
from retrorun.session.model import Session
from retrorun.session.notation import format_session, parse_session
from retrorun.workout.check import check_session, lower_session
from retrorun.workout.fit import compile_workout
from retrorun.workout.garmin_connect import to_garmin_connect
from retrorun.workout.importing import import_session, kind_of, load_session
from retrorun.workout.intervals_icu import to_intervals_icu
from retrorun.workout.sheet import to_sheet
from retrorun.workout.zwift import to_zwift

SESSION = parse_session("10min warmup; 400m bwd; 90s rest; 10min cooldown", name="Four")
CONTENTS = {
    "FIT": compile_workout(SESSION),
    "Zwift": to_zwift(SESSION).text.encode(),
    "JSON": session_to_json(SESSION).encode(),
    "YAML": session_to_yaml(SESSION).encode(),
    "intervals.icu": to_intervals_icu(SESSION).text.encode(),
    "sheet": to_sheet(SESSION).text.encode(),
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


PIECES = [b"", b"9", b"-", b'"', b"<", b"\n", b"\xff", b"1e999", b"null", b"[", b"{}", b" ", b"\xed\xa0\x80"]
CONNECT = to_garmin_connect(parse_session("2x(400m bwd @ 6:40-7:20/km; until hr < 120 bpm rest)")).text.encode()


@settings(deadline=None, max_examples=300)
@given(st.sampled_from([*CONTENTS.values(), CONNECT]), st.data())
def test_broken_bytes_give_a_session_or_one_clear_error(whole: bytes, data: st.DataObject) -> None:
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at : at + data.draw(st.integers(0, 3))] = data.draw(st.sampled_from(PIECES))
    try:
        found = import_session(bytes(broken))
    except RetrorunError:
        return
    assert isinstance(found.session, Session)


KEYS = [
    "workoutSteps",
    "stepOrder",
    "stepType",
    "stepTypeId",
    "endCondition",
    "conditionTypeId",
    "endConditionValue",
    "targetType",
    "zoneNumber",
    "workoutTargetTypeId",
    "targetValueOne",
    "targetValueTwo",
    "numberOfIterations",
    "skipLastRestStep",
    "description",
    "preferredEndConditionUnit",
    "unitId",
    "workoutName",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6), max_size=3))
def test_any_json_of_garmin_connect_gives_a_session_or_one_clear_error(steps: list[object]) -> None:
    text = json.dumps({"workoutSegments": [{"workoutSteps": steps}]})
    try:
        found = import_session(text)
    except RetrorunError:
        return
    assert isinstance(found.session, Session)


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
    assert caught.value.where == f"{path}: line 1, column 14"
    with pytest.raises(DocumentError, match="no such file"):
        import_session("missing.zwo")


def test_notation_with_a_setting_above_it_is_no_yaml() -> None:
    assert kind_of(b"name: Track\nsetting: track\n400m bwd") == "notation"
    assert kind_of(b"setting: track\nsteps:\n- duration: 400m") == "YAML"


def test_whatever_takes_a_session_takes_its_notation_and_its_file_too(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_bytes(CONTENTS["YAML"])
    for given_as in (str(path), path, format_session(SESSION)):
        assert compile_workout(given_as) == CONTENTS["FIT"]
        assert check_session(given_as) == check_session(SESSION)
        assert lower_session(given_as) == lower_session(SESSION)
    takers: tuple[Callable[..., object], ...] = (compile_workout, check_session, lower_session)
    for take in takers:
        with pytest.raises(RetrorunError, match="not int"):
            take(3)
