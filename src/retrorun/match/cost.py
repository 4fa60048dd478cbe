"""How badly a run of laps fits a planned step: 0 for a perfect fit, about 1 for leaving a step out.

The figures are weights, not measurements. What they must bring about is tested: whole steps before split ones,
a step cut short before a step left out, and no reading at all before a wrong one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from retrorun.activity.model import Lap
from retrorun.arrays import BoolArray, FloatArray, IntArray
from retrorun.match import model
from retrorun.session.model import Occurrence
from retrorun.session.values import Distance, LapButton, SpeedRange, Time

NO_INDEX, NOT_IN_PLAN = -1, -2

COST_CUT_SHORT = 0.3  # plus up to 0.5 the shorter it was
COST_TOO_LONG = 1.5  # a watch ends a step by itself, so with indices this hardly happens; plus up to 2
COST_PAST_ITS_END = 1.0  # a watch does not go on with a step that is done
COST_BY_HAND = 4.0  # per unit of |ln(done / planned)| beyond what is allowed
COST_BY_HAND_MOST = 4.0
COST_NOT_MEASURED = 0.3  # a distance is planned and the laps have none
COST_OPEN_BY_HAND = 0.2  # an open step takes any lap, so a step that fits by number comes first
COST_BUTTON_INSIDE = 1.0  # the button ends a step
COST_UNKNOWN_INSIDE = 0.3  # a border without a word why
COST_AUTO_INSIDE = 0.05
COST_NO_BUTTON_AT_END = 0.75  # a lap-button step that goes on without a press
COST_OTHER_INTENSITY = 0.3
COST_OTHER_SPEED, SPEED_AWAY = 0.3, 0.2  # in full from a fifth (in log units) away from the target
LEAST_DONE = 0.01  # seconds or metres: less than that is nothing

# Words of FIT laps for what a step is for; `interval` and `recovery` are newer than `active` and `rest`.
_KIND_OF_INTENSITY = {"warmup": 1, "active": 2, "interval": 2, "rest": 3, "recovery": 3, "cooldown": 4}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LapTable:
    """The laps as columns of shape (n,): what happened.

    `planned_index` is the index of the plan's message as the watch wrote it, `step` the number of the step that it
    belongs to (-2: no step of the plan); both are -1 where the watch named none.
    """

    timer_s: FloatArray
    distance_m: FloatArray
    planned_index: IntArray
    step: IntArray
    intensity: IntArray
    pressed: BoolArray
    automatic: BoolArray
    ended: BoolArray

    @classmethod
    def of(cls, laps: Sequence[Lap], step_of_index: Mapping[int, int]) -> LapTable:
        """The columns of the laps; an empty `step_of_index` leaves their indices unused."""
        indices = [lap.planned_step_index if step_of_index else None for lap in laps]
        return cls(
            timer_s=np.array([model.timer_s(lap) for lap in laps], dtype=np.float64),
            distance_m=np.array(
                [np.nan if lap.distance_m is None else lap.distance_m for lap in laps], dtype=np.float64
            ),
            planned_index=np.array([NO_INDEX if index is None else index for index in indices], dtype=np.int64),
            step=np.array(
                [NO_INDEX if index is None else step_of_index.get(index, NOT_IN_PLAN) for index in indices],
                dtype=np.int64,
            ),
            intensity=np.array([_KIND_OF_INTENSITY.get(lap.intensity, 0) for lap in laps], dtype=np.int64),
            pressed=np.array([lap.trigger == "manual" for lap in laps], dtype=np.bool_),
            automatic=np.array([lap.trigger in ("distance", "time") for lap in laps], dtype=np.bool_),
            ended=np.array([lap.trigger == "session_end" for lap in laps], dtype=np.bool_),
        )

    def __len__(self) -> int:
        return len(self.timer_s)

    @property
    def named(self) -> bool:
        """Whether the watch named the step of any lap; then laps without a name belong to none."""
        return bool(np.any(self.planned_index != NO_INDEX))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanTable:
    """The occurrences as columns of shape (m,): what was planned. NaN where a step does not set it."""

    time_s: FloatArray
    distance_m: FloatArray
    step: IntArray
    intensity: IntArray
    speed_mps: FloatArray
    button: BoolArray
    optional: BoolArray

    @classmethod
    def of(cls, occurrences: Sequence[Occurrence], step_numbers: Sequence[int]) -> PlanTable:
        """The columns of the occurrences, with the number of the step that each belongs to."""
        steps = [occurrence.step for occurrence in occurrences]
        durations = [step.duration for step in steps]
        return cls(
            time_s=np.array([item.time_s if isinstance(item, Time) else np.nan for item in durations]),
            distance_m=np.array([item.distance_m if isinstance(item, Distance) else np.nan for item in durations]),
            step=np.array(step_numbers, dtype=np.int64),
            intensity=np.array([_KIND_OF_INTENSITY.get(step.intensity.value, 0) for step in steps], dtype=np.int64),
            speed_mps=np.array(
                [
                    (step.target.low_mps + step.target.high_mps) / 2 if isinstance(step.target, SpeedRange) else np.nan
                    for step in steps
                ]
            ),
            button=np.array([isinstance(item, LapButton) for item in durations], dtype=np.bool_),
            optional=np.array([item.optional for item in occurrences], dtype=np.bool_),
        )

    def __len__(self) -> int:
        return len(self.time_s)


def run_costs(laps: LapTable, plan: PlanTable, first: int, stop: int) -> FloatArray:
    """Cost of taking the laps from `first` on as one execution of each planned step, shape (stop - first, m).

    Row k takes the laps `first` to `first + k`, which must name the same step or none. Infinite where the watch says
    that they belong to another step.
    """
    run = slice(first, stop)
    timer_s, distance_m = _sums(laps.timer_s[run]), _sums(laps.distance_m[run])
    if laps.named:
        fit = _exact(timer_s, plan.time_s, model.EXACT_TIME_S) + _exact(
            distance_m, plan.distance_m, model.EXACT_DISTANCE_M
        )
        fit = np.where(plan.step == laps.step[first], fit, np.inf)
        if laps.planned_index[first] == NO_INDEX:
            fit[:] = np.inf
    else:
        fit = _by_hand(timer_s, plan.time_s, model.BY_HAND_TIME_S, model.BY_HAND_TIME)
        fit = fit + _by_hand(distance_m, plan.distance_m, model.BY_HAND_DISTANCE_M, model.BY_HAND_DISTANCE)
        fit = fit + np.where(np.isnan(plan.time_s) & np.isnan(plan.distance_m), COST_OPEN_BY_HAND, 0.0)
        fit = fit + _character(int(laps.intensity[first]), plan, timer_s, distance_m)
    pressed, automatic = laps.pressed[run], laps.automatic[run]
    border = np.select([pressed, automatic], [COST_BUTTON_INSIDE, COST_AUTO_INSIDE], COST_UNKNOWN_INSIDE)
    inside = np.concatenate(([0.0], np.cumsum(border)[:-1]))[:, np.newaxis]
    unpressed = automatic[:, np.newaxis] & plan.button[np.newaxis, :]
    return fit + inside + np.where(unpressed, COST_NO_BUTTON_AT_END, 0.0)


def _sums(amounts: FloatArray) -> FloatArray:
    """What the first lap, the first two, … amount to, shape (k, 1)."""
    return np.cumsum(amounts)[:, np.newaxis]


def _exact(done: FloatArray, planned: FloatArray, tolerance: float) -> FloatArray:
    """Cost of a step that the watch itself timed or measured, shape (k, m); 0 where the plan does not set it."""
    share = np.clip(done / planned, 0.0, 3.0)
    short = COST_CUT_SHORT + 0.5 * (1.0 - share)
    long = COST_TOO_LONG + (share - 1.0)
    fits = np.abs(done - planned) <= tolerance
    cost = np.where(fits, 0.0, np.where(done < planned, short, long))
    # What reaches the plan ends the step: a lap after that belongs to the next round, however short it is.
    reached = done >= planned - tolerance
    past = np.concatenate((np.zeros((1, len(planned)), dtype=np.bool_), reached[:-1]))
    cost = cost + np.where(past, COST_PAST_ITS_END, 0.0)
    return np.where(np.isnan(planned), 0.0, np.where(np.isnan(done), COST_NOT_MEASURED, cost))


def _by_hand(done: FloatArray, planned: FloatArray, tolerance: float, share: float) -> FloatArray:
    """Cost of a step that somebody ended by hand, shape (k, m); 0 where the plan does not set it."""
    allowed = np.log1p(np.maximum(tolerance / planned, share))
    beyond = np.maximum(np.abs(np.log(np.maximum(done, LEAST_DONE) / planned)) - allowed, 0.0)
    cost = np.where(np.isnan(done), COST_NOT_MEASURED, np.minimum(COST_BY_HAND * beyond, COST_BY_HAND_MOST))
    return np.where(np.isnan(planned), 0.0, cost)


def _character(intensity: int, plan: PlanTable, timer_s: FloatArray, distance_m: FloatArray) -> FloatArray:
    """Cost of laps that look unlike the step, shape (k, m): another intensity, another speed than its target."""
    other = (plan.intensity != 0) & (plan.intensity != intensity) & (intensity != 0)
    known = (timer_s > 0) & (distance_m > 0)
    # Logarithms first: a lap of next to no time has no speed that a float can hold.
    log_speed = np.log(np.where(known, distance_m, 1.0)) - np.log(np.where(known, timer_s, 1.0))
    away = np.minimum(np.abs(log_speed - np.log(plan.speed_mps)) / SPEED_AWAY, 1.0)
    unlike = np.where(known & ~np.isnan(plan.speed_mps), COST_OTHER_SPEED * away, 0.0)
    return unlike + np.where(other, COST_OTHER_INTENSITY, 0.0)[np.newaxis, :]
