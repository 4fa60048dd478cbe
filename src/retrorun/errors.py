"""Everything that the library raises for bad input.

Each error says what is wrong, where, and what to do about it::

    RetrorunError
    ├── SessionError          a session or a step that cannot be
    │   ├── NotationError     text that is no session; shows the place with a caret
    │   └── DocumentError     a YAML or JSON document that is no session; carries the path in it
    ├── WorkoutError          a session that cannot be compiled, a workout that cannot be decompiled
    ├── RecordingError        bytes that are no recording, or one that cannot be used
    │   └── FitError          bytes that are no FIT; carries the byte offset
    ├── ProfileError          a gait profile that cannot be fitted or read
    ├── PlanError             a plan that cannot be matched with an activity
    ├── LabelError            a runner's labels that cannot be
    ├── DeliveryError         a workout that could not be delivered
    └── OutputError           a file that could not be written
"""

import copyreg
import unicodedata
from types import UnionType
from typing import Self

_SHOWN_BEFORE = 60  # characters of a line of notation that an error shows before its place
_SHOWN_AFTER = 40  # and after
# Signs that turn the text behind them around.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_hidden(char: str) -> bool:
    """Whether a character would work on a terminal and not be seen: controls, turners of text, half surrogates."""
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in _TURNING


def install_hint(*packages: str) -> str:
    """What to do where an optional package is not installed: a line that works whether or not we are on an index."""
    quoted = (f"'{one}'" if "[" in one else one for one in packages)  # shells take brackets for a pattern
    return f"install it: pip install {' '.join(quoted)}"


class RetrorunError(Exception):
    """The root of all errors of this library.

    `what` is wrong, in one sentence without a full stop at its end; `where`: a path in a document, an offset in a file,
    a file's name; `hint` is what to do about it. The last two may be empty.
    """

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what = what
        self.where = where
        self.hint = hint
        super().__init__(what, where, hint)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}; {self.hint}" if self.hint else text

    def within(self, place: str) -> Self:
        """The same error with a place put before its own: the file's name before the field's."""
        self.where = f"{place}: {self.where}" if self.where else place
        self.args = (self.what, self.where, self.hint)
        return self

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive the default pickling, and errors cross process borders in a scan.
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


def expect(
    value: object, kinds: type | UnionType, what: str, *, error: type[RetrorunError] = RetrorunError, hint: str = ""
) -> None:
    """Refuse a value of another kind than is needed; `what` names what is needed: `a Session`."""
    if not isinstance(value, kinds):
        raise error(f"{what} is needed here, not {type(value).__name__}", hint=hint)


class SessionError(RetrorunError, ValueError):
    """A session, a step, a duration or a target that cannot be."""


class NotationError(SessionError):
    """Text that is no session in the notation; `position` is the index of the first wrong character in it."""

    def __init__(self, what: str, *, text: str, position: int, hint: str = "") -> None:
        self.text = text
        self.position = position
        before = text[:position]
        self.line = before.count("\n") + 1
        self.column = position - (before.rfind("\n") + 1) + 1
        super().__init__(what, where=f"line {self.line}, column {self.column}", hint=hint)

    def __str__(self) -> str:
        # A very long line is shown only around the place.
        start = max(0, self.column - 1 - _SHOWN_BEFORE)
        line = self.text.split("\n")[self.line - 1].removesuffix("\r")
        shown = "".join(map(_shown, line[start : start + _SHOWN_BEFORE + _SHOWN_AFTER]))
        # Tabs keep their width under the caret only if the padding repeats them.
        before = shown[: self.column - 1 - start]
        padding = "".join("\t" if char == "\t" else " " * columns(char) for char in before)
        return f"{super().__str__()}\n  {shown}\n  {padding}^"


def _shown(char: str) -> str:
    """The character, or a sign in place of one that would work on the terminal and not be seen."""
    return "\ufffd" if char != "\t" and is_hidden(char) else char


def columns(char: str) -> int:
    """How many columns of a terminal a character takes: none for accents and joiners, two for wide ones."""
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


class DocumentError(SessionError):
    """A YAML or JSON document that is no session; `where` is the path in it, e.g. `steps[2].target`."""


class WorkoutError(RetrorunError, ValueError):
    """A session that cannot be compiled, or a workout file that cannot be decompiled."""


class RecordingError(RetrorunError, ValueError):
    """Bytes that are no recording, or a recording that cannot be used for what was asked."""


class FitError(RecordingError):
    """Bytes that are no FIT file; `offset` says where in them, counted from 0."""

    def __init__(self, what: str, *, offset: int = 0, hint: str = "") -> None:
        self.offset = offset
        super().__init__(what, where=f"byte {offset}", hint=hint)


class ProfileError(RetrorunError, ValueError):
    """A gait profile that cannot be fitted, or text that is none."""


class PlanError(RetrorunError, ValueError):
    """A plan that cannot be matched with an activity."""


class LabelError(RetrorunError, ValueError):
    """A runner's labels that cannot be, or text that is none."""


class DeliveryError(RetrorunError):
    """A workout that could not be delivered to a watch or a service."""


class OutputError(RetrorunError):
    """A file that could not be written."""
