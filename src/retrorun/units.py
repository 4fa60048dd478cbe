"""Durations, distances, speeds and paces: parse, format, convert. SI inside; other units only at the edges."""

import itertools
import math
import re

from retrorun.errors import SessionError

METRES_PER_MILE = 1609.344  # international mile, exact by definition (1959)
STANDSTILL_MPS = 0.001  # a pace of 11 days for a kilometre; below it nothing sensible can be written
METRES_PER_YARD = 0.9144  # international yard, exact by definition (1959)

# Every word for a unit that is understood, and its size; the notation reads the same tables.
TIME_UNITS_S = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
}
DISTANCE_UNITS_M = {
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), 1.0),
    **dict.fromkeys(("km", "k", "kilometre", "kilometres", "kilometer", "kilometers"), 1000.0),
    **dict.fromkeys(("mi", "mile", "miles"), METRES_PER_MILE),
    **dict.fromkeys(("yd", "yard", "yards"), METRES_PER_YARD),
}
PACE_UNITS_M = {
    **dict.fromkeys(("/km", "min/km"), 1000.0),
    **dict.fromkeys(("/mi", "min/mi", "/mile", "min/mile"), METRES_PER_MILE),
}
SPEED_UNITS_MPS = {
    **dict.fromkeys(("km/h", "kmh", "kph", "km/hr", "kmph"), 1 / 3.6),
    **dict.fromkeys(("m/s", "mps"), 1.0),
    "mph": METRES_PER_MILE / 3600,
}

_CLOCK = re.compile(r"(?:([0-9]{1,6}):)?([0-9]{1,6}):([0-9]+)(\.[0-9]{1,6})?")
_QUANTITY = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*([a-z/]+)")
_MINUTES = re.compile(r"^([0-9]{1,3})(:[0-9]{2})? ?min ?/ ?")  # `6 min/km` says in words what 6:00/km says
_PACE = re.compile(r"([0-9:.]+)\s*([a-z/]+)")


def pace_to_speed_mps(pace_s: float, *, per_m: float = 1000.0) -> float:
    """Speed [m/s] of a pace of `pace_s` seconds for `per_m` metres."""
    return per_m / pace_s


def speed_to_pace_s(speed_mps: float, *, per_m: float = 1000.0) -> float:
    """Pace [s for `per_m` metres] of a speed; infinite at a standstill."""
    return per_m / speed_mps if speed_mps > 0 else math.inf


def parse_clock(text: str) -> float:
    """Seconds of `m:ss` or `h:mm:ss`, with a decimal of the seconds where there is one; else a SessionError."""
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        raise SessionError(f"{text!r} is no time", hint="write e.g. 5:05 or 1:05:00")
    hours, minutes, seconds, rest = match.groups()
    if len(seconds) != 2 or (hours is not None and len(minutes) != 2):
        raise SessionError(f"{text.strip()} is no time", hint="write two digits after each colon, e.g. 5:05")
    if int(seconds) >= 60:
        raise SessionError(f"{text.strip()} has {int(seconds)} seconds", hint="seconds go from 00 to 59")
    if hours is not None and int(minutes) >= 60:
        raise SessionError(f"{text.strip()} has {int(minutes)} minutes", hint="minutes go from 00 to 59 after hours")
    return int(hours or 0) * 3600.0 + int(minutes) * 60.0 + float(seconds + (rest or ""))


def parse_time(text: str) -> float:
    """Seconds of a time as people write it: `90s`, `10min`, `1h30min`, `1:30`, `1:30:00`; else a SessionError."""
    cleaned = text.strip().lower()
    if ":" in cleaned:
        return parse_clock(cleaned)
    parts = _QUANTITY.findall(cleaned)
    sizes = [TIME_UNITS_S.get(unit, 0.0) for _, unit in parts]
    whole = _QUANTITY.sub("", cleaned).strip() == ""
    falling = all(before > after for before, after in itertools.pairwise(sizes))
    if not parts or not whole or not all(sizes) or not falling:
        raise SessionError(f"{text!r} is no time", hint="write e.g. 90s, 10min, 1h30min, 1:30 or 1:30:00")
    return math.fsum(float(number) * size for (number, _), size in zip(parts, sizes, strict=True))


def parse_distance(text: str) -> float:
    """Metres of a distance as people write it: `400m`, `1.5 km`, `3mi`, `100yd`; else a SessionError."""
    match = _QUANTITY.fullmatch(text.strip().lower())
    if not match or match[2] not in DISTANCE_UNITS_M:
        raise SessionError(f"{text!r} is no distance", hint="write e.g. 400m, 1.5km, 3mi or 100yd")
    return float(match[1]) * DISTANCE_UNITS_M[match[2]]


def parse_speed(text: str) -> float:
    """Speed [m/s] of `5:30/km`, `6 min/km`, `9:00/mi`, `10.5 km/h`, `2.5 m/s`; else a SessionError."""
    match = _PACE.fullmatch(_MINUTES.sub(lambda said: f"{said[1]}{said[2] or ':00'}/", text.strip().lower()))
    number, unit = match.groups() if match else ("", "")
    if unit in PACE_UNITS_M and ":" in number:
        pace_s = parse_clock(number)
        speed_mps = pace_to_speed_mps(pace_s, per_m=PACE_UNITS_M[unit]) if pace_s > 0 else 0.0
    elif unit in SPEED_UNITS_MPS and re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9})?", number):
        speed_mps = float(number) * SPEED_UNITS_MPS[unit]
    else:
        raise SessionError(f"{text!r} is no pace", hint="write e.g. 5:30/km, 9:00/mi, 10.5km/h or 2.5m/s")
    if speed_mps <= 0:
        raise SessionError(f"{text!r} is no pace", hint="it must be above zero")
    return speed_mps


def format_clock(time_s: float) -> str:
    """Seconds as `m:ss` or `h:mm:ss`, rounded to the second."""
    whole = round(time_s)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def format_percent(share: float | None) -> str:
    """A share as whole per cent; not quite nothing or all never looks as if it were; `–` where it is not known."""
    if share is None:
        return "–"
    if 0.0 < share < 0.01:
        return "<1 %"
    return ">99 %" if 0.99 < share < 1.0 else f"{100 * share:.0f} %"


def format_change(share: float) -> str:
    """How far something lies above or below what was expected, in whole per cent with its sign, e.g. `+11 %`."""
    return f"{100 * share:+.0f} %".replace("-0 %", "0 %").replace("+0 %", "0 %")


def format_number(value: float | None, unit: str) -> str:
    """A whole number with its unit, e.g. `182 spm`; `–` where it is not known."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.0f} {unit}".rstrip()


def format_pace(speed_mps: float | None, *, per_m: float = 1000.0) -> str:
    """A speed as a pace, e.g. `6:40/km`; `–` at a standstill or where the speed is missing."""
    if speed_mps is None or not speed_mps > STANDSTILL_MPS:
        return "–"
    unit = "mi" if per_m == METRES_PER_MILE else "km"
    return f"{format_clock(speed_to_pace_s(speed_mps, per_m=per_m))}/{unit}"


def format_distance(distance_m: float | None, *, per_m: float = 1000.0) -> str:
    """Metres below one kilometre (or mile), kilometres or miles above; `–` where it is not known."""
    if distance_m is None or not math.isfinite(distance_m):
        return "–"
    if abs(distance_m) < 1000.0:
        return f"{distance_m:.0f} m"
    unit = "mi" if per_m == METRES_PER_MILE else "km"
    return f"{distance_m / per_m:.2f} {unit}"
