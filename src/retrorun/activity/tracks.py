"""TCX, GPX and KML: what the elements of each say, as a raw recording."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise

import numpy as np

from retrorun.activity import rules
from retrorun.activity.assemble import RawRecording, RawSpan, finite
from retrorun.activity.markup import Document, Tags, find_tags, open_document, web_page
from retrorun.activity.model import Device
from retrorun.activity.points import Points, attribute, bounded, gather, number, numbered, unix_seconds
from retrorun.arrays import FloatArray, IntArray
from retrorun.errors import RecordingError

Kind = tuple[str, str]  # sport and sub-sport

TCX = {
    "time": ("Time",),
    "latitude_deg": ("LatitudeDegrees",),
    "longitude_deg": ("LongitudeDegrees",),
    "altitude_m": ("AltitudeMeters",),
    "heart_rate_bpm": ("Value",),
    "cadence": ("RunCadence", "Cadence"),
    "speed_mps": ("Speed",),
    "distance_m": ("DistanceMeters",),
    "power_w": ("Watts",),
}
GPX = {
    "time": ("time",),
    "altitude_m": ("ele",),
    "heart_rate_bpm": ("hr", "heartrate"),
    "cadence": ("cad", "cadence", "RunCadence"),
    "speed_mps": ("speed",),
    "distance_m": ("distance",),
    "power_w": ("power", "PowerInWatts", "Watts"),
    "temperature_c": ("atemp", "temp"),
    "vertical_speed_mps": ("verticalSpeed",),
}
KML = {  # but for the time, names of arrays beside a track, in lower case
    "time": ("when",),
    "heart_rate_bpm": ("heart_rate", "heartrate", "hr"),
    "cadence": ("cadence",),
    "speed_mps": ("speed",),
    "distance_m": ("distance",),
    "power_w": ("power",),
}

_PREFIX = rb"(?:[\w.-]{1,64}:)?"
_LAP_VALUES = ("TotalTimeSeconds", "DistanceMeters", "Intensity", "TriggerMethod")
_CREATOR = re.compile(rb"<Creator[^<>]*>\s*<%bName>([^<]*)<" % _PREFIX)
_SPORT = {"running": "running", "biking": "cycling"}
_INTENSITY = {"Active": "active", "Resting": "rest"}
_TRIGGER = {word: word.lower() for word in ("Manual", "Distance", "Time")}
_TRIGGER |= {"Location": "position_lap", "HeartRate": "heart_rate"}

_TCX_INSTEAD = {
    b"Course": "a course, no recording",
    b"Workout": "a workout, no recording",
    b"Lap": "laps without samples, as of a pool or an activity entered by hand",
}
_GPX_INSTEAD = {
    b"rte": "a route, no recording",
    b"trk": "a track without points, no recording",
    b"wpt": "a list of places, no recording",
}

_HEAD = re.compile(rb"<%bgpx(\s[^<>]*)>" % _PREFIX)
_TYPE = re.compile(rb"<%btype>([^<]*)<" % _PREFIX)
_TRACK = re.compile(rb"<%btrk[\s>]" % _PREFIX)
_LINK = re.compile(rb"<(%b(?:link|extensions))[\s>]" % _PREFIX)
_HEAD_BYTES = 1 << 14  # of a track before its points; real ones have some hundred
OTHER_ACTIVITY_S = 4 * 3600.0  # nobody pauses so long within a run
OTHER_TRACK_S = 1800.0  # an app that begins another track after half an hour began another activity
_LAP = re.compile(
    rb"<%blap>\s*(?:<[^<>]*>[^<]*</[^<>]*>\s*)*?<[\w.:-]*startTime>([^<]*)</[^<>]*>\s*"
    rb"<[\w.:-]*elapsedTime>([^<]*)</[^<>]*>\s*<[\w.:-]*distance>([^<]*)<" % _PREFIX
)

_KML_TAGS = ("when", "coord", "coordinates", "Placemark", "Track", "SimpleArrayData", "Data", "value", "/Track")
_EMPTY = re.compile(rb"<(%b(?:when|coord|value))\s*/>" % _PREFIX)
_SPORT_NAMES = ("type", "activitytype", "sport")


def raw_from_xml(data: bytes) -> RawRecording:
    """Read the bytes of a TCX, GPX or KML recording; another document, or one without a time, is refused."""
    document = open_document(data)
    reader = {"TrainingCenterDatabase": _tcx, "gpx": _gpx, "kml": _kml}.get(document.root)
    if reader is not None:
        return reader(document)
    if document.root.lower() == "html":
        raise web_page()
    what = f"this is XML, but no TCX, GPX or KML: its root is {document.root!r}"
    raise RecordingError(what, hint="give a recording")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").strip()


def _device(name: bytes) -> Device | None:
    return Device(name=_text(name)) if name.strip() else None


def _no_points(kind: str, data: bytes, instead: dict[bytes, str], otherwise: str) -> RecordingError:
    """The error for a document without points, by the first of some elements that it holds instead."""
    held = (what for name, what in instead.items() if re.search(rb"<%b%b[\s/>]" % (_PREFIX, name), data))
    return RecordingError(f"this {kind} holds {next(held, otherwise)}", hint="export the recording itself")


# ---- TCX -------------------------------------------------------------------------------------------------------------


def _tcx(document: Document) -> RawRecording:
    data = document.data
    points, _, around = gather(data, TCX, point="Trackpoint", others=("Activity", "Lap", *_LAP_VALUES, "/Track"))
    activities: list[tuple[str, int]] = []  # the sport, and how many points stand before
    laps: list[tuple[dict[str, bytes], int]] = []  # the same of what each says
    for name, before, attributes, text in around:
        if name == "Activity":
            activities.append((_text(attribute(attributes, "Sport")).lower(), before))
        elif name == "Lap":
            laps.append(({"StartTime": attribute(attributes, "StartTime")}, before))
        elif name in _LAP_VALUES and laps:
            laps[-1][0].setdefault(name, text)
    if not points.n:
        raise _no_points("TCX", data, _TCX_INSTEAD, "no recording")
    behind = data.rfind(b"<Creator")  # at the end, and far quicker to find than the pattern
    creator = _CREATOR.match(data, behind) if behind >= 0 else None
    parts = tuple(RawSpan(sport=_SPORT.get(sport, "generic")) for sport, _ in activities)
    return replace(
        points.recording("tcx", document, points.columns()),
        laps=_tcx_laps(points, laps),
        parts=parts,
        sport=parts[0].sport if parts else "generic",
        device=_device(creator[1] if creator else b""),
        activity=numbered([before for _, before in activities], points.n) if parts else None,
        decisions=() if parts else ("the file is a course: its times may be planned, not run",),
    )


def _tcx_laps(points: Points, laps: list[tuple[dict[str, bytes], int]]) -> tuple[RawSpan, ...]:
    distinct: dict[tuple[tuple[str, bytes], ...], int] = {}
    for lap, before in laps:
        distinct.setdefault(tuple(lap.items()), before)  # some files hold a lap twice
    kept = [dict(said) for said in distinct]
    starts = unix_seconds([lap["StartTime"] for lap in kept])
    # A lap that says no start, or that of the lap before it, began with its first point.
    own = np.isfinite(starts) & (np.diff(starts, prepend=-np.inf) != 0)
    first = np.append(points.times, np.nan)[np.array([*distinct.values()], dtype=np.int64)]
    starts = np.where(own | np.isnan(first), starts, first)
    return tuple(
        RawSpan(
            start=float(start),
            timer_s=finite(number(lap.get("TotalTimeSeconds", b""))),  # leaves pauses out: a lap ends at the next one
            distance_m=finite(number(lap.get("DistanceMeters", b""))),
            trigger=_TRIGGER.get(_text(lap.get("TriggerMethod", b"")), ""),
            intensity=_INTENSITY.get(_text(lap.get("Intensity", b"")), ""),
        )
        for start, lap in zip(starts, kept, strict=True)
    )


# ---- GPX -------------------------------------------------------------------------------------------------------------


def _gpx(document: Document) -> RawRecording:
    data = document.data
    points, attributes, around = gather(data, GPX, point="trkpt", others=("trk", "trkseg", "/trkseg"))
    begun: dict[str, list[int]] = {"trk": [], "trkseg": []}  # how many points stand before each
    for name, before, _, _ in around:
        begun.get(name, []).append(before)
    if not points.n:
        raise _no_points("GPX", data, _GPX_INSTEAD, "nothing, no recording")
    columns = points.columns()
    for name, texts in zip(("latitude_deg", "longitude_deg"), _positions(attributes), strict=True):
        columns[name] = points.numbers(name, texts)
    kinds = _kinds(data, len(begun["trk"]))
    head = _HEAD.search(data)
    device = _device(attribute(head[1], "creator") if head else b"")
    sport, sub_sport = kinds[0] if kinds else ("", "")
    raw = points.recording("gpx", document, columns)
    raw = replace(raw, laps=_gpx_laps(data), sport=sport, sub_sport=sub_sport, device=device)
    if len(begun["trkseg"]) < 2:
        return raw
    segment, track = (numbered(begun[name], points.n) for name in ("trkseg", "trk"))
    activity, parts = _activities(points.times, segment, track, kinds)
    raw = replace(raw, segment=segment)
    return replace(raw, activity=activity, parts=parts) if len(parts) > 1 else raw


def _positions(attributes: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """The texts of latitudes and longitudes, from the attributes of all points."""
    parts = b"".join(attributes).split(b'"')
    if (
        len(parts) == 4 * len(attributes) + 1
        and set(parts[2::4]) == {b" lon="}
        and {each[-5:] for each in parts[:-1:4]} == {b" lat="}
    ):
        return parts[1::4], parts[3::4]
    return [attribute(each, "lat") for each in attributes], [attribute(each, "lon") for each in attributes]


def _kinds(data: bytes, tracks: int) -> list[Kind]:
    """What each track is, by its own `<type>`: not a waypoint's, a link's or the document's."""
    if tracks > rules.MAX_LAPS:
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
        found.append(rules.sport_of_words(_text(kind[1])) if kind else ("", ""))
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
    time: FloatArray, segment: IntArray, track: IntArray, kinds: list[Kind]
) -> tuple[IntArray, tuple[RawSpan, ...]]:
    """The activity of each point, and one part for each.

    Apps cut one activity into segments and tracks at pauses; another activity is hours away, or another sport.
    """
    stretches = []
    for first, end in pairwise([0, *(np.flatnonzero(np.diff(segment)) + 1).tolist(), len(segment)]):
        own = time[first:end]
        own = own[np.isfinite(own)]
        if len(own):
            stretches.append((float(own.min()), float(own.max()), first, end))
    activity = np.zeros(len(time), dtype=np.int64)
    found: list[Kind] = []
    stopped, before = -np.inf, -1
    for start, stop, first, end in sorted(stretches):
        which = int(track[first])
        kind = kinds[which] if 0 <= which < len(kinds) else ("", "")
        apart_s, other = start - stopped, which != before
        if apart_s > OTHER_ACTIVITY_S or (other and (apart_s > OTHER_TRACK_S or kind != found[-1])):
            found.append(kind)
        activity[first:end] = len(found) - 1
        stopped, before = stop, which
    return activity, tuple(RawSpan(sport=sport or "generic", sub_sport=sub_sport) for sport, sub_sport in found)


def _gpx_laps(data: bytes) -> tuple[RawSpan, ...]:
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


# ---- KML, as OpenTracks, Google Earth and loggers write it -----------------------------------------------------------


def _kml(document: Document) -> RawRecording:
    """Tracks with a time for each place, or places that have a time each, all of which are one track."""
    data = _EMPTY.sub(rb"<\1></\1>", document.data)  # an empty place still takes the turn of its time
    points = Points(KML)
    rows: dict[str, list[int]] = {name: [] for name in points.rows}
    coords: list[list[bytes]] = []
    segments: list[int] = []
    sport, unpaired, any_place = "", 0, False
    for in_track, times, places, arrays in _stretches(find_tags(data, _KML_TAGS)):
        any_place = any_place or bool(places)
        sport = sport or next((_text(arrays[name][0]) for name in _SPORT_NAMES if arrays.get(name)), "")
        kept = places if in_track else [place for place in places if place]
        n = min(len(times), len(kept))
        unpaired += max(len(times), len(kept)) - n if in_track else 0
        segments += [len(coords) if in_track else 0] * n
        coords += kept[:n]
        whole = {name: texts for name, texts in arrays.items() if in_track and len(texts) == n and name in rows}
        for name, texts in {**whole, "when": times[:n] if in_track else times[len(times) - n :]}.items():
            rows[name] += range(points.n, points.n + n)
            points.texts[name] += texts
        points.n += n
    bounded(points.n)
    if not points.n:
        what = "a route without times" if any_place else "no track"
        raise RecordingError(f"this KML holds {what}, no recording", hint="export the recording with its times")
    points.rows.update({name: np.array(each, dtype=np.int64) for name, each in rows.items()})
    columns = points.columns()
    for at, name in enumerate(("longitude_deg", "latitude_deg", "altitude_m")):
        columns[name] = points.numbers(name, [coord[at] if at < len(coord) else b"" for coord in coords])
    if not columns["altitude_m"].any():
        del columns["altitude_m"]  # how a place clamped to the ground is written
    raw = points.recording("kml", document, columns)
    if unpaired:
        raw = replace(raw, decisions=(f"{rules.counted(unpaired, 'point')} without a time or a place left out",))
    kind, sub_kind = rules.sport_of_words(sport)
    return replace(raw, sport=kind, sub_sport=sub_kind, segment=np.array(segments, dtype=np.int64))


def _stretches(tags: Tags) -> Iterator[tuple[bool, list[bytes], list[list[bytes]], dict[str, list[bytes]]]]:
    """Times, places, and values by name, of each track and of what stands between tracks; whether it is a track."""
    in_track, times, places = False, list[bytes](), list[list[bytes]]()
    arrays: dict[str, list[bytes]] = {}
    values: list[bytes] = []
    names, every = (tags.names[which] for which in tags.which.tolist()), slice(None)
    for name, attributes, text in zip(names, tags.said(every), tags.texts(every), strict=True):
        match name:
            case "when":
                times.append(text)
            case "coord":
                places.append(text.replace(b",", b" ").split())
            case "coordinates":  # several are those of a line
                places.append(text.replace(b",", b" ").split() if len(text.split()) == 1 else [])
            case "value":
                values.append(text)
            case "SimpleArrayData" | "Data":
                values = arrays.setdefault(_text(attribute(attributes, "name")).lower(), [])
            case _:
                yield in_track, times, places, arrays
                in_track, times, places = name == "Track", [], []
                arrays = arrays if in_track else {}
    yield in_track, times, places, arrays
