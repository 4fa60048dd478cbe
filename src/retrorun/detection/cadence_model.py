"""The forward line: what cadence this runner shows at a speed when running forward."""

from dataclasses import dataclass

import numpy as np

from retrorun.arrays import BoolArray, FloatArray, at_share
from retrorun.detection import parameters as p
from retrorun.detection.resample import Grid


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardLine:
    """Cadence on speed of forward running in one recording.

    `level_spm` is the cadence at `LINE_SPEED_MPS`, `slope_spm_per_mps` the rise per m/s, `level_sd` and `slope_sd` what
    is left unknown of them, `noise_spm` the scatter about the line, `usual_speed_mps` the runner's usual forward speed.
    `weight_s` is how much running the line was fitted to. `all_slow` says that the whole recording is slow for a runner
    whose usual speed is known, so that only the profile's line says what forward running looks like.
    """

    level_spm: float
    slope_spm_per_mps: float
    slope_sd: float
    level_sd: float
    noise_spm: float
    usual_speed_mps: float
    weight_s: float
    all_slow: bool = False

    def cadence_spm(self, speed_mps: FloatArray) -> FloatArray:
        """Forward cadence at each speed, shape as given [spm]."""
        return self.level_spm + self.slope_spm_per_mps * (speed_mps - p.LINE_SPEED_MPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePrior:
    """What is believed of a runner's line before a recording: means and SDs of its level and slope.

    `usual_speed_mps` is None where the recording has to say it.
    """

    level_spm: float = p.LEVEL_SPM
    level_sd: float = p.LEVEL_SD_SPM
    slope: float = p.SLOPE
    slope_sd: float = p.SLOPE_SD
    usual_speed_mps: float | None = None

    def cadence_spm(self, speed_mps: float) -> float:
        """Forward cadence at a speed, as usual [spm]."""
        return self.level_spm + self.slope * (speed_mps - p.LINE_SPEED_MPS)


def fit_line(grid: Grid, prior: LinePrior, *, leave_out: BoolArray | None = None) -> ForwardLine | None:
    """A robust straight line through the flat running that is not slow, drawn towards the prior; None without running.

    Slow running never bends the line that it is judged by. Each thirty seconds count as one fact, because neighbouring
    bins are alike. Outliers lose weight (Cauchy, four rounds).
    """
    speed, cadence = grid.speed_mps, grid.cadence_spm
    with np.errstate(invalid="ignore"):
        running = (cadence >= p.RUNNING_SPM) & (speed >= p.RUNNING_MPS)
    if leave_out is not None:
        running &= ~leave_out
    if running.sum() < p.LEAST_RUNNING_BINS:
        return None
    usual = at_share(speed[running], p.USUAL_QUANTILE)
    # A run that is slow from start to end has nothing of its own to be compared with; a short one is a cool-down.
    known = (
        prior.usual_speed_mps is not None
        and usual < p.ALL_SLOW * prior.usual_speed_mps
        and running.sum() * p.BIN_S >= p.LITTLE_RUNNING_S
    )
    if known and prior.usual_speed_mps is not None:
        usual = prior.usual_speed_mps
    with np.errstate(invalid="ignore"):
        fast = running & (speed >= p.FAST_SHARE * usual) & ~(np.abs(grid.grade_pct) > p.LINE_GRADE_PCT)
    if not known and fast.sum() < p.LEAST_RUNNING_BINS:
        fast = running
    # Where a recording has its own forward running, that alone is the measure: a profile never adds false alarms.
    return _fit(speed[fast], cadence[fast], prior if known else LinePrior(), usual, all_slow=known)


def _fit(speed: FloatArray, cadence: FloatArray, prior: LinePrior, usual: float, *, all_slow: bool) -> ForwardLine:
    x = speed - p.LINE_SPEED_MPS
    level, slope, noise = prior.level_spm, prior.slope, p.NOISE_SPM
    level_sd, slope_sd = prior.level_sd, prior.slope_sd
    if len(x) >= p.BINS_PER_FACT:
        level = at_share(cadence - slope * x)
    p0, p1 = 1.0 / prior.level_sd**2, 1.0 / prior.slope_sd**2
    for _ in range(4):
        residual = cadence - level - slope * x
        if len(residual) >= p.BINS_PER_FACT:
            noise = min(max(1.483 * at_share(np.abs(residual)), p.NOISE_LOW), p.NOISE_HIGH)
        weight = 1.0 / (1.0 + (residual / (2.0 * noise)) ** 2) / p.BINS_PER_FACT / noise**2
        s0, s1, s2 = float(weight.sum()) + p0, float(weight @ x), float(weight @ (x * x)) + p1
        y0 = float(weight @ cadence) + p0 * prior.level_spm
        y1 = float(weight @ (x * cadence)) + p1 * prior.slope
        det = s0 * s2 - s1 * s1
        level, slope = (s2 * y0 - s1 * y1) / det, (s0 * y1 - s1 * y0) / det
        level_sd, slope_sd = float(np.sqrt(s2 / det)), float(np.sqrt(s0 / det))
    return ForwardLine(
        level_spm=level,
        slope_spm_per_mps=slope,
        slope_sd=slope_sd,
        level_sd=level_sd,
        noise_spm=noise,
        usual_speed_mps=usual,
        weight_s=len(x) * p.BIN_S,
        all_slow=all_slow,
    )
