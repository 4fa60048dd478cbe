"""What holds for every other format alike: any session goes through or is refused, and every loss is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings

from retrorun.errors import WorkoutError
from retrorun.session.model import Repeat, Session, Step, walk
from retrorun.session.values import (
    CadenceRange,
    Calories,
    HeartRateAbove,
    HeartRateBelow,
    HeartRateRange,
    HeartRateZone,
    LapButton,
    PowerRange,
    Times,
)
from retrorun.workout.decode import Exported
from retrorun.workout.garmin_connect import to_garmin_connect
from retrorun.workout.intervals_icu import to_intervals_icu
from retrorun.workout.sheet import to_sheet
from retrorun.workout.zwift import to_zwift
from tests.strategies import sessions

FORMATS: dict[str, Callable[[Session], Exported]] = {
    "intervals.icu": to_intervals_icu,
    "Garmin Connect": to_garmin_connect,
    "Zwift": to_zwift,
    "markdown": to_sheet,
    "plain": lambda session: to_sheet(session, style="plain"),
}
ENDS_BY_BODY = (HeartRateAbove, HeartRateBelow, Calories)

# Which steps each format cannot hold as planned; each must have a finding.
LOSSES: dict[str, Callable[[Step], bool]] = {
    "intervals.icu": lambda step: (
        isinstance(step.duration, (*ENDS_BY_BODY, LapButton))
        or isinstance(step.target, HeartRateRange | CadenceRange | HeartRateZone)
        or step.secondary_target is not None
        or step.incline_pct is not None
    ),
    "Garmin Connect": lambda step: (
        isinstance(step.duration, HeartRateAbove | HeartRateBelow)
        or step.secondary_target is not None
        or len(step.note.encode()) > 199
    ),
    "Zwift": lambda step: (
        isinstance(step.duration, (*ENDS_BY_BODY, LapButton))
        or isinstance(step.target, HeartRateRange | CadenceRange | HeartRateZone | PowerRange)
        or step.secondary_target is not None
        or step.incline_pct is not None
        or step.slope is not None
    ),
    "markdown": lambda _: False,
    "plain": lambda _: False,
}


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(session=sessions(max_depth=3, max_steps=4))
def test_any_session_goes_through_or_is_refused_and_every_loss_is_told(name: str, session: Session) -> None:
    if _is_refused(name, session):
        return
    exported = FORMATS[name](session)
    assert FORMATS[name](session) == exported  # the same session gives the same text
    assert exported.text.endswith("\n")
    if name == "Zwift":
        ET.fromstring(exported.text)  # noqa: S314 - what was just written
    if name == "Garmin Connect":
        json.loads(exported.text)
    items = dict(walk(session.steps))
    told = {finding.place for finding in exported.findings}
    assert told <= {*items, "", "name", "note", "setting", "steps"}
    assert len(set(exported.findings)) == len(exported.findings)
    for place, item in items.items():
        if isinstance(item, Step) and LOSSES[name](item):
            assert place in told or _is_never_done(session, place)
        if isinstance(item, Repeat) and not isinstance(item.until, Times) and name not in ("markdown", "plain"):
            assert place in told or _is_never_done(session, place)


def _is_refused(name: str, session: Session) -> bool:
    try:
        FORMATS[name](session)
    except WorkoutError as error:
        return "more than 2000 lines" in error.what
    return False


def _is_never_done(session: Session, place: str) -> bool:
    """Whether a step stands last in a repeat of one round that leaves its last step out: nothing is lost with it."""
    for outer, item in walk(session.steps):
        if not isinstance(item, Repeat) or not item.skip_last or item.until != Times(count=1):
            continue
        last = f"{outer}.repeat[{len(item.steps) - 1}]"
        if place == last or place.startswith(f"{last}."):
            return True
    return False
