"""The whole recording at once: the track, coloured by direction; and the gait plane, speed against cadence.

The track is drawn in metres from its own middle, with no map beneath it. No tiles are fetched and no latitude or
longitude is shown, so a picture can be passed on without saying where it was.
"""

from dataclasses import dataclass
from typing import Unpack, overload

import numpy as np

from retrorun.activity.model import Activity
from retrorun.analysis.analyse import Told, answered
from retrorun.analysis.summary import STANDING_MPS
from retrorun.arrays import BoolArray, FloatArray
from retrorun.detection.result import Detection
from retrorun.intervals import mask
from retrorun.report.figures import style
from retrorun.report.figures.run import breaks, in_bins
from retrorun.report.figures.style import LIGHT, Axes, Figure, Look, Theme
from retrorun.report.tables import name_of_rest
from retrorun.units import METRES_PER_MILE, format_clock

SHORT_SHARE = 1 / 30  # of the picture; what spans less cannot be told from the line around it
BIN_S = 5.0  # of time in one point
BAND_SHARE = 90.0  # per cent of the forward points lie within the band
WALKING_SHARE = 0.85  # of the line's cadence; what lies lower is walked and says nothing of its spread
PACES_S = (150, 180, 210, 240, 270, 300, 360, 420, 480, 600, 900, 1200, 1800)


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
        _draw_track(style.given_axes(ax, 1)[0], activity, detection, theme, per_m)
        return ax
    east, north = local_metres(activity)
    wide, high = (float(np.ptp(way[np.isfinite(way)])) if np.isfinite(way).any() else 0.0 for way in (east, north))
    shape = min(max(high / max(wide, 1.0), 0.45), 1.0)  # as high as the track, within what a page can take
    figure = style.new_figure(width_in, (shape + 0.12) * width_in, theme=theme, margins_in=(0.1, 0.1, 0.35, 0.1))
    _draw_track(figure.add_subplot(), activity, detection, theme, per_m)
    return figure


def local_metres(activity: Activity) -> tuple[FloatArray, FloatArray]:
    """The track as metres east and north of its own middle; NaN where there is no position.

    An equirectangular projection about the middle: 0.1 % off over 50 km at 60° north, far below what the eye sees.
    """
    latitude, longitude = activity.latitude_deg, activity.longitude_deg
    there = np.isfinite(latitude) & np.isfinite(longitude)
    if not there.any():
        return np.full(len(activity), np.nan), np.full(len(activity), np.nan)
    # A track over the date line jumps by 360°.
    turned = np.where(there, (longitude - longitude[there][0] + 180.0) % 360.0, np.nan)
    middle = (np.nanmin(latitude[there]) + np.nanmax(latitude[there])) / 2
    degree_m = 6_371_008.8 * np.pi / 180.0  # the mean radius of the Earth (IUGG)
    east = (turned - (np.nanmin(turned) + np.nanmax(turned)) / 2) * degree_m * np.cos(np.radians(middle))
    north = np.where(there, (latitude - middle) * degree_m, np.nan)
    return east, north


def _draw_track(axes: Axes, activity: Activity, detection: Detection, theme: Theme, per_m: float) -> None:
    """The way seen from above, north up, backward stretches thick and in their own colour, with a scale bar.

    A stretch too short to be seen at this scale is marked with a triangle.
    """
    style.dress(axes, theme)
    axes.grid(visible=False)
    axes.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
    axes.spines[:].set_visible(False)
    east, north = local_metres(activity)
    if not np.isfinite(east).any():
        style.say_missing(axes, "no positions in this recording", theme)
        return
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
    first = np.flatnonzero(np.isfinite(east))[:1]
    axes.plot(east[first], north[first], "o", markersize=7, color=theme.text, label="start", gid="start")
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.08)
    _scale_bar(axes, theme, per_m)
    style.say_legend(axes, axes.get_legend_handles_labels()[0], theme)


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
        (marks,) = axes.plot(east[places], north[places], "^", markersize=9, color=theme.backward, zorder=4)
        marks.set(markeredgecolor=theme.background, label="backward, too short to see", gid="backward, short")


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
    style.say_near(axes, (x + length / 2, y), label, theme.text, up_pt=4)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plane:
    """The recording as points of speed and cadence, one for each 5 s on the move; shape (n,).

    `line_mps` and `line_spm` are the ends of the runner's forward line, `band_spm` how far nine in ten forward points
    lie from it at most; empty and NaN without a line.
    """

    time_s: FloatArray
    speed_mps: FloatArray
    cadence_spm: FloatArray
    backward: BoolArray
    line_mps: FloatArray
    line_spm: FloatArray
    band_spm: float


def gait_plane(activity: Activity, detection: Detection) -> Plane:
    """The points, and the forward line that the detection was made with."""
    run = in_bins(activity, BIN_S)
    there = (run.speed_mps > STANDING_MPS) & (run.cadence_spm > 0)
    time_s, speed, cadence = run.time_s[there], run.speed_mps[there], run.cadence_spm[there]
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
        _draw_plane(style.given_axes(ax, 1)[0], activity, detection, theme, per_m)
        return ax
    figure = style.new_figure(width_in, 0.72 * width_in, theme=theme, margins_in=(0.66, 0.15, 0.55, 0.5))
    _draw_plane(figure.add_subplot(), activity, detection, theme, per_m)
    return figure


def _draw_plane(axes: Axes, activity: Activity, detection: Detection, theme: Theme, per_m: float) -> None:
    """Forward and backward points, the forward line with its band, and paces along the top."""
    plane = gait_plane(activity, detection)
    style.dress(axes, theme, side="cadence [steps/min]")
    axes.set_xlabel("speed [m/s]", color=theme.text)
    if not len(plane.time_s):
        style.say_missing(axes, "no speed together with cadence in this recording", theme)
        return

    def draw_points(which: BoolArray, name: str, *, marker: str, size: float, alpha: float, colour: str) -> None:
        if which.any():
            (points,) = axes.plot(plane.speed_mps[which], plane.cadence_spm[which], marker, markersize=size)
            points.set(markeredgewidth=0, alpha=alpha, color=colour, label=name, gid=name)

    forward = theme.forward
    draw_points(~plane.backward, name_of_rest(detection), marker="o", size=3.0, alpha=0.45, colour=forward)
    if len(plane.line_mps):
        low, high = plane.line_spm - plane.band_spm, plane.line_spm + plane.band_spm
        band = axes.fill_between(plane.line_mps, low, high, color=forward, alpha=0.15, linewidth=0)
        band.set(label="nine in ten of its points", gid="forward band")
        (line,) = axes.plot(plane.line_mps, plane.line_spm, color=forward, linewidth=1.6)
        line.set(label="own forward line", gid="forward line")
    # Another shape, for those to whom the colours look alike.
    draw_points(plane.backward, "backward", marker="^", size=5.0, alpha=0.85, colour=theme.backward)
    # Limits that leave out the last percent of scatter, but no backward point.
    for values, set_limits in ((plane.speed_mps, axes.set_xlim), (plane.cadence_spm, axes.set_ylim)):
        only = values[plane.backward].tolist()
        least, most = np.percentile(values, (0.5, 99.5)).tolist()
        least, most = min([least, *only]), max([most, *only])
        room = max(0.05 * (most - least), 0.05)
        set_limits(least - room, most + room)
    _paces_on_top(axes, theme, per_m)
    crowded = len(plane.time_s) >= 2000
    axes.legend(frameon=False, labelcolor=theme.text, fontsize=8, loc="lower right" if crowded else "best")


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
    top.set_xlabel(f"pace [{style.pace_unit(per_m)}]", color=theme.quiet, fontsize=8)
    top.spines["top"].set_color(theme.grid)
