"""Plan against run: what was asked for, what was done, and the table of it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from retrorun.activity.model import Activity
from retrorun.analysis.adherence import Adherence, adherence
from retrorun.detection.result import Detection
from retrorun.match.match import match_plan
from retrorun.report.export import adherence_document
from retrorun.report.tables import adherence_table
from retrorun.session.model import Direction, Repeat, Session, Step
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
