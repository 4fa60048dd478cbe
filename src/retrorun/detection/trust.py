"""What a recording could have shown, and what lowers trust in an answer."""

from __future__ import annotations

import numpy as np

from retrorun.activity.model import Activity
from retrorun.detection import parameters as p
from retrorun.detection.cadence_model import ForwardLine, LinePrior
from retrorun.detection.profile import GaitProfile
from retrorun.detection.resample import Grid

_INDOORS = frozenset({"treadmill", "indoor_running", "virtual_activity"})


def cannot_tell(grid: Grid) -> str:
    """Why a recording could not have shown backward running; empty where it could."""
    if len(grid) * p.BIN_S < p.LEAST_S:
        return "the recording is shorter than a minute"
    if grid.step_s > p.TOO_COARSE_S:
        return f"the samples are {grid.step_s:.0f} s apart, too coarse to see a repetition"
    cadence, speed = np.isfinite(grid.cadence_spm), np.isfinite(grid.speed_mps)
    if not speed.any():
        return "there is no speed in the recording"
    if not cadence.any():
        return "there is no usable cadence in the recording"
    both = float((cadence & speed).mean())
    if both < p.KNOWN_LEAST:
        return f"speed and cadence are both known in only {100 * both:.0f} % of the recording"
    return ""


def could_be_all_backward(line: ForwardLine, profile: GaitProfile | None) -> bool:
    """Whether a run is as slow, and quick of step, as backward running from start to end, and nothing settles it.

    With a profile that is a run below this runner's usual speed that the profile's line did not settle.
    """
    if profile is not None:
        slow = line.usual_speed_mps < p.SLOW_SHARE * profile.usual_speed_mps
        return slow and not line.all_slow and _quick(line, profile.prior())
    return line.usual_speed_mps <= p.LIKE_BACKWARD_MPS and _quick(line, LinePrior())


def _quick(line: ForwardLine, usually: LinePrior) -> bool:
    """Whether its cadence lies above what is usual at its speed by what backward running adds."""
    seen_spm = float(line.cadence_spm(np.array(line.usual_speed_mps)))
    return seen_spm / usually.cadence_spm(line.usual_speed_mps) - 1.0 > p.LIKE_BACKWARD


def lowers_trust(grid: Grid, line: ForwardLine | None, activity: Activity, profile: GaitProfile | None) -> list[str]:
    """Sentences about what makes an answer less sure than usual."""
    reasons = []
    if grid.lag_s > p.WIDE_LAG_S:
        reasons.append(
            f"cadence was written {grid.lag_s:.0f} s after speed; that was taken out, and borders are unsure"
        )
    if activity.damage:
        reasons.append("the file is damaged; what was lost could not be looked at")
    unknown = 1.0 - float((np.isfinite(grid.cadence_spm) & np.isfinite(grid.speed_mps)).mean())
    if unknown > p.UNKNOWN_WORTH_SAYING:
        reasons.append(f"speed or cadence is missing in {100 * unknown:.0f} % of the recording")
    if grid.step_s > p.COARSE_S:
        reasons.append(f"the samples are {grid.step_s:.0f} s apart: short repetitions may be missed")
    if not np.isfinite(grid.grade_pct).any() and activity.sub_sport not in _INDOORS:
        reasons.append("there is no altitude, so steep slopes could not be told")
    if activity.sub_sport in _INDOORS:
        reasons.append("a watch guesses speed on a treadmill from the arms, as if running forward")
    if activity.sport in {"walking", "hiking"}:
        reasons.append("backward walking looks like walking, so nothing is said of it")
    if profile is None:
        if line is None or line.weight_s < p.LITTLE_RUNNING_S:
            reasons.append("there is little running to learn this runner's forward cadence from")
        reasons.append("a run that was backward from start to end shows only against a gait profile, and there is none")
    return reasons
