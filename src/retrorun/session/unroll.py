"""The one way through the steps and repeats of a session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from retrorun.session.model import Repeat, Step

Items = tuple[Step | Repeat, ...]


def map_steps(items: Items, change: Callable[[str, Step], Step], place: str = "steps") -> Items:
    """The same steps and repeats, each step changed; `change` is given its place, e.g. `steps[2].repeat[0]`."""
    return tuple(
        replace(item, steps=map_steps(item.steps, change, f"{place}[{index}].repeat"))
        if isinstance(item, Repeat)
        else change(f"{place}[{index}]", item)
        for index, item in enumerate(items)
    )
