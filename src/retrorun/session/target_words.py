"""Targets in the notation, read from tokens: numbers with their units, efforts, one-sided limits, progressions.

`6:40-7:20/km`, `9-10 km/h`, `140 bpm ±5`, `85-90% hrmax`, `rpe 6-7`, `Z2-Z3`, `under 150 bpm`, `from 7:00 to 6:30/km`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

from retrorun.session import values
from retrorun.session.tokens import Cursor, Token, tokenise
from retrorun.session.wording import PACE_NAMES, pace_range_of, speed_range_of
from retrorun.units import PACE_UNITS_M, SPEED_UNITS_MPS, parse_clock

DASHES = ("-", "–")
ZONES = ("z", "zone")
LIMITS: dict[str, Literal["below", "above"]] = {
    **dict.fromkeys(("<", "under", "max", "below", "slower"), "below"),
    **dict.fromkeys((">", "over", "above", "faster"), "above"),
}
_WATT_WORDS = frozenset(("w", "watt", "watts"))
_WHOLE_RANGES: dict[str, type[values.Range]] = {
    "bpm": values.HeartRateRange,
    "spm": values.CadenceRange,
    **dict.fromkeys(_WATT_WORDS, values.PowerRange),
}
TARGET_UNITS = frozenset((*PACE_UNITS_M, *SPEED_UNITS_MPS, *_WHOLE_RANGES))

TARGET_FIRST = "put @ before it, or and where it is a second target"
TARGET_HELP = "write e.g. 6:40-7:20/km, 9-10 km/h, Z2, 140-150 bpm, 170-180 spm or 200-250 W"
PERCENT_HELP = "write e.g. 85-90% hrmax; what a per cent can be of: " + ", ".join(values.PercentOf)


def read_targets(cursor: Cursor) -> tuple[values.Target, values.Target | None]:
    """What follows `@`: one target, or two joined by `and`."""
    first = read_target(cursor)
    if not cursor.skip("and"):
        return first, None
    place = cursor.here
    second = read_target(cursor)
    cursor.build(place, values.check_targets, first, second)
    return first, second


def read_target(cursor: Cursor) -> values.Target:
    """The target that begins here, with its tolerance where it has one."""
    first = cursor.here
    cursor.skip("hr")
    target = _effort(cursor) or _plain(cursor)
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
    percent = cursor.skip("%")
    if not percent:
        cursor.skip("s", "sec", *TARGET_UNITS)
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


# ---- numbers with a unit ---------------------------------------------------------------------------------------------


def _plain(cursor: Cursor) -> values.Target:
    first = cursor.here
    if first.kind not in ("number", "clock"):
        cursor.fail(f"expected a target, not {cursor.shown()}", hint=TARGET_HELP)
    low, high, unit = _ends_and_unit(cursor)
    if unit in PACE_UNITS_M:
        return _pace_range(cursor, low, high, unit)
    if "clock" in (low.kind, high.kind):
        cursor.fail(f"{low.text} is a pace and {unit} is none of its units", token=first, hint="write e.g. 6:40/km")
    if float(low.text) > float(high.text):
        cursor.fail(f"low {low.text} is above high {high.text}", token=low, hint=f"write {high.text}-{low.text} {unit}")
    if unit in SPEED_UNITS_MPS:
        return cursor.build(first, speed_range_of, low.text, high.text, unit)
    return cursor.build(first, lambda: values.range_of(_WHOLE_RANGES[unit], cursor.whole(low), cursor.whole(high)))


def _ends_and_unit(cursor: Cursor) -> tuple[Token, Token, str]:
    """Two values (or twice the same one) and their unit, which may stand after each or only at the end."""
    low = high = cursor.take()
    unit = _take_unit(cursor)
    if cursor.skip(*DASHES):
        high = cursor.here
        if high.kind not in ("number", "clock"):
            cursor.fail(f"expected the other end of the range, not {cursor.shown()}", hint=TARGET_HELP)
        cursor.take()
        last_unit = _take_unit(cursor)
        if unit and last_unit and unit != last_unit:
            cursor.fail(f"a range in {unit} and {last_unit}", token=low, hint="use one unit")
        unit = last_unit or unit
    if unit:
        return low, high, unit
    if cursor.here.kind == "word":
        cursor.fail(f"{cursor.here.text!r} is no unit of a target", hint=TARGET_HELP)
    hint = TARGET_HELP
    if low.kind == "clock":
        cursor.build(low, parse_clock, low.text)  # one that is none says so itself
        hint = f"write {low.text}/km or {low.text}/mi"
    return cursor.fail(f"{low.text} has no unit", token=low, hint=hint)


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
    per_unit = PACE_NAMES[PACE_UNITS_M[unit]].removeprefix("min")
    if fast_s > slow_s:
        hint = f"the faster pace comes first: write {slow.text}-{fast.text}{per_unit}"
        cursor.fail(f"{fast.text} is slower than {slow.text}", token=fast, hint=hint)
    if 0 < fast_s * values.FASTEST_MPS < PACE_UNITS_M[unit]:
        cursor.fail(f"{fast.text}{per_unit} is faster than anyone has run", token=fast, hint="check the minutes")
    return cursor.build(fast, pace_range_of, fast_s, slow_s, unit)


# ---- efforts, limits, progressions -----------------------------------------------------------------------------------


def _effort(cursor: Cursor) -> values.Target | None:  # noqa: PLR0911 - one for each kind
    """The target that begins here, if it is more than a number with its unit."""
    first = cursor.here
    if cursor.at("word", *ZONES):
        return _zones(cursor)
    if cursor.skip("rpe"):
        hint = "write rpe 6 or rpe 6-7"
        if not cursor.at("number"):
            cursor.fail("perceived exertion needs its number", hint=hint)
        low, high = _whole_ends(cursor, hint=hint)
        if cursor.at("sign", "/") and cursor.ahead().text == "10":  # the scale it is on
            cursor.take()
            cursor.take()
        return cursor.build(first, lambda: values.RpeRange(low_rpe=low, high_rpe=high))
    if first.text in LIMITS:
        return _limit(cursor)
    if cursor.skip("from"):
        return _progression(cursor, first)
    if _at_percent(cursor):
        low, high = _whole_ends(cursor, sign="%", hint=PERCENT_HELP)
        cursor.skip("of")
        of = _measure(cursor)
        return cursor.build(first, lambda: values.PercentRange(low_pct=low, high_pct=high, of=of))
    if cursor.at("word", *values.PercentOf) or (cursor.at("number", "5", "10") and cursor.ahead().text == "k"):
        of = _measure(cursor)
        return cursor.build(first, lambda: values.PercentRange(low_pct=100, high_pct=100, of=of))
    return None


def _whole_ends(
    cursor: Cursor, *, hint: str, sign: str = "", words: tuple[str, ...] = (), other: str = "end of the range"
) -> tuple[int, int]:
    """A whole number, or two joined by a dash; `sign` may follow each, and one of `words` stand before the second."""
    low = high = cursor.whole(cursor.take())
    cursor.skip(sign)
    if cursor.skip(*DASHES):
        cursor.skip(*words)
        if not cursor.at("number"):
            cursor.fail(f"expected the other {other}, not {cursor.shown()}", hint=hint)
        high = cursor.whole(cursor.take())
        cursor.skip(sign)
    return low, high


def _zones(cursor: Cursor) -> values.Target:
    first = cursor.take()
    if not cursor.at("number"):
        cursor.fail("a zone needs its number", token=first, hint="write e.g. Z2")
    single = cursor.ahead().text not in DASHES
    low, high = _whole_ends(cursor, words=ZONES, other="zone", hint="write e.g. Z2-Z3")
    if single and (cursor.at("sign", "/") or cursor.at("word", *(f"/{word}" for word in ZONES))):
        cursor.fail("zones are joined by a dash", hint="write e.g. Z2-Z3")
    if single:
        return cursor.build(first, lambda: values.HeartRateZone(zone=low))
    return cursor.build(first, lambda: values.HeartRateZoneRange(low_zone=low, high_zone=high))


def _limit(cursor: Cursor) -> values.Target:
    first = cursor.take()
    cursor.skip("than")
    number = cursor.here
    value = _range(cursor)
    pace = isinstance(value, values.SpeedRange) and value.unit.startswith("min/")
    if pace and first.text not in ("slower", "faster"):
        written = cursor.text[number.start : cursor.ahead(-1).end]
        hint = f"write slower than {written} or faster than {written}"
        cursor.fail("a pace may be under in minutes or in speed", token=first, hint=hint)
    return cursor.build(first, lambda: values.Limit(side=LIMITS[first.text], value=value))


def _progression(cursor: Cursor, first: Token) -> values.Target:
    bare = cursor.here
    if bare.kind in ("number", "clock") and cursor.ahead().text == "to":
        # `from 7:00 to 6:30/km`: the unit stands only at the end and counts for both.
        cursor.take()
        cursor.take()
        number = cursor.here
        end = _range(cursor)
        text = cursor.text[: bare.end] + cursor.text[number.end : cursor.ahead(-1).end]
        start = _range(Cursor(text, tokenise(text, bare.start)))
    else:
        start = _range(cursor)
        if not cursor.skip("to"):
            cursor.fail(f"expected to, not {cursor.shown()}", hint="write e.g. from 7:00/km to 6:30/km")
        end = _range(cursor)
    return cursor.build(first, lambda: values.Progression(start=start, end=end))


def _range(cursor: Cursor) -> values.Range:
    place = cursor.here
    value = read_target(cursor)
    if not isinstance(value, values.Range):
        cursor.fail("a limit or a progression needs a plain value", token=place, hint="write e.g. 150 bpm or 6:00/km")
    return value


def _at_percent(cursor: Cursor) -> bool:
    if cursor.here.kind != "number":
        return False
    signs = [cursor.ahead(count).text if cursor.ahead(count).kind == "sign" else "" for count in (1, 2, 3)]
    return signs[0] == "%" or (signs[0] in DASHES and cursor.ahead(2).kind == "number" and signs[2] == "%")


def _measure(cursor: Cursor) -> values.PercentOf:
    """What a per cent is of, e.g. `hrmax`, `10k`, `marathon pace`."""
    place = cursor.here
    word = cursor.take().text if cursor.at("number") else ""  # 5k and 10k
    if cursor.at("word"):
        word += cursor.take().text
    if word not in list(values.PercentOf):
        what = f"no per cent of {word!r} is known" if word else "per cent of what?"
        cursor.fail(what, token=place, hint=PERCENT_HELP)
    cursor.skip("marathon" if word == "half" else "pace")
    cursor.skip("pace")
    return values.PercentOf(word)
