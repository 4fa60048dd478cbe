"""TCX and GPX recordings: elements to a raw recording."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from retrorun.activity.markup import Document, Element, element_pattern, elements, open_document, web_page
from retrorun.activity.model import Device
from retrorun.activity.moments import unix_seconds, utc_offset_s
from retrorun.activity.raw import FloatArray, RawLap, RawPart, RawRecording
from retrorun.errors import RecordingError

# Local names in a point, and the columns that they fill; the first name that a point has wins.
GPX_COLUMNS = {
    "altitude_m": ("ele",),
    "heart_rate_bpm": ("hr", "heartrate"),
    "cadence": ("cad", "cadence", "RunCadence"),
    "speed_mps": ("speed",),
    "distance_m": ("distance",),
    "power_w": ("power", "PowerInWatts", "Watts"),
    "temperature_c": ("atemp", "temp"),
    "vertical_speed_mps": ("verticalSpeed",),
}
TCX_COLUMNS = {
    "latitude_deg": ("LatitudeDegrees",),
    "longitude_deg": ("LongitudeDegrees",),
    "altitude_m": ("AltitudeMeters",),
    "heart_rate_bpm": ("Value",),
    "cadence": ("RunCadence", "Cadence"),
    "speed_mps": ("Speed",),
    "distance_m": ("DistanceMeters",),
    "power_w": ("Watts",),
}
_EXTRA = ("power_w", "temperature_c", "vertical_speed_mps")


def _names(columns: dict[str, tuple[str, ...]], *more: str) -> tuple[str, ...]:
    return (*(name for names in columns.values() for name in names), *more)


_GPX = element_pattern(_names(GPX_COLUMNS, "trkpt", "time", "/trkseg"))
_TCX = element_pattern(
    _names(
        TCX_COLUMNS, "Trackpoint", "Time", "/Track", "Activity", "Lap", "TotalTimeSeconds", "Intensity", "TriggerMethod"
    )
)
_LAT_LON = re.compile(rb"""\slat\s*=\s*["']([^"'\n]*)["']\s+lon\s*=\s*["']([^"'\n]*)["']""")
_ATTRIBUTE = r"""\s{name}\s*=\s*["']([^"']*)["']"""
_GPX_HEAD = re.compile(rb"<(?:[\w.-]{1,64}:)?gpx\s([^<>]*)>")
_GPX_TYPE = re.compile(rb"<(?:[\w.-]{1,64}:)?type>([^<]*)<")
_GPX_LAP = re.compile(
    rb"<(?:[\w.-]{1,64}:)?lap>\s*(?:<[^<>]*>[^<]*</[^<>]*>\s*)*?<[\w.:-]*startTime>([^<]*)</[^<>]*>\s*"
    rb"<[\w.:-]*elapsedTime>([^<]*)</[^<>]*>\s*<[\w.:-]*distance>([^<]*)<"
)
_TCX_CREATOR = re.compile(rb"<(?:[\w.-]{1,64}:)?Creator[^<>]*>\s*<(?:[\w.-]{1,64}:)?Name>([^<]*)<")
_TCX_SPORT = {"running": "running", "biking": "cycling"}
_TCX_INTENSITY = {b"Active": "active", b"Resting": "rest"}
_TCX_TRIGGER = {
    b"Manual": "manual",
    b"Distance": "distance",
    b"Time": "time",
    b"Location": "position_lap",
    b"HeartRate": "heart_rate",
}


def raw_from_xml(data: bytes) -> RawRecording:
    """Read the bytes of a TCX or GPX recording.

    Raises:
        RecordingError: it is neither, or holds no point with a time.
    """
    document = open_document(data)
    if document.root == "gpx":
        return _gpx(document)
    if document.root == "TrainingCenterDatabase":
        return _tcx(document)
    if document.root.lower() == "html":
        raise web_page()
    raise RecordingError(f"this is XML, but no TCX or GPX: its root is {document.root!r}", mend="give a recording")


class _Points:
    """What a walk through the elements gathers: for each local name the rows and the texts."""

    def __init__(self, columns: dict[str, tuple[str, ...]], time_name: str) -> None:
        self.columns = columns
        self.n = 0
        self.time_name = time_name.encode()
        names = [name.encode() for name in _names(columns, time_name)]
        self.rows: dict[bytes, list[int]] = {name: [] for name in names}
        self.texts: dict[bytes, list[bytes]] = {name: [] for name in names}

    def column(self, names: tuple[str, ...]) -> FloatArray:
        values = np.full(self.n, np.nan)
        for name in reversed(names):
            rows = self.rows[name.encode()]
            if rows:
                found = _numbers(self.texts[name.encode()])
                at = np.array(rows)
                there = np.isfinite(found)
                values[at[there]] = found[there]
        return values

    def filled(self) -> dict[str, FloatArray]:
        return {
            column: self.column(names)
            for column, names in self.columns.items()
            if any(self.rows[name.encode()] for name in names)
        }

    def times(self) -> FloatArray:
        values = np.full(self.n, np.nan)
        rows = self.rows[self.time_name]
        if rows:
            values[np.array(rows)] = unix_seconds(self.texts[self.time_name])
        return values

    def zone(self) -> float | None:
        texts = self.texts[self.time_name]
        return utc_offset_s(texts[0]) if texts else None


def _numbers(texts: list[bytes]) -> FloatArray:
    try:
        values = np.array(list(map(float, texts)), dtype=np.float64)
    except ValueError:
        values = np.array([_number(text) for text in texts], dtype=np.float64)
    values[~np.isfinite(values)] = np.nan
    return values


def _number(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _gather(
    found: list[Element], points: _Points, point_name: bytes, other: Callable[[bytes, bytes, bytes], None]
) -> list[bytes]:
    """Sort the elements into columns by the point they stand in; the attributes of the points."""
    row, attributes = -1, []
    adders = {name: (points.rows[name].append, points.texts[name].append) for name in points.rows}
    n = 0
    for name, attrs, text in found:
        if name == point_name:
            row = n
            n += 1
            attributes.append(attrs)
        elif row >= 0 and name in adders:
            add_row, add_text = adders[name]
            add_row(row)
            add_text(text)
        else:
            row = -1  # a track has ended, or a lap begins
            other(name, attrs, text)
    points.n = n
    return attributes


def _ignore(name: bytes, attrs: bytes, text: bytes) -> None:
    """Elements outside the points, which a GPX says nothing of interest in."""


def _gpx(document: Document) -> RawRecording:
    points = _Points(GPX_COLUMNS, "time")
    attributes = _gather(elements(document, _GPX), points, b"trkpt", _ignore)
    if not points.n:
        raise RecordingError("this GPX holds no track points", mend="give a recording, not a route or a list of places")
    columns = points.filled()
    columns["latitude_deg"], columns["longitude_deg"] = _positions(attributes)
    kind = _GPX_TYPE.search(document.data)
    sport, sub_sport = _gpx_sport(kind[1] if kind else b"")
    head = _GPX_HEAD.search(document.data)
    creator = _attribute(head[1] if head else b"", "creator")
    return _recording(
        "gpx",
        document,
        points,
        columns,
        laps=_gpx_laps(document.data),
        parts=(),
        sport=sport,
        sub_sport=sub_sport,
        device=Device(name=creator) if creator else None,
    )


def _positions(attributes: list[bytes]) -> tuple[FloatArray, FloatArray]:
    """Latitudes and longitudes from the attributes of all points."""
    found = _LAT_LON.findall(b"\n".join(attributes))
    if len(found) != len(attributes):  # another order, or a point without a position
        found = [(_bytes(each, "lat"), _bytes(each, "lon")) for each in attributes]
    return _numbers([lat for lat, _ in found]), _numbers([lon for _, lon in found])


def _bytes(attributes: bytes, name: str) -> bytes:
    found = re.search(_ATTRIBUTE.format(name=name).encode(), attributes)
    return found[1] if found else b""


def _attribute(attributes: bytes, name: str) -> str:
    return _bytes(b" " + attributes, name).decode("utf-8", "replace").strip()


def _gpx_sport(kind: bytes) -> tuple[str, str]:
    """Sport and sub-sport from the free text of a GPX type: Garmin's keys, Strava's words and numbers."""
    text = kind.decode("utf-8", "replace").strip().lower()
    sport = ""
    for part, word in (
        ("run", "running"),
        ("walk", "walking"),
        ("hik", "hiking"),
        ("cycl", "cycling"),
        ("bik", "cycling"),
        ("ride", "cycling"),
        ("swim", "swimming"),
    ):
        if part in text:
            sport = word
            break
    if text == "9":  # what older Strava exports write for a run
        sport = "running"
    sub_sport = next((part for part in ("treadmill", "trail", "track", "street") if part in text), "")
    return sport, sub_sport


def _gpx_laps(data: bytes) -> tuple[RawLap, ...]:
    """Laps as Movescount writes them behind the track."""
    found = _GPX_LAP.findall(data)
    starts = unix_seconds([start for start, _, _ in found])
    return tuple(
        RawLap(start=float(start), elapsed=_number(elapsed), distance_m=_finite(_number(distance)))
        for start, (_, elapsed, distance) in zip(starts, found, strict=True)
        if _number(elapsed) > 0
    )


_POINT = re.compile(rb"<(?:[\w.-]{1,64}:)?(?:trkpt|Trackpoint)[\s/>]")


def _point_positions(data: bytes) -> npt.NDArray[np.int64]:
    return np.array([found.start() for found in _POINT.finditer(data)], dtype=np.int64)


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


class _Laps:
    """Laps and activities of a TCX, gathered while walking through its elements."""

    def __init__(self) -> None:
        self.activities: list[tuple[bytes, int]] = []  # sport, index of its first lap
        self.laps: list[dict[bytes, bytes]] = []
        self._starts: set[bytes] = set()
        self._current: dict[bytes, bytes] = {}

    def __call__(self, name: bytes, attrs: bytes, text: bytes) -> None:
        if name == b"Activity":
            self.activities.append((_bytes(attrs, "Sport"), len(self.laps)))
        elif name == b"Lap":
            start = _bytes(attrs, "StartTime")
            self._current = {b"StartTime": start}
            if start not in self._starts:  # some exports hold one activity twice
                self._starts.add(start)
                self.laps.append(self._current)
        else:
            self._current.setdefault(name, text)

    def raw(self) -> tuple[RawLap, ...]:
        starts = unix_seconds([lap[b"StartTime"] for lap in self.laps])
        return tuple(
            RawLap(
                start=float(start),
                elapsed=float("nan"),  # TotalTimeSeconds leaves pauses out; the next lap's start bounds this one
                timer_s=_finite(_number(lap.get(b"TotalTimeSeconds", b""))),
                distance_m=_finite(_number(lap.get(b"DistanceMeters", b""))),
                trigger=_TCX_TRIGGER.get(lap.get(b"TriggerMethod", b"").strip(), ""),
                intensity=_TCX_INTENSITY.get(lap.get(b"Intensity", b"").strip(), ""),
            )
            for start, lap in zip(starts, self.laps, strict=True)
        )

    def parts(self, laps: tuple[RawLap, ...], end: float) -> tuple[RawPart, ...]:
        found = []
        for index, (sport, first) in enumerate(self.activities):
            after = self.activities[index + 1][1] if index + 1 < len(self.activities) else len(laps)
            own = laps[first:after]
            if not own:
                continue
            start = own[0].start
            stop = laps[after].start if after < len(laps) else end
            word = sport.decode("utf-8", "replace").strip().lower()
            found.append(RawPart(start=start, elapsed=stop - start, sport=_TCX_SPORT.get(word, "generic")))
        return tuple(found)


def _tcx(document: Document) -> RawRecording:
    points, laps = _Points(TCX_COLUMNS, "Time"), _Laps()
    _gather(elements(document, _TCX), points, b"Trackpoint", laps)
    if not points.n:
        raise RecordingError("this TCX holds no track points", mend="give a recording, not a course or a workout")
    raw_laps = laps.raw()
    times = points.times()
    end = float(np.nanmax(times)) if np.isfinite(times).any() else float("nan")
    creator = _TCX_CREATOR.search(document.data)
    name = creator[1].decode("utf-8", "replace").strip() if creator else ""
    sport = laps.activities[0][0].decode("utf-8", "replace").strip().lower() if laps.activities else ""
    return _recording(
        "tcx",
        document,
        points,
        points.filled(),
        laps=raw_laps,
        parts=laps.parts(raw_laps, end),
        sport=_TCX_SPORT.get(sport, "generic"),
        sub_sport="",
        device=Device(name=name) if name else None,
    )


def _recording(
    source: str,
    document: Document,
    points: _Points,
    columns: dict[str, FloatArray],
    *,
    laps: tuple[RawLap, ...],
    parts: tuple[RawPart, ...],
    sport: str,
    sub_sport: str,
    device: Device | None,
) -> RawRecording:
    time = points.times()
    if not np.isfinite(time).any():
        raise RecordingError("no point has a time", mend="give a recording, not a drawn route")
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
    )
