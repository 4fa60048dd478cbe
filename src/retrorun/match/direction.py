"""What a plan says about direction: stretches that were meant to be run backward, and what became of them."""

from __future__ import annotations

from retrorun.gait.result import PlannedSpan
from retrorun.match.model import Match
from retrorun.session.model import Direction, Gait


def planned_spans(match: Match) -> tuple[PlannedSpan, ...]:
    """The stretches of a plan with their direction, for the detector.

    A plan without any backward step says nothing about direction: most come from services that do not know the word. Of
    a step without a place in the recording nothing is said either, nor of backward walking, which speed and cadence
    cannot tell from walking.
    """
    if not any(found.step.direction is Direction.BACKWARD for found in match.steps):
        return ()
    return tuple(
        PlannedSpan(start_s=found.start_s, end_s=found.end_s, direction=found.step.direction)
        for found in match.steps
        if found.start_s is not None and found.end_s is not None and found.step.gait is Gait.RUN
    )
