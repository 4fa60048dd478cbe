"""The annotated FIT file: the watch's own file with a developer field `direction`, which other tools show and keep."""

from __future__ import annotations

import datetime as dt

import numpy as np

from retrorun.activity.model import COLUMNS, Activity
from retrorun.activity.read import activity_from_bytes
from retrorun.detection.result import Detection
from retrorun.errors import RecordingError
from retrorun.fit.extend import ByteField, Moment, extend, moments
from retrorun.fit.profile import FIT_EPOCH_UNIX_S
from retrorun.intervals import Interval, covered_s, from_mask

FORWARD, BACKWARD = 0, 1
DIRECTION = ByteField(
    name="direction",
    unit="1=backward",
    application_id=bytes.fromhex("e4f1d8747b6f4c09959016e052e88e78"),  # drawn once; it says that the field is ours
    version=1,
    kinds=("record", "lap"),
)


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
        start_s = moment.start_time - zero
        lap = Interval(start_s=start_s, end_s=end_s)
        return BACKWARD if covered_s(lap, detection.segments) > 0.5 * lap.duration_s else FORWARD

    annotated = extend(data, DIRECTION, value_of)
    _must_read_alike(data, annotated)
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


def _must_read_alike(data: bytes, annotated: bytes) -> None:
    before, after = activity_from_bytes(data), activity_from_bytes(annotated)
    alike = all(np.array_equal(getattr(before, name), getattr(after, name), equal_nan=True) for name in COLUMNS)
    if not alike or before.laps != after.laps:
        raise RecordingError(
            "with the direction in it this file would not read as the same samples", hint="export it as GPX or CSV"
        )


def _fit_seconds_at_zero(data: bytes, activity: Activity) -> float:
    """What FIT's clock shows at `time_s == 0`: by the start's date, or by the first record where that has no date."""
    if activity.start_time is not None:
        start = activity.start_time
        aware = start if start.tzinfo is not None else start.replace(tzinfo=dt.UTC)
        return aware.timestamp() - FIT_EPOCH_UNIX_S
    first = min(
        (moment.timestamp for moment in moments(data, ("record",)) if moment.timestamp is not None), default=None
    )
    if first is None:
        raise RecordingError("no record of this file says when it was", hint="give a recording with records")
    return float(first)
