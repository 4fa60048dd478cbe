"""A gait profile from a whole archive, one recording at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from retrorun.activity import archive, model, read
from retrorun.analysis.labels import said_of
from retrorun.batch import scan, work
from retrorun.batch.row import DIGEST, SAME_AS, Outline, digest_of, lesson_of, outline, row_about, same_activity
from retrorun.batch.table import ScanTable
from retrorun.detection.profile import GaitProfile
from retrorun.errors import ProfileError, RetrorunError

BEFORE = "the profile has learnt from it before"
OTHERWISE = "the profile has learnt from it before, when it was labelled otherwise: make the profile anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """A profile, how many runs it was learnt from, and why the other recordings were left out, by their place."""

    profile: GaitProfile
    runs: int
    left_out: tuple[tuple[str, str], ...]


def learn_profile(paths: Sequence[str | Path], *, start: GaitProfile | None = None, progress: bool = False) -> Learnt:
    """Learn what is usual for a runner from every run under the paths, with its labels; one runner's recordings only.

    Args:
        paths: as for `scan`.
        start: an earlier profile to go on from; a recording that it has learnt from counts no second time.
        progress: show a bar on stderr, as `scan` does.

    Raises:
        ProfileError: there is no earlier profile, and no run among them has cadence and speed to learn from.
        RetrorunError: a path that does not exist.
    """
    profile = start
    left_out: list[tuple[str, str]] = []
    seen: list[tuple[str, Outline]] = []
    sources = archive.find_sources(paths)
    with scan.progress_bar("learning", lambda: len(sources), shown=progress) as advance:
        for source in sources:
            try:
                profile = _with_one_more(profile, source, seen)
            except RetrorunError as error:
                left_out.append((source.name, error.what))
            advance(1)
    if profile is None:
        first = f" ({left_out[0][0]}: {left_out[0][1]})" if left_out else ""
        raise ProfileError(
            f"none of {len(sources)} recordings has a run to learn from{first}", hint="give runs with cadence and speed"
        )
    return Learnt(profile=profile, runs=len(seen), left_out=tuple(left_out))


def refine_profile(table: ScanTable, paths: Sequence[str | Path], profile: GaitProfile | None) -> Learnt | None:
    """Go on from a profile with the runs of a scan that are new to it and known: labelled, or forward without a doubt.

    What was only called backward is not learnt, and what lies in a file with others is left out.

    Args:
        table: a complete scan.
        paths: what was scanned.
        profile: what is known so far.

    Returns:
        None where there is no profile yet, and nothing to make one of.

    Raises:
        RetrorunError: a path that is gone.
    """
    sources = {source.name: source for source in archive.find_sources(paths)}
    earlier = _earlier(profile)
    in_it = {row.reason.removeprefix(SAME_AS) for row in table if row.status == "duplicate" and row.digest in earlier}
    left_out: list[tuple[str, str]] = []
    runs = 0
    for row in table.counted():
        if row.sport not in work.RUNNING or row.path in in_it:
            continue
        if row.digest in earlier:
            if row.lesson and earlier[row.digest] != row.digest + row.lesson:
                left_out.append((row.path, OTHERWISE))
            continue
        try:
            if row.unsure or not row.digest:
                raise ProfileError(row.unsure or "it shares its file with other activities")
            data = archive.load(sources[row.path])
            profile = _taught(profile, sources[row.path], read.read_activity(data), data)
            runs += 1
        except RetrorunError as error:
            left_out.append((row.path, error.what))
    return None if profile is None else Learnt(profile=profile, runs=runs, left_out=tuple(left_out))


def with_run(
    profile: GaitProfile | None, activity: model.Activity, backward: Sequence[tuple[float, float]], *, digest: str
) -> GaitProfile:
    """The profile after one run more, its backward stretches said.

    A ProfileError where the run is in it already, there is nothing to learn from it, or it must not be learnt from.
    """
    entry = f"{digest}{lesson_of(backward)}"
    earlier = _earlier(profile).get(digest)
    if earlier is not None:
        raise ProfileError(BEFORE if earlier == entry else OTHERWISE)
    if profile is None:
        learnt = GaitProfile.fit([activity], labels=[backward])
    else:
        learnt = profile.updated(activity, labels=backward)
    if learnt is profile:
        raise ProfileError("too little running with cadence and speed in it")
    return replace(learnt, taken=(*learnt.taken, entry))


def _earlier(profile: GaitProfile | None) -> dict[str, str]:
    """What a profile has taken, by the recordings' digests; each entry is a digest and the lesson behind it."""
    return {} if profile is None else {entry[:DIGEST]: entry for entry in profile.taken}


def _with_one_more(profile: GaitProfile | None, source: archive.Source, seen: list[tuple[str, Outline]]) -> GaitProfile:
    """The profile with one recording more, which joins those that were seen; a RetrorunError says why it does not."""
    data = archive.load(source)
    activity = read.read_activity(data)
    if activity.sport not in work.RUNNING:
        raise ProfileError(f"not a run but {activity.sport}")
    own = _outline(activity)
    twin = next((name for name, other in seen if same_activity(own, other)), None)
    if twin is not None:
        raise ProfileError(f"{SAME_AS}{twin}")
    learnt = _taught(profile, source, activity, data)
    seen.append((source.name, own))
    return learnt


def _taught(profile: GaitProfile | None, source: archive.Source, activity: model.Activity, data: bytes) -> GaitProfile:
    said = said_of(activity, work.labels_of(source))
    return with_run(profile, activity, said.backward_spans(), digest=digest_of(data))


def _outline(activity: model.Activity) -> Outline:
    """What tells a recording from others of the same day, without an analysis."""
    known_m = activity.distance_m[np.isfinite(activity.distance_m)]
    row = replace(
        row_about("", "", activity, "read", ""),
        elapsed_s=float(activity.time_s[-1] - activity.time_s[0]),
        distance_m=float(known_m[-1]) if len(known_m) else None,
    )
    return outline(row)
