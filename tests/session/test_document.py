"""Session documents: YAML, JSON and files of notation hold the same, and say where they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.documents import parse_json
from retrorun.errors import DocumentError, NotationError, SessionError
from retrorun.session.document import (
    save_session,
    session_from_dict,
    session_from_yaml,
    session_to_dict,
    session_to_json,
    session_to_yaml,
)
from retrorun.session.model import Session
from retrorun.session.notation import format_session, parse_session
from retrorun.workout.importing import load_session
from tests.strategies import sessions
from tests.workout.plans import guesses

EXAMPLE = parse_session(
    "name: Retro 400s\nsetting: track\nnote: Bring a partner\n"
    '10min warmup; 4x(400m fwd @ 5:00/km; 400m bwd @ 6:40-7:20/km and 170-180 spm "look"; 1:30 rest) skip-last;'
    'repeat until hr > 150 bpm (60m bwd uphill; lap walk) "n"; 10min cooldown'
)


@given(sessions())
def test_yaml_gives_back_what_it_was_given(session: Session) -> None:
    assert session_from_yaml(session_to_yaml(session)) == session


@given(sessions())
def test_json_gives_back_what_it_was_given(session: Session) -> None:
    assert session_from_dict(parse_json(session_to_json(session), error=DocumentError)) == session


@given(sessions())
def test_both_formats_hold_the_same(session: Session) -> None:
    back = session_from_dict(session_to_dict(session))
    assert back == session
    assert guesses(back) == guesses(session)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sessions")


@given(session=sessions(), ending=st.sampled_from([".yaml", ".json", ".txt"]))
def test_load_gives_back_what_save_wrote(folder: Path, session: Session, ending: str) -> None:
    path = folder / f"session{ending}"
    save_session(session, path)
    assert load_session(path) == session


@pytest.mark.parametrize("ending", [".yaml", ".yml", ".json", ".txt", ".retro", ".YAML"])
def test_a_file_gives_back_what_was_saved(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"session{ending}"
    save_session(EXAMPLE, path)
    assert load_session(path) == EXAMPLE
    assert load_session(str(path)) == EXAMPLE
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


LOOKALIKES = [
    "true",
    "no",
    "null",
    "~",
    "1.5",
    "-5",
    "0123",
    "0x1F",
    "1_000",
    "1:30",
    "1e3",
    ".inf",
    "2026-11-22",
    "=",
    "<<",
]


@pytest.mark.parametrize(
    "name", [*LOOKALIKES, "- x", "? x", "a: b", "#1", "&a", "*a", "!t", "@", "%", "'", '"', "{", "12345678901234567890"]
)
def test_names_that_look_like_something_else_stay_names(name: str) -> None:
    session = parse_session("5min", name=name)
    assert session_from_yaml(session_to_yaml(session)) == session
    assert parse_session(format_session(session)) == session


@pytest.mark.parametrize("name", ["no", "0123", "1:30", "0x1F", "1_000", "1e3", "2026-11-22", "12345678901234567890"])
def test_names_written_plainly_by_hand_stay_names(name: str) -> None:
    assert session_from_yaml(f"name: {name}\nsteps: [{{duration: 5min}}]").name == name


def test_a_document_can_be_written_by_hand() -> None:
    session = session_from_yaml(
        """
        name: 2026-11-22
        setting: track
        steps:
          - duration: 10min
            intensity: warmup
          - times: 4
            repeat:
              - {duration: 400m, direction: backward, target: 6:40-7:20/km, note: no}
              - {duration: 1:30, intensity: rest}
        """
    )
    assert session == parse_session(
        'name: 2026-11-22\nsetting: track\n10min warmup; 4x(400m bwd @ 6:40-7:20/km "no"; 90s rest)'
    )


REFUSED_YAML = {
    "": "a session document is a mapping with the key steps; begin with steps:",
    "a: [": "line 1, column 5: this is no YAML: expected the node content, but found '<stream end>'",
    "name: x": "steps: the key steps is missing; add it",
    "steps: []": "steps: needs at least one step; write e.g. - duration: 10min",
    "steps: [4]": "steps[0]: must be a mapping, not 4; write e.g. - duration: 10min",
    "steps: [{duration: 400}]": "steps[0].duration: must be text, not 400; put it in quotes, with its unit",
    "steps: [{duration: 5min, taget: Z2}]": "steps[0].taget: unknown key 'taget'; did you mean target?",
    "stpes: [{duration: 5min}]": "stpes: unknown key 'stpes'; did you mean steps?",
    "steps: [{time: 5min}]": (
        "steps[0].time: unknown key 'time'; use one of: duration, direction, gait, intensity, target, "
        "secondary_target, slope, incline_pct, note, direction_guessed, repeat"
    ),
    "steps: [{repeat: [{duration: 5min}], times: 2, target: Z2}]": (
        "steps[0].target: unknown key 'target'; use one of: repeat, times, until, skip_last, note"
    ),
    "steps: [{duration: 5min}, {repeats: [{duration: 5min}], times: 2}]": (
        "steps[1].repeats: unknown key 'repeats'; did you mean repeat?"
    ),
    "steps: [10min bwd]": "steps[0]: must be a mapping, not '10min bwd'; write e.g. - duration: 10min",
    "steps: [{duration: 5min, direction: up}]": (
        "steps[0].direction: unknown value 'up'; use one of: 'forward' or 'backward'"
    ),
    "steps: [{duration: 5min, incline_pct: 3}]": (
        "steps[0]: an incline belongs to a treadmill session; outdoors say uphill, downhill or flat"
    ),
    "steps: [{duration: 5min, incline_pct: .nan}]": "steps[0].incline_pct: must be a number, not '.nan'",
    "steps: [{duration: 5min, duration: 6min}]": "line 1, column 26: the key 'duration' stands twice; leave one out",
    "steps: &x []\nname: *x": "line 2, column 7: an alias (*) cannot be used here; use a repeat, or write it out",
    "steps: [{repeat: [{duration: 5min}]}]": "steps[0]: a repeat needs times or until; say one of them",
    "steps: [{repeat: [{duration: 5min}], times: 2, until: 5min}]": (
        "steps[0]: a repeat has both times and until; say one of them"
    ),
    "steps: [{repeat: [{duration: 5min}], times: 2.5}]": "steps[0].times: must be a whole number, not 2.5",
    "steps: [{repeat: [{duration: 5min}], times: 0}]": "steps[0].times: the number of rounds is 0, outside 1 to 999",
    "steps: [{repeat: [{duration: 5min}], until: lap}]": (
        "steps[0].until: expected a duration, not lap; write e.g. 10min, 90s, 1:30, 400m, 1.5km, lap, 50kcal or until "
        "hr > 150 bpm"
    ),
    "steps: [{duration: 5min}, {duration: 5min}, {times: 3, repeat: [{duration: 5min, target: 7:20-6:40/km}]}]": (
        "steps[2].repeat[0].target: 7:20 is slower than 6:40; the faster pace comes first: write 6:40-7:20/km"
    ),
    "steps: [{duration: 5min, target: Z2 fast}]": "steps[0].target: nothing may follow a target here",
    "steps: [{duration: 5min, secondary_target: Z2}]": (
        "steps[0]: a step has a secondary target but no target; make it the target"
    ),
    "setting: moon\nsteps: [{duration: 5min}]": (
        "setting: unknown value 'moon'; use one of: 'road', 'track', 'trail' or 'treadmill'"
    ),
    "steps: " + "[" * 5000: "the document is nested too deep",
}


@pytest.mark.parametrize("text", REFUSED_YAML, ids=lambda text: text[:40])
def test_a_wrong_document_says_where_and_what_to_do(text: str) -> None:
    with pytest.raises(DocumentError) as caught:
        session_from_yaml(text)
    assert str(caught.value) == REFUSED_YAML[text]


REFUSED_JSON = {
    "{": "this is no JSON: Expecting property name enclosed in double quotes, line 1, column 2",
    "[1]": "a session document is a mapping with the key steps; begin with steps:",
    '{"steps": NaN}': "this is no JSON: NaN is no number",
    '{"name": "a", "name": "b"}': "this is no JSON: the key 'name' stands twice",
    "[" * 100_000: "this is nested too deep",
}


@pytest.mark.parametrize("text", REFUSED_JSON, ids=lambda text: text[:40])
def test_wrong_json_says_where_and_what_to_do(text: str) -> None:
    with pytest.raises(DocumentError) as caught:
        session_from_dict(parse_json(text, error=DocumentError))
    assert str(caught.value) == REFUSED_JSON[text]


def test_repeats_nested_beyond_the_limit_are_refused_at_their_place() -> None:
    data: dict[str, object] = {"duration": "5min"}
    for _ in range(9):
        data = {"times": 2, "repeat": [data]}
    with pytest.raises(DocumentError, match=r"steps\[0\]: repeats are nested more than 8 deep"):
        session_from_dict({"steps": [data]})


def test_text_is_no_session_to_write(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match="parse_session"):
        format_session("4x400m bwd")  # type: ignore[arg-type]
    with pytest.raises(SessionError, match="parse_session"):
        save_session("4x400m bwd", tmp_path / "a.yaml")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_files_that_cannot_be_sessions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="there is no such file; check the path"):
        load_session(tmp_path / "missing.yaml")
    with pytest.raises(DocumentError, match=r"no kind of session file; use one of \.yaml, \.yml"):
        save_session(EXAMPLE, tmp_path / "session.docx")
    with pytest.raises(DocumentError, match="no file can have such a name"):
        load_session(tmp_path / "a\0b.yaml")
    with pytest.raises(DocumentError, match="no kind of session file"):
        save_session(EXAMPLE, tmp_path / "session")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"name: \xe9")
    with pytest.raises(DocumentError, match="byte 6 is no UTF-8; save the file as UTF-8"):
        load_session(latin)
    large = tmp_path / "large.json"
    large.write_bytes(b" " * 1_000_001)
    with pytest.raises(DocumentError, match="too large for a session"):
        load_session(large)
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("400m bakward")
    with pytest.raises(NotationError, match="did you mean backward"):
        load_session(wrong)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "session.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + session_to_yaml(EXAMPLE).encode())
    assert load_session(path) == EXAMPLE
