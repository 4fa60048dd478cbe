"""Stretches of time, half-open: `[start_s, end_s)` on an activity's clock; overlapping, joining, cutting."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from retrorun.arrays import BoolArray, FloatArray, IndexArray


class Span(Protocol):
    """Anything that begins and ends: an `Interval`, a lap, a segment, a label."""

    @property
    def start_s(self) -> float: ...  # noqa: D102 - the name says it
    @property
    def end_s(self) -> float: ...  # noqa: D102 - the name says it


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Interval:
    """The stretch `[start_s, end_s)`, in seconds."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """Its length."""
        return self.end_s - self.start_s


def overlap_s(one: Span, other: Span) -> float:
    """The time that two stretches share."""
    return max(0.0, min(one.end_s, other.end_s) - max(one.start_s, other.start_s))


def covered_s(span: Span, others: Iterable[Span]) -> float:
    """The time of a stretch that lies within others, counted once where those overlap."""
    return sum(part.duration_s for part in union(clip(others, span)))


def clip(spans: Iterable[Span], within: Span) -> tuple[Interval, ...]:
    """What of each stretch lies within another; stretches outside it are left out."""
    cut = (Interval(start_s=max(span.start_s, within.start_s), end_s=min(span.end_s, within.end_s)) for span in spans)
    return tuple(part for part in cut if part.end_s > part.start_s)


def union(spans: Iterable[Span], *, gap_s: float = 0.0) -> tuple[Interval, ...]:
    """The stretches in order, those that touch, overlap or lie at most `gap_s` apart joined."""
    out: list[Interval] = []
    for span in sorted(spans, key=lambda item: (item.start_s, item.end_s)):
        if out and span.start_s <= out[-1].end_s + gap_s:
            out[-1] = Interval(start_s=out[-1].start_s, end_s=max(out[-1].end_s, span.end_s))
        else:
            out.append(Interval(start_s=span.start_s, end_s=span.end_s))
    return tuple(out)


def subtract(spans: Iterable[Span], others: Iterable[Span]) -> tuple[Interval, ...]:
    """What of the stretches lies in none of the others."""
    holes = union(others)
    out: list[Interval] = []
    for span in union(spans):
        start_s = span.start_s
        for hole in holes:
            if hole.end_s <= start_s or hole.start_s >= span.end_s:
                continue
            if hole.start_s > start_s:
                out.append(Interval(start_s=start_s, end_s=hole.start_s))
            start_s = max(start_s, hole.end_s)
        if start_s < span.end_s:
            out.append(Interval(start_s=start_s, end_s=span.end_s))
    return tuple(out)


def mask(time_s: FloatArray, spans: Iterable[Span]) -> BoolArray:
    """Which samples lie in one of the stretches, shape (n,); the times rise."""
    inside = np.zeros(len(time_s), dtype=np.bool_)
    for span in spans:
        first, end = np.searchsorted(time_s, (span.start_s, span.end_s))
        inside[first:end] = True
    return inside


def runs(flags: BoolArray) -> list[tuple[int, int]]:
    """The stretches of True as index pairs `[first, end)`, in order."""
    firsts, ends = edges(flags)
    return list(zip(firsts.tolist(), ends.tolist(), strict=True))


def edges(flags: BoolArray) -> tuple[IndexArray, IndexArray]:
    """Where each stretch of True begins, and where the first False behind it stands."""
    bounded = np.zeros(len(flags) + 2, dtype=np.bool_)
    bounded[1:-1] = flags
    changes = np.flatnonzero(bounded[1:] != bounded[:-1])
    return changes[::2], changes[1::2]


def from_mask(time_s: FloatArray, flags: BoolArray, end_s: float) -> tuple[Interval, ...]:
    """The stretches of flagged samples; each sample lasts until the next one, the last until `end_s`."""
    moments = [*time_s.tolist(), end_s]
    return tuple(Interval(start_s=moments[first], end_s=moments[end]) for first, end in runs(flags))
