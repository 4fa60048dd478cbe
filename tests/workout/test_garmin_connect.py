from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from retrorun.session.model import Direction, Intensity, Repeat, Session, Step
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
    SpeedRange,
    Target,
    Time,
    Times,
)
from retrorun.workout.garmin_connect import from_garmin_connect, to_garmin_connect
from retrorun.workout.step_text import read_note
from tests.conftest import Golden
from tests.strategies import sessions
from tests.workout.plans import BACKWARD, EVERYTHING, FORWARD, REST, RETRO_400S, done, is_countable

Json = dict[str, Any]

# Copied by hand from the tables in github.com/Taxuspt/garmin_mcp, README: the id is what Connect believes.
CONDITIONS = {1: "lap.button", 2: "time", 3: "distance", 4: "calories", 6: "heart.rate", 7: "iterations"}
TARGETS = {1: "no.target", 2: "power.zone", 3: "cadence.zone", 4: "heart.rate.zone", 6: "pace.zone"}
STEPS = {1: "warmup", 2: "cooldown", 3: "interval", 4: "recovery", 5: "rest", 6: "repeat"}


def read(session: Session) -> list[Json]:
    """The top level of steps."""
    segments = json.loads(to_garmin_connect(session).text)["workoutSegments"]
    assert len(segments) == 1
    steps: list[Json] = segments[0]["workoutSteps"]
    return steps


def every(steps: list[Json]) -> Iterator[Json]:
    for step in steps:
        yield step
        yield from every(step.get("workoutSteps", []))


def run_out(steps: list[Json]) -> list[Json]:
    """What a runner does, step after step, as Connect is understood to run a repeat."""
    made: list[Json] = []
    for step in steps:
        if step["type"] == "ExecutableStepDTO":
            made.append(step)
            continue
        for number in range(step["numberOfIterations"]):
            last = number == step["numberOfIterations"] - 1
            made += run_out(step["workoutSteps"][:-1] if last and step["skipLastRestStep"] else step["workoutSteps"])
    return made


def one(step: Step) -> Json:
    return read(Session(steps=(step,)))[0]


@pytest.mark.parametrize(("name", "session"), [("retro-400s", RETRO_400S), ("everything", EVERYTHING)])
def test_golden(golden: Golden, name: str, session: Session) -> None:
    golden.exported(f"{name}.connect", ".json", to_garmin_connect(session))


@settings(max_examples=60, deadline=None)
@given(sessions(max_depth=3, max_steps=4).filter(is_countable))
def test_runs_as_the_same_steps_in_the_same_order(session: Session) -> None:
    planned, made = done(session.steps), run_out(read(session))
    assert len(made) == len(planned)
    for step, entry in zip(planned, made, strict=True):
        said = read_note(entry["description"], resting=step.intensity is Intensity.REST)
        assert said is not None
        assert (said.direction, said.gait) == (step.direction, step.gait)
        if isinstance(step.duration, Time):
            assert entry["endConditionValue"] == step.duration.time_s
        if isinstance(step.duration, Distance):
            assert entry["endConditionValue"] == step.duration.distance_m


@settings(max_examples=60, deadline=None)
@given(sessions(max_depth=3, max_steps=4).filter(is_countable))
def test_every_id_has_its_key_and_the_order_counts_through(session: Session) -> None:
    steps = read(session)
    assert [step["stepOrder"] for step in every(steps)] == list(range(1, sum(1 for _ in every(steps)) + 1))
    for step in every(steps):
        assert STEPS[step["stepType"]["stepTypeId"]] == step["stepType"]["stepTypeKey"]
        assert CONDITIONS[step["endCondition"]["conditionTypeId"]] == step["endCondition"]["conditionTypeKey"]
        for name in ("targetType", "secondaryTargetType"):
            if name in step:
                assert TARGETS[step[name]["workoutTargetTypeId"]] == step[name]["workoutTargetTypeKey"]


@pytest.mark.parametrize(
    ("intensity", "number"),
    [
        (Intensity.WARMUP, 1),
        (Intensity.COOLDOWN, 2),
        (Intensity.INTERVAL, 3),
        (Intensity.ACTIVE, 3),
        (Intensity.RECOVERY, 4),
        (Intensity.REST, 5),
    ],
)
def test_what_a_step_is_for_is_its_type(intensity: Intensity, number: int) -> None:
    assert one(replace(REST, intensity=intensity))["stepType"]["stepTypeId"] == number


@pytest.mark.parametrize(
    ("duration", "number", "value"),
    [
        (Time(time_s=90.5), 2, 90.5),
        (Distance(distance_m=400), 3, 400.0),
        (Calories(calories_kcal=50), 4, 50.0),
    ],
)
def test_what_ends_a_step_is_its_condition(duration: Duration, number: int, value: float) -> None:
    step = one(Step(duration=duration))
    assert (step["endCondition"]["conditionTypeId"], step["endConditionValue"]) == (number, value)


def test_the_head_says_running_once_for_all_and_once_for_the_segment() -> None:
    head = json.loads(to_garmin_connect(RETRO_400S).text)
    (segment,) = head["workoutSegments"]
    for part in (head, segment):
        assert part["sportType"] == {"sportTypeId": 1, "sportTypeKey": "running", "displayOrder": 1}
    assert segment["segmentOrder"] == 1
    assert head["description"] == RETRO_400S.note


def test_the_steps_of_a_repeat_bear_its_number() -> None:
    inner = Repeat(until=Times(count=2), steps=(BACKWARD, REST), note="in pairs")
    first, outer, second = read(Session(steps=(inner, Repeat(until=Times(count=2), steps=(inner, REST)), inner)))
    assert [step["childStepId"] for step in every([first])] == [1, 1, 1]
    assert [step["childStepId"] for step in every([outer])] == [2, 3, 3, 3, 2]
    assert second["childStepId"] == 4
    assert (first["description"], outer["description"]) == ("in pairs", None)
    assert one(REST)["childStepId"] is None


ACTIVE = replace(BACKWARD, intensity=Intensity.ACTIVE)


def test_one_kind_for_active_and_interval_steps_is_told_where_an_interval_is() -> None:
    for steps, told in (((ACTIVE,), 0), ((BACKWARD,), 1), ((ACTIVE, BACKWARD, REST), 1)):
        findings = to_garmin_connect(Session(steps=steps, name="x")).findings
        assert sum("one kind for active and interval" in finding.what for finding in findings) == told


def test_a_repeat_is_of_type_6_and_ends_by_condition_7() -> None:
    repeat = read(RETRO_400S)[1]
    assert repeat["type"] == "RepeatGroupDTO"
    assert repeat["stepType"]["stepTypeId"] == 6
    assert repeat["endCondition"]["conditionTypeId"] == 7
    assert (repeat["numberOfIterations"], repeat["endConditionValue"]) == (4, 4.0)


@pytest.mark.parametrize(
    ("target", "number", "values"),
    [
        (HeartRateRange(low_bpm=143, high_bpm=157), 4, (143.0, 157.0)),
        (SpeedRange(low_mps=1.961, high_mps=2.083), 6, (1.961, 2.083)),  # 8:30 to 8:00 min/km, the slower first
        (CadenceRange(low_spm=170, high_spm=180), 3, (170.0, 180.0)),
        (PowerRange(low_w=200, high_w=240), 2, (200.0, 240.0)),
    ],
)
def test_the_ends_of_a_target_stand_on_the_step(target: Target, number: int, values: tuple[float, float]) -> None:
    step = one(replace(REST, target=target))
    assert step["targetType"]["workoutTargetTypeId"] == number
    assert not any(key.startswith("targetValue") for key in step["targetType"])
    assert (step["targetValueOne"], step["targetValueTwo"]) == values
    assert "zoneNumber" not in step


def test_a_zone_has_no_ends_beside_it() -> None:
    step = one(replace(REST, target=HeartRateZone(zone=3)))
    assert step["targetType"]["workoutTargetTypeId"] == 4
    assert step["zoneNumber"] == 3
    assert not any("Value" in key for key in step if key.startswith("target"))


def test_no_target_is_said_as_such() -> None:
    assert one(REST)["targetType"]["workoutTargetTypeId"] == 1


def test_direction_comes_first_in_every_description() -> None:
    assert one(BACKWARD)["description"] == "BACKWARD run: look over the left shoulder"
    assert one(FORWARD)["description"] == "forward run"


def test_a_long_note_is_cut_between_characters_and_told() -> None:
    exported = to_garmin_connect(Session(steps=(replace(ACTIVE, note="é" * 150),), name="x"))
    kept = json.loads(exported.text)["workoutSegments"][0]["workoutSteps"][0]["description"]
    assert len(kept.encode()) <= 199
    assert kept.startswith("BACKWARD run: é")
    assert kept.endswith("é")
    assert [finding.place for finding in exported.findings] == ["steps[0]"]


def test_a_long_name_is_cut_and_told() -> None:
    exported = to_garmin_connect(Session(steps=(REST,), name="😀" * 200))
    assert json.loads(exported.text)["workoutName"] == "😀" * 128  # each takes two units of UTF-16
    assert [finding.place for finding in exported.findings] == ["name"]
    assert to_garmin_connect(Session(steps=(REST,), name="x" * 256)).findings == ()
    assert to_garmin_connect(Session(steps=(REST,), name="x" * 257)).findings != ()


def test_two_levels_stay_and_a_third_is_written_out() -> None:
    inner = Repeat(until=Times(count=2), steps=(ACTIVE, REST))
    middle = Repeat(until=Times(count=3), steps=(inner, FORWARD))
    assert not [
        one for one in to_garmin_connect(Session(steps=(middle,), name="x")).findings if "one kind" not in one.what
    ]
    exported = to_garmin_connect(Session(steps=(Repeat(until=Times(count=4), steps=(middle, REST)),), name="x"))
    tops = json.loads(exported.text)["workoutSegments"][0]["workoutSteps"]
    assert [top["type"] for top in tops] == ["RepeatGroupDTO", "ExecutableStepDTO"] * 4
    assert "4 rounds written out" in exported.findings[0].what


@pytest.mark.parametrize(("intensity", "kept"), [(Intensity.REST, True), (Intensity.INTERVAL, False)])
def test_a_last_rest_is_skipped_and_any_other_last_step_left_out_of_a_written_round(
    intensity: Intensity, kept: bool
) -> None:
    last = replace(REST, intensity=intensity)
    exported = to_garmin_connect(
        Session(steps=(Repeat(until=Times(count=3), steps=(ACTIVE, last), skip_last=True),), name="x")
    )
    tops = json.loads(exported.text)["workoutSegments"][0]["workoutSteps"]
    assert len(run_out(tops)) == 5
    assert tops[0]["skipLastRestStep"] is kept
    told = [finding for finding in exported.findings if "one kind" not in finding.what]
    assert [finding.severity for finding in told] == ([] if kept else ["note"])


@pytest.mark.parametrize(
    ("duration", "compare"), [(HeartRateAbove(heart_rate_bpm=150), "gt"), (HeartRateBelow(heart_rate_bpm=120), "lt")]
)
def test_an_end_by_heart_rate_is_marked_as_not_known(duration: HeartRateAbove | HeartRateBelow, compare: str) -> None:
    session = Session(steps=(Step(duration=duration),), name="x")
    step = read(session)[0]
    assert (step["endCondition"]["conditionTypeId"], step["endConditionCompare"]) == (6, compare)
    assert step["endConditionValue"] == duration.heart_rate_bpm
    assert "not known" in to_garmin_connect(session).findings[0].what


@pytest.mark.parametrize(
    ("distance", "unit"),
    [
        (Distance(distance_m=1500, unit="km"), {"unitId": 2, "unitKey": "kilometer", "factor": 100000.0}),
        (Distance(distance_m=400), {"unitId": 1, "unitKey": "meter", "factor": 100.0}),
        (Distance(distance_m=1609.34, unit="mi"), {"unitId": 9, "unitKey": "mile", "factor": 160934.4}),
        (Distance(distance_m=182.88, unit="yd"), {"unitId": 230, "unitKey": "yard", "factor": 91.44}),
    ],
)
def test_distances_are_metres_with_the_unit_to_show(distance: Distance, unit: Json) -> None:
    step = one(Step(duration=distance))
    assert step["endConditionValue"] == distance.distance_m
    assert step["preferredEndConditionUnit"] == unit


def test_the_lap_button_has_no_value() -> None:
    step = one(Step(duration=LapButton()))
    assert (step["endCondition"]["conditionTypeId"], step["endConditionValue"]) == (1, None)


def test_a_second_target_is_written_and_told() -> None:
    second = CadenceRange(low_spm=180, high_spm=190)
    session = Session(steps=(replace(BACKWARD, secondary_target=second),), name="x")
    step = read(session)[0]
    assert step["secondaryTargetType"]["workoutTargetTypeId"] == 3
    assert (step["secondaryTargetValueOne"], step["secondaryTargetValueTwo"]) == (180.0, 190.0)
    assert "second target" in to_garmin_connect(session).findings[0].what


def test_too_many_steps_are_an_error() -> None:
    assert to_garmin_connect(Session(steps=(REST,) * 50, name="x")).findings == ()
    findings = to_garmin_connect(Session(steps=(REST,) * 51, name="x")).findings
    assert [(finding.severity, finding.what) for finding in findings] == [
        ("error", "51 steps and repeats; Garmin Connect takes 50")
    ]


def test_a_backward_rest_keeps_its_direction() -> None:
    assert one(replace(REST, direction=Direction.BACKWARD))["description"].startswith("BACKWARD")


def test_the_typed_model_of_python_garminconnect_takes_it() -> None:
    """It needs Python 3.12 and is no dependency; where it is not installed there is nothing to ask."""
    workout = pytest.importorskip("garminconnect.workout")
    for session in (RETRO_400S, EVERYTHING, Session(steps=(Step(duration=LapButton()),))):
        made = workout.RunningWorkout.model_validate(json.loads(to_garmin_connect(session).text))
        groups = made.workoutSegments[0].workoutSteps
        assert len(groups) == len(read(session))
        assert made.estimatedDurationInSecs >= 0


def test_how_long_it_takes_is_the_sum_of_what_is_known() -> None:
    session = Session(
        steps=(Step(duration=Time(time_s=600)), Step(duration=LapButton()), Repeat(until=Times(count=2), steps=(REST,)))
    )
    assert json.loads(to_garmin_connect(session).text)["estimatedDurationInSecs"] == 600 + 2 * 90


def test_what_connect_itself_writes_is_read() -> None:
    step = {
        "type": "ExecutableStepDTO",
        "stepOrder": 2,
        "stepType": {"stepTypeId": 3, "stepTypeKey": "interval"},
        "endCondition": {"conditionTypeId": 3, "conditionTypeKey": "distance"},
        "endConditionValue": 400.0,
        "preferredEndConditionUnit": {"unitId": 2, "unitKey": "kilometer"},
        "targetType": {"workoutTargetTypeId": 6, "workoutTargetTypeKey": "pace.zone"},
        "targetValueOne": 2.5,
        "targetValueTwo": 2.0,
        "description": "easy run backward",
    }
    rest = {
        "stepOrder": 1,
        "stepType": {"stepTypeId": 7},
        "endCondition": {"conditionTypeId": 10},
        "endConditionValue": 12,
        "targetType": {"workoutTargetTypeId": 2},
        "zoneNumber": 3,
    }
    found = from_garmin_connect(
        {
            "workoutName": "Track",
            "sportType": {"sportTypeKey": "walking"},
            "workoutSegments": [{"workoutSteps": [step, rest]}],
        }
    )
    first, second = found.session.steps
    assert first == Step(duration=LapButton())
    assert second == Step(
        duration=Distance(distance_m=400),
        direction=Direction.BACKWARD,
        target=SpeedRange(low_mps=2.0, high_mps=2.5),
        note="easy run backward",
    )
    assert isinstance(second, Step)
    assert second.direction_guessed
    told = " | ".join(str(finding) for finding in found.findings)
    for words in ("sport is walking", "type 7", "condition 10", "zone 3", "guessed"):
        assert words in told
