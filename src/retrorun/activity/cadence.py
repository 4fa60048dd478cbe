"""Cadence: steps per minute of both feet, whatever unit the file has."""

from __future__ import annotations

import numpy as np

from retrorun.activity.raw import FloatArray
from retrorun.activity.rules import ENOUGH_RUNNING, FOOT_SPORTS, MOVING_MPS, RUN_MPS, STRIDE_LIMIT
from retrorun.activity.wording import counted


def steps_per_minute(
    cadence: FloatArray | None, speed_mps: FloatArray, *, sport: str, is_steps: bool | None, decisions: list[str]
) -> FloatArray:
    """The cadence column in steps per minute; the unit is decided once for the whole activity.

    A sample alone cannot decide: a walking break at 55 strides a minute looks like a slow 55 steps.

    Args:
        cadence: as in the file, NaN for missing; None where the file has none.
        speed_mps: shape (n,), to tell running samples from others.
        sport: FIT's word.
        is_steps: what the file itself says about the unit, None where it says nothing.
        decisions: what was decided is added here.
    """
    if cadence is None or not np.isfinite(cadence).any():
        return np.full(len(speed_mps), np.nan)
    if sport not in FOOT_SPORTS:
        decisions.append(f"cadence is left as the file has it: {sport} is not done on foot")
        return cadence
    if is_steps is None:
        is_steps = _decide(cadence, speed_mps, decisions)
    else:
        decisions.append(f"cadence: the file counts {'steps' if is_steps else 'strides'} a minute")
    steps = cadence if is_steps else 2.0 * cadence
    idle = (steps == 0) & (speed_mps > MOVING_MPS)
    if idle.any():
        steps = np.where(idle, np.nan, steps)
        decisions.append(f"cadence: {counted(np.count_nonzero(idle), 'zero')} while moving taken as missing")
    return steps


def _decide(cadence: FloatArray, speed_mps: FloatArray, decisions: list[str]) -> bool:
    stepping = cadence > 0
    running = stepping & (speed_mps > RUN_MPS)
    # Where hardly anyone runs, the slow steps of a walk and the strides of a run overlap: all samples speak, and the
    # usual unit, strides, stands unless they are too many for strides.
    runs = np.count_nonzero(running) >= ENOUGH_RUNNING * np.count_nonzero(stepping) > 0
    chosen = running if runs else stepping
    values = np.sort(cadence[chosen])
    typical = float(values[len(values) // 2]) if len(values) else 0.0
    is_steps = typical >= STRIDE_LIMIT
    decisions.append(
        f"cadence: the median {'while running' if runs else 'while stepping'} is {typical:.0f}, "
        + ("so the file counts steps a minute" if is_steps else "so the file counts strides a minute; doubled")
    )
    return is_steps
