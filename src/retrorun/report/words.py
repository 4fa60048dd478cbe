"""Values as people say them: counts, lists, the moment of a run in its own local time, what is not backward."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from retrorun.activity.model import Activity
from retrorun.detection.result import Detection
from retrorun.units import METRES_PER_MILE

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def local_start(activity: Activity) -> dt.datetime | None:
    """When it started: in local time where the file says how far that is from UTC, else as `start_time` stands."""
    start = activity.start_time
    if start is None:
        return None
    if activity.utc_offset_s is None or start.tzinfo is None:
        return start
    return start.astimezone(dt.timezone(dt.timedelta(seconds=activity.utc_offset_s)))


def when(activity: Activity) -> str:
    """The start as text, e.g. `Sunday 22 November 2026, 10:43`, with `UTC` after it where local time is not known."""
    start = local_start(activity)
    if start is None:
        return ""
    # Names stand here because strftime's hang on the machine's locale.
    text = f"{DAYS[start.weekday()]} {start.day} {MONTHS[start.month - 1]} {start.year}, {start:%H:%M}"
    known = activity.utc_offset_s is not None or start.utcoffset() is None or start.utcoffset() != dt.timedelta(0)
    return text if known else f"{text} UTC"


def sport_name(activity: Activity) -> str:
    """The sport, with its kind where the file names one: `running (trail)`."""
    return activity.sport if activity.sub_sport in ("", "generic") else f"{activity.sport} ({activity.sub_sport})"


def day_of(day: dt.date, *, year: bool = True) -> str:
    """A day as `2 Mar 2026`, or `2 Mar`."""
    text = f"{day.day} {MONTHS[day.month - 1][:3]}"
    return f"{text} {day.year}" if year else text


def name_of_rest(detection: Detection) -> str:
    """What is called of the part that is not backward: `forward`, or just `the run` where it cannot be told."""
    return "the run" if detection.verdict == "cannot tell" else "forward"


def distance_name(distance_m: float) -> str:
    """How runners call the distance of a race."""
    names = {METRES_PER_MILE: "mile", 21_097.5: "half marathon", 42_195.0: "marathon"}
    if distance_m in names:
        return names[distance_m]
    return f"{distance_m:g} m" if distance_m < 3000 else f"{distance_m / 1000:g} km"


def count_of(number: int, one: str, many: str) -> str:
    """`1 stretch`, `2 stretches`."""
    return f"{number} {one if number == 1 else many}"


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
