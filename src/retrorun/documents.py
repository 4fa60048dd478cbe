"""JSON from outside, read by one rule: bounded in size and depth, nothing that is no JSON, one error for all.

Labels, the index of sessions, profiles, tokens, the journal of a scan, other tools' workouts and services' answers
come through here. `Fields` then takes single values out of a document, each with its type and its place.
"""

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from retrorun.errors import RetrorunError

MOST_BYTES = 64 << 20
MOST_DEPTH = 60  # a session nests repeats a few deep; services' answers likewise
MOST_DIGITS = 30  # a float of 17 digits says all that a float can

T = TypeVar("T")
_REQUIRED: Any = object()


class _BadJsonError(ValueError):
    """What a hook of the parser found."""


def parse_json(
    data: bytes | str, *, error: type[RetrorunError], where: str = "", hint: str = "", most_bytes: int = MOST_BYTES
) -> object:
    """The value of a JSON text: dicts, lists, str, int, finite float, bool, None.

    Raises:
        RetrorunError: of the kind `error`, at `where`: too large, no UTF-8, no JSON, nested too deep, a key that stands
            twice, NaN, Infinity, a number of hundreds of digits, half a surrogate pair.
    """
    what = ""
    try:
        if len(data) > most_bytes:
            raise error(f"is larger than {most_bytes >> 20} MB", where=where, hint=hint)
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data.removeprefix("\ufeff")
        value = json.loads(
            text, object_pairs_hook=_unique, parse_int=_whole, parse_float=_finite, parse_constant=_no_constant
        )
        _check(value)
        return value
    except UnicodeDecodeError as fault:
        what = f"byte {fault.start} is no UTF-8"
    except json.JSONDecodeError as fault:
        what = f"this is no JSON: {fault.msg}, line {fault.lineno}, column {fault.colno}"
    except _BadJsonError as fault:
        what = f"this is no JSON: {fault}"
    except RecursionError:
        what = "this is nested too deep"
    except TypeError:
        what = f"this is no text but {type(data).__name__}"
    raise error(what, where=where, hint=hint)


def to_json(value: object, *, indent: int | None = None) -> str:
    """A value as JSON text that every parser reads: what is not a finite number becomes null."""
    separators = (",", ":") if indent is None else None  # for machines, and then as short as can be
    text = json.dumps(_finite_only(value), indent=indent, separators=separators, allow_nan=False, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode()  # half a surrogate pair becomes its JSON escape


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """One JSON object and its place in the document; each getter answers with the type it names, or raises `error`."""

    values: Mapping[str, object]
    error: type[RetrorunError]
    where: str = ""
    hint: str = ""

    @classmethod
    def of(cls, value: object, *, error: type[RetrorunError], where: str = "", hint: str = "") -> Self:
        """The fields of a value that must be an object."""
        if not isinstance(value, dict):
            raise error(f"an object is needed here, not {_kind(value)}", where=where, hint=hint)
        return cls(values=value, error=error, where=where, hint=hint)

    @classmethod
    def read(
        cls, data: bytes | str, *, kind: str, version: int, error: type[RetrorunError], where: str = "", hint: str = ""
    ) -> Self:
        """The fields of one of our own documents, of this kind and version; `where` is its file."""
        value = parse_json(data, error=error, where=where, hint=hint)
        fields = cls.of(value, error=error, where=f"{where}: " if where else "", hint=hint)
        if fields.values.get("format") != kind:
            raise fields.wrong("format", f"this is no document of the kind {kind!r}")
        if fields.integer("version", 1) != version:
            what = f"unknown version {_shown(fields.values['version'])}"
            raise error(what, where=fields.place("version"), hint="use a newer retrorun")
        return fields

    def text(self, name: str, default: str = _REQUIRED) -> str:
        """A text."""
        return self._get(name, str, "text", default)

    def number(self, name: str, default: float = _REQUIRED, *, low: float = -1e300, high: float = 1e300) -> float:
        """A finite number from `low` to `high`."""
        value = self._get(name, (int, float), "a number", default)
        if value is not default and not low <= value <= high:
            raise self.wrong(name, f"{_shown(value)} is not between {low:g} and {high:g}")
        return value if value is default else float(value)

    def integer(self, name: str, default: int = _REQUIRED, *, low: int = -(2**63), high: int = 2**63) -> int:
        """A whole number from `low` to `high`."""
        value = self._get(name, int, "a whole number", default)
        if value is not default and not low <= value <= high:
            raise self.wrong(name, f"{_shown(value)} is not between {low} and {high}")
        return value

    def truth(self, name: str, default: bool = _REQUIRED) -> bool:  # noqa: FBT001 - a default like the others
        """True or false."""
        return self._get(name, bool, "true or false", default)

    def items(self, name: str) -> list[object]:
        """A list."""
        return self._get(name, list, "a list", _REQUIRED)

    def fields(self, name: str) -> Self:
        """An object."""
        return self.of(self._get(name, dict, "an object", _REQUIRED), **self._at(name))

    def rows(self, name: str) -> list[Self]:
        """A list of objects."""
        return [self.of(row, **self._at(f"{name}[{index}]")) for index, row in enumerate(self.items(name))]

    def has(self, name: str) -> bool:
        """Whether the object has a value there that is not null."""
        return self.values.get(name) is not None

    def only(self, *names: str) -> None:
        """Refuse fields that nobody will read: a misspelt one would be lost in silence."""
        for name in self.values:
            if name not in names:
                raise self.wrong(name, "this field is unknown")

    def wrong(self, name: str, what: str) -> RetrorunError:
        """The error for a field."""
        return self.error(what, where=self.place(name), hint=self.hint)

    def _at(self, name: str) -> dict[str, Any]:
        return {"error": self.error, "where": self.place(name), "hint": self.hint}

    def place(self, name: str) -> str:
        """Where a field stands in the document."""
        return f"{self.where}{'' if not self.where or self.where.endswith(': ') else '.'}{name}"

    def _get(self, name: str, kinds: type[T] | tuple[type[T], ...], what: str, default: T) -> T:
        value = self.values.get(name)
        if value is None:
            if default is _REQUIRED:
                raise self.wrong(name, f"{what} is missing here")
            return default
        if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
            raise self.wrong(name, f"{what} is needed here, not {_shown(value)}")
        return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    data = dict(pairs)
    if len(data) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise _BadJsonError(f"the key {_shown(twice)} stands twice")
    return data


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise _BadJsonError(f"a number of {len(text)} digits")
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _BadJsonError(f"the number {text[:20]} is too large")
    return number


def _no_constant(name: str) -> float:
    raise _BadJsonError(f"{name} is no number")


def _check(value: object) -> None:
    """Refuse what the parser lets through: great depth, and halves of surrogate pairs, which no file can hold."""
    level: list[object] = [value]
    for _ in range(MOST_DEPTH):
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                below += item.keys()
                below += item.values()
            elif isinstance(item, list):
                below += item
            elif isinstance(item, str) and not item.isascii() and any("\ud800" <= char <= "\udfff" for char in item):
                raise _BadJsonError("half a surrogate pair in a text")
        if not below:
            return
        level = below
    raise RecursionError


def _finite_only(value: object) -> object:
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite_only(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite_only(item) for item in value]
    return value


def _kind(value: object) -> str:
    names: dict[type, str] = {list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
