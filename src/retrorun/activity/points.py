"""The points of an XML recording: the texts of their elements, sorted into columns."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
import numpy.typing as npt

from retrorun.activity import rules
from retrorun.activity.assemble import RawRecording, only_present
from retrorun.activity.markup import Document, find_tags
from retrorun.arrays import FloatArray, IntArray
from retrorun.errors import RecordingError
from retrorun.fit.chain import Loss

# The columns of a format, and the local names in a point that fill them: the first that a point has wins.
Fields = Mapping[str, tuple[str, ...]]

_EXTRA = ("power_w", "temperature_c", "vertical_speed_mps")
_SHAPE = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?(Z|[+-]\d\d:\d\d)")
_ZONE = re.compile(rb"([+-])(\d\d):?(\d\d)$")
FURTHEST_ZONE_S = 14 * 3600.0  # Kiribati; a zone beyond it is none, and the time counts as UTC


class Points:
    """What a walk through the elements gathers: for each local name the rows and the texts."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.n = 0
        self.losses: list[Loss] = []
        self.at: IntArray | None = None  # where in the bytes each stands
        names = [name for names in fields.values() for name in names]
        self.rows: dict[str, IntArray] = {name: np.empty(0, dtype=np.int64) for name in names}
        self.texts: dict[str, list[bytes]] = {name: [] for name in names}

    def numbers(self, column: str, texts: list[bytes]) -> FloatArray:
        """Texts as numbers, shape (n,), NaN where one is none; those that are not empty are counted as lost."""
        try:
            found = np.array(list(map(float, texts)), dtype=np.float64)
        except ValueError:
            found = np.array([number(text) for text in texts], dtype=np.float64)
        found[~np.isfinite(found)] = np.nan
        wrong = sum(bool(texts[row].strip()) for row in np.flatnonzero(np.isnan(found)).tolist())
        if wrong:
            what = f"{rules.counted(wrong, 'value')} of {rules.plain_name(column)} that no number can be read from"
            self.losses.append(Loss(what=f"{what}, taken as missing", start=0, end=0))
        return found

    def columns(self) -> dict[str, FloatArray]:
        """The columns that any point has, but for its time."""
        found: dict[str, FloatArray] = {}
        for column, names in self.fields.items():
            for name in reversed(names):
                if column != "time" and len(self.rows[name]):
                    given = self.numbers(column, self.texts[name])
                    there = np.isfinite(given)
                    found.setdefault(column, np.full(self.n, np.nan))[self.rows[name][there]] = given[there]
        return found

    @cached_property
    def times(self) -> FloatArray:
        """Unix seconds of each point, NaN where it has none; to be asked for when all points are gathered."""
        (name,) = self.fields["time"]
        values = np.full(self.n, np.nan)
        values[self.rows[name]] = unix_seconds(self.texts[name])
        return values

    def recording(self, source: str, document: Document, columns: dict[str, FloatArray]) -> RawRecording:
        """The raw recording that the points make, if any of them has a time."""
        if not np.isfinite(self.times).any():
            what = f"the points of this {source.upper()} have no times: it is a route, not a recording"
            raise RecordingError(what, hint="export the recording with its times")
        heart_rate = columns.get("heart_rate_bpm", np.empty(0))
        heart_rate[heart_rate <= 0] = np.nan  # how exports write a strap that was not worn
        extra = {name: columns.pop(name) for name in _EXTRA if name in columns}
        (time,) = self.fields["time"]
        return RawRecording(
            source=source,
            time=self.times,
            columns=only_present(columns),
            position=self.at,
            utc_offset_s=utc_offset_s(self.texts[time][0]),
            extra=only_present(extra),
            losses=(*document.losses, *self.losses),
        )


def gather(
    data: bytes, fields: Fields, *, point: str, others: tuple[str, ...]
) -> tuple[Points, list[bytes], Iterator[tuple[str, int, bytes, bytes]]]:
    """Sort the tags of a document into columns by the point they stand in.

    `point` is the local name of a point; `others` are those of elements outside the points, and of what ends the points
    before them. What comes back is the points, their attributes, and the elements outside of them: each with its local
    name, how many points stand before it, its attributes and its text.
    """
    points = Points(fields)
    tags = find_tags(data, tuple(dict.fromkeys((*points.rows, point, *others))))
    which, number_of = tags.which, {name: number for number, name in enumerate(tags.names)}
    begins = which == number_of[point]
    count = np.cumsum(begins)
    # Whatever is neither a point nor of one ends the point before it: a track has ended, or a lap begins.
    of_points = np.array([name in points.rows for name in tags.names])[which]
    anchor = np.maximum.accumulate(np.where(of_points, 0, np.arange(len(which))))
    inside = of_points & begins[anchor]
    for name in points.rows:
        found = np.flatnonzero(inside & (which == number_of[name]))
        points.rows[name], points.texts[name] = count[found] - 1, tags.texts(found)
    found = np.flatnonzero(begins)
    points.n, points.at = len(found), tags.attributes[found].astype(np.int64)
    bounded(points.n)
    outside = np.flatnonzero(~inside & ~begins)
    names = (tags.names[number] for number in which[outside].tolist())
    around = zip(names, count[outside].tolist(), tags.said(outside), tags.texts(outside), strict=True)
    return points, tags.said(found), around


def bounded(points: int) -> None:
    """Refuses more points than a recording can have."""
    if points > rules.MAX_POINTS:
        raise RecordingError(f"{points:,} points are more than any recording has", hint="give one recording")


def numbered(before: list[int], n: int) -> IntArray:
    """The number of the segment or track that each of n points stands in, from how many stand before each of those."""
    return np.searchsorted(np.array(before, dtype=np.int64), np.arange(n), side="right") - 1


def attribute(attributes: bytes, name: str) -> bytes:
    """The value of an attribute, empty where it is missing."""
    found = re.search(rf"""\s{name}\s*=\s*["']([^"']*)["']""".encode(), attributes)
    return found[1] if found else b""


def number(text: bytes) -> float:
    """A text as a number, NaN where it is none; a comma is the decimal sign of half of Europe."""
    try:
        return float(text if b"." in text or text.count(b",") != 1 else text.replace(b",", b"."))
    except ValueError:
        return np.nan


def unix_seconds(texts: list[bytes]) -> FloatArray:
    """Unix seconds of each text, shape (n,); NaN where it is no time. A time without a zone counts as UTC."""
    shape = _SHAPE.fullmatch(texts[0]) if texts else None
    if shape is not None and len(set(map(len, texts))) == 1:
        fast = _of_one_shape(texts, zone_at=shape.start(1))
        if fast is not None:
            return fast
    return np.array([_moment(text) for text in texts], dtype=np.float64)


def _of_one_shape(texts: list[bytes], *, zone_at: int) -> FloatArray | None:
    """Times read all at once; None where one departs from the shape of the first, or is none.

    By their digits: numpy's own reader of dates ends the whole process at a wrong one among many (2.4).
    """
    block = np.frombuffer(b"".join(texts), dtype=np.uint8).reshape(len(texts), -1)
    is_digit = (block[0] >= ord("0")) & (block[0] <= ord("9")) & (np.arange(block.shape[1]) < zone_at)
    digits = block - np.uint8(ord("0"))
    if (block[:, ~is_digit] != block[0, ~is_digit]).any() or (digits[:, is_digit] > 9).any():
        return None
    ends = ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))
    year, month, day, hour, minute, second = (_whole(digits[:, first:end]) for first, end in ends)
    months = 12 * (year - 1970) + month - 1
    first, following = (
        each.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) for each in (months, months + 1)
    )
    days = first + day - 1
    dates = (month >= 1) & (month <= 12) & (day >= 1) & (days < following)
    if not (dates & (hour < 24) & (minute < 60) & (second < 60)).all():
        return None
    seconds: FloatArray = (86_400 * days + 3600 * hour + 60 * minute + second).astype(np.float64)
    return seconds + _whole(digits[:, 20:zone_at]) / 1000.0 - (utc_offset_s(texts[0]) or 0.0)


def _whole(digits: npt.NDArray[np.uint8]) -> IntArray:
    """The number that the digits of each row write."""
    number: IntArray = digits @ 10 ** np.arange(digits.shape[1] - 1, -1, -1)
    return number


def _moment(text: bytes) -> float:
    try:
        plain = text.strip().upper().decode("ascii")
        moment = dt.datetime.fromisoformat(plain.removesuffix("UTC").removesuffix("GMT").rstrip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
    except (ValueError, OverflowError):
        return np.nan


def utc_offset_s(text: bytes) -> float | None:
    """The zone that a time names, other than UTC."""
    found = _ZONE.search(text.strip())
    if found is None:
        return None
    offset_s = float(int(found[1] + b"1") * 60 * (60 * int(found[2]) + int(found[3])))
    return offset_s if abs(offset_s) <= FURTHEST_ZONE_S else None
