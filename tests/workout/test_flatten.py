from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrorun.errors import WorkoutError
from retrorun.session.model import Direction, Repeat, Session, Step
from retrorun.session.values import CadenceRange, HeartRateZone, LapButton, Time, Times
from retrorun.workout.check import check_session
from retrorun.workout.decode import Decompiled
from retrorun.workout.devices import DEVICES
from retrorun.workout.fit import compile_workout, decompile
from retrorun.workout.flatten import lower_session
from tests import strategies

A, B = Step(duration=LapButton()), Step(duration=Time(time_s=60), direction=Direction.BACKWARD)


def session(*steps: Step | Repeat, **more: Any) -> Session:  # noqa: ANN401 - any field of a session
    return Session(steps=steps, **{"name": "Test", **more})


def times(count: int, *steps: Step | Repeat, **more: Any) -> Repeat:  # noqa: ANN401 - any field of a repeat
    return Repeat(steps=steps, until=Times(count=count), **more)


def until(time_s: int, *steps: Step | Repeat) -> Repeat:
    return Repeat(steps=steps, until=Time(time_s=time_s))


def done(steps: tuple[Step | Repeat, ...]) -> list[Step]:
    """What a runner does, step after step; only for repeats with a count."""
    run: list[Step] = []
    for item in steps:
        if isinstance(item, Step):
            run.append(item)
            continue
        assert isinstance(item.until, Times)
        for number in range(item.until.count):
            last = item.skip_last and number == item.until.count - 1
            run += done(item.steps[:-1] if last else item.steps)
    return run


def test_a_counted_repeat_between_two_without_a_count_is_written_out() -> None:
    (part,) = lower_session(session(until(60, times(3, until(5, A))))).sessions
    assert part.steps == (until(60, *[until(5, A)] * 3),)


def test_what_fits_is_left_as_it_is() -> None:
    planned = session(A, times(4, B, A, skip_last=True), note="x")
    assert lower_session(planned).sessions == (planned,)
    assert lower_session(planned).changes == ()


@pytest.mark.parametrize(
    "steps",
    [
        (times(2, times(3, times(4, A, B))),),
        (A, times(2, times(3, times(2, A, B), A, skip_last=True), B, skip_last=True)),
        (times(2, times(2, times(2, times(2, A)))),),
        (*[A, B] * 60,),
        (times(3, *[A, B] * 30),),
        (times(3, *[A, B] * 30, skip_last=True), times(2, A)),
        (times(60, times(2, times(2, A, B), A)),),
    ],
)
def test_a_lowered_session_is_the_same_run_and_fits(steps: tuple[Step | Repeat, ...]) -> None:
    planned = session(*steps)
    assert [finding for finding in check_session(planned) if finding.severity == "error"]
    lowered = lower_session(planned)
    assert [step for part in lowered.sessions for step in done(part.steps)] == done(planned.steps)
    assert not [finding for part in lowered.sessions for finding in check_session(part) if finding.severity == "error"]
    assert lowered.changes


def test_parts_bear_numbers_within_the_names_width() -> None:
    lowered = lower_session(session(*[A] * 200, name="Rückwärts rund um den ganzen See"))
    names = [part.name for part in lowered.sessions]
    assert names == [f"Rückwärts rund um den gan {number}/4" for number in range(1, 5)]
    assert all(len(name.encode()) <= 31 for name in names)
    assert [change.hint for change in lowered.changes] == [
        "split into 4 sessions",
        "cut to 'Rückwärts rund um den gan'",
    ]
    assert len({decompile(compile_workout(part)).identity for part in lowered.sessions}) == 4


def test_texts_are_cut_and_it_is_said_where() -> None:
    long = Step(duration=LapButton(), note="x" * 300)
    lowered = lower_session(session(A, times(2, long, note="y" * 300), name="n" * 50, note="z" * 300))
    (part,) = lowered.sessions
    assert (part.name, part.note) == ("n" * 31, "z" * 159)
    repeat = part.steps[1]
    assert isinstance(repeat, Repeat)
    assert (repeat.note, repeat.steps[0].note) == ("y" * 199, "x" * 186)
    assert [change.place for change in lowered.changes] == ["steps[1].repeat[0]", "steps[1]", "", ""]


def test_a_second_target_goes_into_the_note_where_the_watch_may_ignore_it() -> None:
    both = Step(
        duration=LapButton(),
        target=HeartRateZone(zone=2),
        secondary_target=CadenceRange(low_spm=170, high_spm=180),
        note="tall",
    )
    lowered = lower_session(session(both))
    (step,) = lowered.sessions[0].steps
    assert isinstance(step, Step)
    assert (step.secondary_target, step.note) == (None, "also 170-180 spm; tall")
    assert lowered.changes[0].place == "steps[0]"
    assert lower_session(session(both), "fr965").sessions == (session(both),)


def test_a_step_that_comes_by_again_and_again_is_reported_once() -> None:
    long = Step(duration=LapButton(), note="x" * 300)
    changes = lower_session(session(times(5, times(5, times(5, long))))).changes
    assert [change.place for change in changes].count("steps[0].repeat[0].repeat[0].repeat[0]") == 1


@pytest.mark.parametrize(
    "steps",
    [
        (until(60, until(30, until(5, A))),),
        (until(60, *[A] * 60),),
        (times(999, times(999, times(999, times(999, A)))),),
        (times(999, *[A] * 60),),
    ],
)
def test_what_cannot_be_lowered_is_refused(steps: tuple[Step | Repeat, ...]) -> None:
    with pytest.raises(WorkoutError) as caught:
        lower_session(session(*steps))
    assert caught.value.hint


@settings(deadline=None, max_examples=60)
@given(strategies.sessions(), st.sampled_from(sorted(DEVICES)), st.booleans())
def test_lowered_sessions_come_back_equal(
    planned: Session,
    device: str,
    field18: bool,
) -> None:
    try:
        lowered = lower_session(planned, device)
    except WorkoutError:
        assert any(finding.severity == "error" for finding in check_session(planned, device))
        return
    for part in lowered.sessions[:5]:
        back: Decompiled = decompile(compile_workout(part, device=device, skip_last_field=field18))
        assert (back.session, back.findings) == (part, ())
