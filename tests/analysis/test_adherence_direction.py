"""What became of planned backward steps, and what a plan lends to detection.

On made-up runs, which show that the code is right and nothing about runners.
"""

from __future__ import annotations

from dataclasses import replace

from retrorun.activity.model import Activity, Lap
from retrorun.analysis.adherence import DirectionReport, judge_directions
from retrorun.analysis.analyse import detect, planned_spans
from retrorun.analysis.labels import Fingerprint, Label, Labels
from retrorun.detection.detector import detect_gait
from retrorun.detection.result import Detection
from retrorun.match.match import match_plan
from retrorun.session.model import Direction, Gait, Session, Step
from retrorun.session.values import Distance, Time
from tests.evaluation.plans import carry
from tests.evaluation.synthetic import synthesise

PLANNED = ((600.0, 660.0), (900.0, 925.0), (1200.0, 1290.0), (1600.0, 1620.0))


def run(*, backward: tuple[tuple[float, float], ...], planned: tuple[tuple[float, float], ...] = PLANNED) -> Activity:
    activity, _ = synthesise(duration_s=2400.0, spans=backward, seed=11)
    return carry(activity, planned)


def report(activity: Activity, labels: Labels | None = None) -> DirectionReport:
    match = match_plan(activity)
    return judge_directions(match, detect(activity, plan=match, labels=labels), activity, labels=labels)


def test_steps_run_as_planned() -> None:
    found = report(run(backward=PLANNED))
    assert [verdict.as_run for verdict in found.planned] == ["run as planned"] * 4
    assert [verdict.step.place for verdict in found.planned] == ["steps[1]", "steps[3]", "steps[5]", "steps[7]"]
    assert found.unplanned == ()


def test_steps_run_forward_instead() -> None:
    found = report(run(backward=()))
    assert [verdict.as_run for verdict in found.planned] == ["run forward instead"] * 4
    assert all(verdict.why for verdict in found.planned)


def test_backward_running_that_nobody_planned() -> None:
    found = report(run(backward=(*PLANNED[:3], (2000.0, 2090.0))))
    assert [verdict.as_run for verdict in found.planned] == ["run as planned"] * 3 + ["run forward instead"]
    assert [(round(one.start_s, -1), round(one.end_s, -1)) for one in found.unplanned] == [(2000.0, 2090.0)]


def test_a_recording_without_cadence_cannot_tell() -> None:
    activity = run(backward=PLANNED)
    blind = replace(activity, cadence_spm=activity.cadence_spm * float("nan"))
    assert {verdict.as_run for verdict in report(blind).planned} == {"cannot tell"}


def test_backward_walking_cannot_be_told() -> None:
    activity, _ = synthesise(duration_s=1200.0, seed=4)
    walk = Step(duration=Time(time_s=60.0), direction=Direction.BACKWARD, gait=Gait.WALK)
    session = Session(steps=(Step(duration=Time(time_s=600.0)), walk, Step(duration=Time(time_s=300.0))))
    laps = tuple(
        Lap(start_s=start_s, end_s=end_s, trigger="manual")
        for start_s, end_s in ((0.0, 600.0), (600.0, 660.0), (660.0, 960.0))
    )
    activity = replace(activity, laps=laps)
    match = match_plan(activity, session)
    found = judge_directions(match, detect(activity, plan=match), activity)
    assert [verdict.as_run for verdict in found.planned] == ["cannot tell"]
    assert planned_spans(match) == tuple(span for span in planned_spans(match) if span.direction == "forward")


def test_slower_without_more_cadence_is_left_open() -> None:
    long = ((600.0, 690.0), (1200.0, 1290.0), (1800.0, 1890.0))
    activity, _ = synthesise(duration_s=2400.0, spans=long, seed=11, uplift=-0.01)
    found = report(carry(activity, long))
    assert not [verdict for verdict in found.planned if verdict.as_run == "run as planned"]


def test_labels_decide() -> None:
    activity = run(backward=PLANNED[:2])
    labels = Labels(
        labels=(
            Label(start_s=600.0, end_s=660.0, direction=Direction.FORWARD),
            Label(start_s=1200.0, end_s=1290.0, direction=Direction.BACKWARD),
        ),
        recording=Fingerprint.of(activity),
    )
    verdicts = [verdict.as_run for verdict in report(activity, labels).planned]
    assert verdicts == ["run forward instead", "run as planned", "run as planned", "run forward instead"]
    other = replace(labels, recording=Fingerprint(length_s=1.0))
    verdicts = [verdict.as_run for verdict in report(activity, other).planned]
    assert verdicts == ["run as planned", "run as planned", "run forward instead", "run forward instead"]


def test_a_plan_makes_short_repetitions_callable() -> None:
    short = ((600.0, 620.0), (900.0, 920.0), (1200.0, 1220.0), (1600.0, 1620.0))
    found = told = 0
    for seed in range(6):
        activity, _ = synthesise(duration_s=2400.0, spans=short, seed=seed, uplift=0.06)
        found += len(detect_gait(activity).segments)
        told += len(detect(carry(activity, short)).segments)
    assert told > found
    assert told >= 22  # of 24


def test_a_plan_without_backward_steps_says_nothing() -> None:
    activity, _ = synthesise(duration_s=2400.0, spans=((600.0, 690.0),), seed=2)
    session = Session(steps=(Step(duration=Time(time_s=500.0)), Step(duration=Time(time_s=1500.0))))
    carried = replace(carry(activity, ()), laps=())
    for plan in (None, session):
        assert detect(carried, plan=plan).segments == detect_gait(carried).segments
    assert planned_spans(match_plan(carry(activity, ()))) == ()


def test_a_plan_that_cannot_be_used_is_said() -> None:
    activity, _ = synthesise(duration_s=900.0, seed=2)
    carried = carry(activity, ((300.0, 360.0),))
    assert carried.workout is not None
    broken = replace(carried, workout=replace(carried.workout, steps=carried.workout.steps[:0]))
    detection = detect(broken)
    assert any("left unused" in reason for reason in detection.reasons)
    assert detection.segments == detect_gait(broken).segments


def test_a_plan_that_cannot_be_laid_down_is_said() -> None:
    activity, _ = synthesise(duration_s=900.0, seed=2)
    session = Session(
        steps=(
            Step(duration=Distance(distance_m=400.0), direction=Direction.BACKWARD),
            Step(duration=Time(time_s=60.0)),
        )
    )
    detection = detect(activity, plan=session)
    assert any("no laps" in reason for reason in detection.reasons)


def test_without_a_place_for_the_plan_nothing_is_judged() -> None:
    activity, _ = synthesise(duration_s=900.0, seed=2)
    session = Session(
        steps=(Step(duration=Time(time_s=300.0)), Step(duration=Time(time_s=60.0), direction=Direction.BACKWARD))
    )
    match = match_plan(activity, session)
    assert match.basis == "nothing"
    found = judge_directions(match, Detection(verdict="none"), activity)
    assert (found.planned, found.unplanned) == ((), ())
