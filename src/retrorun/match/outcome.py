"""How a step ended, from what was planned and what was done."""

from __future__ import annotations

from collections.abc import Sequence

from retrorun.activity.model import Lap
from retrorun.match.cost import (
    BY_HAND_DISTANCE,
    BY_HAND_DISTANCE_M,
    BY_HAND_TIME,
    BY_HAND_TIME_S,
    EXACT_DISTANCE_M,
    EXACT_TIME_S,
)
from retrorun.match.laps import distance_m, timer_s
from retrorun.match.model import Outcome
from retrorun.session.values import Distance, Duration, LapButton, Time


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
