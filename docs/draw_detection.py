"""Draws the picture of explanation/detection.md: python -m docs.draw_detection.

One made session, a 400-m session from published effects, and what the detector weighs in it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from retrorun.activity.model import Activity
from retrorun.detection import parameters as p
from retrorun.detection.cadence_model import LinePrior, fit_line
from retrorun.detection.detector import judge
from retrorun.detection.resample import build_grid
from tests.evaluation.synthetic import synthesise

OUT = Path(__file__).parent / "assets"
PICTURES = ("detection-session.png",)
SPANS = tuple((900.0 + 340.0 * k, 1090.0 + 340.0 * k) for k in range(5))


def main() -> None:
    """Write the picture."""
    session_evidence(synthesise(duration_s=3600.0, spans=SPANS, seed=4, uplift=0.09)[0]).savefig(
        OUT / PICTURES[0], dpi=110, bbox_inches="tight", metadata={"Software": None}
    )


def session_evidence(activity: Activity) -> Figure:
    """Speed, cadence against the forward line, and each slow piece's uplift with its error."""
    grid = build_grid(activity)
    line = fit_line(grid, LinePrior())
    if line is None:
        raise ValueError("there is no running in the session")
    judged = judge(grid, line, activity)
    minutes = grid.middle_s / 60.0
    figure = Figure(figsize=(9.0, 6.4), layout="constrained")
    above, middle, below = figure.subplots(3, 1, sharex=True)
    above.plot(minutes, grid.speed_mps, color="#4477aa", linewidth=1.0)
    above.set_ylabel("speed [m/s]")
    middle.plot(minutes, grid.cadence_spm, color="#4477aa", linewidth=1.0, label="recorded")
    middle.plot(
        minutes, line.cadence_spm(grid.speed_mps), color="#777777", linewidth=1.0, label="forward, at this speed"
    )
    middle.set_ylabel("cadence [spm]")
    middle.legend(loc="lower right", frameon=False, ncols=2)
    pieces, chance = judged.pieces, judged.chance
    at = 0.5 * (grid.edge_s[pieces.start] + grid.edge_s[pieces.end]) / 60.0
    for called, colour, name in ((True, "#ee7733", "called backward"), (False, "#777777", "not called")):
        use = (chance > p.CALL) == called
        below.errorbar(
            at[use],
            100.0 * judged.densities.uplift[use],
            yerr=200.0 * judged.densities.uplift_sd[use],
            fmt="o",
            markersize=4,
            color=colour,
            label=name,
        )
    for axes in (above, middle, below):
        for start, end in zip(pieces.start[chance > p.CALL], pieces.end[chance > p.CALL], strict=True):
            axes.axvspan(grid.edge_s[start] / 60.0, grid.edge_s[end] / 60.0, color="#ee7733", alpha=0.15, linewidth=0)
    below.axhline(0.0, color="#777777", linewidth=0.8)
    below.set_ylabel("uplift of slow pieces [%]")
    below.set_xlabel("time [min]")
    below.set_ylim(float(np.floor(-6.0)), 18.0)
    below.legend(loc="upper left", frameon=False)
    return figure


if __name__ == "__main__":
    main()
