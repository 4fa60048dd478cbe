"""The points of an XML recording: elements sorted into columns."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from operator import methodcaller

import numpy as np
import numpy.typing as npt

from retrorun.activity.markup import Document
from retrorun.activity.model import Device
from retrorun.activity.moments import unix_seconds, utc_offset_s
from retrorun.activity.raw import RawLap, RawPart, RawRecording
from retrorun.activity.rules import MAX_POINTS
from retrorun.arrays import FloatArray, IntArray
from retrorun.errors import RecordingError

_EXTRA = ("power_w", "temperature_c", "vertical_speed_mps")
_ATTRIBUTE = r"""\s{name}\s*=\s*["']([^"']*)["']"""
_ALIKE = 16  # points of the same elements in a row that are worth a look
_LONGEST_POINT = 64  # elements
_POINT = re.compile(rb"<(?:[\w.-]{1,64}:)?(?:trkpt|Trackpoint)[\s/>]")


def names_of(columns: dict[str, tuple[str, ...]], *more: str) -> tuple[str, ...]:
    """All local names that fill columns, and more."""
    return (*(name for names in columns.values() for name in names), *more)


class Points:
    """What a walk through the elements gathers: for each local name the rows and the texts."""

    def __init__(self, columns: dict[str, tuple[str, ...]], time_name: str) -> None:
        self.columns = columns
        self.n = 0
        self.time_name = time_name.encode()
        names = [name.encode() for name in names_of(columns, time_name)]
        self.rows: dict[bytes, list[int]] = {name: [] for name in names}
        self.texts: dict[bytes, list[bytes]] = {name: [] for name in names}

    def _column(self, names: tuple[str, ...]) -> FloatArray:
        values = np.full(self.n, np.nan)
        for name in reversed(names):
            rows = self.rows[name.encode()]
            if rows:
                found = numbers(self.texts[name.encode()])
                at = np.array(rows)
                there = np.isfinite(found)
                values[at[there]] = found[there]
        return values

    def filled(self) -> dict[str, FloatArray]:
        """The columns that any point has."""
        return {
            column: self._column(names)
            for column, names in self.columns.items()
            if any(self.rows[name.encode()] for name in names)
        }

    @cached_property
    def times(self) -> FloatArray:
        """Unix seconds of each point, NaN where it has none; to be asked for when all points are gathered."""
        values = np.full(self.n, np.nan)
        rows = self.rows[self.time_name]
        if rows:
            values[np.array(rows)] = unix_seconds(self.texts[self.time_name])
        return values

    def zone(self) -> float | None:
        """The zone that the first time names, if it is not UTC."""
        texts = self.texts[self.time_name]
        return utc_offset_s(texts[0]) if texts else None


def numbers(texts: list[bytes]) -> FloatArray:
    """Texts as numbers, shape (n,); NaN where one is none."""
    try:
        values = np.array(list(map(float, texts)), dtype=np.float64)
    except ValueError:
        values = np.array([number(text) for text in texts], dtype=np.float64)
    values[~np.isfinite(values)] = np.nan
    return values


def number(text: bytes) -> float:
    """A text as a number, NaN where it is none; a comma is the decimal sign of half of Europe."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return float(text.replace(b",", b".")) if text.count(b",") == 1 and b"." not in text else float("nan")
    except ValueError:
        return float("nan")


def gather(
    found: list[bytes], points: Points, *, point: bytes, others: dict[bytes, Callable[[bytes, bytes], None]]
) -> list[bytes]:
    """Sort the elements of a document into columns by the point they stand in.

    Args:
        found: the elements, in order, as `elements` gives them.
        points: takes the elements of points.
        point: the local name of a point.
        others: what to do with elements outside the points, by local name; called with attributes and text, while
            `points.n` says how many points stand before.

    Returns:
        The attributes of the points.

    Raises:
        RecordingError: there are more points than any recording has.
    """
    attributes: list[bytes] = []
    index = 0
    while index < len(found):
        pattern = _pattern(found, index, points, point)
        count = _repeats(found, index, pattern) if pattern else 0
        if count:
            _take_alike(found[index : index + count * len(pattern)], pattern, points, attributes)
            index += count * len(pattern)
        else:
            index = _take_each(found, index, points, attributes, point=point, others=others)
    points.n = len(attributes)
    bounded(points)
    return attributes


def _pattern(found: list[bytes], index: int, points: Points, point: bytes) -> list[bytes]:
    """How each element of the point at `index` begins, the point itself first; empty where no point begins there."""
    if not found[index].startswith((point + b" ", point + b">")):
        return []
    pattern = [found[index][: len(point) + 1]]
    for element in found[index + 1 : index + _LONGEST_POINT]:
        name = element.partition(b">")[0]
        if name not in points.rows:
            break  # the next point, as a rule
        pattern.append(name + b">")
    return pattern


def _repeats(found: list[bytes], index: int, pattern: list[bytes]) -> int:
    """How many points from `index` on have the same elements in the same order; 0 where too few to be worth it."""
    size, count, step = len(pattern), 0, _ALIKE
    while True:
        block = found[index + count * size : index + (count + step) * size]
        same = len(block) == step * size and all(
            all(map(methodcaller("startswith", each), block[at::size])) for at, each in enumerate(pattern)
        )
        count, step = (count + step, 4 * step) if same else (count, step // 4)
        if step < _ALIKE:
            return count


def _take_alike(found: list[bytes], pattern: list[bytes], points: Points, attributes: list[bytes]) -> None:
    """Points of the same elements, a column at a time: three times as quick as an element at a time."""
    size, first = len(pattern), len(attributes)
    length = len(pattern[0]) - 1
    attributes += [element[length:] for element in found[::size]]
    for at, each in enumerate(pattern[1:], 1):
        name, length = each[:-1], len(each)
        points.rows[name] += range(first, len(attributes))
        points.texts[name] += [element[length:] for element in found[at::size]]


def _take_each(
    found: list[bytes],
    index: int,
    points: Points,
    attributes: list[bytes],
    *,
    point: bytes,
    others: dict[bytes, Callable[[bytes, bytes], None]],
) -> int:
    """Elements one by one, some dozens, up to the beginning of a point; where that is."""
    adders = {name: (points.rows[name].append, points.texts[name].append) for name in points.rows}
    row, end = len(attributes) - 1, index + _ALIKE
    for at in range(index, len(found)):
        head, _, text = found[at].partition(b">")
        if row >= 0 and head in adders:
            add_row, add_text = adders[head]
            add_row(row)
            add_text(text)
            continue
        name, *attrs = head.split(None, 1)
        if name == point:
            if at >= end:
                return at
            row = len(attributes)
            attributes.append(b" " + attrs[0] if attrs else b"")
        elif row >= 0 and name in adders:
            adders[name][0](row)
            adders[name][1](text)
        else:
            row = -1  # a track has ended, or a lap begins
            if name in others:
                points.n = len(attributes)
                others[name](b" " + attrs[0] if attrs else b"", text)
    return len(found)


def bounded(points: Points) -> None:
    """Nothing, for as many points as a recording can have.

    Raises:
        RecordingError: there are more.
    """
    if points.n > MAX_POINTS:
        raise RecordingError(f"{points.n:,} points are more than any recording has", hint="give one recording")


def numbered(before: list[int], n: int) -> IntArray:
    """The number of the segment or track that each of n points stands in, from how many stand before each of those."""
    return np.searchsorted(np.array(before, dtype=np.int64), np.arange(n), side="right") - 1


def attribute(attributes: bytes, name: str) -> bytes:
    """The value of an attribute, empty where it is missing."""
    found = re.search(_ATTRIBUTE.format(name=name).encode(), attributes)
    return found[1] if found else b""


def finite(value: float) -> float | None:
    """A number, None for NaN."""
    return value if np.isfinite(value) else None


def _point_positions(data: bytes) -> npt.NDArray[np.int64]:
    return np.array([found.start() for found in _POINT.finditer(data)], dtype=np.int64)


def recording(
    source: str,
    document: Document,
    points: Points,
    columns: dict[str, FloatArray],
    *,
    laps: tuple[RawLap, ...],
    parts: tuple[RawPart, ...],
    sport: str,
    sub_sport: str,
    device: Device | None,
    segment: IntArray | None = None,
    activity: IntArray | None = None,
    decisions: tuple[str, ...] = (),
) -> RawRecording:
    """The raw recording that points and what stands around them make."""
    time = points.times
    if not np.isfinite(time).any():
        what = f"the points of this {source.upper()} have no times: it is a route, not a recording"
        raise RecordingError(what, hint="export the recording with its times")
    heart_rate = columns.get("heart_rate_bpm")
    if heart_rate is not None:
        heart_rate[heart_rate <= 0] = np.nan  # how exports write a strap that was not worn
    extra = {name: columns.pop(name) for name in _EXTRA if name in columns}
    position = None
    if document.losses:
        position = _point_positions(document.data)
        position = position if len(position) == points.n else None
    return RawRecording(
        source=source,
        time=time,
        columns={name: values for name, values in columns.items() if np.isfinite(values).any()},
        position=position,
        utc_offset_s=points.zone(),
        extra={name: values for name, values in extra.items() if np.isfinite(values).any()},
        laps=laps,
        parts=parts,
        sport=sport,
        sub_sport=sub_sport,
        device=device,
        losses=document.losses,
        segment=segment,
        activity=activity,
        decisions=decisions,
    )
