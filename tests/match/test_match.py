"""Executed plans: every quirk of a watch's laps, made by a simulated watch that knows the truth."""

from __future__ import annotations

from dataclasses import replace

from tests.match.watch import Executed, Watch

from retrorun.activity.model import Activity
from retrorun.match.match import match_plan
from retrorun.match.model import Match
from retrorun.session.model import Direction, Distance, LapButton, Repeat, Session, Step, Time, Times

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
    assert not match.reasons
