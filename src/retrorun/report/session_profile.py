"""A session laid out in time for a picture, and the small picture that a terminal shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from retrorun.session.amounts import UsualSpeeds, rounds_of, step_time_s
from retrorun.session.model import Direction, Gait, Intensity, Repeat, Session, Step
from retrorun.session.values import SpeedRange

# What a picture takes where a session says nothing, so that every step has a width and a height. For pictures only:
# no sum uses these.
DRAWN_AT = UsualSpeeds(forward_run_mps=2.8, backward_run_mps=1.9, forward_walk_mps=1.3, backward_walk_mps=0.9)
DRAWN_OPEN_S = 60.0  # a step until the lap button, a heart rate or so many calories

MOST_BLOCKS = 2000  # more cannot be told apart; then each repeat is drawn once
_STRIP_COLUMNS = 68
_LEAST_COVER = 0.25  # of a column, for a direction to show in it
_LEVELS = {"forward": " ▂▄█", "backward": " ▔▀█"}  # from nothing over rest and walk to run


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


def terminal_strip(session: Session, *, columns: int = _STRIP_COLUMNS) -> tuple[str, str]:
    """Two lines of block characters, forward and backward, as wide as they are told: high for running, low for rest."""
    profile = profile_of(session)
    width_s = profile.end_s / columns
    cover = {direction: [[0.0] * 4 for _ in range(columns)] for direction in Direction}
    for block in profile.blocks:
        first, last = int(block.start_s / width_s), min(int(block.end_s / width_s), columns - 1)
        for column in range(min(first, columns - 1), last + 1):
            overlap_s = min(block.end_s, (column + 1) * width_s) - max(block.start_s, column * width_s)
            cover[block.step.direction][column][_level(block.step)] += max(overlap_s, 0.0)
    forward, backward = (
        "".join(_char(cell, width_s, _LEVELS[direction.value]) for cell in cover[direction])
        for direction in (Direction.FORWARD, Direction.BACKWARD)
    )
    return forward, backward


def _in_order(steps: tuple[Step | Repeat, ...], *, unrolled: bool) -> Iterator[Step]:
    for item in steps:
        if isinstance(item, Step):
            yield item
            continue
        rounds = _rounds(item) if unrolled else 1
        for number in range(rounds):
            last = item.skip_last and unrolled and number == rounds - 1
            yield from _in_order(item.steps[:-1] if last else item.steps, unrolled=unrolled)


def _count(steps: tuple[Step | Repeat, ...]) -> int:
    """How many blocks the steps are, every round drawn."""
    return sum(_rounds(item) * _count(item.steps) if isinstance(item, Repeat) else 1 for item in steps)


def _rounds(repeat: Repeat) -> int:
    """How many rounds of a repeat are drawn; one at least, and one where it cannot be known."""
    return max(round(rounds_of(repeat, usual=DRAWN_AT) or 1.0), 1)


def _level(step: Step) -> int:
    if step.intensity is Intensity.REST:
        return 1
    return 2 if step.gait is Gait.WALK else 3


def _char(cell: list[float], width_s: float, levels: str) -> str:
    """The character for what covers most of a column in one direction; a blank where that is next to nothing."""
    if sum(cell) < _LEAST_COVER * width_s:
        return levels[0]
    return levels[max(range(4), key=lambda level: cell[level])]
