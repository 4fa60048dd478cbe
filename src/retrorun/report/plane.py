"""The gait plane: speed against cadence, where backward running lies off the runner's own forward line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retrorun.activity.model import Activity, FloatArray
from retrorun.analysis.summary import STANDING_MPS, BoolArray
from retrorun.gait.grid import build_grid
from retrorun.gait.line import ForwardLine, LinePrior, fit_line
from retrorun.gait.profile import GaitProfile
from retrorun.gait.result import Detection
from retrorun.report.palette import LIGHT, Theme
from retrorun.report.plot import dress, say_missing
from retrorun.report.words import name_of_rest
from retrorun.units import METRES_PER_MILE, format_clock

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BAND_SDS = 2.0  # about 95 % of 30-s means of forward running lie within the band


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plane:
    """The recording as points of speed and cadence, one for each short bin of time on the move; shape (n,).

    `line` is the runner's forward line in this recording, None where too little was run to say. `rest` is the name of
    the points that are not backward.
    """

    time_s: FloatArray
    speed_mps: FloatArray
    cadence_spm: FloatArray
    backward: BoolArray
    line: ForwardLine | None
    rest: str = "forward"


def gait_plane(activity: Activity, detection: Detection, *, profile: GaitProfile | None = None) -> Plane:
    """The points, as the detector sees them, and the forward line of what was not called backward."""
    nothing = np.empty(0)
    if len(activity) < 2:
        return Plane(
            time_s=nothing, speed_mps=nothing, cadence_spm=nothing, backward=nothing.astype(np.bool_), line=None
        )
    grid = build_grid(activity, float(activity.time_s[0]), float(activity.time_s[-1]))
    middle = (grid.edge_s[:-1] + grid.edge_s[1:]) / 2 if len(grid) else nothing
    backward = np.zeros(len(grid), dtype=np.bool_)
    for segment in detection.segments:
        backward |= (middle >= segment.start_s) & (middle < segment.end_s)
    # The line must not lean towards the very points that are compared with it.
    prior = LinePrior() if profile is None else profile.prior()
    line = fit_line(grid, prior, leave_out=backward) if len(grid) else None
    with np.errstate(invalid="ignore"):
        there = (grid.speed_mps > STANDING_MPS) & (grid.cadence_spm > 0)
    return Plane(
        time_s=middle[there],
        speed_mps=grid.speed_mps[there],
        cadence_spm=grid.cadence_spm[there],
        backward=backward[there],
        line=line if line is not None and line.weight_s > 0 else None,
        rest=name_of_rest(detection),
    )


def figure_gait_plane(
    activity: Activity,
    detection: Detection,
    *,
    profile: GaitProfile | None = None,
    theme: Theme = LIGHT,
    per_m: float = 1000.0,
) -> Figure:
    """The gait plane as a figure of its own."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 5.0), facecolor=theme.background, layout="constrained")
    draw_gait_plane(figure.add_subplot(), gait_plane(activity, detection, profile=profile), theme=theme, per_m=per_m)
    return figure


def draw_gait_plane(axes: Axes, plane: Plane, *, theme: Theme = LIGHT, per_m: float = 1000.0) -> None:
    """Forward and backward points, the forward line with its band, and paces along the top."""
    dress(axes, theme)
    axes.set_xlabel("speed [m/s]", color=theme.text)
    axes.set_ylabel("cadence [steps/min]", color=theme.text)
    if not len(plane.time_s):
        say_missing(axes, "no speed together with cadence in this recording", theme)
        return
    forward = ~plane.backward
    axes.plot(
        plane.speed_mps[forward],
        plane.cadence_spm[forward],
        linestyle="none",
        marker="o",
        markersize=2.5,
        markeredgewidth=0,
        alpha=0.45,
        color=theme.forward,
        label=plane.rest,
        gid="forward",
    )
    if plane.line is not None:
        _draw_forward_line(axes, plane, plane.line, theme)
    if plane.backward.any():
        axes.plot(
            plane.speed_mps[plane.backward],
            plane.cadence_spm[plane.backward],
            linestyle="none",
            marker="^",  # another shape, for those to whom the colours look alike
            markersize=4.5,
            markeredgewidth=0,
            alpha=0.8,
            color=theme.backward,
            label="backward",
            gid="backward",
        )
    _frame(axes, plane)
    _paces_on_top(axes, theme, per_m)
    axes.legend(frameon=False, labelcolor=theme.text, fontsize=9)


def _draw_forward_line(axes: Axes, plane: Plane, line: ForwardLine, theme: Theme) -> None:
    speed = np.linspace(max(float(np.nanmin(plane.speed_mps)), 0.8), float(np.nanmax(plane.speed_mps)), 50)
    cadence = line.cadence_spm(speed)
    room = BAND_SDS * line.noise_spm
    axes.fill_between(
        speed, cadence - room, cadence + room, color=theme.forward, alpha=0.15, linewidth=0, gid="forward band"
    )
    axes.plot(speed, cadence, color=theme.forward, linewidth=1.6, label="own forward line", gid="forward line")


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
    unit = "mi" if per_m == METRES_PER_MILE else "km"
    low, high = axes.get_xlim()
    paces: list[int] = []
    for pace in (150, 180, 210, 240, 270, 300, 360, 420, 480, 600, 900, 1200, 1800):
        far_enough = not paces or per_m / paces[-1] - per_m / pace > 0.1 * (high - low)
        if low <= per_m / pace <= high and far_enough:
            paces.append(pace)
    top.set_xticks([per_m / pace for pace in paces], [format_clock(pace) for pace in paces])
    top.tick_params(colors=theme.quiet, labelsize=8, length=3)
    top.set_xlabel(f"pace [min/{unit}]", color=theme.quiet, fontsize=8)
    top.spines["top"].set_color(theme.grid)
