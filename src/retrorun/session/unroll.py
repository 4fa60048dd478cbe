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


def map_steps(items: Items, change: Callable[[str, Step], Step], place: str = "steps") -> Items:
    """The same steps and repeats, each step changed; `change` is given its place, e.g. `steps[2].repeat[0]`."""
    return tuple(
        replace(item, steps=map_steps(item.steps, change, f"{place}[{index}].repeat"))
        if isinstance(item, Repeat)
        else change(f"{place}[{index}]", item)
        for index, item in enumerate(items)
    )
