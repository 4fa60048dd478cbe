"""The cheapest way to lay laps onto planned steps: dynamic programming over (laps taken, steps passed).

From a state one can take a run of laps as the next step, leave a step out, leave a lap out, or go back to an earlier
step. All costs forward and backward are kept, so that a second reading which is nearly as good is seen and can be told.
A cost says how badly laps fit: 0 for a perfect fit, about 1 for leaving a step out. The figures are weights, not
measurements. What they must bring about is tested: whole steps before split ones, a step cut short before a step left
out, and no reading at all before a wrong one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from retrorun.activity.model import Lap
from retrorun.arrays import BoolArray, FloatArray, IntArray
from retrorun.errors import PlanError
from retrorun.match import model
from retrorun.session.model import Occurrence
from retrorun.session.values import Distance, LapButton, SpeedRange, Time

NO_INDEX, NOT_IN_PLAN = -1, -2

COST_SKIP = 1.0  # a step left out, with more to come; the unit of all costs
COST_BACK, COST_BACK_BY_HAND = 2.5, 4.0  # going back to an earlier step, where laps name their step and where not
COST_STOP_EARLY = 0.3  # not coming to the end of the plan
COST_STRAY_BETWEEN = 1.2  # a lap that belongs to no step, in the middle
COST_STRAY_AROUND = 0.3  # the same before the first step or after the last
COST_PRESSED_BEFORE = 0.6  # a lap by hand before the first step
COST_NAMED_STRAY = 1000.0  # a lap of which the watch says whose it is, left out: only where the plan has no such step
MARGIN = 0.25  # a second reading that costs less than this more is as good as the first
MOST_STATES = 2_000_000  # laps times steps: 400 laps on 5000 steps
MOST_CELLS = 10_000_000  # the same times the laps that one step may take: 80 MB of costs
LEAST_REACH = 4  # laps that one step may take, whatever the size
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LapGroup:
    """Laps `first`…`last` (both included) taken as the planned occurrence `planned`."""

    first: int
    last: int
    planned: int
    doubtful: tuple[int, ...] = ()  # other occurrences that fit nearly as well
    split_doubtful: bool = False  # the laps could be shared out among rounds otherwise


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Laps:
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
    def of(cls, laps: Sequence[Lap], step_of_index: Mapping[int, int]) -> Self:
        """The columns of the laps; an empty `step_of_index` leaves their indices unused."""
        indices = [lap.planned_step_index if step_of_index else None for lap in laps]
        steps = [NO_INDEX if index is None else step_of_index.get(index, NOT_IN_PLAN) for index in indices]
        return cls(
            timer_s=np.array([model.timer_s(lap) for lap in laps], dtype=np.float64),
            distance_m=np.array([lap.distance_m for lap in laps], dtype=np.float64),  # None becomes NaN
            planned_index=np.array([NO_INDEX if index is None else index for index in indices], dtype=np.int64),
            step=np.array(steps, dtype=np.int64),
            intensity=np.array([_KIND_OF_INTENSITY.get(lap.intensity, 0) for lap in laps], dtype=np.int64),
            pressed=np.array([lap.trigger == "manual" for lap in laps], dtype=np.bool_),
            automatic=np.array([lap.trigger in ("distance", "time") for lap in laps], dtype=np.bool_),
            ended=np.array([lap.trigger == "session_end" for lap in laps], dtype=np.bool_),
        )

    @property
    def named(self) -> bool:
        """Whether the watch named the step of any lap; then laps without a name belong to none."""
        return bool(np.any(self.planned_index != NO_INDEX))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Plan:
    """The occurrences as columns of shape (m,): what was planned. NaN where a step does not set it."""

    time_s: FloatArray
    distance_m: FloatArray
    step: IntArray
    intensity: IntArray
    speed_mps: FloatArray
    button: BoolArray
    optional: BoolArray

    @classmethod
    def of(cls, occurrences: Sequence[Occurrence], step_numbers: Sequence[int]) -> Self:
        """The columns of the occurrences, with the number of the step that each belongs to."""
        steps = [occurrence.step for occurrence in occurrences]
        durations = [step.duration for step in steps]
        ends = [
            (step.target.low_mps, step.target.high_mps) if isinstance(step.target, SpeedRange) else (np.nan, np.nan)
            for step in steps
        ]
        return cls(
            time_s=np.array([item.time_s if isinstance(item, Time) else np.nan for item in durations]),
            distance_m=np.array([item.distance_m if isinstance(item, Distance) else np.nan for item in durations]),
            step=np.array(step_numbers, dtype=np.int64),
            intensity=np.array([_KIND_OF_INTENSITY.get(step.intensity.value, 0) for step in steps], dtype=np.int64),
            speed_mps=np.mean(ends, axis=1),
            button=np.array([isinstance(item, LapButton) for item in durations], dtype=np.bool_),
            optional=np.array([item.optional for item in occurrences], dtype=np.bool_),
        )


def align(
    laps: Sequence[Lap],
    occurrences: Sequence[Occurrence],
    step_numbers: Sequence[int],
    step_of_index: Mapping[int, int],
) -> tuple[LapGroup, ...]:
    """The cheapest reading: runs of laps in order, as occurrences of the plan; those of one place are of one step.

    `step_numbers` says which step each occurrence belongs to, `step_of_index` which one each index in a lap names, and
    is empty to leave the indices unused. More laps and steps than any workout has are a PlanError.
    """
    if len(laps) * len(occurrences) > MOST_STATES:
        raise PlanError(f"{len(laps)} laps and {len(occurrences)} steps are too many to match", hint="lower a count")
    grid = _Grid(_Laps.of(laps, step_of_index), _Plan.of(occurrences, step_numbers))
    near, places = grid.near_optimal(), [occurrence.place for occurrence in occurrences]
    return tuple(_with_doubts(run, near, places) for run in grid.trace())


class _Grid:
    """Costs of all states: `so_far[l, p]` from the start, `ahead[l, p]` to the end; l laps taken, p steps passed."""

    def __init__(self, laps: _Laps, plan: _Plan) -> None:
        self.laps, self.plan = laps, plan
        self.n, self.m = len(laps.timer_s), len(plan.time_s)
        self.skip = np.where(plan.optional, 0.0, COST_SKIP)
        self.skipped = np.concatenate(([0.0], np.cumsum(self.skip)))
        self.back = COST_BACK if laps.named else COST_BACK_BY_HAND
        self.reach = self._reach()
        self.costs = [_run_costs(laps, plan, first, stop) for first, stop in enumerate(self.reach)]
        named = self.laps.planned_index != NO_INDEX
        self.lost = np.broadcast_to(np.where(named, COST_NAMED_STRAY, 0.0)[:, np.newaxis], (self.n, self.m + 1))
        self.stray, self.stop = self._stray(), self._stop()
        self.so_far = self._forward()
        self.ahead = self._backward()

    def _reach(self) -> list[int]:
        """For each lap, one past the last lap that a run from it may take in."""
        longest_s = np.inf if np.any(np.isnan(self.plan.time_s)) else 1.6 * float(np.max(self.plan.time_s)) + 30.0
        most = max(LEAST_REACH, MOST_CELLS // max(self.n * self.m, 1))
        ends = []
        for first in range(self.n):
            last = first + 1
            taken_s = self.laps.timer_s[first]
            while last < min(self.n, first + most):
                taken_s += self.laps.timer_s[last]
                if taken_s > longest_s or self.laps.planned_index[last] != self.laps.planned_index[first]:
                    break
                last += 1
            ends.append(last)
        return ends

    def _stray(self) -> FloatArray:
        """Cost of leaving a lap out at a state, shape (n, m + 1)."""
        if self.laps.named:
            return self.lost
        cost = np.full((self.n, self.m + 1), COST_STRAY_BETWEEN)
        cost[:, 0] = np.where(self.laps.automatic, COST_STRAY_AROUND, COST_PRESSED_BEFORE)
        return cost

    def _stop(self) -> FloatArray:
        """Cost of ending the workout at a state, all further laps being strays, shape (n + 1, m + 1)."""
        rest = self.skipped[-1] - self.skipped
        early = np.where(rest > 0, COST_STOP_EARLY + 0.01 * rest, 0.0)
        each = self.lost
        if not self.laps.named:
            # Who stopped early has no reason to press the button again; the watch may go on cutting laps.
            pressed = ~(self.laps.automatic | self.laps.ended)[:, np.newaxis] & (rest > 0)
            each = np.where(pressed, COST_STRAY_BETWEEN, COST_STRAY_AROUND)
        stop = np.concatenate((np.cumsum(each[::-1], axis=0)[::-1], np.zeros((1, self.m + 1)))) + early
        stop[:, 0] += COST_SKIP  # a plan of which nothing was run
        return stop

    def _forward(self) -> FloatArray:
        table = np.full((self.n + 1, self.m + 1), np.inf)
        table[0, 0] = 0.0
        for lap in range(self.n + 1):
            row = table[lap]
            np.minimum(row[:-1], _least_after(row) + self.back, out=row[:-1])
            np.minimum(row, np.minimum.accumulate(row - self.skipped) + self.skipped, out=row)
            if lap == self.n:
                break
            np.minimum(table[lap + 1], row + self.stray[lap], out=table[lap + 1])
            ahead = table[lap + 1 : self.reach[lap] + 1, 1:]
            np.minimum(ahead, row[:-1] + self.costs[lap], out=ahead)
        return table

    def _backward(self) -> FloatArray:
        table = self.stop.copy()
        for lap in range(self.n, -1, -1):
            row = table[lap]
            if lap < self.n:
                np.minimum(row, table[lap + 1] + self.stray[lap], out=row)
                runs = self.costs[lap] + table[lap + 1 : self.reach[lap] + 1, 1:]
                np.minimum(row[:-1], runs.min(axis=0), out=row[:-1])
            onward = np.minimum.accumulate((row + self.skipped)[::-1])[::-1] - self.skipped
            np.minimum(row, onward, out=row)
            np.minimum(row[1:], np.minimum.accumulate(row)[:-1] + self.back, out=row[1:])
        return table

    def trace(self) -> list[LapGroup]:
        """The cheapest path, read off the costs to the end; equal costs prefer the earlier round."""
        runs: list[LapGroup] = []
        lap, step = 0, 0
        while lap < self.n:
            goal = float(self.ahead[lap, step])
            taken = self._run_at(lap, step, goal)
            if taken is not None:
                runs.append(taken)
                lap, step = taken.last + 1, taken.planned + 1
            elif _same(goal, self.stop[lap, step]):
                break
            elif _same(goal, self.stray[lap, step] + self.ahead[lap + 1, step]):
                lap += 1
            else:
                step = self._sideways(lap, step, goal)
        return runs

    def _run_at(self, lap: int, step: int, goal: float) -> LapGroup | None:
        if step == self.m:
            return None
        costs = self.costs[lap][:, step] + self.ahead[lap + 1 : self.reach[lap] + 1, step + 1]
        fitting = [k for k, cost in enumerate(costs.tolist()) if _same(goal, cost)]
        return LapGroup(first=lap, last=lap + fitting[-1], planned=step) if fitting else None

    def _sideways(self, lap: int, step: int, goal: float) -> int:
        """The state, with as many laps taken, from which the path goes on."""
        if step < self.m and _same(goal, self.skip[step] + self.ahead[lap, step + 1]):
            return step + 1
        return int(np.argmin(self.ahead[lap, :step]))

    def near_optimal(self) -> list[tuple[int, int, int]]:
        """Every (first lap, last lap, occurrence) that stands in a reading which costs hardly more than the best."""
        limit = self.ahead[0, 0] + MARGIN
        found = []
        for first, costs in enumerate(self.costs):
            through = self.so_far[first, :-1] + costs + self.ahead[first + 1 : self.reach[first] + 1, 1:]
            found += [(first, first + k, planned) for k, planned in np.argwhere(through < limit).tolist()]
        return found


def _with_doubts(run: LapGroup, near: list[tuple[int, int, int]], places: Sequence[str]) -> LapGroup:
    """The run with every other reading of its laps that costs hardly more."""
    doubtful: dict[str, int] = {}
    split = False
    for first, last, planned in near:
        if last < run.first or first > run.last:
            continue
        if places[planned] != places[run.planned]:
            doubtful.setdefault(places[planned], planned)
        elif (first, last) != (run.first, run.last):
            split = True
    return replace(run, doubtful=tuple(doubtful.values()), split_doubtful=split)


def _least_after(row: FloatArray) -> FloatArray:
    """For each place but the last, the least value after it."""
    return np.minimum.accumulate(row[::-1])[::-1][1:]


def _same(a: float, b: float) -> bool:
    return bool(np.isfinite(a) and abs(a - b) <= 1e-9 * max(1.0, abs(a)))


def _run_costs(laps: _Laps, plan: _Plan, first: int, stop: int) -> FloatArray:
    """Cost of taking the laps from `first` on as one execution of each planned step, shape (stop - first, m).

    Row k takes the laps `first` to `first + k`, which must name the same step or none. Infinite where the watch says
    that they belong to another step.
    """
    run = slice(first, stop)
    # What the first lap, the first two, … amount to, as a column beside the row of steps.
    timer_s, distance_m = (np.cumsum(each[run])[:, np.newaxis] for each in (laps.timer_s, laps.distance_m))
    if laps.named:
        fit = _exact(timer_s, plan.time_s, model.EXACT_TIME_S)
        fit += _exact(distance_m, plan.distance_m, model.EXACT_DISTANCE_M)
        fit = np.where(plan.step == laps.step[first], fit, np.inf)
        if laps.planned_index[first] == NO_INDEX:
            fit[:] = np.inf
    else:
        fit = _by_hand(timer_s, plan.time_s, model.BY_HAND_TIME_S, model.BY_HAND_TIME)
        fit += _by_hand(distance_m, plan.distance_m, model.BY_HAND_DISTANCE_M, model.BY_HAND_DISTANCE)
        fit += np.where(np.isnan(plan.time_s) & np.isnan(plan.distance_m), COST_OPEN_BY_HAND, 0.0)
        fit += _character(int(laps.intensity[first]), plan, timer_s, distance_m)
    pressed, automatic = laps.pressed[run], laps.automatic[run]
    border = np.select([pressed, automatic], [COST_BUTTON_INSIDE, COST_AUTO_INSIDE], COST_UNKNOWN_INSIDE)
    inside = np.concatenate(([0.0], np.cumsum(border)[:-1]))[:, np.newaxis]
    unpressed = automatic[:, np.newaxis] & plan.button
    return fit + inside + np.where(unpressed, COST_NO_BUTTON_AT_END, 0.0)


def _exact(done: FloatArray, planned: FloatArray, tolerance: float) -> FloatArray:
    """Cost of a step that the watch itself timed or measured, shape (k, m); 0 where the plan does not set it."""
    share = np.clip(done / planned, 0.0, 3.0)
    short = COST_CUT_SHORT + 0.5 * (1.0 - share)
    long = COST_TOO_LONG + (share - 1.0)
    fits = np.abs(done - planned) <= tolerance
    cost = np.where(fits, 0.0, np.where(done < planned, short, long))
    # What reaches the plan ends the step: a lap after that belongs to the next round, however short it is.
    reached = done >= planned - tolerance
    cost[1:] += np.where(reached[:-1], COST_PAST_ITS_END, 0.0)
    return np.where(np.isnan(planned), 0.0, np.where(np.isnan(done), COST_NOT_MEASURED, cost))


def _by_hand(done: FloatArray, planned: FloatArray, tolerance: float, share: float) -> FloatArray:
    """Cost of a step that somebody ended by hand, shape (k, m); 0 where the plan does not set it."""
    allowed = np.log1p(np.maximum(tolerance / planned, share))
    beyond = np.maximum(np.abs(np.log(np.maximum(done, LEAST_DONE) / planned)) - allowed, 0.0)
    cost = np.where(np.isnan(done), COST_NOT_MEASURED, np.minimum(COST_BY_HAND * beyond, COST_BY_HAND_MOST))
    return np.where(np.isnan(planned), 0.0, cost)


def _character(intensity: int, plan: _Plan, timer_s: FloatArray, distance_m: FloatArray) -> FloatArray:
    """Cost of laps that look unlike the step, shape (k, m): another intensity, another speed than its target."""
    other = (plan.intensity != 0) & (plan.intensity != intensity) & (intensity != 0)
    known = (timer_s > 0) & (distance_m > 0)
    # Logarithms first: a lap of next to no time has no speed that a float can hold.
    log_speed = np.log(np.where(known, distance_m, 1.0)) - np.log(np.where(known, timer_s, 1.0))
    away = np.minimum(np.abs(log_speed - np.log(plan.speed_mps)) / SPEED_AWAY, 1.0)
    unlike = np.where(known & ~np.isnan(plan.speed_mps), COST_OTHER_SPEED * away, 0.0)
    return unlike + np.where(other, COST_OTHER_INTENSITY, 0.0)
