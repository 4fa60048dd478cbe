"""Values as people say them: the moment of a run in its own local time."""

from __future__ import annotations

import datetime as dt

from retrorun.activity.model import Activity
from retrorun.gait.result import Detection


def local_start(activity: Activity) -> dt.datetime | None:
    """When it started: in local time where the file says how far that is from UTC, else as `start_time` stands."""
    start = activity.start_time
    if start is None:
        return None
    if activity.utc_offset_s is None or start.tzinfo is None:
        return start
    return start.astimezone(dt.timezone(dt.timedelta(seconds=activity.utc_offset_s)))


def name_of_rest(detection: Detection) -> str:
    """What is called of the part that is not backward: `forward`, or just `the run` where it cannot be told."""
    return "the run" if detection.verdict == "cannot tell" else "forward"


def when(activity: Activity) -> str:
    """The start as text, e.g. `Sunday 22 November 2026, 10:43`, with `UTC` after it where local time is not known."""
    start = local_start(activity)
    if start is None:
        return ""
    # Names stand here because strftime's hang on the machine's locale.
    day, month = DAYS[start.weekday()], MONTHS[start.month - 1]
    text = f"{day} {start.day} {month} {start.year}, {start.hour:02d}:{start.minute:02d}"
    known = activity.utc_offset_s is not None or start.utcoffset() is None or start.utcoffset() != dt.timedelta(0)
    return text if known else f"{text} UTC"


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
