"""The season as one HTML page: volume by week, best efforts, pace at equal heart rate, plan kept, the year's calendar.

Like the report of one run it is whole without a script, follows the scheme of the device and asks the network for
nothing. It names files, days and numbers, and no places.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from retrorun.activity.rules import counted
from retrorun.analysis.season import Best, Period, Season, SeasonRun, season_runs
from retrorun.report.figures import season as figures
from retrorun.report.figures.style import LIGHT, Axes, Figure, new_figure
from retrorun.report.tables import Table, day_of, distance_name
from retrorun.report.template import WIDE_IN, Picture, in_both_sizes, render
from retrorun.units import format_clock, format_distance, format_number, format_pace, format_percent

MOST_YEARS = 10  # calendars; more years than that are told in the table of runs alone


def season_html(
    runs: Sequence[SeasonRun], *, per_m: float = 1000.0, undated: int = 0, title: str = "Backward season"
) -> str:
    """The page on all runs of one runner, as text.

    Args:
        runs: the runs with a date, in any order; those with a `page` are linked to it.
        per_m: the distance that a pace is for: 1000, or `units.METRES_PER_MILE`.
        undated: how many further runs do not say when they were.
        title: the heading.

    Raises:
        OutputError: the runs are something else.
    """
    runs = sorted(season_runs(runs), key=lambda run: run.start.replace(tzinfo=None))
    back = [run for run in runs if run.backward_s > 0]
    return render(
        "season.html",
        title=title,
        facts=_facts(runs, undated),
        found=bool(back),
        answer=_answer(runs, back, per_m),
        sections=list(_sections(runs, back, per_m)) if back else [],
    )


def _sections(runs: Sequence[SeasonRun], back: Sequence[SeasonRun], per_m: float) -> Iterator[dict[str, object]]:
    season = Season(runs)
    yield _volume(season.weeks, per_m)
    yield _bests(season.bests, per_m)
    yield _equal(runs, per_m)
    planned, done = sum(run.planned_steps for run in runs), sum(run.completed_steps for run in runs)
    if planned:
        words = f"{done} of {planned} planned steps were completed ({format_percent(done / planned)})."
        draw = partial(figures.draw_weeks, weeks=season.weeks, what="plan")
        picture = _picture("plan-kept", "Plan kept by week", words, 2.0, draw)
        yield _section("plan", "Plan kept", words, picture)
    years = sorted({run.start.year for run in back})[-MOST_YEARS:]
    yield _section("calendar", "Calendar", "", *(_calendar(runs, year) for year in years))
    yield _list(back, per_m)


def _section(
    name: str, title: str, words: str, *pictures: Picture, table: Table | None = None, caption: str = ""
) -> dict[str, object]:
    return {"name": name, "title": title, "words": words, "pictures": pictures, "table": table, "caption": caption}


def _facts(runs: Sequence[SeasonRun], undated: int) -> list[str]:
    facts = [counted(len(runs), "run")]
    if runs:
        days = list(dict.fromkeys((day_of(runs[0].start.date()), day_of(runs[-1].start.date()))))
        facts.append(" to ".join(days))
    if undated:
        facts.append(f"{undated} more do not say when they were")
    return facts


def _answer(runs: Sequence[SeasonRun], back: Sequence[SeasonRun], per_m: float) -> str:
    if not runs:
        return "There is no run with a date."
    unclear = sum(run.verdict == "cannot tell" for run in runs)
    told = f" {counted(unclear, 'run')} could not tell backward from forward." if unclear else ""
    if not back:
        return f"No backward running was found in {counted(len(runs), 'run')}.{told}"
    guesses = sum(run.told != run.verdict for run in back if run.told)
    sure = "probably found" if guesses == len(back) else "found"
    probably = f", in {guesses} of them probably" if 0 < guesses < len(back) else ""
    total_s, total_m = sum(run.backward_s for run in back), sum(run.backward_m for run in back)
    return (
        f"Backward running was {sure} in {len(back)} of {counted(len(runs), 'run')}{probably}: "
        f"{format_clock(total_s)} in all, {format_distance(total_m, per_m=per_m)}, "
        f"at {format_pace(total_m / total_s, per_m=per_m)} on average.{told}"
    )


def _volume(weeks: Sequence[Period], per_m: float) -> dict[str, object]:
    most = max(weeks, key=lambda week: week.backward_s)
    text = (
        f"{counted(len(weeks), 'week')}; most in the week from {day_of(most.start)}: "
        f"{format_clock(most.backward_s)}, {format_distance(most.backward_m, per_m=per_m)}."
    )
    pictures = (
        _picture(
            f"weeks-{what}",
            f"Backward {what} by week",
            text,
            2.6,
            partial(figures.draw_weeks, weeks=weeks, what=what, per_m=per_m),
        )
        for what in ("time", "distance")
    )
    return _section("volume", "By week", text, *pictures)


def _bests(bests: Sequence[Best], per_m: float) -> dict[str, object]:
    if not bests:
        return _section("bests", "Best efforts", "No backward stretch of 100 m or more.")
    text = "; ".join(f"{distance_name(best.effort.distance_m)} in {format_clock(best.effort.time_s)}" for best in bests)
    draw = partial(figures.draw_bests, bests=bests, per_m=per_m)
    picture = _picture("best-efforts", "Best efforts by distance", f"{text}.", 3.2, draw)
    rows = tuple(
        (
            distance_name(best.effort.distance_m),
            format_clock(best.effort.time_s),
            format_pace(best.effort.distance_m / best.effort.time_s, per_m=per_m),
            "–" if best.effort.probability is None else format_percent(best.effort.probability),
            day_of(best.day),
            "–" if best.run is None else _address(best.run.name or "–", best.run.page),
        )
        for best in bests
    )
    table = Table(headings=("distance", "time", "pace", "chance", "day", "recording"), rows=rows)
    caption = "The fastest backward stretch of each distance, and the chance that it was backward"
    return _section("bests", "Best efforts", "", picture, table=table, caption=caption)


def _equal(runs: Sequence[SeasonRun], per_m: float) -> dict[str, object]:
    days, speeds, rate = figures.equal_paces(runs)
    title = "Pace at equal heart rate"
    if not days:
        words = "Too few backward runs with heart rates far enough apart to say what pace goes with which."
        return _section("equal", title, words)
    words = (
        f"What the backward pace of each run would have been at {format_number(rate, 'bpm')}: from "
        f"{format_pace(speeds[0], per_m=per_m)} on {day_of(days[0])} to {format_pace(speeds[-1], per_m=per_m)} on "
        f"{day_of(days[-1])}. The rise of speed with heart rate is fitted to these runs."
    )
    draw = partial(figures.draw_equal_paces, runs=runs, per_m=per_m)
    return _section("equal", title, words, _picture("equal-paces", title, words, 2.6, draw))


def _calendar(runs: Sequence[SeasonRun], year: int) -> Picture:
    """A year in one row where there is room, else in two."""
    days = {run.start.date() for run in runs if run.start.year == year and run.backward_s > 0}
    text = f"{counted(len(days), 'day')} with backward running, from {day_of(min(days))} to {day_of(max(days))}."

    def drawn(width_in: float) -> Figure:
        halves = ((1, 6), (7, 12)) if width_in < WIDE_IN else ((1, 12),)
        figure = new_figure(width_in, 1.95, theme=LIGHT)
        figure.subplots_adjust(left=0.05 * len(halves), right=0.99, top=0.98, bottom=0.1, hspace=0.35)
        for axes, months in zip(figure.subplots(len(halves), 1, squeeze=False)[:, 0], halves, strict=True):
            figures.draw_calendar(axes, runs, year, months=months)
        return figure

    caption = f"{year}: framed where there was a run, filled where it was backward, the darker the longer."
    return in_both_sizes(drawn, f"calendar-{year}", title=f"Calendar of {year}", text=text, caption=caption)


def _list(back: Sequence[SeasonRun], per_m: float) -> dict[str, object]:
    rows = tuple(
        (
            day_of(run.start.date()),
            _address(run.name or day_of(run.start.date()), run.page),
            run.told or run.verdict or "–",
            format_clock(run.backward_s),
            format_distance(run.backward_m, per_m=per_m),
            format_pace(run.speed_mps or run.backward_m / run.backward_s, per_m=per_m),
            format_number(run.cadence_spm, "spm"),
            format_number(run.heart_rate_bpm, "bpm"),
            "–" if not run.planned_steps else f"{run.completed_steps} of {run.planned_steps}",
        )
        for run in reversed(back)
    )
    headings = ("day", "recording", "answer", "backward", "distance", "pace", "cadence", "heart rate", "steps done")
    table = Table(headings=headings, rows=rows)
    return _section("runs", "Runs", "", table=table, caption="Every run with backward running, newest first")


def _address(text: str, page: str) -> str:
    """A name as a link where the run has a page of its own; only to files beside or below this one."""
    from markupsafe import Markup

    text = re.split(r"[\\/]", text)[-1]  # folders would not fit into a table
    if not page or ":" in page.split("/", maxsplit=1)[0] or page.startswith("/"):
        return text
    return Markup('<a href="{}">{}</a>').format(page, text)


def _picture(name: str, title: str, text: str, height_in: float, draw: Callable[[Axes], object]) -> Picture:
    """A picture in both sizes, drawn by `draw` into a figure of its own."""

    def drawn(width_in: float) -> Figure:
        figure = new_figure(width_in, height_in, theme=LIGHT, margins_in=(0.75, 0.15, 0.3, 0.5))
        draw(figure.subplots())
        return figure

    return in_both_sizes(drawn, name, title=title, text=text, caption=title)
