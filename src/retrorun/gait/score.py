"""The evidence of a candidate segment as named terms, and the log-odds that they add up to.

Each term is one way in which backward running differs from its look-alikes (slowing down, a sagging speed, a hill, a
stop, a sensor that is stuck). The weights stand in `retrorun.gait.weights`; they were estimated by logistic regression
of injected backward segments against the ordinary running of the estimation athletes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrorun.activity.model import FloatArray
from retrorun.gait import priors, weights
from retrorun.gait.borders import IntArray, Side, surroundings
from retrorun.gait.candidates import Candidates
from retrorun.gait.decode import best_set
from retrorun.gait.line import ForwardLine


def scores(rows: Candidates, line: ForwardLine) -> FloatArray:
    """The weighted sum of each candidate's terms, shape (m,): log-odds among the hard cases it was estimated on."""
    total = np.full(len(rows), weights.BIAS)
    if len(rows):
        for name, values in terms(rows, line).items():
            total += weights.WEIGHTS[name] * values
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlikes:
    """How often ordinary running looked a little like backward running: a count of weak candidates, and in how long.

    Weak ones only: real backward running is rarely among them, so it does not count against itself.
    """

    count: float = 0.0
    hours: float = 0.0

    def rate_per_h(self, more: LookAlikes) -> float:
        """Their rate here and in `more`, drawn to the population's (a Gamma prior on a Poisson rate)."""
        count = self.count + more.count + priors.LOOK_ALIKES_COUNT
        return count / (self.hours + more.hours + priors.LOOK_ALIKES_HOURS)


def look_alikes(start: IntArray, end: IntArray, score: FloatArray, hours: float) -> LookAlikes:
    """Count the weak candidates that do not overlap each other or a strong one."""
    some = np.flatnonzero(score > priors.LOOK_ALIKE_LOW)
    chosen = some[best_set(start[some], end[some], score[some] - priors.LOOK_ALIKE_LOW)]
    long_enough = end[chosen] - start[chosen] >= priors.UNAIDED_S / priors.BIN_S
    weak = (score[chosen] < priors.LOOK_ALIKE_HIGH) & long_enough
    return LookAlikes(count=float(weak.sum()), hours=hours)


def log_odds(score: FloatArray, look_alikes_per_h: float) -> FloatArray:
    """Calibrated log-odds for backward running where one segment an hour is backward; shape as `score`."""
    constant, slope, rate = weights.CALIBRATION
    odds: FloatArray = constant + slope * score + rate * np.log(look_alikes_per_h)
    return odds


def place_prior(rows: Candidates) -> FloatArray:
    """Log-odds that length and place alone take away.

    Few people run backward for many minutes on end, and nobody is advised to run backward down a steep hill,
    where quick short steps are common.
    """
    length_s = (rows.end - rows.start) * priors.BIN_S
    long = priors.LONG_LOG_ODDS * np.maximum(np.log(length_s / priors.LONG_ABOVE_S), 0.0)
    down_pct = np.maximum(-np.nan_to_num(rows.grade) - priors.STEEP_DOWN_PCT, 0.0)
    total: FloatArray = long + priors.STEEP_DOWN_LOG_ODDS * down_pct
    return total


def terms(rows: Candidates, line: ForwardLine) -> dict[str, FloatArray]:
    """Every term of every candidate, by name; arrays of shape (m,), scaled to the order of one."""
    before, after = rows.before, rows.after
    around_speed, around_residual = surroundings(before, after, line)
    forward = line.cadence_spm(rows.speed)
    # Tenths of the forward cadence, and thirds of a log unit of speed: what backward running typically brings.
    uplift = np.clip((rows.residual - around_residual) / forward, -0.1, 0.2) * 10.0
    usual = line.cadence_spm(around_speed) + around_residual
    rise = np.clip((rows.cadence - usual) / forward, -0.1, 0.2) * 10.0
    fall = np.clip(np.log(around_speed / rows.speed), 0.0, 0.9) * 3.0
    length = np.log((rows.end - rows.start) * (priors.BIN_S / 30.0))
    short, long = np.maximum(np.log(1.2) - length, 0.0), np.maximum(length - np.log(4.0), 0.0)
    return {
        **_cadence_terms(rows, line, forward, uplift, rise),
        **_speed_terms(rows, line, fall),
        "uplift × fall": uplift * fall,
        "rise × fall": rise * fall,
        "length": length,
        "short": short,
        "short × uplift": short * uplift,
        "short × fall": short * fall,
        "long": long,
        "long × uplift": long * uplift,
        **_border_terms(before, after, forward),
        **_ground_terms(rows, uplift),
        **_signal_terms(rows, line, uplift, rise, fall),
    }


def _near_zero(change_spm: FloatArray) -> FloatArray:
    """One where cadence did not move, falling to zero within a few steps per minute: the mark of a sagging speed."""
    near: FloatArray = np.exp(-0.5 * (change_spm / priors.UNMOVED_SPM) ** 2)
    return near


def _cadence_terms(
    rows: Candidates, line: ForwardLine, forward: FloatArray, uplift: FloatArray, rise: FloatArray
) -> dict[str, FloatArray]:
    """Cadence against the forward line there (uplift) and against the cadence around, whatever the speed (rise)."""
    sides = np.minimum(rows.residual - rows.before.residual, rows.residual - rows.after.residual) / forward
    least = np.clip(sides, -0.1, 0.2) * 10.0
    whole = np.clip(rows.residual / forward, -0.1, 0.2) * 10.0
    moved = [rows.cadence - line.cadence_spm(side.speed) - side.residual for side in (rows.before, rows.after)]
    return {
        "unmoved": _near_zero(moved[0]) * _near_zero(moved[1]),
        "unmoved, either side": _near_zero(moved[0]) + _near_zero(moved[1]),
        "uplift": uplift,
        "uplift²": uplift**2,
        "uplift, whole run": whole,
        "uplift², whole run": whole**2,
        "uplift, worse side": least,
        "uplift², worse side below": np.minimum(least, 0.0) ** 2,
        "uplift beyond 0.2": np.maximum((rows.residual / forward) - 0.2, 0.0) * 10.0,
        "uplift beyond publications": np.maximum((rows.residual / forward) - 0.36, 0.0) * 50.0,
        "rise": rise,
        "rise²": rise**2,
        "rise below": np.minimum(rise, 0.0),
        "sides differ": np.minimum(np.abs(rows.before.residual - rows.after.residual) / 5.0, 4.0),
        "cadence beyond 200": np.maximum(rows.cadence - 200.0, 0.0) / 10.0,
    }


def _speed_terms(rows: Candidates, line: ForwardLine, fall: FloatArray) -> dict[str, FloatArray]:
    """Speed against the speed around (fall) and against the run's usual speed (ratio)."""
    sides = np.log(rows.before.speed / rows.speed), np.log(rows.after.speed / rows.speed)
    least = np.clip(np.minimum(*sides), -0.2, 0.9) * 3.0
    ratio = np.clip(np.log(rows.speed / line.usual_speed_mps), -1.0, 0.3) * 3.0
    return {
        "fall": fall,
        "fall²": fall**2,
        "fall, worse side": least,
        "falls differ": np.clip(np.abs(sides[0] - sides[1]), 0.0, 1.0) * 3.0,
        "ratio": ratio,
        "ratio²": ratio**2,
        "speed": np.clip(rows.speed, 1.0, 4.0) - 2.0,
        "fast": np.maximum(rows.speed - 2.6, 0.0),
        "slow": np.maximum(1.5 - rows.speed, 0.0) * 3.0,
    }


def _beyond(rise: FloatArray) -> FloatArray:
    beyond: FloatArray = np.clip(rise - 0.15, 0.0, 0.3)
    return beyond


def _border_terms(before: Side, after: Side, forward: FloatArray) -> dict[str, FloatArray]:
    """What happens within seconds of the borders: the transition is evidence of its own."""
    falls = np.clip(before.fall, 0.0, 0.7) * 3.0, np.clip(after.fall, 0.0, 0.7) * 3.0
    rises = np.clip(before.rise / forward, -0.1, 0.15) * 10.0, np.clip(after.rise / forward, -0.1, 0.15) * 10.0
    return {
        "entry fall": falls[0],
        "exit fall": falls[1],
        "smaller border fall": np.minimum(*falls),
        "entry fall²": falls[0] ** 2,
        "exit fall²": falls[1] ** 2,
        "smaller border rise": np.minimum(*rises),
        "border rises": rises[0] + rises[1],
        "border rises²": rises[0] ** 2 + rises[1] ** 2,
        "unmoved at borders": _near_zero(before.rise) * _near_zero(after.rise),
        "border rises beyond": (_beyond(before.rise / forward) + _beyond(after.rise / forward)) * 10.0,
        "stop before": np.exp(-before.pause / 5.0),
        "stop after": np.exp(-after.pause / 5.0),
        "walk before": np.exp(-before.slow / 5.0),
        "walk after": np.exp(-after.slow / 5.0),
        "alone before": (before.n < 6).astype(np.float64),
        "alone after": (after.n < 6).astype(np.float64),
    }


def _ground_terms(rows: Candidates, uplift: FloatArray) -> dict[str, FloatArray]:
    """Hills: slow with quick steps without any turning round."""
    known = np.isfinite(rows.grade)
    grade = np.where(known, rows.grade, 0.0) / 5.0
    down, up = np.maximum(-grade, 0.0), np.maximum(grade, 0.0)
    return {
        "down": down,
        "down²": np.minimum(down, 4.0) ** 2,
        "down × uplift": down * uplift,
        "up": up,
        "up²": np.minimum(up, 4.0) ** 2,
        "up × uplift": up * uplift,
        "no altitude": (~known).astype(np.float64),
    }


def _signal_terms(
    rows: Candidates, line: ForwardLine, uplift: FloatArray, rise: FloatArray, fall: FloatArray
) -> dict[str, FloatArray]:
    """How restless the stretch and the whole run are."""
    unrest = np.clip(rows.unrest, 0.0, 10.0) / 5.0
    speed_unrest = np.clip(rows.speed_unrest, 0.0, 0.35) * 10.0
    heard = np.isfinite(rows.heart_rise)
    heart = np.where(heard, np.clip(rows.heart_rise, -25.0, 25.0), 0.0) / 10.0
    ones = np.ones(len(rows))
    slope = float(np.clip(line.slope_spm_per_mps, -2.0, 12.0)) / 6.0
    swing, cadence_swing = min(line.speed_swing, 0.4) * 10.0, min(line.cadence_swing_spm, 10.0) / 3.0
    return {
        "unrest": unrest,
        "unrest²": unrest**2,
        "speed unrest": speed_unrest,
        "speed unrest²": speed_unrest**2,
        "few samples": np.maximum(4.0 - rows.samples, 0.0),
        "heart rate known": heard.astype(np.float64),
        "heart rise": heart,
        "noise": line.noise_spm / 3.0 * ones,
        "noise × uplift": line.noise_spm / 3.0 * uplift,
        "slope": slope * ones,
        "slope × fall": slope * fall,
        "restless speed": swing * ones,
        "restless speed × fall": swing * fall,
        "restless cadence": cadence_swing * ones,
        "restless cadence × uplift": cadence_swing * uplift,
        "restless cadence × rise": cadence_swing * rise,
    }
