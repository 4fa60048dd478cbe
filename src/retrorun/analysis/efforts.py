"""Best backward efforts within one activity: the fastest of each usual distance, the furthest of each usual time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from retrorun.activity.model import Activity
from retrorun.analysis.summary import sample_weights_s, step_distances_m
from retrorun.arrays import FloatArray
from retrorun.detection.result import Detection
from retrorun.session.pace import fastest_backward_mps
from retrorun.units import METRES_PER_MILE

# The distances that retro runners race and train: records are kept for most of them.
EFFORTS_M = (100.0, 200.0, 400.0, 800.0, 1000.0, METRES_PER_MILE, 3000.0, 5000.0, 10_000.0, 21_097.5, 42_195.0)
EFFORTS_S = (600.0, 1800.0)  # the timed efforts that coaches set: how far in 10 and in 30 minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """A backward stretch of an activity: `distance_m` in `time_s` from `start_s` on.

    `probability` is that of the segment that it lies in, None where it was not kept.
    """

    distance_m: float
    time_s: float
    start_s: float
    probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonRun:
    """What the season view needs of one activity; `start` is local time where that is known.

    `efforts` are the best ones by distance, `timed_efforts` those by time. `told` is the verdict in words.
    `name` is the file's, `page` the address of the run's own report, if there is one. The means are those of the
    backward part.
    """

    start: dt.datetime
    backward_s: float
    backward_m: float
    efforts: tuple[Effort, ...] = ()
    timed_efforts: tuple[Effort, ...] = ()
    name: str = ""
    page: str = ""
    moving_s: float = 0.0
    verdict: str = ""
    told: str = ""
    speed_mps: float | None = None
    cadence_spm: float | None = None
    heart_rate_bpm: float | None = None
    planned_steps: int = 0
    completed_steps: int = 0


def best_efforts(activity: Activity, detection: Detection) -> tuple[Effort, ...]:
    """The fastest stretch of each of `EFFORTS_M` that lies within one backward segment.

    Time runs on through pauses, as on a race clock. Both ends may fall between two samples. Linear in the samples.
    """
    best: dict[float, Effort] = {}
    for time_s, along_m, chance in _stretches(activity, detection):
        for distance_m in EFFORTS_M:
            effort = _fastest(time_s, along_m, distance_m)
            if effort is None or effort.distance_m > effort.time_s * fastest_backward_mps(effort.distance_m):
                continue  # faster than anybody: a jump of positions
            if distance_m not in best or effort.time_s < best[distance_m].time_s:
                best[distance_m] = replace(effort, probability=chance)
    return tuple(best[distance_m] for distance_m in EFFORTS_M if distance_m in best)


def furthest_efforts(activity: Activity, detection: Detection) -> tuple[Effort, ...]:
    """The longest way of each of `EFFORTS_S` that lies within one backward segment; as `best_efforts` otherwise."""
    best: dict[float, Effort] = {}
    for moments_s, along_m, chance in _stretches(activity, detection):
        for time_s in EFFORTS_S:
            effort = _furthest(moments_s, along_m, time_s)
            if effort is None or effort.distance_m > effort.time_s * fastest_backward_mps(effort.distance_m):
                continue
            if time_s not in best or effort.distance_m > best[time_s].distance_m:
                best[time_s] = replace(effort, probability=chance)
    return tuple(best[time_s] for time_s in EFFORTS_S if time_s in best)


def _stretches(activity: Activity, detection: Detection) -> Iterator[tuple[FloatArray, FloatArray, float]]:
    """For each backward segment its moments [s], how far along the way the runner was at them [m], and its chance."""
    step_m = step_distances_m(activity, sample_weights_s(activity))
    if step_m is None:
        return
    way_m = np.concatenate(([0.0], np.cumsum(step_m[:-1])))
    for segment in detection.segments:
        inside = (activity.time_s > segment.start_s) & (activity.time_s < segment.end_s)
        time_s = np.concatenate(([segment.start_s], activity.time_s[inside], [segment.end_s]))
        yield time_s, np.interp(time_s, activity.time_s, way_m), segment.probability


def _fastest(time_s: FloatArray, along_m: FloatArray, distance_m: float) -> Effort | None:
    """The fastest `distance_m` of one stretch; None where the stretch is shorter.

    Between samples the way grows evenly, so that the fastest window begins or ends at a sample: both are tried.
    """
    total_m = along_m[-1] - along_m[0]
    if total_m < distance_m:
        return None
    # Of several moments at the same place, the last is the start of a window and the first its end.
    ends_m = along_m + distance_m
    begin_s, end_s = time_s[ends_m <= along_m[-1]], _first_moment(time_s, along_m, ends_m[ends_m <= along_m[-1]])
    starts_m = along_m - distance_m
    late = starts_m >= along_m[0]
    begin_s = np.concatenate((begin_s, -_first_moment(-time_s[::-1], -along_m[::-1], -starts_m[late])))
    end_s = np.concatenate((end_s, time_s[late]))
    best = int(np.argmin(end_s - begin_s))
    return Effort(distance_m=distance_m, time_s=float(end_s[best] - begin_s[best]), start_s=float(begin_s[best]))


def _furthest(moments_s: FloatArray, along_m: FloatArray, time_s: float) -> Effort | None:
    """The longest way in `time_s` of one stretch; None where the stretch is shorter. It begins or ends at a sample."""
    begin_s = np.concatenate((moments_s, moments_s - time_s))
    begin_s = begin_s[(begin_s >= moments_s[0]) & (begin_s + time_s <= moments_s[-1])]
    if not len(begin_s):
        return None
    way_m = np.interp(begin_s + time_s, moments_s, along_m) - np.interp(begin_s, moments_s, along_m)
    best = int(np.argmax(way_m))
    return Effort(distance_m=float(way_m[best]), time_s=time_s, start_s=float(begin_s[best]))


def _first_moment(time_s: FloatArray, along_m: FloatArray, place_m: FloatArray) -> FloatArray:
    """When each place was reached first, shape of `place_m`; places lie within the stretch."""
    after = np.clip(np.searchsorted(along_m, place_m, side="left"), 1, len(along_m) - 1)
    gap_m = along_m[after] - along_m[after - 1]
    share = np.where(gap_m > 0, (place_m - along_m[after - 1]) / np.where(gap_m > 0, gap_m, 1.0), 1.0)
    return time_s[after - 1] + np.clip(share, 0.0, 1.0) * (time_s[after] - time_s[after - 1])
