"""How the command line prints: tables that fit 80 columns, no colour codes where nobody sees them."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import typer

from retrorun.files import printable

if TYPE_CHECKING:
    from rich.table import Table


def say(text: str = "", *, indent: int = 0, under: int | None = None) -> None:
    """Print text, folded at 80 columns; `indent` is for its first line, `under` for the lines after it."""
    first, rest = " " * indent, " " * (indent if under is None else under)
    for line in printable(text, keep="\n\t").split("\n"):  # a file's name may be in it
        folded = textwrap.wrap(
            line,
            width=80,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        typer.echo("\n".join(folded))


def say_json(document: object) -> None:
    """Print a document as JSON, with what is not a number left to null by whoever made it."""
    typer.echo(json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False))


def say_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, left: Sequence[str] = ()) -> None:
    """Print a table; columns named in `left` are text, the others numbers, which stand to the right."""
    from rich.console import Console

    # rich leaves colour out and takes 80 columns where its output is no terminal.
    Console(highlight=False, emoji=False, markup=False).print(_table(headings, rows, left))


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]], left: Sequence[str]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in headings:
        table.add_column(heading, justify="left" if heading in left else "right", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
