"""What is unsafe in a session: backward downhill, a treadmill too fast or too steep, a pace nobody has run."""

from __future__ import annotations

from dataclasses import dataclass, replace

from retrorun.session.model import Direction, Gait, Session, Setting, Slope, Step, walk
from retrorun.session.pace import fastest_backward_mps
from retrorun.session.values import Distance, SpeedRange, values_of
from retrorun.session.wording import format_target
from retrorun.units import METRES_PER_MILE, format_pace

# This project's own limits for the treadmill, until a runner has five sessions behind him; no trial set them. For
# comparison: Ordway et al. 2016 (J Strength Cond Res 30) ran 8 trained men in at 2.23 m/s, in a harness.
TREADMILL_START_MPS = 1.3
TREADMILL_FASTEST_MPS = 2.2
TREADMILL_STEEPEST_PCT = 1.0

_SPRINT_M = 100.0  # a step without a distance is held to what is possible over the shortest record distance


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyFinding:
    """Something unsafe: its place in the session (`steps[2].repeat[0]`), what it is, what to do about it."""

    place: str
    what: str
    hint: str


def safety_findings(session: Session, *, experienced: bool = False) -> tuple[SafetyFinding, ...]:
    """Everything unsafe in a session, in order; empty where nothing was found.

    Args:
        session: what is planned.
        experienced: five backward treadmill sessions lie behind the runner; lifts the caps on treadmill speed.
    """
    findings: list[SafetyFinding] = []
    backward = [
        (place, step)
        for place, step in walk(session.steps)
        if isinstance(step, Step) and step.direction is Direction.BACKWARD
    ]
    treadmill = session.setting is Setting.TREADMILL
    for index, (place, step) in enumerate(backward):
        problems = [*_downhill(step), *_beyond_records(step)]
        if treadmill:
            problems += _steep(step)
        if treadmill and not experienced:
            problems += _fast_belt(step, first=index == 0)
        findings += (SafetyFinding(place=place, what=what, hint=hint) for what, hint in problems)
    return tuple(findings)


def _downhill(step: Step) -> list[tuple[str, str]]:
    if step.slope is Slope.DOWNHILL or (step.incline_pct or 0.0) < 0.0:
        return [("backward downhill: a fall goes further, onto the back of the head", "go down forward, at a walk")]
    return []


def _steep(step: Step) -> list[tuple[str, str]]:
    if (step.incline_pct or 0.0) > TREADMILL_STEEPEST_PCT:
        what = f"backward on a treadmill at {step.incline_pct:g} %"
        return [(what, f"keep the incline at {TREADMILL_STEEPEST_PCT:g} % or below")]
    return []


def _fast_belt(step: Step, *, first: bool) -> list[tuple[str, str]]:
    for target in values_of(step.target, step.secondary_target):
        if not isinstance(target, SpeedRange):
            continue
        if target.high_mps > TREADMILL_FASTEST_MPS:
            return [_belt(target.high_mps, TREADMILL_FASTEST_MPS, "backward on a treadmill")]
        if first and target.high_mps > TREADMILL_START_MPS:
            return [_belt(target.high_mps, TREADMILL_START_MPS, "the first backward step on a treadmill")]
    return []


def _belt(speed_mps: float, cap_mps: float, what: str) -> tuple[str, str]:
    return (
        f"{what} at {speed_mps * 3.6:.1f} km/h",
        f"stay at {cap_mps * 3.6:.1f} km/h or below until five sessions went well",
    )


def _beyond_records(step: Step) -> list[tuple[str, str]]:
    distance_m = step.duration.distance_m if isinstance(step.duration, Distance) else _SPRINT_M
    cap_mps = fastest_backward_mps(distance_m)
    for target in values_of(step.target, step.secondary_target):
        if isinstance(target, SpeedRange) and target.high_mps > cap_mps and step.gait is Gait.RUN:
            fast = format_target(replace(target, low_mps=target.high_mps))
            cap = format_pace(cap_mps, per_m=METRES_PER_MILE if target.unit in ("min/mi", "mph") else 1000.0)
            hint = f"stay at {cap} or slower over that distance"
            return [(f"{fast} backward is faster than the records allow", hint)]
    return []
