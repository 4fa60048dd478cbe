"""What a session amounts to: steps with time and distance, sums, and profile; as text, and for notebooks."""

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from retrorun import units
from retrorun.session import amounts, model, values, wording
from retrorun.session.model import Direction, Gait, Intensity, Repeat, Session, Step
from retrorun.workout import step_text

# What a picture takes where a session says nothing, so that every step has a width and a height. For pictures only:
# no sum uses these.
DRAWN_AT = amounts.UsualSpeeds(forward_run_mps=2.8, backward_run_mps=1.9, forward_walk_mps=1.3, backward_walk_mps=0.9)
DRAWN_OPEN_S = 60.0  # a step until the lap button, a heart rate or so many calories
MOST_BLOCKS = 2000  # more cannot be told apart; then each repeat is drawn once
WIDTH = 80
_AMOUNTS = 19  # columns for time and distance at the end of a line
_UNKNOWN = "–"
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
        return amounts.planned_speed_mps(self.step) or DRAWN_AT.of(self.step) or 0.0

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
        guessed = any(block.guessed for block in self.blocks)
        remarks = ("each repeat is drawn once", "the length of steps without time or pace is a guess")
        return tuple(remark for remark, true in zip(remarks, (not self.unrolled, guessed), strict=True) if true)


def profile_of(session: Session) -> Profile:
    """The session's steps one after another, every round of every repeat."""
    unrolled = _count(session.steps) <= MOST_BLOCKS
    blocks: list[Block] = []
    start_s = 0.0
    for step in _in_order(session.steps, unrolled=unrolled):
        end_s = start_s + (amounts.step_time_s(step, usual=DRAWN_AT) or DRAWN_OPEN_S)
        blocks.append(Block(start_s=start_s, end_s=end_s, step=step, guessed=amounts.step_time_s(step) is None))
        start_s = end_s
    return Profile(blocks=tuple(blocks), unrolled=unrolled)


def _in_order(steps: tuple[Step | Repeat, ...], *, unrolled: bool) -> Iterator[Step]:
    for item in steps:
        if isinstance(item, Step):
            yield item
            continue
        for body in model.bodies(item, _rounds(item)) if unrolled else (item.steps,):
            yield from _in_order(body, unrolled=unrolled)


def _count(steps: tuple[Step | Repeat, ...]) -> int:
    """How many blocks the steps are, every round drawn."""
    return sum(_rounds(item) * _count(item.steps) if isinstance(item, Repeat) else 1 for item in steps)


def _rounds(repeat: Repeat) -> int:
    """How many rounds of a repeat are drawn; one at least, and one where it cannot be known."""
    return max(round(amounts.rounds_of(repeat, usual=DRAWN_AT) or 1.0), 1)


def session_text(session: Session, *, per_m: float | None = None) -> str:
    """A session for people: name, steps with what each amounts to, sums, and a picture.

    Long ways are by `per_m` metres, else as the session is written.
    """
    per_m = model.written_per_m(session) if per_m is None else per_m
    whole = amounts.amounts(session)
    lines = [", ".join(part for part in (step_text.one_line(session.name), session.setting.value) if part)]
    if session.note:
        lines += _wrapped(step_text.one_line(session.note), "  ")
    lines += ["", *_step_lines(session, whole, per_m), ""]
    lines += [f"{name:<10} {words}" for name, words in _sums(whole, per_m)]
    forward, backward = terminal_strip(session)
    lines += ["", f"forward    {forward}".rstrip(), f"backward   {backward}".rstrip()]
    return "\n".join(lines + [f"           ({remark})" for remark in profile_of(session).remarks])


def session_html(session: Session) -> str:
    """A session as a small table of its steps with what each amounts to; a piece of HTML as `analysis_html` is."""
    from retrorun.report.tables import Table
    from retrorun.report.template import notebook_html

    whole, per_m = amounts.amounts(session), model.written_per_m(session)
    by_place = {each.place: each for each in whole.steps}
    rows: list[tuple[str, ...]] = []
    for place, item in model.walk(session.steps):
        if isinstance(item, Step):
            said = (f"{step_text.length(item.duration)} {_step_words(item)}", *_amount_words(by_place[place], per_m))
        else:
            said = (_repeat_words(item), "", "")
        rows.append((model.number_of(place), *said, step_text.one_line(item.note)))
    steps = Table(headings=("", "step", "time", "distance", "note"), rows=tuple(rows))
    sums = Table(headings=("", ""), rows=tuple(_sums(whole, per_m)))
    title = step_text.one_line(session.name) or "Session"
    return notebook_html(title, step_text.one_line(session.note), [steps, sums], facts=[session.setting.value])


def _step_lines(session: Session, whole: amounts.Amounts, per_m: float) -> Iterator[str]:
    by_place = {each.place: each for each in whole.steps}
    for place, item in model.walk(session.steps):
        indent = " " * 2 * place.count("[")
        if isinstance(item, Repeat):
            note = f": {step_text.one_line(item.note)}" if item.note else ""
            yield from _wrapped(f"{_repeat_words(item)}{note}", indent)
            continue
        words = f"{step_text.length(item.duration):<10} {_step_words(item)}"
        first, *rest = _wrapped(words, indent, width=WIDTH - _AMOUNTS, hang=11)
        time, distance = _amount_words(by_place[place], per_m)
        yield f"{first:<{WIDTH - _AMOUNTS}}{time:>8} {distance:>10}"
        yield from rest
        if item.note:
            yield from _wrapped(step_text.one_line(item.note), indent + " " * 11)


def _wrapped(text: str, indent: str, *, width: int = WIDTH, hang: int = 2) -> list[str]:
    later = indent + " " * hang
    wrap = partial(textwrap.wrap, initial_indent=indent, subsequent_indent=later, break_long_words=False)
    return wrap(text, width=width, break_on_hyphens=False) or [indent.rstrip()]


def _repeat_words(repeat: Repeat) -> str:
    """How often a repeat goes round, e.g. `4 times`."""
    rounds = wording.format_duration(repeat.until) + (" times" if isinstance(repeat.until, values.Times) else "")
    return rounds + (", the last round without its last step" if repeat.skip_last else "")


def _step_words(step: Step) -> str:
    """What to do in a step, e.g. `BACKWARD run, at 6:40-7:20/km`."""
    held = step_text.targets(step)
    facts = (step_text.label(step), held and f"at {held}", step_text.incline(step), step_text.purpose(step))
    return ", ".join(filter(None, facts))


def _amount_words(amount: amounts.StepAmount, per_m: float) -> tuple[str, str]:
    """The time and the distance of one round of a step."""
    time = _UNKNOWN if amount.time_s is None else units.format_clock(amount.time_s)
    return time, units.format_distance(amount.distance_m, per_m=per_m)


def _sums(whole: amounts.Amounts, per_m: float) -> Iterator[tuple[str, str]]:
    """The sums as far as they are known, in all and backward, and the backward share where both are."""
    time_s, distance_m = whole.time_s, whole.distance_m
    ways = partial(units.format_distance, per_m=per_m)
    time = _known(units.format_clock, time_s.total, whole=time_s.whole)
    yield "planned", f"{time}, {_known(ways, distance_m.total, whole=distance_m.whole)}"
    time = _known(units.format_clock, time_s.backward, whole=time_s.split)
    yield "backward", f"{time}, {_known(ways, distance_m.backward, whole=distance_m.split)}"
    shares = [
        f"{units.format_percent(total.backward_share)} of the {name}"
        for name, total in (("time", time_s), ("distance", distance_m))
        if total.backward_share is not None
    ]
    if shares:
        yield "share", ", ".join(shares)


def _known(show: Callable[[float], str], value: float, *, whole: bool) -> str:
    if whole:
        return show(value)
    return f"at least {show(value)}" if value > 0 else "unknown"


def terminal_strip(session: Session, *, columns: int = _STRIP_COLUMNS) -> tuple[str, str]:
    """Two lines of block characters, forward and backward, as wide as they are told: high for running, low for rest."""
    profile = profile_of(session)
    width_s = profile.end_s / columns
    edges_s = np.arange(columns + 1) * width_s
    cover_s = {direction.value: np.zeros((4, columns)) for direction in Direction}
    for block in profile.blocks:
        level = 1 if block.step.intensity is Intensity.REST else 2 if block.step.gait is Gait.WALK else 3
        overlap_s = np.minimum(block.end_s, edges_s[1:]) - np.maximum(block.start_s, edges_s[:-1])
        cover_s[block.step.direction.value][level] += np.maximum(overlap_s, 0.0)
    # What covers most of a column in one direction; a blank where that is next to nothing.
    levels = {
        name: np.where(each.sum(axis=0) < _LEAST_COVER * width_s, 0, each.argmax(axis=0))
        for name, each in cover_s.items()
    }
    forward, backward = ("".join(_LEVELS[name][level] for level in levels[name]) for name in ("forward", "backward"))
    return forward, backward
