"""The notation: a session as one line or many, e.g. `10min warmup; 4x(400m bwd @ 6:40-7:20/km; 90s rest)`.

`parse_session` and `format_session` are a pair: what one writes, the other reads as an equal session. The grammar is
in docs/reference/notation.md. Nothing is guessed: what has no single meaning is refused, with its place.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from retrorun.errors import NotationError, SessionError
from retrorun.session import step_words
from retrorun.session.model import DEEPEST_NESTING, MOST_STEPS, Repeat, Session, Setting, Step, expect_session
from retrorun.session.target_words import TARGET_HELP, read_target
from retrorun.session.tokens import LONGEST_NOTATION, Cursor, Token, ValueT, quote, tokenise, unquote
from retrorun.session.values import Duration, RepeatUntil, Target, Times, nearest_of
from retrorun.session.wording import format_step

_REPEAT_HELP = "write e.g. 4x(400m bwd) or repeat until 20min (400m bwd)"
_TIMES_SIGNS = ("x", "×")
_SKIP_WORDS = ("skip-last", "skip-last-rest")


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
    cursor = Cursor(text, tokenise(text, end), setting=said.get("setting", Setting.ROAD))
    first = cursor.here
    steps = _read_sequence(cursor, depth=0)
    if cursor.here.kind != "end":
        cursor.fail("there is no ( for this )", hint="leave it out, or open the bracket where the repeat begins")
    if not steps:
        cursor.fail("a session needs at least one step", token=cursor.here, hint="write e.g. 10min warmup; 400m bwd")
    session: Session = cursor.build(first, Session, steps=steps, **said)
    return replace(session, name=name) if name else session


def format_session(session: Session) -> str:
    """The canonical text of a session: its name, setting and note where it has them, then one step a line.

    Raises:
        SessionError: it is no session.
    """
    expect_session(session)
    return "\n".join([*format_header(session), *(format_step(step) for step in session.steps)])


def parse_duration(text: str) -> Duration:
    """The duration of a phrase: `10min`, `400m`, `lap`, `50kcal`, `until hr > 150 bpm`.

    Raises:
        NotationError: it is no duration, or something follows it.
    """
    cursor = _phrase_cursor(text)
    if not step_words.at_duration(cursor):
        cursor.fail(f"expected a duration, not {cursor.shown()}", hint=step_words.DURATION_HELP)
    duration = step_words.read_duration(cursor)
    return _alone(cursor, duration, "duration")


def parse_until(text: str) -> RepeatUntil:
    """What ends a repeat, other than a count: `20min`, `5km`, `hr > 150 bpm`.

    Raises:
        NotationError: it is no such phrase, or something follows it.
    """
    cursor = _phrase_cursor(text)
    until = _read_until(cursor)
    return _alone(cursor, until, "end of a repeat")


def parse_target(text: str) -> Target:
    """The target of a phrase: `6:40-7:20/km`, `9-10 km/h`, `Z2`, `140-150 bpm`, `170-180 spm`, `200-250 W`.

    Raises:
        NotationError: it is no target, or something follows it.
    """
    cursor = _phrase_cursor(text)
    if cursor.here.kind == "end":
        cursor.fail("expected a target", hint=TARGET_HELP)
    target = read_target(cursor)
    return _alone(cursor, target, "target")


def reads_as_steps(text: str, setting: Setting) -> bool:
    """Whether a text that is about to be suggested reads as steps."""
    try:
        cursor = Cursor(text, tokenise(text), setting=setting, trial=True)
        return bool(_read_sequence(cursor, depth=0)) and cursor.at("end")
    except SessionError:
        return False


# ---- reading ---------------------------------------------------------------------------------------------------------


def _phrase_cursor(text: str) -> Cursor:
    if not isinstance(text, str):
        raise SessionError(f"a phrase of the notation is text, not {text!r}", hint="put it in quotes")
    return Cursor(text, tokenise(text))


def _alone(cursor: Cursor, value: ValueT, name: str) -> ValueT:
    if cursor.here.kind != "end":
        cursor.fail(f"nothing may follow a {name} here")
    return value


def _read_sequence(cursor: Cursor, *, depth: int) -> tuple[Step | Repeat, ...]:
    """Steps up to the closing bracket or the end, which is not taken."""
    steps: list[Step | Repeat] = []
    while True:
        while cursor.at("break"):
            cursor.take()
        if cursor.ends_step:
            return tuple(steps)
        steps.append(_read_item(cursor, depth=depth))
        if not cursor.ends_step:
            cursor.fail(f"expected ; before {cursor.shown()}", hint="part the steps with ; or a new line")


def _read_item(cursor: Cursor, *, depth: int) -> Step | Repeat:
    first = cursor.here
    cursor.items += 1
    if cursor.items > MOST_STEPS:
        cursor.fail(f"a session has at most {MOST_STEPS} steps", hint="use repeats")
    if cursor.at("number") and cursor.ahead().text in _TIMES_SIGNS:
        count = cursor.take()
        cursor.take()
        until: RepeatUntil = cursor.build(count, lambda: Times(count=cursor.whole(count)))
        return _read_repeat(cursor, first, until, depth=depth)
    if cursor.at("sign", "("):
        return _read_counted_after(cursor, depth=depth)
    if cursor.skip("repeat"):
        if not cursor.skip("until"):
            cursor.fail(f"expected until after repeat, not {cursor.shown()}", hint=_REPEAT_HELP)
        until = _read_until(cursor)
        if not cursor.at("sign", "("):
            cursor.fail(f"expected ( and the steps to repeat, not {cursor.shown()}", hint=_REPEAT_HELP)
        return _read_repeat(cursor, first, until, depth=depth)
    return _read_step(cursor)


def _read_counted_after(cursor: Cursor, *, depth: int) -> Repeat:
    """`(400m bwd; 90s rest) x 4`: steps in brackets whose count follows them."""
    opening = cursor.here
    repeat = _read_repeat(cursor, opening, Times(count=1), depth=depth, counted=False)
    if cursor.here.text not in _TIMES_SIGNS or cursor.ahead().kind != "number":
        cursor.fail("these brackets have no count", token=opening, hint="write a count before them, e.g. 4x(400m bwd)")
    cursor.take()
    count = cursor.take()
    times = cursor.whole(count)
    skip_last, note = _read_tail(cursor)
    return cursor.build(count, lambda: replace(repeat, until=Times(count=times), skip_last=skip_last, note=note))


def _read_until(cursor: Cursor) -> RepeatUntil:
    if cursor.at("word", "hr"):
        return step_words.read_heart_rate_bound(cursor)
    first = cursor.here
    amount = step_words.read_amount(cursor)
    if not isinstance(amount, RepeatUntil):
        cursor.fail("a repeat cannot go on until so many calories", token=first, hint="use a time or a distance")
    return amount


def _read_repeat(cursor: Cursor, first: Token, until: RepeatUntil, *, depth: int, counted: bool = True) -> Repeat:
    """The body of a repeat, whose head was taken: steps in brackets, or a single step without."""
    if depth >= DEEPEST_NESTING:
        cursor.fail(f"repeats are nested more than {DEEPEST_NESTING} deep", token=first, hint="unroll an inner repeat")
    if not cursor.at("sign", "("):
        if cursor.at("break") or cursor.at("end"):
            cursor.fail("nothing to repeat", token=first, hint="write e.g. 4x(400m bwd; 90s rest)")
        return cursor.build(first, Repeat, steps=(_read_item(cursor, depth=depth + 1),), until=until)
    opening = cursor.take()
    steps = _read_sequence(cursor, depth=depth + 1)
    if cursor.here.kind == "end":
        cursor.fail("this ( is not closed", token=opening, hint="add )")
    closing = cursor.take()
    if not steps:
        cursor.fail("a repeat needs at least one step", token=closing)
    if not counted:
        return cursor.build(first, Repeat, steps=steps, until=until)
    skip_last, note = _read_tail(cursor)
    return cursor.build(first, Repeat, steps=steps, until=until, skip_last=skip_last, note=note)


def _read_tail(cursor: Cursor) -> tuple[bool, str]:
    """What may stand behind a repeat, in either order: that its last step is left out, and its note."""
    skip_last, note = False, None
    for _ in range(2):
        if not skip_last and cursor.at("word", *_SKIP_WORDS):
            skip_last = bool(cursor.take())
        elif note is None and cursor.at("text"):
            note = cursor.take().text
    return skip_last, note or ""


def _read_step(cursor: Cursor) -> Step:
    parts = step_words.StepParts(cursor)
    while not cursor.ends_step:
        parts.read()
    return parts.step()


# ---- the lines above the steps: `name: …`, `setting: …`, `note: …` ---------------------------------------------------

_SKIPPED = re.compile(r"(?:[ \t\r\n;]+|#[^\n]*)*")
_KEY = re.compile(r"(name|setting|note)[ \t]*:[ \t]*", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_PLAIN = re.compile(r"[^;\n]*")
_NEEDS_NO_QUOTES = re.compile(r'[^"\s;](?:[^;\n\r]*[^\s;])?')


def read_header(text: str) -> tuple[dict[str, Any], int]:
    """What the lines above the steps say, by the names of `Session`, and where they end.

    A plain value runs to `;` or the end of its line; a quoted one holds anything.
    """
    said: dict[str, Any] = {}
    position = _end(_SKIPPED, text, 0)
    while key := _KEY.match(text, position):
        name = key[1].lower()
        if name in said:
            raise NotationError(f"a second {name}", text=text, position=position, hint="leave one out")
        value, position = _read_value(text, key.end())
        said[name] = _setting(text, value, key.end()) if name == "setting" else value
        position = _end(_SKIPPED, text, position)
    return said, position


def format_header(session: Session) -> list[str]:
    """The lines above the steps, without those that would say only what is usual."""
    lines = [f"name: {_value(session.name)}"] if session.name else []
    if session.setting is not Setting.ROAD:
        lines.append(f"setting: {session.setting.value}")
    if session.note:
        lines.append(f"note: {_value(session.note)}")
    return lines


def _read_value(text: str, start: int) -> tuple[str, int]:
    quoted = _QUOTED.match(text, start)
    if not quoted:
        if text.startswith('"', start):
            raise NotationError("a text is not closed", text=text, position=start, hint='end it with " on its line')
        end = _end(_PLAIN, text, start)
        return text[start:end].strip(), end
    end = quoted.end()
    after = text[end : _end(_PLAIN, text, end)]
    if after.strip() and not after.strip().startswith("#"):
        place = end + len(after) - len(after.lstrip())
        hint = "put ; or a new line there"
        raise NotationError("nothing may follow the quotes", text=text, position=place, hint=hint)
    return unquote(quoted.group(), text, start), end


def _setting(text: str, value: str, start: int) -> Setting:
    try:
        return Setting(value.lower())
    except ValueError:
        hint = nearest_of(value.lower(), Setting, f"use {', '.join(Setting)}")
        raise NotationError(f"unknown setting {value!r}", text=text, position=start, hint=hint) from None


def _value(plain: str) -> str:
    return plain if _NEEDS_NO_QUOTES.fullmatch(plain) else quote(plain)


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position
