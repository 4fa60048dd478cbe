from __future__ import annotations

import gzip

import pytest

from retrorun.cli.sources import kind_of
from retrorun.demo import demo_session
from retrorun.errors import RecordingError
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
