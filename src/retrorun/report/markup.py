"""HTML put together so that text can never become markup: whatever is not made here is escaped."""

from __future__ import annotations

import html
import json


class Markup(str):
    """Text that is HTML already; only `tag` and `join` make it, and `trusted` for the project's own files."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: str | bool | None) -> Markup:
    """An element: plain text among its children and attributes is escaped, Markup is not.

    An attribute's `_` stands for `-`, and one behind the name is dropped (`class_`, `for_`); True gives a bare
    attribute, None and False none.
    """
    parts = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        shown = key.rstrip("_").replace("_", "-")
        parts.append(shown if value is True else f'{shown}="{html.escape(str(value), quote=True)}"')
    opening = f"<{' '.join(parts)}>"
    return Markup(opening if name in VOID else f"{opening}{join(*children)}</{name}>")


def join(*children: str) -> Markup:
    """The children one after another, plain text escaped."""
    return Markup("".join(child if isinstance(child, Markup) else html.escape(child) for child in children))


def trusted(text: str) -> Markup:
    """Text of the project's own, which is HTML, CSS or JavaScript already."""
    return Markup(text)


def data_block(identity: str, value: object) -> Markup:
    """A JSON value for a script to read; nothing in it can end the element or begin another."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(f'<script type="application/json" id="{identity}">{text}</script>')


VOID = frozenset(("meta", "input", "br", "hr"))
