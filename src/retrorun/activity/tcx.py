"""TCX recordings: elements to a raw recording."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

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
from retrorun.errors import RecordingError

# Local names in a point, and the columns that they fill; the first name that a point has wins.
COLUMNS = {
    "latitude_deg": ("LatitudeDegrees",),
    "longitude_deg": ("LongitudeDegrees",),
    "altitude_m": ("AltitudeMeters",),
    "heart_rate_bpm": ("Value",),
    "cadence": ("RunCadence", "Cadence"),
    "speed_mps": ("Speed",),
    "distance_m": ("DistanceMeters",),
    "power_w": ("Watts",),
}
_LAP_VALUES = ("TotalTimeSeconds", "DistanceMeters", "Intensity", "TriggerMethod")
_TAGS = tuple(
    dict.fromkeys(names_of(COLUMNS, "Trackpoint", "Time", "Activity", "Lap", *_LAP_VALUES, "/Track"))  # each once
)
_CREATOR = re.compile(rb"<Creator[^<>]*>\s*<(?:[\w.-]{1,64}:)?Name>([^<]*)<")
_LAP = re.compile(rb"<(?:[\w.-]{1,64}:)?Lap[\s/>]")
_SPORT = {"running": "running", "biking": "cycling"}
_INTENSITY = {b"Active": "active", b"Resting": "rest"}
_TRIGGER = {
    b"Manual": "manual",
    b"Distance": "distance",
    b"Time": "time",
    b"Location": "position_lap",
    b"HeartRate": "heart_rate",
}


class _Laps:
    """Laps and activities of a TCX, gathered while walking through its elements."""

    def __init__(self, points: Points) -> None:
        self.points = points
        self.activities: list[tuple[bytes, int]] = []  # sport, and how many points stand before
        self.laps: list[dict[bytes, bytes]] = []
        self._before: list[int] = []  # how many points stand before each lap
        self._current: dict[bytes, bytes] = {}

    def others(self) -> dict[str, Callable[[bytes, bytes], None]]:
        """What to do with the elements outside the points."""
        return {
            "Activity": self._activity,
            "Lap": self._lap,
            **{name: partial(self._value, name.encode()) for name in _LAP_VALUES},
        }

    def _activity(self, attributes: bytes, _: bytes) -> None:
        self.activities.append((attribute(attributes, "Sport"), self.points.n))

    def _lap(self, attributes: bytes, _: bytes) -> None:
        self._current = {b"StartTime": attribute(attributes, "StartTime")}
        self.laps.append(self._current)
        self._before.append(self.points.n)

    def _value(self, name: bytes, _: bytes, text: bytes) -> None:
        self._current.setdefault(name, text)

    def raw(self) -> tuple[RawSpan, ...]:
        distinct = {tuple(lap.items()): at for at, lap in reversed([*enumerate(self.laps)])}  # some hold a lap twice
        kept = sorted(distinct.values())
        laps = [self.laps[at] for at in kept]
        starts = unix_seconds([lap[b"StartTime"] for lap in laps])
        # A lap that says no start, or that of the lap before it, began with its first point.
        said = np.isfinite(starts) & (np.diff(starts, prepend=-np.inf) != 0)
        first = [self.points.times[self._before[at]] if self._before[at] < self.points.n else np.nan for at in kept]
        starts = np.where(said | np.isnan(first), starts, first)
        return tuple(
            RawSpan(
                start=float(start),
                timer_s=finite(
                    number(lap.get(b"TotalTimeSeconds", b""))
                ),  # leaves pauses out: a lap ends at the next one
                distance_m=finite(number(lap.get(b"DistanceMeters", b""))),
                trigger=_TRIGGER.get(lap.get(b"TriggerMethod", b"").strip(), ""),
                intensity=_INTENSITY.get(lap.get(b"Intensity", b"").strip(), ""),
            )
            for start, lap in zip(starts, laps, strict=True)
        )

    def parts(self) -> tuple[RawSpan, ...]:
        """One part for each activity; where it lies its points say."""
        words = [sport.decode("utf-8", "replace").strip().lower() for sport, _ in self.activities]
        return tuple(RawSpan(sport=_SPORT.get(word, "generic")) for word in words)


def raw_from_tcx(document: Document) -> RawRecording:
    """Read a TCX document.

    Raises:
        RecordingError: it holds no point with a time.
    """
    points = Points(COLUMNS, "Time")
    laps = _Laps(points)
    gather(find_tags(document, _TAGS), points, point="Trackpoint", others=laps.others())
    if not points.n:
        raise RecordingError(f"this TCX holds {_instead(document.data)}", hint="export the recording itself")
    raw_laps = laps.raw()
    behind = document.data.rfind(b"<Creator")  # at the end, and far quicker to find than the pattern
    creator = _CREATOR.match(document.data, behind) if behind >= 0 else None
    name = creator[1].decode("utf-8", "replace").strip() if creator else ""
    sport = laps.activities[0][0].decode("utf-8", "replace").strip().lower() if laps.activities else ""
    return recording(
        "tcx",
        document,
        points,
        points.filled(),
        laps=raw_laps,
        parts=laps.parts(),
        sport=_SPORT.get(sport, "generic"),
        sub_sport="",
        device=Device(name=name) if name else None,
        activity=numbered([before for _, before in laps.activities], points.n) if laps.activities else None,
        decisions=() if laps.activities else ("the file is a course: its times may be planned, not run",),
    )


def _instead(data: bytes) -> str:
    """What a document without points is."""
    for name, what in ((b"Course", "a course"), (b"Workout", "a workout")):
        if re.search(rb"<(?:[\w.-]{1,64}:)?%b[\s>]" % name, data):
            return f"{what}, no recording"
    return "laps without samples, as of a pool or an activity entered by hand" if _LAP.search(data) else "no recording"
