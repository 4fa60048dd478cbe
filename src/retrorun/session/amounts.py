"""What a session amounts to: time, distance and the backward share, by step and in total, where they can be known.

A step's time follows from its duration, or from its distance and its target speed (the middle of its range);
its distance likewise. What follows from neither stays unknown and is left out of the sums, which then say so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

from retrorun.session.model import Direction, Items, Repeat, Session, Step, walk_steps
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

    def plus(self, other: "Sum", rounds: float = 1.0) -> "Sum":
        """This and so many of the other."""
        return Sum(
            total=self.total + other.total * rounds,
            backward=self.backward + other.backward * rounds,
            whole=self.whole and other.whole,
            split=self.split and other.split,
        )


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
        steps=tuple(_steps(session.steps, "steps", 1.0, usual)),
        time_s=_sum(session.steps, Time, usual),
        distance_m=_sum(session.steps, Distance, usual),
    )


def step_time_s(step: Step, *, usual: UsualSpeeds = _NOTHING_USUAL) -> float | None:
    """How long a step takes once [s], or None."""
    return _once(step, Time, usual)


def step_distance_m(step: Step, *, usual: UsualSpeeds = _NOTHING_USUAL) -> float | None:
    """How far a step goes once [m], or None."""
    return _once(step, Distance, usual)


def planned_speed_mps(step: Step) -> float | None:
    """The middle of the planned range of speed [m/s]; None without one."""
    for target in (step.target, step.secondary_target):
        if isinstance(target, SpeedRange):
            return (target.low_mps + target.high_mps) / 2
    return None


def rounds_of(repeat: Repeat, *, usual: UsualSpeeds = _NOTHING_USUAL) -> float | None:
    """How often a repeat goes round; a part of a round counts as that part; None where it cannot be known."""
    if isinstance(repeat.until, Times):
        return float(repeat.until.count)
    if not isinstance(repeat.until, Time | Distance):
        return None
    one = _sum(repeat.steps, type(repeat.until), usual)
    return _size(repeat.until) / one.total if one.whole else None


def _size(value: Time | Distance) -> float:
    return value.time_s if isinstance(value, Time) else value.distance_m


def _once(step: Step, quantity: Quantity, usual: UsualSpeeds) -> float | None:
    """The time (`Time`) or the distance (`Distance`) of a step."""
    if isinstance(step.duration, quantity):
        return _size(step.duration)
    planned_mps = planned_speed_mps(step)
    speed_mps = usual.of(step) if planned_mps is None else planned_mps
    if not speed_mps or not isinstance(step.duration, Time | Distance):
        return None
    return _size(step.duration) / speed_mps if quantity is Time else _size(step.duration) * speed_mps


def _steps(
    items: Items, place: str, rounds: float | None, usual: UsualSpeeds, *, last: float = 0.0
) -> Iterator[StepAmount]:
    """Every step, done so often in all; the last one so much less often."""
    for index, item in enumerate(items):
        here = f"{place}[{index}]"
        done = rounds - last if rounds is not None and index == len(items) - 1 else rounds
        if isinstance(item, Step):
            time_s, distance_m = _once(item, Time, usual), _once(item, Distance, usual)
            yield StepAmount(place=here, step=item, rounds=done, time_s=time_s, distance_m=distance_m)
        else:
            inner = rounds_of(item, usual=usual)
            every = None if done is None or inner is None else done * inner
            yield from _steps(item.steps, f"{here}.repeat", every, usual, last=(done or 0.0) * item.skip_last)


def _sum(items: Items, quantity: Quantity, usual: UsualSpeeds) -> Sum:
    return reduce(Sum.plus, (_amount(item, quantity, usual) for item in items), Sum())


def _amount(item: Step | Repeat, quantity: Quantity, usual: UsualSpeeds) -> Sum:
    known = None
    if isinstance(item, Step):
        known = _once(item, quantity, usual)
    elif (rounds := rounds_of(item, usual=usual)) is not None:
        every, last = _sum(item.steps[:-1], quantity, usual), _sum(item.steps[-1:], quantity, usual)
        return Sum().plus(every, rounds).plus(last, rounds - item.skip_last)
    elif isinstance(item.until, quantity):
        known = _size(item.until)  # how often it goes round is unknown, but not how much that is in all
    directions = {step.direction for _, step in walk_steps((item,))}
    if known is None:  # that nothing of it is backward may be known all the same
        return Sum(whole=False, split=directions == {Direction.FORWARD})
    backward = known if directions == {Direction.BACKWARD} else 0.0
    return Sum(total=known, backward=backward, split=len(directions) == 1)
