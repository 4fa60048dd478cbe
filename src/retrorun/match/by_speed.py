"""Where a plan lies in a recording without laps: as a rigid chain of steps, by the changes of speed alone.

A watch that executes a plan keeps its times and distances exactly, so only the moment of the start is unknown. It is
looked for second by second; it counts as found only if the steps explain the speed well and no other start does so.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from retrorun.activity.model import Activity
from retrorun.arrays import FloatArray
from retrorun.match.model import StepMatch
from retrorun.session.model import Occurrence
from retrorun.session.values import Distance, Time
from retrorun.units import format_percent

# Bounds of a decision, chosen. Their effect is measured on real recordings whose laps were taken away and on ordinary
# runs laid under plans that nobody followed: tests.evaluation.matching
LEAST_EXPLAINED = 0.5  # share of the variance of speed that the steps must explain
LEAST_CONTRAST = 1.35  # how much worse the best start elsewhere must be, in unexplained variance
LEAST_CONTRAST_AT_ONCE, AT_ONCE_S = 1.15, 15.0  # the same for a start with the recording, as workouts mostly do
ELSEWHERE_S = 20.0  # starts nearer than this are the same one, seen through the watch's filter
LATEST_START_S = 1800.0  # nobody runs longer before a workout without a lap
FILTER_S = 15  # how long the speed may climb at first
LEAST_SAMPLES = 60
LONGEST_S = 172_800.0  # two days; a damaged file may claim years
BEYOND_S = 1e9  # past the end of any recording


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


def lay_by_speed(activity: Activity, occurrences: Sequence[Occurrence]) -> tuple[StepMatch, ...] | str:
    """The steps laid along the recording, or why they cannot be."""
    track = _track(activity)
    if track is None:
        return "it has no speed, or is no run by its length"
    if any(occurrence.optional for occurrence in occurrences):
        return "the plan repeats steps until something happens"
    durations = [item.step.duration for item in occurrences if isinstance(item.step.duration, Time | Distance)]
    if len(durations) < len(occurrences):
        return "a step of the plan ends by hand or by heart rate"
    borders = _borders(track, durations)
    if not borders.size:
        return "the plan is longer than the recording"
    border_s = _best_start(track, borders)
    return border_s if isinstance(border_s, str) else _laid(track, border_s, occurrences)


def _best_start(track: _Track, borders: FloatArray) -> FloatArray | str:
    """The borders from the start that explains the speed best, if it explains it well and no other does so."""
    unexplained = _unexplained(track, borders)
    best = int(np.argmin(unexplained))
    start_s = float(borders[0, best])
    whole = float(track.unexplained(np.zeros(1), np.full(1, track.total_s))[0])
    explained = 1.0 - unexplained[best] / whole if whole > 0 else 0.0
    if explained < LEAST_EXPLAINED:
        return f"its steps explain only {format_percent(max(explained, 0.0))} of the changes of speed"
    elsewhere = np.abs(borders[0] - start_s) >= ELSEWHERE_S
    contrast = LEAST_CONTRAST_AT_ONCE if start_s <= AT_ONCE_S else LEAST_CONTRAST
    if np.any(elsewhere) and np.min(unexplained[elsewhere]) < contrast * unexplained[best]:
        other_s = float(borders[0, elsewhere][np.argmin(unexplained[elsewhere])])
        return f"a start at {start_s:.0f} s fits the changes of speed hardly better than one at {other_s:.0f} s"
    return borders[:, best]


def _track(activity: Activity) -> _Track | None:
    known = np.isfinite(activity.speed_mps)
    if np.count_nonzero(known) < LEAST_SAMPLES:
        return None
    paused = np.zeros(len(activity))
    for pause in activity.pauses:
        if pause.kind != "timer":  # a silence of the recording is running time like any other
            continue
        paused += np.clip(activity.time_s - pause.start_s, 0.0, pause.end_s - pause.start_s)
    running_s = activity.time_s - paused - activity.time_s[0]
    if not LEAST_SAMPLES <= running_s[-1] <= LONGEST_S:
        return None
    seconds = np.arange(np.floor(running_s[-1]) + 1.0)
    speed_mps = np.interp(seconds, running_s[known], activity.speed_mps[known])
    # At first the watch's filter climbs from zero, which any plan that starts a little later would explain.
    speed_mps[:FILTER_S] = np.median(speed_mps[FILTER_S : 2 * FILTER_S])
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
    """Running time of every border for every start that leaves room, shape (steps + 1, starts)."""
    seconds = np.arange(len(track.clock_s), dtype=np.float64)
    start = np.arange(max(1.0, min(LATEST_START_S, track.total_s / 2)))
    rows = [start]
    for duration in durations:
        if isinstance(duration, Time):
            end = rows[-1] + duration.time_s
        else:
            covered = np.interp(rows[-1], seconds, track.distance_m) + duration.distance_m
            end = np.interp(covered, track.distance_m, seconds, right=BEYOND_S)
        rows.append(end)
    borders = np.stack(rows)
    # Only a plan that lies in the recording as a whole: the fewer of its steps, the easier they fit anything.
    borders = borders[:, borders[-1] <= track.total_s]
    return borders[:, np.all(np.diff(borders, axis=0) > 0, axis=0)]


def _unexplained(track: _Track, borders: FloatArray) -> FloatArray:
    """What the steps, and one stretch before and after them, leave unexplained, for every start."""
    first, last = np.zeros_like(borders[:1]), np.full_like(borders[:1], track.total_s)
    edges = np.concatenate((first, borders, last))
    return np.asarray(track.unexplained(edges[:-1], edges[1:]).sum(axis=0), dtype=np.float64)


def _laid(track: _Track, border_s: FloatArray, occurrences: Sequence[Occurrence]) -> tuple[StepMatch, ...]:
    seconds = np.arange(len(track.clock_s), dtype=np.float64)
    clock = itertools.pairwise(np.interp(border_s, seconds, track.clock_s).tolist())
    timer = np.diff(border_s).tolist()
    covered = np.diff(np.interp(border_s, seconds, track.distance_m)).tolist()
    return tuple(
        replace(StepMatch.of(item, "completed"), start_s=start_s, end_s=end_s, timer_s=timer_s, distance_m=distance_m)
        for item, (start_s, end_s), timer_s, distance_m in zip(occurrences, clock, timer, covered, strict=True)
    )
