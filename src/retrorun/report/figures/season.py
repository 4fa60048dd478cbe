"""The season: backward time and distance week by week, and the best backward efforts by distance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrorun.analysis.efforts import Effort, SeasonRun
from retrorun.report.palette import LIGHT, Theme
from retrorun.report.plot import dress, pace_step, say_missing
from retrorun.report.words import MONTHS
from retrorun.units import METRES_PER_MILE, format_clock

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week from its Monday on; weeks without backward running are there too, with zeros."""

    monday: dt.date
    backward_s: float
    backward_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The season's best effort at one distance, and the day it was run."""

    effort: Effort
    day: dt.date


def weeks(runs: Iterable[SeasonRun]) -> tuple[Week, ...]:
    """Every week from the first run's to the last's, in order."""
    totals: dict[dt.date, tuple[float, float]] = {}
    for run in runs:
        day = run.start.date()
        monday = day - dt.timedelta(days=day.weekday())
        time_s, way_m = totals.get(monday, (0.0, 0.0))
        totals[monday] = (time_s + run.backward_s, way_m + run.backward_m)
    if not totals:
        return ()
    first, last = min(totals), max(totals)
    mondays = [first + dt.timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
    return tuple(
        Week(monday=day, backward_s=totals.get(day, (0.0, 0.0))[0], backward_m=totals.get(day, (0.0, 0.0))[1])
        for day in mondays
    )


def season_bests(runs: Iterable[SeasonRun]) -> tuple[Best, ...]:
    """The best effort at each distance, shortest distance first; of equal ones the earlier."""
    best: dict[float, Best] = {}
    for run in sorted(runs, key=lambda run: run.start.timestamp()):
        for effort in run.efforts:
            held = best.get(effort.distance_m)
            if held is None or effort.time_s < held.effort.time_s:
                best[effort.distance_m] = Best(effort=effort, day=run.start.date())
    return tuple(best[distance_m] for distance_m in sorted(best))


def figure_season(runs: Sequence[SeasonRun], *, theme: Theme = LIGHT, per_m: float = 1000.0) -> Figure:
    """The season on one sheet: minutes and distance by week above, best efforts below."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 7.5), facecolor=theme.background, layout="constrained")
    minutes, distance, efforts = figure.subplots(3, 1)
    distance.sharex(minutes)
    draw_weeks(minutes, weeks(runs), "time", theme=theme, per_m=per_m)
    draw_weeks(distance, weeks(runs), "distance", theme=theme, per_m=per_m)
    draw_bests(efforts, season_bests(runs), theme=theme, per_m=per_m)
    figure.suptitle("Backward running by week", color=theme.text, fontsize=12, x=0.01, ha="left")
    return figure


def draw_weeks(axes: Axes, by_week: Sequence[Week], what: str, *, theme: Theme = LIGHT, per_m: float = 1000.0) -> None:
    """One bar a week: backward minutes (`what="time"`) or backward distance (`what="distance"`)."""
    dress(axes, theme)
    axes.grid(visible=False, axis="x")
    unit = "mi" if per_m == METRES_PER_MILE else "km"
    axes.set_ylabel("backward [min]" if what == "time" else f"backward [{unit}]", color=theme.text)
    if not by_week:
        say_missing(axes, "no runs with a date", theme)
        return
    heights = [week.backward_s / 60 if what == "time" else week.backward_m / per_m for week in by_week]
    axes.bar(range(len(by_week)), heights, width=0.8, color=theme.backward, gid=what)
    step = max(1, -(-len(by_week) // 10))
    ticks = range(0, len(by_week), step)
    axes.set_xticks(list(ticks), [_day(by_week[index].monday, year=index == 0) for index in ticks])


def draw_bests(axes: Axes, bests: Sequence[Best], *, theme: Theme = LIGHT, per_m: float = 1000.0) -> None:
    """Pace of the best effort at each distance, faster above; its time and day stand beside it."""
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    dress(axes, theme)
    unit = "mi" if per_m == METRES_PER_MILE else "km"
    axes.set_ylabel(f"best effort [min/{unit}]", color=theme.text)
    axes.invert_yaxis()
    if not bests:
        say_missing(axes, "no backward stretch of 100 m or more", theme)
        return
    paces = [best.effort.time_s * per_m / best.effort.distance_m for best in bests]
    axes.plot(
        range(len(bests)), paces, color=theme.backward, linewidth=1.2, marker="^", markersize=7, gid="best efforts"
    )
    for index, (best, pace) in enumerate(zip(bests, paces, strict=True)):
        axes.annotate(
            f"{format_clock(best.effort.time_s)}\n{_day(best.day)}",
            (index, pace),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=theme.text,
        )
    axes.set_xticks(range(len(bests)), [distance_name(best.effort.distance_m) for best in bests])
    axes.set_xlim(-0.5, len(bests) - 0.5)
    room = max(0.35 * (max(paces) - min(paces)), 15.0)
    axes.set_ylim(max(paces) + room / 2, min(paces) - room)
    axes.yaxis.set_major_locator(MultipleLocator(pace_step(max(paces) - min(paces) + 1.5 * room)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: format_clock(value)))


def distance_name(distance_m: float) -> str:
    """How runners call the distance of a race."""
    names = {METRES_PER_MILE: "mile", 21_097.5: "half marathon", 42_195.0: "marathon"}
    if distance_m in names:
        return names[distance_m]
    return f"{distance_m:g} m" if distance_m < 3000 else f"{distance_m / 1000:g} km"


def _day(day: dt.date, *, year: bool = True) -> str:
    text = f"{day.day} {MONTHS[day.month - 1][:3]}"
    return f"{text} {day.year}" if year else text
