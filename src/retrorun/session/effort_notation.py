"""Targets by effort, one-sided limits and progressions in the notation.

`85-90% hrmax`, `90% vpeak`, `rpe 6-7`, `Z2-Z3`, `under 150 bpm`, `slower than 6:00/km`, `from 7:00/km to 6:30/km`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from retrorun.session import values
from retrorun.session.cursor import Cursor
from retrorun.session.tokens import Token, tokenise

DASHES = ("-", "–")
ZONES = ("z", "zone")
LIMITS: dict[str, Literal["below", "above"]] = {
    "<": "below",
    "under": "below",
    "max": "below",
    "below": "below",
    "slower": "below",
    ">": "above",
    "over": "above",
    "above": "above",
    "faster": "above",
}
PERCENT_HELP = "write e.g. 85-90% hrmax; what a per cent can be of: " + ", ".join(values.PercentOf)

Read = Callable[[Cursor], values.Target]


def read_effort(cursor: Cursor, read: Read) -> values.Target | None:  # noqa: PLR0911 - one for each kind
    """The target that begins here, if it is one of these; `read` reads a plain one."""
    if cursor.at("word", *ZONES):
        return _zones(cursor)
    if cursor.at("word", "rpe"):
        first = cursor.take()
        low, high = _whole_range(cursor, "perceived exertion", "rpe 6 or rpe 6-7")
        if cursor.at("sign", "/") and cursor.ahead().text == "10":  # the scale it is on
            cursor.take()
            cursor.take()
        return cursor.build(first, lambda: values.RpeRange(low_rpe=low, high_rpe=high))
    if cursor.here.text in LIMITS:
        return _limit(cursor, read)
    if cursor.at("word", "from"):
        return _progression(cursor, read)
    if _at_percent(cursor):
        return _percent(cursor)
    if cursor.at("word", *values.PercentOf) or (cursor.at("number", "5", "10") and cursor.ahead().text == "k"):
        first = cursor.here
        of = _measure(cursor)
        return cursor.build(first, lambda: values.PercentRange(low_pct=100, high_pct=100, of=of))
    return None


def _zones(cursor: Cursor) -> values.Target:
    first = cursor.take()
    if not cursor.at("number"):
        cursor.fail("a zone needs its number", token=first, hint="write e.g. Z2")
    low = high = cursor.whole(cursor.take())
    if cursor.at("sign", "/") or cursor.at("word", *(f"/{word}" for word in ZONES)):
        cursor.fail("zones are joined by a dash", hint="write e.g. Z2-Z3")
    if cursor.at("sign", *DASHES):
        cursor.take()
        if cursor.at("word", *ZONES):
            cursor.take()
        if not cursor.at("number"):
            cursor.fail(f"expected the other zone, not {cursor.shown()}", hint="write e.g. Z2-Z3")
        high = cursor.whole(cursor.take())
        return cursor.build(first, lambda: values.HeartRateZoneRange(low_zone=low, high_zone=high))
    return cursor.build(first, lambda: values.HeartRateZone(zone=low))


def _limit(cursor: Cursor, read: Read) -> values.Target:
    first = cursor.take()
    cursor.skip("than")
    number = cursor.here
    value = _range(cursor, read)
    if (
        isinstance(value, values.SpeedRange)
        and value.unit.startswith("min/")
        and first.text not in ("slower", "faster")
    ):
        pace = cursor.text[number.start : cursor.ahead(-1).end]
        hint = f"write slower than {pace} or faster than {pace}"
        cursor.fail("a pace may be under in minutes or in speed", token=first, hint=hint)
    return cursor.build(first, lambda: values.Limit(side=LIMITS[first.text], value=value))


def _progression(cursor: Cursor, read: Read) -> values.Target:
    first = cursor.take()
    bare = cursor.here
    if bare.kind in ("number", "clock") and cursor.ahead().text == "to":
        cursor.take()
        cursor.take()
        return _short_progression(cursor, first, bare, read)
    start = _range(cursor, read)
    if not cursor.at("word", "to"):
        cursor.fail(f"expected to, not {cursor.shown()}", hint="write e.g. from 7:00/km to 6:30/km")
    cursor.take()
    end = _range(cursor, read)
    return cursor.build(first, lambda: values.Progression(start=start, end=end))


def _short_progression(cursor: Cursor, first: Token, bare: Token, read: Read) -> values.Target:
    """`from 7:00 to 6:30/km`: the unit stands only at the end and counts for both."""
    number = cursor.here
    end = _range(cursor, read)
    unit = cursor.text[number.end : cursor.ahead(-1).end]
    text = cursor.text[: bare.end] + unit
    start = _range(Cursor(text, tokenise(text, bare.start)), read)
    return cursor.build(first, lambda: values.Progression(start=start, end=end))


def _range(cursor: Cursor, read: Read) -> values.Range:
    place = cursor.here
    value = read(cursor)
    if not isinstance(value, values.Range):
        cursor.fail("a limit or a progression needs a plain value", token=place, hint="write e.g. 150 bpm or 6:00/km")
    return value


def _at_percent(cursor: Cursor) -> bool:
    if cursor.here.kind != "number":
        return False
    signs = [cursor.ahead(count).text if cursor.ahead(count).kind == "sign" else "" for count in (1, 2, 3)]
    return signs[0] == "%" or (signs[0] in DASHES and cursor.ahead(2).kind == "number" and signs[2] == "%")


def _percent(cursor: Cursor) -> values.Target:
    first = cursor.here
    low = high = cursor.whole(cursor.take())
    if cursor.at("sign", "%"):
        cursor.take()
    if cursor.at("sign", *DASHES):
        cursor.take()
        if not cursor.at("number"):
            cursor.fail(f"expected the other end of the range, not {cursor.shown()}", hint=PERCENT_HELP)
        high = cursor.whole(cursor.take())
        if cursor.at("sign", "%"):
            cursor.take()
    cursor.skip("of")
    of = _measure(cursor)
    return cursor.build(first, lambda: values.PercentRange(low_pct=low, high_pct=high, of=of))


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


def _whole_range(cursor: Cursor, what: str, example: str) -> tuple[int, int]:
    if not cursor.at("number"):
        cursor.fail(f"{what} needs its number", hint=f"write {example}")
    low = high = cursor.whole(cursor.take())
    if cursor.at("sign", *DASHES):
        cursor.take()
        if not cursor.at("number"):
            cursor.fail(f"expected the other end of the range, not {cursor.shown()}", hint=f"write {example}")
        high = cursor.whole(cursor.take())
    return low, high
