"""What a recording could have shown, and what lowers trust in an answer."""

from __future__ import annotations

import numpy as np

from retrorun.activity.model import Activity
from retrorun.gait import priors
from retrorun.gait.grid import Grid
from retrorun.gait.line import running_bins
from retrorun.gait.profile import GaitProfile

ON_FOOT = frozenset({"running", "walking", "hiking", "generic", "training", "fitness_equipment", "unknown", ""})


def parts_on_foot(activity: Activity) -> list[tuple[float, float]]:
    """The parts of a recording that were done on foot, `(start_s, end_s)`."""
    if activity.parts:
        return [(part.start_s, part.end_s) for part in activity.parts if part.sport in ON_FOOT]
    if activity.sport not in ON_FOOT:
        return []
    return [(float(activity.time_s[0]), float(activity.time_s[-1]))] if len(activity) else [(0.0, 0.0)]


def cannot_tell(grid: Grid) -> str:
    """Why a recording could not have shown backward running; empty where it could."""
    if len(grid) * priors.BIN_S < priors.LEAST_S:
        return "the recording is shorter than a minute"
    if grid.step_s > priors.TOO_COARSE_S:
        return f"the samples are {grid.step_s:.0f} s apart, too coarse to see a repetition"
    cadence, speed = np.isfinite(grid.cadence_spm), np.isfinite(grid.speed_mps)
    if not speed.any():
        return "there is no speed in the recording"
    if not cadence.any():
        return "there is no usable cadence in the recording"
    both = float((cadence & speed).mean())
    if both < priors.KNOWN_LEAST:
        return f"speed and cadence are both known in only {100 * both:.0f} % of the recording"
    return ""


def lowers_trust(grid: Grid, activity: Activity, profile: GaitProfile | None) -> list[str]:
    """Sentences about what makes an answer less sure than usual."""
    reasons = list(grid.notes)
    if activity.damage:
        reasons.append("the file is damaged; what was lost could not be looked at")
    unknown = 1.0 - float((np.isfinite(grid.cadence_spm) & np.isfinite(grid.speed_mps)).mean())
    if unknown > priors.UNKNOWN_WORTH_SAYING:
        reasons.append(f"speed or cadence is missing in {100 * unknown:.0f} % of the recording")
    if grid.step_s > priors.COARSE_S:
        reasons.append(f"the samples are {grid.step_s:.0f} s apart: short repetitions may be missed")
    if not np.isfinite(grid.grade_pct).any():
        reasons.append("there is no altitude, so steep slopes could not be told")
    if activity.sub_sport in {"treadmill", "indoor_running", "virtual_activity"}:
        reasons.append("a watch guesses speed on a treadmill from the arms, as if running forward")
    running_s = float(running_bins(grid).sum()) * priors.BIN_S
    if running_s < priors.PROFILE_LEAST_S and profile is None:
        reasons.append("there is little running to learn this runner's forward cadence from")
    return reasons
