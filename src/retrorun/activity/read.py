"""Reading a recording from wherever it lies: the content says what it is, not the name."""

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Literal, get_args

import numpy as np

from retrorun.activity.archive import unpack
from retrorun.activity.assemble import RawRecording, assemble
from retrorun.activity.compare import SecondFile
from retrorun.activity.fit import raw_from_fit
from retrorun.activity.markup import looks_like_xml
from retrorun.activity.model import Activity
from retrorun.activity.rules import MAX_BYTES
from retrorun.activity.tracks import raw_from_xml
from retrorun.arrays import FloatArray
from retrorun.errors import RecordingError, RetrorunError
from retrorun.files import read_bytes
from retrorun.fit.chain import is_fit
from retrorun.fit.reader import read_fit

Source = str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes]
Engine = Literal["columns", "fitparse"]
ENGINES: tuple[str, ...] = get_args(Engine)

# Strava's names, https://developers.strava.com/docs/reference/#api-models-StreamSet
STREAMS = ("time", "latlng", "distance", "altitude", "velocity_smooth", "heartrate", "cadence", "watts")
_COLUMNS = {
    "distance": "distance_m",
    "altitude": "altitude_m",
    "velocity_smooth": "speed_mps",
    "heartrate": "heart_rate_bpm",
    "cadence": "cadence",
}
# Strava's sport types that are done on foot and how FIT says them; all others keep their own name in lower case.
_SPORTS = {
    "Run": ("running", "generic"),
    "TrailRun": ("running", "trail"),
    "VirtualRun": ("running", "virtual_activity"),
    "Walk": ("walking", "generic"),
    "Hike": ("hiking", "generic"),
}


def read_activity(source: Source, *, engine: Engine = "columns") -> Activity:
    """Read a recording: FIT, TCX, GPX or KML, each also gzipped, or alone in a zip (KMZ).

    Args:
        source: a path, bytes, or a file opened for reading bytes.
        engine: `columns` is this library's own reader; `fitparse` reads FIT files with that package, some hundred times
            slower, as a second opinion.

    Raises:
        RecordingError: it is no recording, or one without samples; a FitError where it is a broken FIT file.
    """
    data, where = _fetch(source)
    try:
        return activity_from_bytes(unpack(data), engine=engine)
    except RetrorunError as error:
        if where:
            error.where = f"{where}, {error.where}" if error.where else where
        raise


def activity_from_bytes(data: bytes, *, engine: Engine = "columns") -> Activity:
    """Read the bytes of a recording that is not packed; errors as of `read_activity`."""
    if engine not in ENGINES:
        raise RecordingError(f"there is no engine {engine!r}", hint=f"take one of {', '.join(ENGINES)}")
    if engine == "fitparse" and not is_fit(data):
        raise RecordingError("fitparse reads FIT files only", hint='leave out engine="fitparse"')
    if is_fit(data):
        return assemble(raw_from_fit(read_fit(data) if engine == "columns" else SecondFile(data)))
    if looks_like_xml(data):
        return assemble(raw_from_xml(data))
    if not data:
        raise RecordingError("the file is empty", hint="fetch it from the watch again")
    raise RecordingError("this is no recording", hint="give a FIT, TCX, GPX or KML file")


def _fetch(source: Source) -> tuple[bytes, str]:
    """The bytes of a source and its name, empty where it has none."""
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        try:
            size = path.stat().st_size
        except (OSError, ValueError):
            size = 0  # reading it says what is wrong
        _refuse_too_large(size, str(path))
        return read_bytes(path), str(path)
    if isinstance(source, (bytes, bytearray, memoryview)):
        data: object = bytes(source)
    elif hasattr(source, "read"):
        try:
            data = source.read(MAX_BYTES + 1)
        except OSError as error:
            raise RecordingError(f"cannot be read ({error})", hint="check where it comes from") from error
    else:
        raise RecordingError(f"cannot read from {type(source).__name__}", hint="give a path, bytes or a binary file")
    if not isinstance(data, bytes):
        raise RecordingError("the file gives text, not bytes", hint='open it with mode "rb"')
    _refuse_too_large(len(data))
    return data, str(getattr(source, "name", ""))


def _refuse_too_large(size: int, where: str = "") -> None:
    if size > MAX_BYTES:
        what, hint = f"{size / 2**20:.0f} MiB are more than any recording has", f"at most {MAX_BYTES // 2**20} are read"
        raise RecordingError(what, where=where, hint=hint)


def activity_from_streams(
    streams: Mapping[str, Sequence[Any]],
    *,
    sport_type: str,
    start_time: dt.datetime,
    utc_offset_s: float | None = None,
    trainer: bool = False,
) -> Activity:
    """An activity from streams of one length, columns that Strava made of the runner's own recording.

    The service resamples and smooths them, so that a recording from the watch says more. What its terms say of them is
    held to elsewhere: no gait profile takes an activity whose `source` is `strava`, and nothing here is stored.

    Values come as the service gives them: seconds, metres, m/s, pairs of degrees; cadence of a run is one foot's [rpm].
    `sport_type` is Strava's word, e.g. `Run`; `start_time` is the moment of second 0; on a `trainer` means a treadmill.
    """
    if not streams.get("time"):
        raise RecordingError("the activity has no recorded samples", hint="one that was entered by hand has none")
    time_s = _numbers(streams["time"])
    for name, values in streams.items():
        if len(values) != len(time_s):
            raise RecordingError(f"the stream {name} has {len(values)} values, time has {len(time_s)}", where=name)
    columns = {ours: _numbers(streams[theirs]) for theirs, ours in _COLUMNS.items() if theirs in streams}
    if "latlng" in streams:
        places = np.array([pair or (np.nan, np.nan) for pair in streams["latlng"]], dtype=np.float64)
        columns["latitude_deg"], columns["longitude_deg"] = places[:, 0], places[:, 1]
    sport, sub_sport = _SPORTS.get(sport_type, (sport_type.lower(), "generic"))
    return assemble(
        RawRecording(
            source="strava",
            time=time_s + start_time.timestamp(),
            columns=columns,
            extra={"power_w": _numbers(streams["watts"])} if "watts" in streams else {},
            utc_offset_s=utc_offset_s,
            cadence_is_steps=False,  # "cadence: integer RPM"; for a run that is one leg
            sport=sport,
            sub_sport="treadmill" if trainer and sport == "running" else sub_sport,
        )
    )


def _numbers(values: Sequence[Any]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
