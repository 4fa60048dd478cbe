"""What a session amounts to: time, distance and the backward share, by step and in total, where they can be known.

A step's time follows from its duration, or from its distance and its target speed (the middle of the range in time);
its distance likewise. What follows from neither stays unknown and is left out of the sums, which then say so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from retrorun.session.model import Direction, Distance, Repeat, Session, SpeedRange, Step, Time, Times


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAmount:
    """One step of a session: how often it is done in all, and how long and how far it is each time; None: unknown."""

    place: str
    step: Step
    rounds: float | None
    time_s: float | None
    distance_m: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """The known part of a quantity over a whole session: in all and backward; `whole` if nothing is missing from it."""

    total: float
    backward: float
    whole: bool

    @property
    def backward_share(self) -> float | None:
        """The backward part, 0 to 1; None where some of it is unknown or there is nothing."""
        return self.backward / self.total if self.whole and self.total > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What a session amounts to: its steps in order, its time [s] and its distance [m]."""

    steps: tuple[StepAmount, ...]
    time_s: Sum
    distance_m: Sum


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualSpeeds:
    """Speeds [m/s] to take where a step has no target of speed; None: leave it unknown."""

    forward_run_mps: float | None = None
    backward_run_mps: float | None = None
    forward_walk_mps: float | None = None
    backward_walk_mps: float | None = None

    def of(self, step: Step) -> float | None:
        """The usual speed of a step's direction and gait."""
        value: float | None = getattr(self, f"{step.direction.value}_{step.gait.value}_mps")
        return value


_NOTHING_USUAL = UsualSpeeds()


def amounts(session: Session, *, usual: UsualSpeeds = _NOTHING_USUAL) -> Amounts:
    """What a session amounts to, step by step and in total.

    Args:
        session: what is planned.
        usual: the runner's speeds where the session names none; without them such steps stay unknown.
    """
    steps = tuple(_step_amounts(session.steps, "steps", 1.0, usual))
    return Amounts(
        steps=steps,
        time_s=_sum((amount, amount.time_s) for amount in steps),
        distance_m=_sum((amount, amount.distance_m) for amount in steps),
    )


def step_time_s(step: Step, *, usual: UsualSpeeds = _NOTHING_USUAL) -> float | None:
    """How long a step takes once [s], or None."""
    if isinstance(step.duration, Time):
        return step.duration.time_s
    speed_mps = _speed_mps(step, usual)
    if isinstance(step.duration, Distance) and speed_mps:
        return step.duration.distance_m / speed_mps
    return None


def step_distance_m(step: Step, *, usual: UsualSpeeds = _NOTHING_USUAL) -> float | None:
    """How far a step goes once [m], or None."""
    if isinstance(step.duration, Distance):
        return step.duration.distance_m
    speed_mps = _speed_mps(step, usual)
    if isinstance(step.duration, Time) and speed_mps:
        return step.duration.time_s * speed_mps
    return None


def _speed_mps(step: Step, usual: UsualSpeeds) -> float | None:
    """The speed whose pace lies in the middle of the target's two paces, or the usual speed."""
    for target in (step.target, step.secondary_target):
        if isinstance(target, SpeedRange):
            return 2.0 / (1.0 / target.low_mps + 1.0 / target.high_mps)
    return usual.of(step)


def _step_amounts(
    steps: tuple[Step | Repeat, ...], place: str, rounds: float | None, usual: UsualSpeeds
) -> Iterable[StepAmount]:
    for index, item in enumerate(steps):
        here = f"{place}[{index}]"
        if isinstance(item, Step):
            yield StepAmount(
                place=here,
                step=item,
                rounds=rounds,
                time_s=step_time_s(item, usual=usual),
                distance_m=step_distance_m(item, usual=usual),
            )
            continue
        inner = _rounds(item, usual)
        every = None if rounds is None or inner is None else rounds * inner
        last = every
        if item.skip_last and rounds is not None and inner is not None:
            last = rounds * (inner - 1)
        yield from _step_amounts(item.steps[:-1], f"{here}.repeat", every, usual)
        # The last step by itself, because it may be done once less; its place counts on from the others.
        for amount in _step_amounts(item.steps[-1:], f"{here}.repeat", last, usual):
            yield _moved(amount, f"{here}.repeat[0]", f"{here}.repeat[{len(item.steps) - 1}]")


def _moved(amount: StepAmount, old: str, new: str) -> StepAmount:
    return StepAmount(
        place=new + amount.place.removeprefix(old),
        step=amount.step,
        rounds=amount.rounds,
        time_s=amount.time_s,
        distance_m=amount.distance_m,
    )


def _rounds(repeat: Repeat, usual: UsualSpeeds) -> float | None:
    """How often a repeat goes round; a part of a round counts as that part; None where it cannot be known."""
    if isinstance(repeat.until, Times):
        return float(repeat.until.count)
    inside = tuple(_step_amounts(repeat.steps, "", 1.0, usual))
    if isinstance(repeat.until, Time):
        one = _sum((amount, amount.time_s) for amount in inside)
        return repeat.until.time_s / one.total if one.whole else None
    if isinstance(repeat.until, Distance):
        one = _sum((amount, amount.distance_m) for amount in inside)
        return repeat.until.distance_m / one.total if one.whole else None
    return None


def _sum(parts: Iterable[tuple[StepAmount, float | None]]) -> Sum:
    total = backward = 0.0
    whole = True
    for amount, each in parts:
        if each is None or amount.rounds is None:
            whole = False
            continue
        total += each * amount.rounds
        if amount.step.direction is Direction.BACKWARD:
            backward += each * amount.rounds
    return Sum(total=total, backward=backward, whole=whole)
