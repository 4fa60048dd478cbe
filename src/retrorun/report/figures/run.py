"""The run over time: pace, cadence, heart rate and altitude, with backward stretches shaded and laps marked.

Its columns are made ready for the eye before: smoothed in time, broken at gaps, thinned, cut by direction. What is
drawn, nothing that is decided, hangs on that.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Unpack, overload

import numpy as np

from retrorun.activity import model, rules
from retrorun.activity.model import Activity
from retrorun.analysis.analyse import Told, answered
from retrorun.analysis.summary import STANDING_MPS, sample_weights_s
from retrorun.arrays import BoolArray, FloatArray, running_total
from retrorun.detection.result import Detection
from retrorun.intervals import mask
from retrorun.report.figures import style
from retrorun.report.figures.style import LIGHT, Axes, Figure, Given, T, Theme, Titled
from retrorun.report.tables import when

BREAK_S = 10.0  # a line is not drawn across so long a gap; watches that save power record every few seconds
LEAST_S = 1e-6  # samples that stand for less time than this are one moment, and keep their own values
SMOOTH_S = 10.0  # speed from positions scatters by 0.2 m/s over 10 s against 0.5 m/s over 1 s (366 watch recordings)
SLOWEST_SHOWN_S = 1200.0  # 20:00/km: slower is standing about, and would flatten all the rest
DOTTED = (0.0, (1.0, 2.0))
CROWDED = 40  # laps; more numbers than that do not fit side by side


def breaks(time_s: FloatArray) -> BoolArray:
    """True where a line must not reach back to the sample before; shape (n,), the first one False."""
    out = np.zeros(len(time_s), dtype=np.bool_)
    if len(time_s) > 1:
        steps = np.diff(time_s)
        out[1:] = steps > max(BREAK_S, 3.0 * float(np.median(steps)))
    return out


def smooth(activity: Activity, values: FloatArray, window_s: float = SMOOTH_S) -> FloatArray:
    """The mean over `window_s` around each sample, weighted by time; missing stays missing, gaps are not crossed."""
    # Stretching the clock at each gap keeps a window on one side of it.
    clock = activity.time_s + np.cumsum(breaks(activity.time_s)) * window_s
    there = np.isfinite(values)
    weight = np.where(there, sample_weights_s(activity), 0.0)
    total, mass = running_total(weight * np.where(there, values, 0.0)), running_total(weight)
    low = np.searchsorted(clock, clock - window_s / 2, side="left")
    high = np.searchsorted(clock, clock + window_s / 2, side="right")
    mass_in = mass[high] - mass[low]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (total[high] - total[low]) / mass_in
    return np.where(there, np.where(mass_in > LEAST_S, mean, values), np.nan)


def smooth_pace_s(activity: Activity, *, per_m: float = 1000.0) -> FloatArray:
    """Pace [s for `per_m` metres] over 10 s; NaN at a standstill and where the speed is missing."""
    speed = smooth(activity, activity.speed_mps)
    return per_m / np.where(speed >= STANDING_MPS, speed, np.nan)


def smooth_cadence_spm(activity: Activity) -> FloatArray:
    """Cadence over 10 s; zeros, which a watch writes when it lost the steps, are missing."""
    return smooth(activity, np.where(activity.cadence_spm > 0, activity.cadence_spm, np.nan))


def with_breaks(time_s: FloatArray, *columns: FloatArray) -> tuple[FloatArray, ...]:
    """Times and columns with a missing value put into each gap, so that a line stops there."""
    at = np.flatnonzero(breaks(time_s))
    return np.insert(time_s, at, time_s[at]), *(np.insert(values, at, np.nan) for values in columns)


def thinned(activity: Activity, most: int) -> tuple[Activity, float]:
    """The recording with at most `most` samples, and how many seconds each of them stands for.

    A recording of more seconds than that is cut into even stretches, each sample being the mean of its stretch.
    """
    end_s = float(activity.time_s[-1]) if len(activity) else 0.0
    step_s = max(1.0, float(math.ceil(end_s / most)))
    if len(activity) <= most:
        return activity, 1.0
    return in_bins(activity, step_s), step_s


def in_bins(activity: Activity, step_s: float) -> Activity:
    """One sample for each stretch of so many seconds, the mean of the values that it holds; zero cadence is missing."""
    present, at = np.unique(np.floor(activity.time_s / step_s).astype(np.int64), return_inverse=True)

    def mean(values: FloatArray) -> FloatArray:
        there = np.isfinite(values)
        total = np.bincount(at[there], weights=values[there], minlength=len(present))
        number = np.bincount(at[there], minlength=len(present))
        return np.where(number > 0, total / np.maximum(number, 1), np.nan)

    columns = {name: mean(getattr(activity, name)) for name in model.COLUMNS}
    columns["cadence_spm"] = mean(np.where(activity.cadence_spm > 0, activity.cadence_spm, np.nan))
    return replace(activity, **columns, extra={}, developer={})  # type: ignore[arg-type]  # columns only


# Each column beside the pace: its unit, its colour in a theme, and its values.
COLUMNS: dict[str, tuple[str, str, Callable[[Activity], FloatArray]]] = {
    "cadence": ("steps/min", "cadence", smooth_cadence_spm),
    "heart rate": ("bpm", "heart", lambda activity: activity.heart_rate_bpm),
    "altitude": ("m", "quiet", lambda activity: activity.altitude_m),
}


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
    shown = [name for name, (_, _, values_of) in COLUMNS.items() if np.isfinite(values_of(activity)).any()]
    if ax is not None:
        shown += [name for name in COLUMNS if name not in shown]
    panels: list[Callable[..., object]] = [
        partial(draw_pace, per_m=per_m),
        *(partial(_draw_column, name=name) for name in shown),
    ]
    narrow = width_in < 6.0
    if ax is not None:
        all_axes, raised = style.given_axes(ax, len(panels)), False
    else:
        above = (0.35 if title is None else 0.6) + 0.25 * narrow
        margins = (0.62, 0.12, above, 0.52)
        figure = style.new_figure(width_in, above + 0.55 + 1.75 * len(panels), theme=theme, margins_in=margins)
        rows = figure.subplots(len(panels), 1, sharex=True, squeeze=False, gridspec_kw={"hspace": 0.13})
        all_axes, raised = rows[:, 0].tolist(), not narrow
    for draw, axes in zip(panels, all_axes, strict=False):
        draw(axes, activity, detection, theme=theme)
        shade_backward(axes, detection, theme)
        _mark_laps(axes, activity, theme, numbered=axes is all_axes[0] and raised)
        style.dress_time_axis(axes, activity, theme=theme, named=axes is all_axes[-1])
    _explain(all_axes[0], activity, detection, theme, raised=raised)
    if ax is not None:
        return ax
    for axes in all_axes:
        axes.yaxis.set_label_coords(-0.47 / (width_in - margins[0] - margins[1]), 0.5)
    if title is not None:
        style.say_title(figure, title or _title(activity, detection), theme)
    return figure


def _title(activity: Activity, detection: Detection) -> str:
    """A heading: the verdict, and when it was where that is known."""
    stretches = rules.counted(len(detection.segments), "backward stretch", "backward stretches")
    found = {
        "found": detection.told.partition("found")[0].capitalize() + stretches,
        "none": "No backward running found",
        "cannot tell": "Cannot tell forward from backward",
    }[detection.verdict]
    return " · ".join(filter(None, (found, when(activity))))


def draw_pace(
    axes: Axes, activity: Activity, detection: Detection, *, theme: Theme = LIGHT, per_m: float = 1000.0
) -> Axes:
    """Pace over time, faster above; smoothed over 10 s, left out at a standstill."""
    pace = smooth_pace_s(activity, per_m=per_m)
    known = pace[np.isfinite(pace)]
    style.dress(axes, theme, side=f"pace [{style.pace_unit(per_m)}]")
    axes.set_ylim(1.0, 0.0)
    if not len(known):
        style.say_missing(axes, "no speed in this recording", theme)
        return axes
    _draw_line(axes, activity, detection, pace, theme.forward, theme, name="pace")
    quick = known[known < SLOWEST_SHOWN_S * per_m / 1000.0]
    fast, slow = np.percentile(quick if len(quick) else known, (0.5, 99.0)).tolist()
    # Backward stretches may be the slowest percent of a long run, and they are what the picture is for.
    backward = [per_m / one.mean_speed_mps for one in detection.segments if one.mean_speed_mps > 0.5]
    fast, slow = min([fast, *backward]), max([slow, *backward])
    room = max(0.06 * (slow - fast), 5.0)
    style.dress_paces(axes, slow + room, fast - room)
    return axes


def _draw_column(axes: Axes, activity: Activity, detection: Detection, *, name: str, theme: Theme) -> None:
    """A column over time; the odd value far off all others does not set the scale."""
    unit, colour, values_of = COLUMNS[name]
    values = values_of(activity)
    style.dress(axes, theme, side=f"{name} [{unit}]")
    if not np.isfinite(values).any():
        style.say_missing(axes, f"no {name} in this recording", theme)
        return
    _draw_line(axes, activity, detection, values, getattr(theme, colour), theme, name=name)
    axes.set_ylim(style.limits(values, least=2.0))
    axes.locator_params(axis="y", nbins=6, integer=True)


def _draw_line(
    axes: Axes, activity: Activity, detection: Detection, values: FloatArray, colour: str, theme: Theme, *, name: str
) -> None:
    """The series, and once more, thick and in the backward colour, over the backward segments."""
    axes.plot(*with_breaks(activity.time_s, values), color=colour, linewidth=1.1, gid=name)
    backward = mask(activity.time_s, detection.segments)
    if backward.any():
        only = with_breaks(activity.time_s, np.where(backward, values, np.nan))
        axes.plot(*only, color=theme.backward, linewidth=2.2, gid=f"{name} backward", zorder=3)


def shade_backward(axes: Axes, detection: Detection, theme: Theme) -> None:
    """A shaded band, with its edges drawn, over each backward segment."""
    segments = detection.segments
    if segments:
        spans = [(one.start_s, one.duration_s) for one in segments]
        bands = axes.broken_barh(spans, (0, 1), transform=axes.get_xaxis_transform(), facecolor=theme.backward)
        bands.set(alpha=theme.shade_alpha, linewidth=0, zorder=0, gid="backward")
        edges = [edge_s for one in segments for edge_s in (one.start_s, one.end_s)]
        _upright(axes, edges, gid="backward edges", colors=theme.backward, linewidths=0.6, alpha=0.7)


def _mark_laps(axes: Axes, activity: Activity, theme: Theme, *, numbered: bool) -> None:
    """A dotted line where each lap but the first begins, with the lap's number at the top if `numbered`."""
    starts = [lap.start_s for lap in activity.laps[1:]]
    _upright(axes, starts, gid="laps", colors=theme.quiet, linewidths=0.8, linestyles=[DOTTED])
    for number, lap in enumerate(activity.laps if numbered else (), start=1):
        if len(activity.laps) <= CROWDED or number % 10 == 0:
            words = style.say_near(axes, ((lap.start_s + lap.end_s) / 2, 1.0), str(number), theme.quiet, up_pt=2)
            words.xycoords = ("data", "axes fraction")
            words.set(va="bottom", fontsize=7)
            words.set_annotation_clip(True)


def _upright(axes: Axes, places_s: Sequence[float], **look: Any) -> None:  # noqa: ANN401 - as matplotlib takes it
    """Lines from bottom to top at each of these times."""
    axes.vlines(places_s, 0.0, 1.0, transform=axes.get_xaxis_transform(), zorder=1, **look)


def _explain(axes: Axes, activity: Activity, detection: Detection, theme: Theme, *, raised: bool) -> None:
    """A legend above the picture for what its axes do not say: the shade of a backward stretch, the lines of laps."""
    found, laps = bool(detection.segments), len(activity.laps) > 1
    kinds = {
        "backward": found and {"facecolor": theme.backward, "alpha": theme.shade_alpha + 0.2},
        "the curve while backward": found and {"color": theme.backward, "linewidth": 2.2},
        f"a lap begins{' and its number' if raised else ''}": laps
        and {"color": theme.quiet, "linewidth": 0.8, "linestyle": DOTTED},
    }
    style.say_legend(
        axes, style.entries(kinds), theme, columns=3 if raised else 2, above=1.09 if laps and raised else 1.0
    )
