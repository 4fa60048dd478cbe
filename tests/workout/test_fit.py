"""Compiled workouts: what is on the wire, step by step, as three other readers see it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from fit_tool.fit_file import FitFile
from fit_tool.profile.profile_type import WorkoutHr, WorkoutPower
from hypothesis import given, settings

from retrorun.errors import WorkoutError
from retrorun.fit.workout_message import FileIdentity
from retrorun.session.library import ready_made
from retrorun.session.model import Direction, Gait, Intensity, Repeat, Session, Setting, Step
from retrorun.session.notation import parse_session
from retrorun.session.values import (
    CadenceRange,
    Calories,
    Distance,
    Duration,
    HeartRateAbove,
    HeartRateBelow,
    HeartRateRange,
    HeartRateZone,
    LapButton,
    PowerRange,
    RepeatUntil,
    SpeedRange,
    Target,
    Time,
    Times,
)
from retrorun.workout.devices import DEVICES
from retrorun.workout.fit import canonical, compile_workout, decompile, identity
from tests import strategies
from tests.conftest import Golden
from tests.fit.decoders import DECODERS, by_fitdecode, definitions, dump, values_by_fit_tool
from tests.workout.plans import EVERYTHING, RETRO_400S

FILE_ID, WORKOUT, STEP = 0, 26, 27
NAME, DURATION, DURATION_VALUE, TARGET, TARGET_VALUE, LOW, HIGH, INTENSITY, NOTES, SKIP_LAST = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    18,
)
SECOND = (19, 20, 21, 22)
INDEX = 254

A = Step(duration=Time(time_s=60))
B = Step(duration=Distance(distance_m=400), direction=Direction.BACKWARD)
C = Step(duration=Time(time_s=90), intensity=Intensity.REST)


def session(*steps: Step | Repeat, **more: Any) -> Session:  # noqa: ANN401 - any field of a session
    return Session(steps=steps, **{"name": "Test", **more})


def rows(planned: Session, **how: Any) -> list[dict[int, Any]]:  # noqa: ANN401 - any argument of compile_workout
    """The steps on the wire, on which all three readers must agree."""
    data = compile_workout(planned, **how)
    read = {name: decode(data, STEP) for name, decode in DECODERS.items()}
    assert read["fitparse"] == read["fitdecode"] == read["fit-tool"]
    return read["fitdecode"]


def row_of(step: Step) -> dict[int, Any]:
    return rows(session(step))[0]


# ---- durations and targets -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duration", "kind", "value"),
    [
        (Time(time_s=600), 0, 600_000),  # one library writes 600 ms here
        (Time(time_s=600.5), 0, 600_500),  # another cuts this to 600
        (Time(time_s=4_294_967), 0, 4_294_967_000),
        (Distance(distance_m=400), 1, 40_000),  # one library writes 4000 m here
        (Distance(distance_m=1609.344, unit="mi"), 1, 160_934),
        (HeartRateBelow(heart_rate_bpm=120), 2, 220),
        (HeartRateAbove(heart_rate_bpm=150), 3, 250),
        (Calories(calories_kcal=250), 4, 250),
        (LapButton(), 5, None),
    ],
)
def test_durations_on_the_wire(duration: Duration, kind: int, value: int | None) -> None:
    row = row_of(Step(duration=duration))
    assert (row[DURATION], row.get(DURATION_VALUE)) == (kind, value)


@pytest.mark.parametrize(
    ("target", "kind", "value", "low", "high"),
    [
        (None, 2, 0, None, None),  # an open target is no target of zero
        (SpeedRange(low_mps=2.083, high_mps=2.5), 0, 0, 2083, 2500),  # 8:00/km; one library writes 2083 m/s
        (HeartRateZone(zone=2), 1, 2, None, None),
        (HeartRateRange(low_bpm=140, high_bpm=150), 1, 0, 240, 250),
        (CadenceRange(low_spm=170, high_spm=180), 3, 0, 170, 180),  # one library writes 80000 for 80
        (PowerRange(low_w=200, high_w=250), 4, 0, 1200, 1250),
    ],
)
def test_targets_on_the_wire(target: Target | None, kind: int, value: int, low: int | None, high: int | None) -> None:
    row = row_of(Step(duration=LapButton(), target=target))
    assert (row[TARGET], row[TARGET_VALUE], row.get(LOW), row.get(HIGH)) == (kind, value, low, high)
    assert not set(SECOND) & set(row)


def test_the_slower_end_of_a_pace_range_is_the_low_one() -> None:
    planned = parse_session("400m bwd @ 6:40-7:20/km")
    row = rows(planned)[0]
    assert (row[LOW], row[HIGH]) == (round(1000 / 440 * 1000), round(1000 / 400 * 1000))


def test_a_second_target_stands_in_fields_of_its_own() -> None:
    target, second = HeartRateRange(low_bpm=140, high_bpm=150), CadenceRange(low_spm=170, high_spm=180)
    both = rows(session(Step(duration=LapButton(), target=target, secondary_target=second), A))
    assert [both[0][number] for number in SECOND] == [3, 0, 170, 180]
    assert not set(SECOND) & set(both[1])


@pytest.mark.parametrize(
    ("intensity", "code"),
    [("active", 0), ("rest", 1), ("warmup", 2), ("cooldown", 3), ("recovery", 4), ("interval", 5)],
)
def test_intensities_on_the_wire(intensity: str, code: int) -> None:
    assert row_of(Step(duration=LapButton(), intensity=Intensity(intensity)))[INTENSITY] == code


def test_other_profiles_read_the_same_quantities() -> None:
    """fit-tool names and scales each value by its own profile; so a flipped scale of ours is seen."""
    planned = session(
        Step(duration=Time(time_s=600), target=SpeedRange(low_mps=2.083, high_mps=2.5)),
        Step(duration=Distance(distance_m=400), target=HeartRateRange(low_bpm=140, high_bpm=150)),
        Step(duration=HeartRateBelow(heart_rate_bpm=120), target=CadenceRange(low_spm=170, high_spm=180)),
        Step(duration=Calories(calories_kcal=250), target=PowerRange(low_w=200, high_w=250)),
        Repeat(steps=(A,), until=Times(count=3)),
        Repeat(steps=(A,), until=Time(time_s=900)),
        Repeat(steps=(A,), until=Distance(distance_m=5000)),
        Repeat(steps=(A,), until=HeartRateAbove(heart_rate_bpm=170)),
    )
    read = [read_subfields(message) for message in step_messages(compile_workout(planned))]
    bpm, watts = WorkoutHr.BPM_OFFSET.value, WorkoutPower.WATTS_OFFSET.value
    assert (read[0]["duration_time"], read[0]["custom_target_speed_low"]) == (600.0, 2.083)
    assert (read[0]["custom_target_speed_high"], read[1]["duration_distance"]) == (2.5, 400.0)
    assert [read[1][f"custom_target_heart_rate_{end}"] - bpm for end in ("low", "high")] == [140, 150]
    assert read[2]["duration_hr"] - bpm == 120
    assert [read[2][f"custom_target_cadence_{end}"] for end in ("low", "high")] == [170, 180]
    assert read[3]["duration_calories"] == 250
    assert [read[3][f"custom_target_power_{end}"] - watts for end in ("low", "high")] == [200, 250]
    assert (read[5]["repeat_steps"], read[5]["duration_step"]) == (3, 4)
    assert (read[7]["repeat_time"], read[7]["duration_step"]) == (900.0, 6)
    assert (read[9]["repeat_distance"], read[9]["duration_step"]) == (5000.0, 8)
    assert (read[11]["repeat_hr"] - bpm, read[11]["duration_step"]) == (170, 10)


def step_messages(data: bytes) -> list[Any]:
    return [record.message for record in FitFile.from_bytes(data).records if record.message.global_id == STEP][1:]


def read_subfields(message: Any) -> dict[str, Any]:  # noqa: ANN401 - fit-tool has no types
    """Each field by the name and on the scale of the sub-field that fit-tool holds to be the one."""
    return {
        (sub.name if (sub := field.get_valid_sub_field(message.fields)) else field.name): field.get_value(sub_field=sub)
        for field in message.fields
        if field.is_valid()
    }


# ---- repeats ---------------------------------------------------------------------------------------------------------


def test_a_repeat_stands_behind_its_body_and_points_to_its_first_step() -> None:
    read = rows(session(A, Repeat(steps=(B, C), until=Times(count=4)), A))
    assert [row[INDEX] for row in read] == [0, 1, 2, 3, 4]
    repeat = read[3]
    assert (repeat[DURATION], repeat[DURATION_VALUE], repeat[TARGET_VALUE]) == (6, 1, 4)  # four rounds in all
    assert repeat[TARGET] == 2
    assert NAME not in repeat


def test_nested_repeats_stay_nested() -> None:
    inner = Repeat(steps=(B, C), until=Times(count=3))
    read = rows(session(A, Repeat(steps=(inner, A), until=Times(count=2))))
    assert [(row[DURATION], row.get(DURATION_VALUE)) for row in read if row[DURATION] == 6] == [(6, 1), (6, 1)]
    assert [row[TARGET_VALUE] for row in read if row[DURATION] == 6] == [3, 2]


@pytest.mark.parametrize(
    ("until", "kind", "limit"),
    [
        (Time(time_s=900), 7, 900_000),
        (Distance(distance_m=5000), 8, 500_000),
        (HeartRateBelow(heart_rate_bpm=110), 10, 210),
        (HeartRateAbove(heart_rate_bpm=170), 11, 270),
    ],
)
def test_repeats_without_a_count(until: RepeatUntil, kind: int, limit: int) -> None:
    repeat = rows(session(A, Repeat(steps=(B, C), until=until)))[3]
    assert (repeat[DURATION], repeat[DURATION_VALUE], repeat[TARGET_VALUE]) == (kind, 1, limit)


def test_a_last_round_without_its_last_step_is_written_out() -> None:
    read = rows(session(Repeat(steps=(B, A, C), until=Times(count=4), skip_last=True, note="hard")))
    assert [row[DURATION] for row in read] == [1, 0, 0, 6, 1, 0]
    assert (read[3][TARGET_VALUE], read[3][NOTES]) == (3, "SKIP LAST: hard")
    assert SKIP_LAST not in read[3]
    assert [{**row, INDEX: 0} for row in read[4:]] == [{**row, INDEX: 0} for row in read[:2]]


def test_field_18_leaves_out_the_last_step_only_when_asked() -> None:
    planned = session(Repeat(steps=(B, C), until=Times(count=4), skip_last=True))
    repeat = rows(planned, skip_last_field=True)[2]
    assert (repeat[TARGET_VALUE], repeat[SKIP_LAST], len(rows(planned, skip_last_field=True))) == (4, 1, 3)
    assert decompile(compile_workout(planned, skip_last_field=True)).session == planned


def test_field_18_is_not_for_repeats_that_end_in_a_repeat() -> None:
    inner = Repeat(steps=(A, C), until=Times(count=2))
    ends_in_repeat = session(Repeat(steps=(B, inner), until=Times(count=4), skip_last=True))
    assert [row[DURATION] for row in rows(ends_in_repeat, skip_last_field=True)] == [1, 0, 0, 6, 6, 1]
    assert not any(SKIP_LAST in row for row in rows(ends_in_repeat, skip_last_field=True))
    ends_in_step = session(Repeat(steps=(inner, B), until=Times(count=4), skip_last=True))
    assert rows(ends_in_step, skip_last_field=True)[-1][SKIP_LAST] == 1


def test_num_valid_steps_counts_repeats() -> None:
    data = compile_workout(session(A, Repeat(steps=(B, C), until=Times(count=4)), A))
    for name, decode in DECODERS.items():
        assert decode(data, WORKOUT)[0][6] == 5, name


# ---- the workout and its file ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "code"), [(Setting.ROAD, 0), (Setting.TREADMILL, 1), (Setting.TRAIL, 3), (Setting.TRACK, 4)]
)
def test_the_workout_message(setting: Setting, code: int) -> None:
    data = compile_workout(session(A, setting=setting, note="für die Bahn"))
    for name, decode in DECODERS.items():
        assert decode(data, WORKOUT) == [{4: 1, 5: 32, 6: 1, 8: "Test", 11: code, 17: "für die Bahn"}], name


def test_the_file_has_a_fourteen_byte_header_and_one_definition_for_each_kind() -> None:
    data = compile_workout(EVERYTHING)
    assert (data[0], data[1]) == (14, 0x10)
    assert [(local, kind) for local, kind, _ in definitions(data)] == [(0, FILE_ID), (1, WORKOUT), (2, STEP)]


def test_the_file_says_who_made_it_and_when_to_the_second() -> None:
    created = datetime(2026, 5, 1, 9, 30, 0, 900_000, tzinfo=timezone(timedelta(hours=2)))
    data = compile_workout(RETRO_400S, created=created, serial=77)
    seconds = int((datetime(2026, 5, 1, 7, 30, tzinfo=UTC) - datetime(1989, 12, 31, tzinfo=UTC)).total_seconds())
    for name, decode in DECODERS.items():
        assert decode(data, FILE_ID) == [{0: 5, 1: 255, 2: 0x5252, 3: 77, 4: seconds}], name
    assert decompile(data).identity == FileIdentity(
        type=5, manufacturer=255, product=0x5252, serial=77, time_created=seconds
    )


@pytest.mark.parametrize(
    "how",
    [
        {"created": datetime(2026, 1, 1)},  # noqa: DTZ001 - a time without a zone is what is refused
        {"created": datetime(1990, 1, 1, tzinfo=UTC)},
        {"created": datetime(2200, 1, 1, tzinfo=UTC)},
        {"created": 5},
        {"serial": 0},
        {"serial": 2**32},
        {"serial": True},
        {"serial": 1.5},
        {"device": "edge 9000"},
    ],
)
def test_arguments_that_cannot_be_are_refused(how: dict[str, Any]) -> None:
    with pytest.raises(WorkoutError):
        compile_workout(RETRO_400S, **how)


def test_texts_are_cut_between_characters_at_the_devices_width() -> None:
    planned = session(Step(duration=LapButton(), note="ü" * 150), name="ü" * 40, note="ü" * 100)
    data = compile_workout(planned, device="fenix6x")
    workout, step = by_fitdecode(data, WORKOUT)[0], by_fitdecode(data, STEP)[0]
    assert (workout[8], workout[17]) == ("ü" * 15, "ü" * 79)
    assert step[NOTES] == "forward run: " + "ü" * 93
    assert by_fitdecode(compile_workout(planned, device="edge530"), WORKOUT)[0][8] == "ü" * 24


def test_every_name_fits_into_fifteen_bytes_with_the_direction_first() -> None:
    settings: list[tuple[Setting, dict[str, Any]]]
    settings = [(Setting.ROAD, {"slope": slope}) for slope in (None, "uphill", "downhill", "flat")]
    settings += [(Setting.TREADMILL, {"incline_pct": incline}) for incline in (None, -39.9, 0.0, 12.5)]
    names = set()
    for setting, ground in settings:
        for direction in Direction:
            for gait in Gait:
                for intensity in Intensity:
                    step = Step(duration=LapButton(), direction=direction, gait=gait, intensity=intensity, **ground)
                    row = rows(session(step, setting=setting))[0]
                    back = direction is Direction.BACKWARD
                    assert len(row[NAME].encode()) <= 15
                    assert row[NAME].startswith("BWD") is back
                    assert row[NOTES].startswith("BACKWARD") is back
                    names.add((back, row[NAME]))
    assert len({name for _, name in names}) == len(names), "steps of different direction look different"


# ---- the same bytes --------------------------------------------------------------------------------------------------


def test_the_same_session_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import sys, retrorun.workout.fit as f, retrorun.session.library as l;"
        "sys.stdout.buffer.write(f.compile_workout(l.find_ready_made('alternating-regular').build()))"
    )
    here = compile_workout(next(each for each in ready_made() if each.key == "alternating-regular").build())
    for seed in ("0", "1"):
        made = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, env={"PYTHONHASHSEED": seed}
        )
        assert made.stdout == here


@pytest.mark.parametrize("key", [entry.key for entry in ready_made()])
def test_ready_made_workouts_stay_as_they_are(key: str, golden: Golden) -> None:
    data = compile_workout(next(each for each in ready_made() if each.key == key).build())
    golden.check(f"workouts/{key}.fit", data)
    golden.check(f"workouts/{key}.txt", dump(data))


def test_a_workout_of_everything_stays_as_it_is(golden: Golden) -> None:
    data = compile_workout(EVERYTHING, device="fr965", created=datetime(2026, 5, 1, 7, 30, tzinfo=UTC))
    golden.check("workouts/everything.fit", data)
    golden.check("workouts/everything.txt", dump(data))


@pytest.mark.parametrize("device", sorted(DEVICES))
def test_every_device_gets_its_own_widths(device: str) -> None:
    limits = DEVICES[device]
    data = compile_workout(
        session(Step(duration=LapButton(), note="x" * 400), name="x" * 90, note="x" * 400), device=device
    )
    widths = {(kind, number): width for _, kind, fields in definitions(data) for number, width, _ in fields}
    assert widths[WORKOUT, 8] == limits.title_bytes.value + 1
    assert widths[WORKOUT, 17] == limits.description_bytes.value + 1
    assert widths[STEP, NOTES] == limits.note_bytes.value + 1
    assert widths[STEP, NAME] <= limits.step_name_bytes.value + 1
    assert values_by_fit_tool(data, WORKOUT)[0][8] == "x" * limits.title_bytes.value


# ---- identity --------------------------------------------------------------------------------------------------------


EPOCH = datetime(1989, 12, 31, tzinfo=UTC)


@settings(deadline=None, max_examples=40)
@given(strategies.sessions(), strategies.sessions())
def test_equal_sessions_and_only_they_have_the_same_canonical_text(one: Session, other: Session) -> None:
    assert (canonical(one) == canonical(other)) == (one == other)


def test_the_unit_in_which_a_value_was_written_makes_no_difference() -> None:
    def session(**units: str) -> Session:
        target = SpeedRange(low_mps=2, high_mps=3, unit=units["speed"])  # type: ignore[arg-type] # a word of the model
        duration = Distance(distance_m=1609.34, unit=units["distance"])  # type: ignore[arg-type] # likewise
        return Session(steps=(Step(duration=duration, target=target),))

    metric, imperial = session(speed="min/km", distance="m"), session(speed="min/mi", distance="mi")
    assert identity(metric) == identity(imperial)
    assert compile_workout(metric) == compile_workout(imperial)


@settings(deadline=None, max_examples=40)
@given(strategies.sessions())
def test_identities_are_always_valid(session: Session) -> None:
    made = identity(session)
    assert made.serial is not None
    assert made.time_created is not None
    assert 1 <= made.serial <= 0xFFFF_FFFF
    assert datetime(2020, 1, 1, tzinfo=UTC) <= EPOCH + timedelta(seconds=made.time_created)
    assert EPOCH + timedelta(seconds=made.time_created) < datetime(2024, 4, 3, tzinfo=UTC)


def test_different_sessions_have_different_serials() -> None:
    sessions = [entry.build() for entry in ready_made()]
    sessions += [replace(sessions[0], name=f"{number}") for number in range(1000)]
    assert len({identity(session).serial for session in sessions}) == len(sessions)


def test_the_file_carries_the_identity_whatever_the_device() -> None:
    session = ready_made()[0].build()
    for device in ("generic", "fr965", "edge530"):
        assert decompile(compile_workout(session, device=device)).identity == identity(session)
    assert identity(session, serial=5, created=EPOCH + timedelta(days=9000)) == FileIdentity(
        type=5, manufacturer=255, product=0x5252, serial=5, time_created=9000 * 86_400
    )
