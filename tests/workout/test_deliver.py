from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import fitdecode
import fitparse
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.errors import DocumentError, FitError, NotationError, WorkoutError
from retrorun.fit.workout_message import FileIdentity, RawStep, RawWorkout, file_identity, write_workout
from retrorun.session.model import Session, Step
from retrorun.session.notation import parse_session
from retrorun.session.plan import make_plan
from retrorun.workout.deliver import (
    Delivered,
    Deliveries,
    Prepared,
    compile_schedule,
    is_schedule,
    prepare,
    read_schedule,
)
from retrorun.workout.fit import compile_workout, decompile, decompile_workout, is_ours

THEIRS = FileIdentity(type=5, manufacturer=281, product=1, serial=77, time_created=1_000_000_000)


def file(*steps: RawStep, name: str = "Theirs") -> bytes:
    return write_workout(RawWorkout(steps=steps, name=name, sport=1, num_valid_steps=len(steps)), THEIRS)


def metres(index: int = 0, **values: object) -> RawStep:
    values = {"duration_type": 1, "duration_value": 10_000, "target_type": 2, "intensity": 0, **values}
    return RawStep(index=index, **values)  # type: ignore[arg-type] # any field of a raw step


def said(prepared: Prepared) -> str:
    return " | ".join(finding.what for finding in prepared.findings)


PLAIN = file(metres())
SESSION = parse_session("10min warmup; 400m bwd", name="Ours")


def test_a_session_its_notation_and_its_file_give_the_same_bytes() -> None:
    compiled = compile_workout(SESSION)
    for source in (SESSION, compiled):
        (made,) = prepare([source]).files
        assert (made.data, made.session) == (compiled, SESSION)
    (noted,) = prepare(["10min warmup; 400m bwd"], name="Ours").files
    assert noted.data == compiled


def test_another_services_file_with_nothing_to_change_keeps_its_bytes() -> None:
    (made,) = prepare([PLAIN]).files
    assert made.data == PLAIN
    assert made.identity == THEIRS


def test_what_had_to_be_repaired_goes_out_repaired() -> None:
    plain = file(metres(target_type=1, target_value=0, target_low=140, target_high=160))
    prepared = prepare([plain])
    (made,) = prepared.files
    assert "without the offset" in said(prepared)
    assert decompile(made.data).findings == ()
    assert decompile_workout(made.data) == made.session
    assert is_ours(made.identity)


def test_a_name_is_honoured_for_every_source() -> None:
    for source in (SESSION, PLAIN, compile_workout(SESSION), "400m bwd"):
        (made,) = prepare([source], name="Tuesday").files
        assert decompile_workout(made.data).name == "Tuesday"


def test_another_services_file_is_lowered_like_any_session() -> None:
    long = file(*(metres(index) for index in range(60)))
    with pytest.raises(WorkoutError, match="takes 50"):
        prepare([long])
    prepared = prepare([long], lower=True)
    assert [len(made.session.steps) for made in prepared.files] == [50, 10]
    assert "split" in " ".join(finding.hint for finding in prepared.findings)


def test_damage_is_refused() -> None:
    for broken in (PLAIN[:-1] + bytes([PLAIN[-1] ^ 1]), file(metres(), metres(1))[:-12]):
        with pytest.raises(WorkoutError, match="damaged") as caught:
            prepare([broken])
        assert caught.value.hint


def test_two_files_of_one_identity_are_told_apart_and_it_is_said() -> None:
    other = file(metres(duration_value=20_000), name="Other")
    prepared = prepare([PLAIN, other])
    first, second = prepared.files
    assert first.identity != second.identity
    assert "a watch would keep one" in said(prepared)
    assert "keep one" not in said(prepare([PLAIN, PLAIN]))  # the same file twice is one


def test_a_perceived_exertion_in_another_makers_note_stays_in_the_note() -> None:
    prepared = prepare([file(metres(notes="RPE 7"))])
    (step,) = prepared.files[0].session.steps
    assert isinstance(step, Step)
    assert (step.target, step.note) == (None, "RPE 7")
    assert "perceived exertion" in said(prepared)


def test_effort_that_is_no_number_is_refused() -> None:
    with pytest.raises(NotationError):
        prepare(["400m bwd @ nothing"])


def test_every_finding_comes_once() -> None:
    findings = prepare([file(metres(notes="run backward"), metres(1, intensity=6))]).findings
    assert len(set(findings)) == len(findings)


# ---- the record ------------------------------------------------------------------------------------------------------

ROWS = st.lists(
    st.builds(
        Delivered, target=st.text(max_size=3), source=st.text(max_size=3), size=st.integers(0, 9), digest=st.text()
    ),
    max_size=5,
)


@given(ROWS)
def test_the_record_comes_back_from_json(rows: list[Delivered]) -> None:
    record = Deliveries().updated(rows)
    text = record.to_json()
    assert Deliveries.from_json(text).to_json() == text


def test_an_edited_session_replaces_the_old_file_at_its_watch_alone() -> None:
    old = Delivered.of(b"old", target="Forerunner", source="tuesday.yaml")
    elsewhere, another = replace(old, target="Edge"), Delivered.of(b"x", target="Forerunner", source="friday.yaml")
    record = Deliveries().updated([old, elsewhere, another])
    new = Delivered.of(b"new", target="Forerunner", source="tuesday.yaml")
    assert record.replaced_by([new]) == (old,)
    assert record.replaced_by([old]) == ()
    assert record.updated([new]).rows == (elsewhere, another, new)


def test_a_text_that_is_no_record_is_refused() -> None:
    with pytest.raises(DocumentError):
        Deliveries.from_json('{"format": "something else"}')


def test_a_session_is_what_is_prepared() -> None:
    assert all(isinstance(made.session, Session) for made in prepare([SESSION, PLAIN]).files)


# ---- the FIT schedule points to its workouts, as independent readers see it ------------------------------------------


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
