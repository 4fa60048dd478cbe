from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from retrorun.activity.read import read_activity
from retrorun.cli.sources import kind_of, profile_of
from retrorun.demo import demo_session
from retrorun.detection.profile import GaitProfile
from retrorun.errors import ProfileError, RecordingError
from retrorun.session.document import session_to_json, session_to_yaml
from retrorun.session.notation import format_session
from retrorun.workout.fit import compile_workout
from tests.recordings import fit_recording

SESSION = demo_session()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (session_to_yaml(SESSION).encode(), "session"),
        (session_to_json(SESSION).encode(), "session"),
        (format_session(SESSION).encode(), "session"),
        ("\ufeffname: Läufe\n10min fwd".encode(), "session"),
        (("10min fwd  # " + "ä" * 3000).encode(), "session"),
        (compile_workout(SESSION), "workout"),
        (fit_recording(seconds=5), "recording"),
        (gzip.compress(fit_recording(seconds=5)), "recording"),
        (b"<?xml version='1.0'?><gpx/>", "recording"),
        (b"\n \xef\xbb\xbf<gpx/>"[2:], "recording"),
        (b"PK\x03\x04\x00\x00", "recording"),
        (b"\xff\xfe\xfd not text", "recording"),
    ],
)
def test_the_content_says_what_it_is(data: bytes, kind: str) -> None:
    assert kind_of(data, where="x") == kind


def test_a_fit_file_without_its_first_message_is_left_to_the_reader() -> None:
    assert kind_of(fit_recording(seconds=5)[:14], where="x") == "recording"


def test_no_bytes_are_an_error_that_names_the_file() -> None:
    with pytest.raises(RecordingError, match=r"run\.fit: the file is empty"):
        kind_of(b"", where="run.fit")


def test_a_gait_profile_is_read_and_none_is_none(tmp_path: Path) -> None:
    made = GaitProfile.fit([read_activity(fit_recording())])
    (tmp_path / "me.json").write_text(made.to_json(), encoding="utf-8")
    assert profile_of(tmp_path / "me.json") == made
    assert profile_of(None) is None


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff\xfe", b"{}"])
def test_what_is_no_gait_profile_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "me.json").write_bytes(data)
    with pytest.raises(ProfileError):
        profile_of(tmp_path / "me.json")


def test_a_file_that_holds_no_profile_is_named(tmp_path: Path) -> None:
    path = tmp_path / "me.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(ProfileError, match=rf"{re.escape(str(path))}, format: this is not a gait profile"):
        profile_of(path)
