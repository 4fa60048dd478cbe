"""The notation cut into tokens, and a cursor through them: what comes next, and errors that show where."""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, TypeVar

from retrorun.errors import NotationError, SessionError
from retrorun.session.model import Setting
from retrorun.session.values import nearest_of

Kind = Literal["number", "clock", "word", "text", "sign", "break", "end"]
ValueT = TypeVar("ValueT")

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
_MINUTE_MARKS = ("'", "’", "′")
_NUMBERED = frozenset(("z", "zone", "rpe", "-", "–"))  # in `Z2"note"` a note follows the number, not seconds
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n"}
_MOST_DIGITS = 15  # more than a float tells apart
_LONGEST_WORD = 30  # letters; an error repeats the word
_HEADS = ("name", "setting", "note")  # what a line above the steps begins with
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
    """All tokens of `text` from `start` on, closed by one of kind `end`; a NotationError at what is none."""
    tokens: list[Token] = []
    position = start
    while position < len(text):
        match = _PIECES.match(text, position)
        if match and match.lastgroup == "marked" and tokens and tokens[-1].text in _NUMBERED:
            match = _NUMBER.match(text, position)
        if not match:
            raise _stray(text, position)
        if match.lastgroup != "space":
            tokens += _tokens(text, match)
        position = match.end()
    return [*tokens, Token(kind="end", text="", start=len(text), end=len(text))]


def _tokens(text: str, match: re.Match[str]) -> list[Token]:
    """The token of a piece, or two of a time as coaches mark it: `15'` is 15 min, `90"` is 90 s, `4'30"` is 4:30."""
    kind: Any = match.lastgroup or "number"
    piece, start, end = match.group(), match.start(), match.end()
    if kind == "word":
        if len(piece) > _LONGEST_WORD:
            raise NotationError("a word this long means nothing here", text=text, position=start)
        piece = "and" if piece == "&" else piece.lower()
    elif kind == "text":
        piece = unquote(piece, text, start)
    elif piece[0].isdigit() and len(piece) > _MOST_DIGITS:
        raise NotationError("a number this long means nothing here", text=text, position=start)
    elif kind == "primed":
        minutes, seconds = re.findall(r"[0-9]+", piece)
        kind, piece = "clock", f"{minutes}:{seconds}"
    elif kind == "marked":
        number = piece.rstrip("".join(_MINUTE_MARKS) + '"”″')
        middle = start + len(number)
        unit = Token(kind="word", text="min" if piece[len(number) :] in _MINUTE_MARKS else "s", start=middle, end=end)
        return [Token(kind="number", text=number, start=start, end=middle), unit]
    elif kind == "number" and re.match(r",[0-9]", text[end : end + 2]):
        hint = "put a point in decimals, e.g. 1.5km"
        raise NotationError("a comma stands between steps", text=text, position=end, hint=hint)
    return [Token(kind=kind, text=piece, start=start, end=end)]


def unquote(quoted: str, text: str, position: int) -> str:
    """The text between quotes, escapes resolved; `text` and `position` say where it stands, for errors."""

    def plain(escape: re.Match[str]) -> str:
        if escape[1] not in _ESCAPES:
            hint = 'use \\n for a new line, \\" for a quote, \\\\ for a backslash'
            place = position + 1 + escape.start()
            raise NotationError(f"{escape[0]} means nothing in a note", text=text, position=place, hint=hint)
        return _ESCAPES[escape[1]]

    return re.sub(r"\\(.)", plain, quoted[1:-1])


def quote(plain: str) -> str:
    """Text between quotes, so that `unquote` gives it back."""
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _stray(text: str, position: int) -> NotationError:
    char, before = text[position], text[:position]
    if char == '"':
        hint = 'end it with " on its line'
        if before[-1:].isdigit():
            hint += ", or use s for seconds"
        return NotationError("a note is not closed", text=text, position=position, hint=hint)
    hint = _STRAY_MENDS.get(char, "leave it out")
    head = before.rpartition("\n")[2].rpartition(";")[2].strip().lower()
    if char == ":" and (close := difflib.get_close_matches(head, _HEADS, n=1)):
        hint = f"did you mean {close[0]}:?"
    if char == "." and re.search(r"(?:^|\n)\s*[0-9]+$", before):
        hint = "leave out the number of the line"
    return NotationError(f"{char!r} means nothing here", text=text, position=position, hint=hint)


# What stands above the steps: `name: …`, `setting: …`, `note: …`; a quoted value holds anything, a plain one runs to
# `;` or the end of its line.
_HEADER = re.compile(
    r"(?:[ \t\r\n;]|#[^\n]*)*+(?P<name>name|setting|note)[ \t]*:[ \t]*"
    r'(?P<quoted>"(?:[^"\\\n]|\\.)*")?(?P<plain>[^;\n]*)',
    re.IGNORECASE,
)


def read_header(text: str) -> tuple[dict[str, Any], int]:
    """What the lines above the steps say, by the names of `Session`, and where they end."""
    said: dict[str, Any] = {}
    end = 0
    while line := _HEADER.match(text, end):
        name, quoted, plain = line["name"].lower(), line["quoted"], line["plain"].strip()
        if name in said:
            raise NotationError(f"a second {name}", text=text, position=line.start("name"), hint="leave one out")
        start, end = line.start("plain"), line.end()
        if quoted:
            if plain and not plain.startswith("#"):
                place, hint = end - len(line["plain"].lstrip()), "put ; or a new line there"
                raise NotationError("nothing may follow the quotes", text=text, position=place, hint=hint)
            start, end = line.span("quoted")
            plain = unquote(quoted, text, start)
        elif plain.startswith('"'):
            raise NotationError("a text is not closed", text=text, position=start, hint='end it with " on its line')
        if name == "setting" and plain.lower() not in list(Setting):
            hint = nearest_of(plain.lower(), Setting, f"use {', '.join(Setting)}")
            raise NotationError(f"unknown setting {plain!r}", text=text, position=start, hint=hint)
        said[name] = Setting(plain.lower()) if name == "setting" else plain
    return said, end


class Cursor:
    """A place in the tokens of a text, and the errors that show it; `setting` is what the lines above the steps say.

    A `trial` is a text that a hint is about to suggest: of its own errors nobody sees a hint.
    """

    def __init__(self, text: str, start: int = 0, *, setting: Setting = Setting.ROAD, trial: bool = False) -> None:
        self.text = text
        self.tokens = tokenise(text, start)
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
        self.index += token.kind != "end"
        return token

    def skip(self, *texts: str) -> bool:
        """Pass over a word or sign, where one of these stands here; whether it did."""
        found = self.here.kind in ("word", "sign") and self.here.text in texts
        self.index += found
        return found

    def skip_breaks(self) -> None:
        """Pass over what parts the steps."""
        while self.at("break"):
            self.take()

    def at(self, kind: str, *texts: str) -> bool:
        """Whether the token here is of this kind and, where texts are given, one of them."""
        return self.here.kind == kind and (not texts or self.here.text in texts)

    @property
    def at_value(self) -> bool:
        """Whether a number or a clock stands here."""
        return self.here.kind in ("number", "clock")

    def fail(self, what: str, *, token: Token | None = None, hint: str = "") -> NoReturn:
        """Raise a NotationError at a token, or here."""
        raise NotationError(what, text=self.text, position=(token or self.here).start, hint=hint)

    def expected(self, what: str, *, hint: str) -> NoReturn:
        """Raise a NotationError for what should stand here in place of what does."""
        self.fail(f"expected {what}, not {self.shown()}", hint=hint)

    def number(self, what: str, *, hint: str) -> Token:
        """The number here, which is taken, or an error that says what it should have been."""
        return self.take() if self.at("number") else self.expected(what, hint=hint)

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
        ends = {"end": "the end of the text", "break": "the end of the step"}
        return ends.get(self.here.kind) or self.text[self.here.start : self.here.end]
