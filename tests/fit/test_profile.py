"""The profile table against those of two independent readers."""

from __future__ import annotations

from typing import Any

import fitdecode.profile
import fitparse.profile
import pytest

from retrorun.fit import profile
from retrorun.fit.profile import BASE_TYPES, MESSAGES, Field, Message

# Not in their profiles: fitparse 1.2 is of 2020, and field 18 of a step is in no public profile at all.
NOT_IN_FITPARSE = {"split"}
UNDOCUMENTED = {("workout_step", 18)}
NEWER_THAN_FITPARSE = {
    ("device_info", 27),
    ("workout_step", 19),
    ("workout_step", 20),
    ("workout_step", 21),
    ("workout_step", 22),
    ("workout", 17),
    ("workout", 254),
    ("split", 27),
}

Theirs = Any  # their classes carry no types
EVERY = [(message, field) for message in MESSAGES for field in message.fields]


def _type_name(theirs: Theirs) -> str:
    base = getattr(theirs.type, "base_type", theirs.type)
    return str(base.name)


def _scales(theirs: Theirs) -> tuple[float, float]:
    """Scale and offset of a field; those of a field that only unpacks into another stand in its component."""
    components: tuple[Theirs, ...] = getattr(theirs, "components", None) or ()
    if theirs.scale is None and len(components) == 1:
        theirs = components[0]
    return theirs.scale or 1, theirs.offset or 0


def _check(field: Field, theirs: Theirs) -> None:
    assert theirs.name == field.name
    assert _type_name(theirs) == field.base
    assert _scales(theirs) == (field.scale, field.offset)
    if field.unit and theirs.units:
        assert theirs.units == field.unit


@pytest.mark.parametrize(("message", "field"), EVERY, ids=lambda part: getattr(part, "name", ""))
def test_fitparse_says_the_same(message: Message, field: Field) -> None:
    if message.name in NOT_IN_FITPARSE or (message.name, field.number) in UNDOCUMENTED:
        assert message.number not in fitparse.profile.MESSAGE_TYPES or (
            field.number not in fitparse.profile.MESSAGE_TYPES[message.number].fields
        )
        return
    theirs = fitparse.profile.MESSAGE_TYPES[message.number]
    assert theirs.name == message.name
    if (message.name, field.number) in NEWER_THAN_FITPARSE and field.number not in theirs.fields:
        return
    _check(field, theirs.fields[field.number])


@pytest.mark.parametrize(("message", "field"), EVERY, ids=lambda part: getattr(part, "name", ""))
def test_fitdecode_says_the_same(message: Message, field: Field) -> None:
    theirs = fitdecode.profile.MESSAGE_TYPES[message.number]
    assert theirs.name == message.name
    found = theirs.fields
    if (message.name, field.number) in UNDOCUMENTED:
        assert field.number not in found
        return
    _check(field, found[field.number])


def test_base_types_are_those_of_fitdecode() -> None:
    theirs = fitdecode.profile.BASE_TYPES
    for base in BASE_TYPES:
        assert theirs[base.code].name == base.name
        assert theirs[base.code].size == base.width


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (profile.SPORT, "sport"),
        (profile.SUB_SPORT, "sub_sport"),
        (profile.LAP_TRIGGER, "lap_trigger"),
        (profile.INTENSITY, "intensity"),
        (profile.MANUFACTURER, "manufacturer"),
    ],
)
def test_words_are_those_of_fitdecode(ours: dict[int, str], theirs: str) -> None:
    table = fitdecode.profile.FIELD_TYPES[theirs].enum
    for number, word in ours.items():
        assert table[number] == word
