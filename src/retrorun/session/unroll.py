"""The one way through the steps and repeats of a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from retrorun.session.model import Repeat, Step

Items = tuple[Step | Repeat, ...]


def bodies(repeat: Repeat, count: int) -> Iterator[Items]:
    """The steps of each of so many rounds: the last one without its last step, where the repeat leaves that out."""
    for number in range(1, count + 1):
        yield repeat.steps[:-1] if repeat.skip_last and number == count else repeat.steps


def map_steps(items: Items, change: Callable[[str, Step], Step]) -> Items:
    """The same steps and repeats, each step changed; `change` is given its place, e.g. `steps[2].repeat[0]`."""
    return map_items(items, lambda place, item: change(place, item) if isinstance(item, Step) else item)


def map_items(items: Items, change: Callable[[str, Step | Repeat], Step | Repeat], place: str = "steps") -> Items:
    """The same with every item changed, a repeat after what is in it."""

    def changed(item: Step | Repeat, here: str) -> Step | Repeat:
        if isinstance(item, Repeat):
            item = replace(item, steps=map_items(item.steps, change, f"{here}.repeat"))
        return change(here, item)

    return tuple(changed(item, f"{place}[{index}]") for index, item in enumerate(items))
