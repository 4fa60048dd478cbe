"""The runner's story from a scan: backward volume by week and month, best efforts, progress, keeping to the plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from retrorun.analysis.efforts import Effort, SeasonRun
from retrorun.analysis.season import Best, season_bests, timed_bests
from retrorun.batch.row import Row
from retrorun.batch.table import ScanTable
from retrorun.report.figures.season import figure_season
from retrorun.report.words import distance_name
from retrorun.units import format_clock, format_distance, format_number, format_pace, format_percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A week from its Monday on, or a month from its first day on, in the runner's local time.

    `share` is backward time over time on the move, of the runs that could have shown it. `speed_mps` and `cadence_spm`
    are of backward running, weighted by time; None where there was none. `kept` is the share of planned steps that
    were completed, None without a plan.
    """

    start: dt.date
    runs: int
    moving_s: float
    backward_s: float
    backward_m: float
    share: float | None
    speed_mps: float | None
    cadence_spm: float | None
    kept: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What an archive tells of one runner. `undated` counts the runs that do not say when they were."""

    weeks: tuple[Period, ...]
    months: tuple[Period, ...]
    bests: tuple[Best, ...]
    timed_bests: tuple[Best, ...]
    runs: tuple[SeasonRun, ...]
    undated: int

    def to_dict(self) -> dict[str, Any]:
        """The story as plain values for JSON: dates as text, SI units as the names say."""
        return {
            "weeks": [_plain(period) for period in self.weeks],
            "months": [_plain(period) for period in self.months],
            "bests": [_plain_best(best) for best in self.bests],
            "timed_bests": [_plain_best(best) for best in self.timed_bests],
            "undated": self.undated,
        }

    def month_rows(self, *, per_m: float = 1000.0) -> list[tuple[str, ...]]:
        """One row of text a month with backward running: runs, time, distance, share, pace, cadence, plan kept."""
        return [
            (
                period.start.strftime("%Y-%m"),
                str(period.runs),
                format_clock(period.backward_s),
                format_distance(period.backward_m, per_m=per_m),
                "–" if period.share is None else format_percent(period.share),
                format_pace(period.speed_mps, per_m=per_m),
                format_number(period.cadence_spm, "spm"),
                "–" if period.kept is None else format_percent(period.kept),
            )
            for period in self.months
            if period.backward_s  # months without would push the rest off the screen
        ]

    def best_rows(self, *, per_m: float = 1000.0) -> list[tuple[str, ...]]:
        """One row of text a best effort: what, result, pace, chance, day, recording."""
        rows = [(distance_name(best.effort.distance_m), format_clock(best.effort.time_s), best) for best in self.bests]
        rows += [
            (f"{best.effort.time_s / 60:.0f} min", format_distance(best.effort.distance_m, per_m=per_m), best)
            for best in self.timed_bests
        ]
        return [
            (
                what,
                result,
                format_pace(best.effort.distance_m / best.effort.time_s, per_m=per_m),
                "–" if best.effort.probability is None else format_percent(best.effort.probability),
                best.day.isoformat(),
                "" if best.run is None else best.run.name.replace("\\", "/").rpartition("/")[2],
            )
            for what, result, best in rows
        ]

    def figure(self, *, per_m: float = 1000.0) -> Figure:
        """The season as a picture: backward minutes and distance by week, best efforts by distance."""
        return figure_season(self.runs, per_m=per_m)


def tell(table: ScanTable) -> Story:
    """The story of the rows that count; duplicates, rides and recordings that failed are no part of it."""
    dated = [(_local(row), row) for row in table.counted()]
    rows = sorted(((start, row) for start, row in dated if start is not None), key=lambda entry: entry[0])
    runs = tuple(
        SeasonRun(
            start=start,
            backward_s=row.backward_s,
            backward_m=row.backward_m,
            efforts=row.efforts,
            name=row.path,
            moving_s=row.moving_s or 0.0,
            verdict=row.verdict,
            speed_mps=row.backward_speed_mps,
            cadence_spm=row.backward_cadence_spm,
            heart_rate_bpm=row.backward_heart_rate_bpm,
            planned_steps=row.planned_steps,
            completed_steps=row.completed_steps,
        )
        for start, row in rows
    )
    return Story(
        weeks=_periods(rows, _monday, lambda day: day + dt.timedelta(weeks=1)),
        months=_periods(rows, _first_of_month, lambda day: _first_of_month(day + dt.timedelta(days=31))),
        bests=season_bests(runs),
        timed_bests=timed_bests(
            (run, effort) for run, (_, row) in zip(runs, rows, strict=True) for effort in row.timed_efforts
        ),
        runs=runs,
        undated=len(dated) - len(rows),
    )


def _local(row: Row) -> dt.datetime | None:
    if row.start_time is None:
        return None
    return row.start_time.astimezone(dt.timezone(dt.timedelta(seconds=row.utc_offset_s or 0.0)))


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _first_of_month(day: dt.date) -> dt.date:
    return day.replace(day=1)


def _periods(
    rows: Sequence[tuple[dt.datetime, Row]],
    begin: Callable[[dt.date], dt.date],
    following: Callable[[dt.date], dt.date],
) -> tuple[Period, ...]:
    """Every period from the first run's to the last's, those without a run too."""
    if not rows:
        return ()
    grouped: dict[dt.date, list[Row]] = {}
    for start, row in rows:
        grouped.setdefault(begin(start.date()), []).append(row)
    day, last = min(grouped), max(grouped)
    periods = []
    while day <= last:
        periods.append(_period(day, grouped.get(day, [])))
        day = following(day)
    return tuple(periods)


def _period(start: dt.date, rows: Sequence[Row]) -> Period:
    could_tell = [row for row in rows if row.verdict != "cannot tell"]
    moving_s = sum(row.moving_s or 0.0 for row in rows)
    told_s = sum(row.moving_s or 0.0 for row in could_tell)
    backward_s = sum(row.backward_s for row in rows)
    planned = sum(row.planned_steps for row in rows)
    return Period(
        start=start,
        runs=len(rows),
        moving_s=moving_s,
        backward_s=backward_s,
        backward_m=sum(row.backward_m for row in rows),
        share=backward_s / told_s if told_s else None,
        speed_mps=_weighted((row.backward_speed_mps, row.backward_s) for row in rows),
        cadence_spm=_weighted((row.backward_cadence_spm, row.backward_s) for row in rows),
        kept=sum(row.completed_steps for row in rows) / planned if planned else None,
    )


def _weighted(values: Iterable[tuple[float | None, float]]) -> float | None:
    known = [(value, weight) for value, weight in values if value is not None and weight > 0]
    total = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / total if total else None


def _plain(period: Period) -> dict[str, Any]:
    return {**asdict(period), "start": period.start.isoformat()}


def _plain_best(best: Best) -> dict[str, Any]:
    effort: Effort = best.effort
    return {
        "distance_m": effort.distance_m,
        "time_s": effort.time_s,
        "day": best.day.isoformat(),
        "probability": effort.probability,
        "recording": "" if best.run is None else best.run.name,
    }
