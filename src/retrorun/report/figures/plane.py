"""The gait plane: speed against cadence, where backward running lies off the runner's own forward line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack, overload

import numpy as np

from retrorun.activity.model import Activity
from retrorun.analysis.analyse import Told, answered
from retrorun.analysis.summary import STANDING_MPS
from retrorun.arrays import BoolArray, FloatArray
from retrorun.detection.result import Detection
from retrorun.intervals import mask
from retrorun.report.figures.series import means
from retrorun.report.figures.style import LIGHT, Look, Theme, dress, given_axes, new_figure, pace_unit, say_missing
from retrorun.report.tables import name_of_rest
from retrorun.units import format_clock

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BIN_S = 5.0  # of time in one point
BAND_SHARE = 90.0  # per cent of the forward points lie within the band
WALKING_SHARE = 0.85  # of the line's cadence; what lies lower is walked and says nothing of its spread
PACES_S = (150, 180, 210, 240, 270, 300, 360, 420, 480, 600, 900, 1200, 1800)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plane:
    """The recording as points of speed and cadence, one for each 5 s on the move; shape (n,).

    `rest` is the name of the points that are not backward. `line_mps` and `line_spm` are the ends of the runner's
    forward line, `band_spm` how far nine in ten forward points lie from it at most; empty and NaN without a line.
    """

    time_s: FloatArray
    speed_mps: FloatArray
    cadence_spm: FloatArray
    backward: BoolArray
    rest: str
    line_mps: FloatArray
    line_spm: FloatArray
    band_spm: float


def gait_plane(activity: Activity, detection: Detection) -> Plane:
    """The points, and the forward line that the detection was made with."""
    present, at = np.unique(np.floor(activity.time_s / BIN_S).astype(np.int64), return_inverse=True)
    steps = np.where(activity.cadence_spm > 0, activity.cadence_spm, np.nan)
    time_s, speed, cadence = (
        means(values, at, len(present)) for values in (activity.time_s, activity.speed_mps, steps)
    )
    with np.errstate(invalid="ignore"):
        there = (speed > STANDING_MPS) & (cadence > 0)
    time_s, speed, cadence = time_s[there], speed[there], cadence[there]
    backward = mask(time_s, detection.segments)
    line_mps, line_spm, band = np.empty(0), np.empty(0), float("nan")
    if detection.line is not None and (~backward).any():
        usual = detection.line.cadence_spm(speed)
        off = np.abs(cadence - usual)[~backward & (cadence > WALKING_SHARE * usual)]
        band = float(np.percentile(off, BAND_SHARE)) if len(off) else 0.0
        line_mps = np.linspace(max(float(speed.min()), 0.8), max(float(speed.max()), 1.0), 20)
        line_spm = detection.line.cadence_spm(line_mps)
    return Plane(
        time_s=time_s,
        speed_mps=speed,
        cadence_spm=cadence,
        backward=backward,
        rest=name_of_rest(detection),
        line_mps=line_mps,
        line_spm=line_spm,
        band_spm=band,
    )


@overload
def figure_gait_plane(
    activity: Told, detection: Detection | None = None, *, ax: None = None, **look: Unpack[Look]
) -> Figure: ...
@overload
def figure_gait_plane(
    activity: Told, detection: Detection | None = None, *, ax: Axes, **look: Unpack[Look]
) -> Axes: ...
def figure_gait_plane(
    activity: Told,
    detection: Detection | None = None,
    *,
    ax: Axes | None = None,
    theme: Theme = LIGHT,
    per_m: float = 1000.0,
    width_in: float = 7.0,
) -> Figure | Axes:
    """The gait plane, in a figure of its own or on `ax`; the other arguments are as for `figure_run`."""
    activity, detection, _ = answered(activity, detection)
    if ax is not None:
        return draw_gait_plane(given_axes(ax, 1)[0], gait_plane(activity, detection), theme=theme, per_m=per_m)
    figure = new_figure(width_in, 0.72 * width_in, theme=theme, margins_in=(0.66, 0.15, 0.55, 0.5))
    draw_gait_plane(figure.add_subplot(), gait_plane(activity, detection), theme=theme, per_m=per_m)
    return figure


def draw_gait_plane(axes: Axes, plane: Plane, *, theme: Theme = LIGHT, per_m: float = 1000.0) -> Axes:
    """Forward and backward points, the forward line with its band, and paces along the top."""
    dress(axes, theme)
    axes.set_xlabel("speed [m/s]", color=theme.text)
    axes.set_ylabel("cadence [steps/min]", color=theme.text)
    if not len(plane.time_s):
        say_missing(axes, "no speed together with cadence in this recording", theme)
        return axes
    _draw_points(axes, plane, ~plane.backward, plane.rest, marker="o", size=3.0, alpha=0.45, colour=theme.forward)
    if len(plane.line_mps):
        low, high = plane.line_spm - plane.band_spm, plane.line_spm + plane.band_spm
        axes.fill_between(
            *(plane.line_mps, low, high),
            color=theme.forward,
            alpha=0.15,
            linewidth=0,
            label="nine in ten of its points",
            gid="forward band",
        )
        axes.plot(
            plane.line_mps,
            plane.line_spm,
            color=theme.forward,
            linewidth=1.6,
            label="own forward line",
            gid="forward line",
        )
    # Another shape, for those to whom the colours look alike.
    _draw_points(axes, plane, plane.backward, "backward", marker="^", size=5.0, alpha=0.85, colour=theme.backward)
    _frame(axes, plane)
    _paces_on_top(axes, theme, per_m)
    axes.legend(
        frameon=False, labelcolor=theme.text, fontsize=8, loc="best" if len(plane.time_s) < 2000 else "lower right"
    )
    return axes


def _draw_points(
    axes: Axes, plane: Plane, which: BoolArray, name: str, *, marker: str, size: float, alpha: float, colour: str
) -> None:
    if which.any():
        axes.plot(
            plane.speed_mps[which],
            plane.cadence_spm[which],
            linestyle="none",
            marker=marker,
            markersize=size,
            markeredgewidth=0,
            alpha=alpha,
            color=colour,
            label=name,
            gid=name,
        )


def _frame(axes: Axes, plane: Plane) -> None:
    """Limits that leave out the last percent of scatter, but no backward point."""
    for values, setter in ((plane.speed_mps, axes.set_xlim), (plane.cadence_spm, axes.set_ylim)):
        low, high = np.percentile(values, (0.5, 99.5))
        only = values[plane.backward]
        if len(only):
            low, high = min(low, only.min()), max(high, only.max())
        room = max(0.05 * (high - low), 0.05)
        setter(float(low - room), float(high + room))


def _paces_on_top(axes: Axes, theme: Theme, per_m: float) -> None:
    top = axes.secondary_xaxis("top")
    low, high = axes.get_xlim()
    paces: list[int] = []
    for pace in PACES_S:
        far_enough = not paces or per_m / paces[-1] - per_m / pace > 0.1 * (high - low)
        if low <= per_m / pace <= high and far_enough:
            paces.append(pace)
    top.set_xticks([per_m / pace for pace in paces], [format_clock(pace) for pace in paces])
    top.tick_params(colors=theme.quiet, labelsize=8, length=3)
    top.set_xlabel(f"pace [{pace_unit(per_m)}]", color=theme.quiet, fontsize=8)
    top.spines["top"].set_color(theme.grid)
