"""What a plan says about direction: stretches that were meant to be run backward, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from retrorun.activity.model import Activity
from retrorun.analysis.labels import Labels
from retrorun.arrays import FloatArray
from retrorun.detection.parameters import RUNNING_SPM
from retrorun.detection.resample import mean_over
from retrorun.detection.result import Detection, PlannedSpan, Segment
from retrorun.intervals import Interval, covered_s, overlap_s
from retrorun.match.model import Match, StepMatch, placed
from retrorun.session.model import Direction, Gait
from retrorun.units import format_change, format_percent

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


_AS_LABELLED: dict[Direction, AsRun] = {
    Direction.BACKWARD: "run as planned",
    Direction.FORWARD: "run forward instead",
}


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
    unplanned: tuple[Segment, ...]


def planned_spans(match: Match) -> tuple[PlannedSpan, ...]:
    """The stretches of a plan with their direction, for the detector.

    A plan without any backward step says nothing about direction: most come from services that do not know the word. Of
    a step without a place in the recording nothing is said either, nor of backward walking, which speed and cadence
    cannot tell from walking.
    """
    if not any(found.step.direction is Direction.BACKWARD for found in match.steps):
        return ()
    return tuple(
        PlannedSpan(
            start_s=span.start_s,
            end_s=span.end_s,
            direction=found.step.direction,
            guessed=found.step.direction_guessed,
        )
        for found, span in placed(match)
        if found.step.direction is Direction.FORWARD or found.step.gait is Gait.RUN
    )


def judge_directions(
    match: Match,
    detection: Detection,
    activity: Activity,
    *,
    labels: Labels | None = None,
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
    judge = _Judge(detection, activity, (labels or Labels()).in_force(activity))
    backward = [(step, span) for step, span in placed(match) if step.step.direction is Direction.BACKWARD]
    spans = [span for _, span in backward]
    unplanned = tuple(s for s in detection.segments if covered_s(s, spans) < 0.5 * s.duration_s)
    return DirectionReport(
        planned=tuple(judge.verdict(step, span) for step, span in backward),
        unplanned=() if match.basis == "nothing" else unplanned,
    )


class _Judge:
    """Everything that a verdict on one step rests on."""

    def __init__(self, detection: Detection, activity: Activity, labels: Labels) -> None:
        self.detection, self.activity, self.labels = detection, activity, labels

    def verdict(self, step: StepMatch, span: Interval) -> DirectionVerdict:
        """What became of the step that lies there."""
        covered = covered_s(span, self.detection.segments) / max(span.duration_s, 1e-9)
        said = self._labelled(span)
        if said is not None:
            as_run, why = said
        elif step.step.gait is Gait.WALK:
            as_run, why = "cannot tell", "backward walking looks like walking"
        elif covered >= COVERED_LEAST:
            as_run, why = self._called(span, covered)
        elif covered > COVERED_MOST:
            as_run, why = "cannot tell", f"only {format_percent(covered)} of it was found backward"
        else:
            as_run, why = self._silent(span)
        return DirectionVerdict(step=step, as_run=as_run, covered=covered, why=why)

    def _labelled(self, span: Interval) -> tuple[AsRun, str] | None:
        for direction, as_run in _AS_LABELLED.items():
            said = [label for label in self.labels.labels if label.direction is direction]
            if covered_s(span, said) >= COVERED_LEAST * span.duration_s:
                return as_run, f"the runner labelled it {direction.value}"
        return None

    def _called(self, span: Interval, covered: float) -> tuple[AsRun, str]:
        called = max(self.detection.segments, key=lambda segment: overlap_s(span, segment))
        if called.evidence.uplift < LEAST_UPLIFT:
            return "cannot tell", "it was slower, as backward running is, but its cadence is that of a slow forward jog"
        return "run as planned", f"{format_percent(covered)} of it was found backward"

    def _silent(self, span: Interval) -> tuple[AsRun, str]:
        line = self.detection.line
        speed_mps, cadence_spm = (self._mean(name, span) for name in ("speed_mps", "cadence_spm"))
        if self.detection.verdict == "cannot tell" or line is None or not np.isfinite(speed_mps * cadence_spm):
            return "cannot tell", "the recording does not show it"
        if span.duration_s < TELLABLE_S:
            return "cannot tell", f"{span.duration_s:.0f} s are too short to see it"
        if cadence_spm < RUNNING_SPM:
            return "cannot tell", "it was walked, or nobody moved"
        if speed_mps >= FASTER_THAN * line.usual_speed_mps:
            return "run forward instead", "it was as fast as the forward running around it"
        uplift = cadence_spm / float(line.cadence_spm(np.array(speed_mps))) - 1.0
        if uplift <= FORWARD_UPLIFT:
            return (
                "run forward instead",
                f"its cadence is that of forward running at this speed ({format_change(uplift)})",
            )
        return "cannot tell", f"its cadence lies between forward and backward running ({format_change(uplift)})"

    def _mean(self, column: str, span: Interval) -> float:
        values: FloatArray = getattr(self.activity, column)
        return mean_over(self.activity, values, span.start_s, span.end_s)
