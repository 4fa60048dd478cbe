"""What a season amounts to, run by run: its weeks and months, and its best efforts."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from retrorun.analysis.summary import Effort
from retrorun.errors import OutputError


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonRun:
    """What the season view needs of one activity; `start` is local time where that is known.

    `efforts` are the best ones by distance, `timed_efforts` those by time. `told` is the verdict in words.
    `name` is the file's, `page` the address of the run's own report, if there is one. The means are those of the
    backward part.
    """

    start: dt.datetime
    backward_s: float
    backward_m: float
    efforts: tuple[Effort, ...] = ()
    timed_efforts: tuple[Effort, ...] = ()
    name: str = ""
    page: str = ""
    moving_s: float = 0.0
    verdict: str = ""
    told: str = ""
    speed_mps: float | None = None
    cadence_spm: float | None = None
    heart_rate_bpm: float | None = None
    planned_steps: int = 0
    completed_steps: int = 0


def season_runs(runs: object) -> list[SeasonRun]:
    """The runs that a picture or a page of a season is asked to show; an OutputError where they are something else."""
    given = runs if isinstance(runs, Iterable) and not isinstance(runs, str | bytes) else [runs]
    found: list[SeasonRun] = []
    for run in given:
        if not isinstance(run, SeasonRun):
            hint = "of a scan they are retrorun.batch.story.Story(rr.scan(…)).runs"
            raise OutputError(f"a season is made of SeasonRun, not {type(run).__name__}", hint=hint)
        found.append(run)
    return found


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
class Best:
    """The season's best effort at one distance, and the day it was run; `run` is what it is from, if that is known."""

    effort: Effort
    day: dt.date
    run: SeasonRun | None = None


_Sums = dict[str, float]  # what the runs of a period add up to; a sum over a mean comes with the time that it is over


def _amounts(run: SeasonRun) -> _Sums:
    return {
        "runs": 1.0,
        "moving_s": run.moving_s,
        "told_s": run.moving_s if run.verdict != "cannot tell" else 0.0,
        "backward_s": run.backward_s,
        "backward_m": run.backward_m,
        "planned": run.planned_steps,
        "completed": run.completed_steps,
        "speed": (run.speed_mps or 0.0) * run.backward_s,
        "speed_s": 0.0 if run.speed_mps is None else run.backward_s,
        "cadence": (run.cadence_spm or 0.0) * run.backward_s,
        "cadence_s": 0.0 if run.cadence_spm is None else run.backward_s,
    }


def _period(start: dt.date, sums: _Sums) -> Period:
    def over(part: str, whole: str) -> float | None:
        return sums[part] / sums[whole] if sums.get(whole) else None

    return Period(
        start=start,
        runs=round(sums.get("runs", 0.0)),
        **{name: sums.get(name, 0.0) for name in ("moving_s", "backward_s", "backward_m")},
        share=over("backward_s", "told_s"),
        speed_mps=over("speed", "speed_s"),
        cadence_spm=over("cadence", "cadence_s"),
        kept=over("completed", "planned"),
    )


_Bests = dict[float, tuple[tuple[float, float], Best]]


class Season:
    """The sums of a season, which grow run by run in any order; the runs themselves are not kept."""

    def __init__(self, runs: Iterable[SeasonRun] = ()) -> None:
        self._weeks: dict[dt.date, _Sums] = {}
        self._months: dict[dt.date, _Sums] = {}
        self._bests: _Bests = {}
        self._timed: _Bests = {}
        for run in runs:
            self.add(run)

    def add(self, run: SeasonRun) -> None:
        """Count one run more."""
        day = run.start.date()
        for periods, first in (
            (self._weeks, day - dt.timedelta(days=day.weekday())),
            (self._months, day.replace(day=1)),
        ):
            sums = periods.setdefault(first, {})
            for name, amount in _amounts(run).items():
                sums[name] = sums.get(name, 0.0) + amount
        for effort in run.efforts:
            _keep_better(self._bests, effort.distance_m, effort.time_s, effort, run)
        for effort in run.timed_efforts:
            _keep_better(self._timed, effort.time_s, -effort.distance_m, effort, run)

    @property
    def weeks(self) -> tuple[Period, ...]:
        """Every week from the first run's to the last's, in order, those without a run too."""
        return _periods(self._weeks, lambda monday: monday + dt.timedelta(weeks=1))

    @property
    def months(self) -> tuple[Period, ...]:
        """Every month likewise."""
        return _periods(self._months, lambda first: (first + dt.timedelta(days=31)).replace(day=1))

    @property
    def bests(self) -> tuple[Best, ...]:
        """The best effort at each distance, shortest distance first; of equal ones the earlier."""
        return _in_order(self._bests)

    @property
    def timed_bests(self) -> tuple[Best, ...]:
        """The furthest effort of each time, shortest time first; of equal ones the earlier."""
        return _in_order(self._timed)


def _keep_better(bests: _Bests, key: float, value: float, effort: Effort, run: SeasonRun) -> None:
    """Keep an effort whose value is less than that of the one that is held; of equal ones the earlier."""
    rank = (value, run.start.timestamp())
    if key not in bests or rank < bests[key][0]:
        bests[key] = (rank, Best(effort=effort, day=run.start.date(), run=run))


def _in_order(bests: _Bests) -> tuple[Best, ...]:
    return tuple(bests[key][1] for key in sorted(bests))


def _periods(sums: dict[dt.date, _Sums], following: Callable[[dt.date], dt.date]) -> tuple[Period, ...]:
    periods = []
    day, last = min(sums, default=None), max(sums, default=None)
    while day is not None and last is not None and day <= last:
        periods.append(_period(day, sums.get(day, {})))
        day = following(day) if day < last else None
    return tuple(periods)
