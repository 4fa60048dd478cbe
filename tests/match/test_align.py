"""What one group of laps costs against one step of the plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from retrorun.activity.model import Activity, Lap
from retrorun.fit.workout_message import RawStep, RawWorkout
from retrorun.match.match import match_plan

A_MINUTE = RawStep(index=0, duration_type=0, duration_value=60_000, target_type=2)
UNTIL_THE_BUTTON = RawStep(index=1, duration_type=5, target_type=2)


@pytest.mark.parametrize("timer_s", [5e-323, 1e-300, 60.0, 1e300])
def test_a_lap_of_no_time_or_of_all_time_is_matched(timer_s: float) -> None:
    seconds = np.arange(120.0)
    run = Activity.from_columns(time_s=seconds, speed_mps=np.full(120, 3.0), cadence_spm=np.full(120, 170.0))
    laps = (
        Lap(start_s=0.0, end_s=60.0, timer_s=timer_s, distance_m=1.0, trigger="manual"),
        Lap(start_s=60.0, end_s=119.0, timer_s=59.0, distance_m=177.0, trigger="manual"),
    )
    match = match_plan(replace(run, laps=laps, workout=RawWorkout(steps=(A_MINUTE, UNTIL_THE_BUTTON), embedded=True)))
    assert match.steps
