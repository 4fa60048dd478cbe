"""Ordinary runs with a backward session put into them, by the published effects: the method's test, not the runners'.

Uplift 0.13 ± 0.07 between runners and rising with speed, speed ratio 0.72 ± 0.11, a true slope that is not the fitted
one, 20 % more scatter, the recording's own lag, noise, sampling and gaps. The watch's smoothing blurs every border.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from retrorun.activity.model import Activity, Lap
from retrorun.arrays import FloatArray
from retrorun.detection.cadence_model import LinePrior, fit_line
from retrorun.detection.resample import build_grid
from retrorun.detection.result import PlannedSpan
from retrorun.session.model import Direction

KINDS = ("6 x 20-30 s", "400 m", "walk back", "hill", "treadmill", "single")
LONG = ("half", "all but ten minutes", "whole")
Piece = tuple[float, float, str]  # start, end, and what: b(ackward), u(p, backward), w(alk), s(top), j(og)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Session:
    """A made session: `spans` are backward, `uplift` their mean, `pieces` everything that was put in."""

    kind: str
    activity: Activity
    spans: tuple[tuple[float, float], ...]
    uplift: float
    pieces: tuple[Piece, ...]

    def lapped(self) -> Activity:
        """The activity with a press of the lap button at every border."""
        edges = sorted({float(self.activity.time_s[0]), *(t for a, b, _ in self.pieces for t in (a, b))})
        edges.append(float(self.activity.time_s[-1]))
        laps = tuple(
            Lap(start_s=a, end_s=b, distance_m=None, timer_s=b - a, trigger="manual")
            for a, b in itertools.pairwise(edges)
            if b > a
        )
        return replace(self.activity, laps=laps)

    def planned(self) -> tuple[PlannedSpan, ...]:
        """The plan that it followed."""
        return tuple(PlannedSpan(start_s=a, end_s=b, direction=Direction.BACKWARD) for a, b in self.spans)


def _within(noise: np.random.Generator, mean: float, sd: float, low: float, high: float) -> float:
    while True:
        value = float(noise.normal(mean, sd))
        if low <= value <= high:
            return value


def _correlated(noise: np.random.Generator, n: int, memory: float) -> FloatArray:
    fresh = noise.normal(size=n)
    kept = float(np.exp(-1.0 / memory))
    out = np.empty(n)
    last = 0.0
    for i, x in enumerate(fresh.tolist()):
        last = x if i == 0 else kept * last + float(np.sqrt(1.0 - kept * kept)) * x
        out[i] = last
    return out


def _pieces(  # noqa: C901, PLR0912 - one branch for each kind of session reads best in one place
    kind: str, noise: np.random.Generator, activity: Activity, usual: float, ratio: float
) -> list[Piece]:
    first, last = float(activity.time_s[0]), float(activity.time_s[-1])
    speed = ratio * usual
    made: list[Piece] = []

    def add(length_s: float, what: str) -> None:
        start_s = made[-1][1] if made else at
        made.append((start_s, start_s + length_s, what))

    at = first + float(noise.uniform(400.0, 850.0))
    if kind == "6 x 20-30 s":
        at = first + float(noise.uniform(240.0, 700.0))
        for _ in range(6):
            add(float(noise.uniform(20.0, 30.0)), "b")
            add(float(noise.uniform(30.0, 60.0)), "f")
    elif kind == "400 m":
        for _ in range(int(noise.integers(4, 9))):
            add(400.0 / usual, "f")
            add(400.0 / speed, "b")
            if noise.random() < 0.3:
                add(float(noise.uniform(20.0, 60.0)), "w")
    elif kind == "walk back":
        way = float(noise.uniform(60.0, 100.0))
        for _ in range(8):
            add(way / speed, "b")
            add(way / 1.35, "w")
            if noise.random() < 0.3:
                add(8.0, "s")
    elif kind == "hill":
        down = "j" if noise.random() < 0.5 else "w"
        for _ in range(int(noise.integers(6, 11))):
            length = float(noise.uniform(30.0, 60.0))
            add(length, "u")
            add(length * float(noise.uniform(1.0, 1.6)), down)
    elif kind == "treadmill":
        for _ in range(5):
            add(120.0, "b")
            add(float(noise.choice([60.0, 90.0, 120.0])), "f")
    elif kind == "single":
        at = first + float(noise.uniform(400.0, max(500.0, 0.7 * (last - first))))
        add(float(noise.uniform(60.0, 300.0)), "b")
    elif kind == "half":
        at = first + float(noise.uniform(0.1, 0.5)) * (last - first)
        add(0.5 * (last - first), "b")
    else:
        at = first + (600.0 if kind == "all but ten minutes" else 0.0)
        add(last - at, "b")
    return [piece for piece in made if piece[2] != "f"]


def draw_runner(noise: np.random.Generator) -> tuple[float, float]:
    """Somebody's uplift and speed ratio."""
    return _within(noise, 0.13, 0.07, 0.0, 0.40), _within(noise, 0.72, 0.11, 0.45, 0.95)


def make_session(  # noqa: PLR0915 - the making of one session, step by step
    activity: Activity,
    kind: str,
    noise: np.random.Generator,
    *,
    forward: bool = False,
    runner: tuple[float, float] | None = None,
) -> Session | None:
    """A session of a kind put into an ordinary run; None where the run has no room for it.

    With `forward` the same pieces are run at the same slow speeds, but forward: a plan that was not kept. `runner` is
    an uplift and a speed ratio, one's own in all sessions.
    """
    grid = build_grid(activity)
    line = fit_line(grid, LinePrior())
    if line is None or line.weight_s < 600.0:
        return None
    usual = line.usual_speed_mps
    uplift, ratio = draw_runner(noise) if runner is None else runner
    uplift = 0.0 if forward else uplift
    slope = float(np.clip(line.slope_spm_per_mps + noise.normal(0.0, 2.0), 0.3, 14.0))
    pieces = _pieces(kind, noise, activity, usual, ratio)
    if pieces[-1][1] > activity.time_s[-1]:
        return None
    t, old_speed, old_cadence = activity.time_s, activity.speed_mps, activity.cadence_spm
    speed, cadence, height = old_speed.copy(), old_cadence.copy(), np.zeros(len(t))
    middle = grid.middle_s
    smooth = np.maximum(np.interp(t, middle, np.where(np.isfinite(grid.speed_mps), grid.speed_mps, usual)), 0.5)
    wobble = np.clip(np.where(np.isfinite(old_speed), old_speed, usual) / smooth, 0.7, 1.3)
    scatter = old_cadence - line.cadence_spm(old_speed)
    scatter = np.where(np.abs(scatter) < 15.0, scatter, 0.0)
    at_usual = float(line.cadence_spm(np.array(usual)))
    lag_s, climbed, realised = max(0.0, grid.lag_s), 0.0, []
    for start_s, end_s, what in pieces:
        inside = (t >= start_s) & (t < end_s)
        n = int(inside.sum())
        if n < 3:
            return None
        share = (t - start_s) / (end_s - start_s)
        if what in "bu":
            steep = float(noise.uniform(4.0, 9.0)) if what == "u" else 0.0
            easier = float(noise.uniform(0.8, 0.95)) if what == "u" else 1.0
            target = float(np.clip(ratio * (1.0 + noise.normal(0.0, 0.03)) * easier * usual, 1.2, 4.3))
            own = (
                0.0 if forward else float(np.clip(uplift + noise.normal(0.0, 0.025) + 0.05 * (target - 2.5), 0.0, 0.6))
            )
            new = target * wobble
            steps = (at_usual + slope * (target - usual) + line.slope_spm_per_mps * (new - target)) * (1.0 + own)
            steps = steps + 1.2 * scatter
            climbed = steep / 100.0 * target * (end_s - start_s)
            height[inside] += (climbed * share)[inside]
            realised.append(own)
        elif what == "w":
            new, steps = np.full(len(t), 1.35), np.full(len(t), 113.0)
            new[inside] += 0.1 * _correlated(noise, n, 5.0)
            steps[inside] += 2.0 * _correlated(noise, n, 10.0)
        elif what == "s":
            new, steps = np.zeros(len(t)), np.zeros(len(t))
        else:
            target = usual * float(noise.uniform(0.75, 0.95))
            new = target * wobble
            steps = at_usual + slope * (target - usual) + line.slope_spm_per_mps * (new - target) + scatter
        if what in "wj":
            height[inside] += (climbed * (1.0 - share))[inside]
        speed[inside] = np.where(np.isfinite(old_speed), new, old_speed)[inside]
        late = (t >= start_s + lag_s) & (t < end_s + lag_s)
        cadence[late] = steps[late]
    speed, cadence = _smoothed(t, speed, cadence, pieces, noise)
    made = replace(
        activity,
        speed_mps=speed,
        cadence_spm=np.where(np.isfinite(old_cadence), np.round(cadence), old_cadence),
        altitude_m=activity.altitude_m + height if kind != "treadmill" else np.full(len(t), np.nan),
        sub_sport="treadmill" if kind == "treadmill" else activity.sub_sport,
    )
    spans = tuple((a, b) for a, b, what in pieces if what in "bu")
    return Session(kind=kind, activity=made, spans=spans, uplift=float(np.mean(realised)), pieces=tuple(pieces))


def _smoothed(
    t: FloatArray, speed: FloatArray, cadence: FloatArray, pieces: list[Piece], noise: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """The columns with every border blurred over 2 to 5 s, as watches do; sparse samples blur nothing more."""
    if float(np.median(np.diff(t))) > 1.6:
        return speed, cadence
    width = int(noise.integers(2, 6))
    near = np.zeros(len(t), dtype=np.bool_)
    for start_s, end_s, _ in pieces:
        near |= (np.abs(t - start_s) < 6.0) | (np.abs(t - end_s) < 6.0)
    kernel = np.ones(width) / width
    blurred = [np.convolve(np.nan_to_num(values), kernel, "same") for values in (speed, cadence)]
    return (
        np.where(near & np.isfinite(speed), blurred[0], speed),
        np.where(near & np.isfinite(cadence), blurred[1], cadence),
    )


def fits(activity: Activity) -> bool:
    """Whether a run is one that a session can be put into: 40 to 150 minutes, with cadence."""
    length_s = float(activity.time_s[-1] - activity.time_s[0])
    return 2400.0 <= length_s <= 9000.0 and float(np.isfinite(activity.cadence_spm).mean()) > 0.8
