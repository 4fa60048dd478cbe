"""The season: backward running week by week, best efforts, pace at equal heart rate, plan kept, the year's calendar."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Unpack, overload

import numpy as np

from retrorun.analysis.season import Best, Period, Season, SeasonRun, season_runs
from retrorun.report import tables
from retrorun.report.figures import style
from retrorun.report.figures.style import LIGHT, Axes, Figure, Given, Look, T, Theme
from retrorun.units import format_clock, format_percent

WHAT = ("time", "distance", "plan")
LEAST_WEEKS = 8  # that the axis has room for, so that one week is no giant bar
MOST_TICKS = 8
EQUAL_FROM = 4  # runs; fewer say nothing of pace at equal heart rate
EQUAL_SPREAD_BPM = 2.0  # of heart rate between runs; less, and it explains nothing of the pace


@overload
def figure_season(runs: Sequence[SeasonRun], *, ax: None = None, **look: Unpack[Look]) -> Figure: ...
@overload
def figure_season(runs: Sequence[SeasonRun], *, ax: T, **look: Unpack[Look]) -> T: ...
def figure_season(
    runs: Sequence[SeasonRun],
    *,
    ax: Given | None = None,
    theme: Theme = LIGHT,
    per_m: float = 1000.0,
    width_in: float = 10.0,
) -> Figure | Given:
    """The season on one sheet: minutes and distance by week above, best efforts below.

    `runs` are those of a scan as `retrorun.batch.story.Story(rr.scan(…)).runs`, or of your own making. With `ax` on
    that Axes, or as many panels as there are of them, which is then the answer.

    Raises:
        OutputError: the runs are something else, or `ax` is no Axes.
    """
    season = Season(season_runs(runs))
    panels: list[Callable[..., object]] = [partial(draw_weeks, weeks=season.weeks, what=what) for what in WHAT[:2]]
    panels.append(partial(draw_bests, bests=season.bests))
    if ax is not None:
        all_axes = style.given_axes(ax, len(panels))
    else:
        if not any(week.backward_s for week in season.weeks):
            panels = panels[:1]  # which says so; three empty ones would not say more
        height_in = 1.0 + 2.2 * len(panels)
        figure = style.new_figure(width_in, height_in, theme=theme, margins_in=(0.75, 0.15, 0.55, 0.45))
        all_axes = figure.subplots(len(panels), 1, squeeze=False, gridspec_kw={"hspace": 0.32})[:, 0].tolist()
        if len(panels) > 1:
            all_axes[1].sharex(all_axes[0])
        style.say_title(figure, "Backward running by week", theme)
    for draw, axes in zip(panels, all_axes, strict=False):
        draw(axes, theme=theme, per_m=per_m)
    return figure if ax is None else ax


def draw_weeks(axes: Axes, weeks: Sequence[Period], what: str, *, theme: Theme = LIGHT, per_m: float = 1000.0) -> None:
    """One bar a week: backward minutes (`what="time"`), backward distance (`"distance"`) or plan kept (`"plan"`)."""
    side, heights = {
        "time": ("backward [min]", [week.backward_s / 60 for week in weeks]),
        "distance": (f"backward [{style.pace_unit(per_m)[4:]}]", [week.backward_m / per_m for week in weeks]),
        "plan": ("steps done [%]", [100 * (week.kept or 0.0) for week in weeks]),
    }[what]
    plan = what == "plan"
    style.dress(axes, theme, side=side)
    axes.grid(visible=False, axis="x")
    if not any(heights):
        empty = "no run had a plan" if plan else "no backward running in these weeks"
        style.say_missing(axes, empty if weeks else "no runs with a date", theme)
    axes.bar(range(len(weeks)), heights, width=0.8, color=theme.forward if plan else theme.backward, gid=what)
    axes.set_xlim(-0.7, max(len(weeks), LEAST_WEEKS) - 0.3)
    ticks = range(0, len(weeks), max(1, -(-len(weeks) // _most_ticks(axes))))
    axes.set_xticks(ticks, _days([weeks[index].start for index in ticks]))
    if plan:
        axes.set_ylim(0.0, 100.0)


def _most_ticks(axes: Axes) -> int:
    """How many days have room along the bottom."""
    return MOST_TICKS // 2 + 1 if style.is_narrow(axes) else MOST_TICKS


def _days(days: Sequence[dt.date]) -> list[str]:
    """Days as text, with the year where it is the first or another than before."""
    before = [None, *(day.year for day in days)]
    return [
        f"{tables.day_of(day, year=False)}\n{day.year}" if day.year != year else tables.day_of(day, year=False)
        for day, year in zip(days, before, strict=False)
    ]


def draw_bests(axes: Axes, bests: Sequence[Best], *, theme: Theme = LIGHT, per_m: float = 1000.0) -> None:
    """Pace of the best effort at each distance, faster above; its time, day and chance stand beside it."""
    style.dress(axes, theme, side=f"best effort [{style.pace_unit(per_m)}]")
    axes.invert_yaxis()
    if not bests:
        style.say_missing(axes, "no backward stretch of 100 m or more", theme)
        axes.set_xticks([])
        return
    paces = [best.effort.time_s * per_m / best.effort.distance_m for best in bests]
    (line,) = axes.plot(range(len(bests)), paces, color=theme.backward, linewidth=1.2, gid="best efforts")
    line.set(marker="^", markersize=7)
    for index, (best, pace) in enumerate(zip(bests, paces, strict=True)):
        time, chance = format_clock(best.effort.time_s), best.effort.probability
        facts = [time] if chance is None else [time, format_percent(chance)]
        said = "\n".join(facts) if style.is_narrow(axes) else f"{', '.join(facts)}\n{tables.day_of(best.day)}"
        style.say_near(axes, (index, pace), said, theme.text, up_pt=9)
    axes.set_xticks(range(len(bests)), [tables.distance_name(best.effort.distance_m) for best in bests])
    axes.set_xlim(-0.5, max(len(bests), 4) - 0.5)
    room = max(0.45 * (max(paces) - min(paces)), 20.0)
    style.dress_paces(axes, max(paces) + room / 2, min(paces) - room)


def equal_paces(runs: Iterable[SeasonRun]) -> tuple[tuple[dt.date, ...], tuple[float, ...], float]:
    """Backward speed of each run as it would be at the season's middle heart rate: days, speeds [m/s], that rate [bpm].

    Speed rises with heart rate; the rise is fitted over the runs at hand, weighted by backward time. Empty where runs
    are too few or too alike in heart rate for a fit, and NaN for the rate.
    """
    known = [run for run in runs if run.speed_mps and run.heart_rate_bpm and run.backward_s > 0]
    rates = np.array([run.heart_rate_bpm for run in known], dtype=np.float64)
    if len(known) < EQUAL_FROM or float(np.std(rates)) < EQUAL_SPREAD_BPM:
        return (), (), float("nan")
    speeds = np.array([run.speed_mps for run in known], dtype=np.float64)
    days = np.array([run.start.timestamp() for run in known]) / 86400.0
    middle = float(np.median(rates))
    # Both at once: whoever gets fitter over the season would else be taken for somebody who runs at another heart rate.
    terms = np.column_stack((np.ones(len(known)), rates - middle, days - days.mean()))
    weight = np.sqrt([run.backward_s for run in known])
    slope = float(np.linalg.lstsq(terms * weight[:, None], speeds * weight, rcond=None)[0][1])
    equal = speeds - max(slope, 0.0) * (rates - middle)
    return tuple(run.start.date() for run in known), tuple(equal.tolist()), middle


def draw_equal_paces(axes: Axes, runs: Sequence[SeasonRun], *, theme: Theme = LIGHT, per_m: float = 1000.0) -> None:
    """Backward pace over the season at one heart rate, faster above."""
    from matplotlib.dates import date2num

    style.dress(axes, theme, side=f"backward pace [{style.pace_unit(per_m)}]")
    axes.invert_yaxis()
    days, speeds, rate = equal_paces(runs)
    if not days:
        style.say_missing(axes, f"fewer than {EQUAL_FROM} backward runs with heart rates apart", theme)
        axes.set_xticks([])
        return
    paces = [per_m / max(speed, 0.3) for speed in speeds]
    places = date2num(days)  # type: ignore[no-untyped-call]  # matplotlib's dates are half typed
    axes.plot(places, paces, "^", color=theme.backward, markersize=6, gid="equal paces")
    axes.set_title(f"at {rate:.0f} bpm", color=theme.text, fontsize=9, loc="left")
    count = (max(days) - min(days)).days + 1
    ticks = [min(days) + dt.timedelta(days=at) for at in range(0, count, -(-count // _most_ticks(axes)))]
    axes.set_xticks(date2num(ticks), _days(ticks))  # type: ignore[no-untyped-call]
    room = max(0.1 * (max(paces) - min(paces)), 10.0)
    style.dress_paces(axes, max(paces) + room, min(paces) - room)


def draw_calendar(
    axes: Axes, runs: Sequence[SeasonRun], year: int, *, months: tuple[int, int] = (1, 12), theme: Theme = LIGHT
) -> None:
    """The days of a year, or of some months of it, a column a week: framed on a run, filled by backward time."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    axes.set_facecolor(theme.background)
    back_s: dict[dt.date, float] = {}
    for run in runs:
        back_s[run.start.date()] = back_s.get(run.start.date(), 0.0) + run.backward_s
    most_s = max((value for day, value in back_s.items() if day.year == year), default=0.0)
    first, end = dt.date(year, months[0], 1), dt.date(year + months[1] // 12, months[1] % 12 + 1, 1)
    squares: dict[bool, list[Rectangle]] = {False: [], True: []}
    for number in range((end - first).days):
        day = first + dt.timedelta(days=number)
        place = ((number + first.weekday()) // 7, 6 - day.weekday())
        squares[day in back_s].append(Rectangle(place, 0.86, 0.86))
        if back_s.get(day, 0.0) > 0:
            filled = Rectangle(place, 0.86, 0.86, facecolor=theme.backward, linewidth=0, gid=f"{day}", zorder=2)
            filled.set_alpha(0.35 + 0.65 * back_s[day] / most_s)
            axes.add_patch(filled)
    axes.add_collection(PatchCollection(squares[False], facecolor=theme.grid, alpha=0.45, linewidth=0, gid="days"))
    framed = PatchCollection(squares[True], facecolor="none", edgecolor=theme.forward, linewidth=1.0)
    framed.set(gid="runs", zorder=3)
    axes.add_collection(framed)
    shown = range(months[0], months[1] + 1)
    starts = [(dt.date(year, month, 1) - first).days + first.weekday() for month in shown]
    axes.set_xticks([start / 7 for start in starts], [tables.MONTHS[month - 1][:3] for month in shown])
    axes.set_yticks([6.43, 4.43, 2.43, 0.43], ["Mon", "Wed", "Fri", "Sun"])
    axes.tick_params(colors=theme.quiet, length=0, labelsize=8)
    axes.set_xlim(-0.3, ((end - first).days + first.weekday()) // 7 + 1.2)
    axes.set_ylim(-0.3, 7.1)
    axes.set_aspect("equal")
    axes.spines[:].set_visible(False)
