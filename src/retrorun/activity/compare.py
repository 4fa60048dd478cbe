"""Two readings of one recording, held against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from retrorun.activity.model import COLUMNS, Activity, Lap
from retrorun.arrays import FloatArray

TOLERANCE = 1e-9  # relative; both readers scale the same integers, so only the order of a division may differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that two readings say differently; `count` of `total` values, the largest by `largest`."""

    where: str
    what: str
    count: int = 1
    total: int = 1
    largest: float | None = None

    def __str__(self) -> str:
        size = "" if self.largest is None else f", at most by {self.largest:g}"
        many = "" if self.total == 1 else f" ({self.count:,} of {self.total:,}{size})"
        return f"{self.where}: {self.what}{many}"


def compare(first: Activity, second: Activity) -> tuple[Difference, ...]:
    """Where two readings of one recording differ: columns, laps, parts, plan, sport, start.

    What only the second reading takes for damage is a difference too; it explains most others.
    """
    known = {each.what for each in first.damage}
    found = [Difference(where="damage", what=str(each)) for each in second.damage if each.what not in known]
    for name in ("sport", "sub_sport", "start_time", "utc_offset_s", "training_file", "workout", "parts"):
        one, other = getattr(first, name), getattr(second, name)
        if one != other:
            found.append(Difference(where=name, what=f"{one!r} and {other!r}"))
    found += _laps(first.laps, second.laps)
    if len(first) != len(second):
        found.append(Difference(where="samples", what=f"{len(first):,} and {len(second):,}"))
        return tuple(found)
    for name in COLUMNS:
        found += _column(name, getattr(first, name), getattr(second, name))
    for group in ("extra", "developer"):
        found += _columns(group, getattr(first, group), getattr(second, group))
    return tuple(found)


def _columns(group: str, first: Mapping[str, FloatArray], second: Mapping[str, FloatArray]) -> list[Difference]:
    found = []
    for name in dict.fromkeys((*first, *second)):
        one, other = first.get(name), second.get(name)
        if one is None or other is None:
            which = "second" if one is None else "first"
            found.append(Difference(where=f"{group}[{name!r}]", what=f"only in the {which} reading"))
        else:
            found += _column(f"{group}[{name!r}]", one, other)
    return found


def _column(name: str, first: FloatArray, second: FloatArray) -> list[Difference]:
    here, there = np.isfinite(first), np.isfinite(second)
    found = []
    for what, rows in (("missing only in the first", there & ~here), ("missing only in the second", here & ~there)):
        if rows.any():
            found.append(Difference(where=name, what=what, count=int(rows.sum()), total=len(first)))
    both = here & there
    apart = np.abs(first[both] - second[both])
    unlike = apart > TOLERANCE * np.maximum(np.abs(first[both]), 1.0)
    if unlike.any():
        largest = float(apart.max())
        count = int(unlike.sum())
        found.append(Difference(where=name, what="unequal", count=count, total=len(first), largest=largest))
    return found


def _laps(first: tuple[Lap, ...], second: tuple[Lap, ...]) -> list[Difference]:
    if len(first) != len(second):
        return [Difference(where="laps", what=f"{len(first)} and {len(second)}")]
    found = []
    for index, (one, other) in enumerate(zip(first, second, strict=True)):
        for part in fields(Lap):
            mine, theirs = getattr(one, part.name), getattr(other, part.name)
            if mine != theirs and not _close(mine, theirs):
                found.append(Difference(where=f"laps[{index}].{part.name}", what=f"{mine!r} and {theirs!r}"))
    return found


def _close(one: object, other: object) -> bool:
    if not isinstance(one, float) or not isinstance(other, float):
        return False
    return abs(one - other) <= TOLERANCE * max(abs(one), 1.0)
