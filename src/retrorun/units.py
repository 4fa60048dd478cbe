"""Durations, distances, speeds and paces: parse, format, convert. SI inside; other units only at the edges."""

from __future__ import annotations

import math

METRES_PER_MILE = 1609.344  # international mile, exact by definition (1959)
METRES_PER_YARD = 0.9144  # international yard, exact by definition (1959)


def pace_to_speed_mps(pace_s: float, *, per_m: float = 1000.0) -> float:
    """Speed [m/s] of a pace of `pace_s` seconds for `per_m` metres."""
    return per_m / pace_s


def speed_to_pace_s(speed_mps: float, *, per_m: float = 1000.0) -> float:
    """Pace [s for `per_m` metres] of a speed; infinite at a standstill."""
    return per_m / speed_mps if speed_mps > 0 else math.inf


def format_clock(time_s: float) -> str:
    """Seconds as `m:ss` or `h:mm:ss`, rounded to the second."""
    whole = round(time_s)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def format_pace(speed_mps: float, *, per_m: float = 1000.0) -> str:
    """A speed as a pace, e.g. `6:40/km`; `–` at a standstill or where the speed is missing."""
    if not speed_mps > 0:
        return "–"
    unit = "mi" if per_m == METRES_PER_MILE else "km"
    return f"{format_clock(speed_to_pace_s(speed_mps, per_m=per_m))}/{unit}"


def format_distance(distance_m: float, *, per_m: float = 1000.0) -> str:
    """Metres below one kilometre (or mile), kilometres or miles above."""
    if abs(distance_m) < 1000.0:
        return f"{distance_m:.0f} m"
    unit = "mi" if per_m == METRES_PER_MILE else "km"
    return f"{distance_m / per_m:.2f} {unit}"
