from __future__ import annotations

import pytest

from retrorun.errors import FitError
from retrorun.fit.workout_message import FileIdentity, RawStep, read_workout
from tests.fit.handmade import ENUM, START, TEXT, U16, U32, Kind, file_id, fit, recording
from tests.fit.oracles import by_fitdecode
from tests.shared_data import shared

WORKOUT = Kind(1, 26, [(8, TEXT, 16), (17, TEXT, 24), (4, ENUM, 1), (11, ENUM, 1), (6, U16, 2)])
STEP = Kind(
    2,
    27,
    [
        (254, U16, 2),
        (0, TEXT, 16),
        (8, TEXT, 20),
        (7, ENUM, 1),
        (1, ENUM, 1),
        (2, U32, 4),
        (3, ENUM, 1),
        (4, U32, 4),
        (5, U32, 4),
        (6, U32, 4),
        (18, ENUM, 1),
    ],
)


def _file(kind: int) -> bytes:
    return fit(
        file_id(kind),
        WORKOUT.define(),
        WORKOUT.data(b"Retro 400s\0junk", b"", 1, 4, 2),
        STEP.define(),
        STEP.data(0, b"BACKWARD", b"heels first", 0, 1, 40_000, 0, 0, 2100, 2500, 0xFF),
        STEP.data(1, b"", b"", 0xFF, 6, 0, 2, 4, 0xFFFF_FFFF, 0xFFFF_FFFF, 1),
    )


def test_a_workout_file() -> None:
    identity, plan = read_workout(_file(5))
    assert identity == FileIdentity(type=5, manufacturer=1, serial=12345, time_created=START)
    assert plan is not None
    assert (plan.name, plan.description, plan.sport, plan.sub_sport) == ("Retro 400s", "", 1, 4)
    assert plan.num_valid_steps == 2
    assert not plan.embedded
    assert plan.steps == (
        RawStep(
            index=0, name="BACKWARD", notes="heels first", intensity=0, duration_type=1, duration_value=40_000,
            target_type=0, target_value=0, target_low=2100, target_high=2500,
        ),
        RawStep(index=1, duration_type=6, duration_value=0, target_type=2, target_value=4, skip_last=True),
    )  # fmt: skip


def test_in_any_other_file_the_plan_is_embedded() -> None:
    _, plan = read_workout(_file(4))
    assert plan is not None
    assert plan.embedded


def test_a_file_without_a_plan() -> None:
    assert read_workout(recording())[1] is None


def test_steps_without_an_index_are_counted() -> None:
    step = Kind(2, 27, [(1, ENUM, 1), (2, U32, 4)])
    _, plan = read_workout(fit(file_id(5), step.define(), step.data(0, 1000), step.data(0, 2000)))
    assert plan is not None
    assert [each.index for each in plan.steps] == [0, 1]


def test_other_bytes_are_refused() -> None:
    with pytest.raises(FitError):
        read_workout(b"steps:\n- 10min")


FIELDS = {
    "duration_type": 1,
    "duration_value": 2,
    "target_type": 3,
    "target_value": 4,
    "target_low": 5,
    "target_high": 6,
    "intensity": 7,
}


@pytest.mark.parametrize(
    "name",
    [
        "jawz84__bike_workout.fit",
        "roznet__2023-01-13_heartratef.fit",
        "stagesLink_25622166.fit",
        "trainerroad_744490.fit",
    ],
)
def test_real_workouts_as_fitdecode_reads_them(name: str) -> None:
    data = shared("workouts", name).read_bytes()
    _, plan = read_workout(data)
    assert plan is not None
    theirs = by_fitdecode(data)[27]
    assert len(theirs) == len(plan.steps)
    for step, values in zip(plan.steps, theirs, strict=True):
        for part, number in FIELDS.items():
            assert getattr(step, part) == values.get(number), part


@pytest.mark.parametrize("name", ["test_corrected", "test_workout", "test_workout_detailed"])
def test_malformed_workouts_do_not_raise(name: str) -> None:
    read_workout(shared("workouts", f"martinezmassera__{name}_MALFORMED.fit").read_bytes())
