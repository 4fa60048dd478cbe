"""The lines above the steps: `name: …`, `setting: …`, `note: …`."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from retrorun.errors import NotationError
from retrorun.session.model import Session, Setting
from retrorun.session.tokens import quote, unquote

_SKIPPED = re.compile(r"(?:[ \t\r\n;]+|#[^\n]*)*")
_KEY = re.compile(r"(name|setting|note)[ \t]*:[ \t]*", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_PLAIN = re.compile(r"[^;\n]*")
_NEEDS_NO_QUOTES = re.compile(r'[^"\s;](?:[^;\n\r]*[^\s;])?')


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the lines above the steps say, and where they end."""

    name: str
    setting: Setting
    note: str
    end: int


def read_header(text: str) -> Header:
    """The lines above the steps. A plain value runs to `;` or the end of its line; a quoted one holds anything."""
    values: dict[str, tuple[str, int]] = {}
    position = _end(_SKIPPED, text, 0)
    while key := _KEY.match(text, position):
        name = key[1].lower()
        if name in values:
            raise NotationError(f"a second {name}", text=text, position=position, hint="leave one out")
        start = key.end()
        value, position = _read_value(text, start)
        values[name] = (value, start)
        position = _end(_SKIPPED, text, position)
    return Header(
        name=values.get("name", ("", 0))[0],
        setting=_setting(text, *values.get("setting", (Setting.ROAD.value, 0))),
        note=values.get("note", ("", 0))[0],
        end=position,
    )


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
        raise NotationError(
            "nothing may follow the quotes", text=text, position=place, hint="put ; or a new line there"
        )
    return unquote(quoted.group(), text, start), end


def _setting(text: str, value: str, start: int) -> Setting:
    try:
        return Setting(value.lower())
    except ValueError:
        close = difflib.get_close_matches(value.lower(), list(Setting), n=1)
        hint = f"did you mean {close[0]}?" if close else f"use {', '.join(Setting)}"
        raise NotationError(f"unknown setting {value!r}", text=text, position=start, hint=hint) from None


def _value(plain: str) -> str:
    return plain if _NEEDS_NO_QUOTES.fullmatch(plain) else quote(plain)


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position
