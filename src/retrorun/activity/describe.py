"""What a recording holds, as a small value: sampling, gaps, damage, columns, and whether it can be analysed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from retrorun.activity import rules
from retrorun.activity.model import COLUMNS, Activity
from retrorun.arrays import FloatArray, at_share


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnShare:
    """How much of a column is there: `share` from 0 to 1 of the samples."""

    name: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a recording holds.

    `median_step_s` is the usual time between samples, `one_second_share` how many of the steps are 1 s or less.
    `gap_s` is the time without samples in gaps of 10 s and more, `paused_s` that in which the timer stood still.
    `obstacles` says why backward running cannot be looked for, or only with care; empty if nothing stands in the way.
    `can_be_analysed` is false where speed or cadence is missing altogether.
    """

    samples: int
    duration_s: float
    median_step_s: float
    one_second_share: float
    gaps: int
    gap_s: float
    pauses: int
    paused_s: float
    columns: tuple[ColumnShare, ...]
    extra: tuple[ColumnShare, ...]
    developer: tuple[ColumnShare, ...]
    damage: tuple[str, ...]
    obstacles: tuple[str, ...]
    can_be_analysed: bool


def describe(activity: Activity) -> Description:
    """Describe a recording."""
    steps = np.diff(activity.time_s)
    long = steps[steps >= rules.GAP_S]
    timer = [pause for pause in activity.pauses if pause.kind == "timer"]
    columns = _shares({name: activity[name] for name in COLUMNS[1:]})
    known = {column.name: column.share for column in columns}
    median_step = at_share(steps) if len(steps) else 0.0
    return Description(
        samples=len(activity),
        duration_s=float(activity.time_s[-1]) if len(activity) else 0.0,
        median_step_s=median_step,
        one_second_share=float(np.mean(steps <= 1.0)) if len(steps) else 0.0,
        gaps=len(long),
        gap_s=float(long.sum()),
        pauses=len(timer),
        paused_s=sum(pause.end_s - pause.start_s for pause in timer),
        columns=columns,
        extra=_shares(activity.extra),
        developer=_shares(activity.developer),
        damage=tuple(str(each) for each in activity.damage),
        obstacles=tuple(_obstacles(activity, known, median_step)),
        can_be_analysed=known["speed_mps"] > 0.0 and known["cadence_spm"] > 0.0 and len(activity) > 1,
    )


def _shares(columns: Mapping[str, FloatArray]) -> tuple[ColumnShare, ...]:
    shares = {name: float(np.isfinite(values).mean()) if len(values) else 0.0 for name, values in columns.items()}
    return tuple(ColumnShare(name=name, share=share) for name, share in shares.items())


def _obstacles(activity: Activity, shares: dict[str, float], median_step_s: float) -> list[str]:
    found = []
    for name, word in (("speed_mps", "speed"), ("cadence_spm", "cadence")):
        if shares[name] == 0.0:
            found.append(f"there is no {word}")
        elif shares[name] < 0.5:
            found.append(f"{word} is there in only {100 * shares[name]:.0f} % of the samples")
    if median_step_s > rules.COARSE_S:
        found.append(f"samples are {median_step_s:.0f} s apart: a short backward stretch has too few of them")
    if activity.sport not in rules.FOOT_SPORTS:
        found.append(f"{activity.sport} is not done on foot")
    if any("differences of distance" in decision for decision in activity.decisions):
        found.append("speed comes from positions or distance, and is noisy")
    return found
