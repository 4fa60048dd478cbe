"""What laps say of themselves: how long, how far, and whether somebody meant something by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from retrorun.activity.model import Activity, Lap

EVEN = 0.01  # chosen: laps by hand scatter more than this, laps that a watch cuts by distance do not
EVEN_SHARE = 0.75  # chosen: the last lap is cut off, and a first press or a pause may cut another


def timer_s(lap: Lap) -> float:
    """How long the watch ran during a lap [s], pauses left out where the watch says so."""
    return lap.end_s - lap.start_s if lap.timer_s is None else lap.timer_s


def distance_m(laps: Sequence[Lap]) -> float | None:
    """The distance of the laps together [m]; None where one of them has none."""
    distances = [lap.distance_m for lap in laps]
    return None if None in distances else sum(distance for distance in distances if distance is not None)


def measured_laps(activity: Activity) -> tuple[Lap, ...]:
    """The laps, with the distance out of the activity's column where the watch wrote none (or zero, as some do)."""
    known = np.isfinite(activity.distance_m)
    if np.count_nonzero(known) < 2:
        return tuple(lap if lap.distance_m else replace(lap, distance_m=None) for lap in activity.laps)
    borders = [(lap.start_s, lap.end_s) for lap in activity.laps]
    covered = np.interp(np.reshape(borders, (-1, 2)), activity.time_s[known], activity.distance_m[known])
    lengths = np.maximum(covered[:, 1] - covered[:, 0], 0.0).tolist()
    return tuple(
        lap if lap.distance_m else replace(lap, distance_m=length)
        for lap, length in zip(activity.laps, lengths, strict=True)
    )


def say_nothing(laps: Sequence[Lap]) -> bool:
    """Whether there are no laps, or most were cut by the watch itself, as it says or as they are even.

    That a file calls a lap manual is not heeded: many exports do so with every lap.
    """
    if len(laps) < 2:
        return True
    if sum(lap.trigger == "distance" for lap in laps) >= EVEN_SHARE * len(laps):
        return True
    times, distances = [timer_s(lap) for lap in laps[:-1]], [lap.distance_m or 0.0 for lap in laps[:-1]]
    return _mostly_even(times) or _mostly_even(distances)


def _mostly_even(values: Sequence[float]) -> bool:
    usual = float(np.median(values))
    even = sum(abs(value - usual) <= EVEN * usual for value in values)
    return usual > 0 and len(values) > 1 and even >= EVEN_SHARE * len(values)
