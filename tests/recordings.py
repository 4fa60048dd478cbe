"""Small recordings as a watch writes them, for tests that need a file."""

from __future__ import annotations

from functools import cache

import numpy as np

from retrorun.fit.writer import Message, write_fit

START = 1_136_000_000  # FIT seconds: a day in December 2025
RUNNING, CYCLING = 1, 2


@cache
def fit_recording(*, seconds: int = 900, sport: int = RUNNING, cadence: bool = True, seed: int = 7) -> bytes:
    """An even forward run (or another sport) as a FIT file: one sample per second, one lap."""
    noise = np.random.default_rng(seed)
    speed = 2.9 + 0.05 * noise.normal(size=seconds)
    distance = np.cumsum(speed)
    totals = {"start_time": START, "total_elapsed_time": seconds, "total_timer_time": seconds, "sport": sport}
    messages = [
        Message(kind="file_id", values={"type": 4, "manufacturer": 255, "serial_number": 1, "time_created": START}),
        *(
            Message(
                kind="record",
                values={
                    "timestamp": START + second,
                    "distance": float(distance[second]),
                    "enhanced_speed": float(speed[second]),
                    "cadence": 85 + int(noise.integers(0, 2)) if cadence else None,
                    "heart_rate": 140,
                },
            )
            for second in range(seconds)
        ),
        Message(kind="lap", values={"message_index": 0, "timestamp": START + seconds, **totals}),
        Message(kind="session", values={"message_index": 0, "timestamp": START + seconds, **totals}),
    ]
    return write_fit(messages)
