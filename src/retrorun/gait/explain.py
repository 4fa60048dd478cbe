"""Evidence in words: why a stretch was called backward."""

from __future__ import annotations

from retrorun.gait.candidates import Candidates
from retrorun.gait.line import ForwardLine
from retrorun.gait.result import Evidence


def evidence_of(rows: Candidates, i: int, line: ForwardLine, log_odds: float) -> Evidence:
    """What was seen in candidate `i`, what forward running would have shown, and what speaks for and against."""
    speed, cadence = float(rows.speed[i]), float(rows.cadence[i])
    forward = line.intercept_spm + line.slope_spm_per_mps * speed
    usual = line.usual_speed_mps
    return Evidence(
        observed_speed_mps=speed,
        observed_cadence_spm=cadence,
        forward_cadence_spm=forward,
        usual_speed_mps=usual,
        uplift=cadence / forward - 1.0,
        log_odds=log_odds,
        for_it=(
            f"speed {speed:.2f} m/s, {100 * speed / usual:.0f} % of the usual {usual:.2f} m/s",
            f"cadence {cadence:.0f} steps/min, where forward running at this speed would show {forward:.0f}",
        ),
    )
