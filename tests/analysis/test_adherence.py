"""Plan against run: what was asked for, what was done, and the table of it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from retrorun.activity.model import Activity, Lap
from retrorun.analysis.adherence import Adherence, DirectionReport, adherence, judge_directions
from retrorun.analysis.analyse import detect, planned_spans
from retrorun.analysis.labels import Fingerprint, Label, Labels
from retrorun.detection.detector import detect_gait
from retrorun.detection.result import Detection
from retrorun.match.match import match_plan
from retrorun.report.export import adherence_document
from retrorun.report.tables import adherence_table
from retrorun.session.model import Direction, Gait, Repeat, Session, Step
from retrorun.session.values import (
    CadenceRange,
    Distance,
    HeartRateRange,
    HeartRateZone,
    LapButton,
    PowerRange,
    SpeedRange,
    Time,
    Times,
)
from retrorun.units import METRES_PER_MILE
from tests.evaluation.plans import carry
from tests.evaluation.synthetic import synthesise
from tests.match.watch import Watch

EASY = SpeedRange(low_mps=2.5, high_mps=2.9)
TEMPO = SpeedRange(low_mps=3.3, high_mps=3.4)
BACKWARD = Step(
    duration=Time(time_s=60.0), direction=Direction.BACKWARD, target=CadenceRange(low_spm=170, high_spm=180)
)
SESSION = Session(
    name="Two rounds",
    steps=(
        Step(duration=Time(time_s=300.0), target=EASY),
        Repeat(
            until=Times(count=2),
            steps=(
                Step(duration=Distance(distance_m=400.0), target=TEMPO),
                Step(
                    duration=Time(time_s=60.0),
                    direction=Direction.BACKWARD,
                    target=CadenceRange(low_spm=170, high_spm=180),
                ),
            ),
        ),
        Step(duration=LapButton(), target=HeartRateRange(low_bpm=100, high_bpm=120)),
    ),
)
NOTHING_FOUND = Detection(verdict="none")


def watch(**changes: object) -> Watch:
    return Watch(session=SESSION, speed_mps=lambda step: 2.7 if step.target == EASY else 3.2, **changes)  # type: ignore[arg-type]  # fields of the watch


def kept(activity: Activity) -> Adherence:
    return adherence(match_plan(activity, SESSION), activity, NOTHING_FOUND)


def with_columns(activity: Activity, *, heart_rate_bpm: float, cadence_spm: float) -> Activity:
    n = len(activity)
    return replace(activity, heart_rate_bpm=np.full(n, heart_rate_bpm), cadence_spm=np.full(n, cadence_spm))


def test_what_was_done_stands_beside_what_was_planned() -> None:
    result = kept(with_columns(watch().run(), heart_rate_bpm=130.0, cadence_spm=176.0))
    first, fast, back = result.steps[:3]
    assert (first.planned_time_s, first.planned_distance_m) == (300.0, None)
    assert (fast.planned_time_s, fast.planned_distance_m) == (None, 400.0)
    assert first.mean_speed_mps == pytest.approx(2.7)
    assert first.step.timer_s == pytest.approx(300.0)
    assert first.mean_heart_rate_bpm == pytest.approx(130.0)
    assert first.mean_cadence_spm == pytest.approx(176.0)
    assert [one.kept for one in (*first.targets, *fast.targets, *back.targets)] == ["in range", "below", "in range"]
    assert result.steps[-1].targets[0].kept == "above"
    assert first.targets[0].in_range == 1.0
    assert fast.targets[0].in_range == 0.0


def test_totals() -> None:
    result = kept(watch(stop_at_s=500.0).run())
    assert result.outcomes == {"completed": 3, "cut short": 1, "skipped": 2}
    assert result.planned_time_s == 300.0 + 60.0 + 60.0
    assert result.time_s == pytest.approx(360.0)
    assert result.planned_distance_m == 800.0
    assert result.distance_m == pytest.approx(400.0 + (500.0 - 300.0 - 125.0 - 60.0) * 3.2)


def test_a_repeated_step_was_planned_once() -> None:
    session = Session(steps=(Step(duration=Time(time_s=100.0)), Step(duration=Time(time_s=50.0))))
    activity = Watch(session=session).run()
    first, second = activity.laps
    again = replace(activity, laps=(first, second, replace(first, start_s=150.0, end_s=250.0), second))
    result = adherence(match_plan(again), again, NOTHING_FOUND)
    assert result.outcomes == {"completed": 2, "repeated": 2}
    assert (result.planned_time_s, result.time_s) == (150.0, 300.0)


def test_time_in_range_is_weighted_by_time() -> None:
    result = kept(watch().run())
    speeds = [step for step in result.steps if step.targets and step.targets[0].quantity == "speed_mps"]
    assert [step.targets[0].in_range for step in speeds] == [1.0, 0.0, 0.0]
    cadences_s = 120.0  # 170 spm, the watch's cadence, is in the range of both backward steps
    assert result.in_range == pytest.approx((300.0 + cadences_s) / (300.0 + 2 * 125.0 + cadences_s))


def test_a_pause_is_no_part_of_a_step() -> None:
    result = kept(watch(pause=(100.0, 400.0)).run())
    assert result.steps[0].step.timer_s == pytest.approx(300.0)
    assert result.steps[0].mean_speed_mps == pytest.approx(2.7)


def test_nothing_recorded_is_nothing_judged() -> None:
    result = kept(with_columns(watch().run(), heart_rate_bpm=np.nan, cadence_spm=0.0))
    assert result.steps[-1].targets[0].kept == "cannot tell"
    assert result.steps[-1].mean_cadence_spm is None


def test_zones_and_power() -> None:
    session = Session(
        steps=(
            Step(duration=Time(time_s=100.0), target=HeartRateZone(zone=2)),
            Step(duration=Time(time_s=100.0), target=PowerRange(low_w=200, high_w=250)),
        )
    )
    activity = Watch(session=session).run()
    power_w = {"power_w": np.full(len(activity), 230.0)}
    for powered in (replace(activity, extra=power_w), replace(activity, developer=power_w)):
        zone, power = adherence(match_plan(powered, session), powered, NOTHING_FOUND).steps
        assert (zone.targets[0].low, zone.targets[0].kept) == (None, "cannot tell")
        assert power.targets[0].mean == pytest.approx(230.0)
        assert power.targets[0].kept == "in range"


def test_a_single_pace_has_some_width() -> None:
    session = Session(steps=(Step(duration=Time(time_s=300.0), target=SpeedRange(low_mps=3.0, high_mps=3.0)),))
    for speed_mps, expected in ((3.05, "in range"), (2.95, "in range"), (3.2, "above"), (2.8, "below")):
        activity = Watch(session=session, speed_mps=lambda _, v=speed_mps: v).run()  # type: ignore[misc]  # bound at once
        assert adherence(match_plan(activity, session), activity, NOTHING_FOUND).steps[0].targets[0].kept == expected


def test_the_table_says_it_all_in_a_line() -> None:
    table = adherence_table(kept(watch(stop_at_s=500.0).run()))
    assert [len(row) for row in table.rows] == [len(table.headings)] * 6
    assert table.rows[0][:6] == ("1", "forward", "5min", "5:00, 810 m", "6:10/km", "5:45–6:40/km")
    assert table.rows[1][-1] == "completed, too slow"
    assert table.rows[2][1] == "backward (round 1)"
    assert table.rows[2][-1].startswith("completed, ")
    assert table.rows[5][-1] == "skipped"
    text = table.to_text()
    assert "3 completed, 1 cut short, 2 skipped" in text
    assert len({line.index("planned") for line in text.splitlines()[:1]}) == 1


def test_miles() -> None:
    table = adherence_table(kept(watch().run()), per_m=METRES_PER_MILE)
    assert table.rows[0][4] == "9:56/mi"
    assert table.rows[0][5] == "9:15–10:44/mi"


def test_the_document_is_json() -> None:
    activity = watch(stop_at_s=500.0).run()
    match = match_plan(activity, SESSION)
    document = adherence_document(match, adherence(match, activity, NOTHING_FOUND))
    again = json.loads(json.dumps(document, allow_nan=False))
    assert (again["format"], again["basis"]) == ("retrorun match", "step indices")
    assert [step["outcome"] for step in again["steps"]] == [step.outcome for step in match.steps]
    assert again["session"]["name"] == "Two rounds"


# ---- What became of planned backward steps, and what a plan lends to detection ----


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
