"""Whatever stands in a file: a match, or a clear error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from retrorun.activity.model import Activity, Lap, Pause
from retrorun.analysis.adherence import adherence
from retrorun.analysis.analyse import detect
from retrorun.detection.result import Detection
from retrorun.errors import RetrorunError
from retrorun.fit.workout_message import RawStep, RawWorkout
from retrorun.match.match import match_plan
from retrorun.report.tables import adherence_table

NUMBERS = st.none() | st.integers(0, 20) | st.integers(0, 2**32 - 1)
STEPS = st.builds(
    RawStep,
    index=st.integers(0, 6),
    notes=st.sampled_from(["", "BACKWARD"]),
    intensity=st.none() | st.integers(0, 8),
    duration_type=st.none() | st.integers(0, 32),
    duration_value=NUMBERS,
    target_type=st.none() | st.integers(0, 14),
    target_value=NUMBERS,
    target_low=NUMBERS,
    target_high=NUMBERS,
    skip_last=st.booleans(),
)
PLAUSIBLE = st.builds(
    RawStep,
    index=st.just(0),
    duration_type=st.sampled_from([0, 1, 5]),
    duration_value=st.integers(1, 600_000),
    target_type=st.just(2),
)


def numbered(steps: list[RawStep]) -> RawWorkout:
    """Steps in order, the last of them a repeat of all before it where there are several."""
    rows = [replace(step, index=index) for index, step in enumerate(steps)]
    if len(rows) > 2:
        rows[-1] = RawStep(index=len(rows) - 1, duration_type=6, duration_value=0, target_value=3)
    return RawWorkout(steps=tuple(rows), embedded=True)


PLANS = st.lists(STEPS, max_size=6).map(lambda steps: RawWorkout(steps=tuple(steps), embedded=True)) | st.lists(
    PLAUSIBLE, min_size=1, max_size=5
).map(numbered)
TIMES = st.floats(-10.0, 3000.0)
LAPS = st.builds(
    Lap,
    start_s=TIMES,
    end_s=TIMES,
    timer_s=st.none() | st.floats(-5.0, 3000.0),
    distance_m=st.none() | st.floats(0.0, 10_000.0),
    trigger=st.sampled_from(["", "manual", "time", "distance", "session_end", "position"]),
    planned_step_index=st.none() | st.integers(0, 7),
    intensity=st.sampled_from(["", "active", "rest", "warmup", "oddity"]),
)
PAUSES = st.builds(Pause, start_s=TIMES, end_s=TIMES, kind=st.sampled_from(["timer", "gap"]))


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    n = draw(st.sampled_from([0, 1, 5, 200, 1500]))
    noise = np.random.default_rng(draw(st.integers(0, 5)))
    missing = draw(st.sampled_from([0.0, 0.5, 1.0]))
    bare = Activity.from_columns(
        time_s=np.arange(n, dtype=np.float64),
        speed_mps=np.where(noise.random(n) < missing, np.nan, 3.0 + noise.normal(size=n)),
        cadence_spm=170.0 + noise.normal(size=n),
    )
    laps, pauses = draw(st.lists(LAPS, max_size=12)), draw(st.lists(PAUSES, max_size=2))
    return replace(bare, laps=tuple(laps), pauses=tuple(pauses), workout=draw(st.none() | PLANS))


@settings(max_examples=120, deadline=None)
@given(activity=activities())
def test_any_recording_is_matched_or_refused(activity: Activity) -> None:
    try:
        match = match_plan(activity)
    except RetrorunError:
        return
    placed = [index for step in match.steps for index in step.lap_indices]
    assert len(placed) == len(set(placed))
    assert sorted((*placed, *match.outside_lap_indices)) == list(range(len(activity.laps))) or match.basis == "nothing"
    for step in match.steps:
        assert (step.start_s is None) == (step.outcome in ("skipped", "cannot tell")) or step.outcome == "cannot tell"
    table = adherence_table(adherence(match, activity, Detection(verdict="none")))
    assert len(table.rows) == len(match.steps)


@settings(max_examples=30, deadline=None)
@given(activity=activities())
def test_any_recording_goes_through_detection(activity: Activity) -> None:
    assert detect(activity).verdict in ("found", "none", "cannot tell")
