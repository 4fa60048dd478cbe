from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrorun.errors import WorkoutError
from retrorun.session.model import Direction, Repeat, Session, Step
from retrorun.session.values import (
    CadenceRange,
    Distance,
    HeartRateBelow,
    HeartRateZone,
    LapButton,
    RepeatUntil,
    SpeedRange,
    Time,
    Times,
)
from retrorun.workout.check import MOST_LINES, Arranged, Group, Part, Single, arrange, check_session, lower_session
from retrorun.workout.decode import Decompiled
from retrorun.workout.devices import DEVICES
from retrorun.workout.fit import compile_workout, decompile
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


# ---- flatten for formats ---------------------------------------------------------------------------------------------


BACK = Step(duration=Time(time_s=60), direction=Direction.BACKWARD)
JOG = Step(duration=Time(time_s=30))
SPRINT = Step(duration=Distance(distance_m=100), target=SpeedRange(low_mps=4.0, high_mps=6.0))


def arranged(*items: Step | Repeat, depth: int, keeps: bool = False) -> Arranged:
    return arrange(Session(steps=items), format_name="It", depth=depth, keeps_skip_last=lambda _: keeps)


def shape(parts: tuple[Part, ...]) -> list[object]:
    """Places of steps; a repeat as (count, what is in it, whether the last step is left out)."""
    return [
        part.place.removeprefix("steps") if isinstance(part, Single) else (part.count, shape(part.body), part.skip_last)
        for part in parts
    ]


def told(made: Arranged) -> list[str]:
    return [f"{finding.severity} {finding.place}: {finding.what}" for finding in made.findings.all]


PAIR = Repeat(until=Times(count=3), steps=(BACK, JOG))
SETS = Repeat(until=Times(count=2), steps=(PAIR, JOG))
BLOCKS = Repeat(until=Times(count=2), steps=(SETS, JOG))


def test_what_fits_stays_as_it_is() -> None:
    made = arranged(BACK, SETS, depth=2)
    assert shape(made.parts) == [
        "[0]",
        (2, [(3, ["[1].repeat[0].repeat[0]", "[1].repeat[0].repeat[1]"], False), "[1].repeat[1]"], False),
    ]
    assert told(made) == []


def test_no_repeats_at_all() -> None:
    made = arranged(PAIR, depth=0)
    assert shape(made.parts) == ["[0].repeat[0]", "[0].repeat[1]"] * 3
    assert told(made) == ["note steps[0]: It holds no repeats: 3 rounds written out"]


def test_the_outer_repeat_is_written_out_and_the_inner_kept() -> None:
    made = arranged(SETS, depth=1)
    inner = (3, ["[0].repeat[0].repeat[0]", "[0].repeat[0].repeat[1]"], False)
    assert shape(made.parts) == [inner, "[0].repeat[1]"] * 2
    assert told(made) == ["note steps[0]: It holds no repeats nested more than 1 deep: 2 rounds written out"]


def test_only_the_outermost_of_three_is_written_out_for_two() -> None:
    made = arranged(BLOCKS, depth=2)
    assert [isinstance(part, Group) for part in made.parts] == [True, False, True, False]
    assert len(made.findings.all) == 1


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, ["[0].repeat[0]"]),
        (2, [(1, ["[0].repeat[0]", "[0].repeat[1]"], False), "[0].repeat[0]"]),
        (3, [(2, ["[0].repeat[0]", "[0].repeat[1]"], False), "[0].repeat[0]"]),
    ],
)
def test_a_last_round_without_its_last_step_is_written_out(count: int, expected: list[object]) -> None:
    made = arranged(Repeat(until=Times(count=count), steps=(BACK, JOG), skip_last=True), depth=1)
    assert shape(made.parts) == expected
    assert told(made) == ["note steps[0]: It cannot leave out a last step: the last round is written out"]


def test_a_format_that_can_leave_it_out_keeps_it() -> None:
    made = arranged(Repeat(until=Times(count=3), steps=(BACK, JOG), skip_last=True), depth=1, keeps=True)
    assert shape(made.parts) == [(3, ["[0].repeat[0]", "[0].repeat[1]"], True)]
    assert told(made) == []


@pytest.mark.parametrize("keeps", [True, False])
def test_all_rounds_written_out_leave_the_last_step_out_once(keeps: bool) -> None:
    made = arranged(Repeat(until=Times(count=3), steps=(BACK, JOG), skip_last=True), depth=0, keeps=keeps)
    assert shape(made.parts) == ["[0].repeat[0]", "[0].repeat[1]"] * 2 + ["[0].repeat[0]"]


def test_a_repeat_can_be_the_last_step_that_is_left_out() -> None:
    made = arranged(Repeat(until=Times(count=2), steps=(JOG, PAIR), skip_last=True), depth=0)
    assert shape(made.parts) == [
        "[0].repeat[0]",
        *["[0].repeat[1].repeat[0]", "[0].repeat[1].repeat[1]"] * 3,
        "[0].repeat[0]",
    ]


@pytest.mark.parametrize(
    ("until", "body", "count", "what"),
    [
        (Time(time_s=900), (BACK, JOG), 10, "10 rounds, reckoned from the plan"),
        (Time(time_s=901), (BACK, JOG), 11, "11 rounds, reckoned from the plan"),
        (Time(time_s=10), (BACK, JOG), 1, "1 round, reckoned from the plan"),
        (Time(time_s=200), (SPRINT,), 10, "10 rounds, reckoned from the plan"),  # 100 m at 5 m/s
        (Distance(distance_m=1000), (SPRINT,), 10, "10 rounds, reckoned from the plan"),
        (Time(time_s=540), (PAIR,), 2, "2 rounds, reckoned from the plan"),  # three times 90 s
        (
            Time(time_s=1200),
            (Repeat(until=Time(time_s=300), steps=(Step(duration=LapButton()),)),),
            4,
            "4 rounds, reckoned from the plan",
        ),
        (Time(time_s=4_000_000), (JOG,), 999, "999 rounds, reckoned from the plan"),
        (Distance(distance_m=1000), (BACK,), 1, "1 round, as the plan does not say"),
        (Distance(distance_m=1000), (SPRINT, BACK), 1, "1 round, as the plan does not say"),
        (Time(time_s=900), (BACK, Step(duration=LapButton())), 1, "1 round, as the plan does not say"),
        (HeartRateBelow(heart_rate_bpm=120), (BACK,), 1, "1 round, as the plan does not say"),
    ],
)
def test_a_repeat_without_a_count_gets_one(
    until: RepeatUntil, body: tuple[Step | Repeat, ...], count: int, what: str
) -> None:
    made = arranged(Repeat(until=until, steps=body, note="on the track"), depth=2)
    (group,) = made.parts
    assert isinstance(group, Group)
    assert group.count == count
    assert group.note.startswith("until ")
    assert group.note.endswith("; on the track")
    assert what in made.findings.all[0].what
    assert made.findings.all[0].severity == "warning"


def test_the_note_of_a_repeat_that_is_written_out_is_told() -> None:
    made = arranged(Repeat(until=Times(count=2), steps=(BACK,), note="in pairs"), depth=0)
    assert made.findings.all[-1].what == "It has no place for the note of a repeat written out: 'in pairs' is left out"


@pytest.mark.parametrize("skip_last", [False, True])
def test_as_many_lines_as_can_be_are_written_and_no_more(skip_last: bool) -> None:
    half = Repeat(until=Times(count=500), steps=(BACK, JOG), skip_last=skip_last)
    items = (half, half, BACK, BACK) if skip_last else (half, half)
    assert len(arranged(*items, depth=0).parts) == MOST_LINES
    with pytest.raises(
        WorkoutError, match="written out for It this is more than 2000 lines; lower the counts"
    ) as raised:
        arranged(*items, BACK, depth=0)
    assert raised.value.where == f"steps[{len(items)}]"


def test_lines_inside_of_repeats_count_too() -> None:
    group = Repeat(until=Times(count=2), steps=(BACK, JOG))  # itself and two steps
    outer = Repeat(until=Times(count=666), steps=(group,))
    assert len(arranged(outer, BACK, JOG, depth=1).parts) == 668  # 666 times 3 and 2 are 2000 lines
    with pytest.raises(WorkoutError, match="more than 2000 lines"):
        arranged(outer, BACK, JOG, JOG, depth=1)


def test_what_would_fill_the_memory_is_refused_at_once() -> None:
    huge = Repeat(until=Times(count=999), steps=(BACK, JOG))
    for _ in range(4):
        huge = Repeat(until=Times(count=999), steps=(huge, JOG), skip_last=True)
    with pytest.raises(WorkoutError, match="more than 2000 lines"):
        arranged(huge, depth=0)
