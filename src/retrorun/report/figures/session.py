"""A session as a picture: forward above the line, backward below it, as long and as fast as planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, overload

from retrorun.report.figures.style import (
    LETTER_EM,
    LIGHT,
    NARROW_IN,
    Theme,
    dress_clock,
    given_axes,
    is_narrow,
    new_figure,
    say_legend,
    width_of,
)
from retrorun.session.amounts import UsualSpeeds, rounds_of, step_time_s
from retrorun.session.model import Direction, Intensity, Repeat, Session, Setting, Slope, Step, bodies
from retrorun.session.values import SpeedRange
from retrorun.session.wording import format_target
from retrorun.workout.importing import as_session

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LABEL_PT, _SMALLEST_PT = 7.0, 5.0  # letters of a pace; a block narrower than they are high has no room for it
_HIGH_PT = 170.0  # of the axes in a picture of its own
_RESTING = (Intensity.RECOVERY, Intensity.REST)
_EASY = (Intensity.WARMUP, Intensity.COOLDOWN)

# What a picture takes where a session says nothing, so that every step has a width and a height. For pictures only:
# no sum uses these.
DRAWN_AT = UsualSpeeds(forward_run_mps=2.8, backward_run_mps=1.9, forward_walk_mps=1.3, backward_walk_mps=0.9)
DRAWN_OPEN_S = 60.0  # a step until the lap button, a heart rate or so many calories

PlanLike = Session | str | PathLike[str]

MOST_BLOCKS = 2000  # more cannot be told apart; then each repeat is drawn once


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A step as it is drawn, from `start_s` to `end_s`; `guessed` where its length is not known."""

    start_s: float
    end_s: float
    step: Step
    guessed: bool

    @property
    def speed_mps(self) -> float:
        """The height of the block: the middle of its target, or what such a step is drawn at [m/s]."""
        for target in (self.step.target, self.step.secondary_target):
            if isinstance(target, SpeedRange):
                return (target.low_mps + target.high_mps) / 2
        return DRAWN_AT.of(self.step) or 0.0

    @property
    def height_mps(self) -> float:
        """Its speed, below zero where it is run backward."""
        return -self.speed_mps if self.step.direction is Direction.BACKWARD else self.speed_mps


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A session laid out in time; `unrolled` unless it has too many rounds to draw each."""

    blocks: tuple[Block, ...]
    unrolled: bool

    @property
    def end_s(self) -> float:
        """How long the picture is [s]."""
        return self.blocks[-1].end_s

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the picture takes for granted."""
        remarks = []
        if not self.unrolled:
            remarks.append("each repeat is drawn once")
        if any(block.guessed for block in self.blocks):
            remarks.append("the length of steps without time or pace is a guess")
        return tuple(remarks)


def profile_of(session: Session) -> Profile:
    """The session's steps one after another, every round of every repeat."""
    unrolled = _count(session.steps) <= MOST_BLOCKS
    blocks: list[Block] = []
    start_s = 0.0
    for step in _in_order(session.steps, unrolled=unrolled):
        time_s = step_time_s(step)
        length_s = step_time_s(step, usual=DRAWN_AT) or DRAWN_OPEN_S
        blocks.append(Block(start_s=start_s, end_s=start_s + length_s, step=step, guessed=time_s is None))
        start_s += length_s
    return Profile(blocks=tuple(blocks), unrolled=unrolled)


def _in_order(steps: tuple[Step | Repeat, ...], *, unrolled: bool) -> Iterator[Step]:
    for item in steps:
        if isinstance(item, Step):
            yield item
            continue
        for body in bodies(item, _rounds(item)) if unrolled else (item.steps,):
            yield from _in_order(body, unrolled=unrolled)


def _count(steps: tuple[Step | Repeat, ...]) -> int:
    """How many blocks the steps are, every round drawn."""
    return sum(_rounds(item) * _count(item.steps) if isinstance(item, Repeat) else 1 for item in steps)


def _rounds(repeat: Repeat) -> int:
    """How many rounds of a repeat are drawn; one at least, and one where it cannot be known."""
    return max(round(rounds_of(repeat, usual=DRAWN_AT) or 1.0), 1)


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
        return draw_session(given_axes(ax, 1)[0], session, theme=theme)
    more_in = 0.5 * (width_in < NARROW_IN)  # the legend stands between title and picture where it has no room beside
    figure = new_figure(width_in, 3.4 + more_in, theme=theme, margins_in=(0.35, 0.1, 0.55 + more_in, 0.45))
    draw_session(figure.subplots(), session, theme=theme)
    return figure


def draw_session(axes: Axes, session: Session, *, theme: Theme = LIGHT) -> Axes:
    """Draw the profile on axes: time across, speed up for forward and down for backward; hatched where uphill."""
    profile = profile_of(session)
    axes.set_facecolor(theme.background)
    for index, block in enumerate(profile.blocks):
        _draw_block(axes, block, theme, name=f"step-{index}")
    _write_paces(axes, profile, theme)
    axes.axhline(0.0, color=theme.text, linewidth=1.0)
    fastest = max(block.speed_mps for block in profile.blocks)
    axes.set_ylim(-1.2 * fastest, 1.2 * fastest)
    axes.set_xlim(0.0, profile.end_s)
    dress_clock(axes, profile.end_s)
    axes.set_yticks([-fastest / 2, fastest / 2], ["backward", "forward"], rotation=90, va="center")
    axes.tick_params(colors=theme.text, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    if profile.remarks:
        axes.set_xlabel("; ".join(profile.remarks), color=theme.quiet, fontsize=8)
    setting = "" if session.setting is Setting.ROAD else f" · {session.setting.value}"
    title = f"{' '.join(session.name.split()) or 'Session'}{setting}"
    pad = 40.0 if is_narrow(axes) else 6.0
    axes.set_title(title, color=theme.text, fontsize=11, loc="left", pad=pad, parse_math=False)
    _explain(axes, profile, theme)
    return axes


def _draw_block(axes: Axes, block: Block, theme: Theme, *, name: str) -> None:
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
    bar.set_gid(name)


def _colour(step: Step, theme: Theme) -> str:
    """Grey for a rest, whatever its direction: it is not what the session is for."""
    if step.intensity in _RESTING:
        return theme.quiet
    return theme.backward if step.direction is Direction.BACKWARD else theme.forward


def _write_paces(axes: Axes, profile: Profile, theme: Theme) -> None:
    """The target of each block beyond its end, in one line or two, or on end within it where it is too narrow."""
    wide_pt, high_pt = width_of(axes) * 72.0, _HIGH_PT / (2.4 * max(block.speed_mps for block in profile.blocks))
    for block in profile.blocks:
        room_pt = (block.end_s - block.start_s) / profile.end_s * wide_pt
        if block.step.target is None or room_pt < _LABEL_PT:
            continue
        text, backward = format_target(block.step.target), block.height_mps < 0
        lines = text if room_pt >= _letters_pt(text) else text.replace("-", "-\n")
        flat = room_pt >= max(map(_letters_pt, lines.split("\n")))
        size_pt = _LABEL_PT if flat else min(_LABEL_PT, _LABEL_PT * block.speed_mps * high_pt / _letters_pt(text))
        axes.annotate(
            lines if flat else text,
            ((block.start_s + block.end_s) / 2, block.height_mps if flat else 0.0),
            xytext=(0, (-3 if backward else 3)),
            textcoords="offset points",
            ha="center",
            va="top" if backward else "bottom",
            rotation=0 if flat else 90,
            fontsize=max(size_pt, _SMALLEST_PT),
            color=theme.text if flat else theme.background,
            # What is hatched behind letters cannot be read.
            bbox=None if flat else {"facecolor": _colour(block.step, theme), "edgecolor": "none", "pad": 0.6},
        )


def _letters_pt(text: str) -> float:
    return len(text) * _LABEL_PT * LETTER_EM + 2.0


def _explain(axes: Axes, profile: Profile, theme: Theme) -> None:
    from matplotlib.patches import Patch

    steps = [block.step for block in profile.blocks]
    colours = {_colour(step, theme) for step in steps}
    shown = (
        ("forward", theme.forward, 1.0, None, theme.forward in colours),
        ("backward", theme.backward, 1.0, None, theme.backward in colours),
        ("warm-up, cool-down", theme.forward, 0.55, None, any(step.intensity in _EASY for step in steps)),
        ("rest", theme.quiet, 1.0, None, theme.quiet in colours),
        ("uphill", theme.forward, 1.0, "//", any(step.slope is Slope.UPHILL for step in steps)),
    )
    handles = [
        Patch(facecolor=colour, alpha=alpha, hatch=hatch, edgecolor=theme.background, label=name)
        for name, colour, alpha, hatch, there in shown
        if there
    ]
    say_legend(axes, handles, theme=theme, columns=3 if is_narrow(axes) else len(handles))
