"""The small phrases of the notation, read from tokens: `10min`, `until hr > 150 bpm`, `6:40-7:20/km`."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NoReturn

from retrorun.errors import SessionError
from retrorun.session import values
from retrorun.session.cursor import Cursor
from retrorun.session.effort_notation import DASHES, read_effort
from retrorun.session.tokens import Token
from retrorun.units import (
    DISTANCE_UNITS_M,
    PACE_UNITS_M,
    SPEED_UNITS_MPS,
    TIME_UNITS_S,
    parse_clock,
)

_DISTANCE_NAMES: dict[float, values.DistanceUnit] = {
    DISTANCE_UNITS_M["m"]: "m",
    DISTANCE_UNITS_M["km"]: "km",
    DISTANCE_UNITS_M["mi"]: "mi",
    DISTANCE_UNITS_M["yd"]: "yd",
}
_PACE_NAMES: dict[float, values.SpeedUnit] = {PACE_UNITS_M["/km"]: "min/km", PACE_UNITS_M["/mi"]: "min/mi"}
_SPEED_NAMES: dict[float, values.SpeedUnit] = {
    SPEED_UNITS_MPS["km/h"]: "km/h",
    SPEED_UNITS_MPS["m/s"]: "m/s",
    SPEED_UNITS_MPS["mph"]: "mph",
}
_WHOLE_RANGES: dict[str, type[values.Range]] = {
    "bpm": values.HeartRateRange,
    "spm": values.CadenceRange,
    "w": values.PowerRange,
}
RACES_M = {"half": 21_097.5, "half-marathon": 21_097.5, "marathon": 42_195.0}
_WATT_WORDS = frozenset(("w", "watt", "watts"))
_ROUND_WORDS = frozenset(("times", "set", "sets", "round", "rounds", "rep", "reps"))
TARGET_UNITS = frozenset((*PACE_UNITS_M, *SPEED_UNITS_MPS, "bpm", "spm", *_WATT_WORDS))

DURATION_HELP = "write e.g. 10min, 90s, 1:30, 400m, 1.5km, lap, 50kcal or until hr > 150 bpm"
TARGET_FIRST = "put @ before it, or and where it is a second target"
TARGET_HELP = "write e.g. 6:40-7:20/km, 9-10 km/h, Z2, 140-150 bpm, 170-180 spm or 200-250 W"


# ---- durations -------------------------------------------------------------------------------------------------------


def at_duration(cursor: Cursor) -> bool:
    """Whether a duration begins here."""
    return cursor.at("number") or cursor.at("clock") or cursor.at("word", "lap", "until", *RACES_M)


def read_duration(cursor: Cursor) -> values.Duration:
    """The duration that begins here."""
    if cursor.at("word", *RACES_M):
        race = cursor.take().text
        if race == "half":
            cursor.skip("marathon")
        return values.Distance(distance_m=RACES_M[race], unit="km")
    first = cursor.here
    if cursor.at("word", "until"):
        cursor.take()
        cursor.skip("the")
    if cursor.at("word", "lap"):
        cursor.take()
        cursor.skip("button")
        return values.LapButton()
    if first.text == "until":
        if not cursor.at("word", "hr"):
            cursor.fail(
                f"a step goes until a heart rate, not {cursor.shown()}",
                hint="write e.g. until hr > 150 bpm, or say the time or distance alone",
            )
        return cursor.build(first, read_heart_rate_bound, cursor)
    return read_amount(cursor)


def read_amount(cursor: Cursor) -> values.Time | values.Distance | values.Calories:
    """A time, a distance or calories, e.g. `1h30min`, `1:30`, `400m`, `50kcal`."""
    first = cursor.here
    if first.kind not in ("clock", "number"):
        cursor.fail(f"expected a duration, not {cursor.shown()}", hint=DURATION_HELP)
    number, unit = cursor.take(), cursor.here
    if first.kind == "clock" and not (cursor.at("word", *PACE_UNITS_M, *TIME_UNITS_S) or cursor.at("sign", *DASHES)):
        return cursor.build(first, lambda: values.Time(time_s=parse_clock(first.text)))
    if first.kind == "number" and cursor.at("word", *TIME_UNITS_S):
        return cursor.build(first, _read_time, cursor, number)
    if first.kind == "number" and cursor.at("word", *DISTANCE_UNITS_M):
        cursor.take()
        return cursor.build(first, distance_of, number.text, unit.text)
    if first.kind == "number" and cursor.at("word", "kcal"):
        cursor.take()
        return cursor.build(first, lambda: values.Calories(calories_kcal=cursor.whole(number)))
    return _refuse_amount(cursor, number, unit)


def _refuse_amount(cursor: Cursor, number: Token, unit: Token) -> NoReturn:
    """Refuse what follows a number and makes no duration of it, with a hint that hangs on what it is."""
    if cursor.at("sign", *DASHES) and (number.kind == "clock" or cursor.ahead().kind == "number"):
        _refuse_range(cursor, number)
    if cursor.at("word", *TARGET_UNITS):
        cursor.fail(f"{unit.text} belongs to a target", token=number, hint=TARGET_FIRST)
    if number.kind == "clock":
        cursor.fail(f"{number.text} needs no unit", token=number, hint="write e.g. 1:30 or 1:30:00")
    if cursor.at("sign", "%"):
        hint = "write a target, e.g. @ 85% hrmax, or uphill"
        cursor.fail("a per cent is no duration", token=number, hint=hint)
    if unit.kind != "word":
        cursor.fail(f"{number.text} has no unit", token=number, hint=DURATION_HELP)
    if unit.text in ("lap", "laps"):
        cursor.fail("how long a lap is, is not known", token=number, hint="write e.g. 400m, or say lap for the button")
    if unit.text in _ROUND_WORDS:
        cursor.fail(f"{unit.text} is no unit", token=unit, hint="write a repeat with x, e.g. 4x(400m bwd)")
    cursor.fail(f"{unit.text!r} is no unit", token=unit, hint=DURATION_HELP)


def _refuse_range(cursor: Cursor, first: Token) -> NoReturn:
    """Refuse a range where a duration stands: a target without its @, or a count or duration left open."""
    cursor.take()
    last = cursor.take() if cursor.here.kind in ("number", "clock") else first
    if cursor.at("word", *TARGET_UNITS):
        cursor.fail("a range is a target, not a duration", token=first, hint=TARGET_FIRST)
    if first.kind == last.kind == "clock":
        for token in (first, last):
            cursor.build(token, parse_clock, token.text)
        hint = f"write e.g. @ {first.text}-{last.text}/km"
        cursor.fail("a range of paces is a target, and has a unit", token=first, hint=hint)
    cursor.fail("a duration or a count is one number, not a range", token=first, hint=DURATION_HELP)


def read_heart_rate_bound(cursor: Cursor) -> values.HeartRateAbove | values.HeartRateBelow:
    """`hr > 150 bpm` or `hr below 120 bpm`."""
    cursor.take()
    sign = cursor.take()
    if sign.text not in (">", "<", "above", "below"):
        cursor.fail("expected > or < after hr", token=sign, hint="write e.g. until hr > 150 bpm")
    number = cursor.here
    if number.kind != "number":
        cursor.fail(f"expected a heart rate, not {cursor.shown()}", hint="write e.g. until hr > 150 bpm")
    cursor.take()
    if not cursor.at("word", "bpm"):
        cursor.fail(f"{number.text} has no unit", token=number, hint=f"write {number.text} bpm")
    cursor.take()
    kind = values.HeartRateAbove if sign.text in (">", "above") else values.HeartRateBelow
    return cursor.build(number, lambda: kind(heart_rate_bpm=cursor.whole(number)))


def _read_time(cursor: Cursor, number: Token) -> values.Time:
    """A time whose first number was taken; `1h30min` only without a gap, so that a forgotten `;` is not read as one."""
    unit = cursor.take()
    size_s = TIME_UNITS_S[unit.text]
    total_s = float(number.text) * size_s
    while cursor.at("number") and cursor.here.start == unit.end:
        number, unit = cursor.take(), cursor.take()
        smaller_s = TIME_UNITS_S.get(unit.text, math.inf)
        if smaller_s >= size_s:
            cursor.fail("a time goes from large to small", token=number, hint="write e.g. 1h30min or 1min30s")
        size_s = smaller_s
        total_s += float(number.text) * size_s
    return values.Time(time_s=total_s)


def distance_of(number: str, unit: str) -> values.Distance:
    """The distance of a number and a unit as they are written."""
    size_m = DISTANCE_UNITS_M[unit]
    return values.Distance(distance_m=float(number) * size_m, unit=_DISTANCE_NAMES[size_m])


# ---- targets ---------------------------------------------------------------------------------------------------------


def read_targets(cursor: Cursor) -> tuple[values.Target, values.Target | None]:
    """What follows `@`: one target, or two joined by `and`."""
    first = read_target(cursor)
    if not cursor.at("word", "and"):
        return first, None
    cursor.take()
    place = cursor.here
    second = read_target(cursor)
    cursor.build(place, values.check_targets, first, second)
    return first, second


def read_target(cursor: Cursor) -> values.Target:
    """The target that begins here, with its tolerance where it has one."""
    first = cursor.here
    cursor.skip("hr")
    target = _read_plain(cursor)
    if first.text == "hr" and values.quantity_of(target) != "heart rate":
        cursor.fail("this is no heart rate", token=first, hint="write e.g. 140-150 bpm")
    if not cursor.at("sign", "±", "+/-", "+-"):
        return target
    if not isinstance(target, values.Range) or values.ends_of(target)[0] != values.ends_of(target)[1]:
        cursor.fail("a tolerance goes with a single value", hint="write a range, e.g. 6:40-7:20/km")
    cursor.take()
    if not cursor.at("number"):
        cursor.fail(f"expected a tolerance, not {cursor.shown()}", hint="write e.g. 5:00/km ±5%")
    by = float(cursor.take().text)
    percent = cursor.at("sign", "%")
    if percent or cursor.at("word", "s", "sec", *TARGET_UNITS):
        cursor.take()
    return cursor.build(first, _within, target, by, percent)


def _within(target: values.Range, by: float, percent: bool) -> values.Range:  # noqa: FBT001 - what the tolerance is in
    """The range of a value and its tolerance: per cent or its own unit; of paces in whole seconds of the pace."""
    value = values.ends_of(target)[0]
    if isinstance(target, values.SpeedRange) and target.unit.startswith("min/"):
        per_m = PACE_UNITS_M[target.unit]
        pace_s = per_m / value
        by_s = pace_s * by / 100 if percent else by
        return pace_range_of(round(pace_s - by_s), round(pace_s + by_s), target.unit)
    if isinstance(target, values.SpeedRange):
        by_mps = value * by / 100 if percent else by * SPEED_UNITS_MPS[target.unit]
        return values.SpeedRange(low_mps=value - by_mps, high_mps=value + by_mps, unit=target.unit)
    if isinstance(target, values.PercentRange):  # 85% ±5% is 80 to 90 %
        return values.range_of(target.of, round(value - by), round(value + by))
    by = value * by / 100 if percent else by
    return values.range_of(type(target), math.floor(value - by), math.ceil(value + by))


def _read_plain(cursor: Cursor) -> values.Target:
    first = cursor.here
    effort = read_effort(cursor, read_target)
    if effort is not None:
        return effort
    if first.kind not in ("number", "clock"):
        cursor.fail(f"expected a target, not {cursor.shown()}", hint=TARGET_HELP)
    low, high, unit = _read_range(cursor)
    if unit in PACE_UNITS_M:
        return _pace_range(cursor, low, high, unit)
    if "clock" in (low.kind, high.kind):
        cursor.fail(f"{low.text} is a pace and {unit} is none of its units", token=first, hint="write e.g. 6:40/km")
    if float(low.text) > float(high.text):
        cursor.fail(f"low {low.text} is above high {high.text}", token=low, hint=f"write {high.text}-{low.text} {unit}")
    if unit in SPEED_UNITS_MPS:
        return cursor.build(first, speed_range_of, low.text, high.text, unit)
    kind = _WHOLE_RANGES["w" if unit in _WATT_WORDS else unit]
    return cursor.build(first, lambda: values.range_of(kind, cursor.whole(low), cursor.whole(high)))


def speed_range_of(low: str, high: str, unit: str) -> values.SpeedRange:
    """The range of two speeds as they are written."""
    size = SPEED_UNITS_MPS[unit]
    return values.SpeedRange(low_mps=float(low) * size, high_mps=float(high) * size, unit=_SPEED_NAMES[size])


def pace_range_of(fast_s: float, slow_s: float, unit: str) -> values.SpeedRange:
    """The range of two paces [s for one unit], the faster first, as runners say it."""
    per_m = PACE_UNITS_M[unit]
    if min(fast_s, slow_s) <= 0:
        raise SessionError("a pace must be above zero")
    return values.SpeedRange(low_mps=per_m / slow_s, high_mps=per_m / fast_s, unit=_PACE_NAMES[per_m])


def _read_range(cursor: Cursor) -> tuple[Token, Token, str]:
    """Two values (or twice the same one) and their unit, which may stand after each or only at the end."""
    low = high = cursor.take()
    unit = _take_unit(cursor)
    if cursor.at("sign", *DASHES):
        cursor.take()
        high = cursor.here
        if high.kind not in ("number", "clock"):
            cursor.fail(f"expected the other end of the range, not {cursor.shown()}", hint=TARGET_HELP)
        cursor.take()
        last_unit = _take_unit(cursor)
        if unit and last_unit and unit != last_unit:
            cursor.fail(f"a range in {unit} and {last_unit}", token=low, hint="use one unit")
        unit = last_unit or unit
    if not unit:
        if cursor.here.kind == "word":
            cursor.fail(f"{cursor.here.text!r} is no unit of a target", hint=TARGET_HELP)
        hint = TARGET_HELP
        if low.kind == "clock":
            cursor.build(low, parse_clock, low.text)  # one that is none says so itself
            hint = f"write {low.text}/km or {low.text}/mi"
        cursor.fail(f"{low.text} has no unit", token=low, hint=hint)
    return low, high, unit


def _take_unit(cursor: Cursor) -> str:
    """The unit here, `min per km` and `'/km` among them; empty where there is none."""
    if cursor.at("word", "min") and cursor.ahead().text in ("per", *PACE_UNITS_M):
        cursor.take()
    if cursor.at("word", "per") and f"/{cursor.ahead().text}" in PACE_UNITS_M:
        cursor.take()
        return f"/{cursor.take().text}"
    return cursor.take().text if cursor.at("word", *TARGET_UNITS) else ""


def _full_minutes(token: Token) -> Token:
    """A pace of whole minutes, `7 min/km`, as a clock."""
    return replace(token, kind="clock", text=f"{token.text}:00") if token.text.isdigit() else token


def _pace_range(cursor: Cursor, fast: Token, slow: Token, unit: str) -> values.SpeedRange:
    fast, slow = (_full_minutes(token) for token in (fast, slow))
    for token in (fast, slow):
        if token.kind != "clock":
            cursor.fail(f"{token.text} is no pace", token=token, hint="say minutes and seconds, e.g. 6:30/km")
    fast_s = cursor.build(fast, parse_clock, fast.text)
    slow_s = cursor.build(slow, parse_clock, slow.text)
    per_unit = _PACE_NAMES[PACE_UNITS_M[unit]].removeprefix("min")
    if fast_s > slow_s:
        hint = f"the faster pace comes first: write {slow.text}-{fast.text}{per_unit}"
        cursor.fail(f"{fast.text} is slower than {slow.text}", token=fast, hint=hint)
    if 0 < fast_s * values.FASTEST_MPS < PACE_UNITS_M[unit]:
        cursor.fail(f"{fast.text}{per_unit} is faster than anyone has run", token=fast, hint="check the minutes")
    return cursor.build(fast, pace_range_of, fast_s, slow_s, unit)
