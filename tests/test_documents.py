from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.documents import Fields, parse_json, to_json
from retrorun.errors import LabelError

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read(value: object) -> None:
    assert parse_json(to_json(value), error=LabelError) == value
    assert parse_json(to_json(value).encode(), error=LabelError) == value


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "no JSON"),
        ("{", "line 1, column 2"),
        ('{"a": 1, "a": 2}', "the key 'a' stands twice"),
        ("[NaN]", "NaN is no number"),
        ("[-Infinity]", "-Infinity is no number"),
        ("[1e999]", "the number 1e999 is too large"),
        (f"[{'9' * 400}]", "a number of 400 digits"),
        ('["\\ud800"]', "half a surrogate pair"),
        ('{"\\udc00": 1}', "half a surrogate pair"),
        ("[" * 100 + "]" * 100, "nested too deep"),
        ("[" * 200_000 + "]" * 200_000, "nested too deep"),
        (b"\xff\xfe[", "byte 0 is no UTF-8"),
        (" " * (65 << 20), "larger than 64 MB"),
    ],
)
def test_what_is_no_json_is_one_error_with_its_place(text: str | bytes, what: str) -> None:
    with pytest.raises(LabelError, match=what) as caught:
        parse_json(text, error=LabelError, where="a.json", hint="make it again")
    assert (caught.value.where, caught.value.hint) == ("a.json", "make it again")


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert parse_json("\ufeff[1]".encode(), error=LabelError) == [1]
    assert parse_json("\ufeff[1]", error=LabelError) == [1]


def test_what_is_no_number_is_written_as_null() -> None:
    text = to_json({"a": math.nan, "b": [math.inf, 1.5], "c": "half\udc80"})
    assert json.loads(text) == {"a": None, "b": [None, 1.5], "c": "half\udc80"}
    assert text.encode()


def document(values: object) -> Fields:
    return Fields.of(values, error=LabelError, where="labels")


def test_fields_have_their_types() -> None:
    fields = document({"name": "x", "speed": 3, "count": 2, "on": True, "rows": [{"a": 1.5}], "in": {"b": "y"}})
    assert (fields.text("name"), fields.number("speed"), fields.integer("count")) == ("x", 3.0, 2)
    assert fields.truth("on") is True
    assert fields.rows("rows")[0].number("a") == 1.5
    assert fields.fields("in").text("b") == "y"
    assert fields.text("absent", "z") == "z"


@pytest.mark.parametrize(
    ("take", "what"),
    [
        (lambda f: f.text("speed"), "labels.speed: text is needed here, not 3"),
        (lambda f: f.text("absent"), "labels.absent: text is missing here"),
        (lambda f: f.number("name"), "labels.name: a number is needed here, not 'x'"),
        (lambda f: f.number("on"), "labels.on: a number is needed here, not True"),
        (lambda f: f.integer("half"), "labels.half: a whole number is needed here, not 0.5"),
        (lambda f: f.number("speed", high=2), "labels.speed: 3 is not between -1e[+]300 and 2"),
        (lambda f: f.rows("rows"), r"labels.rows\[0\]: an object is needed here, not a number"),
        (lambda f: f.only("name"), "labels.speed: this field is unknown"),
        (
            lambda f: Fields.read("{}", kind="x", version=1, error=f.error, where=f.where),
            "labels: format: this is no",
        ),
    ],
)
def test_a_wrong_field_is_named(take: object, what: str) -> None:
    fields = document({"name": "x", "speed": 3, "on": True, "half": 0.5, "rows": [1]})
    with pytest.raises(LabelError, match=what):
        take(fields)  # type: ignore[operator]  # a lambda of the table
