"""The forward line: what cadence this runner shows at a speed when running forward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrorun.activity.model import FloatArray
from retrorun.gait import priors
from retrorun.gait.grid import BoolArray, Grid


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardLine:
    """Cadence on speed of forward running in one recording.

    `level_spm` is the cadence at `priors.LINE_SPEED_MPS`, `slope_spm_per_mps` the rise per m/s, `noise_spm` the spread
    of 30-s means about it, `slope_sd` what is left unknown of the slope, `usual_speed_mps` the median running speed.
    `weight_s` is how much running it was fitted to. `speed_swing` (log units) and `cadence_swing_spm` are how much
    speed and cadence above the line typically swing from one 12 s to the next and back: how restless the recording is.
    """

    level_spm: float
    slope_spm_per_mps: float
    noise_spm: float
    slope_sd: float
    usual_speed_mps: float
    weight_s: float
    speed_swing: float
    cadence_swing_spm: float

    @property
    def intercept_spm(self) -> float:
        """The line's cadence at a speed of zero [spm]."""
        return self.level_spm - self.slope_spm_per_mps * priors.LINE_SPEED_MPS

    def cadence_spm(self, speed_mps: FloatArray) -> FloatArray:
        """Forward cadence at each speed, shape as given [spm]."""
        return self.level_spm + self.slope_spm_per_mps * (speed_mps - priors.LINE_SPEED_MPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePrior:
    """What is believed of a runner's line before a recording: means and SDs of its level and slope."""

    level_spm: float = priors.LEVEL_MEAN_SPM
    level_sd: float = priors.LEVEL_SD_SPM
    slope: float = priors.SLOPE_MEAN
    slope_sd: float = priors.SLOPE_SD


def running_bins(grid: Grid) -> BoolArray:
    """Bins in which somebody runs, by speed and cadence."""
    with np.errstate(invalid="ignore"):
        return (grid.cadence_spm >= priors.RUNNING_SPM) & (grid.speed_mps >= priors.RUNNING_MPS)


def fit_line(grid: Grid, prior: LinePrior, *, leave_out: BoolArray | None = None) -> ForwardLine:
    """A robust straight line through the flat running bins, drawn towards the prior.

    Each thirty seconds count as one fact, because neighbouring bins are alike. Outliers lose weight (Cauchy, four
    rounds): backward running and artefacts must not bend the line that they are judged by.
    """
    use = running_bins(grid)
    with np.errstate(invalid="ignore"):
        use &= ~(np.abs(grid.grade_pct) > priors.LINE_GRADE_PCT)
    if leave_out is not None:
        use &= ~leave_out
    speed, cadence = grid.speed_mps[use], grid.cadence_spm[use]
    x = speed - priors.LINE_SPEED_MPS
    usual = float(np.median(speed)) if len(speed) else float("nan")
    level, slope, noise = prior.level_spm, prior.slope, priors.LINE_NOISE_SPM
    if len(speed):
        level = float(np.median(cadence - slope * x))
    slope_sd = prior.slope_sd
    for _ in range(4):
        residual = cadence - level - slope * x
        if len(residual) >= priors.LINE_BINS_PER_FACT:
            spread = 1.483 * float(np.median(np.abs(residual)))
            noise = min(max(spread, 0.5 * priors.LINE_NOISE_SPM), 2.0 * priors.LINE_NOISE_SPM)
        weight = 1.0 / (1.0 + (residual / (2.0 * noise)) ** 2) / priors.LINE_BINS_PER_FACT / noise**2
        p0, p1 = 1.0 / prior.level_sd**2, 1.0 / prior.slope_sd**2
        s0, s1, s2 = float(weight.sum()) + p0, float(weight @ x), float(weight @ (x * x)) + p1
        y0 = float(weight @ cadence) + p0 * prior.level_spm
        y1 = float(weight @ (x * cadence)) + p1 * prior.slope
        det = s0 * s2 - s1 * s1
        level, slope = (s2 * y0 - s1 * y1) / det, (s0 * y1 - s1 * y0) / det
        slope_sd = float(np.sqrt(s0 / det))
    swings = _swings(speed, cadence - level - slope * x)
    return ForwardLine(
        speed_swing=swings[0],
        cadence_swing_spm=swings[1],
        level_spm=level,
        slope_spm_per_mps=slope,
        noise_spm=noise,
        slope_sd=slope_sd,
        usual_speed_mps=usual,
        weight_s=len(speed) * priors.BIN_S,
    )


def _swings(speed: FloatArray, residual: FloatArray) -> tuple[float, float]:
    """Median absolute second differences of means of `priors.STEP_BINS` bins; typical values for a short recording."""
    k = priors.STEP_BINS
    if len(speed) < 10 * k:
        return priors.SPEED_SWING, priors.CADENCE_SWING_SPM
    found = []
    for values in (np.log(speed), residual):
        total = np.cumsum(values)
        means = (total[k:] - total[:-k]) / k
        found.append(float(np.median(np.abs(means[2 * k :] - 2.0 * means[k:-k] + means[: -2 * k]))))
    return found[0], found[1]
