"""What matching answers: each executed step, when it was, and how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from retrorun.session.model import Session, Step

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
