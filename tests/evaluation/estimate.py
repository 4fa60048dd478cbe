"""Estimates the detector's surface: python -m tests.evaluation.estimate FOLDER [--per N] [--leave-out ATHLETE …]

A logistic regression (ridge) that tells injected backward pieces from ordinary slow pieces, both with an uplift above
LEAST_UPLIFT, so that it learns what a false alarm looks like. Prints the table that stands in detection/parameters.py.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrorun.activity.model import Activity
from retrorun.arrays import FloatArray
from retrorun.detection import parameters as p
from retrorun.detection.cadence_model import LinePrior, fit_line
from retrorun.detection.candidates import find_candidates
from retrorun.detection.likelihoods import likelihoods, terms
from retrorun.detection.resample import build_grid
from tests.evaluation.corpus import athletes, examples, folder_or_exit
from tests.evaluation.sessions import KINDS, Session, draw_runner, fits, make_session

RIDGE, WEIGHT = 3.0, 1500.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pieces:
    """Terms of the telling pieces of one recording; `weight` sums to the root of their number."""

    athlete: str
    backward: bool
    values: FloatArray


def pieces_of(athlete: str, activity: Activity, spans: Iterable[tuple[float, float]] | None = None) -> Pieces | None:
    """The pieces with an uplift; with `spans` only those that lie in one of them."""
    grid = build_grid(activity, float(activity.time_s[0]), float(activity.time_s[-1]))
    line = fit_line(grid, LinePrior())
    if line is None:
        return None
    found = find_candidates(grid, line)
    use = likelihoods(found, line).uplift > p.LEAST_UPLIFT
    if spans is not None:
        start_s, end_s = grid.edge_s[found.start], grid.edge_s[found.end]
        inside = np.zeros(len(found), dtype=np.bool_)
        for low, high in spans:
            inside |= np.minimum(end_s, high) - np.maximum(start_s, low) > 0.7 * (end_s - start_s)
        use &= inside
    values = terms(found, line)[use]
    return Pieces(athlete=athlete, backward=spans is not None, values=values) if len(values) else None


def made_sessions(
    folder: Path, per: int, seed: int = 1, kinds: Iterable[str] = KINDS, *, one_runner: bool = False
) -> list[tuple[str, Session]]:
    """Sessions of each kind put into `per` runs of each athlete; `one_runner` gives an athlete one uplift and ratio."""
    found = []
    for athlete in athletes(folder):
        runs = [example for example in examples(folder, athlete) if example.running and fits(example.activity)]
        own = draw_runner(np.random.default_rng([seed, int(athlete.removeprefix("athlete"))])) if one_runner else None
        for k, kind in enumerate(kinds):
            noise = np.random.default_rng([seed, k, int(athlete.removeprefix("athlete"))])
            for i in noise.permutation(len(runs))[:per]:
                made = make_session(runs[i].activity, kind, noise, runner=own)
                if made is not None:
                    found.append((athlete, made))
    return found


def fit_surface(pieces: Iterable[Pieces]) -> FloatArray:
    """The weights, the constant first."""
    rows = list(pieces)
    values = np.concatenate([np.column_stack((np.ones(len(row.values)), row.values)) for row in rows])
    truth = np.concatenate([np.full(len(row.values), float(row.backward)) for row in rows])
    weight = np.concatenate([np.full(len(row.values), len(row.values) ** -0.5) for row in rows])
    for side in (0.0, 1.0):
        weight[truth == side] *= WEIGHT / weight[truth == side].sum()
    penalty = RIDGE * np.array([1e-6, *np.ones(values.shape[1] - 1)])
    found = np.zeros(values.shape[1])
    for _ in range(30):
        chance = 1.0 / (1.0 + np.exp(-np.clip(values @ found, -30.0, 30.0)))
        slope = values.T @ (weight * (truth - chance)) - penalty * found
        bend = (values * (weight * chance * (1.0 - chance))[:, None]).T @ values + np.diag(penalty)
        found = found + np.linalg.solve(bend, slope)
    return found


def collect(folder: Path, sessions: Iterable[tuple[str, Session]]) -> list[Pieces]:
    """All telling pieces: ordinary ones of every recording, backward ones of the sessions."""
    ordinary = (pieces_of(name, example.activity) for name in athletes(folder) for example in examples(folder, name))
    backward = (pieces_of(name, session.activity, session.spans) for name, session in sessions)
    return [row for row in (*ordinary, *backward) if row is not None]


def main() -> None:
    """Estimate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--per", type=int, default=20)
    options = parser.parse_args()
    folder = folder_or_exit(options.folder)
    found = fit_surface(collect(folder, made_sessions(folder, options.per)))
    print("SURFACE = np.array([")
    for row in np.split(np.round(found, 3), [8, 16]):
        print("    " + ", ".join(f"{x:g}" for x in row) + ",")
    print("])")


if __name__ == "__main__":
    main()
