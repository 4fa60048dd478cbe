"""The points of an XML recording: elements sorted into columns."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

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
        others: what to do with elements outside the points, by local name; called with attributes and text.

    Returns:
        The attributes of the points.

    Raises:
        RecordingError: there are more points than any recording has.
    """
    adders = {name: (points.rows[name].append, points.texts[name].append) for name in points.rows}
    attributes: list[bytes] = []
    row = -1
    for element in found:
        head, _, text = element.partition(b">")
        if row >= 0 and head in adders:
            add_row, add_text = adders[head]
            add_row(row)
            add_text(text)
            continue
        name, *attrs = head.split(None, 1)
        if name == point:
            row = len(attributes)
            attributes.append(b" " + attrs[0] if attrs else b"")
        elif row >= 0 and name in adders:
            adders[name][0](row)
            adders[name][1](text)
        else:
            row = -1  # a track has ended, or a lap begins
            if name in others:
                others[name](b" " + attrs[0] if attrs else b"", text)
    points.n = len(attributes)
    bounded(points)
    return attributes


def bounded(points: Points) -> None:
    """Nothing, for as many points as a recording can have.

    Raises:
        RecordingError: there are more.
    """
    if points.n > MAX_POINTS:
        raise RecordingError(f"{points.n:,} points are more than any recording has", hint="give one recording")


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
