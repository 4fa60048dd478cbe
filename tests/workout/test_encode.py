"""The scales and offsets of durations and targets, held against fit-tool's own profile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fit_tool.fit_file import FitFile
from fit_tool.profile.profile_type import (
    Intensity,
    Sport,
    SubSport,
    WorkoutHr,
    WorkoutPower,
    WorkoutStepDuration,
    WorkoutStepTarget,
)

from retrorun.fit import workout_message as step_values
from retrorun.fit.workout_message import DurationType, IntensityCode, Quantity, TargetType
from retrorun.session.model import Repeat, Session, Step
from retrorun.session.values import (
    CadenceRange,
    Calories,
    Distance,
    HeartRateBelow,
    HeartRateRange,
    PercentOf,
    PercentRange,
    PowerRange,
    SpeedRange,
    Time,
    Times,
)
from retrorun.workout import encode
from retrorun.workout.fit import compile_workout

SECOND = Time(time_s=1)
BPM, WATTS = WorkoutHr.BPM_OFFSET.value, WorkoutPower.WATTS_OFFSET.value

# For each quantity of the table: a step that has it, fit-tool's name for it, and what fit-tool must read there.
SEEN: dict[str, list[tuple[Step | Repeat, str, float]]] = {
    "TIME_S": [(Step(duration=Time(time_s=600)), "duration_time", 600.0)],
    "DISTANCE_M": [(Step(duration=Distance(distance_m=400)), "duration_distance", 400.0)],
    "CALORIES_KCAL": [(Step(duration=Calories(calories_kcal=250)), "duration_calories", 250)],
    "HEART_RATE_BPM": [
        (Step(duration=HeartRateBelow(heart_rate_bpm=120)), "duration_hr", 120 + BPM),
        (
            Step(duration=SECOND, target=HeartRateRange(low_bpm=140, high_bpm=150)),
            "custom_target_heart_rate_low",
            140 + BPM,
        ),
    ],
    "SPEED_MPS": [
        (
            Step(duration=SECOND, target=SpeedRange(low_mps=2.083, high_mps=2.5)),
            "custom_target_speed_low",
            2.083,
        )
    ],
    "CADENCE_SPM": [
        (
            Step(duration=SECOND, target=CadenceRange(low_spm=170, high_spm=180)),
            "custom_target_cadence_low",
            170,
        )
    ],
    "POWER_W": [
        (
            Step(duration=SECOND, target=PowerRange(low_w=200, high_w=250)),
            "custom_target_power_low",
            200 + WATTS,
        )
    ],
    "PERCENT": [
        (
            Step(duration=SECOND, target=PercentRange(low_pct=70, high_pct=80, of=PercentOf.MAX_HR)),
            "custom_target_heart_rate_low",
            70,
        ),
        (
            Step(duration=SECOND, target=PercentRange(low_pct=88, high_pct=94, of=PercentOf.CRITICAL_POWER)),
            "custom_target_power_low",
            88,
        ),
    ],
    "COUNT": [(Repeat(steps=(Step(duration=Time(time_s=1)),), until=Times(count=7)), "repeat_steps", 7)],
}
CASES = [(name, *case) for name, cases in SEEN.items() for case in cases]


def read_by_fit_tool(step: Step | Repeat) -> dict[str, Any]:
    """The last step of a workout as fit-tool names and scales it."""
    message = FitFile.from_bytes(compile_workout(Session(steps=(step,), name="x"))).records[-1].message
    return {
        (sub.name if (sub := field.get_valid_sub_field(message.fields)) else field.name): field.get_value(sub_field=sub)
        for field in message.fields
        if field.is_valid()
    }


def test_every_quantity_of_the_table_is_tried() -> None:
    assert set(SEEN) == {name for name, value in vars(step_values).items() if isinstance(value, Quantity)}


@pytest.mark.parametrize(("name", "step", "field", "value"), CASES)
def test_fit_tool_reads_the_value_that_was_planned(name: str, step: Step | Repeat, field: str, value: float) -> None:
    assert read_by_fit_tool(step)[field] == value, name


@pytest.mark.parametrize(("name", "step", "field", "value"), CASES)
@pytest.mark.parametrize("change", ["scale", "offset"])
def test_flipping_any_scale_or_offset_is_seen(
    name: str, step: Step | Repeat, field: str, value: float, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right: Quantity = getattr(step_values, name)
    wrong = replace(right, scale=right.scale * 10) if change == "scale" else replace(right, offset=right.offset + 1)
    ends = {kind: end._replace(quantity=wrong) if end.quantity is right else end for kind, end in encode.ENDS.items()}
    monkeypatch.setattr(encode, "ENDS", ends)
    wires = {
        kind: replace(wire, quantity=wrong) if wire.quantity is right else wire for kind, wire in encode.WIRE.items()
    }
    monkeypatch.setattr(encode, "WIRE", wires)
    assert read_by_fit_tool(step)[field] != value


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(DurationType, WorkoutStepDuration), (TargetType, WorkoutStepTarget), (IntensityCode, Intensity)],
)
def test_the_numbers_of_types_are_those_of_the_profile(ours: Any, theirs: Any) -> None:  # noqa: ANN401 - enumerations
    by_number = {member.value: member.name for member in theirs}
    renamed = {
        "REPEAT_COUNT": "REPEAT_UNTIL_STEPS_CMPLT",
        "REPEAT_UNTIL_POWER_LESS_THAN": "REPEAT_UNTIL_POWER_LESS_THAN",
    }
    for member in ours:
        name = renamed.get(member.name, member.name)
        assert by_number[member.value].replace("_", "") == name.replace("_", "")


def test_sports_are_those_of_the_profile() -> None:
    assert (
        Sport.RUNNING.value,
        Sport.WALKING.value,
        Sport.HIKING.value,
    ) == (step_values.RUNNING, step_values.WALKING, step_values.HIKING)
    for member in step_values.SubSport:
        assert SubSport(member.value).name == member.name
