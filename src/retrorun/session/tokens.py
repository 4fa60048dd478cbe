"""The notation cut into tokens, and a cursor through them: what comes next, and errors that show where."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, TypeVar

from retrorun.errors import NotationError, SessionError
from retrorun.session.model import Setting

Kind = Literal["number", "clock", "word", "text", "sign", "break", "end"]

LONGEST_NOTATION = 100_000  # characters; a thousand steps take less

_PIECES = re.compile(
    r"""
      (?P<space>[ \t\r]+|\#[^\n]*)
    | (?P<primed>[0-9]+['’′][0-9]{2}(?![0-9])(?:''|′′|["”″])?)
    | (?P<marked>[0-9]+(?:\.[0-9]+)?(?:''|′′|["”″'’′]))
    | (?P<clock>[0-9]+:[0-9:]*(?:\.[0-9]+)?)
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<word>/?[^\W\d_]+(?:[-/][^\W\d_]+)*|&)
    | (?P<text>"(?:[^"\\\n]|\\.)*")
    | (?P<sign>[()@<>%×?/±]|\+/?-|-|–)
    | (?P<break>[;,+\n])
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_NUMBERED = frozenset(("z", "zone", "rpe", "-", "–"))  # in `Z2"note"` a note follows the number, not seconds
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n"}
_MOST_DIGITS = 15  # more than a float tells apart
_HEADS = ("name", "setting", "note")  # what a line above the steps begins with
_LONGEST_WORD = 30  # letters; an error repeats the word
_STRAY_MENDS = {
    **dict.fromkeys("“”„«»", 'use " for notes'),
    **dict.fromkeys("'’′", 'use " for notes, and min for minutes, or leave it out'),
    **dict.fromkeys("″", "use s for seconds"),
    **dict.fromkeys(":", "leave it out, or begin a remark with #"),
    **dict.fromkeys("*", "write a repeat with x, e.g. 4x(400m bwd)"),
    **dict.fromkeys("[]{}", "put ( and ) around what is repeated"),
    **dict.fromkeys("=|→", "part the steps with ;"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of the notation; `text` is in lower case for a word, and without quotes and escapes for a text."""

    kind: Kind
    text: str
    start: int
    end: int


def tokenise(text: str, start: int = 0) -> list[Token]:
    """All tokens of `text` from `start` on, closed by one of kind `end`.

    Raises:
        NotationError: a character that means nothing here, a quote that is not closed, a number that is too long.
    """
    tokens: list[Token] = []
    position = start
    while position < len(text):
        match = _PIECES.match(text, position)
        if match and match.lastgroup == "marked" and tokens and tokens[-1].text in _NUMBERED:
            match = _NUMBER.match(text, position)
        if not match:
            raise _stray(text, position)
        if match.lastgroup in ("marked", "primed"):
            tokens += _marked(text, match)
        elif match.lastgroup != "space":
            tokens.append(_token(text, match))
        position = match.end()
    tokens.append(Token(kind="end", text="", start=len(text), end=len(text)))
    return tokens


def unquote(quoted: str, text: str, position: int) -> str:
    """The text between quotes, escapes resolved; `text` and `position` say where it stands, for errors."""
    parts: list[str] = []
    index = 1
    while index < len(quoted) - 1:
        char = quoted[index]
        if char == "\\":
            index += 1
            if quoted[index] not in _ESCAPES:
                what = f"\\{quoted[index]} means nothing in a note"
                hint = 'use \\n for a new line, \\" for a quote, \\\\ for a backslash'
                raise NotationError(what, text=text, position=position + index - 1, hint=hint)
            char = _ESCAPES[quoted[index]]
        parts.append(char)
        index += 1
    return "".join(parts)


def quote(plain: str) -> str:
    """Text between quotes, so that `unquote` gives it back."""
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _marked(text: str, match: re.Match[str]) -> list[Token]:
    """A time as coaches mark it: `15'` is 15 min, `90"` is 90 s, `4'30"` is 4:30."""
    piece, start, end = match.group(), match.start(), match.end()
    if len(piece) > _MOST_DIGITS:
        raise NotationError("a number this long means nothing here", text=text, position=start)
    first, *rest = re.findall(r"[0-9.]+", piece)
    if rest:
        return [Token(kind="clock", text=f"{first}:{rest[0]}", start=start, end=end)]
    middle = start + len(first)
    unit = "min" if piece[len(first) :] in ("'", "’", "′") else "s"
    return [
        Token(kind="number", text=first, start=start, end=middle),
        Token(kind="word", text=unit, start=middle, end=end),
    ]


def _token(text: str, match: re.Match[str]) -> Token:
    kind: Kind = match.lastgroup or "number"  # type: ignore[assignment]  # the pattern's group names are the kinds
    piece = match.group()
    if kind == "word":
        if len(piece) > _LONGEST_WORD:
            raise NotationError("a word this long means nothing here", text=text, position=match.start())
        piece = "and" if piece == "&" else piece.lower()
    elif kind == "text":
        piece = unquote(piece, text, match.start())
    elif kind in ("number", "clock"):
        if len(piece) > _MOST_DIGITS:
            raise NotationError("a number this long means nothing here", text=text, position=match.start())
        following = text[match.end() : match.end() + 2]
        if kind == "number" and re.fullmatch(r",[0-9]", following):
            hint = "put a point in decimals, e.g. 1.5km"
            raise NotationError("a comma stands between steps", text=text, position=match.end(), hint=hint)
    return Token(kind=kind, text=piece, start=match.start(), end=match.end())


def _stray(text: str, position: int) -> NotationError:
    char = text[position]
    if char == '"':
        hint = 'end it with " on its line'
        if text[:position][-1:].isdigit():
            hint += ", or use s for seconds"
        return NotationError("a note is not closed", text=text, position=position, hint=hint)
    hint = _STRAY_MENDS.get(char, "leave it out")
    before = text[:position].rpartition("\n")[2].rpartition(";")[2].strip().lower()
    if char == ":" and (close := difflib.get_close_matches(before, _HEADS, n=1)):
        hint = f"did you mean {close[0]}:?"
    if char == "." and re.search(r"(?:^|\n)\s*[0-9]+$", text[:position]):
        hint = "leave out the number of the line"
    return NotationError(f"{char!r} means nothing here", text=text, position=position, hint=hint)


ValueT = TypeVar("ValueT")


class Cursor:
    """A place in the tokens of a text, and the errors that show it; `setting` is what the lines above the steps say.

    A `trial` is a text that a hint is about to suggest: of its own errors nobody sees a hint.
    """

    def __init__(self, text: str, tokens: list[Token], *, setting: Setting = Setting.ROAD, trial: bool = False) -> None:
        self.text = text
        self.tokens = tokens
        self.setting = setting
        self.trial = trial
        self.index = 0
        self.items = 0  # steps and repeats begun so far

    @property
    def here(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.index]

    @property
    def ends_step(self) -> bool:
        """Whether a step ends here: at a break, a closing bracket or the end."""
        return self.here.kind in ("break", "end") or self.at("sign", ")")

    def ahead(self, count: int = 1) -> Token:
        """The token so many places further on, or the last one."""
        return self.tokens[min(self.index + count, len(self.tokens) - 1)]

    def take(self) -> Token:
        """The token here; the next one is here after."""
        token = self.here
        if token.kind != "end":
            self.index += 1
        return token

    def skip(self, *texts: str) -> bool:
        """Pass over a word or sign, where one of these stands here; whether it did."""
        found = self.here.kind in ("word", "sign") and self.here.text in texts
        self.index += found
        return found

    def at(self, kind: str, *texts: str) -> bool:
        """Whether the token here is of this kind and, where texts are given, one of them."""
        return self.here.kind == kind and (not texts or self.here.text in texts)

    def fail(self, what: str, *, token: Token | None = None, hint: str = "") -> NoReturn:
        """Raise a NotationError at a token, or here."""
        raise NotationError(what, text=self.text, position=(token or self.here).start, hint=hint)

    def whole(self, number: Token) -> int:
        """The whole number of a token that was taken."""
        if number.kind != "number" or "." in number.text:
            self.fail(f"{number.text} must be a whole number", token=number)
        return int(number.text)

    def build(self, token: Token, make: Callable[..., ValueT], *args: Any, **values: Any) -> ValueT:  # noqa: ANN401 - whatever `make` takes
        """What `make` makes; where the model refuses, the error shows the token."""
        try:
            return make(*args, **values)
        except NotationError:
            raise
        except SessionError as error:
            raise NotationError(error.what, text=self.text, position=token.start, hint=error.hint) from None

    def shown(self) -> str:
        """The token here, for a message."""
        token = self.here
        if token.kind == "end":
            return "the end of the text"
        if token.kind == "break":
            return "the end of the step"
        return self.text[token.start : token.end]
