"""The commonest session there is, alternating 400s with a walk between, run without noise beyond that of `synth`.

The walks follow the backward stretches at once, and both are slower than the forward running. The plan is not given,
so that the recording alone has to tell: with laps as the watch cut them, and without. What makes it hard: a quarter of
the session is backward, enough to bend a forward line that is fitted before any of it is left out, and a lap of
walking at 112 steps/min and 1.4 m/s is slow, but nothing like backward running.
"""

from __future__ import annotations

import numpy as np
import pytest

from fixtures.track_run import Run, run_session
from retrorun.activity.model import Activity, Lap
from retrorun.gait.detector import detect_gait
from retrorun.session.model import Gait
from retrorun.session.notation import parse_session

SESSION = "10min warmup; 4x(400m fwd @ 5:00/km; 400m bwd @ 6:40-7:20/km; 90s rest); 10min cooldown"


def as_activity(run: Run, *, laps: bool) -> Activity:
    made = tuple(
        Lap(start_s=done.start_s, end_s=done.end_s, trigger="distance", distance_m=done.end_m - done.start_m)
        for done in run.steps
    )
    activity = Activity.from_columns(
        time_s=np.arange(len(run.speed_mps)),
        speed_mps=run.speed_mps,
        cadence_spm=np.round(run.cadence_spm),
        altitude_m=run.altitude_m,
        heart_rate_bpm=run.heart_rate_bpm,
        distance_m=run.distance_m,
    )
    columns = {name: getattr(activity, name) for name in activity.__dataclass_fields__}
    return Activity(**(columns | {"laps": made if laps else ()}))


@pytest.mark.parametrize("laps", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 20_260_104])
def test_the_backward_400s_are_found_and_the_walks_between_them_are_not(seed: int, laps: bool) -> None:
    run = run_session(parse_session(SESSION), seed=seed)
    segments = detect_gait(as_activity(run, laps=laps)).segments
    walks = [(done.start_s, done.end_s) for done in run.steps if done.step.gait is Gait.WALK]
    for start_s, end_s in walks:
        called = sum(max(0.0, min(end_s, s.end_s) - max(start_s, s.start_s)) for s in segments)
        assert called < 15.0
    found = [
        any(min(end_s, s.end_s) - max(start_s, s.start_s) > 0.7 * (end_s - start_s) for s in segments)
        for start_s, end_s in run.backward_spans
    ]
    assert sum(found) >= 3
