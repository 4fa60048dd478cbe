from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.errors import DocumentError, NotationError, WorkoutError
from retrorun.fit.workout_message import FileIdentity, RawStep, RawWorkout, write_workout
from retrorun.session.model import Session, Step
from retrorun.session.notation import parse_session
from retrorun.workout.deliver import Delivered, Deliveries, Prepared, prepare
from retrorun.workout.fit import compile_workout, decompile, decompile_workout
from retrorun.workout.identity import is_ours

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
