"""The coach's page and the notation's page say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from retrorun.session.amounts import amounts
from retrorun.session.library import ready_made
from retrorun.session.model import Direction, Step, walk
from retrorun.session.notation import (
    DIRECTION_WORDS,
    GAIT_WORDS,
    INTENSITY_WORDS,
    SLOPE_WORDS,
    format_session,
    parse_session,
)
from retrorun.session.safety import safety_findings
from retrorun.session.tokens import LONGEST_NOTATION
from retrorun.units import DISTANCE_UNITS_M, PACE_UNITS_M, SPEED_UNITS_MPS, TIME_UNITS_S
from retrorun.workout.check import check_session
from retrorun.workout.fit import compile_workout, decompile_workout

DOCS = Path(__file__).parents[2] / "docs"
COACH = (DOCS / "how-to" / "write-sessions.md").read_text(encoding="utf-8")
NOTATION = (DOCS / "reference" / "notation.md").read_text(encoding="utf-8")


def _blocks(page: str) -> list[str]:
    return re.findall(r"^```retro\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def test_the_coachs_page_has_ten_sessions_with_names_of_their_own() -> None:
    names = [parse_session(text).name for text in _blocks(COACH)]
    assert len(names) == len(set(names)) == 10
    assert all(names)


@pytest.mark.parametrize("text", _blocks(COACH), ids=lambda text: text.split("\n")[0])
def test_each_session_of_the_coachs_page_is_compiled_and_comes_back(text: str) -> None:
    session = parse_session(text)
    assert parse_session(format_session(session)) == session
    assert safety_findings(session) == ()
    assert [str(finding) for finding in check_session(session) if finding.severity == "error"] == []
    assert decompile_workout(compile_workout(session)) == session
    assert any(isinstance(step, Step) and step.direction is Direction.BACKWARD for _, step in walk(session.steps))
    assert amounts(session).time_s.total > 0


def test_the_session_of_the_notations_page_is_read() -> None:
    (text,) = _blocks(NOTATION)
    assert parse_session(text).name == "Retro 400s"


def test_the_notations_page_names_every_word_that_is_understood() -> None:
    units = {*TIME_UNITS_S, *PACE_UNITS_M, *SPEED_UNITS_MPS}
    words = {*DIRECTION_WORDS, *GAIT_WORDS, *INTENSITY_WORDS, *SLOPE_WORDS, *units}
    written = set(re.findall(r"[\w/()-]+", NOTATION))
    assert words - written == set()
    # Units of distance stand there as `metre(s)`.
    spelt = {word for text in written for word in (text.replace("(s)", ""), text.replace("(s)", "s"))}
    short = {"m", "km", "mi", "yd"}
    assert set(DISTANCE_UNITS_M) - short - spelt == set()
    assert short <= set(re.findall(r"[a-z]+", " ".join(re.findall(r"`[0-9.]+([a-z]+)`", NOTATION))))


def test_the_page_of_ready_made_sessions_lists_each_with_its_source() -> None:
    page = (DOCS / "reference" / "ready-made.md").read_text(encoding="utf-8")
    for entry in ready_made():
        parameters = ", ".join(f"`{one.name}` {one.default or '–'}" for one in entry.parameters)
        assert f"| `{entry.key}` | {entry.title} | {parameters} | {entry.source} |" in page
    assert page.count("\n| `") == len(ready_made())


def test_the_limits_on_the_notations_page_are_those_of_the_code() -> None:
    assert "up to eight deep" in NOTATION
    assert "up to 1,000 steps" in NOTATION
    assert LONGEST_NOTATION == 100_000
