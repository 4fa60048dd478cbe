"""What laps say: how long, how far, whether somebody meant something by them, and how a step of them ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from retrorun.activity.model import Activity, Lap
from retrorun.arrays import at_share
from retrorun.match.model import Outcome
from retrorun.session.values import Distance, Duration, LapButton, Time

EVEN = 0.01  # chosen: laps by hand scatter more than this, laps that a watch cuts by distance do not
EVEN_SHARE = 0.75  # chosen: the last lap is cut off, and a first press or a pause may cut another

# On 1,605 steps of workouts that Garmin watches executed, the laps of a step add up to its time within 1 s and to its
# distance within 1 m. Where the runner presses the button himself, or another watch rounds, more must be allowed.
EXACT_TIME_S = 1.0
EXACT_DISTANCE_M = 1.0
BY_HAND_TIME_S, BY_HAND_TIME = 3.0, 0.05
BY_HAND_DISTANCE_M, BY_HAND_DISTANCE = 10.0, 0.05


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
    usual = at_share(np.array(values))
    even = sum(abs(value - usual) <= EVEN * usual for value in values)
    return usual > 0 and len(values) > 1 and even >= EVEN_SHARE * len(values)


def outcome_of_laps(duration: Duration, laps: Sequence[Lap], *, exact: bool, final: bool) -> Outcome:
    """`completed` or `cut short`; `cannot tell` for a distance that was not measured.

    Args:
        duration: when the step was to end.
        laps: what it was made of, at least one.
        exact: whether the watch executed the plan; else somebody pressed the button, and a little less is enough.
        final: whether it is the last step of the plan: stopping the watch is then the way to end it.
    """
    if isinstance(duration, Time | Distance):
        return _outcome_of_amount(duration, sum(timer_s(lap) for lap in laps), distance_m(laps), exact=exact)
    trigger = laps[-1].trigger
    if isinstance(duration, LapButton):
        return "completed" if final or trigger != "session_end" else "cut short"
    # The watch ends a step by heart rate or energy by itself; a press or a stop before that cuts it short.
    return "cut short" if exact and trigger in ("manual", "session_end") else "completed"


def _outcome_of_amount(duration: Time | Distance, done_s: float, done_m: float | None, *, exact: bool) -> Outcome:
    """Whether the time or the distance done reaches the one planned."""
    if isinstance(duration, Time):
        slack_s = EXACT_TIME_S if exact else max(BY_HAND_TIME_S, BY_HAND_TIME * duration.time_s)
        return "completed" if done_s >= duration.time_s - slack_s else "cut short"
    if done_m is None:
        return "cannot tell"
    slack_m = EXACT_DISTANCE_M if exact else max(BY_HAND_DISTANCE_M, BY_HAND_DISTANCE * duration.distance_m)
    return "completed" if done_m >= duration.distance_m - slack_m else "cut short"
