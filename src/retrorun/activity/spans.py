"""Laps, parts, pauses and damage: from the file's clock to the activity's."""

from __future__ import annotations

import math
from bisect import bisect_right

import numpy as np
import numpy.typing as npt

from retrorun.activity.model import Damage, Lap, Part, Pause
from retrorun.activity.raw import RawLap, RawRecording
from retrorun.activity.rules import GAP_S, MAX_LAPS, MAX_PAUSES
from retrorun.arrays import FloatArray

_RUNNING = "running"
_LEAST_LAP_S = 0.5  # nobody runs a lap of less; a button that was pressed twice leaves one
_SLACK_S = 3600.0  # a lap may begin before the first sample (waiting for satellites) or end after the last one


def main_sport(raw: RawRecording, parts: tuple[Part, ...], decisions: list[str]) -> tuple[str, str]:
    """Sport and sub-sport of the activity: those of its running part if it has one, else of its longest."""
    if not parts:
        return raw.sport or "generic", raw.sub_sport or "generic"
    running = [part for part in parts if part.sport == _RUNNING]
    chosen = max(running or parts, key=lambda part: part.end_s - part.start_s)
    if len(parts) > 1:
        decisions.append(f"sport: {chosen.sport}, one of {len(parts)} parts")
    return chosen.sport or raw.sport or "generic", chosen.sub_sport or raw.sub_sport or "generic"


def laps(
    raw: RawRecording, zero: float, time_s: FloatArray, parts: tuple[Part, ...], decisions: list[str]
) -> tuple[Lap, ...]:
    """The laps on the activity's clock, in order; laid end to end where their own times are none of this recording.

    What lies before the first sample is cut off; a lap of no length, as a double press leaves, is left out.
    """
    kept = [lap for lap in raw.laps[:MAX_LAPS] if _length(lap) >= _LEAST_LAP_S or not math.isfinite(_known(lap))]
    if len(raw.laps) > MAX_LAPS:
        decisions.append(f"laps: {len(raw.laps)} in the file, only the first {MAX_LAPS} were read")
    if len(kept) < min(len(raw.laps), MAX_LAPS):
        decisions.append(f"laps: {min(len(raw.laps), MAX_LAPS) - len(kept)} of no length left out")
    end = float(time_s[-1])
    if any(not -_SLACK_S <= lap.start - zero <= end + _SLACK_S for lap in kept):
        decisions.append("laps: their times lie outside the recording, so they were laid end to end")
        starts = list(np.cumsum([0.0, *(_length(lap) for lap in kept[:-1])]).tolist())
    else:
        kept.sort(key=lambda lap: lap.start)
        starts = [lap.start - zero for lap in kept]
    ends_of_parts = sorted(part.end_s for part in parts) or [end]
    found = []
    for lap, start in zip(kept, starts, strict=True):
        later, bound = _next(starts, start, end), _next(ends_of_parts, start, end)
        stop = start + lap.elapsed if math.isfinite(lap.elapsed) and lap.elapsed > 0 else min(later, max(bound, start))
        if stop <= 0.0 < end:
            continue
        found.append(
            Lap(
                start_s=max(start, 0.0),
                end_s=max(stop, start, 0.0),
                distance_m=lap.distance_m,
                timer_s=lap.timer_s,
                trigger=lap.trigger,
                planned_step_index=lap.planned_step_index,
                intensity=lap.intensity,
            )
        )
    return tuple(found)


def _next(ordered: list[float], moment: float, end: float) -> float:
    """The first of ordered moments behind another one; the end where there is none."""
    index = bisect_right(ordered, moment)
    return ordered[index] if index < len(ordered) else end


def _known(lap: RawLap) -> float:
    """How long a lap was, by its own words: elapsed, or else on the timer; NaN where it says neither."""
    if math.isfinite(lap.elapsed):
        return lap.elapsed
    return lap.timer_s if lap.timer_s is not None else float("nan")


def _length(lap: RawLap) -> float:
    length = _known(lap)
    return length if math.isfinite(length) else 0.0


def parts(
    raw: RawRecording, zero: float, time_s: FloatArray, activity: npt.NDArray[np.int64] | None
) -> tuple[Part, ...]:
    """The parts on the activity's clock, in order: the sports of a multisport recording, the activities of a file."""
    found, places = [], {} if activity is None else _places(activity)
    for number, part in enumerate(raw.parts):
        if activity is None:
            start = part.start - zero if math.isfinite(part.start) else 0.0
            end = start + (part.elapsed if math.isfinite(part.elapsed) else 0.0)
        else:
            if number not in places:
                continue
            start, end = (float(time_s[row]) for row in places[number])
        found.append(
            Part(
                start_s=start,
                end_s=max(end, start),
                sport=part.sport,
                sub_sport=part.sub_sport,
                distance_m=part.distance_m,
                timer_s=part.timer_s,
            )
        )
    return tuple(sorted(found, key=lambda part: part.start_s))


def _places(activity: npt.NDArray[np.int64]) -> dict[int, tuple[int, int]]:
    """The first and the last row of each activity."""
    numbers, firsts = np.unique(activity, return_index=True)
    behind = np.unique(activity[::-1], return_index=True)[1]
    lasts = len(activity) - 1 - behind
    return {number: (first, last) for number, first, last in np.transpose((numbers, firsts, lasts)).tolist()}


def pauses(stops: tuple[tuple[float, float], ...], zero: float, time_s: FloatArray) -> tuple[Pause, ...]:
    """Where the timer stood still, and gaps in the samples that no stop explains."""
    end = float(time_s[-1])
    found = [
        Pause(start_s=max(start - zero, 0.0), end_s=min(stop - zero, end), kind="timer")
        for start, stop in stops[:MAX_PAUSES]
        if start - zero < end and stop - zero > 0.0
    ]
    rows = np.flatnonzero(time_s[1:] - time_s[:-1] >= GAP_S)
    if found:
        # Stops are in order and do not overlap, so the first one that ends behind a gap's start is the only candidate.
        starts = np.array([pause.start_s for pause in found] + [np.inf])
        ends = np.array([pause.end_s for pause in found])
        explained = starts[np.searchsorted(ends, time_s[rows], side="right")] < time_s[rows + 1]
        rows = rows[~explained]
    gaps = [
        Pause(start_s=float(time_s[row]), end_s=float(time_s[row + 1]), kind="gap")
        for row in rows[:MAX_PAUSES].tolist()
    ]
    return tuple(sorted(found + gaps, key=lambda pause: pause.start_s))


def damage(raw: RawRecording, rows: npt.NDArray[np.intp] | None, zero: float) -> tuple[Damage, ...]:
    """What was lost, with the samples that stand on either side of it."""
    found = []
    for loss in raw.losses:
        start_s = end_s = None
        if raw.position is not None:
            at, time = (raw.position, raw.time) if rows is None else (raw.position[rows], raw.time[rows])
            before, after = int(np.searchsorted(at, loss.start)) - 1, int(np.searchsorted(at, loss.end))
            if before >= 0 and after < len(at):
                start_s, end_s = float(time[before]) - zero, float(time[after]) - zero
        found.append(Damage(what=loss.what, start_byte=loss.start, end_byte=loss.end, start_s=start_s, end_s=end_s))
    return tuple(found)
