"""A gait profile from a whole archive, one recording at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from retrorun.activity.archive import find_sources, load
from retrorun.activity.model import Activity
from retrorun.activity.read import read_activity
from retrorun.batch.duplicates import same_activity
from retrorun.batch.row import Row, row_about
from retrorun.batch.work import RUNNING, labels_of
from retrorun.detection.profile import GaitProfile
from retrorun.errors import ProfileError, RetrorunError


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """A profile, how many runs it was learnt from, and why the other recordings were left out, by their place."""

    profile: GaitProfile
    runs: int
    left_out: tuple[tuple[str, str], ...]


def learn_profile(
    paths: Sequence[str | Path], *, start: GaitProfile | None = None, advance: Callable[[int, int], None] | None = None
) -> Learnt:
    """Learn what is usual for a runner from every run under the paths, with its labels; one runner's recordings only.

    Args:
        paths: as for `scan`.
        start: an earlier profile to go on from; its recordings must not be given again.
        advance: called after each recording with how many are done, and of how many.

    Raises:
        ProfileError: no run among them has cadence and speed to learn from.
        RetrorunError: a path that does not exist.
    """
    profile, runs = start, 0
    left_out: list[tuple[str, str]] = []
    seen: list[Row] = []
    sources = find_sources(paths)
    for number, source in enumerate(sources, start=1):
        try:
            activity = read_activity(load(source))
            if activity.sport not in RUNNING:
                raise ProfileError(f"not a run but {activity.sport}")
            row = _outline(source.name, activity)
            twin = next((other for other in seen if row.start_time is not None and same_activity(row, other)), None)
            if twin is not None:
                raise ProfileError(f"the same activity as {twin.path}")
            before = profile
            labels = labels_of(source)
            spans = [] if labels is None else labels.in_force(activity).backward_spans()
            if profile is None:
                profile = GaitProfile.fit([activity], labels=[spans])
            else:
                profile = profile.updated(activity, labels=spans)
            if profile is before:
                raise ProfileError("no running with cadence and speed in it")
            runs += 1
            seen.append(row)
        except RetrorunError as error:
            left_out.append((source.name, error.what))
        if advance is not None:
            advance(number, len(sources))
    if profile is None or not runs:
        first = f" ({left_out[0][0]}: {left_out[0][1]})" if left_out else ""
        raise ProfileError(
            f"none of {len(sources)} recordings has a run to learn from{first}", hint="give runs with cadence and speed"
        )
    return Learnt(profile=profile, runs=runs, left_out=tuple(left_out))


def _outline(name: str, activity: Activity) -> Row:
    """What tells a recording from others of the same day, without an analysis."""
    known_m = activity.distance_m[np.isfinite(activity.distance_m)]
    return replace(
        row_about(name, "", activity, "read", ""),
        elapsed_s=float(activity.time_s[-1] - activity.time_s[0]),
        distance_m=float(known_m[-1]) if len(known_m) else None,
    )
