"""Whatever the session: three libraries read from its file, field by field, what the compiler meant to write."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from retrorun.fit.workout_message import FileIdentity, RawStep, read_workout
from retrorun.session.model import Session
from retrorun.workout.check import errors_of
from retrorun.workout.devices import DEVICES, find_device
from retrorun.workout.encode import encode
from retrorun.workout.fit import compile_workout, identity
from tests import strategies
from tests.fit.decoders import DECODERS

# Field numbers of the public profile, written down once more, so that a slip in the library's table shows.
STEP_NUMBERS = {
    "index": 254,
    "name": 0,
    "duration_type": 1,
    "duration_value": 2,
    "target_type": 3,
    "target_value": 4,
    "target_low": 5,
    "target_high": 6,
    "intensity": 7,
    "notes": 8,
    "exercise_category": 10,
    "exercise_name": 11,
    "exercise_weight": 12,
    "skip_last": 18,
    "secondary_target_type": 19,
    "secondary_target_value": 20,
    "secondary_target_low": 21,
    "secondary_target_high": 22,
}
IDENTITY_NUMBERS = {"type": 0, "manufacturer": 1, "product": 2, "serial": 3, "time_created": 4}


def meant(value: RawStep | FileIdentity, numbers: dict[str, int]) -> dict[int, Any]:
    """The fields of a raw value by number, without those that are not there."""
    row = {numbers[each.name]: getattr(value, each.name) for each in fields(value)}
    return {number: int(said) if isinstance(said, bool) else said for number, said in row.items() if said or said == 0}


@settings(deadline=None, max_examples=50)
@given(strategies.sessions(max_depth=2), st.sampled_from(sorted(DEVICES)), st.booleans())
def test_three_readers_read_what_was_meant(
    session: Session,
    key: str,
    field18: bool,
) -> None:
    device = find_device(key)
    if errors_of(session, device, skip_last_field=field18):
        return
    data = compile_workout(session, device=key, skip_last_field=field18)
    plan = encode(session, device, skip_last_field=field18)
    steps = [meant(step, STEP_NUMBERS) for step in plan.steps]
    for step in steps:
        if not step[18]:
            del step[18]  # false is not written
    workout = {4: plan.sport, 5: 32, 6: len(steps), 8: plan.name, 11: plan.sub_sport, 17: plan.description}
    for name, decode in DECODERS.items():
        assert decode(data, 0) == [meant(identity(session), IDENTITY_NUMBERS)], name
        assert decode(data, 26) == [{number: said for number, said in workout.items() if said != ""}], name
        assert decode(data, 27) == [dict(sorted(step.items())) for step in steps], name
    assert read_workout(data) == (identity(session), plan)
