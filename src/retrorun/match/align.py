"""The cheapest way to lay laps onto planned steps: dynamic programming over (laps taken, steps passed).

From a state one can take a run of laps as the next step, leave a step out, leave a lap out, or go back to an earlier
step. All costs forward and backward are kept, so that a second reading which is nearly as good is seen and can be told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from retrorun.arrays import FloatArray
from retrorun.errors import PlanError
from retrorun.match.cost import NO_INDEX, LapTable, PlanTable, run_costs

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


@dataclass(frozen=True, slots=True, kw_only=True)
class LapGroup:
    """Laps `first`…`last` (both included) taken as the planned occurrence `planned`."""

    first: int
    last: int
    planned: int
    doubtful: tuple[int, ...] = ()  # other occurrences that fit nearly as well
    split_doubtful: bool = False  # the laps could be shared out among rounds otherwise


def align(laps: LapTable, plan: PlanTable, places: tuple[str, ...]) -> tuple[LapGroup, ...]:
    """The cheapest reading: runs of laps in order.

    Args:
        laps: what happened, n laps.
        plan: what was planned, m occurrences.
        places: the step's place for each occurrence; two occurrences of one place are rounds of one step.

    Raises:
        PlanError: there are more laps and steps than any workout has.
    """
    if len(laps) * len(plan) > MOST_STATES:
        raise PlanError(f"{len(laps)} laps and {len(plan)} steps are too many to match", hint="lower a count")
    grid = _Grid(laps, plan)
    near = grid.near_optimal()
    return tuple(_with_doubts(run, near, places) for run in grid.trace())


class _Grid:
    """Costs of all states: `so_far[l, p]` from the start, `ahead[l, p]` to the end; l laps taken, p steps passed."""

    def __init__(self, laps: LapTable, plan: PlanTable) -> None:
        self.laps, self.plan = laps, plan
        self.n, self.m = len(laps), len(plan)
        self.skip = np.where(plan.optional, 0.0, COST_SKIP)
        self.skipped = np.concatenate(([0.0], np.cumsum(self.skip)))
        self.back = COST_BACK if laps.named else COST_BACK_BY_HAND
        self.reach = self._reach()
        self.costs = [run_costs(laps, plan, first, stop) for first, stop in enumerate(self.reach)]
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
            each = np.where(self.laps.planned_index != NO_INDEX, COST_NAMED_STRAY, 0.0)
            return np.repeat(each[:, np.newaxis], self.m + 1, axis=1)
        cost = np.full((self.n, self.m + 1), COST_STRAY_BETWEEN)
        cost[:, 0] = np.where(self.laps.automatic, COST_STRAY_AROUND, COST_PRESSED_BEFORE)
        return cost

    def _stop(self) -> FloatArray:
        """Cost of ending the workout at a state, all further laps being strays, shape (n + 1, m + 1)."""
        rest = self.skipped[-1] - self.skipped
        early = np.where(rest > 0, COST_STOP_EARLY + 0.01 * rest, 0.0)
        if self.laps.named:
            each = np.where(self.laps.planned_index != NO_INDEX, COST_NAMED_STRAY, 0.0)[:, np.newaxis]
        else:
            # Who stopped early has no reason to press the button again; the watch may go on cutting laps.
            pressed = ~(self.laps.automatic | self.laps.ended)[:, np.newaxis] & (rest > 0)[np.newaxis, :]
            each = np.where(pressed, COST_STRAY_BETWEEN, COST_STRAY_AROUND)
        each = np.broadcast_to(each, (self.n, self.m + 1))
        after = np.concatenate((np.cumsum(each[::-1], axis=0)[::-1], np.zeros((1, self.m + 1))))
        stop = after + early[np.newaxis, :]
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


def _with_doubts(run: LapGroup, near: list[tuple[int, int, int]], places: tuple[str, ...]) -> LapGroup:
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
