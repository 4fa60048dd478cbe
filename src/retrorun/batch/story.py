"""The runner's story from a scan: backward volume by week and month, best efforts, progress, keeping to the plan."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from retrorun.analysis.efforts import Effort, SeasonRun
from retrorun.analysis.season import Best, Period, Season
from retrorun.batch.row import Row
from retrorun.batch.table import ScanTable
from retrorun.report.figures.season import figure_season
from retrorun.report.words import distance_name
from retrorun.units import format_clock, format_distance, format_number, format_pace, format_percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
    rows = table.counted()
    runs = sorted((_run(row, row.start_time) for row in rows if row.start_time is not None), key=lambda run: run.start)
    season = Season.of(runs)
    return Story(
        weeks=season.weeks,
        months=season.months,
        bests=season.bests,
        timed_bests=season.timed_bests,
        runs=tuple(runs),
        undated=len(rows) - len(runs),
    )


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
    effort: Effort = best.effort
    return {
        "distance_m": effort.distance_m,
        "time_s": effort.time_s,
        "day": best.day.isoformat(),
        "probability": effort.probability,
        "recording": "" if best.run is None else best.run.name,
    }
