"""The phrases of the notation, read from tokens: durations, and targets with their efforts, limits and progressions.

`10min`, `1h30min`, `400m`, `lap`, `until hr > 150 bpm`; `6:40-7:20/km`, `9-10 km/h`, `140 bpm ±5`, `85-90% hrmax`,
`rpe 6-7`, `Z2-Z3`, `under 150 bpm`, `from 7:00 to 6:30/km`.
"""

import math
from typing import NoReturn

from retrorun.session import values
from retrorun.session.tokens import Cursor, Token
from retrorun.session.wording import PACE_NAMES, distance_of, pace_range_of, speed_range_of
from retrorun.units import DISTANCE_UNITS_M, PACE_UNITS_M, SPEED_UNITS_MPS, TIME_UNITS_S, parse_clock

RACES_M = {"half": 21_097.5, "half-marathon": 21_097.5, "marathon": 42_195.0}
DASHES = ("-", "–")
ZONES = ("z", "zone")
LIMITS: dict[str, values.Side] = {
    **dict.fromkeys(("<", "under", "max", "below", "slower"), "below"),
    **dict.fromkeys((">", "over", "above", "faster"), "above"),
}
_ROUND_WORDS = frozenset(("times", "set", "sets", "round", "rounds", "rep", "reps"))
_WHOLE_RANGES: dict[str, type[values.Range]] = {
    "bpm": values.HeartRateRange,
    "spm": values.CadenceRange,
    **dict.fromkeys(("w", "watt", "watts"), values.PowerRange),
}
TARGET_UNITS = frozenset((*PACE_UNITS_M, *SPEED_UNITS_MPS, *_WHOLE_RANGES))

DURATION_HELP = "write e.g. 10min, 90s, 1:30, 400m, 1.5km, lap, 50kcal or until hr > 150 bpm"
TARGET_FIRST = "put @ before it, or and where it is a second target"
TARGET_HELP = "write e.g. 6:40-7:20/km, 9-10 km/h, Z2, 140-150 bpm, 170-180 spm or 200-250 W"
RPE_HELP = "write rpe 6 or rpe 6-7"
PERCENT_HELP = "write e.g. 85-90% hrmax; what a per cent can be of: " + ", ".join(values.PercentOf)


# ---- durations -------------------------------------------------------------------------------------------------------


def at_duration(cursor: Cursor) -> bool:
    """Whether a duration begins here."""
    return cursor.at_value or cursor.at("word", "lap", "until", *RACES_M)


def read_duration(cursor: Cursor) -> values.Duration:
    """The duration that begins here."""
    if cursor.at("word", *RACES_M):
        race = cursor.take().text
        if race == "half":
            cursor.skip("marathon")
        return values.Distance(distance_m=RACES_M[race], unit="km")
    first = cursor.here
    if cursor.skip("until"):
        cursor.skip("the")
    if cursor.skip("lap"):
        cursor.skip("button")
        return values.LapButton()
    if first.text != "until":
        return _amount(cursor)
    if not cursor.at("word", "hr"):
        what = f"a step goes until a heart rate, not {cursor.shown()}"
        cursor.fail(what, hint="write e.g. until hr > 150 bpm, or say the time or distance alone")
    return _heart_rate_bound(cursor)


def read_until(cursor: Cursor) -> values.RepeatUntil:
    """What ends a repeat, as it stands behind `until`."""
    if cursor.at("word", "hr"):
        return _heart_rate_bound(cursor)
    first = cursor.here
    amount = _amount(cursor)
    if isinstance(amount, values.Calories):
        cursor.fail("a repeat cannot go on until so many calories", token=first, hint="use a time or a distance")
    return amount


def _amount(cursor: Cursor) -> values.Time | values.Distance | values.Calories:
    """A time, a distance or calories, e.g. `1h30min`, `1:30`, `400m`, `50kcal`."""
    if not cursor.at_value:
        cursor.expected("a duration", hint=DURATION_HELP)
    first, unit = cursor.take(), cursor.here
    if first.kind == "clock" and not (cursor.at("word", *PACE_UNITS_M, *TIME_UNITS_S) or cursor.at("sign", *DASHES)):
        return cursor.build(first, lambda: values.Time(time_s=parse_clock(first.text)))
    if first.kind == "number" and cursor.at("word", *TIME_UNITS_S):
        return cursor.build(first, _time, cursor, first)
    if first.kind == "number" and cursor.skip(*DISTANCE_UNITS_M):
        return cursor.build(first, distance_of, first.text, unit.text)
    if first.kind == "number" and cursor.skip("kcal"):
        return cursor.build(first, lambda: values.Calories(calories_kcal=cursor.whole(first)))
    return _refuse_amount(cursor, first, unit)


def _time(cursor: Cursor, number: Token) -> values.Time:
    """A time whose first number was taken; `1h30min` only without a gap, so that a forgotten `;` is not read as one."""
    total_s, size_s, unit = 0.0, math.inf, cursor.take()
    while True:
        smaller_s = TIME_UNITS_S.get(unit.text, math.inf)
        if smaller_s >= size_s:
            cursor.fail("a time goes from large to small", token=number, hint="write e.g. 1h30min or 1min30s")
        size_s = smaller_s
        total_s += float(number.text) * size_s
        if not cursor.at("number") or cursor.here.start != unit.end:
            return values.Time(time_s=total_s)
        number, unit = cursor.take(), cursor.take()


def _refuse_amount(cursor: Cursor, number: Token, unit: Token) -> NoReturn:
    """Refuse what follows a number and makes no duration of it, with a hint that hangs on what it is."""
    if cursor.at("sign", *DASHES) and (number.kind == "clock" or cursor.ahead().kind == "number"):
        _refuse_range(cursor, number)
    if cursor.at("word", *TARGET_UNITS):
        cursor.fail(f"{unit.text} belongs to a target", token=number, hint=TARGET_FIRST)
    if number.kind == "clock":
        cursor.fail(f"{number.text} needs no unit", token=number, hint="write e.g. 1:30 or 1:30:00")
    if cursor.at("sign", "%"):
        cursor.fail("a per cent is no duration", token=number, hint="write a target, e.g. @ 85% hrmax, or uphill")
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
    last = cursor.take() if cursor.at_value else first
    if cursor.at("word", *TARGET_UNITS):
        cursor.fail("a range is a target, not a duration", token=first, hint=TARGET_FIRST)
    if first.kind == last.kind == "clock":
        for token in (first, last):
            cursor.build(token, parse_clock, token.text)
        hint = f"write e.g. @ {first.text}-{last.text}/km"
        cursor.fail("a range of paces is a target, and has a unit", token=first, hint=hint)
    cursor.fail("a duration or a count is one number, not a range", token=first, hint=DURATION_HELP)


def _heart_rate_bound(cursor: Cursor) -> values.HeartRateAbove | values.HeartRateBelow:
    """`hr > 150 bpm` or `hr below 120 bpm`."""
    cursor.take()
    sign = cursor.take()
    if sign.text not in (">", "<", "above", "below"):
        cursor.fail("expected > or < after hr", token=sign, hint="write e.g. until hr > 150 bpm")
    number = cursor.number("a heart rate", hint="write e.g. until hr > 150 bpm")
    if not cursor.skip("bpm"):
        cursor.fail(f"{number.text} has no unit", token=number, hint=f"write {number.text} bpm")
    kind = values.HeartRateAbove if sign.text in (">", "above") else values.HeartRateBelow
    return cursor.build(number, lambda: kind(heart_rate_bpm=cursor.whole(number)))


# ---- targets ---------------------------------------------------------------------------------------------------------


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
    by = float(cursor.number("a tolerance", hint="write e.g. 5:00/km ±5%").text)
    percent = cursor.skip("%")
    if not percent:
        cursor.skip("s", "sec", *TARGET_UNITS)
    return cursor.build(first, _within, target, by, percent=percent)


def _within(target: values.Range, by: float, *, percent: bool) -> values.Range:
    """The range of a value and its tolerance: per cent or its own unit; of paces in whole seconds of the pace."""
    value = values.ends_of(target)[0]
    if isinstance(target, values.SpeedRange) and target.is_pace:
        per_m = PACE_UNITS_M[target.unit]
        by_s = per_m / value * by / 100 if percent else by
        return pace_range_of(round(per_m / value - by_s), round(per_m / value + by_s), target.unit)
    if isinstance(target, values.SpeedRange):
        by_mps = value * by / 100 if percent else by * SPEED_UNITS_MPS[target.unit]
        return values.SpeedRange(low_mps=value - by_mps, high_mps=value + by_mps, unit=target.unit)
    if isinstance(target, values.PercentRange):  # 85% ±5% is 80 to 90 %
        return values.range_of(target.of, round(value - by), round(value + by))
    by = value * by / 100 if percent else by
    return values.range_of(type(target), math.floor(value - by), math.ceil(value + by))


def _plain(cursor: Cursor) -> values.Target:
    """A number with a unit, or two; the unit may stand after each or only at the end."""
    if not cursor.at_value:
        cursor.expected("a target", hint=TARGET_HELP)
    low = high = cursor.take()
    unit = _take_unit(cursor)
    if cursor.skip(*DASHES):
        if not cursor.at_value:
            cursor.expected("the other end of the range", hint=TARGET_HELP)
        high, last_unit = cursor.take(), _take_unit(cursor)
        if unit and last_unit and unit != last_unit:
            cursor.fail(f"a range in {unit} and {last_unit}", token=low, hint="use one unit")
        unit = last_unit or unit
    if not unit:
        _refuse_number(cursor, low)
    if unit in PACE_UNITS_M:
        return _pace_range(cursor, low, high, unit)
    if "clock" in (low.kind, high.kind):
        cursor.fail(f"{low.text} is a pace and {unit} is none of its units", token=low, hint="write e.g. 6:40/km")
    if float(low.text) > float(high.text):
        cursor.fail(f"low {low.text} is above high {high.text}", token=low, hint=f"write {high.text}-{low.text} {unit}")
    if unit in SPEED_UNITS_MPS:
        return cursor.build(low, speed_range_of, low.text, high.text, unit)
    return cursor.build(low, lambda: values.range_of(_WHOLE_RANGES[unit], cursor.whole(low), cursor.whole(high)))


def _refuse_number(cursor: Cursor, low: Token) -> NoReturn:
    if cursor.at("word"):
        cursor.fail(f"{cursor.here.text!r} is no unit of a target", hint=TARGET_HELP)
    hint = TARGET_HELP
    if low.kind == "clock":
        cursor.build(low, parse_clock, low.text)  # one that is none says so itself
        hint = f"write {low.text}/km or {low.text}/mi"
    cursor.fail(f"{low.text} has no unit", token=low, hint=hint)


def _take_unit(cursor: Cursor) -> str:
    """The unit here, `min per km` and `'/km` among them; empty where there is none."""
    if cursor.at("word", "min") and cursor.ahead().text in ("per", *PACE_UNITS_M):
        cursor.take()
    if cursor.at("word", "per") and f"/{cursor.ahead().text}" in PACE_UNITS_M:
        cursor.take()
        return f"/{cursor.take().text}"
    return cursor.take().text if cursor.at("word", *TARGET_UNITS) else ""


def _pace_range(cursor: Cursor, fast: Token, slow: Token, unit: str) -> values.SpeedRange:
    # Whole minutes, `7 min/km`, are a pace too.
    clocks = [f"{token.text}:00" if token.text.isdigit() else token.text for token in (fast, slow)]
    for token, clock in zip((fast, slow), clocks, strict=True):
        if ":" not in clock:
            cursor.fail(f"{token.text} is no pace", token=token, hint="say minutes and seconds, e.g. 6:30/km")
    fast_s, slow_s = (
        cursor.build(token, parse_clock, clock) for token, clock in zip((fast, slow), clocks, strict=True)
    )
    per_unit = PACE_NAMES[PACE_UNITS_M[unit]].removeprefix("min")
    if fast_s > slow_s:
        hint = f"the faster pace comes first: write {clocks[1]}-{clocks[0]}{per_unit}"
        cursor.fail(f"{clocks[0]} is slower than {clocks[1]}", token=fast, hint=hint)
    if 0 < fast_s * values.FASTEST_MPS < PACE_UNITS_M[unit]:
        cursor.fail(f"{clocks[0]}{per_unit} is faster than anyone has run", token=fast, hint="check the minutes")
    return cursor.build(fast, pace_range_of, fast_s, slow_s, unit)


def _effort(cursor: Cursor) -> values.Target | None:  # noqa: PLR0911 - one for each kind
    """The target that begins here, if it is more than a number with its unit."""
    first = cursor.here
    if cursor.at("word", *ZONES):
        return _zones(cursor)
    if cursor.skip("rpe"):
        if not cursor.at("number"):
            cursor.fail("perceived exertion needs its number", hint=RPE_HELP)
        low, high = _whole_ends(cursor, hint=RPE_HELP)
        if cursor.at("sign", "/") and cursor.ahead().text == "10":  # the scale it is on
            cursor.take()
            cursor.take()
        return cursor.build(first, values.RpeRange, low_rpe=low, high_rpe=high)
    if first.text in LIMITS:
        return _limit(cursor)
    if cursor.skip("from"):
        return _progression(cursor, first)
    mark = cursor.ahead(3 if cursor.ahead().text in DASHES and cursor.ahead(2).kind == "number" else 1)
    if cursor.at("number") and mark.kind == "sign" and mark.text == "%":
        low, high = _whole_ends(cursor, sign="%", hint=PERCENT_HELP)
        cursor.skip("of")
        return cursor.build(first, values.PercentRange, low_pct=low, high_pct=high, of=_measure(cursor))
    if cursor.at("word", *values.PercentOf) or (cursor.at("number", "5", "10") and cursor.ahead().text == "k"):
        return cursor.build(first, values.PercentRange, low_pct=100, high_pct=100, of=_measure(cursor))
    return None


def _whole_ends(
    cursor: Cursor, *, hint: str, sign: str = "", words: tuple[str, ...] = (), other: str = "end of the range"
) -> tuple[int, int]:
    """A whole number, or two joined by a dash; `sign` may follow each, and one of `words` stand before the second."""
    low = high = cursor.whole(cursor.take())
    cursor.skip(sign)
    if cursor.skip(*DASHES):
        cursor.skip(*words)
        high = cursor.whole(cursor.number(f"the other {other}", hint=hint))
        cursor.skip(sign)
    return low, high


def _zones(cursor: Cursor) -> values.Target:
    first = cursor.take()
    if not cursor.at("number"):
        cursor.fail("a zone needs its number", token=first, hint="write e.g. Z2")
    single = cursor.ahead().text not in DASHES
    low, high = _whole_ends(cursor, words=ZONES, other="zone", hint="write e.g. Z2-Z3")
    if not single:
        return cursor.build(first, values.HeartRateZoneRange, low_zone=low, high_zone=high)
    if cursor.at("sign", "/") or cursor.at("word", *(f"/{word}" for word in ZONES)):
        cursor.fail("zones are joined by a dash", hint="write e.g. Z2-Z3")
    return cursor.build(first, values.HeartRateZone, zone=low)


def _limit(cursor: Cursor) -> values.Target:
    first = cursor.take()
    cursor.skip("than")
    number = cursor.here
    value = _range(cursor)
    if isinstance(value, values.SpeedRange) and value.is_pace and first.text not in ("slower", "faster"):
        written = cursor.text[number.start : cursor.ahead(-1).end]
        hint = f"write slower than {written} or faster than {written}"
        cursor.fail("a pace may be under in minutes or in speed", token=first, hint=hint)
    return cursor.build(first, values.Limit, side=LIMITS[first.text], value=value)


def _progression(cursor: Cursor, first: Token) -> values.Target:
    bare = cursor.here
    if cursor.at_value and cursor.ahead().text == "to":
        # `from 7:00 to 6:30/km`: the unit stands only at the end and counts for both.
        cursor.take()
        cursor.take()
        number = cursor.here
        end = _range(cursor)
        text = cursor.text[: bare.end] + cursor.text[number.end : cursor.ahead(-1).end]
        start = _range(Cursor(text, bare.start))
    else:
        start = _range(cursor)
        if not cursor.skip("to"):
            cursor.expected("to", hint="write e.g. from 7:00/km to 6:30/km")
        end = _range(cursor)
    return cursor.build(first, values.Progression, start=start, end=end)


def _range(cursor: Cursor) -> values.Range:
    place = cursor.here
    value = read_target(cursor)
    if not isinstance(value, values.Range):
        cursor.fail("a limit or a progression needs a plain value", token=place, hint="write e.g. 150 bpm or 6:00/km")
    return value


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
