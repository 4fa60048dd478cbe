"""A session as a picture: forward above the line, backward below it, as long and as fast as planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrorun.report.palette import LIGHT, Theme
from retrorun.report.session_profile import Block, profile_of
from retrorun.session.model import Direction, Intensity, Session, Setting, Slope
from retrorun.session.wording import format_target
from retrorun.units import format_clock

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LABEL_SHARE = 0.05  # of the picture's width; a narrower block has no room for its pace
_QUIET = (Intensity.WARMUP, Intensity.COOLDOWN, Intensity.RECOVERY, Intensity.REST)


def figure_session(session: Session, *, theme: Theme = LIGHT) -> Figure:
    """The profile of a session, 10 by 3 inches."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 3.0), facecolor=theme.background, layout="constrained")
    draw_session(figure.subplots(), session, theme=theme)
    return figure


def draw_session(axes: Axes, session: Session, *, theme: Theme = LIGHT) -> None:
    """Draw the profile on axes: time across, speed up for forward and down for backward; hatched where uphill."""
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    profile = profile_of(session)
    axes.set_facecolor(theme.background)
    for index, block in enumerate(profile.blocks):
        _draw_block(axes, block, theme, name=f"step-{index}")
        if block.end_s - block.start_s > _LABEL_SHARE * profile.end_s:
            _write_pace(axes, block, theme)
    axes.axhline(0.0, color=theme.text, linewidth=1.0)
    fastest = max(block.speed_mps for block in profile.blocks)
    axes.set_ylim(-1.15 * fastest, 1.15 * fastest)
    axes.set_xlim(0.0, profile.end_s)
    axes.xaxis.set_major_locator(MultipleLocator(_tick_s(profile.end_s)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_clock(value)))
    axes.set_yticks([-fastest / 2, fastest / 2], ["backward", "forward"], rotation=90, va="center")
    axes.tick_params(colors=theme.text, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    if profile.remarks:
        axes.set_xlabel("; ".join(profile.remarks), color=theme.quiet, fontsize=8)
    setting = "" if session.setting is Setting.ROAD else f" · {session.setting.value}"
    title = f"{' '.join(session.name.split()) or 'Session'}{setting}"
    axes.set_title(title, color=theme.text, fontsize=11, loc="left", parse_math=False)


def _draw_block(axes: Axes, block: Block, theme: Theme, *, name: str) -> None:
    backward = block.step.direction is Direction.BACKWARD
    (bar,) = axes.bar(
        block.start_s,
        -block.speed_mps if backward else block.speed_mps,
        width=block.end_s - block.start_s,
        align="edge",
        color=theme.backward if backward else theme.forward,
        alpha=0.55 if block.step.intensity in _QUIET else 1.0,
        edgecolor=theme.background,
        linewidth=0.4,
        hatch="//" if block.step.slope is Slope.UPHILL else None,
        linestyle="--" if block.guessed else "-",
    )
    bar.set_gid(name)


def _write_pace(axes: Axes, block: Block, theme: Theme) -> None:
    if block.step.target is None:
        return
    backward = block.step.direction is Direction.BACKWARD
    axes.annotate(
        format_target(block.step.target),
        ((block.start_s + block.end_s) / 2, -block.speed_mps if backward else block.speed_mps),
        xytext=(0, -3 if backward else 3),
        textcoords="offset points",
        ha="center",
        va="top" if backward else "bottom",
        fontsize=7,
        color=theme.text,
    )


def _tick_s(end_s: float) -> float:
    """Five to ten ticks, at times that people count in."""
    steps = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400)
    return float(next((step for step in steps if end_s / step <= 10), end_s / 5))
