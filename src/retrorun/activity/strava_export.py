"""The listing `activities.csv` of a Strava bulk export: which recording has which title, and which are missing.

The header is in the athlete's language, names come twice, and columns have come and gone (87 to 101 of them between
2024 and 2026, in exports looked at for this library); only what holds in all of them is used. Dates and numbers in it
are localised too, so that none is read: times come from the recordings.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

_FILE = re.compile(r"^activities/\S+$")
_LOST = "#error#"  # what the service writes where it could not export a recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One recording of the listing; `problem` says why there is none."""

    title: str
    problem: str = ""


def read_listing(data: bytes) -> dict[str, Listed]:
    """The recordings that an `activities.csv` lists, by their path beside it.

    An entry whose recording the service lost stands under a name made of its number. Entries made by hand have no
    recording and are left out. A file that is no such listing gives nothing.
    """
    rows = _rows(data)
    column = _file_column(rows)
    if column is None:
        return {}
    listed: dict[str, Listed] = {}
    for row in rows[1:]:
        if len(row) <= column:
            continue
        # Number, date and title have come first in every export seen; the language only changes their header.
        title = row[2].strip() if column > 2 else ""
        if _FILE.match(row[column]):
            listed[row[column]] = Listed(title=title)
        elif _LOST in row[column]:
            listed[f"activities/{row[0]}"] = Listed(title=title, problem="the service could not export this recording")
    return listed


def _rows(data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline="")))
    except (UnicodeDecodeError, csv.Error):
        return []


def _file_column(rows: list[list[str]]) -> int | None:
    """The column that holds the recordings' names, known by what stands in it."""
    for row in rows[1:]:
        for index, value in enumerate(row):
            if _FILE.match(value):
                return index
    return None
