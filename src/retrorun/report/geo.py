"""The way as GeoJSON and as GPX, each stretch or point with its direction."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from retrorun.activity.model import Activity
from retrorun.detection.result import Detection
from retrorun.documents import to_json
from retrorun.errors import RecordingError
from retrorun.files import printable
from retrorun.report.columns import SampleTable, sample_table
from retrorun.report.figures.series import breaks

GPX_DIRECTION = "urn:retrorun:direction:1"  # the namespace of our extension; a name, not an address
GPX_GARMIN = "http://www.garmin.com/xmlschemas/TrackPointExtension/v2"
DEGREE_DIGITS = 7  # 1 cm on the ground; watches store 1e-7 degrees or coarser
ALTITUDE_DIGITS = 3


def to_geojson(activity: Activity, detection: Detection) -> bytes:
    """A GeoJSON FeatureCollection (RFC 7946): one line for each stretch of one direction.

    Raises:
        RecordingError: the recording has no positions.
    """
    located = _located(activity)
    table = sample_table(activity, detection)
    features = []
    for indices in _stretches(activity, table, located):  # none crosses the date line, as the format asks
        first, last = indices[0], indices[-1]
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "LineString", "coordinates": _coordinates(activity, indices)},
                "properties": {
                    "direction": str(table.direction[first]) or None,
                    "told": str(table.told[first]) or None,
                    "segment": int(table.segment[first]) or None,
                    "start_s": float(activity.time_s[first]),
                    "end_s": float(activity.time_s[last]),
                    "start": table.moments[first].isoformat() if table.moments else None,
                },
            }
        )
    whole: dict[str, object] = {
        "type": "FeatureCollection",
        "features": features,
        "retrorun": {"verdict": detection.verdict, "told": detection.told, "reasons": list(detection.reasons)},
    }
    return to_json(whole).encode()


def to_gpx(activity: Activity, detection: Detection) -> bytes:
    """A GPX 1.1 track; each point says its direction, and its heart rate, cadence and speed as Garmin's extension does.

    Cadence is that of one foot there, as in the files of that maker.

    Raises:
        RecordingError: the recording has no positions.
    """
    from gpxpy.gpx import GPX, GPXTrack, GPXTrackPoint, GPXTrackSegment

    located = _located(activity)
    table = sample_table(activity, detection)
    gpx = GPX()
    gpx.creator = "retrorun"
    gpx.nsmap = {"retrorun": GPX_DIRECTION, "gpxtpx": GPX_GARMIN}
    track = GPXTrack()
    track.type = printable(activity.sport)  # type: ignore[assignment]  # gpxpy infers None from its own default
    track.description = f"backward running: {detection.told}"
    gpx.tracks.append(track)
    for indices in np.split(located, np.flatnonzero(_cut(activity, located)) + 1):
        part = GPXTrackSegment()
        for index in indices.tolist():
            altitude = activity.altitude_m[index]
            longitude = round(float(activity.longitude_deg[index]), DEGREE_DIGITS)
            point = GPXTrackPoint(
                latitude=round(float(activity.latitude_deg[index]), DEGREE_DIGITS),
                longitude=longitude if longitude < 180.0 else longitude - 360.0,  # the schema ends short of 180
                elevation=round(float(altitude), ALTITUDE_DIGITS) if np.isfinite(altitude) else None,
                time=table.moments[index].astimezone(dt.UTC) if table.moments else None,
            )
            point.extensions = _gpx_extensions(activity, table, index)
            part.points.append(point)
        track.segments.append(part)
    text: str = gpx.to_xml(version="1.1", prettyprint=False)  # half the size
    return text.encode()


def _gpx_extensions(activity: Activity, table: SampleTable, index: int) -> list[object]:
    from xml.etree.ElementTree import Element, SubElement

    # In the order and within the bounds of the extension's schema.
    values = (
        ("hr", np.round(activity.heart_rate_bpm[index]), 1.0, 255.0, "{:.0f}"),
        ("cad", np.round(activity.cadence_spm[index] / 2), 0.0, 254.0, "{:.0f}"),
        ("speed", float(activity.speed_mps[index]), 0.0, 1e6, "{:.3f}"),
    )
    extensions: list[object] = []
    known = [(name, form.format(value)) for name, value, low, high, form in values if low <= value <= high]
    if known:
        garmin = Element(f"{{{GPX_GARMIN}}}TrackPointExtension")
        for name, text in known:
            SubElement(garmin, f"{{{GPX_GARMIN}}}{name}").text = text
        extensions.append(garmin)
    if table.direction[index]:
        direction = Element(f"{{{GPX_DIRECTION}}}direction")
        direction.text = str(table.direction[index])
        extensions.append(direction)
    return extensions


def _located(activity: Activity) -> npt.NDArray[np.intp]:
    located = np.flatnonzero(np.isfinite(activity.latitude_deg) & np.isfinite(activity.longitude_deg))
    if not len(located):
        raise RecordingError("this recording has no positions", hint="export it as JSON, CSV or Parquet")
    return located


def _cut(activity: Activity, located: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """True where a located sample is not joined to the next: a gap, or the end of the map; (len(located) - 1,)."""
    gaps = np.cumsum(breaks(activity.time_s))[located]
    over_the_date_line = np.abs(np.diff(activity.longitude_deg[located])) > 180.0
    return (np.diff(gaps) > 0) | over_the_date_line


def _stretches(activity: Activity, table: SampleTable, located: npt.NDArray[np.intp]) -> list[npt.NDArray[np.intp]]:
    """Indices of each stretch of one direction; neighbours share a point, so that the way has no holes."""
    cut = _cut(activity, located)
    kind = np.char.add(table.direction[located], table.segment[located].astype(np.str_))
    turn = kind[1:] != kind[:-1]
    out = []
    start = 0
    for end in [*np.flatnonzero(cut | turn).tolist(), len(located) - 1]:
        joined = end < len(cut) and not cut[end]
        indices = located[start : end + (2 if joined else 1)]
        if len(indices) > 1:  # a line has two points at least
            out.append(indices)
        start = end + 1
    return out


def _coordinates(activity: Activity, indices: npt.NDArray[np.intp]) -> list[list[float]]:
    columns = [activity.longitude_deg[indices], activity.latitude_deg[indices]]
    digits = [DEGREE_DIGITS, DEGREE_DIGITS]
    if np.isfinite(activity.altitude_m[indices]).all():
        columns.append(activity.altitude_m[indices])
        digits.append(1)
    rounded = [np.round(column, digit).tolist() for column, digit in zip(columns, digits, strict=True)]
    return [list(point) for point in zip(*rounded, strict=True)]
