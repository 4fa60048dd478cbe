"""From a recording back to the very session: the index of compiled sessions."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings

from retrorun.errors import PlanError
from retrorun.fit.workout_message import FileIdentity
from retrorun.match.identity import SessionIndex, load_index, remember_workouts, save_index
from retrorun.session.model import Session
from retrorun.session.notation import parse_session
from retrorun.workout.fit import compile_workout, decompile, identity
from tests.strategies import sessions

ONE = parse_session("10min; 4x(400m bwd @ 6:40-7:20/km; 90s rest)", name="Retro 400s")
TWO = parse_session("10min; 5x(400m bwd @ 6:40-7:20/km; 90s rest)", name="Retro 400s")


@settings(deadline=None, max_examples=40)
@given(sessions())
def test_every_session_comes_back_whole(session: Session) -> None:
    index = SessionIndex().remember(session, identity(session))
    again = SessionIndex.from_json(index.to_json())
    assert again == index
    assert again.find(identity(session)) == session


def test_the_identity_in_a_recording_leads_to_the_very_session(tmp_path: Path) -> None:
    path = tmp_path / "sessions.json"
    files = [compile_workout(ONE), compile_workout(TWO)]
    remember_workouts([ONE, TWO], files, path)
    made = decompile(files[0]).identity
    assert made is not None
    echoed = FileIdentity(type=5, manufacturer=1, product=65534, serial=made.serial, time_created=made.time_created)
    assert load_index(path).find(echoed) == ONE


def test_half_an_identity_finds_nothing() -> None:
    index = SessionIndex().remember(ONE, identity(ONE))
    made = identity(ONE)
    assert index.find(None) is None
    assert index.find(FileIdentity(serial=made.serial)) is None
    assert index.find(FileIdentity(serial=made.serial, time_created=1)) is None
    assert index.find(FileIdentity(time_created=made.time_created)) is None


def test_the_same_identity_is_kept_once() -> None:
    index = SessionIndex().remember(ONE, identity(ONE)).remember(TWO, identity(ONE))
    assert [session for *_, session in index.sessions] == [TWO]


def test_without_numbers_nothing_can_be_remembered() -> None:
    with pytest.raises(PlanError, match="serial number"):
        SessionIndex().remember(ONE, FileIdentity())


def test_no_file_yet_is_an_empty_index(tmp_path: Path) -> None:
    path = tmp_path / "sessions.json"
    assert load_index(path) == SessionIndex()
    save_index(SessionIndex(), path)
    assert load_index(path) == SessionIndex()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "{}",
        '{"format": "retrorun sessions", "version": 1}',
        '{"format": "retrorun sessions", "version": 1, "sessions": [1]}',
        '{"format": "retrorun sessions", "version": 1, "sessions": [{"serial": "x", "time_created": 2}]}',
        '{"format": "retrorun sessions", "version": 1, "sessions": [{"serial": 1, "time_created": 2, "session": {}}]}',
    ],
)
def test_text_that_is_no_index_is_a_clear_error(text: str, tmp_path: Path) -> None:
    with pytest.raises(PlanError):
        SessionIndex.from_json(text)
    path = tmp_path / "sessions.json"
    path.write_text(text)
    with pytest.raises(PlanError, match=r"sessions\.json"):
        load_index(path)
