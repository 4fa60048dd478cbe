"""Small made-up recordings for the tests of scans: FIT files of synthetic runs."""

from __future__ import annotations

import datetime as dt
from functools import cache

from retrorun.fit.profile import FIT_EPOCH_UNIX_S
from retrorun.fit.writer import Message, write_fit
from tests.evaluation.synthetic import synthesise

START = dt.datetime(2026, 3, 2, 7, 0, tzinfo=dt.UTC)
RUNNING, CYCLING = 1, 2  # FIT's sport
SPANS = ((600.0, 720.0), (900.0, 1020.0))


@cache
def made(
    *,
    seed: int,
    day: int = 0,
    spans: tuple[tuple[float, float], ...] = SPANS,
    sport: int = RUNNING,
    duration_s: float = 1800.0,
    step_s: float = 3.0,
    late_s: float = 0.0,
) -> bytes:
    """A recording of a run on the given day in which the spans were run backward."""
    activity, _ = synthesise(duration_s=duration_s, spans=spans, seed=seed, step_s=step_s, uplift=0.12)
    start_s = START.timestamp() + day * 86_400 + late_s - FIT_EPOCH_UNIX_S
    records = [
        Message(
            kind="record",
            values={
                "timestamp": int(start_s + time_s),
                "distance": float(activity.distance_m[index]),
                "enhanced_speed": float(activity.speed_mps[index]),
                "cadence": int(activity.cadence_spm[index] // 2),
                "fractional_cadence": float(activity.cadence_spm[index] % 2) / 2,
            },
        )
        for index, time_s in enumerate(activity.time_s)
    ]
    times = {"timestamp": int(start_s + duration_s), "start_time": int(start_s)}
    return write_fit(
        [
            Message(kind="file_id", values={"type": 4, "manufacturer": 255, "time_created": int(start_s)}),
            *records,
            Message(kind="session", values={**times, "sport": sport, "total_elapsed_time": duration_s}),
        ]
    )
