"""A plan as a picture: a session by itself, forward above the line and backward below it; and planned against done.

Of a plan that was run: the steps as they were meant above, as they were run below, and the target paces.
"""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from typing import TYPE_CHECKING, Any, Unpack, overload

from retrorun.detection.result import Detection
from retrorun.errors import PlanError
from retrorun.match.model import Match, StepMatch
from retrorun.report.figures import style
from retrorun.report.figures.style import LIGHT, Axes, Figure, Given, T, Theme, Titled
from retrorun.report.session_view import Profile, profile_of
from retrorun.session import amounts, values, wording
from retrorun.session.model import Direction, Intensity, Session, Setting, Slope, Step
from retrorun.workout.importing import as_session

if TYPE_CHECKING:
    from retrorun.analysis.analyse import Told

PlanLike = Session | str | PathLike[str]

GUESSED_S = 60.0  # how wide a step is drawn of which neither plan nor run says how long it is
_LABEL_PT, _SMALLEST_PT = 7.0, 5.0  # letters of a pace; a block narrower than they are high has no room for it
_HIGH_PT = 170.0  # of the axes in a picture of its own
_RESTING = (Intensity.RECOVERY, Intensity.REST)
_EASY = (Intensity.WARMUP, Intensity.COOLDOWN)
_DASHED = (0, (4, 2))


@overload
def figure_session(session: PlanLike, *, ax: None = None, theme: Theme = LIGHT, width_in: float = 10.0) -> Figure: ...
@overload
def figure_session(session: PlanLike, *, ax: Axes, theme: Theme = LIGHT, width_in: float = 10.0) -> Axes: ...
def figure_session(
    session: PlanLike, *, ax: Axes | None = None, theme: Theme = LIGHT, width_in: float = 10.0
) -> Figure | Axes:
    """The profile of a session, its notation or its file, in a figure of its own or on `ax`."""
    session = as_session(session)
    if ax is not None:
        _draw_session(style.given_axes(ax, 1)[0], session, theme)
        return ax
    more_in = 0.5 * (width_in < style.NARROW_IN)  # where the legend has no room beside the title
    figure = style.new_figure(width_in, 3.4 + more_in, theme=theme, margins_in=(0.35, 0.1, 0.55 + more_in, 0.45))
    _draw_session(figure.subplots(), session, theme)
    return figure


def _draw_session(axes: Axes, session: Session, theme: Theme) -> None:
    """Draw the profile on axes: time across, speed up for forward and down for backward; hatched where uphill."""
    profile = profile_of(session)
    axes.set_facecolor(theme.background)
    for index, block in enumerate(profile.blocks):
        (bar,) = axes.bar(
            block.start_s,
            block.height_mps,
            width=block.end_s - block.start_s,
            align="edge",
            color=_colour(block.step, theme),
            alpha=0.55 if block.step.intensity in _EASY else 1.0,
            edgecolor=theme.background,
            linewidth=0.4,
            hatch="//" if block.step.slope is Slope.UPHILL else None,
            linestyle="--" if block.guessed else "-",
        )
        bar.set_gid(f"step-{index}")
    _write_paces(axes, profile, theme)
    axes.axhline(0.0, color=theme.text, linewidth=1.0)
    fastest = max(block.speed_mps for block in profile.blocks)
    axes.set_ylim(-1.2 * fastest, 1.2 * fastest)
    axes.set_xlim(0.0, profile.end_s)
    style.dress_clock(axes, profile.end_s)
    axes.set_yticks([-fastest / 2, fastest / 2], ["backward", "forward"], rotation=90, va="center")
    axes.tick_params(colors=theme.text, length=0)
    axes.spines[:].set_visible(False)
    if profile.remarks:
        axes.set_xlabel("; ".join(profile.remarks), color=theme.quiet, fontsize=8)
    title = " ".join(session.name.split()) or "Session"
    title += "" if session.setting is Setting.ROAD else f" · {session.setting.value}"
    pad = 40.0 if style.is_narrow(axes) else 6.0
    axes.set_title(title, color=theme.text, fontsize=11, loc="left", pad=pad, parse_math=False)
    steps = [block.step for block in profile.blocks]
    colours = {_colour(step, theme) for step in steps}
    kinds = {
        "forward": theme.forward in colours and {"facecolor": theme.forward},
        "backward": theme.backward in colours and {"facecolor": theme.backward},
        "warm-up, cool-down": any(step.intensity in _EASY for step in steps)
        and {"facecolor": theme.forward, "alpha": 0.55},
        "rest": theme.quiet in colours and {"facecolor": theme.quiet},
        "uphill": any(step.slope is Slope.UPHILL for step in steps) and {"facecolor": theme.forward, "hatch": "//"},
    }
    handles = style.entries(kinds, edgecolor=theme.background)
    style.say_legend(axes, handles, theme, columns=3 if style.is_narrow(axes) else len(handles))


def _colour(step: Step, theme: Theme) -> str:
    """Grey for a rest, whatever its direction: it is not what the session is for."""
    if step.intensity in _RESTING:
        return theme.quiet
    return theme.backward if step.direction is Direction.BACKWARD else theme.forward


def _write_paces(axes: Axes, profile: Profile, theme: Theme) -> None:
    """The target of each block beyond its end, in one line or two, or on end within it where it is too narrow."""
    wide_pt, high_pt = style.width_of(axes) * 72.0, _HIGH_PT / (2.4 * max(block.speed_mps for block in profile.blocks))
    for block in profile.blocks:
        room_pt = (block.end_s - block.start_s) / profile.end_s * wide_pt
        if block.step.target is None or room_pt < _LABEL_PT:
            continue
        text, backward = wording.format_target(block.step.target), block.height_mps < 0
        lines = text if room_pt >= _letters_pt(text) else text.replace("-", "-\n")
        flat = room_pt >= max(map(_letters_pt, lines.split("\n")))
        place = ((block.start_s + block.end_s) / 2, block.height_mps if flat else 0.0)
        words = style.say_near(axes, place, lines if flat else text, theme.text, up_pt=-3 if backward else 3)
        words.set(va="top" if backward else "bottom", fontsize=_LABEL_PT)
        if not flat:
            size_pt = _LABEL_PT * min(1.0, block.speed_mps * high_pt / _letters_pt(text))
            words.set(rotation=90, fontsize=max(size_pt, _SMALLEST_PT), color=theme.background)
            # What is hatched behind letters cannot be read.
            words.set_bbox({"facecolor": _colour(block.step, theme), "edgecolor": "none", "pad": 0.6})


def _letters_pt(text: str) -> float:
    return len(text) * _LABEL_PT * style.LETTER_EM + 2.0


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
    activity: Told,
    detection: Detection | None = None,
    match: Match | None = None,
    *,
    ax: T,
    **look: Unpack[Titled],
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
    from retrorun.analysis.analyse import answered
    from retrorun.report.figures.run import draw_pace, shade_backward

    activity, detection, match = answered(activity, detection, match)
    if match is None:
        raise PlanError("there is no plan to draw", hint="give one, or draw another picture")
    if ax is not None:
        panels, columns = style.given_axes(ax, 2), 3
    else:
        above = (0.4 if title is None else 0.7) + 0.2 * (width_in < 6.0)
        figure = style.new_figure(width_in, 4.1 + above, theme=theme, margins_in=(0.75, 0.12, above, 0.52))
        panels = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": (3, 1.2), "hspace": 0.1}).tolist()
        columns = 5 if width_in >= 6.0 else 3
        if title is not None:
            style.say_title(figure, title or match.session.name or "Planned and done", theme)
    draw_pace(panels[0], activity, detection, theme=theme, per_m=per_m)
    shade_backward(panels[0], detection, theme)
    _draw_targets(panels[0], match, theme, per_m)
    for rows in panels[1:]:
        _draw_steps(rows, match, theme)
    planned_s = sum(planned_duration_s(step) for step in match.steps if step.outcome != "repeated")
    for axes in panels:
        style.dress_time_axis(axes, activity, theme=theme, named=axes is panels[-1])
        axes.set_xlim(0.0, max(axes.get_xlim()[1], planned_s))
    hatched = {"facecolor": theme.backward, "edgecolor": theme.background, "hatch": "///"}
    kinds: dict[str, dict[str, Any] | bool] = {
        "run backward": {"facecolor": theme.backward, "alpha": theme.shade_alpha + 0.2},
        "target pace": {"facecolor": "none", "edgecolor": theme.text, "linestyle": _DASHED},
        "forward step": {"facecolor": theme.forward},
        "backward step": any(done.step.direction is Direction.BACKWARD for done in match.steps) and hatched,
        "rest": any(done.step.intensity in _RESTING for done in match.steps) and {"facecolor": theme.quiet},
        "not run": any(map(_skipped, match.steps))
        and {"facecolor": "none", "edgecolor": theme.forward, "linestyle": "--"},
    }
    style.say_legend(panels[0], style.entries(kinds), theme, columns=columns)
    return figure if ax is None else ax


def target_paces(match: Match, per_m: float) -> Iterator[tuple[int, float, float, float, float, bool]]:
    """Number, start, end, fast and slow pace, and whether backward, of each executed step with a range of speed."""
    for index, done in enumerate(match.steps):
        target = done.step.target
        if isinstance(target, values.SpeedRange) and done.start_s is not None and done.end_s is not None:
            backward = done.step.direction is Direction.BACKWARD
            yield index, done.start_s, done.end_s, per_m / target.high_mps, per_m / target.low_mps, backward


def _draw_targets(axes: Axes, match: Match, theme: Theme, per_m: float) -> None:
    """A frame around each executed step's range of pace, on an Axes of paces."""
    from matplotlib.patches import Rectangle

    for index, start_s, end_s, fast, slow, backward in target_paces(match, per_m):
        # A single pace still needs a frame that can be seen.
        low, high = (fast, slow) if slow - fast >= 4.0 else ((fast + slow) / 2 - 2.0, (fast + slow) / 2 + 2.0)
        colour = theme.backward if backward else theme.forward
        frame = Rectangle((start_s, low), end_s - start_s, high - low, facecolor="none", edgecolor=colour)
        frame.set(linestyle=_DASHED, linewidth=1.4, zorder=4, gid=f"target-{index}")
        axes.add_patch(frame)
        fastest, slowest = sorted(axes.get_ylim())
        axes.set_ylim(max(slowest, high + 5.0), min(fastest, low - 5.0))


def _draw_steps(axes: Axes, match: Match, theme: Theme) -> None:
    """Two rows of blocks: planned steps laid end to end, and the steps where they were run."""
    style.dress(axes, theme)
    axes.grid(visible=False)
    axes.set_yticks([1.0, 0.0], ["planned", "done"])
    axes.set_ylim(-0.5, 1.5)
    if not match.steps:
        style.say_missing(axes, "no step of the plan was found", theme)
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
    planned_s = amounts.step_time_s(done.step)
    if planned_s is not None:
        return planned_s
    return done.end_s - done.start_s if done.start_s is not None and done.end_s is not None else GUESSED_S


def _skipped(done: StepMatch) -> bool:
    return done.outcome in ("skipped", "cannot tell")


def _block(axes: Axes, start_s: float, width_s: float, row: float, done: StepMatch, theme: Theme, *, gid: str) -> None:
    """A block in the colour of its direction; backward ones are hatched, rests pale, skipped ones empty."""
    backward, resting = done.step.direction is Direction.BACKWARD, done.step.intensity in _RESTING
    skipped = _skipped(done)
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
