"""GPX recordings: elements to a raw recording."""

from __future__ import annotations

import re
from itertools import islice, pairwise

import numpy as np

from retrorun.activity.assemble import RawRecording, RawSpan, finite
from retrorun.activity.markup import Document, find_tags
from retrorun.activity.model import Device
from retrorun.activity.points import (
    Points,
    attribute,
    gather,
    names_of,
    number,
    numbered,
    recording,
    unix_seconds,
)
from retrorun.activity.rules import MAX_LAPS, sport_of_words
from retrorun.arrays import FloatArray, IntArray
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
_TAGS = names_of(COLUMNS, "trkpt", "time", "trk", "trkseg", "/trkseg")
_HEAD = re.compile(rb"<(?:[\w.-]{1,64}:)?gpx\s([^<>]*)>")
_TYPE = re.compile(rb"<(?:[\w.-]{1,64}:)?type>([^<]*)<")
_TRACK = re.compile(rb"<(?:[\w.-]{1,64}:)?trk[\s>]")
_LINK = re.compile(rb"<((?:[\w.-]{1,64}:)?(?:link|extensions))[\s>]")
_HEAD_BYTES = 1 << 14  # of a track before its points; real ones have some hundred
OTHER_ACTIVITY_S = 4 * 3600.0  # nobody pauses so long within a run
OTHER_TRACK_S = 1800.0  # an app that begins another track after half an hour began another activity
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
    tracks: list[int] = []  # how many points stand before each
    segments: list[int] = []
    others = {
        "trk": lambda *_: tracks.append(points.n),
        "trkseg": lambda *_: segments.append(points.n),
    }
    attributes = gather(find_tags(document, _TAGS), points, point="trkpt", others=others)
    if not points.n:
        raise RecordingError(
            f"this GPX holds {_instead(document.data)}, no recording", hint="export the recording itself"
        )
    columns = points.filled()
    columns["latitude_deg"], columns["longitude_deg"] = _positions(points, attributes)
    sports = _sports(document.data, len(tracks))
    segment, track = (numbered(before, points.n) if len(segments) > 1 else None for before in (segments, tracks))
    several = None if segment is None or track is None else _activities(points.times, segment, track, sports)
    sport, sub_sport = sports[0] if sports else ("", "")
    head = _HEAD.search(document.data)
    creator = attribute(b" " + head[1] if head else b"", "creator").decode("utf-8", "replace").strip()
    return recording(
        "gpx",
        document,
        points,
        columns,
        laps=_laps(document.data),
        parts=() if several is None else several[1],
        sport=sport,
        sub_sport=sub_sport,
        device=Device(name=creator) if creator else None,
        segment=segment,
        activity=None if several is None else several[0],
    )


def _instead(data: bytes) -> str:
    """What a document without track points is."""
    if re.search(rb"<(?:[\w.-]{1,64}:)?rte[\s>]", data):
        return "a route"
    if _TRACK.search(data):
        return "a track without points"
    return "a list of places" if re.search(rb"<(?:[\w.-]{1,64}:)?wpt\s", data) else "nothing"


def _sports(data: bytes, tracks: int) -> list[tuple[str, str]]:
    """Sport and sub-sport of each track, by its own `<type>`: not a waypoint's, a link's or the document's."""
    if tracks > MAX_LAPS:
        raise RecordingError(f"{tracks:,} tracks are more than any recording has", hint="give one recording")
    found = []
    places = [place.start() for place in islice(_TRACK.finditer(data), tracks)]
    for track, end in pairwise([*places, len(data)]):  # no track is looked for behind the next: hostile ones are many
        stop = data.find(b"<trkseg", track, end)
        stop = end if stop < 0 else stop
        kind = _TYPE.search(_own(data[track : min(stop, track + _HEAD_BYTES)]))
        if kind is None:  # behind the segments, where no schema allows it, but some write it
            close = data.rfind(b"</trk>", stop, end)
            after = data.rfind(b"</trkseg>", stop, close) if close >= 0 else -1
            kind = _TYPE.search(data, after, close) if 0 <= after < close else None
        found.append(sport_of_words(kind[1].decode("utf-8", "replace")) if kind else ("", ""))
    return found


def _own(head: bytes) -> bytes:
    """The head of a track without its links and extensions."""
    kept, pos = [], 0
    for found in _LINK.finditer(head):
        close = head.find(b"</" + found[1] + b">", found.end())
        if found.start() >= pos and close >= 0:
            kept.append(head[pos : found.start()])
            pos = close
    return b"".join([*kept, head[pos:]])


def _activities(
    time: FloatArray, segment: IntArray, track: IntArray, sports: list[tuple[str, str]]
) -> tuple[IntArray, tuple[RawSpan, ...]] | None:
    """The activity of each point, and one part for each; None where the document holds only one.

    Apps cut one activity into segments and tracks at pauses; another activity is hours away, or another sport.
    """
    spans = []
    cuts = [0, *(np.flatnonzero(np.diff(segment)) + 1).tolist(), len(segment)]
    for first, end in pairwise(cuts):
        own = time[first:end]
        own = own[np.isfinite(own)]
        if len(own):
            spans.append((float(own.min()), float(own.max()), first, end))
    spans.sort()
    activity = np.zeros(len(time), dtype=np.int64)
    kinds: list[tuple[str, str]] = []
    before: tuple[float, float, int, int] | None = None
    for span in spans:
        which = int(track[span[2]])
        kind = sports[which] if 0 <= which < len(sports) else ("", "")
        apart_s = 0.0 if before is None else span[0] - before[1]
        other = before is not None and which != track[before[2]]
        if before is None or apart_s > OTHER_ACTIVITY_S or (other and (apart_s > OTHER_TRACK_S or kind != kinds[-1])):
            kinds.append(kind)
        activity[slice(*span[2:])] = len(kinds) - 1
        before = span
    if len(kinds) < 2:
        return None
    made = (RawSpan(sport=sport or "generic", sub_sport=sub_sport) for sport, sub_sport in kinds)
    return activity, tuple(made)


def _positions(points: Points, attributes: list[bytes]) -> tuple[FloatArray, FloatArray]:
    """Latitudes and longitudes from the attributes of all points."""
    n, parts = len(attributes), b"".join(attributes).split(b'"')
    usual = (
        len(parts) == 4 * n + 1
        and set(parts[2::4]) == {b" lon="}
        and {each[-5:] for each in parts[:-1:4]} == {b" lat="}
    )
    lat, lon = (
        (parts[1::4], parts[3::4])
        if usual
        else ([attribute(each, name) for each in attributes] for name in ("lat", "lon"))
    )
    return points.numbers("latitude_deg", lat), points.numbers("longitude_deg", lon)


def _laps(data: bytes) -> tuple[RawSpan, ...]:
    """Laps as Movescount writes them behind the track."""
    if b"startTime>" not in data:
        return ()
    found = _LAP.findall(data)
    starts = unix_seconds([start for start, _, _ in found])
    return tuple(
        RawSpan(start=float(start), elapsed=number(elapsed), distance_m=finite(number(distance)))
        for start, (_, elapsed, distance) in zip(starts, found, strict=True)
        if number(elapsed) > 0
    )
