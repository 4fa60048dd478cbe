"""GPX recordings: elements to a raw recording."""

from __future__ import annotations

import re

from retrorun.activity.markup import Document, element_pattern, elements
from retrorun.activity.model import Device
from retrorun.activity.moments import unix_seconds
from retrorun.activity.points import Points, attribute, finite, gather, names_of, number, numbers, recording
from retrorun.activity.raw import FloatArray, RawLap, RawRecording
from retrorun.errors import RecordingError

# Local names in a point, and the columns that they fill; the first name that a point has wins.
COLUMNS = {
    "altitude_m": ("ele",),
    "heart_rate_bpm": ("hr", "heartrate"),
    "cadence": ("cad", "cadence", "RunCadence"),
    "speed_mps": ("speed",),
    "distance_m": ("distance",),
    "power_w": ("power", "PowerInWatts", "Watts"),
    "temperature_c": ("atemp", "temp"),
    "vertical_speed_mps": ("verticalSpeed",),
}
_ELEMENTS = element_pattern(names_of(COLUMNS, "trkpt", "time"), track="trkseg")
_LAT_LON = re.compile(rb"""\slat\s*=\s*["']([^"'\n]*)["']\s+lon\s*=\s*["']([^"'\n]*)["']""")
_HEAD = re.compile(rb"<(?:[\w.-]{1,64}:)?gpx\s([^<>]*)>")
_TYPE = re.compile(rb"<(?:[\w.-]{1,64}:)?type>([^<]*)<")
_LAP = re.compile(
    rb"<(?:[\w.-]{1,64}:)?lap>\s*(?:<[^<>]*>[^<]*</[^<>]*>\s*)*?<[\w.:-]*startTime>([^<]*)</[^<>]*>\s*"
    rb"<[\w.:-]*elapsedTime>([^<]*)</[^<>]*>\s*<[\w.:-]*distance>([^<]*)<"
)


def raw_from_gpx(document: Document) -> RawRecording:
    """Read a GPX document.

    Raises:
        RecordingError: it holds no point with a time.
    """
    points = Points(COLUMNS, "time")
    attributes = gather(elements(document, _ELEMENTS), points, point=b"trkpt", others={})
    if not points.n:
        raise RecordingError("this GPX holds no track points", hint="give a recording, not a route or a list of places")
    columns = points.filled()
    columns["latitude_deg"], columns["longitude_deg"] = _positions(attributes)
    behind = document.data.find(b"type>")  # far quicker than to look for the pattern from the start
    kind = _TYPE.search(document.data, max(behind - 70, 0)) if behind >= 0 else None
    sport, sub_sport = _sport(kind[1] if kind else b"")
    head = _HEAD.search(document.data)
    creator = attribute(b" " + head[1] if head else b"", "creator").decode("utf-8", "replace").strip()
    return recording(
        "gpx",
        document,
        points,
        columns,
        laps=_laps(document.data),
        parts=(),
        sport=sport,
        sub_sport=sub_sport,
        device=Device(name=creator) if creator else None,
    )


def _positions(attributes: list[bytes]) -> tuple[FloatArray, FloatArray]:
    """Latitudes and longitudes from the attributes of all points."""
    found = _LAT_LON.findall(b"\n".join(attributes))
    if len(found) != len(attributes):  # another order, or a point without a position
        found = [(attribute(each, "lat"), attribute(each, "lon")) for each in attributes]
    return numbers([lat for lat, _ in found]), numbers([lon for _, lon in found])


def _sport(kind: bytes) -> tuple[str, str]:
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


def _laps(data: bytes) -> tuple[RawLap, ...]:
    """Laps as Movescount writes them behind the track."""
    if b"startTime>" not in data:
        return ()
    found = _LAP.findall(data)
    starts = unix_seconds([start for start, _, _ in found])
    return tuple(
        RawLap(start=float(start), elapsed=number(elapsed), distance_m=finite(number(distance)))
        for start, (_, elapsed, distance) in zip(starts, found, strict=True)
        if number(elapsed) > 0
    )
