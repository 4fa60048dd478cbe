"""Real recordings with a stretch turned into backward running by the published effect.

Nobody has labelled recordings of backward running, so recall is measured on these. The file's own sampling, gaps and
noise stay; speed falls to a ratio of forward speed, cadence follows a slope that is not the fitted one and rises by an
uplift, with ramps at both ends and more noise in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from retrorun.activity.model import Activity, FloatArray
from retrorun.gait import priors
from retrorun.gait.grid import build_grid
from retrorun.gait.line import running_bins


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """A stretch `[start_s, end_s)` that was turned, and how.

    `shake_spm` is the SD of extra noise in cadence. `local` says what the ratio refers to: the speed that was being run
    there, or the usual speed of the whole outing.
    """

    start_s: float
    end_s: float
    uplift: float
    ratio: float
    slope: float
    ramp_s: float
    shake_spm: float
    local: bool
    rest_before_s: float = 0.0
    rest_after_s: float = 0.0
    walked: bool = True


def draw(
    noise: np.random.Generator,
    start_s: float,
    end_s: float,
    *,
    wide: bool = False,
    own_slope: float | None = None,
    rests: bool = False,
) -> Injected:
    """A span with an effect drawn from the published spreads.

    With `wide` the uplift is a large one, ×1.15 to ×1.35. The true slope is anybody's, or near `own_slope` if given.
    With `rests` the runner stands or walks before or after it, as between repetitions.
    """
    uplift = (
        float(noise.uniform(0.15, 0.35)) if wide else _within(noise, priors.UPLIFT_MEAN, priors.UPLIFT_SD, 0.0, 0.22)
    )
    ratio = _within(noise, priors.RATIO_MEAN, priors.RATIO_TRUE_SD, 0.45, 0.88)
    if own_slope is None:
        slope = _within(noise, priors.SLOPE_MEAN, priors.SLOPE_TRUE_SD, 0.3, 14.0)
    else:
        slope = _within(noise, min(max(own_slope, 1.0), 12.0), priors.SLOPE_SLIP_SD, 0.3, 14.0)
    return Injected(
        start_s=start_s,
        end_s=end_s,
        uplift=uplift,
        ratio=ratio,
        slope=slope,
        ramp_s=float(noise.uniform(2.0, 8.0)),
        shake_spm=float(noise.uniform(0.0, priors.BACKWARD_SHAKE_SPM)),
        local=bool(noise.random() < 0.5),
        rest_before_s=float(noise.choice([0.0, 45.0])) if rests else 0.0,
        rest_after_s=float(noise.choice([30.0, 60.0])) if rests else 0.0,
        walked=bool(noise.random() < 0.5),
    )


def places(
    activity: Activity, lengths_s: Sequence[float], noise: np.random.Generator, *, apart_s: float = 180.0
) -> list[tuple[float, float]]:
    """Stretches of recorded running for the lengths, `apart_s` from each other; fewer where they do not fit."""
    grid = build_grid(activity, float(activity.time_s[0]), float(activity.time_s[-1]))
    running = running_bins(grid)
    total = np.concatenate(([0], np.cumsum(running)))
    taken: list[tuple[float, float]] = []
    for length_s in lengths_s:
        bins = int(np.ceil(length_s / priors.BIN_S)) + 1
        whole = np.flatnonzero(total[bins:] - total[:-bins] >= 0.95 * bins) if bins < len(total) else np.empty(0, int)
        starts = np.ceil(grid.edge_s[whole])
        # Nothing before the first half minute: nobody starts a recording running backward unseen by what went before.
        free = (starts >= grid.edge_s[0] + 30.0) & (
            grid.edge_s[whole + bins] - grid.edge_s[whole] < 1.5 * length_s + 10
        )
        for start_s, end_s in taken:
            free &= (starts >= end_s + apart_s) | (starts + length_s + apart_s <= start_s)
        if free.any():
            start_s = float(noise.choice(starts[free]) + noise.integers(round(priors.BIN_S)))
            taken.append((start_s, start_s + length_s))
    return sorted(taken)


def inject(activity: Activity, spans: Sequence[Injected], noise: np.random.Generator) -> Activity:
    """The activity with its spans turned into backward running."""
    time_s = activity.time_s
    speed, cadence = activity.speed_mps.copy(), activity.cadence_spm.copy()
    resolution = _resolution(cadence)
    running = speed[(cadence > priors.RUNNING_SPM) & np.isfinite(speed)]
    usual = float(np.median(running)) if len(running) else np.nan
    for span in spans:
        inside = (time_s >= span.start_s) & (time_s < span.end_s)
        t = time_s[inside]
        ramp = np.minimum(span.ramp_s, (span.end_s - span.start_s) / 4.0)
        # From a rest the runner starts backward at once; otherwise forward running is left over some seconds.
        into = np.inf if span.rest_before_s else (t - span.start_s) / ramp
        out = np.inf if span.rest_after_s else (span.end_s - t) / ramp
        share = np.clip(np.minimum(into, out) + np.zeros(len(t)), 0.0, 1.0)
        local = float(np.nanmean(speed[inside]))
        target = span.ratio if span.local else min(span.ratio * usual / local, priors.RATIO_TOP)
        old = speed[inside]
        new = old * (1.0 - share * (1.0 - target))
        steps = np.diff(t, prepend=t[:1] - 1.0)
        shake = _correlated(noise, steps, 10.0) * span.shake_spm * share
        turned = (cadence[inside] + span.slope * (new - old)) * (1.0 + span.uplift * share) + shake
        moving = cadence[inside] > priors.CADENCE_ZERO_SPM
        speed[inside] = new
        cadence[inside] = np.where(moving, np.round(turned / resolution) * resolution, cadence[inside])
        _rest(time_s, speed, cadence, span, noise)
    return replace(activity, speed_mps=speed, cadence_spm=cadence)


def _rest(
    time_s: FloatArray, speed: FloatArray, cadence: FloatArray, span: Injected, noise: np.random.Generator
) -> None:
    """Walking (1.35 m/s at 113 steps per minute) or standing around the span, into the columns."""
    for start_s, end_s in (
        (span.start_s - span.rest_before_s, span.start_s),
        (span.end_s, span.end_s + span.rest_after_s),
    ):
        resting = (time_s >= start_s) & (time_s < end_s)
        n = int(resting.sum())
        if n:
            steps = np.diff(time_s[resting], prepend=time_s[resting][:1] - 1.0)
            speed[resting] = (1.35 + 0.1 * _correlated(noise, steps, 5.0)) if span.walked else 0.0
            cadence[resting] = np.round(113.0 + 2.0 * _correlated(noise, steps, 10.0)) if span.walked else 0.0


def _within(noise: np.random.Generator, mean: float, sd: float, low: float, high: float) -> float:
    while True:
        value = float(noise.normal(mean, sd))
        if low <= value <= high:
            return value


def _correlated(noise: np.random.Generator, steps_s: FloatArray, memory_s: float) -> FloatArray:
    """Noise of unit SD that forgets itself within `memory_s`, at samples that far apart."""
    fresh = noise.normal(size=len(steps_s))
    kept = np.exp(-np.maximum(steps_s, 0.0) / memory_s)
    out = np.empty(len(fresh))
    last = 0.0
    for i, (k, x) in enumerate(zip(kept.tolist(), fresh.tolist(), strict=True)):
        last = x if i == 0 else k * last + float(np.sqrt(1.0 - k * k)) * x
        out[i] = last
    return out


def _resolution(cadence: FloatArray) -> float:
    """The smallest step that the file's cadence makes [spm]."""
    known = cadence[np.isfinite(cadence)]
    jumps = np.abs(np.diff(known))
    jumps = jumps[jumps > 1e-6]
    return float(np.clip(np.quantile(jumps, 0.05), 0.01, 4.0)) if len(jumps) else 1.0
