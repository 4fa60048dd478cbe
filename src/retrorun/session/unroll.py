"""The one way through the steps and repeats of a session: changed one by one, or in the order in which they are run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from retrorun.errors import PlanError
from retrorun.session.model import Repeat, Session, Step, walk
from retrorun.session.values import Distance, Limit, Progression, SpeedRange, SpeedUnit, Target, Times
from retrorun.units import METRES_PER_MILE

Items = tuple[Step | Repeat, ...]
# 50 steps in two nested repeats of 10 rounds; a longer list is a slip, or a way to hang a program.
MOST_OCCURRENCES = 5000


def bodies(repeat: Repeat, count: int) -> Iterator[Items]:
    """The steps of each of so many rounds: the last one without its last step, where the repeat leaves that out."""
    for number in range(1, count + 1):
        yield repeat.steps[:-1] if repeat.skip_last and number == count else repeat.steps


def map_steps(items: Items, change: Callable[[str, Step], Step]) -> Items:
    """The same steps and repeats, each step changed; `change` is given its place, e.g. `steps[2].repeat[0]`."""
    return map_items(items, lambda place, item: change(place, item) if isinstance(item, Step) else item)


def with_paces_in(session: Session, unit: SpeedUnit) -> Session:
    """The same session, its paces shown per km or per mile; speeds in km/h, mph and m/s stay as they are written."""

    def shown(target: Target | None) -> Target | None:
        match target:
            case SpeedRange(unit="min/km" | "min/mi"):
                return replace(target, unit=unit)
            case Limit(value=SpeedRange(unit="min/km" | "min/mi") as pace):
                return replace(target, value=replace(pace, unit=unit))
            case Progression(start=SpeedRange(unit="min/km" | "min/mi") as start, end=SpeedRange() as end):
                return replace(target, start=replace(start, unit=unit), end=replace(end, unit=unit))
        return target

    def changed(_: str, step: Step) -> Step:
        return replace(step, target=shown(step.target), secondary_target=shown(step.secondary_target))

    return replace(session, steps=map_steps(session.steps, changed))


def written_per_m(session: Session) -> float:
    """The metres that its long ways are told for: a mile where it is written in miles, and nowhere in km; else 1000."""
    units: set[str] = set()
    for _, item in walk(session.steps):
        goal = item.duration if isinstance(item, Step) else item.until
        units.update({goal.unit} if isinstance(goal, Distance) else ())
        for target in (item.target, item.secondary_target) if isinstance(item, Step) else ():
            held = target.value if isinstance(target, Limit) else target
            held = held.start if isinstance(held, Progression) else held
            units.update({held.unit} if isinstance(held, SpeedRange) else ())
    miles, kilometres = units & {"mi", "min/mi", "mph"}, units & {"km", "min/km", "km/h"}
    return METRES_PER_MILE if miles and not kilometres else 1000.0


def map_items(items: Items, change: Callable[[str, Step | Repeat], Step | Repeat], place: str = "steps") -> Items:
    """The same with every item changed, a repeat after what is in it."""

    def changed(item: Step | Repeat, here: str) -> Step | Repeat:
        if isinstance(item, Repeat):
            item = replace(item, steps=map_items(item.steps, change, f"{here}.repeat"))
        return change(here, item)

    return tuple(changed(item, f"{place}[{index}]") for index, item in enumerate(items))


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One execution of a step that the session asks for.

    `repetition` is the round of each repeat around it, outermost first, counted from 1. `optional` marks the rounds,
    after the first, of a repeat that goes on until a time, a distance or a heart rate: whether they come about is known
    only after the run.
    """

    step: Step
    place: str
    repetition: tuple[int, ...]
    optional: bool = False


def unroll(session: Session, *, rounds: int) -> tuple[Occurrence, ...]:
    """All occurrences in the order in which a watch would execute them, round by round.

    Args:
        session: what is planned.
        rounds: how many rounds to allow a repeat without a count.

    Raises:
        PlanError: the session unrolls into more than 5000 steps.
    """
    found = tuple(islice(_unrolled(session.steps, "steps", (), max(rounds, 1), optional=False), MOST_OCCURRENCES + 1))
    if len(found) > MOST_OCCURRENCES:
        what = f"the session unrolls into more than {MOST_OCCURRENCES} steps"
        raise PlanError(what, where=session.name, hint="lower a count")
    return found


def _unrolled(
    items: Items, place: str, repetition: tuple[int, ...], rounds: int, *, optional: bool
) -> Iterator[Occurrence]:
    for index, item in enumerate(items):
        here = f"{place}[{index}]"
        if isinstance(item, Step):
            yield Occurrence(step=item, place=here, repetition=repetition, optional=optional)
            continue
        counted = isinstance(item.until, Times)
        count = item.until.count if isinstance(item.until, Times) else rounds
        for number, body in enumerate(bodies(item, count), start=1):
            later = optional or (not counted and number > 1)
            yield from _unrolled(body, f"{here}.repeat", (*repetition, number), rounds, optional=later)
