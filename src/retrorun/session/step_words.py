"""The words of one step, read in any order, each kind at most once, and its duration: `10min`, `until hr > 150 bpm`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NoReturn

from retrorun.session import values, wording
from retrorun.session.model import Direction, Gait, Intensity, Setting, Slope, Step
from retrorun.session.target_words import DASHES, LIMITS, TARGET_FIRST, TARGET_HELP, TARGET_UNITS, ZONES, read_targets
from retrorun.session.tokens import Cursor, Token
from retrorun.session.values import nearest_of
from retrorun.units import DISTANCE_UNITS_M, PACE_UNITS_M, TIME_UNITS_S, parse_clock

DIRECTION_WORDS = {
    **dict.fromkeys(("fwd", "forward", "forwards"), Direction.FORWARD),
    **dict.fromkeys(("bwd", "back", "backward", "backwards", "retro"), Direction.BACKWARD),
}
GAIT_WORDS = {"run": Gait.RUN, "jog": Gait.RUN, "walk": Gait.WALK}
INTENSITY_WORDS = {
    **dict.fromkeys(("warmup", "warm-up", "wu"), Intensity.WARMUP),
    **dict.fromkeys(("cooldown", "cool-down", "cd"), Intensity.COOLDOWN),
    **dict.fromkeys(("recovery", "rec", "easy"), Intensity.RECOVERY),
    "rest": Intensity.REST,
    "interval": Intensity.INTERVAL,
    "active": Intensity.ACTIVE,
}
SLOPE_WORDS = {"uphill": Slope.UPHILL, "downhill": Slope.DOWNHILL, "flat": Slope.FLAT}
_WORDS: dict[str, Mapping[str, StrEnum]] = {
    "direction": DIRECTION_WORDS,
    "gait": GAIT_WORDS,
    "intensity": INTENSITY_WORDS,
    "slope": SLOPE_WORDS,
}
_BETWEEN = frozenset(("/", "(", ")", "with", "w", "then", "and", "-", ">"))  # what stands where a ; should
_WORDS_HELP = "use words such as fwd, bwd, walk, warmup, rest or uphill"
_LONGEST_MENDED = 200  # characters of a mended step in a hint
RACES_M = {"half": 21_097.5, "half-marathon": 21_097.5, "marathon": 42_195.0}
_ROUND_WORDS = frozenset(("times", "set", "sets", "round", "rounds", "rep", "reps"))
DURATION_HELP = "write e.g. 10min, 90s, 1:30, 400m, 1.5km, lap, 50kcal or until hr > 150 bpm"


class StepParts:
    """What was said about one step so far; `read` takes the next part of it."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.first: Token = cursor.here
        self.index = cursor.index
        self.said: dict[str, Any] = {}  # by the names of `Step`

    def step(self) -> Step:
        """The step that was said; without a duration there is none."""
        if "duration" not in self.said:
            self.cursor.fail("a step needs a duration", token=self.first, hint=DURATION_HELP)
        gait = wording.usual_gait(self.said.get("intensity", Intensity.ACTIVE))
        return self.cursor.build(self.first, Step, **{"gait": gait} | self.said)

    def read(self) -> None:
        """Take the next part of the step, whatever it is."""
        cursor = self.cursor
        token = cursor.here
        if at_duration(cursor):
            # Read before it is refused as a second one: what lacks its @ is told so.
            duration = read_duration(cursor)
            if "duration" in self.said:
                self._refuse_second(token)
            self.said["duration"] = duration
        elif cursor.at("sign", "@") or cursor.at("word", "at"):
            self._once("target")
            cursor.take()
            self.said["target"], self.said["secondary_target"] = read_targets(cursor)
        elif token.kind == "text":
            self._once("note")
            self.said["note"] = cursor.take().text
        elif cursor.at("word", "incline"):
            self._once("incline_pct", "incline")
            if cursor.setting is not Setting.TREADMILL:
                cursor.fail("an incline belongs to a treadmill", hint="say uphill, or put setting: treadmill above")
            self.said["incline_pct"] = self._read_incline()
        elif token.kind == "word":
            self._read_word(token)
        elif cursor.at("sign", "/"):
            cursor.fail("a slash stands between no steps", hint=self._parted(fallback="leave it out"))
        elif cursor.at("sign", "("):
            hint = self._parted(fallback='put ; before it, or a note in quotes, e.g. "look"')
            cursor.fail(f"expected a word about the step, not {cursor.shown()}", hint=hint)
        else:
            hint = "leave it out" if token is self.first else self._parted(fallback="leave it out")
            cursor.fail(f"expected a word about the step, not {cursor.shown()}", hint=hint)

    def _parted(self, at: Token | None = None, *, fallback: str = "part the steps with ;") -> str:
        """A hint with the step parted here, `4x400m bwd/90s rest` as `4x(400m bwd; 90s rest)`, where that parses."""
        cursor, pieces, depth, end = self.cursor, [""], 0, self.first.start
        for token in cursor.tokens[self.index :]:
            depth += (token.text == "(") - (token.text == ")")
            if token.kind == "end" or depth < 0 or (token.kind == "break" and depth == 0):
                break
            if token is at or token.kind == "break" or token.text in _BETWEEN:
                pieces.append("")
            if not (token.kind == "break" or token.text in _BETWEEN):
                pieces[-1] += cursor.text[end if pieces[-1] else token.start : token.end]
            end = token.end
        steps = "; ".join(filter(None, pieces))
        count, sign = cursor.tokens[self.index - 2 : self.index] if self.index > 1 else (self.first, self.first)
        mended = f"{count.text}x({steps})" if sign.text in ("x", "×") else steps
        return f"write {mended}" if self._reads(mended) else fallback

    def _reads(self, mended: str) -> bool:
        """Whether what a hint is about to suggest reads as steps; a trial asks for no hints of its own."""
        from retrorun.session.notation import reads_as_steps  # it reads its steps with this

        short = not self.cursor.trial and len(mended) <= _LONGEST_MENDED
        return short and reads_as_steps(mended, self.cursor.setting)

    def _read_word(self, token: Token) -> None:
        cursor, word = self.cursor, token.text
        if (word, cursor.ahead().text) in (("warm", "up"), ("cool", "down")):
            self._once("intensity")
            cursor.take()
            word += cursor.here.text
        kind = next((kind for kind, words in _WORDS.items() if word in words), None)
        if kind is None:
            self._refuse_word(token)
        self._once(kind)
        if kind == "slope" and cursor.setting is Setting.TREADMILL:
            cursor.fail("a treadmill has no slope", hint="write e.g. incline 1%")
        self.said[kind] = _WORDS[kind][word]
        cursor.take()
        if kind == "direction" and cursor.here.text == "?":
            cursor.take()
            self.said["direction_guessed"] = True

    def _once(self, kind: str, name: str = "") -> None:
        if kind in self.said:
            hint = "join two targets with and" if kind == "target" else "leave one out"
            self.cursor.fail(f"a step has one {name or kind}, and {self.cursor.shown()} is a second", hint=hint)

    def _refuse_second(self, token: Token) -> None:
        """Refuse a second duration, which was read: another step's, or the smaller part of one time."""
        cursor, hint = self.cursor, self._parted(token)
        at = cursor.tokens.index(token)
        number, unit = cursor.tokens[max(0, at - 2)], cursor.tokens[at - 1]
        whole = cursor.text[number.start : cursor.ahead(-1).end].replace(" ", "")
        if unit.text in TIME_UNITS_S and self._reads(whole):
            hint = f"write {whole}, or part the steps with ;"
        shown = cursor.text[token.start : token.end]
        cursor.fail(f"a step has one duration, and {shown} is a second", token=token, hint=hint)

    def _read_incline(self) -> float:
        cursor = self.cursor
        cursor.take()
        sign = -1.0 if cursor.skip("-") else 1.0
        number = cursor.here
        if number.kind != "number":
            cursor.fail(f"expected a grade in per cent, not {cursor.shown()}", hint="write e.g. incline 1%")
        cursor.take()
        if not cursor.skip("%"):
            cursor.fail(f"{number.text} has no unit", token=number, hint=f"write incline {number.text}%")
        return sign * float(number.text)

    def _refuse_word(self, token: Token) -> NoReturn:
        word, cursor = token.text, self.cursor
        if word in TIME_UNITS_S or word in DISTANCE_UNITS_M or word == "kcal":
            cursor.fail(f"{word} has no number before it", hint=f"write e.g. 10{word}")
        if word in _BETWEEN and not (word == "w" and cursor.ahead().text != "/"):
            cursor.fail(f"{word!r} stands between no steps", hint=self._parted(fallback=_WORDS_HELP))
        if word in TARGET_UNITS:
            cursor.fail(f"{word} has no number before it", hint=TARGET_HELP)
        valued = cursor.ahead().kind in ("number", "clock") or cursor.ahead().text in ("than", "<", ">")
        if word in list(values.PercentOf) or (valued and word in (*ZONES, *LIMITS, "rpe", "hr", "from")):
            cursor.fail(f"{word} belongs to a target", hint=TARGET_FIRST)
        if word == "in":
            cursor.fail("a time for a distance is a pace", hint="write e.g. @ 4:00/km")
        if word == "x":
            cursor.fail("a count stands before what is repeated", hint="write e.g. 4x(400m bwd)")
        if word == "repeat":
            cursor.fail("a repeat is a step of its own", hint="put ; before it")
        if word.startswith("skip-last"):
            cursor.fail(f"{word} stands behind a repeat", hint="write e.g. 4x(400m bwd; 90s rest) skip-last")
        hint = nearest_of(word, self._words_left(), _WORDS_HELP, cutoff=0.7)
        cursor.fail(f"unknown word {word!r}", hint=hint)

    def _words_left(self) -> list[str]:
        """The words that may still be said of the step, so that none of them leads into the next error."""
        words: dict[str, Iterable[str]] = {**_WORDS, "duration": ("lap", "until", *RACES_M)}
        if self.cursor.setting is Setting.TREADMILL:
            del words["slope"]
        return sorted(word for kind, left in words.items() if kind not in self.said for word in left)


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
    if cursor.skip("until"):
        cursor.skip("the")
    if cursor.skip("lap"):
        cursor.skip("button")
        return values.LapButton()
    if first.text == "until":
        if not cursor.at("word", "hr"):
            what = f"a step goes until a heart rate, not {cursor.shown()}"
            cursor.fail(what, hint="write e.g. until hr > 150 bpm, or say the time or distance alone")
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
        return cursor.build(first, wording.distance_of, number.text, unit.text)
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
