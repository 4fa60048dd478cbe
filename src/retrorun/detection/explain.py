"""In words: what carried a call and what spoke against it, why nothing can be told, and what lowers trust."""

import math
from dataclasses import replace

import numpy as np

from retrorun.activity.model import Activity
from retrorun.arrays import FloatArray, IntArray, at_share
from retrorun.detection import parameters as p
from retrorun.detection.cadence_model import ForwardLine, LinePrior
from retrorun.detection.candidates import Candidates
from retrorun.detection.likelihoods import Likelihoods
from retrorun.detection.profile import GaitProfile
from retrorun.detection.resample import Grid
from retrorun.detection.result import Evidence
from retrorun.detection.support import Support
from retrorun.units import format_clock

# When a thing is worth a sentence; chosen.
_SHARP_BORDER, _SMALL_UPLIFT, _STEEP_PCT, _SHORT_S, _FEW_BINS = 0.10, 0.04, 6.0, 25.0, 6.0
_FAST_BACKWARD_MPS = 2.6  # recreational backward runners 1.4–2.5 m/s
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_INDOORS = frozenset({"treadmill", "indoor_running", "virtual_activity"})


def evidence_of(
    group: IntArray,
    pieces: Candidates,
    densities: Likelihoods,
    support: Support,
    chance: FloatArray,
    line: ForwardLine,
) -> Evidence:
    """What was seen in the pieces of one segment, what forward running would show, what speaks for and against."""
    length = pieces.bins[group]

    def mean(values: FloatArray) -> float:
        return float(values[group] @ length / length.sum())

    speed, cadence, forward = mean(pieces.speed_mps), mean(pieces.cadence_spm), mean(pieces.forward_spm)
    likeliest = float(np.clip(chance[group].max(), 1e-9, p.MOST_PROBABLE))
    planned = mean(support.planned)
    evidence = Evidence(
        observed_speed_mps=speed,
        observed_cadence_spm=cadence,
        forward_cadence_spm=forward,
        usual_speed_mps=line.usual_speed_mps,
        uplift=cadence / forward - 1.0,
        uplift_sd=float(densities.uplift_sd[group].min()),
        log_odds=math.log(likeliest / (1.0 - likeliest)),
        grade_pct=mean(pieces.grade_pct),
        planned=planned > 0,
    )
    first, last = group[0], group[-1]
    falls = 1.0 - math.exp(-pieces.fall[first]), 1.0 - math.exp(-pieces.rise[last])
    borders = int(support.laps[first] > 0) + int(support.laps[last] > 0)
    against = _against_it(evidence, p.BIN_S * float(length.sum()), float(pieces.near[group].max()), planned < 0)
    return replace(evidence, for_it=tuple(_for_it(evidence, falls, borders)), against_it=tuple(against))


def session_words(pieces: Candidates, chance: FloatArray, densities: Likelihoods) -> list[str]:
    """What the recording's pieces say together: those called, and the slow forward ones beside them."""
    called = chance > p.CALL
    if called.sum() < 2:
        return []
    low, high = (round(100 * at_share(densities.uplift[called], share)) for share in (0.1, 0.9))
    span = f"{low} %" if low == high else f"{low} to {high} %"
    said = f"{_count(int(called.sum()))} stretches, each {span} quicker steps than you would take forward at that pace"
    rest = ~called & (chance < p.POSSIBLE) & (pieces.bins >= p.LENGTH_CLASSES[0])
    if rest.sum() >= 2:
        centre = 100 * at_share(densities.uplift[rest])
        said += f"; {_count(int(rest.sum()))} other slow stretches lie at {centre:+.0f} %"
    return [said]


def possible(pieces: Candidates, chance: FloatArray, grid: Grid) -> list[str]:
    """Sentences about stretches that were not called."""
    maybe = np.flatnonzero((chance > p.POSSIBLE) & (chance <= p.CALL))
    return [
        f"possibly backward from {format_clock(float(grid.edge_s[pieces.start[i]]))} "
        f"to {format_clock(float(grid.edge_s[pieces.end[i]]))} (probability {chance[i]:.2f}), too unsure to call"
        for i in maybe
    ]


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


def _for_it(seen: Evidence, falls: tuple[float, float], laps: int) -> list[str]:
    share = 100 * seen.observed_speed_mps / seen.usual_speed_mps
    said = [f"speed {seen.observed_speed_mps:.2f} m/s, {share:.0f} % of the usual {seen.usual_speed_mps:.2f} m/s"]
    if seen.uplift > 0:
        said.append(
            f"cadence {seen.observed_cadence_spm:.0f} steps/min, where forward running at this speed would show "
            f"{seen.forward_cadence_spm:.0f} ({100 * seen.uplift:+.0f} %, give or take {100 * seen.uplift_sd:.0f})"
        )
    if min(falls) > _SHARP_BORDER:
        said.append(
            f"speed falls by {100 * falls[0]:.0f} % at its start and is back by {100 * falls[1]:.0f} % at its end"
        )
    if laps:
        said.append("both borders lie on laps" if laps == 2 else "one border lies on a lap")
    if seen.planned:
        said.append("the plan has a backward step here")
    return said


def _against_it(seen: Evidence, length_s: float, near: float, planned_forward: bool) -> list[str]:  # noqa: FBT001
    said: list[str] = []
    if planned_forward:
        said.append("the plan has a forward step here")
    if seen.uplift < _SMALL_UPLIFT:
        said.append(f"cadence is only {100 * seen.uplift:+.0f} % against forward running")
    grade = seen.grade_pct or 0.0
    if abs(grade) > _STEEP_PCT:
        said.append(f"the ground {'rises' if grade > 0 else 'falls'} by {abs(grade):.0f} %")
    if length_s < _SHORT_S:
        said.append(f"it lasts only {length_s:.0f} s")
    if seen.observed_speed_mps > _FAST_BACKWARD_MPS:
        said.append(f"{seen.observed_speed_mps:.2f} m/s is faster than most people run backward")
    if near < _FEW_BINS:
        said.append("there is little forward running next to it to compare with")
    return said


def _count(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)
