"""Estimate the weights of `retrorun.gait.planned` on the estimation athletes, and print them.

    python -m retrorun.gait.estimate_planned FOLDER

FOLDER holds the ordinary recordings, one Parquet file per athlete.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from retrorun.activity.model import Activity, FloatArray
from retrorun.gait.corpus import Example, athletes, examples
from retrorun.gait.grid import build_grid
from retrorun.gait.inject import Injected, draw, inject, places
from retrorun.gait.line import LinePrior, fit_line, running_bins
from retrorun.gait.planned import features, judge

RUNS = ("road", "track", "treadmill", "trail")
LENGTHS_S = (20.0, 25.0, 30.0, 40.0, 60.0, 90.0)
STEPS_PER_RUN, APART_S, LATE_S = 4, 90.0, 2.0
SLOW_WEIGHT, SLOW_RATIOS = 0.1, (0.6, 0.9)
BORDER_RECALL = 0.98  # the border is moved to where this share of the injected stretches is called


def main(folder: Path) -> None:
    """Print the weights and what they give on the recordings that they came from."""
    rows = [
        row for name in athletes(folder, held_out=False) for example in examples(folder, name) for row in _rows(example)
    ]
    kind = np.array([row[0] for row in rows])
    table = np.array([row[1] for row in rows])
    weights = _regression(table, kind == 1, np.where(kind == 2, SLOW_WEIGHT, 1.0))
    weights[0] -= np.quantile(table[kind == 1] @ weights, 1.0 - BORDER_RECALL)
    called = table @ weights > 0.0
    print("weights of 1, x, u, x², x·u:", ", ".join(f"{weight:.2f}" for weight in weights))  # noqa: T201 - a script
    for number, name in enumerate(("as run", "injected", "slowed down forward")):
        chosen = kind == number
        print(f"{name}: {called[chosen].mean():.1%} of {chosen.sum()} called backward")  # noqa: T201 - a script


def _rows(example: Example) -> Iterator[tuple[int, Sequence[float]]]:
    """(0 as run, 1 injected, 2 slowed down forward) and features, of a few stretches of one recording."""
    if example.kind not in RUNS or example.number % 3:
        return
    noise = np.random.default_rng([example.number, 7])
    lengths = noise.choice(LENGTHS_S, size=STEPS_PER_RUN).tolist()
    spans = [draw(noise, *span) for span in places(example.activity, lengths, noise, apart_s=APART_S)]
    slow = [replace(span, uplift=0.0, ratio=float(noise.uniform(*SLOW_RATIOS))) for span in spans]
    if not spans:
        return
    for kind, changed in enumerate(([], spans, slow)):
        activity = inject(example.activity, changed, noise) if changed else example.activity
        for row in _features(activity, spans, noise):
            yield kind, row


def _features(activity: Activity, spans: Sequence[Injected], noise: np.random.Generator) -> Iterator[Sequence[float]]:
    grid = build_grid(activity, float(activity.time_s[0]), float(activity.time_s[-1]))
    aside = np.zeros(len(grid), dtype=np.bool_)
    for span in spans:
        aside |= (grid.edge_s[1:] > span.start_s) & (grid.edge_s[:-1] < span.end_s)
    line = fit_line(grid, LinePrior(), leave_out=aside)
    for span in spans if line.weight_s else ():
        late = noise.uniform(-LATE_S, LATE_S, 2)
        seen = judge(grid, line, running_bins(grid) & ~aside, span.start_s + late[0], span.end_s + late[1])
        if seen is not None:
            yield features(seen.speed_mps / seen.around_mps, seen.cadence_spm / seen.forward_spm)


def _regression(
    table: FloatArray, backward: np.ndarray[tuple[int], np.dtype[np.bool_]], weight: FloatArray
) -> FloatArray:
    """Logistic regression by Newton's method, drawn very slightly towards zero."""
    found = np.zeros(table.shape[1])
    for _ in range(80):
        chance = 1.0 / (1.0 + np.exp(-table @ found))
        slope = table.T @ (weight * (backward - chance)) - 1e-2 * found
        bend = (table * (weight * chance * (1.0 - chance))[:, None]).T @ table + 1e-2 * np.eye(len(found))
        found += np.linalg.solve(bend, slope)
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
