"""The numbers that reading a recording rests on, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrorun.errors import RecordingError

if TYPE_CHECKING:
    from retrorun.activity.model import Activity

MAX_BYTES = 100 * 2**20  # a day at 10 Hz is 45 MB of FIT, a day at 1 Hz 30 MB of GPX and 60 MB of TCX
MAX_SAMPLES = 5_000_000  # 58 days at 1 Hz, or almost 6 days at 10 Hz
MAX_POINTS = 1_000_000  # of a TCX or GPX, 11 days at 1 Hz; MAX_BYTES hold 650,000 of the shortest real ones
MAX_ASIDES = 10_000  # comments and instructions in a document; real ones have two or three
SHORTEST_TAG = 8  # bytes from tag to tag on average; in real documents 16 and more
MAX_LAPS = 10_000  # a lap every 30 s for three days is 8,640
MAX_PAUSES = 100_000  # as many gaps as fit between MAX_SAMPLES samples would be no recording
GAP_S = 10.0  # smart recording leaves up to 9 s between samples (0.05 % of steps in 366 real runs are longer)
MAX_SPAN_S = 30 * 86_400.0  # a sample further than this from the middle of a recording has a broken clock
STRIDE_LIMIT = 120.0  # moving faster than RUN_MPS nobody takes fewer steps a minute, and nobody more strides
COARSE_S = 3.0  # the shortest backward repetitions last 15 s: five samples
RUN_MPS = 2.0  # above the walk-run transition (1.9 to 2.1 m/s)
ENOUGH_RUNNING = (
    0.1  # share of the stepping samples; fewer are stumbles of a hike with wrong cadences (seen: 104 to 120)
)
MOVING_MPS = 1.0  # a walk at 1 m/s takes some 90 steps a minute: a cadence of zero there is a sensor that missed them
FOOT_SPORTS = frozenset(
    {
        "",
        "generic",
        "running",
        "walking",
        "hiking",
        "training",
        "fitness_equipment",
        "mountaineering",
        "snowshoeing",
        "multisport",
        "transition",
        "all",
        "unknown",
    }
)


def spans_on_foot(activity: Activity) -> list[tuple[float, float]]:
    """The parts of an activity that were done on foot, `(start_s, end_s)`; none where it is something else."""
    if activity.parts:
        return [(part.start_s, part.end_s) for part in activity.parts if part.sport in FOOT_SPORTS]
    if activity.sport not in FOOT_SPORTS:
        return []
    return [(float(activity.time_s[0]), float(activity.time_s[-1]))] if len(activity) else [(0.0, 0.0)]


def too_many(samples: int) -> RecordingError:
    """The error for more samples than any recording has."""
    return RecordingError(
        f"{samples:,} samples are more than any recording has", hint=f"at most {MAX_SAMPLES:,} are read"
    )
