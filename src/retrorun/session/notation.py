"""The notation: a session as one line or many, e.g. `10min warmup; 4x(400m bwd @ 6:40-7:20/km; 90s rest)`.

`parse_session` and `format_session` are a pair: what one writes, the other reads as an equal session. The grammar is
in docs/reference/notation.md. Nothing is guessed: what has no single meaning is refused, with its place.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, NoReturn

from retrorun.errors import NotationError, SessionError
from retrorun.session import model, phrases, wording
from retrorun.session.model import Direction, Gait, Intensity, Repeat, Session, Setting, Slope, Step
from retrorun.session.tokens import LONGEST_NOTATION, Cursor, Token, ValueT, quote, read_header
from retrorun.session.values import Duration, PercentOf, RepeatUntil, Target, Times, nearest_of
from retrorun.units import DISTANCE_UNITS_M, TIME_UNITS_S

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
_REPEAT_HELP = "write e.g. 4x(400m bwd) or repeat until 20min (400m bwd)"
_TIMES_SIGNS = ("x", "×")
_LONGEST_MENDED = 200  # characters of a mended step in a hint
_NEEDS_NO_QUOTES = re.compile(r'[^"\s;](?:[^;\n\r]*[^\s;])?')


def parse_session(text: str, *, name: str = "") -> Session:
    """The session that a text in the notation describes.

    Args:
        text: one line or many; steps are parted by `;`, `,`, `+` or a new line.
        name: the session's name; without it the text's own `name:` line counts.

    Raises:
        NotationError: the text is no session; it shows the place with a caret and says what was expected.
        SessionError: the name cannot be shown.
    """
    if not isinstance(text, str):
        raise SessionError(f"the notation is text, not {type(text).__name__}")
    if len(text) > LONGEST_NOTATION:
        what = f"a session's text has at most {LONGEST_NOTATION} characters"
        raise NotationError(what, text=text, position=LONGEST_NOTATION, hint="use repeats")
    said, end = read_header(text)
    cursor = Cursor(text, end, setting=said.get("setting", Setting.ROAD))
    cursor.skip_breaks()
    first = cursor.here
    steps = _read_sequence(cursor, depth=0)
    if not cursor.at("end"):
        cursor.fail("there is no ( for this )", hint="leave it out, or open the bracket where the repeat begins")
    if not steps:
        cursor.fail("a session needs at least one step", hint="write e.g. 10min warmup; 400m bwd")
    session = cursor.build(first, Session, steps=steps, **said)
    return replace(session, name=name) if name else session


def format_session(session: Session) -> str:
    """The canonical text of a session: its name, setting and note where it has them, then one step a line.

    Raises:
        SessionError: it is no session.
    """
    model.expect_session(session)
    setting = "" if session.setting is Setting.ROAD else session.setting
    lines = [*map(wording.format_step, session.steps)]
    for key, value in (("note", session.note), ("setting", setting), ("name", session.name)):
        if value:
            lines.insert(0, f"{key}: {value if _NEEDS_NO_QUOTES.fullmatch(value) else quote(value)}")
    return "\n".join(lines)


def parse_duration(text: str) -> Duration:
    """The duration of a phrase, `10min` or `until hr > 150 bpm`; a NotationError where it is none."""
    return _phrase(text, phrases.read_duration, "duration")


def parse_until(text: str) -> RepeatUntil:
    """What ends a repeat, other than a count, `5km` or `hr > 150 bpm`; a NotationError where it is no such phrase."""
    return _phrase(text, phrases.read_until, "end of a repeat")


def parse_target(text: str) -> Target:
    """The target of a phrase, `6:40-7:20/km` or `Z2`; a NotationError where it is none."""
    return _phrase(text, phrases.read_target, "target")


def _phrase(text: str, read: Callable[[Cursor], ValueT], name: str) -> ValueT:
    if not isinstance(text, str):
        raise SessionError(f"a phrase of the notation is text, not {text!r}", hint="put it in quotes")
    cursor = Cursor(text)
    if cursor.at("end") and name == "target":
        cursor.fail("expected a target", hint=phrases.TARGET_HELP)
    value = read(cursor)
    if not cursor.at("end"):
        cursor.fail(f"nothing may follow a {name} here")
    return value


# ---- steps and repeats -----------------------------------------------------------------------------------------------


def _read_sequence(cursor: Cursor, *, depth: int) -> model.Items:
    """Steps up to the closing bracket or the end, which is not taken."""
    steps: list[Step | Repeat] = []
    while True:
        cursor.skip_breaks()
        if cursor.ends_step:
            return tuple(steps)
        steps.append(_read_item(cursor, depth=depth))
        if not cursor.ends_step:
            cursor.fail(f"expected ; before {cursor.shown()}", hint="part the steps with ; or a new line")


def _read_item(cursor: Cursor, *, depth: int) -> Step | Repeat:
    first = cursor.here
    cursor.items += 1
    if cursor.items > model.MOST_STEPS:
        cursor.fail(f"a session has at most {model.MOST_STEPS} steps", hint="use repeats")
    if cursor.at("number") and cursor.ahead().text in _TIMES_SIGNS:
        cursor.take()
        cursor.take()
        until: RepeatUntil = cursor.build(first, lambda: Times(count=cursor.whole(first)))
        return cursor.build(first, Repeat, until=until, **_read_body(cursor, first, depth=depth))
    if cursor.at("sign", "("):
        body = _read_body(cursor, first, depth=depth, counted=False)
        cursor.build(first, Repeat, until=Times(count=1), **body)
        if cursor.here.text not in _TIMES_SIGNS or cursor.ahead().kind != "number":
            hint = "write a count before them, e.g. 4x(400m bwd)"
            cursor.fail("these brackets have no count", token=first, hint=hint)
        _, count = cursor.take(), cursor.take()
        times = cursor.whole(count)
        tail = _read_tail(cursor)
        return cursor.build(count, lambda: Repeat(until=Times(count=times), **body, **tail))
    if cursor.skip("repeat"):
        if not cursor.skip("until"):
            cursor.expected("until after repeat", hint=_REPEAT_HELP)
        until = phrases.read_until(cursor)
        if not cursor.at("sign", "("):
            cursor.expected("( and the steps to repeat", hint=_REPEAT_HELP)
        return cursor.build(first, Repeat, until=until, **_read_body(cursor, first, depth=depth))
    return _StepReader(cursor).read()


def _read_body(cursor: Cursor, first: Token, *, depth: int, counted: bool = True) -> dict[str, Any]:
    """What a repeat, whose head was taken, says by the names of `Repeat`: steps in brackets, or one without."""
    if depth >= model.DEEPEST_NESTING:
        what = f"repeats are nested more than {model.DEEPEST_NESTING} deep"
        cursor.fail(what, token=first, hint="unroll an inner repeat")
    if cursor.at("break") or cursor.at("end"):
        cursor.fail("nothing to repeat", token=first, hint="write e.g. 4x(400m bwd; 90s rest)")
    opening = cursor.here
    if not cursor.skip("("):
        return {"steps": (_read_item(cursor, depth=depth + 1),)}
    steps = _read_sequence(cursor, depth=depth + 1)
    if cursor.at("end"):
        cursor.fail("this ( is not closed", token=opening, hint="add )")
    closing = cursor.take()
    if not steps:
        cursor.fail("a repeat needs at least one step", token=closing)
    return {"steps": steps} | (_read_tail(cursor) if counted else {})


def _read_tail(cursor: Cursor) -> dict[str, Any]:
    """What may stand behind a repeat, in either order: that its last step is left out, and its note."""
    said: dict[str, Any] = {}
    while True:
        if "note" not in said and cursor.at("text"):
            said["note"] = cursor.take().text
        elif "skip_last" not in said and cursor.skip("skip-last", "skip-last-rest"):
            said["skip_last"] = True
        else:
            return said


class _StepReader:
    """Reads the words of one step, in any order, each kind at most once."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.first: Token = cursor.here
        self.index = cursor.index
        self.said: dict[str, Any] = {}  # by the names of `Step`

    def read(self) -> Step:
        """The step that is said up to its end; without a duration there is none."""
        while not self.cursor.ends_step:
            self._read_part()
        if "duration" not in self.said:
            self.cursor.fail("a step needs a duration", token=self.first, hint=phrases.DURATION_HELP)
        gait = wording.usual_gait(self.said.get("intensity", Intensity.ACTIVE))
        return self.cursor.build(self.first, Step, **{"gait": gait} | self.said)

    def _read_part(self) -> None:
        """Take the next part of the step, whatever it is."""
        cursor, token = self.cursor, self.cursor.here
        if phrases.at_duration(cursor):
            # Read before it is refused as a second one: what lacks its @ is told so.
            duration = phrases.read_duration(cursor)
            if "duration" in self.said:
                self._refuse_second(token)
            self.said["duration"] = duration
        elif cursor.at("sign", "@") or cursor.at("word", "at"):
            self._once("target")
            cursor.take()
            self.said["target"], self.said["secondary_target"] = phrases.read_targets(cursor)
        elif cursor.at("text"):
            self._once("note")
            self.said["note"] = cursor.take().text
        elif cursor.at("word", "incline"):
            self._once("incline_pct", "incline")
            if cursor.setting is not Setting.TREADMILL:
                cursor.fail("an incline belongs to a treadmill", hint="say uphill, or put setting: treadmill above")
            self.said["incline_pct"] = self._read_incline()
        elif cursor.at("word"):
            self._read_word(token)
        elif cursor.at("sign", "/"):
            cursor.fail("a slash stands between no steps", hint=self._parted(fallback="leave it out"))
        elif cursor.at("sign", "("):
            hint = self._parted(fallback='put ; before it, or a note in quotes, e.g. "look"')
            cursor.expected("a word about the step", hint=hint)
        else:
            hint = "leave it out" if token is self.first else self._parted(fallback="leave it out")
            cursor.expected("a word about the step", hint=hint)

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
        if kind == "direction" and cursor.skip("?"):
            self.said["direction_guessed"] = True

    def _read_incline(self) -> float:
        cursor = self.cursor
        cursor.take()
        sign = -1.0 if cursor.skip("-") else 1.0
        number = cursor.number("a grade in per cent", hint="write e.g. incline 1%")
        if not cursor.skip("%"):
            cursor.fail(f"{number.text} has no unit", token=number, hint=f"write incline {number.text}%")
        return sign * float(number.text)

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

    def _refuse_word(self, token: Token) -> NoReturn:
        word, cursor = token.text, self.cursor
        if word in TIME_UNITS_S or word in DISTANCE_UNITS_M or word == "kcal":
            cursor.fail(f"{word} has no number before it", hint=f"write e.g. 10{word}")
        if word in _BETWEEN and not (word == "w" and cursor.ahead().text != "/"):
            cursor.fail(f"{word!r} stands between no steps", hint=self._parted(fallback=_WORDS_HELP))
        if word in phrases.TARGET_UNITS:
            cursor.fail(f"{word} has no number before it", hint=phrases.TARGET_HELP)
        valued = cursor.ahead().kind in ("number", "clock") or cursor.ahead().text in ("than", "<", ">")
        valued_words = (*phrases.ZONES, *phrases.LIMITS, "rpe", "hr", "from")
        if word in list(PercentOf) or (valued and word in valued_words):
            cursor.fail(f"{word} belongs to a target", hint=phrases.TARGET_FIRST)
        if word == "in":
            cursor.fail("a time for a distance is a pace", hint="write e.g. @ 4:00/km")
        if word == "x":
            cursor.fail("a count stands before what is repeated", hint="write e.g. 4x(400m bwd)")
        if word == "repeat":
            cursor.fail("a repeat is a step of its own", hint="put ; before it")
        if word.startswith("skip-last"):
            cursor.fail(f"{word} stands behind a repeat", hint="write e.g. 4x(400m bwd; 90s rest) skip-last")
        # Words that may still be said of the step, so that none of them leads into the next error.
        words: dict[str, Iterable[str]] = {**_WORDS, "duration": ("lap", "until", *phrases.RACES_M)}
        if cursor.setting is Setting.TREADMILL:
            del words["slope"]
        left = sorted(each for kind, some in words.items() if kind not in self.said for each in some)
        cursor.fail(f"unknown word {word!r}", hint=nearest_of(word, left, _WORDS_HELP, cutoff=0.7))

    def _parted(self, at: Token | None = None, *, fallback: str = "part the steps with ;") -> str:
        """A hint with the step parted here, `4x400m bwd/90s rest` as `4x(400m bwd; 90s rest)`, where that parses."""
        cursor, pieces, depth, end = self.cursor, [""], 0, self.first.start
        for token in cursor.tokens[self.index :]:
            depth += (token.text == "(") - (token.text == ")")
            if token.kind == "end" or depth < 0 or (token.kind == "break" and depth == 0):
                break
            between = token.kind == "break" or token.text in _BETWEEN
            if token is at or between:
                pieces.append("")
            if not between:
                pieces[-1] += cursor.text[end if pieces[-1] else token.start : token.end]
            end = token.end
        steps = "; ".join(filter(None, pieces))
        count, sign = cursor.tokens[self.index - 2 : self.index] if self.index > 1 else (self.first, self.first)
        mended = f"{count.text}x({steps})" if sign.text in _TIMES_SIGNS else steps
        return f"write {mended}" if self._reads(mended) else fallback

    def _reads(self, mended: str) -> bool:
        """Whether what a hint is about to suggest reads as steps; a trial asks for no hints of its own."""
        if self.cursor.trial or len(mended) > _LONGEST_MENDED:
            return False
        try:
            cursor = Cursor(mended, setting=self.cursor.setting, trial=True)
            return bool(_read_sequence(cursor, depth=0)) and cursor.at("end")
        except SessionError:
            return False
