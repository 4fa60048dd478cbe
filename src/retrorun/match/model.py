"""What matching answers: each executed step, when it was, and how it ended, by what its laps say."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np

from retrorun.activity.model import Activity, Lap
from retrorun.arrays import at_share
from retrorun.intervals import Interval
from retrorun.session.model import Occurrence, Session, Step
from retrorun.session.values import Distance, Duration, LapButton, Time

Outcome = Literal["completed", "cut short", "skipped", "repeated", "cannot tell"]

Basis = Literal["step indices", "laps", "speed", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMatch:
    """One planned step as it was executed.

    `place` is the step's place in the session (`steps[2].repeat[0]`), `repetition` the round of each repeat around it,
    outermost first, counted from 1; empty outside repeats. `start_s`/`end_s` are on the activity's clock and None for a
    skipped step and for one of which the recording does not tell. `timer_s` leaves pauses out. `lap_indices` are the
    laps that it was made of.
    """

    step: Step
    place: str
    repetition: tuple[int, ...]
    outcome: Outcome
    start_s: float | None = None
    end_s: float | None = None
    timer_s: float | None = None
    distance_m: float | None = None
    lap_indices: tuple[int, ...] = ()

    @classmethod
    def of(cls, planned: Occurrence, outcome: Outcome) -> Self:
        """What became of a planned step, without the time of it."""
        return cls(step=planned.step, place=planned.place, repetition=planned.repetition, outcome=outcome)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Match:
    """The executed steps in order; iterating goes over them.

    `basis` is what the match stands on: the planned-step indices that the watch wrote into the laps, the laps alone,
    changes of speed alone, or nothing (no step could be found). `outside_lap_indices` are laps that belong to no step,
    such as the way home. `reasons` says what was ambiguous and how it was taken.
    """

    session: Session
    steps: tuple[StepMatch, ...]
    basis: Basis = "step indices"
    outside_lap_indices: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[StepMatch]:
        return iter(self.steps)

    def __bool__(self) -> bool:
        return True  # also where no step could be found

    def __repr__(self) -> str:
        counts = Counter(step.outcome for step in self.steps)
        ended = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
        return f"<Match {self.session.name!r}, {len(self)} steps by {self.basis}: {ended or 'none'}>"


def placed(match: Match) -> list[tuple[StepMatch, Interval]]:
    """The steps of which it is known when they were, each with its stretch."""
    return [
        (step, Interval(start_s=step.start_s, end_s=step.end_s))
        for step in match.steps
        if step.start_s is not None and step.end_s is not None
    ]


# ---- what laps say ---------------------------------------------------------------------------------------------------

EVEN = 0.01  # chosen: laps by hand scatter more than this, laps that a watch cuts by distance do not
EVEN_SHARE = 0.75  # chosen: the last lap is cut off, and a first press or a pause may cut another

# On 1,605 steps of workouts that Garmin watches executed, the laps of a step add up to its time within 1 s and to its
# distance within 1 m. Where the runner presses the button himself, or another watch rounds, more must be allowed.
EXACT_TIME_S = 1.0
EXACT_DISTANCE_M = 1.0
BY_HAND_TIME_S, BY_HAND_TIME = 3.0, 0.05
BY_HAND_DISTANCE_M, BY_HAND_DISTANCE = 10.0, 0.05


def timer_s(lap: Lap) -> float:
    """How long the watch ran during a lap [s], pauses left out where the watch says so."""
    return lap.end_s - lap.start_s if lap.timer_s is None else lap.timer_s


def distance_m(laps: Sequence[Lap]) -> float | None:
    """The distance of the laps together [m]; None where one of them has none."""
    known = [lap.distance_m for lap in laps if lap.distance_m is not None]
    return sum(known) if len(known) == len(laps) else None


def measured_laps(activity: Activity) -> list[Lap]:
    """The laps, with the distance out of the activity's column where the watch wrote none (or zero, as some do)."""
    known = np.isfinite(activity.distance_m)
    lengths: list[float | None] = [None] * len(activity.laps)
    if np.count_nonzero(known) > 1:
        borders = np.reshape([(lap.start_s, lap.end_s) for lap in activity.laps], (-1, 2))
        covered = np.interp(borders, activity.time_s[known], activity.distance_m[known])
        lengths = np.maximum(covered[:, 1] - covered[:, 0], 0.0).tolist()
    paired = zip(activity.laps, lengths, strict=True)
    return [lap if lap.distance_m else replace(lap, distance_m=length) for lap, length in paired]


def say_nothing(laps: Sequence[Lap]) -> bool:
    """Whether there are no laps, or most were cut by the watch itself, as it says or as they are even.

    That a file calls a lap manual is not heeded: many exports do so with every lap.
    """
    if len(laps) < 2:
        return True
    if sum(lap.trigger == "distance" for lap in laps) >= EVEN_SHARE * len(laps):
        return True
    times, distances = [timer_s(lap) for lap in laps[:-1]], [lap.distance_m or 0.0 for lap in laps[:-1]]
    return _mostly_even(times) or _mostly_even(distances)


def _mostly_even(values: Sequence[float]) -> bool:
    usual = at_share(np.array(values))
    even = sum(abs(value - usual) <= EVEN * usual for value in values)
    return usual > 0 and len(values) > 1 and even >= EVEN_SHARE * len(values)


def outcome_of_laps(duration: Duration, laps: Sequence[Lap], *, exact: bool, final: bool) -> Outcome:
    """`completed` or `cut short` for a step made of these laps; `cannot tell` for a distance that was not measured.

    `exact` says that the watch executed the plan; else somebody pressed the button, and a little less is enough. To
    stop the watch is the way to end the `final` step of a plan.
    """
    trigger = laps[-1].trigger
    match duration:
        case Time(time_s=planned):
            done: float | None = sum(timer_s(lap) for lap in laps)
            slack = EXACT_TIME_S if exact else max(BY_HAND_TIME_S, BY_HAND_TIME * planned)
        case Distance(distance_m=planned):
            done = distance_m(laps)
            slack = EXACT_DISTANCE_M if exact else max(BY_HAND_DISTANCE_M, BY_HAND_DISTANCE * planned)
        case LapButton():
            return "completed" if final or trigger != "session_end" else "cut short"
        case _:  # the watch ends it by heart rate or energy by itself; a press or a stop before that cuts it short
            return "cut short" if exact and trigger in ("manual", "session_end") else "completed"
    return "cannot tell" if done is None else "completed" if done >= planned - slack else "cut short"
