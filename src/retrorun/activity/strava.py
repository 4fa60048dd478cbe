"""An activity from the streams of Strava's interface: columns that the service made of the runner's own recording.

Streams are resampled and smoothed by the service, so that a recording from the watch says more. What Strava's terms say
of them is held to elsewhere: no gait profile takes an activity whose `source` is `strava`, and nothing here is stored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from retrorun.activity.assemble import RawRecording, assemble
from retrorun.activity.model import Activity
from retrorun.arrays import FloatArray
from retrorun.errors import RecordingError

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
SPORTS = {
    "Run": ("running", "generic"),
    "TrailRun": ("running", "trail"),
    "VirtualRun": ("running", "virtual_activity"),
    "Walk": ("walking", "generic"),
    "Hike": ("hiking", "generic"),
}


def activity_from_streams(
    streams: Mapping[str, Sequence[Any]],
    *,
    sport_type: str,
    start_time: dt.datetime,
    utc_offset_s: float | None = None,
    trainer: bool = False,
) -> Activity:
    """An activity from streams of one length.

    Args:
        streams: values by stream name, as the service gives them: seconds, metres, m/s, pairs of degrees; cadence of a
            run is one foot's [rpm].
        sport_type: Strava's word, e.g. `Run`.
        start_time: the moment of second 0, aware of its zone.
        utc_offset_s: local time less UTC.
        trainer: whether it was done on a treadmill.

    Raises:
        RecordingError: there is no time stream, or streams are of different lengths.
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
    sport, sub_sport = SPORTS.get(sport_type, (sport_type.lower(), "generic"))
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
