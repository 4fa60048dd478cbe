"""Evidence in words: why a stretch was called backward, and what spoke against it."""

from __future__ import annotations

import numpy as np

from retrorun.gait import priors
from retrorun.gait.candidates import Candidates
from retrorun.gait.line import ForwardLine
from retrorun.gait.result import Evidence
from retrorun.gait.support import Support
from retrorun.units import format_clock


def evidence_of(rows: Candidates, i: int, line: ForwardLine, log_odds: float, support: Support) -> Evidence:
    """What was seen in candidate `i`, what forward running would have shown, and what speaks for and against."""
    speed, cadence = float(rows.speed[i]), float(rows.cadence[i])
    forward = line.intercept_spm + line.slope_spm_per_mps * speed
    grade = float(rows.grade[i])
    return Evidence(
        observed_speed_mps=speed,
        observed_cadence_spm=cadence,
        forward_cadence_spm=forward,
        usual_speed_mps=line.usual_speed_mps,
        uplift=cadence / forward - 1.0,
        log_odds=log_odds,
        grade_pct=grade if np.isfinite(grade) else None,
        planned=bool(support.planned[i] > 0.0),
        for_it=tuple(_for_it(rows, i, line, forward, support)),
        against_it=tuple(_against_it(rows, i, forward, support)),
    )


def possible(start_s: float, end_s: float, chance: float) -> str:
    """The sentence about a stretch that was not called."""
    return (
        f"possibly backward from {format_clock(start_s)} to {format_clock(end_s)} "
        f"(probability {chance:.2f}), too unsure to call"
    )


def _for_it(rows: Candidates, i: int, line: ForwardLine, forward: float, support: Support) -> list[str]:
    speed, cadence, usual = float(rows.speed[i]), float(rows.cadence[i]), line.usual_speed_mps
    said = [f"speed {speed:.2f} m/s, {100 * speed / usual:.0f} % of the usual {usual:.2f} m/s"]
    if cadence > forward:
        said.append(f"cadence {cadence:.0f} steps/min, where forward running at this speed would show {forward:.0f}")
    falls = [100 * (1 - np.exp(-side.fall[i])) for side in (rows.before, rows.after)]
    if min(falls) > priors.SHARP_BORDER_PCT:
        said.append(f"speed falls by {falls[0]:.0f} % at its start and is back by {falls[1]:.0f} % at its end")
    if rows.before.rise[i] > priors.CLEAR_STEP_SPM:
        said.append(f"cadence rises by {rows.before.rise[i]:.0f} steps/min just when speed falls")
    if support.laps[i] == 2.0:
        said.append("both borders lie on laps")
    elif support.laps[i] == 1.0:
        said.append("one border lies on a lap")
    if support.planned[i] > 0.0:
        said.append("the plan has a backward step here")
    return said


def _against_it(rows: Candidates, i: int, forward: float, support: Support) -> list[str]:
    said: list[str] = []
    uplift = float(rows.cadence[i]) / forward - 1.0
    length_s = float(rows.end[i] - rows.start[i]) * priors.BIN_S
    if support.planned[i] < 0.0:
        said.append("the plan has a forward step here")
    if uplift < priors.SMALL_UPLIFT:
        said.append(f"cadence is only {100 * uplift:+.0f} % against forward running")
    if uplift > priors.UPLIFT_MAX:
        said.append(f"cadence is {100 * uplift:+.0f} %, more than anything published")
    grade = float(rows.grade[i])
    if np.isfinite(grade) and abs(grade) > priors.STEEP_PCT:
        said.append(f"the ground {'rises' if grade > 0 else 'falls'} by {abs(grade):.0f} %")
    if length_s < priors.SHORT_S:
        said.append(f"it lasts only {length_s:.0f} s")
    if rows.speed[i] > priors.FAST_BACKWARD_MPS:
        said.append(f"{rows.speed[i]:.2f} m/s is faster than most people run backward")
    if min(rows.before.n[i], rows.after.n[i]) < priors.FEW_NEIGHBOURS:
        said.append("there is little forward running next to it to compare with")
    return said
