"""The FIT schedule points to its workouts, as independent readers see it."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import fitdecode
import fitparse
import pytest

from retrorun.errors import FitError, WorkoutError
from retrorun.fit.workout_message import file_identity
from retrorun.session.notation import parse_session
from retrorun.session.plan import make_plan
from retrorun.workout.fit import compile_workout
from retrorun.workout.schedule import compile_schedule, is_schedule, read_schedule

CREATED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def _seen_by_fitparse(data: bytes, kind: str) -> list[dict[str, Any]]:
    return [message.get_values() for message in fitparse.FitFile(io.BytesIO(data)).get_messages(kind)]


def _raw_of_fitdecode(data: bytes, kind: str) -> list[dict[int, Any]]:
    with fitdecode.FitReader(io.BytesIO(data)) as reader:
        return [
            {field.def_num: field.raw_value for field in frame.fields if field.def_num is not None}
            for frame in reader
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name == kind
        ]


def test_a_plan_becomes_a_schedule_that_names_its_workouts_and_days() -> None:
    plan = make_plan(start=date(2026, 11, 23), weeks=2, sessions_a_week=3)
    files = [(planned.day, compile_workout(planned.session)) for planned in plan.sessions]
    schedule = compile_schedule(reversed(files), created=CREATED)
    (head,) = _seen_by_fitparse(schedule, "file_id")
    assert head["type"] == "schedules"
    rows = _seen_by_fitparse(schedule, "schedule")
    assert [row["scheduled_time"] for row in rows] == [
        datetime(2026, 11, 23) + timedelta(days=days)  # noqa: DTZ001 - a schedule is in local time
        for days in (0, 2, 4, 7, 9, 11)
    ]
    assert {(row["completed"], row["type"]) for row in rows} == {(False, "workout")}
    for row, (_, workout) in zip(rows, files, strict=True):
        (made,) = _seen_by_fitparse(workout, "file_id")
        assert made["serial_number"]
        assert [row[key] for key in ("serial_number", "time_created", "manufacturer")] == [
            made[key] for key in ("serial_number", "time_created", "manufacturer")
        ]
    raw = _raw_of_fitdecode(schedule, "schedule")
    assert [row[6] for row in raw] == [(day - date(1989, 12, 31)).days * 86_400 for day, _ in files]
    assert [(row[0], row[1], row[2], row[3]) for row in raw] == [
        (made[1], made[2], made[3], made[4]) for _, workout in files for made in _raw_of_fitdecode(workout, "file_id")
    ]


def test_a_schedule_reads_back_as_its_entries() -> None:
    plan = make_plan(start=date(2026, 11, 23), weeks=2, sessions_a_week=3)
    files = [(planned.day, compile_workout(planned.session)) for planned in plan.sessions]
    data = compile_schedule(files)
    assert is_schedule(data)
    assert not any(is_schedule(workout) for _, workout in files)
    assert [(entry.day, entry.workout) for entry in read_schedule(data)] == [
        (day, file_identity(workout)) for day, workout in files
    ]
    again = compile_schedule((entry.day, entry.workout) for entry in read_schedule(data))
    assert again == data


def test_the_same_entries_give_the_same_bytes_and_others_another_serial() -> None:
    workout = compile_workout(parse_session("400m bwd"))
    first = compile_schedule([(date(2026, 12, 1), workout)], created=CREATED)
    assert compile_schedule([(date(2026, 12, 1), workout)], created=CREATED) == first
    other = compile_schedule([(date(2026, 12, 2), workout)], created=CREATED)
    serials = {_seen_by_fitparse(data, "file_id")[0]["serial_number"] for data in (first, other)}
    assert len(serials) == 2
    chosen = compile_schedule([(date(2026, 12, 1), workout)], created=CREATED, serial=7)
    assert _seen_by_fitparse(chosen, "file_id")[0]["serial_number"] == 7


def test_what_is_no_workout_is_refused() -> None:
    workout = compile_workout(parse_session("400m bwd"))
    with pytest.raises(WorkoutError, match="needs at least one workout"):
        compile_schedule([], created=CREATED)
    with pytest.raises(WorkoutError, match="2026-12-01: the file is no workout that a schedule can point to"):
        compile_schedule(
            [(date(2026, 12, 1), compile_schedule([(date(2026, 12, 1), workout)], created=CREATED))], created=CREATED
        )
    with pytest.raises(WorkoutError, match="does not fit into a FIT date"):
        compile_schedule([(date(1990, 1, 1), workout)], created=CREATED)
    with pytest.raises(WorkoutError, match="no time with a time zone"):
        compile_schedule([(date(2026, 12, 1), workout)], created=datetime(2026, 11, 22))  # noqa: DTZ001 - the point
    with pytest.raises(WorkoutError, match=r"is a time, not a day; give its date\(\)"):
        compile_schedule([(CREATED, workout)], created=CREATED)
    with pytest.raises(FitError):
        compile_schedule([(date(2026, 12, 1), b"no FIT")], created=CREATED)
