"""The run over time: pace, cadence and heart rate, with backward stretches shaded and laps marked.

Every `draw_…` function draws on the Axes it is given and returns nothing; `figure_…` makes a Figure of its own.
Figures are made without pyplot, so that nothing is kept between calls and no window is opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retrorun.activity.model import Activity, FloatArray
from retrorun.analysis.summary import is_backward
from retrorun.gait.result import Detection
from retrorun.report.palette import LIGHT, Theme
from retrorun.report.series import pace_s, smooth, with_breaks
from retrorun.report.words import when
from retrorun.units import METRES_PER_MILE, format_clock

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SLOWEST_SHOWN_S = 1200.0  # 20:00/km: slower is standing about, and would flatten all the rest


def figure_run(
    activity: Activity, detection: Detection, *, theme: Theme = LIGHT, per_m: float = 1000.0, title: str = ""
) -> Figure:
    """The run over time, one panel for each of pace, cadence and heart rate that the recording has.

    Args:
        activity: the recording.
        detection: what was found in it.
        theme: the colours.
        per_m: the distance that a pace is for: 1000, or `units.METRES_PER_MILE`.
        title: the heading; empty for the verdict and the date.
    """
    from matplotlib.figure import Figure

    panels = [draw_pace]
    if np.isfinite(activity.cadence_spm).any():
        panels.append(draw_cadence)
    if np.isfinite(activity.heart_rate_bpm).any():
        panels.append(draw_heart_rate)
    figure = Figure(figsize=(10.0, 1.2 + 2.2 * len(panels)), facecolor=theme.background, layout="constrained")
    all_axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False, gridspec_kw={"hspace": 0.05})[:, 0]
    for draw, axes in zip(panels, all_axes, strict=True):
        draw(axes, activity, detection, theme=theme, per_m=per_m)
        shade_backward(axes, detection, theme=theme)
        mark_laps(axes, activity, theme=theme, numbered=axes is all_axes[0])
    dress_time_axis(all_axes[-1], activity, theme=theme)
    figure.suptitle(
        title or run_title(activity, detection), color=theme.text, fontsize=12, x=0.01, ha="left", parse_math=False
    )
    return figure


def run_title(activity: Activity, detection: Detection) -> str:
    """A heading: the verdict, and when it was where that is known."""
    count = len(detection.segments)
    found = {
        "found": f"{count} backward stretch{'' if count == 1 else 'es'}",
        "none": "No backward running found",
        "cannot tell": "Cannot tell forward from backward",
    }[detection.verdict]
    moment = when(activity)
    return f"{found} · {moment}" if moment else found


def draw_pace(
    axes: Axes, activity: Activity, detection: Detection, *, theme: Theme = LIGHT, per_m: float = 1000.0
) -> None:
    """Pace over time, faster above; smoothed over 10 s, left out at a standstill."""
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    pace = pace_s(smooth(activity, activity.speed_mps), per_m=per_m)
    dress(axes, theme)
    axes.set_ylabel(f"pace [min/{'mi' if per_m == METRES_PER_MILE else 'km'}]", color=theme.text)
    axes.invert_yaxis()
    if not np.isfinite(pace).any():
        say_missing(axes, "no speed in this recording", theme)
        return
    _draw_line(axes, activity, detection, pace, theme.forward, theme, name="pace")
    shown = pace[np.isfinite(pace) & (pace < SLOWEST_SHOWN_S * per_m / 1000.0)]
    if len(shown):
        fast, slow = np.percentile(shown, (0.5, 99.0))
        room = max(0.06 * (slow - fast), 5.0)
        axes.set_ylim(float(slow + room), float(fast - room))
        axes.yaxis.set_major_locator(MultipleLocator(pace_step(float(slow - fast + 2 * room))))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: format_clock(value) if value > 0 else ""))


def draw_cadence(
    axes: Axes, activity: Activity, detection: Detection, *, theme: Theme = LIGHT, per_m: float = 1000.0
) -> None:
    """Cadence of both feet over time; zeros, which a watch writes when it lost the steps, are left out."""
    del per_m  # all panels are called alike
    cadence = np.where(activity.cadence_spm > 0, activity.cadence_spm, np.nan)
    dress(axes, theme)
    axes.set_ylabel("cadence [steps/min]", color=theme.text)
    if not np.isfinite(cadence).any():
        say_missing(axes, "no cadence in this recording", theme)
        return
    _draw_line(axes, activity, detection, smooth(activity, cadence), theme.cadence, theme, name="cadence")


def draw_heart_rate(
    axes: Axes, activity: Activity, detection: Detection, *, theme: Theme = LIGHT, per_m: float = 1000.0
) -> None:
    """Heart rate over time."""
    del per_m  # all panels are called alike
    dress(axes, theme)
    axes.set_ylabel("heart rate [bpm]", color=theme.text)
    if not np.isfinite(activity.heart_rate_bpm).any():
        say_missing(axes, "no heart rate in this recording", theme)
        return
    _draw_line(axes, activity, detection, activity.heart_rate_bpm, theme.heart, theme, name="heart rate")


def shade_backward(axes: Axes, detection: Detection, *, theme: Theme = LIGHT) -> None:
    """A shaded band, with its edges drawn, over each backward segment."""
    for index, segment in enumerate(detection.segments):
        band = axes.axvspan(
            segment.start_s, segment.end_s, facecolor=theme.backward, alpha=theme.shade_alpha, linewidth=0, zorder=0
        )
        band.set_gid(f"backward-{index}")
        for edge_s in (segment.start_s, segment.end_s):
            axes.axvline(edge_s, color=theme.backward, linewidth=0.6, alpha=0.7, zorder=0.5)


def mark_laps(axes: Axes, activity: Activity, *, theme: Theme = LIGHT, numbered: bool = False) -> None:
    """A dotted line where each lap but the first begins, with the lap's number at the top if `numbered`."""
    crowded = len(activity.laps) > 40
    for number, lap in enumerate(activity.laps, start=1):
        if number > 1:
            line = axes.axvline(lap.start_s, color=theme.quiet, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
            line.set_gid(f"lap-{number}")
        if numbered and (not crowded or number % 10 == 0):
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


def dress(axes: Axes, theme: Theme) -> None:
    """Give an Axes the theme's ground, grid and text, without a frame."""
    axes.set_facecolor(theme.background)
    axes.grid(visible=True, color=theme.grid, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(colors=theme.quiet, labelsize=9, length=3)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(theme.grid)


def dress_time_axis(axes: Axes, activity: Activity, *, theme: Theme = LIGHT) -> None:
    """Time since the start along the bottom, as h:mm or m:ss."""
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    end_s = float(activity.time_s[-1]) if len(activity) else 60.0
    steps = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
    step = next((step for step in steps if end_s / step <= 10), 86400 * max(1, int(end_s // 864000)))
    axes.xaxis.set_major_locator(MultipleLocator(step))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_clock(value) if value >= 0 else ""))
    axes.set_xlim(0.0, max(end_s, 1.0))
    axes.set_xlabel("time since the start", color=theme.text)


def say_missing(axes: Axes, text: str, theme: Theme) -> None:
    """Say in the middle of an empty Axes why it is empty."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=theme.quiet)


def _draw_line(
    axes: Axes, activity: Activity, detection: Detection, values: FloatArray, colour: str, theme: Theme, *, name: str
) -> None:
    """The series, and once more, thick and in the backward colour, over the backward segments."""
    axes.plot(*with_breaks(activity.time_s, values), color=colour, linewidth=1.1, gid=name)
    backward = is_backward(activity, detection)
    if backward.any():
        only = np.where(backward, values, np.nan)
        axes.plot(
            *with_breaks(activity.time_s, only), color=theme.backward, linewidth=2.2, gid=f"{name} backward", zorder=3
        )


def pace_step(range_s: float) -> float:
    """A step of round paces that gives about five ticks."""
    return next((step for step in (5, 10, 15, 30, 60, 120, 300) if range_s / step <= 6), 600)
