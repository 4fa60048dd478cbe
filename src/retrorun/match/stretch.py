"""Where a plan lies in a recording without laps: as a rigid chain of steps, by the changes of speed alone.

A watch that executes a plan keeps its times and distances exactly, so only the moment of the start is unknown. It is
looked for second by second; it counts as found only if the steps explain the speed well and no other start does so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retrorun.activity.model import Activity, FloatArray
from retrorun.match.expand import Occurrence
from retrorun.session.model import Distance, Time

# Bounds of a decision. Their effect is measured on real recordings whose laps were taken away and on ordinary runs laid
# under plans that nobody followed: python -m retrorun.match.evaluate --no-laps
LEAST_EXPLAINED = 0.5  # share of the variance of speed that the steps must explain
LEAST_CONTRAST = 1.3  # how much worse the best start elsewhere must be, in unexplained variance
ELSEWHERE_S = 20.0
LATEST_START_S = 1800.0
LEAST_SAMPLES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The steps' spans `[start_s, end_s)` on the activity's clock; fewer than planned where the run ended before."""

    durations: tuple[Time | Distance, ...]
    spans: tuple[tuple[float, float], ...]
    timer_s: tuple[float, ...]
    distance_m: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Track:
    """A recording by the second of running time: the clock, the way covered, and sums of speed for any stretch."""

    clock_s: FloatArray
    distance_m: FloatArray
    sum_v: FloatArray
    sum_vv: FloatArray

    @property
    def total_s(self) -> float:
        return float(len(self.clock_s) - 1)

    def unexplained(self, start_s: FloatArray, end_s: FloatArray) -> FloatArray:
        """Sum of squared deviations from the mean speed of each stretch."""
        seconds = np.arange(len(self.sum_v), dtype=np.float64)
        length = np.maximum(end_s - start_s, 1e-9)
        v = np.interp(end_s, seconds, self.sum_v) - np.interp(start_s, seconds, self.sum_v)
        vv = np.interp(end_s, seconds, self.sum_vv) - np.interp(start_s, seconds, self.sum_vv)
        return np.where(end_s > start_s, np.maximum(vv - v * v / length, 0.0), 0.0)


def lay_by_speed(activity: Activity, occurrences: Sequence[Occurrence]) -> Placement | str:
    """The steps laid along the recording, or why they cannot be."""
    if any(occurrence.optional for occurrence in occurrences):
        return "the plan repeats steps until something happens"
    durations = [item.step.duration for item in occurrences if isinstance(item.step.duration, Time | Distance)]
    if len(durations) < len(occurrences):
        return "a step of the plan ends by hand or by heart rate"
    track = _track(activity)
    if track is None:
        return "the recording has no speed"
    borders = _borders(track, durations)
    unexplained = _unexplained(track, borders)
    best = int(np.argmin(unexplained))
    whole = float(track.unexplained(np.zeros(1), np.full(1, track.total_s))[0])
    explained = 1.0 - unexplained[best] / whole if whole > 0 else 0.0
    elsewhere = np.abs(np.arange(len(unexplained)) - best) >= ELSEWHERE_S
    if explained < LEAST_EXPLAINED:
        return f"its steps explain only {max(explained, 0.0):.0%} of the changes of speed"
    if np.any(elsewhere) and np.min(unexplained[elsewhere]) < LEAST_CONTRAST * unexplained[best]:
        other = int(np.flatnonzero(elsewhere)[np.argmin(unexplained[elsewhere])])
        return f"a start at {best} s fits the changes of speed hardly better than one at {other} s"
    return _placement(track, durations, borders[:, best])


def _track(activity: Activity) -> _Track | None:
    known = np.isfinite(activity.speed_mps)
    if np.count_nonzero(known) < LEAST_SAMPLES:
        return None
    paused = np.zeros(len(activity))
    for pause in activity.pauses:
        paused += np.clip(activity.time_s - pause.start_s, 0.0, pause.end_s - pause.start_s)
    running_s = activity.time_s - paused - activity.time_s[0]
    seconds = np.arange(np.floor(running_s[-1]) + 1.0)
    if len(seconds) < LEAST_SAMPLES:
        return None
    speed_mps = np.interp(seconds, running_s[known], activity.speed_mps[known])
    sum_v = np.concatenate(([0.0], np.cumsum(speed_mps)[:-1]))
    measured = np.isfinite(activity.distance_m)
    if np.count_nonzero(measured) >= LEAST_SAMPLES:
        distance_m = np.interp(seconds, running_s[measured], activity.distance_m[measured])
        distance_m = np.maximum.accumulate(distance_m - distance_m[0])
    else:
        distance_m = sum_v
    return _Track(
        clock_s=np.interp(seconds, running_s, activity.time_s),
        distance_m=distance_m,
        sum_v=sum_v,
        sum_vv=np.concatenate(([0.0], np.cumsum(speed_mps**2)[:-1])),
    )


def _borders(track: _Track, durations: Sequence[Time | Distance]) -> FloatArray:
    """Running time of every border for every start, shape (steps + 1, starts); cut at the end of the recording."""
    seconds = np.arange(len(track.clock_s), dtype=np.float64)
    start = np.arange(max(1.0, min(LATEST_START_S, track.total_s / 2)))
    rows = [start]
    for duration in durations:
        if isinstance(duration, Time):
            end = rows[-1] + duration.time_s
        else:
            covered = np.interp(rows[-1], seconds, track.distance_m) + duration.distance_m
            end = np.interp(covered, track.distance_m, seconds, right=track.total_s)
        rows.append(np.minimum(end, track.total_s))
    borders = np.stack(rows)
    # A start so late that the plan runs out of the recording explains less of the plan; leave it out, except the first
    # minutes, in which a run that was broken off may begin.
    whole = (borders[-1] < track.total_s) | (start <= 120.0)
    return borders[:, whole]


def _unexplained(track: _Track, borders: FloatArray) -> FloatArray:
    """What the steps, and one stretch before and after them, leave unexplained, for every start."""
    first, last = np.zeros_like(borders[:1]), np.full_like(borders[:1], track.total_s)
    edges = np.concatenate((first, borders, last))
    return np.asarray(track.unexplained(edges[:-1], edges[1:]).sum(axis=0), dtype=np.float64)


def _placement(track: _Track, durations: Sequence[Time | Distance], border_s: FloatArray) -> Placement:
    seconds = np.arange(len(track.clock_s), dtype=np.float64)
    run = np.flatnonzero(np.diff(border_s) > 0)
    clock = np.interp(border_s, seconds, track.clock_s)
    covered = np.interp(border_s, seconds, track.distance_m)
    return Placement(
        durations=tuple(durations[k] for k in run.tolist()),
        spans=tuple((float(clock[k]), float(clock[k + 1])) for k in run.tolist()),
        timer_s=tuple(float(border_s[k + 1] - border_s[k]) for k in run.tolist()),
        distance_m=tuple(float(covered[k + 1] - covered[k]) for k in run.tolist()),
    )
