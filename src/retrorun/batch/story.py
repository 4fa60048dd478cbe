"""The runner's story from a scan: backward volume by week and month, best efforts, progress, keeping to the plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from retrorun.analysis.season import Best, Period, Season, SeasonRun
from retrorun.batch.row import Row
from retrorun.report.figures.season import figure_season
from retrorun.report.tables import distance_name
from retrorun.units import format_clock, format_distance, format_number, format_pace, format_percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Story:
    """What an archive tells of one runner, row by row; only what counts is told.

    `undated` counts the runs that do not say when they were. `runs` are the others, where they are kept.
    """

    def __init__(self, rows: Iterable[Row] = (), *, keep_runs: bool = True) -> None:
        self.season = Season()
        self.runs: list[SeasonRun] = []
        self.undated = 0
        self._keep_runs = keep_runs
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        """Tell of one row more; duplicates, rides and recordings that failed are no part of the story."""
        if row.status != "read":
            return
        if row.start_time is None:
            self.undated += 1
            return
        run = _run(row, row.start_time)
        self.season.add(run)
        if self._keep_runs:
            self.runs.append(run)

    def to_dict(self) -> dict[str, Any]:
        """The story as plain values for JSON: dates as text, SI units as the names say."""
        return {
            "weeks": [_plain(period) for period in self.season.weeks],
            "months": [_plain(period) for period in self.season.months],
            "bests": [_plain_best(best) for best in self.season.bests],
            "timed_bests": [_plain_best(best) for best in self.season.timed_bests],
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
                format_percent(period.share),
                format_pace(period.speed_mps, per_m=per_m),
                format_number(period.cadence_spm, "spm"),
                format_percent(period.kept),
            )
            for period in self.season.months
            if period.backward_s  # months without would push the rest off the screen
        ]

    def best_rows(self, *, per_m: float = 1000.0) -> list[tuple[str, ...]]:
        """One row of text a best effort: what, result, pace, chance, day, recording."""
        season = self.season
        rows = [(distance_name(one.effort.distance_m), format_clock(one.effort.time_s), one) for one in season.bests]
        rows += [
            (f"{one.effort.time_s / 60:.0f} min", format_distance(one.effort.distance_m, per_m=per_m), one)
            for one in season.timed_bests
        ]
        return [
            (
                what,
                result,
                format_pace(best.effort.distance_m / best.effort.time_s, per_m=per_m),
                format_percent(best.effort.probability),
                best.day.isoformat(),
                "" if best.run is None else best.run.name.replace("\\", "/").rpartition("/")[2],
            )
            for what, result, best in rows
        ]

    def figure(self, *, per_m: float = 1000.0) -> Figure:
        """The season as a picture: backward minutes and distance by week, best efforts by distance."""
        return figure_season(self.runs, per_m=per_m)


def _run(row: Row, start: dt.datetime) -> SeasonRun:
    return SeasonRun(
        start=start.astimezone(dt.timezone(dt.timedelta(seconds=row.utc_offset_s or 0.0))),
        backward_s=row.backward_s,
        backward_m=row.backward_m,
        efforts=row.efforts,
        timed_efforts=row.timed_efforts,
        name=row.path,
        moving_s=row.moving_s or 0.0,
        verdict=row.verdict,
        told=row.told,
        speed_mps=row.backward_speed_mps,
        cadence_spm=row.backward_cadence_spm,
        heart_rate_bpm=row.backward_heart_rate_bpm,
        planned_steps=row.planned_steps,
        completed_steps=row.completed_steps,
    )


def _plain(period: Period) -> dict[str, Any]:
    return {**asdict(period), "start": period.start.isoformat()}


def _plain_best(best: Best) -> dict[str, Any]:
    return {
        "distance_m": best.effort.distance_m,
        "time_s": best.effort.time_s,
        "day": best.day.isoformat(),
        "probability": best.effort.probability,
        "recording": "" if best.run is None else best.run.name,
    }
