"""Whatever plan a watch executes, and wherever the runner stops or presses: every step is found with its round."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from retrorun.match.match import match_plan
from retrorun.session.model import Direction, Repeat, Session, Step
from retrorun.session.values import Distance, Duration, LapButton, Time, Times
from tests.match.watch import Watch

TIMES = st.sampled_from([20.0, 45.0, 90.0, 300.0]).map(lambda time_s: Time(time_s=time_s))
DISTANCES = st.sampled_from([100.0, 400.0, 1500.0]).map(lambda distance_m: Distance(distance_m=distance_m))
DURATIONS: st.SearchStrategy[Duration] = st.one_of(TIMES, DISTANCES, st.just(LapButton()))
STEPS = st.builds(Step, duration=DURATIONS, direction=st.sampled_from(Direction))


@st.composite
def repeats(draw: st.DrawFn, inner: st.SearchStrategy[Step | Repeat]) -> Repeat:
    steps = tuple(draw(st.lists(inner, min_size=1, max_size=3)))
    until = draw(st.integers(1, 3).map(lambda count: Times(count=count)))
    return Repeat(steps=steps, until=until, skip_last=draw(st.booleans()) and len(steps) > 1)


ELEMENTS: st.SearchStrategy[Step | Repeat] = st.one_of(STEPS, repeats(st.one_of(STEPS, repeats(STEPS))))
SESSIONS = st.lists(ELEMENTS, min_size=1, max_size=4).map(lambda steps: Session(steps=tuple(steps)))


@settings(max_examples=60, deadline=None)
@given(session=SESSIONS, auto_lap_m=st.sampled_from([None, 1000.0, 130.0]), home_s=st.sampled_from([0.0, 200.0]))
def test_a_plan_run_to_its_end(session: Session, auto_lap_m: float | None, home_s: float) -> None:
    watch = Watch(session=session, auto_lap_m=auto_lap_m, home_s=home_s)
    match = match_plan(watch.run(), session)
    assert [(step.place, step.repetition, step.lap_indices, step.outcome) for step in match.steps] == [
        (step.place, step.repetition, step.laps, "completed") for step in watch.truth
    ]


@settings(max_examples=60, deadline=None)
@given(session=SESSIONS, share=st.floats(0.05, 0.95), auto_lap_m=st.sampled_from([None, 1000.0]))
def test_a_plan_stopped_early(session: Session, share: float, auto_lap_m: float | None) -> None:
    whole = Watch(session=session)
    whole.run()
    watch = Watch(session=session, auto_lap_m=auto_lap_m, stop_at_s=round(share * whole.clock_s, 3))
    match = match_plan(watch.run(), session)
    done = [step for step in match.steps if step.outcome != "skipped"]
    assert [(step.place, step.repetition, step.lap_indices) for step in done] == [
        (step.place, step.repetition, step.laps) for step in watch.truth
    ]
    assert [(step.place, step.repetition) for step in match.steps] == [
        (step.place, step.repetition) for step in whole.truth
    ]


@settings(max_examples=60, deadline=None)
@given(session=SESSIONS, pressed=st.integers(0, 5), share=st.floats(0.1, 0.9))
def test_a_step_ended_by_the_button(session: Session, pressed: int, share: float) -> None:
    whole = Watch(session=session)
    whole.run()
    pressed %= len(whole.truth)
    length_s = whole.truth[pressed].end_s - whole.truth[pressed].start_s
    watch = Watch(session=session, press_after_s={pressed: round(share * length_s, 3)})
    match = match_plan(watch.run(), session)
    assert [(step.place, step.repetition, step.lap_indices) for step in match.steps] == [
        (step.place, step.repetition, step.laps) for step in watch.truth
    ]


@settings(max_examples=60, deadline=None)
@given(session=SESSIONS)
def test_laps_by_hand_are_never_laid_wrong_in_silence(session: Session) -> None:
    """Without indices the order of the laps is the only guide: right, or said to be open."""
    watch = Watch(session=session)
    activity = watch.run()
    laps = tuple(replace(lap, planned_step_index=None, trigger="manual") for lap in activity.laps)
    match = match_plan(replace(activity, laps=laps, workout=None), session)
    right = {step.laps: (step.place, step.repetition) for step in watch.truth}
    for step, true in zip(match.steps, watch.truth, strict=True):
        if match.basis == "laps" and step.start_s is not None:
            assert right[step.lap_indices] == (step.place, step.repetition)
        elif step.start_s is not None:
            assert abs(step.start_s - true.start_s) <= 10.0
