"""The points of an XML recording: elements sorted into columns."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import cached_property

import numpy as np

from retrorun.activity.assemble import RawRecording, RawSpan, only_present
from retrorun.activity.markup import Document, Tags
from retrorun.activity.model import Device
from retrorun.activity.rules import MAX_POINTS, counted, plain_name
from retrorun.arrays import FloatArray, IntArray
from retrorun.errors import RecordingError
from retrorun.fit.chain import Loss

_EXTRA = ("power_w", "temperature_c", "vertical_speed_mps")
_ATTRIBUTE = r"""\s{name}\s*=\s*["']([^"']*)["']"""

_SHAPE = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?(Z|[+-]\d\d:\d\d)")
_WHOLE = len("2024-05-01T10:00:00")
FURTHEST_ZONE_S = 14 * 3600.0  # Kiribati; a zone beyond it is none, and the time counts as UTC
_ZONE = re.compile(rb"[+-]\d\d:?\d\d$")


def names_of(columns: dict[str, tuple[str, ...]], *more: str) -> tuple[str, ...]:
    """All local names that fill columns, and more."""
    return (*(name for names in columns.values() for name in names), *more)


class Points:
    """What a walk through the elements gathers: for each local name the rows and the texts."""

    def __init__(self, columns: dict[str, tuple[str, ...]], time_name: str) -> None:
        self.columns = columns
        self.n = 0
        self.losses: list[Loss] = []
        self.at: IntArray | None = None  # where in the bytes each stands
        self.time_name = time_name.encode()
        names = [name.encode() for name in names_of(columns, time_name)]
        self.rows: dict[bytes, IntArray] = {name: np.empty(0, dtype=np.int64) for name in names}
        self.texts: dict[bytes, list[bytes]] = {name: [] for name in names}

    def numbers(self, column: str, texts: list[bytes]) -> FloatArray:
        """Texts as numbers; those that are none, and not empty, are counted as lost."""
        found = numbers(texts)
        wrong = sum(bool(texts[row].strip()) for row in np.flatnonzero(np.isnan(found)).tolist())
        if wrong:
            said = (
                f"{counted(wrong, 'value')} of {plain_name(column)} that no number can be read from, taken as missing"
            )
            self.losses.append(Loss(what=said, start=0, end=0))
        return found

    def _column(self, column: str, names: tuple[str, ...]) -> FloatArray:
        values = np.full(self.n, np.nan)
        for name in reversed(names):
            rows = self.rows[name.encode()]
            if len(rows):
                found = self.numbers(column, self.texts[name.encode()])
                there = np.isfinite(found)
                values[rows[there]] = found[there]
        return values

    def filled(self) -> dict[str, FloatArray]:
        """The columns that any point has."""
        return {
            column: self._column(column, names)
            for column, names in self.columns.items()
            if any(len(self.rows[name.encode()]) for name in names)
        }

    @cached_property
    def times(self) -> FloatArray:
        """Unix seconds of each point, NaN where it has none; to be asked for when all points are gathered."""
        values = np.full(self.n, np.nan)
        rows = self.rows[self.time_name]
        if len(rows):
            values[rows] = unix_seconds(self.texts[self.time_name])
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


def gather(tags: Tags, points: Points, *, point: str, others: dict[str, Callable[[bytes, bytes], None]]) -> list[bytes]:
    """Sort the tags of a document into columns by the point they stand in.

    Args:
        tags: all that `others`, `points` and `point` name, and those that end the points before them.
        points: takes the elements of points.
        point: the local name of a point.
        others: what to do with elements outside the points, by local name; called with attributes and text, while
            `points.n` says how many points stand before.

    Returns:
        The attributes of the points.

    Raises:
        RecordingError: there are more points than any recording has.
    """
    which, number_of = tags.which, {name: number for number, name in enumerate(tags.names)}
    of_points = np.array([name in points.rows for name in tags.names])[which]
    begins = which == number_of[point.encode()]
    count = np.cumsum(begins)
    # Whatever is neither a point nor of one ends the point before it: a track has ended, or a lap begins.
    anchor = np.maximum.accumulate(np.where(of_points, 0, np.arange(len(which))))
    inside = of_points & begins[anchor]
    for name in points.rows:
        found = np.flatnonzero(inside & (which == number_of[name]))
        points.rows[name], points.texts[name] = count[found] - 1, tags.texts(found)
    outside = np.flatnonzero(~inside & ~begins)
    for number, before, attributes, text in zip(
        which[outside].tolist(), count[outside].tolist(), tags.said(outside), tags.texts(outside), strict=True
    ):
        name = tags.names[number].decode()
        if name in others:
            points.n = before
            others[name](attributes, text)
    found = np.flatnonzero(begins)
    points.n, points.at = len(found), tags.attributes[found].astype(np.int64)
    bounded(points)
    return tags.said(found)


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


def recording(
    source: str,
    document: Document,
    points: Points,
    columns: dict[str, FloatArray],
    *,
    laps: tuple[RawSpan, ...],
    parts: tuple[RawSpan, ...],
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
    return RawRecording(
        source=source,
        time=time,
        columns=only_present(columns),
        position=points.at,
        utc_offset_s=points.zone(),
        extra=only_present(extra),
        laps=laps,
        parts=parts,
        sport=sport,
        sub_sport=sub_sport,
        device=device,
        losses=(*document.losses, *points.losses),
        segment=segment,
        activity=activity,
        decisions=decisions,
    )


def unix_seconds(texts: list[bytes]) -> FloatArray:
    """Unix seconds of each text, shape (n,); NaN where it is no time. A time without a zone counts as UTC."""
    shape = _SHAPE.fullmatch(texts[0]) if texts else None
    if shape is not None and len(set(map(len, texts))) == 1:
        fast = _fast(texts, zone_at=shape.start(1))
        if fast is not None:
            return fast
    return np.array([_slow(text) for text in texts], dtype=np.float64)


def utc_offset_s(text: bytes) -> float | None:
    """The zone that a time names, other than UTC."""
    found = _ZONE.search(text.strip())
    if found is None:
        return None
    sign = -1 if found[0][:1] == b"-" else 1
    digits = found[0][1:].replace(b":", b"")
    offset_s = float(sign * (int(digits[:2]) * 3600 + int(digits[2:]) * 60))
    return offset_s if abs(offset_s) <= FURTHEST_ZONE_S else None


def _fast(texts: list[bytes], *, zone_at: int) -> FloatArray | None:
    """The usual shape, read by numpy; None where one text departs from it."""
    width = len(texts[0])
    shape = np.frombuffer(texts[0], dtype=np.uint8)
    digits = (shape >= 48) & (shape <= 57)
    digits[zone_at:] = False  # all in one zone, that of the first
    block = np.frombuffer(b"".join(texts), dtype=np.uint8).reshape(-1, width)
    if (block[:, ~digits] != shape[~digits]).any() or (block[:, digits] - np.uint8(48) > 9).any():
        return None
    numbers = block.astype(np.int64) - 48
    days, which = np.unique(np.ascontiguousarray(block[:, :10]).view("S10").ravel(), return_inverse=True)
    try:
        midnights = days.astype("datetime64[D]").astype(np.int64)[which] * 86_400
    except ValueError:
        return None  # the 31st of June
    clock = numbers[:, 11:19] @ np.array([36_000, 3600, 0, 600, 60, 0, 10, 1])
    if (clock >= 86_400).any() or (numbers[:, [14, 17]] > 5).any():
        return None
    seconds: FloatArray = (midnights + clock).astype(np.float64)
    if zone_at > _WHOLE:
        seconds += (numbers[:, 20:23] @ np.array([100, 10, 1])) / 1000.0
    return seconds - (utc_offset_s(texts[0]) or 0.0)


def _slow(text: bytes) -> float:
    try:
        plain = text.strip().upper().decode("ascii")
        moment = dt.datetime.fromisoformat(plain.removesuffix("UTC").removesuffix("GMT").rstrip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=dt.UTC)
        return moment.timestamp()
    except (ValueError, OverflowError):
        return float("nan")
