"""The published JSON Schema: it is what the code says, and it says what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from retrorun.errors import DocumentError, SessionError
from retrorun.session.document import session_from_dict, session_to_dict
from retrorun.session.model import Session, Step
from retrorun.session.notation import parse_duration, parse_target, parse_until
from retrorun.session.shape import DURATION_PATTERN, TARGET_PATTERN, UNTIL_PATTERN, json_schema
from retrorun.session.values import Duration, LapButton, RepeatUntil, Target
from retrorun.session.wording import format_duration, format_target
from tests import strategies

PUBLISHED = Path(__file__).parents[2] / "docs" / "reference" / "session.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def test_the_published_schema_is_the_one_of_the_code() -> None:
    kept = PUBLISHED.read_text(encoding="utf-8")
    assert json.loads(kept) == json_schema(), "write it anew: retrorun schema > docs/reference/session.schema.json"


def test_the_schema_is_a_schema_and_explains_every_field() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    for shape in json_schema()["$defs"].values():
        if shape.get("type") == "object":
            for name, field in shape["properties"].items():
                assert "description" in json.dumps(field), name


@given(strategies.sessions())
def test_every_document_that_is_written_passes(session: Session) -> None:
    VALIDATOR.validate(session_to_dict(session))


@given(strategies.any_targets)
def test_every_target_passes(target: Target) -> None:
    VALIDATOR.validate(session_to_dict(Session(steps=(Step(duration=LapButton(), target=target),))))


def _step(**values: object) -> dict[str, Any]:
    return {"steps": [{"duration": "10min", **values}]}


WRONG: list[object] = [
    [],
    {},
    {"steps": []},
    {"steps": [{}]},
    {"steps": [{"duration": "10min"}], "colour": "red"},
    {"steps": [{"duration": "10min"}], "setting": "moon"},
    {"steps": [{"duration": "10min"}], "name": 5},
    _step(duration=600),
    _step(duration="10"),
    _step(duration="m"),
    _step(duration="10 fathoms"),
    _step(duration="until hr > 150"),
    _step(direction="up"),
    _step(gait="hop"),
    _step(intensity="hard"),
    _step(slope="steep"),
    _step(incline_pct="1%"),
    _step(target="fast"),
    _step(target="5:75/km"),
    _step(target="Z9"),
    _step(target="140-150"),
    _step(note=5),
    _step(taget="Z2"),
    {"steps": [{"repeat": [{"duration": "10min"}]}]},
    {"steps": [{"repeat": [{"duration": "10min"}], "times": 0}]},
    {"steps": [{"repeat": [{"duration": "10min"}], "times": 2.5}]},
    {"steps": [{"repeat": [{"duration": "10min"}], "times": 2, "until": "10min"}]},
    {"steps": [{"repeat": [{"duration": "10min"}], "until": "lap"}]},
    {"steps": [{"repeat": [], "times": 2}]},
]


@pytest.mark.parametrize("document", WRONG, ids=lambda document: json.dumps(document)[:60])
def test_an_editor_and_the_library_refuse_the_same(document: object) -> None:
    assert not VALIDATOR.is_valid(document)
    with pytest.raises(DocumentError):
        session_from_dict(document)


@given(strategies.durations)
def test_the_pattern_of_durations_takes_every_canonical_one(duration: Duration) -> None:
    assert re.search(DURATION_PATTERN, format_duration(duration))


@given(strategies.targets)
def test_the_pattern_of_targets_takes_every_canonical_one(target: Target) -> None:
    assert re.search(TARGET_PATTERN, format_target(target))


@given(strategies.times | strategies.distances | strategies.heart_rate_bounds)
def test_the_pattern_of_repeats_takes_every_canonical_end(until: RepeatUntil) -> None:
    assert re.search(UNTIL_PATTERN, format_duration(until).removeprefix("until "))


def test_the_examples_in_the_schema_are_read_and_match_their_pattern() -> None:
    readers = {DURATION_PATTERN: parse_duration, TARGET_PATTERN: parse_target, UNTIL_PATTERN: parse_until}
    found = _phrases(json_schema())
    assert len(found) == 4
    for field in found:
        for example in field["examples"]:
            assert re.search(field["pattern"], example)
            try:
                readers[field["pattern"]](example)
            except SessionError as error:
                pytest.fail(str(error))


def _phrases(node: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any part of a JSON document
    if isinstance(node, dict):
        inner = [found for value in node.values() for found in _phrases(value)]
        return [node, *inner] if "pattern" in node else inner
    return [found for value in node for found in _phrases(value)] if isinstance(node, list) else []
