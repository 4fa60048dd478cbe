"""Cadence: steps per minute of both feet, whatever unit the file has."""

import numpy as np
import numpy.typing as npt

from retrorun.activity.rules import ENOUGH_RUNNING, FOOT_SPORTS, MOVING_MPS, RUN_MPS, STRIDE_LIMIT, counted
from retrorun.arrays import BoolArray, FloatArray, at_share
from retrorun.intervals import edges

WALKS = ("walking", "hiking")
NO_STEP_SPM = 20.0  # a zero that was averaged with its neighbours is still no step
MOST_SPM = 290.0  # 200 forward and the largest uplift that was filmed are less; above there are only artefacts
WALK_STRIDE_LIMIT = 78.0  # walkers take 40 to 70 strides a minute, and 80 to 140 steps
# One value for so long while the slow tenth of the speeds is below a share of the quick one: a walk is half a run.
STUCK_S, STUCK_SAMPLES, STUCK_CHANGE = 60.0, 15, 0.6
STUCK_ANYHOW_S = 600.0  # twice the longest of 83 such stretches in 106 real recordings (307 s, steady to 3 %)
WALK_SPM, WALK_MOST_MPS = (90.0, 138.0), 2.1  # walking is 117 ± 9 steps a minute
OCTAVE_LEAST_SPM, OCTAVE_S, OCTAVE_REACH_S = 176.0, 20.0, 45.0  # seen: ten seconds at a time; repetitions last longer
OCTAVE_WITHIN = 0.09  # of twice the walk
# A longer octave is told from a repetition by being exactly twice the walk, at the walk's own speed, and above runners.
LONG_OCTAVE_SPM, LONG_OCTAVE_WITHIN, LONG_OCTAVE_MPS = 215.0, 0.04, 0.3
# A held value: the very same one for so long, begun within a step of the running before it, until a walk is counted.
HELD_S, HELD_STEP_SPM, HELD_BEFORE_S = 8.0, 2.0, 5.0
ENOUGH_WALKING = ENOUGH_RUNNING_BEFORE = 3  # samples, so that no single one speaks


def steps_per_minute(
    cadence: FloatArray | None, speed_mps: FloatArray, *, sport: str, is_steps: bool | None, decisions: list[str]
) -> FloatArray:
    """The cadence column in steps per minute; the unit is decided once for the whole activity.

    A sample alone cannot decide: a walking break at 55 strides a minute looks like a slow 55 steps. `is_steps` is what
    the file itself says about the unit, None where it says nothing; what was decided is added to `decisions`.
    """
    if cadence is None or not np.count_nonzero(np.isfinite(cadence)):
        return np.full(len(speed_mps), np.nan)
    if sport not in FOOT_SPORTS:
        decisions.append(f"cadence is left as the file has it: {sport} is not done on foot")
        return cadence
    if is_steps is None:
        is_steps = _decide(cadence, speed_mps, sport, decisions)
    else:
        decisions.append(f"cadence: the file counts {'steps' if is_steps else 'strides'} a minute")
    return cadence if is_steps else 2.0 * cadence


def _decide(cadence: FloatArray, speed_mps: FloatArray, sport: str, decisions: list[str]) -> bool:
    stepping = cadence > 0
    running = stepping & (speed_mps > RUN_MPS)
    # Where hardly anyone runs, the slow steps of a walk and the strides of a run overlap: all samples speak, and the
    # usual unit, strides, stands unless they are too many for strides.
    runs = np.count_nonzero(running) >= ENOUGH_RUNNING * np.count_nonzero(stepping) > 0
    values = cadence[running if runs else stepping]
    typical = at_share(values) if len(values) else 0.0
    is_steps = typical >= (WALK_STRIDE_LIMIT if sport in WALKS and not runs else STRIDE_LIMIT)
    decisions.append(
        f"cadence: the median {'while running' if runs else 'while stepping'} is {typical:.0f}, "
        + ("so the file counts steps a minute" if is_steps else "so the file counts strides a minute; doubled")
    )
    return is_steps


def without_nonsense(
    time_s: FloatArray, speed_mps: FloatArray, cadence_spm: FloatArray, decisions: list[str]
) -> FloatArray:
    """Cadence of both feet, with what no foot did taken as missing; what was taken out is added to `decisions`.

    Zeros while moving, values above anybody's, the octave above a walk (beside walking some watches write twice its
    cadence), and the value of running held into a walk break. A value counts for the first reason that it has.
    """
    kept = cadence_spm
    for what, fault in {
        "zero while moving": (cadence_spm >= 0) & (cadence_spm <= NO_STEP_SPM) & (speed_mps > MOVING_MPS),
        "more than anybody's": cadence_spm > MOST_SPM,
        "the octave above a walk": _octaves(time_s, speed_mps, cadence_spm),
        "running held into a walk": _held(time_s, speed_mps, cadence_spm),
    }.items():
        # What is missing already is counted already.
        if np.count_nonzero(fault) and (count := np.count_nonzero(fault & np.isfinite(kept))):
            kept = np.where(fault, np.nan, kept)
            decisions.append(f"cadence: {counted(count, 'value')} of {what} taken as missing")
    return kept


def stuck(time_s: FloatArray, speed_mps: FloatArray, cadence_spm: FloatArray) -> BoolArray:
    """Where the very same value other than zero was written on and on, as by a sensor that stands still.

    A coarse sensor holds one value too, for minutes of steady running; so what counts is that the value was kept while
    the speed changed as between running and walking, or for longer than any steady runner's, or is the only one.
    """
    out = np.zeros(len(cadence_spm), dtype=np.bool_)
    firsts, lasts = _of_one_value(time_s, cadence_spm, above=0.0, least_s=STUCK_S)
    steps = np.count_nonzero(cadence_spm > 0)
    for first, last in np.transpose((firsts, lasts))[lasts - firsts + 1 >= STUCK_SAMPLES].tolist():
        speed = speed_mps[first : last + 1]
        speed = speed[np.isfinite(speed)]
        changed = len(speed) > 0 and at_share(speed, 0.1) < STUCK_CHANGE * at_share(speed, 0.9)
        alone = last - first + 1 == steps
        out[first : last + 1] = changed or alone or time_s[last] - time_s[first] >= STUCK_ANYHOW_S
    return out


def _of_one_value(
    time_s: FloatArray, cadence_spm: FloatArray, *, above: float, least_s: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The first and the last sample of each stretch in which the very same value was written for so long."""
    firsts, lasts = edges((cadence_spm[1:] == cadence_spm[:-1]) & (cadence_spm[1:] > above))
    long = time_s[lasts] - time_s[firsts] >= least_s
    return firsts[long], lasts[long]


def _octaves(time_s: FloatArray, speed_mps: FloatArray, cadence_spm: FloatArray) -> BoolArray:
    """Where, at walking speed and for seconds only, cadence is twice that of the walking around it."""
    out = np.zeros(len(cadence_spm), dtype=np.bool_)
    slow = speed_mps < WALK_MOST_MPS
    quick_steps = slow & (cadence_spm >= OCTAVE_LEAST_SPM)
    if not np.count_nonzero(quick_steps):
        return out
    firsts, ends = edges(quick_steps)
    walking = slow & (cadence_spm >= WALK_SPM[0]) & (cadence_spm <= WALK_SPM[1])
    walk_s, walk_spm, walk_mps = time_s[walking], cadence_spm[walking], speed_mps[walking]
    low = np.searchsorted(walk_s, time_s[firsts] - OCTAVE_REACH_S)
    high = np.searchsorted(walk_s, time_s[ends - 1] + OCTAVE_REACH_S)
    for first, end, *near in np.transpose((firsts, ends, low, high))[high - low >= ENOUGH_WALKING].tolist():
        around = slice(*near)
        typical, within, apart_mps = at_share(cadence_spm[first:end]), OCTAVE_WITHIN, 0.0
        if time_s[end - 1] - time_s[first] > OCTAVE_S:
            if typical < LONG_OCTAVE_SPM:
                continue
            within = LONG_OCTAVE_WITHIN
            apart_mps = abs(at_share(speed_mps[first:end]) - at_share(walk_mps[around]))
        if abs(typical / (2.0 * at_share(walk_spm[around])) - 1.0) < within and apart_mps < LONG_OCTAVE_MPS:
            out[max(0, first - 2) : end + 2] = True  # a watch changes over within a second or two
    return out & ~walking


def _held(time_s: FloatArray, speed_mps: FloatArray, cadence_spm: FloatArray) -> BoolArray:
    """Where the cadence of running was written on at walking speed, until the steps of the walk were counted.

    Who runs backward slowly has values of their own, which vary, and does not begin with just those of the running
    before.
    """
    out = np.zeros(len(cadence_spm), dtype=np.bool_)
    firsts, lasts = _of_one_value(time_s, cadence_spm, above=WALK_SPM[1], least_s=HELD_S)
    if not len(firsts):
        return out
    following = cadence_spm[np.minimum(lasts + 1, len(cadence_spm) - 1)]
    for first, last in np.transpose((firsts, lasts))[~(following > WALK_SPM[1])].tolist():
        after = cadence_spm[last + 1 : last + 4]
        after = after[np.isfinite(after)]
        if not len(after) or after[0] > WALK_SPM[1]:
            continue
        near = slice(*np.searchsorted(time_s, (time_s[first] - HELD_BEFORE_S, time_s[first] + HELD_BEFORE_S)))
        like = np.abs(cadence_spm[near] - cadence_spm[first]) <= HELD_STEP_SPM
        if np.count_nonzero(like & (speed_mps[near] > WALK_MOST_MPS)) >= ENOUGH_RUNNING_BEFORE:
            out[first : last + 1] = speed_mps[first : last + 1] < WALK_MOST_MPS
    return out
