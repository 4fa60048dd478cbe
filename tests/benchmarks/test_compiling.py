"""How long compiling takes, beside the plainest script that a person would write with fit-tool for the same workout."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.workout_message import WorkoutMessage
from fit_tool.profile.messages.workout_step_message import WorkoutStepMessage
from fit_tool.profile.profile_type import (
    FileType,
    Intensity,
    Manufacturer,
    Sport,
    WorkoutStepDuration,
    WorkoutStepTarget,
)

from retrorun.session.model import Session
from retrorun.session.notation import parse_session
from retrorun.workout.fit import compile_workout
from tests.fit.decoders import by_fitdecode

ROUNDS = 200
SESSION = parse_session("; ".join(["400m bwd @ 6:40-7:20/km; 60s rest"] * 15), name="Thirty steps")


def by_hand() -> bytes:
    """The same workout with fit-tool alone: what its own example shows, with a name, a note and a target."""
    builder = FitFileBuilder(auto_define=True)
    head = FileIdMessage()
    head.type = FileType.WORKOUT
    head.manufacturer = Manufacturer.DEVELOPMENT.value
    head.product = 0
    head.time_created = round(datetime(2026, 5, 1, tzinfo=UTC).timestamp() * 1000)
    head.serial_number = 0x12345678
    builder.add(head)
    workout = WorkoutMessage()
    workout.workout_name = "Thirty steps"
    workout.sport = Sport.RUNNING
    workout.num_valid_steps = 30
    builder.add(workout)
    for index in range(30):
        step = WorkoutStepMessage()
        step.message_index = index
        step.workout_step_name = "BWD run" if index % 2 == 0 else "rest walk"
        step.notes = "BACKWARD run" if index % 2 == 0 else "rest walk"
        step.intensity = Intensity.ACTIVE if index % 2 == 0 else Intensity.REST
        step.duration_type = WorkoutStepDuration.DISTANCE if index % 2 == 0 else WorkoutStepDuration.TIME
        if index % 2 == 0:
            step.duration_distance = 400.0
            step.target_type = WorkoutStepTarget.SPEED
            step.target_value = 0
            step.custom_target_speed_low = 1000 / 440
            step.custom_target_speed_high = 1000 / 400
        else:
            step.duration_time = 60.0
            step.target_type = WorkoutStepTarget.OPEN
            step.target_value = 0
        builder.add(step)
    data: bytes = builder.build().to_bytes()
    return data


def seconds(*makers: Callable[[], bytes]) -> list[float]:
    """The shortest of many runs of each, in turns: what the work takes when nothing else has the processor."""
    best = [float("inf")] * len(makers)
    for _ in range(ROUNDS):
        for number, make in enumerate(makers):
            start = time.perf_counter()
            make()
            best[number] = min(best[number], time.perf_counter() - start)
    return best


def test_the_two_write_the_same_steps() -> None:
    ours, theirs = by_fitdecode(compile_workout(SESSION), 27), by_fitdecode(by_hand(), 27)
    assert ours == theirs


@pytest.mark.benchmark
def test_compiling_beside_a_plain_script(capsys: pytest.CaptureFixture[str]) -> None:
    planned: Session = SESSION
    ours, theirs = seconds(lambda: compile_workout(planned), by_hand)
    with capsys.disabled():
        print(
            f"\n30 steps: {ours * 1000:.2f} ms, {len(compile_workout(planned))} bytes; "
            f"plain fit-tool script {theirs * 1000:.2f} ms, {len(by_hand())} bytes; "
            f"ratio {ours / theirs:.2f}"
        )
    assert ours <= theirs
