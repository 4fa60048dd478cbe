"""Executed plans: every quirk of a watch's laps, made by a simulated watch that knows the truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from retrorun.activity.model import Activity, Pause
from retrorun.errors import PlanError
from retrorun.match.match import match_plan
from retrorun.match.model import Match
from retrorun.session.model import Direction, Repeat, Session, Step
from retrorun.session.values import Distance, LapButton, Time, Times
from tests.match.watch import Executed, Watch

GUESS = "that the plan has backward steps is guessed from somebody else's words"
WARM_UP = Step(duration=Time(time_s=600.0))
FORWARD = Step(duration=Distance(distance_m=400.0))
BACKWARD = Step(duration=Distance(distance_m=200.0), direction=Direction.BACKWARD)
REST = Step(duration=Time(time_s=90.0))
COOL_DOWN = Step(duration=LapButton())
NESTED = Session(
    steps=(
        WARM_UP,
        Repeat(
            until=Times(count=3),
            skip_last=True,
            steps=(
                Repeat(until=Times(count=3), skip_last=True, steps=(BACKWARD, REST)),
                Step(duration=Time(time_s=300.0)),
            ),
        ),
        COOL_DOWN,
    )
)


def executed(match: Match) -> list[tuple[str, tuple[int, ...], float | None, float | None, bool, tuple[int, ...]]]:
    return [
        (step.place, step.repetition, step.start_s, step.end_s, step.outcome == "completed", step.lap_indices)
        for step in match.steps
        if step.outcome != "skipped"
    ]


def truth(steps: list[Executed]) -> list[tuple[str, tuple[int, ...], float, float, bool, tuple[int, ...]]]:
    return [(step.place, step.repetition, step.start_s, step.end_s, step.whole, step.laps) for step in steps]


def by_hand(activity: Activity) -> Activity:
    """The same laps, pressed by hand on a watch that knows no plan."""
    laps = tuple(replace(lap, planned_step_index=None, trigger="manual") for lap in activity.laps)
    return replace(activity, laps=laps, workout=None)


def test_nested_repeats_with_cut_last_rounds() -> None:
    watch = Watch(session=NESTED)
    match = match_plan(watch.run())
    assert executed(match) == truth(watch.truth)
    assert [step.repetition for step in match.steps if step.place == "steps[1].repeat[0].repeat[1]"] == [
        (1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2)
    ]  # fmt: skip
    assert match.reasons == (GUESS,)


def test_automatic_laps_inside_steps_are_one_step() -> None:
    watch = Watch(session=NESTED, auto_lap_m=1000.0 / 3)
    match = match_plan(watch.run())
    assert executed(match) == truth(watch.truth)
    assert any(len(step.lap_indices) > 1 for step in match.steps)


def test_rounds_of_a_single_step_are_told_apart_by_its_duration() -> None:
    session = Session(steps=(Repeat(until=Times(count=5), steps=(REST,)), COOL_DOWN))
    for auto_lap_m in (None, 100.0, 270.0):
        watch = Watch(session=session, auto_lap_m=auto_lap_m)
        match = match_plan(watch.run())
        assert executed(match) == truth(watch.truth)


def test_a_round_that_had_hardly_begun_is_a_round_of_its_own() -> None:
    session = Session(steps=(Repeat(until=Times(count=5), steps=(REST,)),))
    watch = Watch(session=session, stop_at_s=180.6)
    match = match_plan(watch.run())
    assert [step.outcome for step in match.steps] == ["completed", "completed", "cut short", "skipped", "skipped"]
    assert executed(match) == truth(watch.truth)


def test_a_repeat_whose_last_step_is_its_first() -> None:
    # Two rounds of A B A: the last A of one round and the first A of the next carry the same index.
    session = Session(
        steps=(
            Repeat(
                until=Times(count=2),
                steps=(Repeat(until=Times(count=2), skip_last=True, steps=(BACKWARD, REST)),),
            ),
        )
    )
    watch = Watch(session=session, auto_lap_m=150.0)
    match = match_plan(watch.run())
    assert [step.repetition for step in match.steps] == [(1, 1), (1, 1), (1, 2), (2, 1), (2, 1), (2, 2)]
    assert executed(match) == truth(watch.truth)


def test_a_session_stopped_early() -> None:
    watch = Watch(session=NESTED, stop_at_s=1000.0)
    match = match_plan(watch.run())
    assert executed(match) == truth(watch.truth)
    assert executed(match)[-1][4] is False
    left = [step for step in match.steps if step.outcome == "skipped"]
    assert len(left) == 19 - len(watch.truth)
    assert {step.start_s for step in left} == {None}
    assert match.steps[-len(left) :] == tuple(left)


def test_a_last_step_until_the_button_is_ended_by_stopping() -> None:
    session = Session(steps=(WARM_UP, COOL_DOWN))
    match = match_plan(Watch(session=session, open_s=300.0, stop_at_s=700.0).run())
    assert [step.outcome for step in match.steps] == ["completed", "completed"]
    before = Session(steps=(COOL_DOWN, WARM_UP))
    match = match_plan(Watch(session=before, open_s=300.0, stop_at_s=100.0).run())
    assert [step.outcome for step in match.steps] == ["cut short", "skipped"]


def test_the_lap_button_cuts_a_step_short() -> None:
    session = Session(steps=(WARM_UP, Repeat(until=Times(count=3), steps=(REST,)), COOL_DOWN))
    watch = Watch(session=session, press_after_s={2: 40.0})
    match = match_plan(watch.run())
    assert executed(match) == truth(watch.truth)
    assert [step.outcome for step in match.steps] == ["completed", "completed", "cut short", "completed", "completed"]


def test_laps_after_the_workout_belong_to_no_step() -> None:
    watch = Watch(session=NESTED, home_s=500.0)
    activity = watch.run()
    match = match_plan(activity)
    assert executed(match) == truth(watch.truth)
    assert match.outside_lap_indices == (len(activity.laps) - 1,)


def test_a_pause_counts_for_the_clock_but_not_for_the_step() -> None:
    session = Session(steps=(WARM_UP, REST, COOL_DOWN))
    watch = Watch(session=session, pause=(100.0, 333.0))
    match = match_plan(watch.run())
    assert executed(match) == truth(watch.truth)
    assert (match.steps[0].timer_s, match.steps[0].start_s, match.steps[0].end_s) == (600.0, 0.0, 933.0)


def test_rounds_until_a_time() -> None:
    session = Session(steps=(WARM_UP, Repeat(until=Time(time_s=500.0), steps=(BACKWARD, REST)), COOL_DOWN))
    watch = Watch(session=session)  # a round takes 100 s + 90 s, so the third round passes 500 s
    match = match_plan(watch.run())
    assert executed(match) == truth(watch.truth)
    assert [step.repetition for step in match.steps] == [(), (1,), (1,), (2,), (2,), (3,), (3,), ()]
    assert not [step for step in match.steps if step.outcome == "skipped"]


def test_going_back_to_an_earlier_step() -> None:
    session = Session(steps=(WARM_UP, REST, FORWARD, COOL_DOWN))
    activity = Watch(session=session).run()
    first = activity.laps[1]
    again = [replace(activity.laps[k], planned_step_index=k) for k in (0, 1)] + [
        replace(first, start_s=690.0, end_s=780.0)
    ]
    match = match_plan(replace(activity, laps=(*again, *activity.laps[2:])))
    assert [(step.place, step.outcome) for step in match.steps] == [
        ("steps[0]", "completed"),
        ("steps[1]", "completed"),
        ("steps[1]", "repeated"),
        ("steps[2]", "completed"),
        ("steps[3]", "completed"),
    ]


def test_a_skipped_step_stands_where_the_plan_had_it() -> None:
    activity = Watch(session=Session(steps=(WARM_UP, REST, FORWARD, COOL_DOWN))).run()
    match = match_plan(replace(activity, laps=(activity.laps[0], *activity.laps[2:])))
    assert [step.outcome for step in match.steps] == ["completed", "skipped", "completed", "completed"]


def test_a_lap_that_names_a_step_which_the_plan_does_not_have() -> None:
    activity = Watch(session=Session(steps=(WARM_UP, REST))).run()
    laps = (*activity.laps, replace(activity.laps[0], planned_step_index=9))
    match = match_plan(replace(activity, laps=laps))
    assert match.outside_lap_indices == (2,)
    assert match.reasons == ("lap 3 names step 9, which the plan does not have",)


def test_laps_by_hand_without_any_index() -> None:
    for session in (NESTED, Session(steps=(WARM_UP, FORWARD, REST, BACKWARD, REST, COOL_DOWN))):
        watch = Watch(session=session)
        match = match_plan(by_hand(watch.run()), session)
        assert match.basis == "laps"
        assert executed(match) == truth(watch.truth)


def test_laps_by_hand_a_little_late_and_a_way_home() -> None:
    session = Session(steps=(WARM_UP, Repeat(until=Times(count=4), steps=(FORWARD, REST, BACKWARD, REST))))
    watch = Watch(session=session, home_s=400.0)
    activity = by_hand(watch.run())
    late = [
        replace(lap, timer_s=(lap.timer_s or 0.0) + (2.0 if k % 2 else -1.0)) for k, lap in enumerate(activity.laps)
    ]
    match = match_plan(replace(activity, laps=tuple(late)), session)
    assert executed(match) == truth(watch.truth)
    assert match.outside_lap_indices == (len(activity.laps) - 1,)


def test_after_a_forgotten_press_the_other_steps_are_found() -> None:
    session = Session(steps=(WARM_UP, FORWARD, REST, Step(duration=Distance(distance_m=1500.0)), REST, COOL_DOWN))
    watch = Watch(session=session, open_s=300.0)
    activity = by_hand(watch.run())
    one, two = activity.laps[1:3]
    both = replace(one, end_s=two.end_s, timer_s=two.end_s - one.start_s, distance_m=670.0)
    match = match_plan(replace(activity, laps=(activity.laps[0], both, *activity.laps[3:])), session)
    found = {step.place: step.start_s for step in match.steps if step.start_s is not None}
    assert found.keys() >= {"steps[0]", "steps[3]", "steps[4]", "steps[5]"}
    assert found["steps[3]"] == watch.truth[3].start_s
    assert "skipped" in [step.outcome for step in match.steps[1:3]]


def test_what_could_be_either_is_left_open() -> None:
    # One lap by hand of 200 s and 600 m: it fits the second step as well as the third, and one of them was left out.
    either = (Step(duration=Time(time_s=200.0)), Step(duration=Distance(distance_m=600.0)))
    session = Session(steps=(REST, *either, WARM_UP))
    activity = by_hand(Watch(session=session).run())
    laps = (*activity.laps[:2], activity.laps[3])
    match = match_plan(replace(activity, laps=laps), session)
    assert [step.outcome for step in match.steps] == ["completed", "cannot tell", "cannot tell", "completed"]
    assert [step.start_s for step in match.steps] == [0.0, None, None, 490.0]
    assert match.reasons == ("lap 2 could be steps[1] as well as steps[2]; left open",)


def test_laps_that_fit_hardly_any_step_are_not_laid_down() -> None:
    odd = Session(steps=tuple(Step(duration=Time(time_s=time_s)) for time_s in (313.0, 777.0, 21.0, 1900.0)))
    match = match_plan(by_hand(Watch(session=odd).run()), NESTED)
    assert match.basis == "nothing"
    assert match.reasons == ("the laps do not fit the plan",)


def test_even_laps_count_if_they_are_the_whole_plan() -> None:
    session = Session(steps=(Repeat(until=Times(count=4), steps=(REST,)), BACKWARD))
    watch = Watch(session=session)
    assert executed(match_plan(by_hand(watch.run()), session)) == truth(watch.truth)
    ordinary = Watch(session=Session(steps=(Repeat(until=Times(count=9), steps=(REST,)),))).run()
    assert match_plan(by_hand(ordinary), session).basis == "nothing"


def test_laps_without_a_distance_take_it_from_the_recording() -> None:
    session = Session(steps=(WARM_UP, FORWARD, REST, BACKWARD))
    watch = Watch(session=session)
    activity = by_hand(watch.run())
    covered = np.concatenate(([0.0], np.cumsum(activity.speed_mps)[:-1]))
    laps = tuple(replace(lap, distance_m=0.0) for lap in activity.laps)
    match = match_plan(replace(activity, laps=laps, distance_m=covered), session)
    assert [step.distance_m for step in match.steps] == pytest.approx([1800.0, 400.0, 270.0, 200.0], abs=3.0)


def test_automatic_laps_alone_say_nothing() -> None:
    session = Session(steps=(Step(duration=LapButton()), REST, COOL_DOWN))
    activity = Watch(session=Session(steps=(Step(duration=Time(time_s=3000.0)),)), auto_lap_m=1000.0).run()
    laps = tuple(replace(lap, planned_step_index=None) for lap in activity.laps)
    match = match_plan(replace(activity, laps=laps, workout=None), session)
    assert match.basis == "nothing"
    assert {step.outcome for step in match.steps} == {"cannot tell"}
    assert any("ends by hand" in reason for reason in match.reasons)


def test_without_laps_the_steps_lie_where_the_speed_changes() -> None:
    backward = Step(duration=Time(time_s=120.0), direction=Direction.BACKWARD)
    session = Session(steps=(WARM_UP, Repeat(until=Times(count=4), steps=(FORWARD, backward))))
    watch = Watch(session=session, home_s=300.0)
    activity = replace(watch.run(), laps=(), workout=None)
    match = match_plan(activity, session)
    assert match.basis == "speed"
    assert [step.start_s for step in match.steps] == pytest.approx([step.start_s for step in watch.truth], abs=2.0)
    assert [step.end_s for step in match.steps] == pytest.approx([step.end_s for step in watch.truth], abs=2.0)
    assert any("without laps" in reason for reason in match.reasons)


def test_a_recording_that_claims_years_is_not_searched() -> None:
    session = Session(steps=(WARM_UP, REST, FORWARD))
    activity = Watch(session=session).run()
    long_ago = np.concatenate((activity.time_s[:-1], [1e9]))
    match = match_plan(replace(activity, time_s=long_ago, laps=(), workout=None), session)
    assert match.basis == "nothing"


def test_a_silence_of_the_recording_is_running_time_and_a_stopped_watch_is_not() -> None:
    backward = Step(duration=Time(time_s=120.0), direction=Direction.BACKWARD)
    session = Session(steps=(WARM_UP, Repeat(until=Times(count=4), steps=(FORWARD, backward))))
    silent = replace(
        Watch(session=session, home_s=300.0).run(),
        laps=(),
        workout=None,
        pauses=tuple(Pause(start_s=at, end_s=at + 30.0, kind="gap") for at in (50.0, 200.0, 400.0)),
    )
    assert match_plan(silent, session).steps[1].start_s == pytest.approx(600.0, abs=2.0)
    watch = Watch(session=session, home_s=300.0, pause=(100.0, 250.0))
    stopped = replace(watch.run(), laps=(), workout=None, pauses=(Pause(start_s=100.0, end_s=350.0, kind="timer"),))
    assert match_plan(stopped, session).steps[1].start_s == pytest.approx(watch.truth[1].start_s, abs=2.0)


def test_laps_that_the_watch_counted_say_nothing_even_where_they_are_uneven() -> None:
    session = Session(steps=(WARM_UP, FORWARD, REST, FORWARD, REST))
    laps = [replace(lap, trigger="distance") for lap in by_hand(Watch(session=session).run()).laps]
    odd = replace(laps[0], start_s=laps[-1].end_s, end_s=laps[-1].end_s + 700.0, timer_s=700.0)
    activity = replace(Watch(session=session, home_s=800.0).run(), workout=None, laps=(*laps, odd, odd))
    assert match_plan(activity, session).basis != "laps"


def test_without_laps_and_without_changes_nothing_is_guessed() -> None:
    session = Session(steps=(WARM_UP, REST, FORWARD))
    activity = Watch(session=Session(steps=(Step(duration=Time(time_s=3000.0)),))).run()
    match = match_plan(replace(activity, laps=(), workout=None), session)
    assert match.basis == "nothing"


def test_a_given_session_takes_the_place_of_the_carried_plan() -> None:
    carried = Session(steps=(WARM_UP, Repeat(until=Times(count=3), steps=(FORWARD, REST))))
    written = replace(FORWARD, direction=Direction.BACKWARD, note="look over your left shoulder")
    given = Session(steps=(WARM_UP, written, REST, Repeat(until=Times(count=2), steps=(written, REST))))
    watch = Watch(session=carried, auto_lap_m=150.0)
    match = match_plan(watch.run(), given)
    assert match.basis == "step indices"
    assert [step.place for step in match.steps[:4]] == ["steps[0]", "steps[1]", "steps[2]", "steps[3].repeat[0]"]
    assert [step.lap_indices for step in match.steps] == [step.laps for step in watch.truth]
    assert match.steps[1].step is written


def test_another_plan_than_the_carried_one_does_without_indices() -> None:
    carried = Session(steps=(WARM_UP, FORWARD, REST))
    match = match_plan(
        Watch(session=carried).run(), Session(steps=(WARM_UP, FORWARD, Step(duration=Time(time_s=100.0))))
    )
    assert match.basis == "laps"
    assert "another plan" in match.reasons[0]


def test_no_plan_at_all() -> None:
    with pytest.raises(PlanError, match="carries no plan"):
        match_plan(by_hand(Watch(session=NESTED).run()))


def test_a_plan_that_would_never_end() -> None:
    inner = Repeat(until=Times(count=999), steps=(REST,))
    session = Session(steps=(Repeat(until=Times(count=999), steps=(inner,)),))
    with pytest.raises(PlanError, match="5000"):
        match_plan(by_hand(Watch(session=Session(steps=(REST, REST))).run()), session)


def test_more_laps_than_any_workout_has() -> None:
    activity = Watch(session=Session(steps=(REST, COOL_DOWN))).run()
    many = replace(activity, laps=activity.laps * 600)
    with pytest.raises(PlanError, match="1200 laps"):
        match_plan(many)
    pairs = Session(steps=(Repeat(until=Times(count=999), steps=(REST, FORWARD, BACKWARD, REST, FORWARD)),))
    with pytest.raises(PlanError, match="too many"):
        match_plan(by_hand(replace(activity, laps=activity.laps * 300)), pairs)


def test_many_laps_of_one_step() -> None:
    session = Session(steps=(Step(duration=Time(time_s=80_000.0)), COOL_DOWN))
    watch = Watch(session=session, auto_lap_m=1000.0)
    match = match_plan(watch.run())
    assert [len(step.lap_indices) for step in match.steps] == [len(step.laps) for step in watch.truth]


def test_a_direction_out_of_somebody_elses_words_is_said_to_be_a_guess() -> None:
    activity = Watch(session=NESTED).run()
    assert GUESS in match_plan(activity).reasons  # its notes say BACKWARD, and nobody says who wrote them
    assert GUESS not in match_plan(activity, NESTED).reasons
    forward = replace(NESTED, steps=(WARM_UP, FORWARD, COOL_DOWN))
    assert GUESS not in match_plan(Watch(session=forward).run()).reasons
