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
from retrorun.detection.resample import build_grid, lag_correlations, mean_over
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
    grid = build_grid(activity)
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


def heart_rate_falls(folder: Path) -> list[float]:
    """By how much the heart rate fell in each slow stretch of ordinary running [bpm], last against first half minute.

    Flat stretches of one to five minutes before which the speed fell by 10 to 20 %, as backward running would have it.
    """
    falls = []
    for name in athletes(folder):
        for example in examples(folder, name):
            run = example.activity
            grid = build_grid(run)
            line = fit_line(grid, LinePrior())
            if line is None or not example.running or not np.isfinite(run.heart_rate_bpm).any():
                continue
            found = find_candidates(grid, line)
            flat = (
                (np.abs(found.grade_pct) < 3.0) & (found.fall > 0.1) & (found.fall < 0.2) & (found.rest_before == 0.0)
            )
            for i in np.flatnonzero(flat & (found.bins * p.BIN_S >= 60.0) & (found.bins * p.BIN_S < 300.0)):
                start_s, end_s = grid.edge_s[found.start[i]], grid.edge_s[found.end[i]]
                before = mean_over(run, run.heart_rate_bpm, start_s - 30.0, start_s)
                falls.append(before - mean_over(run, run.heart_rate_bpm, end_s - 30.0, end_s))
    return [fall for fall in falls if np.isfinite(fall)]


def lags_within(folder: Path, window: int = 400) -> tuple[int, int]:
    """Of the windows of 20 minutes in which a lag shows: how many, and in how many it is 6 s and more off the whole's.

    It shows where speed and cadence correlate by half, and is another where they correlate by a tenth better there. The
    columns of athlete27, 30 s apart, are left out.
    """
    shown = apart = 0
    for name in athletes(folder):
        for example in () if name == "athlete27" else examples(folder, name):
            run = example.activity
            grid = build_grid(run)
            for start in range(0, len(grid) - window + 1, window):
                part = slice(start, start + window)
                # Cadence is moved back already, so that what is left here is the window's own.
                good = lag_correlations(grid.speed_mps[part], grid.cadence_spm[part])
                if good and max(good.values()) > 0.5:
                    best = max(good, key=good.__getitem__)
                    shown += 1
                    apart += abs(best) > 1 and good[best] > good[0] + 0.1
    return shown, apart


def main() -> None:
    """Estimate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--per", type=int, default=20)
    parser.add_argument("--heart-rate", action="store_true", help="only how heart rate falls in slow stretches")
    parser.add_argument("--lags", action="store_true", help="only how the lag of cadence changes within recordings")
    options = parser.parse_args()
    folder = folder_or_exit(options.folder)
    if options.lags:
        shown, apart = lags_within(folder)
        print(f"the lag shows in {shown} windows of 20 min; in {apart} it is 6 s and more off that of the recording")
        return
    if options.heart_rate:
        falls = np.array(heart_rate_falls(folder))
        print(f"heart rate fell by {np.median(falls):.1f} bpm (median), SD {falls.std():.1f}, {len(falls)} stretches")
        return
    found = fit_surface(collect(folder, made_sessions(folder, options.per)))
    print("SURFACE = np.array([")
    for row in np.split(np.round(found, 3), [8, 16]):
        print("    " + ", ".join(f"{x:g}" for x in row) + ",")
    print("])")


if __name__ == "__main__":
    main()
