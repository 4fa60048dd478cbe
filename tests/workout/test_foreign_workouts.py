"""What other makers' workout files mean where they do not say it as the public profile would have it."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import Any

import pytest

from retrorun.errors import WorkoutError
from retrorun.fit.workout_message import FileIdentity, RawStep, RawWorkout, write_workout
from retrorun.session.model import Direction, Session, Step
from retrorun.session.values import (
    CadenceRange,
    Distance,
    HeartRateRange,
    LapButton,
    Limit,
    PercentOf,
    PercentRange,
    PowerRange,
    Progression,
    RpeRange,
    SpeedRange,
    Target,
    Time,
)
from retrorun.workout.decode import Decompiled
from retrorun.workout.devices import find_device
from retrorun.workout.encode import encode
from retrorun.workout.fit import DAMAGE, compile_workout, decode_workout, decompile, decompile_workout, identity

THEIRS = FileIdentity(type=5, manufacturer=281, product=1, serial=77, time_created=1_000_000_000)


def read(*steps: dict[str, Any], **values: Any) -> Decompiled:  # noqa: ANN401 - any field of a raw step or workout
    raw = tuple(
        RawStep(index=index, **{"duration_type": 5, "target_type": 2, "intensity": 0, **step})
        for index, step in enumerate(steps)
    )
    return decode_workout(RawWorkout(steps=raw, **{"sport": 1, "num_valid_steps": len(raw), **values}), THEIRS)


def first(found: Decompiled) -> Step:
    step = found.session.steps[0]
    assert isinstance(step, Step)
    return step


def said(found: Decompiled) -> str:
    return " | ".join(finding.what for finding in found.findings)


def bpm(low: int, high: int) -> dict[str, int]:
    return {"target_type": 1, "target_value": 0, "target_low": low, "target_high": high}


def test_heart_rates_without_their_offset_are_taken_as_they_stand_and_it_is_said() -> None:
    found = read(bpm(135, 150), bpm(170, 190))
    assert first(found).target == HeartRateRange(low_bpm=135, high_bpm=150)
    assert "without the offset" in said(found)
    assert isinstance(found.session.steps[1], Step)
    assert found.session.steps[1].target == HeartRateRange(low_bpm=170, high_bpm=190)  # one writer, one habit
    assert first(read(bpm(235, 250))).target == HeartRateRange(low_bpm=135, high_bpm=150)
    assert read(bpm(235, 250)).findings == ()


def test_heart_rates_in_per_cent_are_a_target_by_effort() -> None:
    found = read(bpm(65, 75))
    assert first(found).target == PercentRange(low_pct=65, high_pct=75, of=PercentOf.MAX_HR)
    assert found.findings == ()


def test_seconds_in_the_place_of_milliseconds_are_told() -> None:
    found = read({"duration_type": 0, "duration_value": 300}, {"duration_type": 0, "duration_value": 1200})
    assert first(found).duration == Time(time_s=300)
    assert "factor of 1000" in said(found)
    short = read({"duration_type": 0, "duration_value": 300}, {"duration_type": 0, "duration_value": 60_000})
    assert first(short).duration == Time(time_s=0.3)  # the writer knows milliseconds


@pytest.mark.parametrize(("sport", "low", "high", "spm"), [(1, 82, 88, (164, 176)), (11, 55, 60, (110, 120))])
def test_cadence_of_one_foot_is_doubled_and_told(sport: int, low: int, high: int, spm: tuple[int, int]) -> None:
    found = read({"target_type": 3, "target_value": 0, "target_low": low, "target_high": high}, sport=sport)
    assert first(found).target == CadenceRange(low_spm=spm[0], high_spm=spm[1])
    assert "one foot" in said(found)
    walker = read({"target_type": 3, "target_value": 0, "target_low": 100, "target_high": 110}, sport=11)
    assert first(walker).target == CadenceRange(low_spm=100, high_spm=110)


def test_power_in_per_cent_of_threshold_is_a_target_by_effort() -> None:
    found = read({"target_type": 4, "target_value": 0, "target_low": 85, "target_high": 95}, sport=2)
    assert first(found).target == PercentRange(low_pct=85, high_pct=95, of=PercentOf.CRITICAL_POWER)
    assert "cycling" in said(found)
    assert "FTP" in said(found)


@pytest.mark.parametrize(
    ("note", "target"),
    [
        ("RPE 6", RpeRange(low_rpe=6, high_rpe=6)),
        ("steady, rpe 3-4 please", RpeRange(low_rpe=3, high_rpe=4)),
        ("RPE 13", None),  # Borg's older scale
        ("RPE 6.5", None),
        ("trpe 6", None),
    ],
)
def test_perceived_exertion_in_a_note_is_the_target(note: str, target: Target | None) -> None:
    found = first(read({"notes": note}))
    assert (found.target, found.note) == (target, note)


def test_exercises_and_their_weights_stand_in_the_note() -> None:
    found = read({"exercise_category": 17, "exercise_name": 78, "exercise_weight": 1250, "notes": "slowly"})
    assert first(found).note == "walking lunge, 12.5 kg: slowly"
    assert "exercise" in said(found)
    times = read({"exercise_category": 28, "exercise_name": 9999, "duration_type": 29, "duration_value": 12})
    assert first(times).note == "squat, 12 times"
    assert first(read({"exercise_category": 32, "exercise_name": 0})).note == ""  # plain running


def test_one_sided_targets_are_limits() -> None:
    assert first(read(bpm(0, 245))).target == Limit(side="below", value=HeartRateRange(low_bpm=145, high_bpm=145))
    slow = {"target_type": 0, "target_value": 0, "target_low": 0, "target_high": 2500}
    assert first(read(slow)).target == Limit(side="below", value=SpeedRange(low_mps=2.5, high_mps=2.5))


def one(target: Target, *more: Target) -> Session:
    step = Step(
        duration=Distance(distance_m=400),
        direction=Direction.BACKWARD,
        target=target,
        secondary_target=next(iter(more), None),
        note="own; words",
    )
    return Session(steps=(step,), name="Efforts")


def speed(low: float, high: float) -> SpeedRange:
    return SpeedRange(low_mps=low, high_mps=high)


@pytest.mark.parametrize(
    "session",
    [
        one(PercentRange(low_pct=70, high_pct=80, of=PercentOf.MAX_HR)),
        one(PercentRange(low_pct=90, high_pct=95, of=PercentOf.CRITICAL_POWER), CadenceRange(low_spm=80, high_spm=88)),
        *(
            one(Limit(side=side, value=value))
            for side in ("below", "above")
            for value in (
                speed(2.5, 2.5),
                HeartRateRange(low_bpm=150, high_bpm=150),
                CadenceRange(low_spm=170, high_spm=170),
                PowerRange(low_w=250, high_w=250),
                PercentRange(low_pct=90, high_pct=90, of=PercentOf.CRITICAL_POWER),
            )
        ),
        one(Limit(side="below", value=PercentRange(low_pct=80, high_pct=80, of=PercentOf.MAX_HR))),
    ],
    ids=str,
)
def test_targets_by_effort_that_fit_has_come_back_equal(session: Session) -> None:
    back = decompile(compile_workout(session))
    assert back.session == session
    assert back.findings == ()


def test_a_progression_is_its_whole_range_and_the_note_says_which_way() -> None:
    session = one(Progression(start=speed(2.0, 2.2), end=speed(2.6, 2.8)))
    (raw,) = encode(session, find_device("generic")).steps
    assert (raw.target_low, raw.target_high) == (2000, 2800)
    assert "from " in raw.notes
    assert decompile_workout(compile_workout(session)) == session


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (PercentRange(low_pct=90, high_pct=90, of=PercentOf.VPEAK), "vpeak_backward_mps"),
        (PercentRange(low_pct=90, high_pct=95, of=PercentOf.THRESHOLD_HR), "threshold_hr_bpm"),
        (RpeRange(low_rpe=6, high_rpe=7), "max_hr_bpm"),
    ],
)
def test_effort_that_is_no_number_yet_is_refused_with_the_number_that_lacks(target: Target, name: str) -> None:
    with pytest.raises(WorkoutError) as caught:
        compile_workout(one(target))
    assert caught.value.where == "steps[0]"
    assert name in caught.value.hint


# ---- files -----------------------------------------------------------------------------------------------------------

PLAIN = RawWorkout(
    steps=(RawStep(index=0, duration_type=1, duration_value=40_000, target_type=2, intensity=0, notes="Tempo"),),
    name="Thursday",
    sport=1,
    num_valid_steps=1,
)
FILE = write_workout(PLAIN, THEIRS)


def test_a_workout_that_is_packed_is_read() -> None:
    assert decompile_workout(gzip.compress(FILE)) == decompile_workout(FILE)


def test_two_workouts_in_a_row_are_refused() -> None:
    with pytest.raises(WorkoutError, match="2 workouts"):
        decompile(FILE + write_workout(replace(PLAIN, name="Friday"), THEIRS))


def test_texts_in_latin_1_are_read_and_it_is_said() -> None:
    data = write_workout(replace(PLAIN, name="Läufe"), THEIRS)
    found = decompile(data.replace("Läufe\0".encode(), b"L\xe4ufe \0"))
    assert found.session.name == "Läufe"
    assert "Latin-1" in said(found)


def test_damage_is_said() -> None:
    assert DAMAGE in said(decompile(FILE[:-1] + bytes([FILE[-1] ^ 0xFF])))


# ---- who made it -----------------------------------------------------------------------------------------------------

BACKWARD = Session(steps=(Step(duration=LapButton(), direction=Direction.BACKWARD),), name="Backward")


def in_a_recording(made: FileIdentity | None) -> Step:
    return first(decode_workout(replace(encode(BACKWARD, find_device("generic")), embedded=True), made))


def test_our_own_workouts_are_known_by_their_marks_or_by_a_serial_that_fits_the_content() -> None:
    ours = identity(BACKWARD)
    renamed = replace(ours, manufacturer=1, product=65534)
    for made in (ours, renamed):
        step = in_a_recording(made)
        assert (step.direction, step.direction_guessed) == (Direction.BACKWARD, False)
    for other in (None, replace(renamed, serial=5), replace(renamed, serial=None)):
        step = in_a_recording(other)
        assert (step.direction, step.direction_guessed) == (Direction.BACKWARD, True)


def test_forward_is_no_guess() -> None:
    assert not first(read({"notes": "easy"})).direction_guessed
    assert first(read({"notes": "run backward"})).direction_guessed
