"""The one way through the steps and repeats of a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from retrorun.session.model import Repeat, Session, Step
from retrorun.session.values import Limit, Progression, SpeedRange, SpeedUnit, Target

Items = tuple[Step | Repeat, ...]


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


def map_items(items: Items, change: Callable[[str, Step | Repeat], Step | Repeat], place: str = "steps") -> Items:
    """The same with every item changed, a repeat after what is in it."""

    def changed(item: Step | Repeat, here: str) -> Step | Repeat:
        if isinstance(item, Repeat):
            item = replace(item, steps=map_items(item.steps, change, f"{here}.repeat"))
        return change(here, item)

    return tuple(changed(item, f"{place}[{index}]") for index, item in enumerate(items))
