"""A session made to fit what holds less: a watch, on request, or another format. Each change is reported.

`lower_session` keeps a session a session; `arrange` gives a format's writer parts with repeats that it can hold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from os import PathLike

from retrorun.errors import WorkoutError
from retrorun.session import model
from retrorun.session.amounts import rounds_of
from retrorun.session.model import Finding, Findings, Intensity, Items, Repeat, Session, Step
from retrorun.session.values import RpeRange, Times
from retrorun.session.wording import format_target, format_until
from retrorun.workout.check import count_steps
from retrorun.workout.devices import Device, find_device
from retrorun.workout.step_text import cut, one_line, read_note, read_repeat_note, repeat_note, step_note


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered:
    """The sessions to compile, one after the other, and every change on the way; places are those of the original."""

    sessions: tuple[Session, ...]
    changes: tuple[Finding, ...] = ()


def without_exertion(session: Session, device: str = "generic") -> Lowered:
    """The session with perceived exertion, for which no watch has a target, in the notes alone."""
    work = _Lowering(find_device(device))
    steps = model.map_steps(session.steps, lambda place, step: work.exertion(step, place))
    return Lowered(sessions=(replace(session, steps=steps),), changes=work.changes.all)


def lower_session(session: Session | str | PathLike[str], device: str = "generic") -> Lowered:
    """A session, or several in its place, that a watch takes as they are.

    Second targets that the watch may ignore go into the note, texts are cut, repeats nested too deep are written out,
    and what is still too long is split into several sessions.

    Args:
        session: what is planned, also in notation or as a file.
        device: a short name out of `retrorun.workout.devices.DEVICES`.

    Raises:
        WorkoutError: a repeat without a count nests too deep or is too long, or too much would have to be written out.
        RetrorunError: text or a file that is no session.
    """
    from retrorun.workout.importing import as_session  # it needs this module

    session = as_session(session)
    work = _Lowering(find_device(device))
    parts = work.split(work.lowered(session.steps, "steps", work.device.nesting.value))
    note = work.shortened("", "note", session.note, cut(session.note, work.device.description_bytes.value))
    suffixes = [f" {number}/{len(parts)}" for number in range(1, len(parts) + 1)] if len(parts) > 1 else [""]
    room = work.device.title_bytes.value - len(suffixes[-1])  # the last number is the longest
    name = work.shortened("", "name", session.name, cut(session.name, room))
    sessions = tuple(
        replace(session, steps=part, name=name + suffix, note=note)
        for part, suffix in zip(parts, suffixes, strict=True)
    )
    return Lowered(sessions=sessions, changes=work.changes.all)


class _Lowering:
    def __init__(self, device: Device) -> None:
        self.device = device
        self.changes = Findings()

    def shortened(self, place: str, what: str, text: str, kept: str) -> str:
        if kept != text:
            self.changes.add(place, f"the {what} is too long for {self.device.name}", f"cut to '{one_line(kept)}'")
        return kept

    def lowered(self, items: Items, place: str, depth: int) -> list[tuple[str, Step | Repeat]]:
        """Steps and repeats that fit, each with its place; repeats stand at most `depth` in one another."""
        made: list[tuple[str, Step | Repeat]] = []
        for index, item in enumerate(items):
            here = f"{place}[{index}]"
            made += [(here, self.step(item, here))] if isinstance(item, Step) else self.repeat(item, here, depth)
            if len(made) > model.MOST_STEPS:
                raise WorkoutError(
                    f"written out it has more than {model.MOST_STEPS} steps", where=here, hint="lower a count"
                )
        return made

    def repeat(self, repeat: Repeat, here: str, depth: int) -> list[tuple[str, Step | Repeat]]:
        inner = f"{here}.repeat"
        if repeat.skip_last and repeat.until == Times(count=1):
            self.changes.add(here, "a repeat of one round leaves out its last step", "that step is not written")
            repeat = replace(repeat, steps=repeat.steps[:-1], skip_last=False)
        if model.nesting(repeat) > depth and isinstance(repeat.until, Times):
            note = f", its note '{one_line(repeat.note)}' left out" if repeat.note else ""
            what = "repeats stand too deep in one another"
            self.changes.add(here, what, f"{repeat.until.count} rounds written out{note}")
            return self.written_out(repeat, repeat.until.count, inner, depth)
        if depth == 0:
            raise WorkoutError("a repeat without a count stands too deep", where=here, hint="give it a count")
        steps = tuple(item for _, item in self.lowered(repeat.steps, inner, depth - 1))
        whole = cut(repeat_note(repeat.note, skip_last=repeat.skip_last), self.device.note_bytes.value)
        kept = self.shortened(here, "note", repeat.note, read_repeat_note(whole)[0])
        return [(here, replace(repeat, steps=steps, note=kept))]

    def written_out(self, repeat: Repeat, count: int, inner: str, depth: int) -> list[tuple[str, Step | Repeat]]:
        made: list[tuple[str, Step | Repeat]] = []
        for steps in model.bodies(repeat, count):
            made += self.lowered(steps, inner, depth)
            if len(made) > model.MOST_STEPS:
                break  # whoever asked refuses it
        return made

    def step(self, step: Step, here: str) -> Step:
        step = self.exertion(step, here)
        if step.secondary_target is not None and not self.device.secondary_targets.value:
            words = f"also {format_target(step.secondary_target)}"
            self.changes.add(here, f"{self.device.name} may ignore a second target", f"the note says '{words}' instead")
            step = replace(step, secondary_target=None, note=f"{words}; {step.note}" if step.note else words)
        whole = cut(step_note(step), self.device.note_bytes.value)
        read = read_note(whole, resting=step.intensity is Intensity.REST)
        return step if read is None else replace(step, note=self.shortened(here, "note", step.note, read.text))

    def exertion(self, step: Step, here: str) -> Step:
        """The step with perceived exertion, for which no watch has a target, in its note alone."""
        held = [target for target in (step.target, step.secondary_target) if target is not None]
        kept = [target for target in held if not isinstance(target, RpeRange)]
        if kept == held:
            return step
        (words,) = [format_target(target) for target in held if isinstance(target, RpeRange)]
        self.changes.add(here, "no watch has a target for perceived exertion", f"the note says '{words}' instead")
        note = step.note if words in step.note.lower() else f"{words}; {step.note}" if step.note else words
        return replace(step, target=kept[0] if kept else None, secondary_target=None, note=note)

    def split(self, items: list[tuple[str, Step | Repeat]]) -> list[Items]:
        """The steps in as few parts as the watch's number of steps asks for, in order."""
        limit = self.device.steps.value
        parts: list[list[Step | Repeat]] = [[]]
        room = limit
        for number, piece in enumerate(self.pieces(items, limit)):
            if number == model.MOST_STEPS:
                raise WorkoutError(f"written out it has more than {model.MOST_STEPS} steps", hint="lower a count")
            size = count_steps((piece,))
            if size > room:
                parts.append([])
                room = limit
            parts[-1].append(piece)
            room -= size
        if len(parts) > 1:
            what = f"the session has too many steps for {self.device.name}"
            self.changes.add("", what, f"split into {len(parts)} sessions")
        return [tuple(part) for part in parts]

    def pieces(self, items: list[tuple[str, Step | Repeat]], limit: int) -> Iterator[Step | Repeat]:
        """The steps again, with the rounds of each repeat that is too long by itself written out."""
        for here, item in items:
            if count_steps((item,)) <= limit or isinstance(item, Step):
                yield item
                continue
            if not isinstance(item.until, Times):
                raise WorkoutError("a repeat without a count is too long", where=here, hint="give it a count")
            self.changes.add(here, "one round is too long for a session", f"{item.until.count} rounds written out")
            for steps in model.bodies(item, item.until.count):
                yield from self.pieces([(here, each) for each in steps], limit)


# ---- for other formats -----------------------------------------------------------------------------------------------

MOST_LINES = 2000  # far beyond any session; a repeat of repeats of repeats would otherwise fill the memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A session in another format, and one finding for each thing that the format holds otherwise than planned."""

    text: str
    findings: tuple[Finding, ...] = ()


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
    """The parts of a session, and what was changed to get them; a format's writer adds to that."""

    parts: tuple[Part, ...]
    findings: Findings


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
    work = _Arranging(format_name=format_name, keeps_skip_last=keeps_skip_last)
    return Arranged(parts=work.parts(session.steps, "steps", depth), findings=work.findings)


@dataclass(slots=True, kw_only=True)
class _Arranging:
    format_name: str
    keeps_skip_last: Callable[[Repeat], bool]
    findings: Findings = field(default_factory=Findings)

    def parts(self, steps: tuple[Step | Repeat, ...], place: str, depth: int) -> tuple[Part, ...]:
        made: list[Part] = []
        for index, item in enumerate(steps):
            here = f"{place}[{index}]"
            made += [Single(place=here, step=item)] if isinstance(item, Step) else self.repeat(item, here, depth)
            if _lines(made) > MOST_LINES:
                what = f"written out for {self.format_name} this is more than {MOST_LINES} lines"
                raise WorkoutError(what, where=here, hint="lower the counts of its repeats")
        return tuple(made)

    def repeat(self, repeat: Repeat, here: str, depth: int) -> list[Part]:
        count = self.count(repeat, here)
        inner = f"{here}.repeat"
        if model.nesting(repeat) > depth:
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
        last = list(self.parts(repeat.steps[:-1], inner, depth)) if repeat.skip_last else body
        return body * (count - 1) + last

    def count(self, repeat: Repeat, here: str) -> int:
        if isinstance(repeat.until, Times):
            return repeat.until.count
        what = f"knows only counted repeats, not 'until {format_until(repeat.until)}'"
        rounds = rounds_of(repeat)
        if rounds is None:
            self.tell(here, f"{what}: 1 round, as the plan does not say how long a round is", "give it a count")
            return 1
        # A hair less, so that 10 rounds of 2:00 for 20:00 do not become 11.
        count = min(999, max(1, math.ceil(rounds - 1e-9)))
        self.tell(here, f"{what}: {_rounds(count)}, reckoned from the plan", "check the count")
        return count

    def tell(self, place: str, what: str, hint: str = "", severity: model.Severity = "warning") -> None:
        self.findings.add(place, f"{self.format_name} {what}", hint, severity)


def _rounds(count: int) -> str:
    return "1 round" if count == 1 else f"{count} rounds"


def _note(repeat: Repeat) -> str:
    parts = [] if isinstance(repeat.until, Times) else [f"until {format_until(repeat.until)}"]
    return "; ".join([*parts, repeat.note] if repeat.note else parts)


def _lines(parts: list[Part] | tuple[Part, ...]) -> int:
    return sum(1 if isinstance(part, Single) else 1 + _lines(part.body) for part in parts)
