"""What reading decided, and how often, over a folder of recordings: python -m tests.evaluation.reading_decisions FOLDER

Prints a table in Markdown. Counts are of recordings; numbers within a decision are left out.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from retrorun.activity.archive import find_sources, load
from retrorun.activity.model import Activity
from retrorun.activity.read import read_activity
from retrorun.errors import RetrorunError

_NUMBER = re.compile(r"\d[\d,.]*(?<![,.])")
_PLURAL = {"value": "values", "sample": "samples", "point": "points"}


def kind_of(said: str) -> str:
    """A decision or a damage without its numbers: `cadence: … values of zero while moving taken as missing`."""
    kind = _NUMBER.sub("…", said)
    return re.sub(r"… (value|sample|point)\b", lambda found: f"… {_PLURAL[found[1]]}", kind)


def counts(activities: Iterable[Activity]) -> tuple[int, Counter[str]]:
    """How many activities there were, and how many of them each thing is said of."""
    total, found = 0, Counter[str]()
    for activity in activities:
        total += 1
        found[f"read as {activity.source.upper()}"] += 1
        found["several parts"] += len(activity.parts) > 1
        found.update({kind_of(said) for said in activity.decisions})
        found.update({f"damage: {kind_of(each.what)}" for each in activity.damage})
    return total, found


def table(total: int, found: Counter[str]) -> str:
    """The counts as a table in Markdown, the most frequent first."""
    rows = sorted(((count, said) for said, count in found.items() if count), key=lambda row: (-row[0], row[1]))
    return "\n".join([f"| of {total} recordings | |", "|---|---:|", *(f"| {said} | {count} |" for count, said in rows)])


def _read(folder: Path) -> Iterable[Activity]:
    for source in find_sources([folder]):
        try:
            yield read_activity(load(source))
        except RetrorunError as error:
            print(f"{source.name}: {error}", file=sys.stderr)


def main() -> None:
    """Read a folder and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    print(table(*counts(_read(parser.parse_args().folder))))


if __name__ == "__main__":
    main()
