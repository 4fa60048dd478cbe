"""One density for each hypothesis about a slow piece of running, and the surface, which supports or warns.

Forward running lies on the line, in its tails, or shows a cadence that belongs to nothing; backward running above it.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from retrorun.arrays import FloatArray, IntArray
from retrorun.detection import parameters as p
from retrorun.detection.cadence_model import ForwardLine
from retrorun.detection.candidates import Candidates

# The two errors that all slow pieces of a recording share, each on a grid of SDs: of the line's slope, of its level.
_SLOPE_ERRORS, _LEVEL_ERRORS = (grid.ravel() for grid in np.meshgrid(p.ERRORS, p.ERRORS, indexing="ij"))
ERROR_LOG_WEIGHT = -0.5 * (_SLOPE_ERRORS**2 + _LEVEL_ERRORS**2)
ERROR_LOG_WEIGHT -= np.logaddexp.reduce(ERROR_LOG_WEIGHT)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Likelihoods:
    """Densities of each piece's uplift: `forward` of shape (errors, n), `backward` of shape (uplifts, errors, n).

    `uplift` is that of the piece with the uphill effect taken out, `uplift_sd` its error, the shared ones included.
    """

    forward: FloatArray
    backward: FloatArray
    uplift: FloatArray
    uplift_sd: FloatArray

    def take(self, rows: IntArray) -> Self:
        """Those of the indices."""
        return type(self)(
            forward=self.forward[:, rows],
            backward=self.backward[:, :, rows],
            uplift=self.uplift[rows],
            uplift_sd=self.uplift_sd[rows],
        )

    def alone(self) -> FloatArray:
        """The log ratio of backward to forward of each piece by itself, shape (n,), for telling like from like."""
        errors = np.exp(ERROR_LOG_WEIGHT)
        ratio: FloatArray = np.log(errors @ self.backward.mean(axis=0)) - np.log(errors @ self.forward)
        return ratio


def likelihoods(pieces: Candidates, line: ForwardLine) -> Likelihoods:
    """Both densities of every piece, for each value of the shared errors and of the session's uplift."""
    cadence, bins, grade = pieces.cadence_spm, pieces.bins, pieces.grade_pct
    lone = p.NEAR_WEIGHT / (pieces.near + p.NEAR_WEIGHT)
    resting = (pieces.rest_before + pieces.rest_after > 0).astype(np.int64)
    uplift = pieces.uplift - p.UPHILL * np.clip(grade - p.UPHILL_FROM_PCT, 0.0, p.UPHILL_MOST_PCT)
    gap = np.maximum(pieces.gap_mps, 0.0)
    bend = 0.5 * p.BEND_SPM * np.maximum(gap - p.BEND_FROM_MPS, 0.0) ** 2
    slope_error = (min(max(line.slope_sd, p.SLOPE_SD_LOW), p.SLOPE_SD_HIGH) * gap + bend) / cadence
    trust = p.UNTRUSTED if line.noise_spm > p.UNTRUSTED_NOISE_SPM else 1.0
    steep_error = p.GRADE_SD * np.maximum(np.abs(grade) - p.GRADE_FROM_PCT, 0.0)
    level_sd = (
        max(line.level_sd, p.RUN_SHIFT_SPM) if line.all_slow and line.weight_s < p.LITTLE_RUNNING_S else line.level_sd
    )
    level_error = np.hypot(np.hypot(trust * line.noise_spm, level_sd) / cadence * lone, steep_error)
    own = np.sqrt(p.OWN_FLOOR**2 + p.OWN_SD**2 * p.OWN_BINS / bins + (0.5 * line.noise_spm / cadence * lone) ** 2)
    # Between two grid points of the shared errors a piece is off by up to half a step.
    own = np.hypot(own, p.GRID_SD * np.hypot(slope_error, level_error))
    restless = _restlessness(uplift / np.sqrt(own**2 + 0.5 * slope_error**2 + 0.5 * level_error**2), bins, resting)
    own = own * p.OWN_SCALE * max(restless, 1.0)
    shift = _SLOPE_ERRORS[:, None] * slope_error + _LEVEL_ERRORS[:, None] * level_error
    which = np.digitize(bins, p.LENGTH_CLASSES), np.digitize(pieces.near, p.NEAR_CLASSES), resting
    share, length = p.TAIL_SHARE[which], p.TAIL_LENGTH[which] * max(1.0, restless / p.RESTLESS_TAIL)
    nonsense = _nonsense(pieces)
    forward = (
        (1.0 - share - nonsense) * _normal(uplift - shift, own)
        + share * np.exp(-np.abs(uplift) / length) / (2.0 * length)
        + nonsense / p.NONSENSE_WIDTH
    )
    rising = p.UPLIFT_SLOPE * np.minimum(pieces.speed_mps - p.UPLIFT_AT_MPS, 1.0)
    expected = np.maximum(p.UPLIFTS[:, None] + rising, 0.0)
    backward = _normal(uplift - (expected[:, None, :] + shift[None]), np.hypot(own, p.UPLIFT_WITHIN_SD))
    return Likelihoods(
        forward=forward,
        backward=np.maximum(backward, 1e-9),
        uplift=uplift,
        uplift_sd=np.sqrt(own**2 + slope_error**2 + level_error**2),
    )


def surface(pieces: Candidates, line: ForwardLine, weights: FloatArray) -> FloatArray:
    """What else a piece shows, as log odds for backward, shape (n,): bounded, so that it never outvotes the uplift."""
    bounded: FloatArray = np.clip(weights[0] + terms(pieces, line) @ weights[1:], p.SURFACE_LOW, p.SURFACE_HIGH)
    return bounded


def physical(pieces: Candidates) -> FloatArray:
    """Log odds against what hardly anybody does: backward at record speeds, and down steep slopes."""
    # Records fall with distance, and so does what a runner can hold, over all repetitions of a session.
    way_m = max(float((pieces.speed_mps * pieces.bins)[pieces.uplift > p.LEAST_UPLIFT].sum()) * p.BIN_S, 50.0)
    record_mps = max(mps * (way_m / over_m) ** fall for mps, over_m, fall in p.RECORDS)
    too_fast = p.TOO_FAST * np.maximum(pieces.speed_mps - p.RECORD_SHARE * record_mps, 0.0)
    steep_down = p.DOWNHILL * np.maximum(-pieces.grade_pct - p.DOWNHILL_PCT, 0.0)
    against: FloatArray = -too_fast - steep_down
    return against


def terms(pieces: Candidates, line: ForwardLine) -> FloatArray:
    """The terms of the surface, shape (n, 21): length, speed, contrast, rests, grade, evenness, borders."""
    ratio = pieces.speed_mps / line.usual_speed_mps
    length, grade = np.log(pieces.bins / 10.0), pieces.grade_pct
    fall, rise = np.clip(pieces.fall, -0.2, 0.5), np.clip(pieces.rise, -0.2, 0.5)
    before, after = pieces.rest_before, pieces.rest_after
    columns: FloatArray = np.nan_to_num(
        np.stack(
            [
                length,
                np.maximum(length - 1.0, 0.0),
                np.maximum(pieces.speed_mps - 2.6, 0.0),
                3.0 * np.maximum(pieces.speed_mps - 3.0, 0.0),
                np.maximum(1.5 - pieces.speed_mps, 0.0),
                np.minimum(pieces.gap_mps, 1.2),
                10.0 * np.maximum(ratio - 0.85, 0.0),
                10.0 * np.maximum(0.55 - ratio, 0.0),
                before,
                after,
                before * after,
                np.maximum(-grade - 3.0, 0.0) / 5.0,
                np.maximum(grade - 4.0, 0.0) / 5.0,
                fall * (1.0 - before),
                rise * (1.0 - after),
                np.clip(np.minimum(fall + before, rise + after), -0.2, 0.5),
                10.0 * np.minimum(pieces.uneven, 0.2),
                20.0 * np.minimum(pieces.erratic, 0.1),
                (pieces.start * p.BIN_S < 60.0).astype(np.float64),
                10.0 * np.clip(pieces.raw_step, -0.1, 0.1),
                10.0 * np.clip(np.abs(pieces.base), 0.0, 0.1),
            ],
            axis=1,
        )
    )
    return columns


def _restlessness(scaled: FloatArray, bins: FloatArray, resting: IntArray) -> float:
    """How much more the pieces scatter below the line than their errors say: backward running lies above it."""
    below = np.clip(scaled, -6.0, 0.0)
    weight = np.minimum(bins, 12.0) / 12.0 * np.where(resting > 0, 0.5, 1.0)
    squares = p.RESTLESS_WEIGHT * float((weight * below**2).sum()) + p.RESTLESS_PRIOR
    return float(np.sqrt(squares / (float(weight.sum()) + p.RESTLESS_PRIOR)))


def _nonsense(pieces: Candidates) -> FloatArray:
    """How often cadence belongs to nothing: beside walking, watches write the octave above for some seconds."""
    longest = np.where(pieces.rest_before * pieces.rest_after > 0.0, p.LENGTH_CLASSES[1], p.LENGTH_CLASSES[0] + 1)
    short = (pieces.bins < longest) & (pieces.speed_mps < p.OCTAVE_SLOW_MPS)
    usual = np.where(pieces.bins >= p.LENGTH_CLASSES[1], p.NONSENSE_LONG, p.NONSENSE)
    return np.where(short, np.where(pieces.cadence_spm > p.OCTAVE_SPM, p.OCTAVE[1], p.OCTAVE[0]), usual)


def _normal(x: FloatArray, sd: FloatArray) -> FloatArray:
    density: FloatArray = np.exp(-0.5 * (x / sd) ** 2) / (sd * np.sqrt(2.0 * np.pi))
    return density
