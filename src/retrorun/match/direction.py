"""What a plan says about direction: stretches that were meant to be run backward, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from retrorun.activity.model import Activity, FloatArray
from retrorun.gait.detector import forward_line
from retrorun.gait.grid import time_means
from retrorun.gait.priors import RUNNING_SPM
from retrorun.gait.profile import GaitProfile
from retrorun.gait.result import Detection, PlannedSpan, Segment
from retrorun.match.model import Match, StepMatch
from retrorun.session.model import Direction, Gait

AsRun = Literal["run as planned", "run forward instead", "cannot tell"]

# chosen: what must be covered by backward segments to say that a step was run backward, and what may be at most to say
# that it was not; between the two lies half a step, of which nothing is said.
COVERED_LEAST, COVERED_MOST = 0.5, 0.1
TELLABLE_S = 15.0  # the shortest stretch whose silence means something: shorter ones are not flagged without a plan
# Backward running has 4 to 35 % more steps at its speed than forward running (Cavagna et al. 2012 derived 7.5–8.4 %, a
# body-weight-support study measured 11 %, Wright & Weyand 2001 imply 5–8 %, Brennan et al. 2026 show 22–37 %).
FORWARD_UPLIFT = 0.02
FASTER_THAN = 0.95  # of the usual forward speed: hardly anybody runs backward that fast (0.65–0.80, Arata 2000)


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
    a step without a place in the recording nothing is said either, nor of walking, which speed and cadence cannot tell
    from backward walking.
    """
    if not any(found.step.direction is Direction.BACKWARD for found in match.steps):
        return ()
    return tuple(
        PlannedSpan(start_s=start_s, end_s=end_s, direction=found.step.direction)
        for found, start_s, end_s in _placed(match.steps)
        if found.step.gait is Gait.RUN
    )


def judge_directions(
    match: Match, detection: Detection, activity: Activity, *, profile: GaitProfile | None = None
) -> DirectionReport:
    """What became of each step that was planned backward.

    Args:
        match: the executed steps.
        detection: the answer for the same activity, best made with this match as its plan.
        activity: what was run.
        profile: what is usual for the runner.

    Returns:
        A verdict for each executed backward step, and the segments that lie mostly outside all of them. Where no step
        has a place in the recording, both are empty.
    """
    line = forward_line(activity, profile)
    backward = [placed for placed in _placed(match.steps) if placed[0].step.direction is Direction.BACKWARD]
    verdicts = []
    for found, start_s, end_s in backward:
        covered = _overlap_s(start_s, end_s, detection.segments) / max(end_s - start_s, 1e-9)
        speed_mps, cadence_spm = (_mean(activity, column, start_s, end_s) for column in ("speed_mps", "cadence_spm"))
        usual = None if line is None else (float(line.cadence_spm(np.array(speed_mps))), line.usual_speed_mps)
        as_run, why = _as_run(found, covered, detection, end_s - start_s, speed_mps, cadence_spm, usual)
        verdicts.append(DirectionVerdict(step=found, as_run=as_run, covered=covered, why=why))
    spans = [(start_s, end_s) for _, start_s, end_s in backward]
    unplanned = tuple(
        segment
        for segment in detection.segments
        if sum(_shared_s(segment.start_s, segment.end_s, *span) for span in spans) < 0.5 * segment.duration_s
    )
    return DirectionReport(planned=tuple(verdicts), unplanned=() if match.basis == "nothing" else unplanned)


def _as_run(  # noqa: PLR0911 - one for each way to know, or not to know
    found: StepMatch,
    covered: float,
    detection: Detection,
    duration_s: float,
    speed_mps: float,
    cadence_spm: float,
    usual: tuple[float, float] | None,
) -> tuple[AsRun, str]:
    if found.step.gait is Gait.WALK:
        return "cannot tell", "backward walking looks like walking"
    seen = usual is not None and bool(np.isfinite(speed_mps * cadence_spm))
    forward_spm, usual_mps = usual if usual is not None else (np.nan, np.nan)
    uplift = cadence_spm / forward_spm - 1.0
    if covered >= COVERED_LEAST:
        if seen and uplift <= FORWARD_UPLIFT:
            return "cannot tell", f"slower, as backward running is, but {uplift:+.0%} cadence is that of a slow jog"
        return "run as planned", f"{covered:.0%} of it was found backward"
    if covered > COVERED_MOST:
        return "cannot tell", f"only {covered:.0%} of it was found backward"
    if detection.verdict == "cannot tell" or not seen:
        return "cannot tell", "the recording does not show it"
    if duration_s < TELLABLE_S:
        return "cannot tell", f"{duration_s:.0f} s are too short to see it"
    if cadence_spm < RUNNING_SPM:
        return "cannot tell", "it was walked, or nobody moved"
    if speed_mps >= FASTER_THAN * usual_mps:
        return "run forward instead", "it was as fast as the forward running around it"
    if uplift <= FORWARD_UPLIFT:
        return "run forward instead", f"its cadence is that of forward running at this speed ({uplift:+.0%})"
    return "cannot tell", f"its cadence lies between forward and backward running ({uplift:+.0%})"


def _placed(steps: Iterable[StepMatch]) -> list[tuple[StepMatch, float, float]]:
    return [
        (found, found.start_s, found.end_s) for found in steps if found.start_s is not None and found.end_s is not None
    ]


def _mean(activity: Activity, column: str, start_s: float, end_s: float) -> float:
    values: FloatArray = getattr(activity, column)
    return float(time_means(activity.time_s, values, np.array([start_s, end_s]))[0])


def _overlap_s(start_s: float, end_s: float, segments: Iterable[Segment]) -> float:
    return sum(_shared_s(start_s, end_s, segment.start_s, segment.end_s) for segment in segments)


def _shared_s(start_s: float, end_s: float, other_start_s: float, other_end_s: float) -> float:
    return max(0.0, min(end_s, other_end_s) - max(start_s, other_start_s))
