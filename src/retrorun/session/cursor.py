"""A place in the tokens of a text: what comes next, and errors that show where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from retrorun.errors import NotationError, SessionError
from retrorun.session.model import Setting
from retrorun.session.tokens import Token

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

    def ahead(self, count: int = 1) -> Token:
        """The token so many places further on, or the last one."""
        return self.tokens[min(self.index + count, len(self.tokens) - 1)]

    def take(self) -> Token:
        """The token here; the next one is here after."""
        token = self.here
        if token.kind != "end":
            self.index += 1
        return token

    def skip(self, word: str) -> None:
        """Pass over a word that says nothing, where it stands here."""
        if self.at("word", word):
            self.take()

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
