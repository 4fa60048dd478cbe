"""How well a plan was kept: each step, and all of them together, against duration, distance and target."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np

from retrorun.activity.model import Activity
from retrorun.analysis.direction import AsRun, judge_directions
from retrorun.analysis.labels import Labels
from retrorun.arrays import FloatArray
from retrorun.detection.resample import mean_over, time_means
from retrorun.detection.result import Detection
from retrorun.match.model import Match, StepMatch
from retrorun.session.values import CadenceRange, Distance, HeartRateRange, PowerRange, SpeedRange, Target, Time
from retrorun.units import format_percent

Quantity = Literal["speed_mps", "heart_rate_bpm", "cadence_spm", "power_w"]
Kept = Literal["in range", "below", "above", "cannot tell"]

# chosen: a mean this close to a range counts as in it; watches round, and a single pace is a range without width.
ROUNDING = {"speed_mps": 0.005, "heart_rate_bpm": 0.5, "cadence_spm": 0.5, "power_w": 0.5}
NARROW = 0.04  # chosen: a range narrower than this share is widened to it; nobody runs a pace to the second
# Speed by satellite scatters by 0.47 m/s from second to second and by 0.20 over 10 s (measured on 366 runs).
PACE_BIN_S, MOST_BINS = 10.0, 10_000  # at most: a day, whatever a damaged file claims


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetKept:
    """A target against what was done.

    `low`/`high` are in the unit that `quantity` names, None for a zone of which only the watch knows the borders.
    `mean` is over the step, `in_range` the share of its time within the range (0 to 1), None where nothing was
    recorded.
    """

    quantity: Quantity
    low: float | None
    high: float | None
    mean: float | None
    in_range: float | None
    kept: Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAdherence:
    """One step of the plan as it was run.

    `planned_time_s` and `planned_distance_m` are None where the step ends otherwise. What was done leaves pauses out.
    Means are None where nothing was recorded. `as_run` is the verdict on the direction of a step that was planned
    backward, None for other steps.
    """

    step: StepMatch
    planned_time_s: float | None
    planned_distance_m: float | None
    mean_speed_mps: float | None
    mean_cadence_spm: float | None
    mean_heart_rate_bpm: float | None
    targets: tuple[TargetKept, ...]
    as_run: AsRun | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Adherence:
    """All steps, and what they amount to.

    `planned_time_s` sums the steps that end by time and `time_s` what was done of them; the distances likewise.
    `in_range` is the share of the time with a target that was spent within it. `outcomes` counts how steps ended,
    `directions` what became of the steps that were planned backward, `unplanned_backward_s` is backward running outside
    of them.
    """

    steps: tuple[StepAdherence, ...]
    planned_time_s: float
    time_s: float
    planned_distance_m: float
    distance_m: float
    in_range: float | None
    outcomes: dict[str, int]
    directions: dict[str, int]
    unplanned_backward_s: float
    reasons: tuple[str, ...] = ()

    def __repr__(self) -> str:
        ended = ", ".join(f"{count} {outcome}" for outcome, count in self.outcomes.items())
        kept = "" if self.in_range is None else f", {format_percent(self.in_range)} in range"
        return f"<Adherence {len(self.steps)} steps: {ended or 'none'}{kept}>"


def adherence(
    match: Match,
    activity: Activity,
    detection: Detection,
    *,
    labels: Labels | None = None,
) -> Adherence:
    """How well the plan was kept.

    Args:
        match: the executed steps.
        activity: what was run.
        detection: the backward segments of the same activity.
        labels: what the runner says about direction; wins over everything else.
    """
    directions = judge_directions(match, detection, activity, labels=labels)
    as_run = {id(verdict.step): verdict.as_run for verdict in directions.planned}
    steps = tuple(_step(step, activity, as_run.get(id(step))) for step in match.steps)
    timed = [step for step in steps if step.planned_time_s is not None and step.step.outcome != "cannot tell"]
    measured = [step for step in steps if step.planned_distance_m is not None and step.step.outcome != "cannot tell"]
    return Adherence(
        steps=steps,
        planned_time_s=sum(_planned(step, step.planned_time_s) for step in timed),
        time_s=sum(step.step.timer_s or 0.0 for step in timed),
        planned_distance_m=sum(_planned(step, step.planned_distance_m) for step in measured),
        distance_m=sum(step.step.distance_m or 0.0 for step in measured),
        in_range=_in_range(steps),
        outcomes=dict(Counter(step.step.outcome for step in steps)),
        directions=dict(Counter(verdict.as_run for verdict in directions.planned)),
        unplanned_backward_s=sum(segment.duration_s for segment in directions.unplanned),
        reasons=match.reasons,
    )


def _planned(step: StepAdherence, amount: float | None) -> float:
    """What a step adds to the plan; a repeated one was asked for once."""
    return 0.0 if amount is None or step.step.outcome == "repeated" else amount


def _step(match: StepMatch, activity: Activity, as_run: AsRun | None) -> StepAdherence:
    duration = match.step.duration
    means = {name: _mean(match, activity, name) for name in ("cadence_spm", "heart_rate_bpm")}
    targets = [target for target in (match.step.target, match.step.secondary_target) if target is not None]
    return StepAdherence(
        step=match,
        planned_time_s=duration.time_s if isinstance(duration, Time) else None,
        planned_distance_m=duration.distance_m if isinstance(duration, Distance) else None,
        mean_speed_mps=_speed_mps(match, activity),
        mean_cadence_spm=means["cadence_spm"],
        mean_heart_rate_bpm=means["heart_rate_bpm"],
        targets=tuple(_target(target, match, activity) for target in targets),
        as_run=as_run,
    )


def _speed_mps(match: StepMatch, activity: Activity) -> float | None:
    """Distance over time, which is what a coach means by the pace of a step."""
    if match.distance_m and match.timer_s:
        return match.distance_m / match.timer_s
    return _mean(match, activity, "speed_mps")


def _column(activity: Activity, quantity: str) -> FloatArray:
    """A column of the activity; zeros of sensors that count nothing are missing values."""
    if quantity == "power_w":
        # The watch's own power, or that of a foot pod such as Stryd, which stands in a developer field.
        power = activity.extra.get("power_w", activity.developer.get("power_w"))
        return np.full(len(activity), np.nan) if power is None else power
    values: FloatArray = getattr(activity, quantity)
    return values if quantity == "speed_mps" else np.where(values > 0, values, np.nan)


def _over_step(match: StepMatch, activity: Activity, values: FloatArray) -> float | None:
    """The mean over time of values during a step; None where less than half of it was recorded."""
    if match.start_s is None or match.end_s is None or match.end_s <= match.start_s:
        return None
    mean = mean_over(activity, values, match.start_s, match.end_s)
    return mean if np.isfinite(mean) else None


def _mean(match: StepMatch, activity: Activity, quantity: str) -> float | None:
    return _over_step(match, activity, _column(activity, quantity))


def _range(target: Target) -> tuple[Quantity, float | None, float | None]:
    match target:
        case SpeedRange():
            return "speed_mps", target.low_mps, target.high_mps
        case HeartRateRange():
            return "heart_rate_bpm", target.low_bpm, target.high_bpm
        case CadenceRange():
            return "cadence_spm", target.low_spm, target.high_spm
        case PowerRange():
            return "power_w", target.low_w, target.high_w
        case _:
            return "heart_rate_bpm", None, None


def _target(target: Target, match: StepMatch, activity: Activity) -> TargetKept:
    quantity, low, high = _range(target)
    mean = _speed_mps(match, activity) if quantity == "speed_mps" else _mean(match, activity, quantity)
    if low is None or high is None:
        return TargetKept(quantity=quantity, low=None, high=None, mean=mean, in_range=None, kept="cannot tell")
    slack = max(ROUNDING[quantity], (NARROW * (low + high) / 2 - (high - low)) / 2)
    kept: Kept = "cannot tell"
    if mean is not None:
        kept = "below" if mean < low - slack else "above" if mean > high + slack else "in range"
    share = _share_between(match, activity, _column(activity, quantity), low - slack, high + slack)
    return TargetKept(quantity=quantity, low=low, high=high, mean=mean, in_range=share, kept=kept)


def _share_between(match: StepMatch, activity: Activity, values: FloatArray, low: float, high: float) -> float | None:
    """The share of a step's 10-s means that lie in a range; None where nothing was recorded."""
    if match.start_s is None or match.end_s is None or match.end_s <= match.start_s:
        return None
    bins = min(max(1, round((match.end_s - match.start_s) / PACE_BIN_S)), MOST_BINS)
    means = time_means(activity.time_s, values, np.linspace(match.start_s, match.end_s, bins + 1))
    known = means[np.isfinite(means)]
    return float(np.mean((known >= low) & (known <= high))) if len(known) else None


def _in_range(steps: tuple[StepAdherence, ...]) -> float | None:
    """The share of time in range over all steps with a first target."""
    known = [
        (step.step.timer_s, step.targets[0].in_range)
        for step in steps
        if step.step.timer_s and step.targets and step.targets[0].in_range is not None
    ]
    total = sum(time_s for time_s, _ in known)
    return sum(time_s * share for time_s, share in known) / total if total > 0 else None
