"""How well a plan was kept: each step, and all of them together, against duration, distance, target and direction."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np

from retrorun.activity.model import Activity
from retrorun.analysis.labels import Labels
from retrorun.arrays import FloatArray
from retrorun.detection import parameters, resample, result
from retrorun.errors import expect
from retrorun.intervals import Interval, covered_s, overlap_s
from retrorun.match.model import Match, StepMatch, placed
from retrorun.session import values
from retrorun.session.model import Direction, Gait
from retrorun.units import format_change, format_percent

Quantity = Literal["speed_mps", "heart_rate_bpm", "cadence_spm", "power_w"]
Kept = Literal["in range", "below", "above", "cannot tell"]

# chosen: a mean this close to a range counts as in it; watches round, and a single pace is a range without width.
ROUNDING = {"speed_mps": 0.005, "heart_rate_bpm": 0.5, "cadence_spm": 0.5, "power_w": 0.5}
NARROW = 0.04  # chosen: a range narrower than this share is widened to it; nobody runs a pace to the second
# Speed by satellite scatters by 0.47 m/s from second to second and by 0.20 over 10 s (measured on 366 runs).
PACE_BIN_S, MOST_BINS = 10.0, 10_000  # at most: a day, whatever a damaged file claims
_MEASURED: dict[type, Quantity] = {
    values.SpeedRange: "speed_mps",
    values.HeartRateRange: "heart_rate_bpm",
    values.CadenceRange: "cadence_spm",
    values.PowerRange: "power_w",
}

AsRun = Literal["run as planned", "run forward instead", "cannot tell"]

# chosen: what must be covered by backward segments to say that a step was run backward, and what may be at most to say
# that it was not; between the two lies half a step, of which nothing is said.
COVERED_LEAST, COVERED_MOST = 0.5, 0.1
TELLABLE_S = 15.0  # the shortest stretch whose silence means something: shorter ones are not flagged without a plan
# Backward running has 5 to 37 % more steps at its speed than forward running (Cavagna et al. 2012 derived 7.5–8.4 %, a
# body-weight-support study measured 11 %, Wright & Weyand 2001 imply 5–8 %, Brennan et al. 2026 show 22–37 %).
FORWARD_UPLIFT = 0.02
# chosen: a called step with less uplift than this is left open: it was slower, as backward running is, but its steps
# were those of a slow forward jog.
LEAST_UPLIFT = 0.01
FASTER_THAN = 0.95  # of the usual forward speed: hardly anybody runs backward that fast (0.65–0.80, Arata 2000)
_AS_LABELLED: dict[Direction, AsRun] = {Direction.BACKWARD: "run as planned", Direction.FORWARD: "run forward instead"}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectionVerdict:
    """What became of one step that was planned backward. `covered` is the share of it that was called backward."""

    step: StepMatch
    as_run: AsRun
    covered: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectionReport:
    """The verdict on each executed step that was planned backward, and backward running that nobody planned."""

    planned: tuple[DirectionVerdict, ...]
    unplanned: tuple[result.Segment, ...]


def adherence(
    match: Match, activity: Activity, detection: result.Detection, *, labels: Labels | None = None
) -> Adherence:
    """How well the plan was kept.

    Args:
        match: the executed steps.
        activity: what was run.
        detection: the backward segments of the same activity.
        labels: what the runner says about direction; wins over everything else.
    """
    for value, kind, giver in (
        (match, Match, "match_plan"),
        (activity, Activity, "read_activity"),
        (detection, result.Detection, "detect"),
    ):
        expect(value, kind, f"a value of rr.{giver}")
    directions = judge_directions(match, detection, activity, labels=labels)
    as_run = {id(verdict.step): verdict.as_run for verdict in directions.planned}
    steps = tuple(_step(step, activity, as_run.get(id(step))) for step in match.steps)
    known = [step for step in steps if step.step.outcome != "cannot tell"]
    timed = [step for step in known if step.planned_time_s is not None]
    measured = [step for step in known if step.planned_distance_m is not None]
    return Adherence(
        steps=steps,
        planned_time_s=sum(step.planned_time_s or 0.0 for step in timed if step.step.outcome != "repeated"),
        time_s=sum(step.step.timer_s or 0.0 for step in timed),
        planned_distance_m=sum(step.planned_distance_m or 0.0 for step in measured if step.step.outcome != "repeated"),
        distance_m=sum(step.step.distance_m or 0.0 for step in measured),
        in_range=_in_range(steps),
        outcomes=dict(Counter(step.step.outcome for step in steps)),
        directions=dict(Counter(verdict.as_run for verdict in directions.planned)),
        unplanned_backward_s=sum(segment.duration_s for segment in directions.unplanned),
        reasons=match.reasons,
    )


def _step(match: StepMatch, activity: Activity, as_run: AsRun | None) -> StepAdherence:
    duration = match.step.duration
    targets = [target for target in (match.step.target, match.step.secondary_target) if target is not None]
    return StepAdherence(
        step=match,
        planned_time_s=duration.time_s if isinstance(duration, values.Time) else None,
        planned_distance_m=duration.distance_m if isinstance(duration, values.Distance) else None,
        mean_speed_mps=_mean(match, activity, "speed_mps"),
        mean_cadence_spm=_mean(match, activity, "cadence_spm"),
        mean_heart_rate_bpm=_mean(match, activity, "heart_rate_bpm"),
        targets=tuple(_target(target, match, activity) for target in targets),
        as_run=as_run,
    )


def _column(activity: Activity, quantity: Quantity) -> FloatArray:
    """A column of the activity; zeros of sensors that count nothing are missing values."""
    if quantity == "power_w":
        # The watch's own power, or that of a foot pod such as Stryd, which stands in a developer field.
        power = activity.extra.get("power_w", activity.developer.get("power_w"))
        return np.full(len(activity), np.nan) if power is None else power
    column: FloatArray = getattr(activity, quantity)
    return column if quantity == "speed_mps" else np.where(column > 0, column, np.nan)


def _means(match: StepMatch, activity: Activity, quantity: Quantity, bin_s: float = math.inf) -> FloatArray:
    """The means over time of a step's equal parts, of which at least half was recorded."""
    if match.start_s is None or match.end_s is None or match.end_s <= match.start_s:
        return np.zeros(0)
    bins = min(max(1, round((match.end_s - match.start_s) / bin_s)), MOST_BINS)
    edges_s = np.linspace(match.start_s, match.end_s, bins + 1)
    means = resample.time_means(activity.time_s, _column(activity, quantity), edges_s)
    return means[np.isfinite(means)]


def _mean(match: StepMatch, activity: Activity, quantity: Quantity) -> float | None:
    """What a step was run at; its speed is distance over time, which is what a coach means by pace."""
    if quantity == "speed_mps" and match.distance_m and match.timer_s:
        return match.distance_m / match.timer_s
    means = _means(match, activity, quantity)
    return float(means[0]) if len(means) else None


def _target(target: values.Target, match: StepMatch, activity: Activity) -> TargetKept:
    quantity = _MEASURED.get(type(target), "heart_rate_bpm")
    mean = _mean(match, activity, quantity)
    if not isinstance(target, values.Range) or isinstance(target, values.PercentRange):
        return TargetKept(quantity=quantity, low=None, high=None, mean=mean, in_range=None, kept="cannot tell")
    low, high = values.ends_of(target)
    slack = max(ROUNDING[quantity], (NARROW * (low + high) / 2 - (high - low)) / 2)
    kept: Kept = "cannot tell"
    if mean is not None:
        kept = "below" if mean < low - slack else "above" if mean > high + slack else "in range"
    parts = _means(match, activity, quantity, PACE_BIN_S)
    share = float(np.mean((parts >= low - slack) & (parts <= high + slack))) if len(parts) else None
    return TargetKept(quantity=quantity, low=low, high=high, mean=mean, in_range=share, kept=kept)


def _in_range(steps: tuple[StepAdherence, ...]) -> float | None:
    """The share of time in range over all steps with a first target."""
    known = [
        (step.step.timer_s, step.targets[0].in_range)
        for step in steps
        if step.step.timer_s and step.targets and step.targets[0].in_range is not None
    ]
    total = sum(time_s for time_s, _ in known)
    return sum(time_s * share for time_s, share in known) / total if total > 0 else None


def judge_directions(
    match: Match, detection: result.Detection, activity: Activity, *, labels: Labels | None = None
) -> DirectionReport:
    """What became of each step that was planned backward.

    Args:
        match: the executed steps.
        detection: the answer for the same activity, best made with this match as its plan.
        activity: what was run.
        labels: what the runner says; decides where it covers half a step.

    Returns:
        A verdict for each executed backward step, and the segments that lie mostly outside all of them. Where no step
        has a place in the recording, both are empty.
    """
    said = (labels or Labels()).in_force(activity)
    backward = [(step, span) for step, span in placed(match) if step.step.direction is Direction.BACKWARD]
    spans = [span for _, span in backward]
    unplanned = tuple(s for s in detection.segments if covered_s(s, spans) < 0.5 * s.duration_s)
    return DirectionReport(
        planned=tuple(_verdict(step, span, detection, activity, said) for step, span in backward),
        unplanned=() if match.basis == "nothing" else unplanned,
    )


def _verdict(
    step: StepMatch, span: Interval, detection: result.Detection, activity: Activity, labels: Labels
) -> DirectionVerdict:
    """What became of the step that lies there."""
    covered = covered_s(span, detection.segments) / max(span.duration_s, 1e-9)
    as_run, why = (
        _labelled(span, labels) or _called(step, span, detection, covered) or _silent(span, detection, activity)
    )
    return DirectionVerdict(step=step, as_run=as_run, covered=covered, why=why)


def _labelled(span: Interval, labels: Labels) -> tuple[AsRun, str] | None:
    for direction, as_run in _AS_LABELLED.items():
        said = [label for label in labels.labels if label.direction is direction]
        if covered_s(span, said) >= COVERED_LEAST * span.duration_s:
            return as_run, f"the runner labelled it {direction.value}"
    return None


def _called(step: StepMatch, span: Interval, detection: result.Detection, covered: float) -> tuple[AsRun, str] | None:
    if step.step.gait is Gait.WALK:
        return "cannot tell", "backward walking looks like walking"
    if covered <= COVERED_MOST:
        return None
    if covered < COVERED_LEAST:
        return "cannot tell", f"only {format_percent(covered)} of it was found backward"
    called = max(detection.segments, key=lambda segment: overlap_s(span, segment))
    if called.evidence.uplift < LEAST_UPLIFT:
        return "cannot tell", "it was slower, as backward running is, but its cadence is that of a slow forward jog"
    return "run as planned", f"{format_percent(covered)} of it was found backward"


def _silent(span: Interval, detection: result.Detection, activity: Activity) -> tuple[AsRun, str]:
    line, columns = detection.line, (activity.speed_mps, activity.cadence_spm)
    speed_mps, cadence_spm = (resample.mean_over(activity, column, span.start_s, span.end_s) for column in columns)
    if detection.verdict == "cannot tell" or line is None or not np.isfinite(speed_mps * cadence_spm):
        return "cannot tell", "the recording does not show it"
    if span.duration_s < TELLABLE_S:
        return "cannot tell", f"{span.duration_s:.0f} s are too short to see it"
    if cadence_spm < parameters.RUNNING_SPM:
        return "cannot tell", "it was walked, or nobody moved"
    if speed_mps >= FASTER_THAN * line.usual_speed_mps:
        return "run forward instead", "it was as fast as the forward running around it"
    uplift = cadence_spm / float(line.cadence_spm(np.array(speed_mps))) - 1.0
    how = format_change(uplift)
    if uplift <= FORWARD_UPLIFT:
        return "run forward instead", f"its cadence is that of forward running at this speed ({how})"
    return "cannot tell", f"its cadence lies between forward and backward running ({how})"
