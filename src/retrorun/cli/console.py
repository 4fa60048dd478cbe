"""The one place that prints: text, tables, findings, JSON. What comes from outside is made harmless here.

Prose is folded to the width of a terminal. What somebody may want to paste (notation, paths, commands) never is, and in
a pipe or a file nothing is.
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from itertools import zip_longest

import typer

import retrorun as rr
from retrorun.documents import to_json
from retrorun.errors import columns
from retrorun.files import printable

NARROWEST, WIDEST = 40, 100  # columns of prose; longer lines are hard to read
GAP = "   "


def say(text: str = "", *, indent: int = 0, under: int | None = None, whole: bool = False, err: bool = False) -> None:
    """Print text; `indent` is for its first line, `under` for the lines after it, `whole` keeps lines unfolded."""
    first, rest = " " * indent, " " * (indent if under is None else under)
    fold = textwrap.TextWrapper(
        _width(), initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    for line in printable(text, keep="\n\t").split("\n"):
        plain = whole or len(first) + len(line) <= fold.width
        typer.echo((first * bool(line) + line) if plain else fold.fill(line), err=err)


def _width() -> int:
    """How wide prose may be; as wide as it likes in a pipe or a file, where whoever reads it folds."""
    if not (sys.stdout.isatty() or os.environ.get("COLUMNS")):
        return sys.maxsize
    return min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)


def say_json(document: object) -> None:
    """Print a document as JSON; what is no number is null in it."""
    typer.echo(to_json(document, indent=2))


def say_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, left: Sequence[str] = ()) -> None:
    """Print a table; columns named in `left` are text, the others numbers, which stand to the right."""
    table = [[printable(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(_cells(cell) for cell in column) for column in zip_longest(*table, fillvalue="")]

    def line(row: Sequence[str]) -> str:
        padded = []
        for heading, cell, width in zip(headings, row, widths, strict=True):
            space = " " * (width - _cells(cell))
            padded.append(cell + space if heading in left else space + cell)
        return GAP.join(padded).rstrip()

    typer.echo(line(table[0]))
    typer.echo("─" * (sum(widths) + len(GAP) * (len(widths) - 1)))
    for row in table[1:]:
        typer.echo(line(row))


def _cells(text: str) -> int:
    return sum(map(columns, text))


def say_findings(findings: Iterable[rr.Finding], source: str = "") -> None:
    """Print findings on stderr, one a line, so that what a command writes stays clean; `source` is their subject."""
    for finding in findings:
        say(f"{source}: {finding}" if source else str(finding), whole=True, err=True)


def findings_json(findings: Iterable[rr.Finding]) -> list[dict[str, str]]:
    """Findings for a JSON document."""
    return [{"place": one.place, "what": one.what, "hint": one.hint, "severity": one.severity} for one in findings]
