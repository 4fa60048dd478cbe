"""The map of the track, coloured by direction: drawn in metres from its own middle, with no map beneath it.

No tiles are fetched and no latitude or longitude is shown, so a picture can be passed on without saying where it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retrorun.activity.model import Activity, FloatArray
from retrorun.analysis.summary import is_backward
from retrorun.gait.result import Detection
from retrorun.report.palette import LIGHT, Theme
from retrorun.report.plot import dress, say_missing
from retrorun.report.series import breaks, local_metres
from retrorun.report.words import name_of_rest
from retrorun.units import METRES_PER_MILE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def figure_track(activity: Activity, detection: Detection, *, theme: Theme = LIGHT, per_m: float = 1000.0) -> Figure:
    """The track as a figure of its own."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.0, 6.0), facecolor=theme.background, layout="constrained")
    draw_track(figure.add_subplot(), activity, detection, theme=theme, per_m=per_m)
    return figure


def draw_track(
    axes: Axes, activity: Activity, detection: Detection, *, theme: Theme = LIGHT, per_m: float = 1000.0
) -> None:
    """The way seen from above, north up, backward stretches thick and in their own colour, with a scale bar."""
    dress(axes, theme)
    axes.grid(visible=False)
    axes.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    east, north = local_metres(activity)
    if not np.isfinite(east).any():
        say_missing(axes, "no positions in this recording", theme)
        return
    # A break in time is a break in the line; a sample without a position breaks it by itself.
    at = np.flatnonzero(breaks(activity.time_s))
    backward = is_backward(activity, detection)
    axes.plot(
        np.insert(east, at, np.nan),
        np.insert(north, at, np.nan),
        color=theme.forward,
        linewidth=1.2,
        label=name_of_rest(detection),
        gid="forward",
    )
    if backward.any():
        axes.plot(
            np.insert(np.where(backward, east, np.nan), at, np.nan),
            np.insert(np.where(backward, north, np.nan), at, np.nan),
            color=theme.backward,
            linewidth=3.0,
            solid_capstyle="butt",
            label="backward",
            gid="backward",
        )
    _start(axes, east, north, theme)
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.08)
    _scale_bar(axes, theme, per_m)
    axes.legend(frameon=False, labelcolor=theme.text, fontsize=9, loc="upper right")


def _start(axes: Axes, east: FloatArray, north: FloatArray, theme: Theme) -> None:
    first = int(np.flatnonzero(np.isfinite(east))[0])
    axes.plot(
        east[first],
        north[first],
        marker="o",
        markersize=7,
        color=theme.text,
        linestyle="none",
        label="start",
        gid="start",
    )


def scale_bar_length(width_m: float, *, per_m: float = 1000.0) -> tuple[float, str]:
    """A round length [m] of about a quarter of `width_m`, and its label."""
    mile = per_m == METRES_PER_MILE
    steps = [(metres, f"{metres:g} m") for metres in (5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)]
    steps += [(count * per_m, f"{count:g} {'mi' if mile else 'km'}") for count in (1, 2, 5, 10, 20, 50, 100)]
    fitting = [step for step in steps if step[0] <= max(width_m, 20.0) * 0.35]
    return fitting[-1] if fitting else steps[0]


def _scale_bar(axes: Axes, theme: Theme, per_m: float) -> None:
    low, high = axes.get_xlim()
    length, label = scale_bar_length(high - low, per_m=per_m)
    bottom, top = axes.get_ylim()
    y, x = bottom + 0.03 * (top - bottom), low + 0.03 * (high - low)
    axes.plot([x, x + length], [y, y], color=theme.text, linewidth=2.0, gid="scale bar", solid_capstyle="butt")
    axes.annotate(
        label, (x + length / 2, y), xytext=(0, 4), textcoords="offset points", ha="center", color=theme.text, fontsize=8
    )
