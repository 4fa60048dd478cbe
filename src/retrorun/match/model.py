"""What matching answers: each executed step, when it was, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from retrorun.session.model import Session, Step

Outcome = Literal["completed", "cut short", "skipped", "repeated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMatch:
    """One planned step as it was executed.

    `place` is the step's place in the session (`steps[2].repeat[0]`), `repetition` the round of each repeat around it,
    outermost first, counted from 1; empty outside repeats. `start_s`/`end_s` are on the activity's clock and None for a
    skipped step. `timer_s` leaves pauses out. `lap_indices` are the laps that it was made of.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The executed steps in order. `reasons` says what was ambiguous and how it was taken."""

    session: Session
    steps: tuple[StepMatch, ...]
    reasons: tuple[str, ...] = ()
