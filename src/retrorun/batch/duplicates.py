"""One activity, several recordings: FIT and GPX of the same run, and files that were exported again.

Two recordings are of one activity when they begin within `START_S` of each other, last equally long and go equally
far within `LENGTH`, and agree on mean cadence within `CADENCE_SPM` where both have it (two people of one race do not);
services cut a second here and there, and round times to the second. Of several, the one that says most is counted: FIT
before TCX before GPX before KML, then more samples, then the first by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from retrorun.batch.row import Row

START_S = 15.0  # chosen: services drop leading samples without a position, a few seconds' worth
LENGTH = 0.05  # chosen: a trimmed re-export keeps its length within a few per cent
CADENCE_SPM = 1.0  # chosen: formats round cadence to a step or two a minute, their mean to less
SAME_AS = "the same activity as "  # how the reason of a duplicate begins; the path of the one that counts follows
_SAYS_MOST = ("fit", "tcx", "gpx", "kml")


def mark_duplicates(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows in their order, all but one of each activity marked as duplicates that name the one that counts."""
    dated = sorted(
        (row for row in rows if row.status == "read" and row.start_time is not None and row.elapsed_s is not None),
        key=_start_s,
    )
    counts: dict[str, str] = {}
    kept: list[Row] = []
    for group in _neighbours(dated):
        chosen: list[Row] = []
        for row in sorted(group, key=_rank):
            twin = next((other for other in chosen if same_activity(row, other)), None)
            if twin is None:
                chosen.append(row)
            else:
                counts[row.path] = twin.path
        kept += chosen
    return tuple(
        replace(row, status="duplicate", reason=f"{SAME_AS}{counts[row.path]}") if row.path in counts else row
        for row in rows
    )


def _neighbours(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows in order of time, cut where the next begins too late to be the same activity."""
    groups: list[list[Row]] = []
    for row in rows:
        if groups and _start_s(row) - _start_s(groups[-1][-1]) <= START_S:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def same_activity(one: Row, other: Row) -> bool:
    """Whether two recordings are of one activity, as far as they say."""
    return (
        abs(_start_s(one) - _start_s(other)) <= START_S
        and _close(one.elapsed_s, other.elapsed_s, share=LENGTH)
        and _close(one.distance_m, other.distance_m, share=LENGTH)
        and _close(one.mean_cadence_spm, other.mean_cadence_spm, within=CADENCE_SPM)
    )


def _close(one: float | None, other: float | None, *, share: float = 0.0, within: float = 0.0) -> bool:
    """Whether two values agree; a missing one does not speak against it."""
    if one is None or other is None:
        return True
    return abs(one - other) <= max(within, share * max(abs(one), abs(other)))


def _rank(row: Row) -> tuple[int, int, str]:
    kind = _SAYS_MOST.index(row.source) if row.source in _SAYS_MOST else len(_SAYS_MOST)
    return kind, -row.samples, row.path


def _start_s(row: Row) -> float:
    return row.start_time.timestamp() if row.start_time is not None else 0.0
