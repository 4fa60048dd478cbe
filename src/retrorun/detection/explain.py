"""Evidence in words: what carried a call, and what spoke against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from retrorun.arrays import FloatArray, at_share
from retrorun.detection import parameters as p
from retrorun.detection.cadence_model import ForwardLine
from retrorun.detection.candidates import Candidates
from retrorun.detection.likelihoods import Likelihoods
from retrorun.detection.resample import Grid
from retrorun.detection.result import Evidence
from retrorun.detection.support import Support
from retrorun.units import format_clock

# When a thing is worth a sentence; chosen.
_SHARP_BORDER, _SMALL_UPLIFT, _STEEP_PCT, _SHORT_S, _FEW_BINS = 0.10, 0.04, 6.0, 25.0, 6.0
_FAST_BACKWARD_MPS = 2.6  # recreational backward runners 1.4–2.5 m/s
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def evidence_of(
    group: Sequence[int],
    pieces: Candidates,
    densities: Likelihoods,
    support: Support,
    chance: FloatArray,
    line: ForwardLine,
) -> Evidence:
    """What was seen in the pieces of one segment, what forward running would show, what speaks for and against."""
    rows = np.asarray(group)
    length = pieces.bins[rows]

    def mean(values: FloatArray) -> float:
        return float(values[rows] @ length / length.sum())

    speed, cadence, forward = mean(pieces.speed_mps), mean(pieces.cadence_spm), mean(pieces.forward_spm)
    likeliest = float(np.clip(chance[rows].max(), 1e-9, p.MOST_PROBABLE))
    planned = float(support.planned[rows] @ length)
    evidence = Evidence(
        observed_speed_mps=speed,
        observed_cadence_spm=cadence,
        forward_cadence_spm=forward,
        usual_speed_mps=line.usual_speed_mps,
        uplift=cadence / forward - 1.0,
        uplift_sd=float(densities.uplift_sd[rows].min()),
        log_odds=float(np.log(likeliest / (1.0 - likeliest))),
        grade_pct=mean(pieces.grade_pct),
        planned=planned > 0,
    )
    first, last = rows[0], rows[-1]
    falls = 1.0 - np.exp(-np.array([pieces.fall[first], pieces.rise[last]]))
    borders = int(support.laps[first] > 0) + int(support.laps[last] > 0)
    return replace(
        evidence,
        for_it=tuple(_for_it(evidence, falls, borders)),
        against_it=tuple(
            _against_it(evidence, p.BIN_S * float(length.sum()), float(pieces.near[rows].max()), planned < 0)
        ),
    )


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


def _for_it(seen: Evidence, falls: FloatArray, laps: int) -> list[str]:
    share = 100 * seen.observed_speed_mps / seen.usual_speed_mps
    said = [f"speed {seen.observed_speed_mps:.2f} m/s, {share:.0f} % of the usual {seen.usual_speed_mps:.2f} m/s"]
    if seen.uplift > 0:
        said.append(
            f"cadence {seen.observed_cadence_spm:.0f} steps/min, where forward running at this speed would show "
            f"{seen.forward_cadence_spm:.0f} ({100 * seen.uplift:+.0f} %, give or take {100 * seen.uplift_sd:.0f})"
        )
    if falls.min() > _SHARP_BORDER:
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
