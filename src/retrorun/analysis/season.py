"""What a season amounts to: its weeks, and its best efforts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from retrorun.analysis.efforts import Effort, SeasonRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week from its Monday on; weeks without backward running are there too, with zeros.

    `kept` is the share of planned steps that were completed, None without a plan.
    """

    monday: dt.date
    backward_s: float = 0.0
    backward_m: float = 0.0
    planned_steps: int = 0
    completed_steps: int = 0

    @property
    def kept(self) -> float | None:
        """The share of planned steps that were completed; None without a plan."""
        return self.completed_steps / self.planned_steps if self.planned_steps else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The season's best effort at one distance, and the day it was run; `run` is what it is from, if that is known."""

    effort: Effort
    day: dt.date
    run: SeasonRun | None = None


def weeks(runs: Iterable[SeasonRun]) -> tuple[Week, ...]:
    """Every week from the first run's to the last's, in order."""
    totals: dict[dt.date, Week] = {}
    for run in runs:
        monday = run.start.date() - dt.timedelta(days=run.start.weekday())
        week = totals.get(monday, Week(monday=monday))
        totals[monday] = replace(
            week,
            backward_s=week.backward_s + run.backward_s,
            backward_m=week.backward_m + run.backward_m,
            planned_steps=week.planned_steps + run.planned_steps,
            completed_steps=week.completed_steps + run.completed_steps,
        )
    if not totals:
        return ()
    first, last = min(totals), max(totals)
    mondays = [first + dt.timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
    return tuple(totals.get(day, Week(monday=day)) for day in mondays)


def season_bests(runs: Iterable[SeasonRun]) -> tuple[Best, ...]:
    """The best effort at each distance, shortest distance first; of equal ones the earlier."""
    found = [(run, effort) for run in runs for effort in run.efforts]
    return _bests(found, key=lambda effort: effort.distance_m, least=lambda effort: effort.time_s)


def timed_bests(found: Iterable[tuple[SeasonRun, Effort]]) -> tuple[Best, ...]:
    """The furthest effort of each time, shortest time first; of equal ones the earlier."""
    return _bests(found, key=lambda effort: effort.time_s, least=lambda effort: -effort.distance_m)


def _bests(
    found: Iterable[tuple[SeasonRun, Effort]], *, key: Callable[[Effort], float], least: Callable[[Effort], float]
) -> tuple[Best, ...]:
    best: dict[float, Best] = {}
    for run, effort in sorted(found, key=lambda entry: entry[0].start.timestamp()):
        held = best.get(key(effort))
        if held is None or least(effort) < least(held.effort):
            best[key(effort)] = Best(effort=effort, day=run.start.date(), run=run)
    return tuple(best[each] for each in sorted(best))
