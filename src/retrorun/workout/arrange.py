"""A session cut to what a format can hold of repeats: how deep they nest, counts only, no cut last round.

Every format that knows less than the model goes through here, and each thing changed on the way is a finding.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from retrorun.errors import WorkoutError
from retrorun.session.model import Distance, Repeat, Session, Step, Time, Times
from retrorun.session.wording import format_duration
from retrorun.workout.estimate import planned_distance_m, planned_time_s
from retrorun.workout.finding import Finding, Severity

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
    work = _Work(format_name=format_name, keeps_skip_last=keeps_skip_last, findings=[])
    parts = work.parts(session.steps, "steps", depth)
    return Arranged(parts=parts, findings=tuple(work.findings))


@dataclass(slots=True, kw_only=True)
class _Work:
    format_name: str
    keeps_skip_last: Callable[[Repeat], bool]
    findings: list[Finding]

    def parts(self, steps: tuple[Step | Repeat, ...], place: str, depth: int) -> tuple[Part, ...]:
        made: list[Part] = []
        for index, item in enumerate(steps):
            here = f"{place}[{index}]"
            made += [Single(place=here, step=item)] if isinstance(item, Step) else self.repeat(item, here, depth)
            if _lines(made) > MOST_LINES:
                raise WorkoutError(
                    f"written out for {self.format_name} this is more than {MOST_LINES} lines",
                    where=here,
                    mend="lower the counts of its repeats",
                )
        return tuple(made)

    def repeat(self, repeat: Repeat, here: str, depth: int) -> list[Part]:
        count = self.count(repeat, here)
        note = _note(repeat)
        inner = f"{here}.repeat"
        if _height(repeat) > depth:
            why = "repeats" if depth == 0 else f"repeats nested more than {depth} deep"
            self.tell(here, f"{self.format_name} holds no {why}: {count} rounds written out", severity="note")
            body = self.parts(repeat.steps, inner, depth)
            return list(self.rounds(repeat, count, body, inner, depth))
        body = self.parts(repeat.steps, inner, depth - 1)
        if not repeat.skip_last or self.keeps_skip_last(repeat):
            return [Group(place=here, count=count, body=body, note=note, skip_last=repeat.skip_last)]
        self.tell(
            here, f"{self.format_name} cannot leave out a last step: the last round is written out", severity="note"
        )
        last = self.last_round(repeat, inner, depth)
        whole: list[Part] = [Group(place=here, count=count - 1, body=body, note=note)] if count > 1 else []
        return [*whole, *last]

    def rounds(self, repeat: Repeat, count: int, body: tuple[Part, ...], inner: str, depth: int) -> tuple[Part, ...]:
        if len(body) * count > MOST_LINES * 2:  # so that no list of millions is made before it is refused
            count = MOST_LINES // len(body) + 1
        if not repeat.skip_last:
            return body * count
        return body * (count - 1) + self.last_round(repeat, inner, depth)

    def last_round(self, repeat: Repeat, inner: str, depth: int) -> tuple[Part, ...]:
        known = len(self.findings)
        parts = self.parts(repeat.steps[:-1], inner, depth)
        del self.findings[known:]  # the whole rounds told of the same repeats already
        return parts

    def count(self, repeat: Repeat, here: str) -> int:
        if isinstance(repeat.until, Times):
            return repeat.until.count
        measure = {Time: planned_time_s, Distance: planned_distance_m}.get(type(repeat.until))
        lengths = [measure(step) for step in repeat.steps] if measure else [None]
        goal = repeat.until.time_s if isinstance(repeat.until, Time) else getattr(repeat.until, "distance_m", 0.0)
        known = [length for length in lengths if length is not None]
        enough = len(known) == len(lengths) and sum(known) > 0
        # A hair less, so that 10 rounds of 2:00 for 20:00 do not become 11.
        rounds = min(999, max(1, math.ceil(goal / sum(known) - 1e-9))) if enough else 1
        what = f"{self.format_name} knows only counted repeats, not '{_until(repeat)}'"
        if enough:
            self.tell(here, f"{what}: {rounds} rounds, reckoned from the plan", "check the count")
        else:
            self.tell(here, f"{what}: 1 round, as the plan does not say how long a round is", "give it a count")
        return rounds

    def tell(self, place: str, what: str, mend: str = "", severity: Severity = "warning") -> None:
        self.findings.append(Finding(place=place, what=what, mend=mend, severity=severity))


def _until(repeat: Repeat) -> str:
    words = format_duration(repeat.until)
    return words if words.startswith("until") else f"until {words}"


def _note(repeat: Repeat) -> str:
    parts = [] if isinstance(repeat.until, Times) else [_until(repeat)]
    return "; ".join([*parts, repeat.note] if repeat.note else parts)


def _height(repeat: Repeat) -> int:
    return 1 + max((_height(step) for step in repeat.steps if isinstance(step, Repeat)), default=0)


def _lines(parts: list[Part] | tuple[Part, ...]) -> int:
    return sum(1 if isinstance(part, Single) else 1 + _lines(part.body) for part in parts)
