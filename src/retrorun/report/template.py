"""Pages from templates: what is not the project's own is escaped, and nothing runs that the page does not name."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from retrorun.documents import to_json
from retrorun.report.tables import TEXT_COLUMNS

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a page: what it is called, its SVG for a wide window and perhaps another for a phone.

    `caption` stands under it for everybody; `title` and `words` stand above it where the page gives them room.
    """

    name: str
    wide: Markup
    narrow: Markup | None = None
    caption: str = ""
    title: str = ""
    words: str = ""


def render(template: str, **values: object) -> str:
    """A page from one of the templates in `page/`.

    Of the values, texts are escaped unless `trusted` made them; `scripts` names those that are scripts and may run.
    """
    names = values.pop("scripts", ())
    codes = [str(values[name]) for name in names] if isinstance(names, tuple) else []
    style = own("page.css")
    policy = _policy(codes, None if values.get("interactive") else style)
    page = _environment().get_template(template).render(style=style, policy=policy, words=TEXT_COLUMNS, **values)
    return page.encode("utf-8", "backslashreplace").decode()  # half a surrogate pair in a name fits into no file


def fragment(template: str, **values: object) -> str:
    """A piece of a page, from a template that needs no style and no script."""
    return _environment().get_template(template).render(**values)


def trusted(text: str) -> Markup:
    """Text of the project's own, which is HTML, SVG, CSS or JavaScript already."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - the callers are the project's own


def script(code: str) -> Markup:
    """A script; the one thing that may not stand inside a script element is its own end."""
    return trusted(code.replace("</script", "<\\/script"))


def data_block(value: object) -> Markup:
    """A value as JSON for a script to read; nothing in it can end the element or begin another."""
    text = to_json(value)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return trusted(text)


@cache
def own(name: str) -> Markup:
    """A file of `page/`."""
    return trusted(files("retrorun.report").joinpath("page", name).read_text(encoding="utf-8"))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("retrorun.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["sentence"] = lambda line: f"{line[:1].upper()}{line[1:]}."
    return environment


def _policy(codes: Iterable[str], style: str | None) -> str:
    """Nothing may be fetched from anywhere; only these very scripts run, and only this very style counts.

    Without a style any counts, and pictures that a script makes are shown: plotly needs both.
    """
    scripts = " ".join(_digest(code) for code in codes) or "'none'"
    styles = "'unsafe-inline'; img-src data: blob:" if style is None else _digest(style)
    return f"default-src 'none'; script-src {scripts}; style-src {styles}; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
