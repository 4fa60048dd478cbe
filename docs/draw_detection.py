"""Draws the pictures of explanation/detection.md.

python -m retrorun.gait.evaluate --data ../shared/gait --json records.json
python -m docs.draw_detection records.json
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from retrorun.gait.measures import CALLED, ROAD

OUT = Path(__file__).parent / "assets"
PICTURES = ("detection-frontier.png", "detection-uplift.png", "detection-calibration.png")
CHANCES = np.array([0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98])


def main(path: str) -> None:
    """Write the three pictures of a measurement's records."""
    records = json.loads(Path(path).read_text(encoding="utf-8"))
    plain = [row for row in records["recalls"] if not (row["profile"] or row["thinned"] or row["rested"])]
    figures = (frontier(records, plain), by_uplift(plain), calibration(records, plain))
    for name, figure in zip(PICTURES, figures, strict=True):
        figure.savefig(OUT / name, dpi=110, bbox_inches="tight", metadata={"Software": None})


def odds(row: dict[str, Any]) -> float:
    """Log-odds at which an injected span was found, minus infinity where it was not."""
    return float(row["hit"]["log_odds"]) if row["hit"] else -np.inf


def frontier(records: dict[str, Any], plain: list[dict[str, Any]]) -> Figure:
    """Recall against false events, one point for each probability."""
    figure = Figure(figsize=(6.5, 4.2))
    axes = figure.subplots()
    hours = sum(outing["hours"] for outing in records["outings"] if outing["kind"] in ROAD)
    false = np.array([e["log_odds"] for e in records["false"] if e["kind"] in ROAD and not e["profile"]])
    thresholds = np.log(CHANCES / (1 - CHANCES))
    rates = [100 * float((false >= t).sum()) / hours for t in thresholds]
    headline = [row for row in plain if row["kind"] in ROAD and 0.06 <= row["uplift"] <= 0.22]
    for label, low, high in (("30 s and longer", 29, 400), ("20 s", 19, 21), ("15 s", 14, 16)):
        found = np.array([odds(row) for row in headline if low < row["length_s"] < high])
        axes.plot(rates, [float((found >= t).mean()) for t in thresholds], "o-", markersize=4, label=label)
    for chance, rate in zip(CHANCES, rates, strict=True):
        if chance in {0.3, 0.5, 0.85}:
            axes.annotate(f"p ≥ {chance:g}", (rate, 0.05), ha="center", fontsize=8, color="0.4")
            axes.axvline(rate, color="0.85", linewidth=0.8, zorder=0)
    axes.set(xlabel="false events per 100 h, road, track and treadmill", ylabel="recall, uplift 0.06–0.22", ylim=(0, 1))
    axes.legend(loc="lower right", frameon=False)
    return figure


def by_uplift(plain: list[dict[str, Any]]) -> Figure:
    """Recall at the probability at which segments are called, by uplift and length."""
    figure = Figure(figsize=(6.5, 4.2))
    axes = figure.subplots()
    edges = np.array([0.0, 0.03, 0.05, 0.06, 0.07, 0.08, 0.09, 0.10, 0.12, 0.15, 0.2, 0.25, 0.35])
    threshold = CALLED
    for label, low, high in (("15 s", 14, 16), ("20 s", 19, 21), ("30 s", 29, 31), ("60–300 s", 59, 301)):
        rows = [row for row in plain if low < row["length_s"] < high and row["kind"] in ROAD]
        uplift, found = np.array([row["uplift"] for row in rows]), np.array([odds(row) >= threshold for row in rows])
        inside = [(uplift >= a) & (uplift < b) for a, b in pairwise(edges)]
        axes.plot(
            0.5 * (edges[1:] + edges[:-1]),
            [found[i].mean() if i.sum() > 9 else np.nan for i in inside],
            "o-",
            label=label,
        )
    axes.set(xlabel="uplift of cadence at the same speed", ylabel="recall on roads, tracks, treadmills", ylim=(0, 1.02))
    axes.legend(loc="lower right", frameon=False)
    return figure


def calibration(records: dict[str, Any], plain: list[dict[str, Any]]) -> Figure:
    """Share of truly backward stretches against the probability said, spans weighed to one an hour."""
    figure = Figure(figsize=(4.6, 4.2))
    axes = figure.subplots()
    weight = sum(outing["hours"] for outing in records["outings"]) / len(plain)
    true = np.array([odds(row) for row in plain if row["hit"]])
    false = np.array([event["log_odds"] for event in records["false"] if not event["profile"]])
    edges = np.linspace(0.05, 1.0, 11)
    said_true, said_false = 1 / (1 + np.exp(-true)), 1 / (1 + np.exp(-false))
    points = []
    for low, high in pairwise(edges):
        right = weight * float(((said_true >= low) & (said_true < high)).sum())
        wrong = float(((said_false >= low) & (said_false < high)).sum())
        if right + wrong:
            points.append((0.5 * (low + high), right / (right + wrong)))
    axes.plot([0, 1], [0, 1], color="0.8", zorder=0)
    axes.plot(*zip(*points, strict=True), "o-")
    axes.set(xlabel="probability said", ylabel="share truly backward", xlim=(0, 1), ylim=(0, 1))
    return figure


if __name__ == "__main__":
    main(sys.argv[1])
