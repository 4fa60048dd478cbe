"""One activity, several recordings: FIT and GPX of the same run, and files that were exported again.

Two recordings are of one activity when they begin within `START_S` of each other, last equally long and go equally
far within `LENGTH`, and agree on mean cadence within `CADENCE_SPM` where both have it (two people of one race do not);
services cut a second here and there, and round times to the second. Of several, the one that says most is counted: FIT
before TCX before GPX before KML, then more samples, then the first that was found.
"""

from __future__ import annotations

from math import nan
from typing import NamedTuple

import numpy as np

from retrorun.arrays import FloatArray, IntArray
from retrorun.batch.row import Row

START_S = 15.0  # chosen: services drop leading samples without a position, a few seconds' worth
LENGTH = 0.05  # chosen: a trimmed re-export keeps its length within a few per cent
CADENCE_SPM = 1.0  # chosen: formats round cadence to a step or two a minute, their mean to less
SAME_AS = "the same activity as "  # how the reason of a duplicate begins; the path of the one that counts follows
_SAYS_MOST = ("fit", "tcx", "gpx", "kml")


class Outline(NamedTuple):
    """What tells a recording from another, in numbers alone; NaN for what it does not say, or where it is no run."""

    start_s: float
    elapsed_s: float
    distance_m: float
    cadence_spm: float
    kind: float
    samples: float


def outline(row: Row) -> Outline:
    """The outline of a row."""
    comparable = row.status == "read" and row.start_time is not None and row.elapsed_s is not None
    return Outline(
        start_s=row.start_time.timestamp() if row.start_time is not None and comparable else nan,
        elapsed_s=nan if row.elapsed_s is None else row.elapsed_s,
        distance_m=nan if row.distance_m is None else row.distance_m,
        cadence_spm=nan if row.mean_cadence_spm is None else row.mean_cadence_spm,
        kind=_SAYS_MOST.index(row.source) if row.source in _SAYS_MOST else len(_SAYS_MOST),
        samples=row.samples,
    )


def counting(outlines: FloatArray) -> IntArray:
    """For each recording the number of the one that counts for its activity, mostly its own.

    Args:
        outlines: a row of numbers for each, as `Outline` names them.
    """
    counts = np.arange(len(outlines))
    start_s = outlines[:, 0]
    order = np.argsort(start_s, kind="stable")[: np.isfinite(start_s).sum()]
    # Cut where the next begins too late to be the same activity.
    cuts = np.flatnonzero(np.diff(start_s[order]) > START_S) + 1
    begins, ends = np.append(0, cuts), np.append(cuts, len(order))
    for begin, end in zip(begins[ends - begins > 1], ends[ends - begins > 1], strict=True):
        chosen: list[tuple[int, Outline]] = []
        group = [(int(number), Outline(*outlines[number].tolist())) for number in order[begin:end]]
        for number, one in sorted(group, key=lambda entry: (entry[1].kind, -entry[1].samples, entry[0])):
            twin = next((earlier for earlier, other in chosen if same_activity(one, other)), None)
            if twin is None:
                chosen.append((number, one))
            else:
                counts[number] = twin
    return counts


def same_activity(one: Outline, other: Outline) -> bool:
    """Whether two recordings are of one activity, as far as they say."""
    return (
        abs(one.start_s - other.start_s) <= START_S
        and _close(one.elapsed_s, other.elapsed_s, share=LENGTH)
        and _close(one.distance_m, other.distance_m, share=LENGTH)
        and _close(one.cadence_spm, other.cadence_spm, within=CADENCE_SPM)
    )


def _close(one: float, other: float, *, share: float = 0.0, within: float = 0.0) -> bool:
    """Whether two values agree; a missing one does not speak against it."""
    return not abs(one - other) > max(within, share * max(abs(one), abs(other)))
