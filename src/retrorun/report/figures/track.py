"""The map of the track, coloured by direction: drawn in metres from its own middle, with no map beneath it.

No tiles are fetched and no latitude or longitude is shown, so a picture can be passed on without saying where it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack, overload

import numpy as np

from retrorun.activity.model import Activity
from retrorun.analysis.analyse import Told, answered
from retrorun.arrays import BoolArray, FloatArray
from retrorun.detection.result import Detection
from retrorun.intervals import mask
from retrorun.report.figures.series import breaks, local_metres
from retrorun.report.figures.style import LIGHT, Look, Theme, dress, given_axes, new_figure, say_legend, say_missing
from retrorun.report.tables import name_of_rest
from retrorun.units import METRES_PER_MILE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHORT_SHARE = 1 / 30  # of the picture; what spans less cannot be told from the line around it


@overload
def figure_track(
    activity: Told, detection: Detection | None = None, *, ax: None = None, **look: Unpack[Look]
) -> Figure: ...
@overload
def figure_track(activity: Told, detection: Detection | None = None, *, ax: Axes, **look: Unpack[Look]) -> Axes: ...
def figure_track(
    activity: Told,
    detection: Detection | None = None,
    *,
    ax: Axes | None = None,
    theme: Theme = LIGHT,
    per_m: float = 1000.0,
    width_in: float = 6.0,
) -> Figure | Axes:
    """The track, in a figure of its own or on `ax`; the other arguments are as for `figure_run`."""
    activity, detection, _ = answered(activity, detection)
    if ax is not None:
        return draw_track(given_axes(ax, 1)[0], activity, detection, theme=theme, per_m=per_m)
    east, north = local_metres(activity)
    wide, high = (float(np.ptp(way[np.isfinite(way)])) if np.isfinite(way).any() else 0.0 for way in (east, north))
    shape = min(max(high / max(wide, 1.0), 0.45), 1.0)  # as high as the track, within what a page can take
    figure = new_figure(width_in, (shape + 0.12) * width_in, theme=theme, margins_in=(0.1, 0.1, 0.35, 0.1))
    draw_track(figure.add_subplot(), activity, detection, theme=theme, per_m=per_m)
    return figure


def draw_track(
    axes: Axes, activity: Activity, detection: Detection, *, theme: Theme = LIGHT, per_m: float = 1000.0
) -> Axes:
    """The way seen from above, north up, backward stretches thick and in their own colour, with a scale bar.

    A stretch too short to be seen at this scale is marked with a triangle.
    """
    dress(axes, theme)
    axes.grid(visible=False)
    axes.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    east, north = local_metres(activity)
    if not np.isfinite(east).any():
        say_missing(axes, "no positions in this recording", theme)
        return axes
    # A break in time is a break in the line; a sample without a position breaks it by itself.
    at = np.flatnonzero(breaks(activity.time_s))
    backward = mask(activity.time_s, detection.segments)

    def draw_way(which: BoolArray, colour: str, width: float, name: str) -> None:
        columns = (np.insert(np.where(which, column, np.nan), at, np.nan) for column in (east, north))
        axes.plot(*columns, color=colour, linewidth=width, solid_capstyle="butt", label=name, gid=name)

    draw_way(np.ones(len(east), dtype=np.bool_), theme.forward, 1.2, name_of_rest(detection))
    if backward.any():
        draw_way(backward, theme.backward, 3.2, "backward")
        _mark_short(axes, activity, detection, east, north, theme)
    first = int(np.flatnonzero(np.isfinite(east))[0])
    axes.plot(
        *(east[first], north[first]),
        marker="o",
        markersize=7,
        color=theme.text,
        linestyle="none",
        label="start",
        gid="start",
    )
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.08)
    _scale_bar(axes, theme, per_m)
    say_legend(axes, axes.get_legend_handles_labels()[0], theme=theme)
    return axes


def _mark_short(
    axes: Axes, activity: Activity, detection: Detection, east: FloatArray, north: FloatArray, theme: Theme
) -> None:
    """A triangle at the middle of each backward stretch that spans less than a thirtieth of the picture."""
    wide_m = max(np.nanmax(east) - np.nanmin(east), np.nanmax(north) - np.nanmin(north), 1.0)
    places = []
    for segment in detection.segments:
        inside = np.flatnonzero(mask(activity.time_s, (segment,)) & np.isfinite(east))
        if len(inside) and np.hypot(np.ptp(east[inside]), np.ptp(north[inside])) < SHORT_SHARE * wide_m:
            places.append(inside[len(inside) // 2])
    if places:
        axes.plot(
            *(east[places], north[places]),
            marker="^",
            markersize=9,
            color=theme.backward,
            markeredgecolor=theme.background,
            linestyle="none",
            label="backward, too short to see",
            zorder=4,
            gid="backward, short",
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
