"""The log-odds of a candidate segment: backward running against the named look-alikes."""

from __future__ import annotations

import numpy as np

from retrorun.activity.model import FloatArray
from retrorun.gait import priors
from retrorun.gait.candidates import Candidates
from retrorun.gait.line import ForwardLine

_UPLIFTS = np.linspace(priors.UPLIFT_MIN, priors.UPLIFT_MAX, 25)


def log_t(z: FloatArray, sd: FloatArray | float, dof: float) -> FloatArray:
    """Log density of Student's t up to its constant, with scale `sd`."""
    density: FloatArray = -0.5 * (dof + 1.0) * np.log1p((z / sd) ** 2 / dof) - np.log(sd)
    return density


def log_odds(rows: Candidates, line: ForwardLine, usual_speed_mps: float) -> FloatArray:
    """Log-odds of each candidate, shape (m,)."""
    weight = rows.before_n + rows.after_n + priors.CONTEXT_SHRINK_BINS
    shift = (rows.before_n * rows.before_residual + rows.after_n * rows.after_residual) / weight
    around = (rows.before_n * rows.before_speed + rows.after_n * rows.after_speed + usual_speed_mps) / (
        rows.before_n + rows.after_n + 1.0
    )
    forward = line.cadence_spm(rows.speed) + shift
    fall = rows.speed - around
    length_s = (rows.end - rows.start) * priors.BIN_S
    sd = np.sqrt(2.0**2 + 90.0 / length_s + (line.slope_sd * fall) ** 2 + 60.0 / weight)
    excess = rows.cadence - forward
    step = excess + line.slope_spm_per_mps * fall
    slope = np.abs(np.nan_to_num(rows.grade))
    as_forward = np.logaddexp(
        log_t(excess - 0.7 * np.maximum(slope - 3.0, 0.0), sd + 0.3 * slope, 4.0),
        log_t(step, sd, 4.0) + np.log(0.3),
    )
    uplift = _UPLIFTS[:, None]
    prior = (1 - priors.UPLIFT_WIDE_SHARE) * np.exp(-0.5 * ((uplift - priors.UPLIFT_MEAN) / priors.UPLIFT_SD) ** 2)
    prior = prior / prior.sum() + priors.UPLIFT_WIDE_SHARE / len(_UPLIFTS)
    spread = priors.BACKWARD_SPREAD * sd
    shape = -0.5 * ((excess - uplift * forward) / spread) ** 2 - np.log(spread)
    as_backward = np.log((np.exp(shape) * prior).sum(axis=0) + 1e-300)
    ratio = np.log(rows.speed / around)
    as_backward += -0.5 * ((ratio - np.log(priors.RATIO_MEAN)) / 0.16) ** 2 - np.log(0.16)
    as_forward += log_t(ratio, 0.10, 2.0)
    odds: FloatArray = as_backward - as_forward - 3.0
    return odds
