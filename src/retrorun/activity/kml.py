"""KML recordings, as OpenTracks, Google Earth and loggers write them: elements to a raw recording."""

from __future__ import annotations

import re

import numpy as np

from retrorun.activity.assemble import RawRecording
from retrorun.activity.markup import Document, find_tags
from retrorun.activity.points import Points, attribute, bounded, numbers, recording
from retrorun.activity.rules import counted, sport_of_words
from retrorun.errors import RecordingError

# Names of arrays beside a track, in lower case, and the columns that they fill; the first name that is there wins.
COLUMNS = {
    "heart_rate_bpm": ("heart_rate", "heartrate", "hr"),
    "cadence": ("cadence",),
    "speed_mps": ("speed",),
    "distance_m": ("distance",),
    "power_w": ("power",),
}
_TAGS = ("when", "coord", "coordinates", "Placemark", "Track", "SimpleArrayData", "Data", "value", "/Track")
_EMPTY = re.compile(rb"<((?:[\w.-]{1,64}:)?(?:when|coord|value))\s*/>")
_SPORT_NAMES = (b"type", b"activitytype", b"sport")


class _Tracks:
    """The points of all tracks, gathered while walking through the elements."""

    def __init__(self) -> None:
        self.points = Points(COLUMNS, "when")
        self.rows: dict[bytes, list[int]] = {}
        self.coords: list[list[bytes]] = []
        self.segments: list[int] = []
        self.sport = ""
        self.unpaired = 0
        self.places = 0  # of any kind, to say what a document without times holds
        self._arrays: dict[bytes, list[bytes]] = {}
        self._array: list[bytes] = []
        self._says_sport = False
        self._begin(in_track=False)

    def _begin(self, *, in_track: bool) -> None:
        self._in_track = in_track
        self._when: list[bytes] = []
        self._coord: list[list[bytes]] = []

    def take(self, name: bytes, attributes: bytes, text: bytes) -> None:
        """The next element of the document."""
        match name:
            case b"when":
                self._when.append(text)
                self._place()
            case b"coord" | b"coordinates":
                each = text.replace(b",", b" ").split() if name == b"coord" or len(text.split()) == 1 else []
                self.places += 1
                self._coord.append(each)
                self._place()
            case b"SimpleArrayData":
                self._array = self._arrays.setdefault(attribute(attributes, "name").lower(), [])
            case b"Data":
                self._says_sport = attribute(attributes, "name").lower() in _SPORT_NAMES
            case b"value" if self._says_sport:
                self.sport, self._says_sport = self.sport or text.decode("utf-8", "replace"), False
            case b"value":
                self._array.append(text)
            case b"Placemark" | b"Track":
                self._begin(in_track=name == b"Track")
            case _:
                self.end()

    def end(self) -> None:
        """The end of a track, or of a document that is cut within one."""
        if self._in_track:
            self._add(len(self.coords))
        self._begin(in_track=False)

    def _place(self) -> None:
        """A place of its own with a time of its own, one of many: all of them are one track."""
        if not self._in_track and self._when and self._coord and self._coord[-1]:
            self._when, self._coord, self._arrays = self._when[-1:], self._coord[-1:], {}
            self._add(0)
            self._begin(in_track=False)

    def _add(self, segment: int) -> None:
        """The points that were gathered; times and places that lack their counterpart are left out."""
        points, n = self.points, min(len(self._when), len(self._coord))
        rows = list(range(points.n, points.n + n))
        whole = {name: texts for name, texts in self._arrays.items() if len(texts) == n and name in points.rows}
        for name, texts in {b"when": self._when[:n], **whole}.items():
            self.rows.setdefault(name, []).extend(rows)
            points.texts[name] += texts
        self.coords += self._coord[:n]
        self.segments += [segment] * n
        points.n += n
        self.unpaired += max(len(self._when), len(self._coord)) - n
        self._arrays = {}


def raw_from_kml(document: Document) -> RawRecording:
    """Read a KML document: tracks with a time for each place, or places that have a time each.

    Raises:
        RecordingError: it holds no place with a time.
    """
    tracks = _Tracks()
    data = _EMPTY.sub(rb"<\1></\1>", document.data)  # an empty place still takes the turn of its time
    tags = find_tags(Document(data, document.root, ()), _TAGS)
    every = np.arange(len(tags.which))
    for number, attributes, text in zip(tags.which.tolist(), tags.said(every), tags.texts(every), strict=True):
        tracks.take(tags.names[number], attributes, text)
    tracks.end()
    points = tracks.points
    points.rows.update({name: np.array(rows, dtype=np.int64) for name, rows in tracks.rows.items()})
    bounded(points)
    if not points.n:
        what = "a route without times" if tracks.places else "no track"
        raise RecordingError(f"this KML holds {what}, no recording", hint="export the recording with its times")
    columns = points.filled()
    for at, name in enumerate(("longitude_deg", "latitude_deg", "altitude_m")):
        columns[name] = numbers([coord[at] if at < len(coord) else b"" for coord in tracks.coords])
    if not columns["altitude_m"].any():
        del columns["altitude_m"]  # how a place clamped to the ground is written
    sport, sub_sport = sport_of_words(tracks.sport)
    return recording(
        "kml",
        document,
        points,
        columns,
        laps=(),
        parts=(),
        sport=sport,
        sub_sport=sub_sport,
        device=None,
        segment=np.array(tracks.segments, dtype=np.int64),
        decisions=(f"{counted(tracks.unpaired, 'point')} without a time or a place left out",)
        if tracks.unpaired
        else (),
    )
