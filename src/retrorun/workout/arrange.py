"""A session cut to what a format can hold of repeats: how deep they nest, counts only, no cut last round.

Every format that knows less than the model goes through here, and each thing changed on the way is a finding.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from retrorun.errors import WorkoutError
from retrorun.session.amounts import UsualSpeeds, rounds_of
from retrorun.session.model import Repeat, Session, Step, nesting
from retrorun.session.values import Times
from retrorun.session.wording import format_duration
from retrorun.workout.finding import Finding, Findings, Severity

# Speeds taken where a plan gives none: round figures. Ordinary backward runners stay between 1.4 and 2.5 m/s (Boston
# Marathon backwards in 5:43:59 is 2.04 m/s).
USUAL_SPEEDS = UsualSpeeds(forward_run_mps=2.8, backward_run_mps=1.9, forward_walk_mps=1.4, backward_walk_mps=1.0)
MOST_LINES = 2000  # far beyond any session; a repeat of repeats of repeats would otherwise fill the memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """A step at its place in the session; written-out rounds share a place."""

    place: str
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Parts done `count` times; `skip_last` leaves out the last part of the last round."""

    place: str
    count: int
    body: tuple[Part, ...]
    note: str = ""
    skip_last: bool = False


Part = Single | Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """The parts of a session, and what was changed to get them."""

    parts: tuple[Part, ...]
    findings: tuple[Finding, ...]


def arrange(
    session: Session, *, format_name: str, depth: int, keeps_skip_last: Callable[[Repeat], bool] = lambda _: False
) -> Arranged:
    """A session whose repeats nest at most `depth` deep (0: none at all) and have a count.

    Args:
        session: what to arrange.
        format_name: how the findings call the format.
        depth: levels of repeats that the format can hold. Where there are more, the outer ones are written out.
        keeps_skip_last: whether the format can leave out the last step of this repeat by itself.

    Raises:
        WorkoutError: written out, the session would have more than 2000 lines.
    """
    work = _Work(format_name=format_name, keeps_skip_last=keeps_skip_last, findings=Findings())
    parts = work.parts(session.steps, "steps", depth)
    return Arranged(parts=parts, findings=work.findings.all)


@dataclass(slots=True, kw_only=True)
class _Work:
    format_name: str
    keeps_skip_last: Callable[[Repeat], bool]
    findings: Findings

    def parts(self, steps: tuple[Step | Repeat, ...], place: str, depth: int) -> tuple[Part, ...]:
        made: list[Part] = []
        for index, item in enumerate(steps):
            here = f"{place}[{index}]"
            made += [Single(place=here, step=item)] if isinstance(item, Step) else self.repeat(item, here, depth)
            if _lines(made) > MOST_LINES:
                raise WorkoutError(
                    f"written out for {self.format_name} this is more than {MOST_LINES} lines",
                    where=here,
                    hint="lower the counts of its repeats",
                )
        return tuple(made)

    def repeat(self, repeat: Repeat, here: str, depth: int) -> list[Part]:
        count = self.count(repeat, here)
        inner = f"{here}.repeat"
        if nesting(repeat) > depth:
            why = "repeats" if depth == 0 else f"repeats nested more than {depth} deep"
            self.tell(here, f"holds no {why}: {_rounds(count)} written out", severity="note")
            if repeat.note:
                what = f"has no place for the note of a repeat written out: '{repeat.note}' is left out"
                self.tell(here, what, "put it into a step's note")
            return self.rounds(repeat, count, inner, depth)
        body = self.parts(repeat.steps, inner, depth - 1)
        if not repeat.skip_last or self.keeps_skip_last(repeat):
            return [Group(place=here, count=count, body=body, note=_note(repeat), skip_last=repeat.skip_last)]
        self.tell(here, "cannot leave out a last step: the last round is written out", severity="note")
        last = self.parts(repeat.steps[:-1], inner, depth)
        whole: list[Part] = [Group(place=here, count=count - 1, body=body, note=_note(repeat))] if count > 1 else []
        return [*whole, *last]

    def rounds(self, repeat: Repeat, count: int, inner: str, depth: int) -> list[Part]:
        body = list(self.parts(repeat.steps, inner, depth))
        if len(body) * count > MOST_LINES * 2:  # so that no list of millions is made before it is refused
            count = MOST_LINES // len(body) + 2
        if not repeat.skip_last:
            return body * count
        return body * (count - 1) + list(self.parts(repeat.steps[:-1], inner, depth))

    def count(self, repeat: Repeat, here: str) -> int:
        if isinstance(repeat.until, Times):
            return repeat.until.count
        what = f"knows only counted repeats, not '{_until(repeat)}'"
        rounds = rounds_of(repeat)
        if rounds is None:
            self.tell(here, f"{what}: 1 round, as the plan does not say how long a round is", "give it a count")
            return 1
        # A hair less, so that 10 rounds of 2:00 for 20:00 do not become 11.
        count = min(999, max(1, math.ceil(rounds - 1e-9)))
        self.tell(here, f"{what}: {_rounds(count)}, reckoned from the plan", "check the count")
        return count

    def tell(self, place: str, what: str, hint: str = "", severity: Severity = "warning") -> None:
        self.findings.add(place, f"{self.format_name} {what}", hint, severity)


def _rounds(count: int) -> str:
    return "1 round" if count == 1 else f"{count} rounds"


def _until(repeat: Repeat) -> str:
    words = format_duration(repeat.until)
    return words if words.startswith("until") else f"until {words}"


def _note(repeat: Repeat) -> str:
    parts = [] if isinstance(repeat.until, Times) else [_until(repeat)]
    return "; ".join([*parts, repeat.note] if repeat.note else parts)


def _lines(parts: list[Part] | tuple[Part, ...]) -> int:
    return sum(1 if isinstance(part, Single) else 1 + _lines(part.body) for part in parts)
