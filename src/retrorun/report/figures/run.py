"""The run over time: pace, cadence, heart rate and altitude, with backward stretches shaded and laps marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Unpack, overload

import numpy as np

from retrorun.activity.model import Activity
from retrorun.activity.rules import counted
from retrorun.analysis.analyse import Told, answered
from retrorun.arrays import FloatArray
from retrorun.detection.result import Detection
from retrorun.intervals import mask
from retrorun.report.figures.series import smooth_cadence_spm, smooth_pace_s, with_breaks
from retrorun.report.figures.style import (
    LIGHT,
    Theme,
    Titled,
    dress,
    dress_paces,
    dress_time_axis,
    given_axes,
    limits,
    new_figure,
    pace_unit,
    say_legend,
    say_missing,
    say_title,
)
from retrorun.report.tables import when

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from retrorun.report.figures.style import Given, T

SLOWEST_SHOWN_S = 1200.0  # 20:00/km: slower is standing about, and would flatten all the rest
DOTTED = (0.0, (1.0, 2.0))
CROWDED = 40  # laps; more numbers than that do not fit side by side
Draw = Callable[..., "Axes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that is drawn over time: its name and unit, its colour in a theme, and its values."""

    name: str
    unit: str
    colour: str
    values: Callable[[Activity], FloatArray]


COLUMNS = (
    Column(name="cadence", unit="steps/min", colour="cadence", values=smooth_cadence_spm),
    Column(name="heart rate", unit="bpm", colour="heart", values=attrgetter("heart_rate_bpm")),
    Column(name="altitude", unit="m", colour="quiet", values=attrgetter("altitude_m")),
)


@overload
def figure_run(
    activity: Told, detection: Detection | None = None, *, ax: None = None, **look: Unpack[Titled]
) -> Figure: ...
@overload
def figure_run(activity: Told, detection: Detection | None = None, *, ax: T, **look: Unpack[Titled]) -> T: ...
def figure_run(
    activity: Told,
    detection: Detection | None = None,
    *,
    ax: Given | None = None,
    theme: Theme = LIGHT,
    per_m: float = 1000.0,
    title: str | None = "",
    width_in: float = 10.0,
) -> Figure | Given:
    """The run over time, one panel for each of pace, cadence, heart rate and altitude that the recording has.

    Args:
        activity: the recording, its path or bytes, or what `retrorun.analyse` answered of it.
        detection: what was found in it, where that is known or to be shown instead.
        ax: draw on this Axes, which gets the pace, or on each of several, from the top.
        theme: the colours.
        per_m: the distance that a pace is for: 1000, or `units.METRES_PER_MILE`.
        title: the heading; empty for the verdict and the date, None for no heading. Not for `ax`.
        width_in: how wide it is [inches]; under 6, what is written in it is made for a phone. Not for `ax`.

    Returns:
        A figure of its own, or `ax` where that was given.
    """
    activity, detection, _ = answered(activity, detection)
    columns = [column for column in COLUMNS if np.isfinite(column.values(activity)).any()]
    if ax is not None:
        columns += [column for column in COLUMNS if column not in columns]
    panels: list[Draw] = [draw_pace, *(partial(draw_column, column=column) for column in columns)]
    if ax is not None:
        _draw_panels(given_axes(ax, len(panels)), panels, activity, detection, theme=theme, per_m=per_m)
        return ax
    narrow = width_in < 6.0
    above = (0.35 if title is None else 0.6) + 0.25 * narrow
    left, right = 0.62, 0.12
    figure = new_figure(width_in, above + 0.55 + 1.75 * len(panels), theme=theme, margins_in=(left, right, above, 0.52))
    all_axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False, gridspec_kw={"hspace": 0.13})[:, 0].tolist()
    _draw_panels(all_axes, panels, activity, detection, theme=theme, per_m=per_m, raised=not narrow)
    for axes in all_axes:
        axes.yaxis.set_label_coords(-0.47 / (width_in - left - right), 0.5)
    if title is not None:
        say_title(figure, title or run_title(activity, detection), theme)
    return figure


def _draw_panels(
    all_axes: Sequence[Axes],
    panels: Sequence[Draw],
    activity: Activity,
    detection: Detection,
    *,
    theme: Theme,
    per_m: float,
    raised: bool = False,
) -> None:
    """A panel on each of the axes; the time stands under the last, what is to be explained above the first."""
    for draw, axes in zip(panels, all_axes, strict=False):
        draw(axes, activity, detection, theme=theme, per_m=per_m)
        shade_backward(axes, detection, theme=theme)
        mark_laps(axes, activity, theme=theme, numbered=axes is all_axes[0] and raised)
        dress_time_axis(axes, activity, theme=theme, named=axes is all_axes[-1])
    explain(all_axes[0], activity, detection, theme=theme, raised=raised)


def run_title(activity: Activity, detection: Detection) -> str:
    """A heading: the verdict, and when it was where that is known."""
    probably = detection.told.partition("found")[0].capitalize()
    found = {
        "found": probably + counted(len(detection.segments), "backward stretch", "backward stretches"),
        "none": "No backward running found",
        "cannot tell": "Cannot tell forward from backward",
    }[detection.verdict]
    moment = when(activity)
    return f"{found} · {moment}" if moment else found


def draw_pace(
    axes: Axes, activity: Activity, detection: Detection, *, theme: Theme = LIGHT, per_m: float = 1000.0
) -> Axes:
    """Pace over time, faster above; smoothed over 10 s, left out at a standstill."""
    pace = smooth_pace_s(activity, per_m=per_m)
    dress(axes, theme)
    axes.set_ylabel(f"pace [{pace_unit(per_m)}]", color=theme.text)
    axes.invert_yaxis()
    if not np.isfinite(pace).any():
        say_missing(axes, "no speed in this recording", theme)
        return axes
    _draw_line(axes, activity, detection, pace, theme.forward, theme, name="pace")
    known = pace[np.isfinite(pace)]
    quick = known[known < SLOWEST_SHOWN_S * per_m / 1000.0]
    fast, slow = np.percentile(quick if len(quick) else known, (0.5, 99.0)).tolist()
    # Backward stretches may be the slowest percent of a long run, and they are what the picture is for.
    backward = [per_m / one.mean_speed_mps for one in detection.segments if one.mean_speed_mps > 0.5]
    fast, slow = min(fast, *backward, fast), max(slow, *backward, slow)
    room = max(0.06 * (slow - fast), 5.0)
    dress_paces(axes, slow + room, fast - room)
    return axes


def draw_column(
    axes: Axes,
    activity: Activity,
    detection: Detection,
    *,
    column: Column,
    theme: Theme = LIGHT,
    per_m: float = 1000.0,
) -> Axes:
    """A column over time; the odd value far off all others does not set the scale."""
    del per_m  # all panels are called alike
    values = column.values(activity)
    dress(axes, theme)
    axes.set_ylabel(f"{column.name} [{column.unit}]", color=theme.text)
    if not np.isfinite(values).any():
        say_missing(axes, f"no {column.name} in this recording", theme)
        return axes
    _draw_line(axes, activity, detection, values, getattr(theme, column.colour), theme, name=column.name)
    axes.set_ylim(limits(values, least=2.0))
    axes.locator_params(axis="y", nbins=6, integer=True)
    return axes


def shade_backward(axes: Axes, detection: Detection, *, theme: Theme = LIGHT) -> Axes:
    """A shaded band, with its edges drawn, over each backward segment."""
    from matplotlib.collections import PolyCollection

    segments = detection.segments
    if segments:
        corners = [[(one.start_s, 0), (one.start_s, 1), (one.end_s, 1), (one.end_s, 0)] for one in segments]
        bands = PolyCollection(
            corners, facecolor=theme.backward, alpha=theme.shade_alpha, linewidth=0, zorder=0, gid="backward"
        )
        bands.set_transform(axes.get_xaxis_transform())
        axes.add_collection(bands, autolim=False)
        edges = [edge_s for one in segments for edge_s in (one.start_s, one.end_s)]
        _upright(axes, edges, colour=theme.backward, width=0.6, alpha=0.7, name="backward edges")
    return axes


def mark_laps(axes: Axes, activity: Activity, *, theme: Theme = LIGHT, numbered: bool = False) -> Axes:
    """A dotted line where each lap but the first begins, with the lap's number at the top if `numbered`."""
    starts = [lap.start_s for lap in activity.laps[1:]]
    _upright(axes, starts, colour=theme.quiet, width=0.8, style=DOTTED, name="laps")
    for number, lap in enumerate(activity.laps, start=1):
        if numbered and (len(activity.laps) <= CROWDED or number % 10 == 0):
            axes.annotate(
                str(number),
                ((lap.start_s + lap.end_s) / 2, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=7,
                color=theme.quiet,
                annotation_clip=True,
            )
    return axes


def _upright(
    axes: Axes,
    places_s: list[float],
    *,
    colour: str,
    width: float,
    name: str,
    alpha: float = 1.0,
    style: tuple[float, tuple[float, ...]] | str = "-",
) -> None:
    """Lines from bottom to top at each of these times, which do not change what the axes show."""
    from matplotlib.collections import LineCollection

    lines = LineCollection(
        [((place_s, 0.0), (place_s, 1.0)) for place_s in places_s],
        colors=colour,
        linewidths=width,
        linestyles=[style],
        alpha=alpha,
        zorder=1,
        gid=name,
    )
    lines.set_transform(axes.get_xaxis_transform())
    axes.add_collection(lines, autolim=False)


def explain(
    axes: Axes, activity: Activity, detection: Detection, *, theme: Theme = LIGHT, raised: bool = False
) -> Axes:
    """A legend above the picture for what its axes do not say: the shade of a backward stretch, the lines of laps."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Artist] = []
    if detection.segments:
        handles += [
            Patch(facecolor=theme.backward, alpha=theme.shade_alpha + 0.2, label="backward"),
            Line2D([], [], color=theme.backward, linewidth=2.2, label="the curve while backward"),
        ]
    if len(activity.laps) > 1:
        numbers = " and its number" if raised else ""
        handles.append(
            Line2D([], [], color=theme.quiet, linewidth=0.8, linestyle=DOTTED, label=f"a lap begins{numbers}")
        )
    if handles:
        say_legend(axes, handles, theme=theme, columns=3 if raised else 2)
        legend = axes.get_legend()
        if legend is not None and raised and len(activity.laps) > 1:
            legend.set_bbox_to_anchor((1.0, 1.09))
    return axes


def _draw_line(
    axes: Axes, activity: Activity, detection: Detection, values: FloatArray, colour: str, theme: Theme, *, name: str
) -> None:
    """The series, and once more, thick and in the backward colour, over the backward segments."""
    axes.plot(*with_breaks(activity.time_s, values), color=colour, linewidth=1.1, gid=name)
    backward = mask(activity.time_s, detection.segments)
    if backward.any():
        only = np.where(backward, values, np.nan)
        axes.plot(
            *with_breaks(activity.time_s, only), color=theme.backward, linewidth=2.2, gid=f"{name} backward", zorder=3
        )
