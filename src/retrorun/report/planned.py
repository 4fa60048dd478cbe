"""Planned against done: the steps as they were meant above, as they were run below, and the target paces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrorun.activity.model import Activity
from retrorun.gait.result import Detection
from retrorun.match.model import Match, StepMatch
from retrorun.report.palette import LIGHT, Theme
from retrorun.report.plot import draw_pace, dress, dress_time_axis, say_missing, shade_backward
from retrorun.session.model import Direction, Step
from retrorun.session.values import Distance, SpeedRange, Time

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GUESSED_S = 60.0  # how wide a step is drawn of which neither plan nor run says how long it is


def figure_planned(
    activity: Activity, detection: Detection, match: Match, *, theme: Theme = LIGHT, per_m: float = 1000.0
) -> Figure:
    """Target paces with the run on top of them, and the rows of steps below."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 5.5), facecolor=theme.background, layout="constrained")
    pace, rows = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": (3, 1.2)})
    draw_pace(pace, activity, detection, theme=theme, per_m=per_m)
    shade_backward(pace, detection, theme=theme)
    draw_targets(pace, match, theme=theme, per_m=per_m)
    draw_steps(rows, match, theme=theme)
    dress_time_axis(rows, activity, theme=theme)
    planned_s = sum(planned_duration_s(step) for step in match.steps if step.outcome != "repeated")
    rows.set_xlim(0.0, max(rows.get_xlim()[1], planned_s))
    figure.suptitle(
        match.session.name or "Planned and done", color=theme.text, fontsize=12, x=0.01, ha="left", parse_math=False
    )
    return figure


def draw_targets(axes: Axes, match: Match, *, theme: Theme = LIGHT, per_m: float = 1000.0) -> None:
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


def draw_steps(axes: Axes, match: Match, *, theme: Theme = LIGHT) -> None:
    """Two rows of blocks: planned steps laid end to end, and the steps where they were run."""
    dress(axes, theme)
    axes.grid(visible=False)
    axes.set_yticks([1.0, 0.0], ["planned", "done"])
    axes.set_ylim(-0.5, 1.5)
    if not match.steps:
        say_missing(axes, "no step of the plan was found", theme)
        return
    at_s = 0.0
    for index, done in enumerate(match.steps):
        if done.outcome != "repeated":
            width_s = planned_duration_s(done)
            _block(axes, at_s, width_s, 1.0, done, theme, gid=f"planned-{index}")
            at_s += width_s
        if done.start_s is not None and done.end_s is not None:
            _block(axes, done.start_s, done.end_s - done.start_s, 0.0, done, theme, gid=f"done-{index}")


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
    """A block in the colour of its direction; backward ones are hatched, skipped ones empty."""
    backward = done.step.direction is Direction.BACKWARD
    colour = theme.backward if backward else theme.forward
    skipped = done.outcome in ("skipped", "cannot tell")
    axes.barh(
        row,
        width_s,
        left=start_s,
        height=0.6,
        facecolor="none" if skipped else colour,
        edgecolor=colour if skipped else theme.background,
        linestyle="--" if skipped else "-",
        hatch="///" if backward and not skipped else None,
        linewidth=1.0,
        gid=gid,
    )
