"""The annotated FIT file: the watch's own file with a developer field `direction`, which other tools show and keep."""

from __future__ import annotations

import datetime as dt

import numpy as np

from retrorun.activity.model import Activity
from retrorun.errors import RecordingError
from retrorun.fit.extend import ByteField, Moment, extend, moments
from retrorun.fit.profile import FIT_EPOCH_UNIX_S
from retrorun.gait.result import Detection

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
        RecordingError: no record says when it was.
    """
    zero = _fit_seconds_at_zero(data, activity)
    spans = [(segment.start_s, segment.end_s) for segment in detection.segments]

    def value_of(moment: Moment) -> int | None:
        if detection.verdict == "cannot tell" or moment.timestamp is None:
            return None
        end_s = moment.timestamp - zero
        if moment.kind == "record":
            return BACKWARD if any(start <= end_s < end for start, end in spans) else FORWARD
        if moment.start_time is None:
            return None
        start_s = moment.start_time - zero
        covered_s = sum(max(0.0, min(end, end_s) - max(start, start_s)) for start, end in spans)
        return BACKWARD if covered_s > 0.5 * (end_s - start_s) else FORWARD

    return extend(data, DIRECTION, value_of)


def annotated_spans(activity: Activity) -> tuple[tuple[float, float], ...]:
    """The backward stretches `[start_s, end_s)` that an annotated recording says, in order; empty where it says none.

    A stretch ends with the first sample that is not backward, or with the recording.
    """
    column = activity.developer.get(DIRECTION.name)
    if column is None:
        return ()
    edges = np.flatnonzero(np.diff(np.concatenate(([0], column == BACKWARD, [0]))))
    last_s = float(activity.time_s[-1])
    starts, ends = activity.time_s[edges[::2]], np.append(activity.time_s, last_s)[edges[1::2]]
    return tuple(zip(starts.tolist(), ends.tolist(), strict=True))


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
