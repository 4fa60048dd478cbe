from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrorun.errors import WorkoutError
from retrorun.session.model import Direction, Repeat, Session, Slope, Step
from retrorun.session.values import CadenceRange, Distance, HeartRateZone, LapButton, SpeedRange, Time, Times
from retrorun.workout.check import check_session, count_steps, errors_of
from retrorun.workout.devices import DEVICES, find_device
from retrorun.workout.encode import encode
from retrorun.workout.fit import compile_workout
from tests import strategies

A, B = Step(duration=LapButton()), Step(duration=Time(time_s=60), direction=Direction.BACKWARD)


def session(*steps: Step | Repeat, **more: Any) -> Session:  # noqa: ANN401 - any field of a session
    return Session(steps=steps, **{"name": "Test", **more})


def told(planned: Session, device: str = "generic") -> list[tuple[str, str]]:
    return [(finding.severity, finding.place) for finding in check_session(planned, device)]


def times(count: int, *steps: Step | Repeat, **more: Any) -> Repeat:  # noqa: ANN401 - any field of a repeat
    return Repeat(steps=steps, until=Times(count=count), **more)


def test_a_plain_session_has_nothing_to_mend() -> None:
    assert check_session(session(A, times(4, B, A))) == ()


@pytest.mark.parametrize(
    ("planned", "expected"),
    [
        (session(*[A] * 50), []),
        (session(*[A] * 51), [("error", "")]),
        (session(*[A] * 49, times(2, A)), [("error", "")]),  # a repeat is a step of its own
        (session(*[A] * 48, times(2, A)), []),
        (session(times(2, *[A] * 25, skip_last=True)), [("note", "steps[0]")]),  # 25, the repeat, 24 of the last round
        (session(times(2, *[A] * 26, skip_last=True)), [("error", ""), ("note", "steps[0]")]),
        (session(times(2, times(2, A))), []),
        (session(A, times(2, times(2, times(2, A)))), [("error", "steps[1].repeat[0].repeat[0]")]),
        (session(A, name="x" * 31), []),
        (session(A, name="x" * 32), [("warning", "")]),
        (session(A, name="ü" * 16), [("warning", "")]),  # bytes, not letters
        (session(A, note="x" * 159), []),
        (session(A, note="x" * 160), [("warning", "")]),
        (session(A, name=""), [("note", "")]),
        (session(Step(duration=LapButton(), note="x" * 186)), []),  # behind "forward run: "
        (session(A, Step(duration=LapButton(), note="x" * 187)), [("warning", "steps[1]")]),
        (session(times(2, A, note="x" * 199)), []),
        (session(times(2, A, note="x" * 200)), [("warning", "steps[0]")]),
        (
            session(times(2, A, B, skip_last=True, note="x" * 189)),
            [("warning", "steps[0]"), ("note", "steps[0]")],
        ),  # behind its mark
        (session(times(1, A, B, skip_last=True)), [("warning", "steps[0]")]),
        (session(Repeat(steps=(A,), until=Time(time_s=600))), [("note", "steps[0]")]),
        (session(Repeat(steps=(A,), until=Distance(distance_m=600))), [("note", "steps[0]")]),
        (
            session(Step(duration=LapButton(), target=SpeedRange(low_mps=2, high_mps=2))),
            [("note", "steps[0]")],
        ),
        (
            session(
                Step(
                    duration=LapButton(),
                    target=HeartRateZone(zone=2),
                    secondary_target=CadenceRange(low_spm=170, high_spm=180),
                )
            ),
            [("warning", "steps[0]")],
        ),
        (
            session(times(2, Step(duration=LapButton(), direction=Direction.BACKWARD, slope=Slope.DOWNHILL))),
            [("warning", "steps[0].repeat[0]")],
        ),
    ],
)
def test_each_problem_is_told_once_at_its_place(planned: Session, expected: list[tuple[str, str]]) -> None:
    assert told(planned) == expected
    assert all(finding.hint for finding in check_session(planned))


def test_every_problem_at_once_the_worst_first() -> None:
    planned = session(
        *[Step(duration=LapButton(), note="x" * 300)] * 60, times(2, times(2, times(2, A))), name="", note="y" * 300
    )
    found = told(planned)
    assert found == sorted(found, key=lambda each: ["error", "warning", "note"].index(each[0]))
    assert [severity for severity, _ in found].count("error") == 2
    assert [severity for severity, _ in found].count("warning") == 61
    assert [severity for severity, _ in found].count("note") == 1


def test_limits_are_those_of_the_device() -> None:
    planned = session(
        Step(
            duration=LapButton(),
            target=HeartRateZone(zone=2),
            secondary_target=CadenceRange(low_spm=170, high_spm=180),
        ),
        name="x" * 40,
    )
    assert told(planned, "fenix6x") == [("warning", ""), ("warning", "steps[0]")]
    assert told(planned, "edge530") == [("warning", "steps[0]")]
    assert told(planned, "fr965") == [("warning", "")]
    with pytest.raises(WorkoutError, match="unknown device"):
        check_session(planned, "fenix 99")


def test_a_session_of_200_steps_ends_in_a_clear_message() -> None:
    with pytest.raises(WorkoutError, match=r"the workout has 200 steps.*takes 50; .*split it"):
        compile_workout(session(*[A] * 200))


def test_compiling_names_the_first_error_and_how_many_more() -> None:
    with pytest.raises(WorkoutError, match=r"and 1 more"):
        compile_workout(session(*[A] * 60, times(2, times(2, times(2, A)))))


@settings(deadline=None, max_examples=40)
@given(strategies.sessions(max_depth=3), st.booleans())
def test_steps_are_counted_as_they_are_written(planned: Session, field18: bool) -> None:
    written = encode(planned, find_device("generic"), skip_last_field=field18).steps
    assert count_steps(planned.steps, skip_last_field=field18) == len(written)


def test_counting_a_deep_nest_of_written_out_rounds_does_not_write_it() -> None:
    nest: Step | Repeat = B
    for _ in range(8):
        nest = times(999, nest, A, skip_last=True)
    assert count_steps((nest,)) == 2**8 + 2 * (2**8 - 1)
    assert errors_of(session(nest), find_device("generic"))


@settings(deadline=None, max_examples=40)
@given(strategies.sessions(max_depth=3), st.sampled_from(sorted(DEVICES)))
def test_what_has_no_error_compiles(planned: Session, device: str) -> None:
    if any(finding.severity == "error" for finding in check_session(planned, device)):
        with pytest.raises(WorkoutError):
            compile_workout(planned, device=device)
    else:
        assert compile_workout(planned, device=device)


def test_what_the_watch_gets_of_a_name_is_shown_as_it_is() -> None:
    (found,) = check_session(Session(steps=(A,), name="🏃🏽\u200d♀️" * 3))
    assert found.what == "the session's name takes 51 bytes, 31 fit; on the watch it ends in '🏃🏽\u200d♀️'"


def test_findings_read_as_one_line() -> None:
    (finding,) = check_session(session(times(1, A, B, skip_last=True)))
    assert str(finding).startswith("warning: steps[0]: a repeat of one round")
