"""Numbers that are probably slips of the pen: ten metres of warm-up, a heart rate of 50, a kilometre at 2:00."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from retrorun.session.amounts import amounts
from retrorun.session.model import Direction, Gait, Intensity, Session, Step, walk
from retrorun.session.safety import SafetyFinding
from retrorun.session.values import (
    CadenceRange,
    Distance,
    HeartRateRange,
    Limit,
    SpeedRange,
    Target,
    Time,
)
from retrorun.units import format_pace

SHORTEST_S = 3.0  # less is over before it has begun
SHORTEST_M = 5.0
SHORTEST_WARMUP_M = 100.0
SHORTEST_SESSION_S = 60.0
LOWEST_BPM, HIGHEST_BPM = 90, 220  # nobody runs below the one, and no heart beats above the other
ONE_FOOT_SPM = 110  # a brisk walk has more steps of both feet

# Forward records of men [m, s] (World Athletics, 2025), and room for marks that are newer or between the distances.
_RECORDS = ((100.0, 9.58), (400.0, 43.03), (1500.0, 206.0), (5000.0, 755.36), (10_000.0, 1571.0), (42_195.0, 7235.0))
_MARGIN = 1.04


def implausible(session: Session) -> tuple[SafetyFinding, ...]:
    """Everything in a session that is probably not what its author meant, in order; empty where nothing was found."""
    found = [
        SafetyFinding(place=place, what=what, hint=hint)
        for place, step in walk(session.steps)
        if isinstance(step, Step)
        for what, hint in (*_length(step), *_targets(step))
    ]
    time = amounts(session).time_s
    if time.whole and time.total < SHORTEST_SESSION_S:
        what = f"the whole session lasts {time.total:g} s"
        found.append(SafetyFinding(place="", what=what, hint="check the units of its steps: 10min, not 10s or 10m"))
    return tuple(found)


def _length(step: Step) -> Iterator[tuple[str, str]]:
    match step.duration:
        case Time(time_s=time_s) if time_s < SHORTEST_S:
            yield f"the step lasts {time_s:g} s", "check its unit"
        case Distance(distance_m=metres, unit="m") if step.intensity in _ENDS and metres < SHORTEST_WARMUP_M:
            yield f"{metres:g} metres of {_ENDS[step.intensity]}", f"m are metres; did you mean {metres:g}min?"
        case Distance(distance_m=metres) if metres < SHORTEST_M:
            yield f"the step is {metres:g} m long", f"m are metres; did you mean {metres:g}min?"


_ENDS = {Intensity.WARMUP: "warm-up", Intensity.COOLDOWN: "cool-down"}


def _targets(step: Step) -> Iterator[tuple[str, str]]:
    for target in (step.target, step.secondary_target):
        yield from _target(step, target.value if isinstance(target, Limit) else target)


def _target(step: Step, target: Target | None) -> Iterator[tuple[str, str]]:
    match target:
        case HeartRateRange(low_bpm=low, high_bpm=high) if high < LOWEST_BPM and step.intensity is not Intensity.REST:
            yield f"a heart rate of {low} to {high} bpm is that of somebody at rest", "was an offset of 100 left out?"
        case HeartRateRange(high_bpm=high) if high > HIGHEST_BPM:
            yield f"no heart reaches {high} bpm", "lower the target"
        case CadenceRange(low_spm=low, high_spm=high) if high <= ONE_FOOT_SPM and step.gait is Gait.RUN:
            hint = f"steps of both feet count; did you mean {2 * low}-{2 * high} spm?"
            yield f"a cadence of {low} to {high} spm is that of one foot", hint
        case SpeedRange(high_mps=speed) if _beyond_records(step, speed):
            yield f"{format_pace(speed)} is faster than the records over that distance", "check the pace and its unit"


def _beyond_records(step: Step, speed_mps: float) -> bool:
    """Whether nobody can run a forward step so fast; `retrorun.session.safety` says it of backward ones."""
    if step.direction is Direction.BACKWARD:
        return False
    match step.duration:
        case Distance(distance_m=distance_m):
            pass
        case Time(time_s=time_s):
            distance_m = time_s * speed_mps
        case _:
            distance_m = _RECORDS[0][0]
    speeds = [(math.log(metres), metres / time_s) for metres, time_s in _RECORDS]
    at = math.log(max(distance_m, 1.0))
    for (left, fast), (right, slow) in pairwise(speeds):
        if at <= right:
            share = max(0.0, (at - left) / (right - left))
            return speed_mps > _MARGIN * (fast + share * (slow - fast))
    return speed_mps > _MARGIN * speeds[-1][1]
