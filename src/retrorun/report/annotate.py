"""Each sample with its direction: as columns, and in files that show a way: the watch's own FIT file, GPX, GeoJSON.

The FIT file gets a developer field `direction`, which other tools show and keep.
"""

import datetime as dt
from itertools import pairwise
from typing import Any

import numpy as np

from retrorun import documents, errors, files
from retrorun.activity import read
from retrorun.activity.model import COLUMNS, Activity
from retrorun.analysis.summary import is_moving
from retrorun.arrays import BoolArray, IndexArray
from retrorun.detection.result import Detection
from retrorun.fit.extend import ByteField, Moment, extend, moments
from retrorun.fit.profile import FIT_EPOCH_UNIX_S
from retrorun.intervals import Interval, covered_s, from_mask
from retrorun.report import tables
from retrorun.report.figures.run import breaks

FORWARD, BACKWARD = 0, 1
DIRECTION = ByteField(
    name="direction",
    unit="1=backward",
    application_id=bytes.fromhex("e4f1d8747b6f4c09959016e052e88e78"),  # drawn once; it says that the field is ours
    version=1,
    kinds=("record", "lap"),
)
GPX_DIRECTION = "urn:retrorun:direction:1"  # the namespace of our extension; a name, not an address
GPX_GARMIN = "http://www.garmin.com/xmlschemas/TrackPointExtension/v2"
DEGREE_DIGITS = 7  # 1 cm on the ground; watches store 1e-7 degrees or coarser
ALTITUDE_DIGITS = 3

Columns = dict[str, list[Any]]


def annotate_fit(data: bytes, activity: Activity, detection: Detection) -> bytes:
    """The FIT file `data` with the field `direction` on every record and lap; all that was there is kept.

    A record in a backward segment gets 1, any other 0. A lap gets 1 if backward segments cover more than half of it.
    Where the verdict is `cannot tell`, the field is there and says "not there" (255).

    Args:
        data: the bytes of the recording, one FIT file or several in a chain, undamaged.
        activity: the same recording, read.
        detection: what was found in it.

    Raises:
        FitError: `data` is no FIT file, is damaged, or carries the field already.
        RecordingError: no record says when it was, or the result would not be read as the same samples.
    """
    zero = _fit_seconds_at_zero(data, activity)

    def value_of(moment: Moment) -> int | None:
        if detection.verdict == "cannot tell" or moment.timestamp is None:
            return None
        end_s = moment.timestamp - zero
        if moment.kind == "record":
            return BACKWARD if any(one.start_s <= end_s < one.end_s for one in detection.segments) else FORWARD
        if moment.start_time is None:
            return None
        lap = Interval(start_s=moment.start_time - zero, end_s=end_s)
        return BACKWARD if covered_s(lap, detection.segments) > 0.5 * lap.duration_s else FORWARD

    annotated = extend(data, DIRECTION, value_of)
    before, after = read.activity_from_bytes(data), read.activity_from_bytes(annotated)
    alike = all(np.array_equal(getattr(before, name), getattr(after, name), equal_nan=True) for name in COLUMNS)
    if not alike or before.laps != after.laps:
        raise errors.RecordingError(
            "with the direction in it this file would not read as the same samples", hint="export it as GPX or CSV"
        )
    return annotated


def annotated_spans(activity: Activity) -> tuple[tuple[float, float], ...]:
    """The backward stretches `[start_s, end_s)` that an annotated recording says, in order; empty where it says none.

    A stretch ends with the first sample that is not backward, or with the recording.
    """
    column = activity.developer.get(DIRECTION.name)
    if column is None:
        return ()
    spans = from_mask(activity.time_s, column == BACKWARD, float(activity.time_s[-1]))
    return tuple((span.start_s, span.end_s) for span in spans)


def _fit_seconds_at_zero(data: bytes, activity: Activity) -> float:
    """What FIT's clock shows at `time_s == 0`: by the start's date, or by the first record where that has no date."""
    start = activity.start_time
    if start is not None:
        return (start if start.tzinfo else start.replace(tzinfo=dt.UTC)).timestamp() - FIT_EPOCH_UNIX_S
    first = min((one.timestamp for one in moments(data, ("record",)) if one.timestamp is not None), default=None)
    if first is None:
        raise errors.RecordingError("no record of this file says when it was", hint="give a recording with records")
    return float(first)


def sample_columns(activity: Activity, detection: Detection) -> Columns:
    """One row a sample, column by column; a recording without a date has no column `time`.

    `direction` is `backward`, `forward`, or None: standing still, or it cannot be told. `told` is the same, or
    `probably backward`. `segment` counts from 1; outside of segments it is None, and `probability` NaN.
    """
    start = tables.local_start(activity)
    columns: Columns = {}
    if start is not None:
        columns["time"] = [start + dt.timedelta(seconds=time_s) for time_s in activity.time_s.tolist()]
    columns |= {name: getattr(activity, name).tolist() for name in COLUMNS}
    # Names of further columns come from the file, and may be anything.
    more = {name: values for name, values in activity.extra.items() if name not in COLUMNS}
    more |= {f"developer.{name}": values for name, values in activity.developer.items()}
    columns |= {files.printable(name): values.tolist() for name, values in more.items()}
    known = detection.verdict != "cannot tell"
    direction = ["forward" if known and moves else None for moves in is_moving(activity).tolist()]
    said: Columns = {"direction": direction, "segment": [None] * len(activity)}
    said |= {"probability": [float("nan")] * len(activity), "told": list(direction)}
    for number, one in enumerate(detection.segments, start=1):
        first, end = np.searchsorted(activity.time_s, (one.start_s, one.end_s)).tolist()
        for values, value in zip(said.values(), ("backward", number, one.probability, one.told), strict=True):
            values[first:end] = [value] * (end - first)
    return columns | said


def to_geojson(activity: Activity, detection: Detection) -> bytes:
    """A GeoJSON FeatureCollection (RFC 7946): one line for each stretch of one direction.

    Raises:
        RecordingError: the recording has no positions.
    """
    located = _located(activity)
    table = sample_columns(activity, detection)
    features = []
    for indices in _stretches(activity, table, located):  # none crosses the date line, as the format asks
        first, last = indices[0], indices[-1]
        properties = {name: table[name][first] for name in ("direction", "told", "segment")}
        properties |= {"start_s": table["time_s"][first], "end_s": table["time_s"][last]}
        properties["start"] = table["time"][first].isoformat() if activity.start_time is not None else None
        line = {"type": "LineString", "coordinates": _coordinates(activity, indices)}
        features.append({"type": "Feature", "geometry": line, "properties": properties})
    answer = {"verdict": detection.verdict, "told": detection.told, "reasons": list(detection.reasons)}
    return documents.to_json({"type": "FeatureCollection", "features": features, "retrorun": answer}).encode()


def to_gpx(activity: Activity, detection: Detection) -> bytes:
    """A GPX 1.1 track; each point says its direction, and its heart rate, cadence and speed as Garmin's extension does.

    Cadence is that of one foot there, as in the files of that maker.

    Raises:
        RecordingError: the recording has no positions.
    """
    from gpxpy.gpx import GPX, GPXTrack, GPXTrackPoint, GPXTrackSegment

    located = _located(activity)
    table = sample_columns(activity, detection)
    gpx = GPX()
    gpx.creator = "retrorun"
    gpx.nsmap = {"retrorun": GPX_DIRECTION, "gpxtpx": GPX_GARMIN}
    track = GPXTrack()
    track.type = files.printable(activity.sport)  # type: ignore[assignment]  # gpxpy infers None from its own default
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
                time=table["time"][index].astimezone(dt.UTC) if activity.start_time is not None else None,
            )
            point.extensions = _gpx_extensions(activity, table["direction"][index], index)
            part.points.append(point)
        track.segments.append(part)
    text: str = gpx.to_xml(version="1.1", prettyprint=False)  # half the size
    return text.encode()


def _gpx_extensions(activity: Activity, direction: str | None, index: int) -> list[Any]:
    from xml.etree.ElementTree import Element, SubElement

    # In the order and within the bounds of the extension's schema.
    values = (
        ("hr", np.round(activity.heart_rate_bpm[index]), 1.0, 255.0, "{:.0f}"),
        ("cad", np.round(activity.cadence_spm[index] / 2), 0.0, 254.0, "{:.0f}"),
        ("speed", float(activity.speed_mps[index]), 0.0, 1e6, "{:.3f}"),
    )
    extensions = []
    known = [(name, form.format(value)) for name, value, low, high, form in values if low <= value <= high]
    if known:
        extensions.append(Element(f"{{{GPX_GARMIN}}}TrackPointExtension"))
        for name, text in known:
            SubElement(extensions[0], f"{{{GPX_GARMIN}}}{name}").text = text
    if direction:
        extensions.append(Element(f"{{{GPX_DIRECTION}}}direction"))
        extensions[-1].text = direction
    return extensions


def _located(activity: Activity) -> IndexArray:
    located = np.flatnonzero(np.isfinite(activity.latitude_deg) & np.isfinite(activity.longitude_deg))
    if not len(located):
        raise errors.RecordingError("this recording has no positions", hint="export it as JSON, CSV or Parquet")
    return located


def _cut(activity: Activity, located: IndexArray) -> BoolArray:
    """True where a located sample is not joined to the next: a gap, or the end of the map; (len(located) - 1,)."""
    gaps = np.cumsum(breaks(activity.time_s))[located]
    over_the_date_line = np.abs(np.diff(activity.longitude_deg[located])) > 180.0
    return (np.diff(gaps) > 0) | over_the_date_line


def _stretches(activity: Activity, table: Columns, located: IndexArray) -> list[IndexArray]:
    """Indices of each stretch of one direction; neighbours share a point, so that the way has no holes."""
    cut = _cut(activity, located).tolist()
    kinds = [(table["direction"][index], table["segment"][index]) for index in located.tolist()]
    ends = [at for at, (one, other) in enumerate(pairwise(kinds)) if cut[at] or one != other]
    out = []
    start = 0
    for end in [*ends, len(cut)]:
        joined = end < len(cut) and not cut[end]
        indices = located[start : end + (2 if joined else 1)]
        if len(indices) > 1:  # a line has two points at least
            out.append(indices)
        start = end + 1
    return out


def _coordinates(activity: Activity, indices: IndexArray) -> list[list[float]]:
    columns = [np.round(values[indices], DEGREE_DIGITS) for values in (activity.longitude_deg, activity.latitude_deg)]
    if np.isfinite(activity.altitude_m[indices]).all():
        columns.append(np.round(activity.altitude_m[indices], 1))
    points: list[list[float]] = np.column_stack(columns).tolist()
    return points
