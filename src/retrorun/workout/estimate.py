"""How long and how far a step is, as far as its own duration and target say so."""

from __future__ import annotations

from collections.abc import Callable

from retrorun.session.model import Distance, Repeat, SpeedRange, Step, Time, Times

Measure = Callable[[Step | Repeat], float | None]


def planned_speed_mps(step: Step) -> float | None:
    """The middle of the planned speed range [m/s]; None without one."""
    for target in (step.target, step.secondary_target):
        if isinstance(target, SpeedRange):
            return (target.low_mps + target.high_mps) / 2
    return None


def planned_time_s(step: Step | Repeat) -> float | None:
    """How long a step or all rounds of a counted repeat take [s]; None where the plan does not say."""
    if isinstance(step, Repeat):
        return _all_rounds(step, planned_time_s)
    if isinstance(step.duration, Time):
        return step.duration.time_s
    speed = planned_speed_mps(step)
    return step.duration.distance_m / speed if isinstance(step.duration, Distance) and speed else None


def planned_distance_m(step: Step | Repeat) -> float | None:
    """How far a step or all rounds of a counted repeat go [m]; None where the plan does not say."""
    if isinstance(step, Repeat):
        return _all_rounds(step, planned_distance_m)
    if isinstance(step.duration, Distance):
        return step.duration.distance_m
    speed = planned_speed_mps(step)
    return step.duration.time_s * speed if isinstance(step.duration, Time) and speed else None


def _all_rounds(repeat: Repeat, measure: Measure) -> float | None:
    if not isinstance(repeat.until, Times):
        return None
    lengths = [measure(step) for step in repeat.steps]
    known = [length for length in lengths if length is not None]
    if len(known) < len(lengths):
        return None
    return sum(known) * repeat.until.count - (known[-1] if repeat.skip_last else 0.0)
