"""A session unrolled: every step in the order in which a watch would execute it, round by round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from retrorun.errors import PlanError
from retrorun.session.model import Repeat, Session, Step
from retrorun.session.unroll import bodies
from retrorun.session.values import Times

MOST_OCCURRENCES = (
    5000  # 50 steps in two nested repeats of 10 rounds; a longer list is a slip, or a way to hang a program
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One execution of a step that the session asks for.

    `place` and `repetition` are as in `StepMatch`. `optional` marks the rounds, after the first, of a repeat that goes
    on until a time, a distance or a heart rate: whether they come about is known only after the run.
    """

    step: Step
    place: str
    repetition: tuple[int, ...]
    optional: bool = False


def expand(session: Session, *, rounds: int) -> tuple[Occurrence, ...]:
    """All occurrences in order.

    Args:
        session: what is planned.
        rounds: how many rounds to allow a repeat without a count.

    Raises:
        PlanError: the session unrolls into more than 5000 steps.
    """
    found: list[Occurrence] = []
    for occurrence in _steps(session.steps, "steps", (), rounds=max(rounds, 1), optional=False):
        if len(found) == MOST_OCCURRENCES:
            raise PlanError(
                f"the session unrolls into more than {MOST_OCCURRENCES} steps", where=session.name, hint="lower a count"
            )
        found.append(occurrence)
    return tuple(found)


def _steps(
    steps: tuple[Step | Repeat, ...], place: str, repetition: tuple[int, ...], *, rounds: int, optional: bool
) -> Iterator[Occurrence]:
    for index, step in enumerate(steps):
        here = f"{place}[{index}]"
        if isinstance(step, Step):
            yield Occurrence(step=step, place=here, repetition=repetition, optional=optional)
        else:
            yield from _rounds(step, here, repetition, rounds=rounds, optional=optional)


def _rounds(
    repeat: Repeat, place: str, repetition: tuple[int, ...], *, rounds: int, optional: bool
) -> Iterator[Occurrence]:
    counted = isinstance(repeat.until, Times)
    count = repeat.until.count if isinstance(repeat.until, Times) else rounds
    for number, body in enumerate(bodies(repeat, count), start=1):
        later = optional or (not counted and number > 1)
        yield from _steps(body, f"{place}.repeat", (*repetition, number), rounds=rounds, optional=later)
