"""The scenes that the weights are learnt from: every recording as it is, and with stretches turned backward."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrorun.activity.model import Activity, FloatArray
from retrorun.gait import corpus
from retrorun.gait.borders import IntArray
from retrorun.gait.candidates import find_candidates
from retrorun.gait.grid import build_grid
from retrorun.gait.inject import Injected, draw, inject, places
from retrorun.gait.line import LinePrior, fit_line, running_bins
from retrorun.gait.score import terms

LENGTHS_S = (15.0, 20.0, 30.0, 30.0, 60.0, 120.0, 300.0, 600.0)
WIDE_SHARE = 0.15  # injected segments with an uplift of 0.15 to 0.35
RESTS_SHARE = 0.25  # injected segments with standing or walking next to them, as repetitions have


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """One recording's candidates with their terms; `truth` is the injected span each touches most (-1: none)."""

    athlete: str
    number: int
    road: bool
    hours: float
    start: IntArray
    end: IntArray
    values: FloatArray
    spans: tuple[Injected, ...] = ()
    truth: IntArray
    agreement: FloatArray

    def scores(self, weights: FloatArray) -> FloatArray:
        """Weighted sums, the bias first."""
        total: FloatArray = weights[0] + self.values @ weights[1:]
        return total


def collect(folder: Path, athletes: Sequence[str], seeds: int) -> tuple[list[Scene], list[Scene], list[str]]:
    """Every recording as it is, and with injected segments, `seeds` times."""
    ordinary: list[Scene] = []
    injected: list[Scene] = []
    names: list[str] = []
    for athlete in athletes:
        for example in corpus.examples(folder, athlete):
            activity = example.activity
            if len(activity) < 60 or not np.isfinite(activity.cadence_spm).any():
                continue
            found, names = _scene(example, activity, ())
            if found is None:
                continue
            ordinary.append(found)
            for seed in range(seeds):
                noise = np.random.default_rng([seed, int(athlete.removeprefix("athlete")), example.number])
                spans = tuple(_spans(activity, noise))
                # The detector looks twice, the second time without what it found: learn from both situations.
                turned, _ = _scene(example, inject(activity, spans, noise), spans, second_look=bool(seed % 2))
                if turned is not None:
                    injected.append(turned)
    return ordinary, injected, names


def _spans(activity: Activity, noise: np.random.Generator) -> Iterator[Injected]:
    grid = build_grid(activity, float(activity.time_s[0]), float(activity.time_s[-1]))
    slope = fit_line(grid, LinePrior()).slope_spm_per_mps
    lengths = noise.permutation(LENGTHS_S).tolist()
    for i, (start_s, end_s) in enumerate(places(activity, lengths, noise)):
        wide = bool(noise.random() < WIDE_SHARE)
        rests = bool(noise.random() < RESTS_SHARE)
        yield draw(noise, start_s, end_s, wide=wide, own_slope=slope if i % 2 else None, rests=rests)


def _scene(
    example: corpus.Example, activity: Activity, spans: tuple[Injected, ...], *, second_look: bool = False
) -> tuple[Scene | None, list[str]]:
    grid = build_grid(activity, float(activity.time_s[0]), float(activity.time_s[-1]))
    forward = running_bins(grid)
    backward = np.zeros(len(grid), dtype=np.bool_)
    for span in spans if second_look else ():
        backward |= (grid.edge_s[1:] > span.start_s) & (grid.edge_s[:-1] < span.end_s)
    line = fit_line(grid, LinePrior(), leave_out=backward)
    if line.weight_s == 0.0:
        return None, []
    rows = find_candidates(grid, line, forward & ~backward)
    start_s, end_s = grid.edge_s[rows.start], grid.edge_s[rows.end]
    truth, agreement = np.full(len(rows), -1), np.zeros(len(rows))
    for k, span in enumerate(spans):
        shared = np.minimum(end_s, span.end_s) - np.maximum(start_s, span.start_s)
        share = np.maximum(shared, 0.0) / (np.maximum(end_s, span.end_s) - np.minimum(start_s, span.start_s))
        truth, agreement = np.where(share > agreement, k, truth), np.maximum(agreement, share)
    if spans:
        rows = rows.take(truth >= 0)
        truth, agreement = truth[truth >= 0], agreement[truth >= 0]
    found = terms(rows, line)
    scene = Scene(
        athlete=example.athlete,
        number=example.number,
        road=example.kind in {"road", "track", "treadmill"},
        hours=example.hours,
        start=rows.start,
        end=rows.end,
        values=np.stack(list(found.values()), axis=1),
        spans=spans,
        truth=truth,
        agreement=agreement,
    )
    return scene, list(found)
