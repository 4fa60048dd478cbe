"""Planned backward steps measured: what detection makes of plans that were kept, ignored, or jogged forward."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from retrorun.activity.model import Activity
from retrorun.analysis.detect import detect
from retrorun.analysis.direction import judge_directions
from retrorun.gait.corpus import Example, athletes, examples
from retrorun.gait.detector import detect_gait
from retrorun.gait.result import Detection
from retrorun.match.match import match_plan
from retrorun.match.trials import Trial, trials

RUNS = ("road", "track", "treadmill", "trail")
LEAST_HOURS = 0.3
RUNS_PER_ATHLETE = 60
COVERED = 0.5  # share of a step that must be called for the step to count as called


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the planned backward steps of one way to run: counts with the plan, and without it."""

    steps: int = 0
    called: Counter[bool] = field(default_factory=Counter)  # by whether the plan was known
    elsewhere: Counter[bool] = field(default_factory=Counter)
    by_length: Counter[tuple[float, bool | None]] = field(default_factory=Counter)  # None counts the steps themselves
    verdicts: Counter[str] = field(default_factory=Counter)

    def share(self, *, planned: bool) -> float:
        """The share of the steps that was called backward."""
        return self.called[planned] / max(self.steps, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Directions:
    """Tallies of plans that were kept, ignored, and jogged forward, on so many recordings."""

    recordings: int
    hours: float
    tallies: dict[str, Tally]


def measure_directions(folder: Path) -> Directions:
    """Detection with and without the plan on trials of athletes from whom nothing was estimated."""
    tallies = {how: Tally() for how in ("kept", "ignored", "jogged")}
    recordings, hours = 0, 0.0
    for trial in held_out(folder):
        recordings, hours = recordings + 1, hours + trial.hours
        for how, tally in tallies.items():
            _count(tally, getattr(trial, how), trial.spans)
    return Directions(recordings=recordings, hours=hours, tallies=tallies)


def _count(tally: Tally, activity: Activity, spans: Sequence[tuple[float, float]]) -> None:
    match = match_plan(activity)
    told = detect(activity, plan=match)
    alone = detect_gait(replace(activity, laps=(), workout=None))
    tally.verdicts.update(verdict.as_run for verdict in judge_directions(match, told, activity).planned)
    tally.steps += len(spans)
    for start_s, end_s in spans:
        length_s = round(end_s - start_s)
        tally.by_length[length_s, None] += 1
        for planned, detection in ((True, told), (False, alone)):
            yes = _called(detection, start_s, end_s)
            tally.called[planned] += yes
            tally.by_length[length_s, planned] += yes
    for planned, detection in ((True, told), (False, alone)):
        tally.elsewhere[planned] += _elsewhere(detection, spans)


def held_out(folder: Path) -> Iterator[Trial]:
    """Trials of the athletes from whom nothing was estimated, at most 60 recordings each, spread over their time."""
    for name in athletes(folder / "gait", held_out=True):
        fitting = [each for each in examples(folder / "gait", name) if fits(each)]
        stride = max(1, len(fitting) // RUNS_PER_ATHLETE)
        yield from trials(fitting[::stride][:RUNS_PER_ATHLETE])


def fits(example: Example) -> bool:
    """Whether a recording is a run long enough for a plan."""
    return example.kind in RUNS and example.hours >= LEAST_HOURS


def _called(detection: Detection, start_s: float, end_s: float) -> bool:
    shared = sum(shared_s(start_s, end_s, segment.start_s, segment.end_s) for segment in detection.segments)
    return shared >= COVERED * (end_s - start_s)


def _elsewhere(detection: Detection, spans: Sequence[tuple[float, float]]) -> int:
    """Segments that lie mostly outside the planned backward steps."""
    return sum(
        sum(shared_s(segment.start_s, segment.end_s, *span) for span in spans) < 0.5 * segment.duration_s
        for segment in detection.segments
    )


def shared_s(start_s: float, end_s: float, other_start_s: float, other_end_s: float) -> float:
    """How long two stretches `[start_s, end_s)` overlap [s]."""
    return max(0.0, min(end_s, other_end_s) - max(start_s, other_start_s))
