"""Planned against done: the steps as they were meant above, as they were run below, and the target paces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Unpack, overload

from retrorun.activity.model import Activity
from retrorun.analysis.analyse import Told, answered
from retrorun.detection.result import Detection
from retrorun.errors import PlanError
from retrorun.match.model import Match, StepMatch
from retrorun.report.figures.run import draw_pace, shade_backward
from retrorun.report.figures.style import (
    LIGHT,
    Theme,
    Titled,
    dress,
    dress_time_axis,
    given_axes,
    new_figure,
    say_legend,
    say_missing,
    say_title,
)
from retrorun.session.model import Direction, Intensity, Step
from retrorun.session.values import Distance, SpeedRange, Time

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from retrorun.report.figures.style import Given, T

RESTING = (Intensity.REST, Intensity.RECOVERY)
GUESSED_S = 60.0  # how wide a step is drawn of which neither plan nor run says how long it is


@overload
def figure_planned(
    activity: Told,
    detection: Detection | None = None,
    match: Match | None = None,
    *,
    ax: None = None,
    **look: Unpack[Titled],
) -> Figure: ...
@overload
def figure_planned(
    activity: Told, detection: Detection | None = None, match: Match | None = None, *, ax: T, **look: Unpack[Titled]
) -> T: ...
def figure_planned(
    activity: Told,
    detection: Detection | None = None,
    match: Match | None = None,
    *,
    ax: Given | None = None,
    theme: Theme = LIGHT,
    per_m: float = 1000.0,
    title: str | None = "",
    width_in: float = 10.0,
) -> Figure | Given:
    """Target paces with the run on top of them, and the rows of steps below.

    `match` is the plan laid onto the run, where it is not that of the recording itself. `ax` is one Axes for the paces,
    or two. `title` is empty for the name of the session, None for no heading; the rest is as for `figure_run`.

    Raises:
        PlanError: there is no plan.
    """
    activity, detection, match = answered(activity, detection, match)
    if match is None:
        raise PlanError("there is no plan to draw", hint="give one, or draw another picture")
    if ax is not None:
        _draw_panels(given_axes(ax, 2), activity, detection, match, theme=theme, per_m=per_m, columns=3)
        return ax
    above = (0.4 if title is None else 0.7) + 0.2 * (width_in < 6.0)
    figure = new_figure(width_in, 4.1 + above, theme=theme, margins_in=(0.75, 0.12, above, 0.52))
    panels = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": (3, 1.2), "hspace": 0.1}).tolist()
    columns = 5 if width_in >= 6.0 else 3
    _draw_panels(panels, activity, detection, match, theme=theme, per_m=per_m, columns=columns)
    if title is not None:
        say_title(figure, title or match.session.name or "Planned and done", theme)
    return figure


def _draw_panels(
    panels: Sequence[Axes],
    activity: Activity,
    detection: Detection,
    match: Match,
    *,
    theme: Theme,
    per_m: float,
    columns: int,
) -> None:
    draw_pace(panels[0], activity, detection, theme=theme, per_m=per_m)
    shade_backward(panels[0], detection, theme=theme)
    draw_targets(panels[0], match, theme=theme, per_m=per_m)
    for rows in panels[1:]:
        draw_steps(rows, match, theme=theme)
    planned_s = sum(planned_duration_s(step) for step in match.steps if step.outcome != "repeated")
    for axes in panels:
        dress_time_axis(axes, activity, theme=theme, named=axes is panels[-1])
        axes.set_xlim(0.0, max(axes.get_xlim()[1], planned_s))
    _explain(panels[0], match, theme, columns=columns)


def draw_targets(axes: Axes, match: Match, *, theme: Theme = LIGHT, per_m: float = 1000.0) -> Axes:
    """A frame around each executed step's range of pace, on an Axes of paces."""
    from matplotlib.patches import Rectangle

    for index, done in enumerate(match.steps):
        target = done.step.target
        if not isinstance(target, SpeedRange) or done.start_s is None or done.end_s is None:
            continue
        fast, slow = per_m / target.high_mps, per_m / target.low_mps
        if slow - fast < 4.0:  # a single pace still needs a frame that can be seen
            fast, slow = (fast + slow) / 2 - 2.0, (fast + slow) / 2 + 2.0
        colour = theme.backward if done.step.direction is Direction.BACKWARD else theme.forward
        axes.add_patch(
            Rectangle(
                (done.start_s, fast),
                done.end_s - done.start_s,
                slow - fast,
                facecolor="none",
                edgecolor=colour,
                linewidth=1.4,
                linestyle=(0, (4, 2)),
                zorder=4,
                gid=f"target-{index}",
            )
        )
        low, high = sorted(axes.get_ylim())
        axes.set_ylim(max(high, slow + 5.0), min(low, fast - 5.0))
    return axes


def draw_steps(axes: Axes, match: Match, *, theme: Theme = LIGHT) -> Axes:
    """Two rows of blocks: planned steps laid end to end, and the steps where they were run."""
    dress(axes, theme)
    axes.grid(visible=False)
    axes.set_yticks([1.0, 0.0], ["planned", "done"])
    axes.set_ylim(-0.5, 1.5)
    if not match.steps:
        say_missing(axes, "no step of the plan was found", theme)
        return axes
    at_s = 0.0
    for index, done in enumerate(match.steps):
        if done.outcome != "repeated":
            width_s = planned_duration_s(done)
            _block(axes, at_s, width_s, 1.0, done, theme, gid=f"planned-{index}")
            at_s += width_s
        if done.start_s is not None and done.end_s is not None:
            _block(axes, done.start_s, done.end_s - done.start_s, 0.0, done, theme, gid=f"done-{index}")
    return axes


def planned_duration_s(done: StepMatch) -> float:
    """How long the step was meant to last [s]; what was run, or a minute, where the plan does not say."""
    step: Step = done.step
    if isinstance(step.duration, Time):
        return step.duration.time_s
    if isinstance(step.duration, Distance) and isinstance(step.target, SpeedRange):
        return step.duration.distance_m / ((step.target.low_mps + step.target.high_mps) / 2)
    if done.start_s is not None and done.end_s is not None:
        return done.end_s - done.start_s
    return GUESSED_S


def _block(axes: Axes, start_s: float, width_s: float, row: float, done: StepMatch, theme: Theme, *, gid: str) -> None:
    """A block in the colour of its direction; backward ones are hatched, rests pale, skipped ones empty."""
    backward, resting = done.step.direction is Direction.BACKWARD, done.step.intensity in RESTING
    skipped = done.outcome in ("skipped", "cannot tell")
    colour = theme.backward if backward else theme.quiet if resting else theme.forward
    axes.barh(
        row,
        width_s,
        left=start_s,
        height=0.3 if resting else 0.6,
        facecolor="none" if skipped else colour,
        edgecolor=colour if skipped else theme.background,
        linestyle="--" if skipped else "-",
        hatch="///" if backward and not skipped else None,
        linewidth=1.0,
        gid=gid,
    )


def _explain(axes: Axes, match: Match, theme: Theme, *, columns: int) -> None:
    from matplotlib.patches import Patch

    steps = [done.step for done in match.steps]
    handles = [
        Patch(facecolor=theme.backward, alpha=theme.shade_alpha + 0.2, label="run backward"),
        Patch(facecolor="none", edgecolor=theme.text, linestyle=(0, (4, 2)), label="target pace"),
        Patch(facecolor=theme.forward, label="forward step"),
    ]
    if any(step.direction is Direction.BACKWARD for step in steps):
        handles.append(Patch(facecolor=theme.backward, edgecolor=theme.background, hatch="///", label="backward step"))
    if any(step.intensity in RESTING for step in steps):
        handles.append(Patch(facecolor=theme.quiet, label="rest"))
    if any(done.outcome in ("skipped", "cannot tell") for done in match.steps):
        handles.append(Patch(facecolor="none", edgecolor=theme.forward, linestyle="--", label="not run"))
    say_legend(axes, handles, theme=theme, columns=columns)
