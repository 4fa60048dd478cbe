"""The words of one step, read in any order, each kind at most once."""

from __future__ import annotations

import difflib

from retrorun.session.cursor import Cursor
from retrorun.session.model import Direction, Gait, Intensity, Setting, Slope
from retrorun.session.phrases import (
    DURATION_HELP,
    TARGET_UNITS,
    ZONE_WORDS,
    at_duration,
    read_duration,
    read_targets,
)
from retrorun.session.tokens import Token
from retrorun.session.values import Duration, Target
from retrorun.units import DISTANCE_UNITS_M, TIME_UNITS_S

DIRECTION_WORDS = {
    **dict.fromkeys(("fwd", "forward", "forwards"), Direction.FORWARD),
    **dict.fromkeys(("bwd", "back", "backward", "backwards", "retro"), Direction.BACKWARD),
}
GAIT_WORDS = {"run": Gait.RUN, "jog": Gait.RUN, "walk": Gait.WALK}
INTENSITY_WORDS = {
    **dict.fromkeys(("warmup", "warm-up", "wu"), Intensity.WARMUP),
    **dict.fromkeys(("cooldown", "cool-down", "cd"), Intensity.COOLDOWN),
    **dict.fromkeys(("recovery", "easy"), Intensity.RECOVERY),
    "rest": Intensity.REST,
    "interval": Intensity.INTERVAL,
    "active": Intensity.ACTIVE,
}
SLOPE_WORDS = {"uphill": Slope.UPHILL, "downhill": Slope.DOWNHILL, "flat": Slope.FLAT}
_OTHER_WORDS = ("lap", "until", "incline", "repeat", "skip-last")
_ALL_WORDS = sorted({*DIRECTION_WORDS, *GAIT_WORDS, *INTENSITY_WORDS, *SLOPE_WORDS, *_OTHER_WORDS})


class StepParts:
    """What was said about one step so far; `read` takes the next part of it."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.first: Token = cursor.here
        self.index = cursor.index
        self.direction_guessed = False
        self.duration: Duration | None = None
        self.direction: Direction | None = None
        self.gait: Gait | None = None
        self.intensity: Intensity | None = None
        self.slope: Slope | None = None
        self.incline_pct: float | None = None
        self.target: Target | None = None
        self.secondary_target: Target | None = None
        self.note: str | None = None

    def required_duration(self) -> Duration:
        """The duration, or an error where the step has none."""
        if self.duration is None:
            self.cursor.fail("a step needs a duration", token=self.first, hint=DURATION_HELP)
        return self.duration

    def read(self) -> None:
        """Take the next part of the step, whatever it is."""
        cursor = self.cursor
        token = cursor.here
        if at_duration(cursor):
            # Read before it is refused as a second one: what lacks its @ is told so.
            duration = read_duration(cursor)
            self._once("duration", self.duration, token)
            self.duration = duration
        elif cursor.at("sign", "@") or cursor.at("word", "at"):
            self._once("target", self.target)
            cursor.take()
            self.target, self.secondary_target = read_targets(cursor)
        elif token.kind == "text":
            self._once("note", self.note)
            self.note = cursor.take().text
        elif cursor.at("word", "incline"):
            self._once("incline", self.incline_pct)
            if cursor.setting is not Setting.TREADMILL:
                cursor.fail("an incline belongs to a treadmill", hint="say uphill, or put setting: treadmill above")
            self.incline_pct = self._read_incline()
        elif token.kind == "word":
            self._read_word(token)
        elif cursor.at("sign", "/"):
            cursor.fail("a slash stands between no steps", hint=f"write {self._parted()}")
        else:
            hint = "write a count before it, e.g. 4x(400m bwd)" if cursor.at("sign", "(") else "leave it out"
            cursor.fail(f"expected a word about the step, not {cursor.shown()}", hint=hint)

    def _parted(self) -> str:
        """The step and what follows a slash, as two: `4x400m bwd/90s rest` as `4x(400m bwd; 90s rest)`."""
        cursor = self.cursor
        slash, behind = cursor.here, 1
        while not (cursor.ahead(behind).kind in ("break", "end") or cursor.ahead(behind).text == ")"):
            behind += 1
        before = cursor.text[self.first.start : slash.start].strip()
        after = cursor.text[slash.end : cursor.ahead(behind).start].strip()
        count, sign = cursor.tokens[self.index - 2 : self.index] if self.index > 1 else (self.first, self.first)
        return f"{count.text}x({before}; {after})" if sign.text in ("x", "×") else f"{before}; {after}"

    def _read_word(self, token: Token) -> None:
        word = token.text
        if word in DIRECTION_WORDS:
            self._once("direction", self.direction)
            self.direction = DIRECTION_WORDS[word]
            if self.cursor.ahead().text == "?":
                self.cursor.take()
                self.direction_guessed = True
        elif word in GAIT_WORDS:
            self._once("gait", self.gait)
            self.gait = GAIT_WORDS[word]
        elif word in INTENSITY_WORDS:
            self._once("intensity", self.intensity)
            self.intensity = INTENSITY_WORDS[word]
        elif word in SLOPE_WORDS:
            self._once("slope", self.slope)
            if self.cursor.setting is Setting.TREADMILL:
                self.cursor.fail("a treadmill has no slope", hint="write e.g. incline 1%")
            self.slope = SLOPE_WORDS[word]
        else:
            self._refuse_word(token)
        self.cursor.take()

    def _once(self, name: str, value: object, token: Token | None = None) -> None:
        if value is not None:
            first = token or self.cursor.here
            shown = self.cursor.text[first.start : first.end]
            self.cursor.fail(
                f"a step has one {name}, and {shown} is a second", token=first, hint="part the steps with ;"
            )

    def _read_incline(self) -> float:
        cursor = self.cursor
        cursor.take()
        sign = -1.0 if cursor.at("sign", "-") else 1.0
        if sign < 0:
            cursor.take()
        number = cursor.here
        if number.kind != "number":
            cursor.fail(f"expected a grade in per cent, not {cursor.shown()}", hint="write e.g. incline 1%")
        cursor.take()
        if not cursor.at("sign", "%"):
            cursor.fail(f"{number.text} has no unit", token=number, hint=f"write incline {number.text}%")
        cursor.take()
        return sign * float(number.text)

    def _refuse_word(self, token: Token) -> None:
        word, cursor = token.text, self.cursor
        if word in TIME_UNITS_S or word in DISTANCE_UNITS_M or word == "kcal":
            cursor.fail(f"{word} has no number before it", hint=f"write e.g. 10{word}")
        if word in TARGET_UNITS or word in ZONE_WORDS:
            cursor.fail(f"{word} belongs to a target", hint="put @ before the target, e.g. @ Z2")
        if word == "x":
            cursor.fail("a count stands before what is repeated", hint="write e.g. 4x(400m bwd)")
        if word == "repeat":
            cursor.fail("a repeat is a step of its own", hint="put ; before it")
        close = difflib.get_close_matches(word, _ALL_WORDS, n=1)
        hint = f"did you mean {close[0]}?" if close else "use words such as fwd, bwd, walk, warmup, rest or uphill"
        cursor.fail(f"unknown word {word!r}", hint=hint)
