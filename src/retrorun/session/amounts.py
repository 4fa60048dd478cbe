"""What a session amounts to: time, distance and the backward share, by step and in total, where they can be known.

A step's time follows from its duration, or from its distance and its target speed (the middle of its range);
its distance likewise. What follows from neither stays unknown and is left out of the sums, which then say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from retrorun.session.model import Direction, Repeat, Session, Step, walk_steps
from retrorun.session.values import Distance, SpeedRange, Time, Times


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
    """The known part of a quantity over a whole session, in all and backward.

    `whole` if nothing is missing from the total, `split` if nothing is missing from the backward part.
    """

    total: float = 0.0
    backward: float = 0.0
    whole: bool = True
    split: bool = True

    @property
    def backward_share(self) -> float | None:
        """The backward part, 0 to 1; None where some of it is unknown or there is nothing."""
        return self.backward / self.total if self.whole and self.split and self.total > 0 else None

    def plus(self, other: Sum) -> Sum:
        """Both together."""
        return Sum(
            total=self.total + other.total,
            backward=self.backward + other.backward,
            whole=self.whole and other.whole,
            split=self.split and other.split,
        )

    def times(self, rounds: float) -> Sum:
        """So many of it."""
        return Sum(total=self.total * rounds, backward=self.backward * rounds, whole=self.whole, split=self.split)


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


# Where a plan gives no speed: round figures. Ordinary backward runners stay between 1.4 and 2.5 m/s (Boston Marathon
# backwards in 5:43:59 is 2.04 m/s).
USUAL_SPEEDS = UsualSpeeds(forward_run_mps=2.8, backward_run_mps=1.9, forward_walk_mps=1.4, backward_walk_mps=1.0)
_NOTHING_USUAL = UsualSpeeds()

Quantity = type[Time] | type[Distance]


def amounts(session: Session, *, usual: UsualSpeeds = _NOTHING_USUAL) -> Amounts:
    """What a session amounts to, step by step and in total.

    Args:
        session: what is planned.
        usual: the runner's speeds where the session names none; without them such steps stay unknown.
    """
    return Amounts(
        steps=tuple(
            amount
            for index, item in enumerate(session.steps)
            for amount in _step_amounts(item, f"steps[{index}]", 1.0, usual)
        ),
        time_s=_sum(session.steps, Time, usual),
        distance_m=_sum(session.steps, Distance, usual),
    )


def step_time_s(step: Step, *, usual: UsualSpeeds = _NOTHING_USUAL) -> float | None:
    """How long a step takes once [s], or None."""
    return _once(step, Time, usual)


def step_distance_m(step: Step, *, usual: UsualSpeeds = _NOTHING_USUAL) -> float | None:
    """How far a step goes once [m], or None."""
    return _once(step, Distance, usual)


def _once(step: Step, quantity: Quantity, usual: UsualSpeeds) -> float | None:
    planned_mps = planned_speed_mps(step)
    speed_mps = usual.of(step) if planned_mps is None else planned_mps
    match step.duration:
        case Time(time_s=time_s):
            return time_s if quantity is Time else time_s * speed_mps if speed_mps else None
        case Distance(distance_m=distance_m):
            return distance_m if quantity is Distance else distance_m / speed_mps if speed_mps else None
    return None


def rounds_of(repeat: Repeat, *, usual: UsualSpeeds = _NOTHING_USUAL) -> float | None:
    """How often a repeat goes round; a part of a round counts as that part; None where it cannot be known."""
    match repeat.until:
        case Times(count=count):
            return float(count)
        case Time(time_s=limit):
            one = _sum(repeat.steps, Time, usual)
        case Distance(distance_m=limit):
            one = _sum(repeat.steps, Distance, usual)
        case _:
            return None
    return limit / one.total if one.whole else None


def planned_speed_mps(step: Step) -> float | None:
    """The middle of the planned range of speed [m/s]; None without one."""
    for target in (step.target, step.secondary_target):
        if isinstance(target, SpeedRange):
            return (target.low_mps + target.high_mps) / 2
    return None


def _step_amounts(item: Step | Repeat, place: str, rounds: float | None, usual: UsualSpeeds) -> Iterator[StepAmount]:
    if isinstance(item, Step):
        time_s, distance_m = _once(item, Time, usual), _once(item, Distance, usual)
        yield StepAmount(place=place, step=item, rounds=rounds, time_s=time_s, distance_m=distance_m)
        return
    inner = rounds_of(item, usual=usual)
    every = None if rounds is None or inner is None else rounds * inner
    for index, step in enumerate(item.steps):
        skipped = item.skip_last and index == len(item.steps) - 1
        here = every - rounds if skipped and every is not None and rounds is not None else every
        yield from _step_amounts(step, f"{place}.repeat[{index}]", here, usual)


def _sum(items: Iterable[Step | Repeat], quantity: Quantity, usual: UsualSpeeds) -> Sum:
    """The time (`Time`) or the distance (`Distance`) of steps and repeats, each done once."""
    total = Sum()
    for item in items:
        if isinstance(item, Repeat):
            total = total.plus(_sum_of_repeat(item, quantity, usual))
        else:
            total = total.plus(_sum_of_step(item, quantity, usual))
    return total


def _sum_of_step(step: Step, quantity: Quantity, usual: UsualSpeeds) -> Sum:
    each = _once(step, quantity, usual)
    if each is None:
        return _unknown(step)
    return Sum(total=each, backward=each if step.direction is Direction.BACKWARD else 0.0)


def _sum_of_repeat(repeat: Repeat, quantity: Quantity, usual: UsualSpeeds) -> Sum:
    rounds = rounds_of(repeat, usual=usual)
    if rounds is not None:
        every, last = repeat.steps[:-1], repeat.steps[-1:]
        last_rounds = rounds - 1 if repeat.skip_last else rounds
        return _sum(every, quantity, usual).times(rounds).plus(_sum(last, quantity, usual).times(last_rounds))
    if isinstance(repeat.until, quantity):
        # How often it goes round is unknown, but not how much that is in all.
        limit = repeat.until.time_s if isinstance(repeat.until, Time) else repeat.until.distance_m
        directions = _directions(repeat)
        backward = limit if directions == {Direction.BACKWARD} else 0.0
        return Sum(total=limit, backward=backward, split=len(directions) == 1)
    return _unknown(repeat)


def _unknown(item: Step | Repeat) -> Sum:
    """What is not known of an item; that nothing of it is backward may be known all the same."""
    return Sum(whole=False, split=_directions(item) == {Direction.FORWARD})


def _directions(item: Step | Repeat) -> set[Direction]:
    return {step.direction for _, step in walk_steps((item,))}
