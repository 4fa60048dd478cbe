"""What a watch, or another format, cannot hold of a session: found beforehand, and the session made to fit.

`check_session` says what a watch would refuse, cut or change; `lower_session` makes a session that it takes; `arrange`
gives a format's writer parts with repeats that it can hold. Whatever is changed is told, each with its place.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import NamedTuple

from retrorun.errors import WorkoutError
from retrorun.session import amounts, effort, model, safety, values
from retrorun.session.model import Finding, Findings, Intensity, Items, Repeat, Say, Session, Step
from retrorun.session.values import RepeatUntil, RpeRange, Times
from retrorun.session.wording import format_target, format_until
from retrorun.workout.devices import Device, find_device
from retrorun.workout.encode import fit_holds, writes_last_round
from retrorun.workout.step_text import cut, one_line, read_note, read_repeat_note, repeat_note, step_note

MOST_LINES = 2000  # far beyond any session; a repeat of repeats of repeats would otherwise fill the memory
NARROWEST = 0.01  # of a target, as a share of its value; nobody holds a pace or a heart rate so closely


def check_session(session: Session | str | PathLike[str], device: str = "generic") -> tuple[Finding, ...]:
    """Everything that stands in the way of a session on a watch, the worst first.

    Args:
        session: what is planned, also in notation or as a file.
        device: a short name out of `retrorun.workout.devices.DEVICES`.

    Raises:
        WorkoutError: there is no such device in the table.
        RetrorunError: text or a file that is no session.
    """
    from retrorun.workout.importing import as_session  # it needs this module

    session = as_session(session)
    limits = find_device(device)
    found = Findings([*errors_of(session, limits), *safety.safety_findings(session), *safety.implausible(session)])
    _texts(session, limits, found.add)
    for place, item in model.walk(session.steps):
        if isinstance(item, Step):
            _step(place, item, limits, found.add)
        else:
            _repeat(place, item, found.add)
    return tuple(sorted(found.all, key=lambda finding: ("error", "warning", "note").index(finding.severity)))


def errors_of(session: Session, device: Device, *, skip_last_field: bool = False) -> tuple[Finding, ...]:
    """What keeps a session from being compiled for a device at all."""
    found = Findings()
    for each in unresolved(session):
        what = f"{each.what} of the athlete must be known for this effort"
        found.add(each.place, what, f"give --athlete (resolve_session) {each.name}, from {each.hint}", "error")
    limit = device.nesting.value
    for place, item in model.walk(session.steps):
        if isinstance(item, Repeat) and place.count("[") == limit + 1:
            what = f"this repeat stands in {limit} others; {device.name} takes {limit} in one another"
            hint = "write the rounds of one out, or let --lower (lower_session) do it"
            found.add(place, what, hint, "error")
    count = count_steps(session.steps, skip_last_field=skip_last_field)
    if count > device.steps.value:
        what = f"the workout has {count} steps, repeats among them; {device.name} takes {device.steps.value}"
        hint = "use repeats for what recurs, or let --lower (lower_session) split it"
        found.add("", what, hint, "error")
    return found.all


def unresolved(
    session: Session, holds: Callable[[values.Target], bool] = fit_holds
) -> tuple[effort.MissingNumber, ...]:
    """The numbers without which a format, which `holds` some targets as they are, cannot hold those by effort."""

    def rest(_: str, step: Step) -> Step:
        first, second = step.target, step.secondary_target
        if second is not None and holds(second):
            second = None
        if first is not None and holds(first):
            first, second = second, None
        return replace(step, target=first, secondary_target=second)

    return effort.missing_numbers(replace(session, steps=model.map_steps(session.steps, rest)))


def count_steps(items: Items, *, skip_last_field: bool = False) -> int:
    """How many steps a watch counts: repeats are steps too, and last rounds that are written out count again."""
    total = 0
    for item in items:
        if isinstance(item, Step):
            total += 1
            continue
        written_out = writes_last_round(item, skip_last_field=skip_last_field)
        total += count_steps(item.steps[:-1], skip_last_field=skip_last_field) if written_out else 0
        if not written_out or item.until != Times(count=1):
            total += count_steps(item.steps, skip_last_field=skip_last_field) + 1
    return total


def _texts(session: Session, device: Device, say: Say) -> None:
    def held(place: str, what: str, text: str, limit: int) -> None:
        size = len(text.encode())
        if size > limit:
            end = one_line(cut(text, limit))[-20:]
            say(place, f"{what} takes {size} bytes, {limit} fit; on the watch it ends in '{end}'", "shorten it")

    held("", "the session's name", session.name, device.title_bytes.value)
    held("", "the session's note", session.note, device.description_bytes.value)
    if not session.name:
        say("", "the session has no name", "the watch lists workouts by it", "note")
    for place, item in model.walk(session.steps):
        whole = repeat_note(item.note, skip_last=item.skip_last) if isinstance(item, Repeat) else step_note(item)
        held(place, "the note, with the direction before it,", whole, device.note_bytes.value)


def _step(place: str, step: Step, device: Device, say: Say) -> None:
    if step.secondary_target is not None and not device.secondary_targets.value:
        say(place, f"{device.name} may ignore the second target of a run", "say it in the note as well")
    for target in (step.target, step.secondary_target):
        if isinstance(target, values.Range):
            low, high = values.ends_of(target)
            if high - low < NARROWEST * high:
                narrow = "a single value" if low == high else "hardly a range"
                what = f"the {values.quantity_of(target)} is {narrow}, so the watch beeps all the time"
                say(place, what, "give a range, or a tolerance", "note")
        match target:
            case values.Progression():
                hint = "it gets the range of both ends, and the note says so"
                say(place, f"no watch leads '{format_target(target)}'", hint, "note")
            case values.Limit(side="above", value=values.PercentRange(of=values.PercentOf.MAX_HR)):
                what = f"'{format_target(target)}' has no open end on a watch"
                say(place, what, "it is written as a range up to 100 %", "note")


def _repeat(place: str, repeat: Repeat, say: Say) -> None:
    if not isinstance(repeat.until, Times):
        kind = "time" if isinstance(repeat.until, values.Time) else "distance or heart rate"
        what = f"a repeat until a {kind} is in the format, but in no workout that a watch was seen to run"
        say(place, what, "use a count if the watch refuses it", "note")
    elif repeat.skip_last and repeat.until.count == 1:
        what = "a repeat of one round that leaves out its last step is written as its other steps alone"
        say(place, what, "leave the step out, or raise the count")
    elif repeat.skip_last:
        what = "the watch counts one round less; the last one, without its last step, stands behind the repeat"
        say(place, what, "no need to do anything", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """A step at its place in the session; written-out rounds share a place."""

    place: str
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Parts done again and again, `count` times if that is said; `skip_last` leaves out the last one in the end."""

    place: str
    until: RepeatUntil
    body: tuple["Part", ...]
    note: str = ""
    skip_last: bool = False

    @property
    def count(self) -> int:
        """How many rounds there are; 0 where that shows on the way."""
        return self.until.count if isinstance(self.until, Times) else 0


Part = Single | Group


def _item(part: Part) -> Step | Repeat:
    if isinstance(part, Single):
        return part.step
    steps = tuple(map(_item, part.body))
    return Repeat(steps=steps, until=part.until, skip_last=part.skip_last, note=part.note)


class _Layout:
    """The one way through a session to parts, repeats written out that another format cannot hold."""

    most, hint = MOST_LINES, "lower the counts of its repeats"

    def __init__(self, name: str, keeps_skip_last: Callable[[Repeat], bool]) -> None:
        self.name, self.keeps_skip_last = name, keeps_skip_last
        self.too_many = f"written out for {name} this is more than {MOST_LINES} lines"
        self.findings = Findings()
        self.tell = self.findings.add

    def parts(self, items: Items, place: str, depth: int) -> tuple[Part, ...]:
        """The parts of steps and repeats of which at most `depth` may stand in one another."""
        made: list[Part] = []
        for index, item in enumerate(items):
            here = f"{place}[{index}]"
            if isinstance(item, Step):
                made.append(Single(place=here, step=self.step(item, here)))
            else:
                made += self.repeat(item, here, depth)
            if self.size(made) > self.most:
                raise WorkoutError(self.too_many, where=here, hint=self.hint)
        return tuple(made)

    def size(self, parts: Sequence[Part]) -> int:
        return sum(1 if isinstance(part, Single) else 1 + self.size(part.body) for part in parts)

    def step(self, step: Step, _: str) -> Step:
        return step

    def repeat(self, repeat: Repeat, here: str, depth: int) -> tuple[Part, ...]:
        count = self.count(repeat, here)
        if model.nesting(repeat) > depth:
            why = "repeats" if depth == 0 else f"repeats nested more than {depth} deep"
            self.tell(
                here, f"{self.name} holds no {why}: {count} round{'s' * (count > 1)} written out", severity="note"
            )
            if repeat.note:
                what = f"{self.name} has no place for the note of a repeat written out: '{repeat.note}' is left out"
                self.tell(here, what, "put it into a step's note")
            return self.rounds(repeat, count, here, depth)
        until = "" if isinstance(repeat.until, Times) else f"until {format_until(repeat.until)}"
        note = "; ".join(filter(None, [until, repeat.note]))
        body = self.parts(repeat.steps, f"{here}.repeat", depth - 1)
        if not repeat.skip_last or self.keeps_skip_last(repeat):
            return (Group(place=here, until=Times(count=count), body=body, note=note, skip_last=repeat.skip_last),)
        self.tell(here, f"{self.name} cannot leave out a last step: the last round is written out", severity="note")
        last = self.parts(repeat.steps[:-1], f"{here}.repeat", depth)
        return (Group(place=here, until=Times(count=count - 1), body=body, note=note), *last) if count > 1 else last

    def count(self, repeat: Repeat, here: str) -> int:
        if isinstance(repeat.until, Times):
            return repeat.until.count
        rounds = amounts.rounds_of(repeat)
        # A hair less, so that 10 rounds of 2:00 for 20:00 do not become 11.
        count = 1 if rounds is None else min(999, max(1, math.ceil(rounds - 1e-9)))
        why = "as the plan does not say how long a round is" if rounds is None else "reckoned from the plan"
        hint = "give it a count" if rounds is None else "check the count"
        what = f"{self.name} knows only counted repeats, not 'until {format_until(repeat.until)}'"
        self.tell(here, f"{what}: {count} round{'s' * (count > 1)}, {why}", hint)
        return count

    def rounds(self, repeat: Repeat, count: int, here: str, depth: int) -> tuple[Part, ...]:
        """The parts of so many rounds; of far too many, no more than are refused."""
        body = self.parts(repeat.steps, f"{here}.repeat", depth)
        last = self.parts(repeat.steps[:-1], f"{here}.repeat", depth) if repeat.skip_last else body
        return body * min(count - 1, self.most // len(body) + 1) + last


class Arranged(NamedTuple):
    """The parts of a session, and what was changed to get them; a format's writer adds to that."""

    parts: tuple[Part, ...]
    findings: Findings


def arrange(
    session: Session, *, format_name: str, depth: int, keeps_skip_last: Callable[[Repeat], bool] = lambda _: False
) -> Arranged:
    """A session whose repeats nest at most `depth` deep (0: none at all) and have a count.

    Where there are more levels, the outer ones are written out. `keeps_skip_last` is whether the format can leave out
    the last step of a repeat by itself.
    """
    work = _Layout(format_name, keeps_skip_last)
    return Arranged(work.parts(session.steps, "steps", depth), work.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered:
    """The sessions to compile, one after the other, and every change on the way; places are those of the original."""

    sessions: tuple[Session, ...]
    changes: tuple[Finding, ...] = ()


def without_exertion(session: Session, device: str = "generic") -> tuple[Session, tuple[Finding, ...]]:
    """The session with perceived exertion, for which no watch has a target, in the notes alone; what was changed."""
    work = _ForWatch(find_device(device))
    steps = model.map_steps(session.steps, lambda place, step: work.without_exertion(step, place))
    return replace(session, steps=steps), work.findings.all


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
    work = _ForWatch(find_device(device))
    parts = work.split(work.parts(session.steps, "steps", work.device.nesting.value))
    note = work.shortened("", "note", session.note, cut(session.note, work.device.description_bytes.value))
    suffixes = [f" {number}/{len(parts)}" for number in range(1, len(parts) + 1)] if len(parts) > 1 else [""]
    room = work.device.title_bytes.value - len(suffixes[-1])  # the last number is the longest
    name = work.shortened("", "name", session.name, cut(session.name, room))
    sessions = tuple(
        replace(session, steps=part, name=name + suffix, note=note)
        for part, suffix in zip(parts, suffixes, strict=True)
    )
    return Lowered(sessions=sessions, changes=work.findings.all)


class _ForWatch(_Layout):
    """Likewise what a watch cannot hold, steps and notes too; repeats may go on until whatever FIT knows."""

    most, hint = model.MOST_STEPS, "lower a count"

    def __init__(self, device: Device) -> None:
        super().__init__(device.name, lambda _: True)
        self.too_many = f"written out it has more than {model.MOST_STEPS} steps"
        self.device = device

    def shortened(self, place: str, what: str, text: str, kept: str) -> str:
        if kept != text:
            self.tell(place, f"the {what} is too long for {self.name}", f"cut to '{one_line(kept)}'")
        return kept

    def size(self, parts: Sequence[Part]) -> int:
        return len(parts)

    def repeat(self, repeat: Repeat, here: str, depth: int) -> tuple[Part, ...]:
        if repeat.skip_last and repeat.until == Times(count=1):
            self.tell(here, "a repeat of one round leaves out its last step", "that step is not written")
            repeat = replace(repeat, steps=repeat.steps[:-1], skip_last=False)
        if model.nesting(repeat) > depth and isinstance(repeat.until, Times):
            note = f", its note '{one_line(repeat.note)}' left out" if repeat.note else ""
            hint = f"{repeat.until.count} rounds written out{note}"
            self.tell(here, "repeats stand too deep in one another", hint)
            return self.rounds(repeat, repeat.until.count, here, depth)
        if depth == 0:
            raise WorkoutError("a repeat without a count stands too deep", where=here, hint="give it a count")
        body = self.parts(repeat.steps, f"{here}.repeat", depth - 1)
        whole = cut(repeat_note(repeat.note, skip_last=repeat.skip_last), self.device.note_bytes.value)
        kept = self.shortened(here, "note", repeat.note, read_repeat_note(whole)[0])
        return (Group(place=here, until=repeat.until, body=body, note=kept, skip_last=repeat.skip_last),)

    def step(self, step: Step, here: str) -> Step:
        step = self.without_exertion(step, here)
        if step.secondary_target is not None and not self.device.secondary_targets.value:
            words = f"also {format_target(step.secondary_target)}"
            self.tell(here, f"{self.name} may ignore a second target", f"the note says '{words}' instead")
            step = replace(step, secondary_target=None, note=f"{words}; {step.note}" if step.note else words)
        whole = cut(step_note(step), self.device.note_bytes.value)
        read = read_note(whole, resting=step.intensity is Intensity.REST)
        return step if read is None else replace(step, note=self.shortened(here, "note", step.note, read.text))

    def without_exertion(self, step: Step, here: str) -> Step:
        """The step with perceived exertion, for which no watch has a target, in its note alone."""
        held = [target for target in (step.target, step.secondary_target) if target is not None]
        kept = [target for target in held if not isinstance(target, RpeRange)]
        if kept == held:
            return step
        (words,) = [format_target(target) for target in held if isinstance(target, RpeRange)]
        self.tell(here, "no watch has a target for perceived exertion", f"the note says '{words}' instead")
        note = step.note if words in step.note.lower() else f"{words}; {step.note}" if step.note else words
        return replace(step, target=kept[0] if kept else None, secondary_target=None, note=note)

    def split(self, parts: Sequence[Part]) -> list[Items]:
        """The parts in as few sessions as the watch's number of steps asks for, in order."""
        limit = self.device.steps.value
        sessions: list[Items] = [()]
        for number, piece in enumerate(self.pieces(parts, limit)):
            if number == self.most:
                raise WorkoutError(self.too_many, hint=self.hint)
            if count_steps((*sessions[-1], piece)) > limit:
                sessions.append(())
            sessions[-1] += (piece,)
        if len(sessions) > 1:
            self.tell("", f"the session has too many steps for {self.name}", f"split into {len(sessions)} sessions")
        return sessions

    def pieces(self, parts: Sequence[Part], limit: int) -> Iterator[Step | Repeat]:
        """The steps and repeats again, with the rounds of each repeat that is too long by itself written out."""
        for part in parts:
            item = _item(part)
            if count_steps((item,)) <= limit or isinstance(part, Single):
                yield item
                continue
            if not isinstance(part.until, Times):
                raise WorkoutError("a repeat without a count is too long", where=part.place, hint="give it a count")
            self.tell(part.place, "one round is too long for a session", f"{part.count} rounds written out")
            for number in range(1, part.count + 1):
                last = part.skip_last and number == part.count
                yield from self.pieces(part.body[:-1] if last else part.body, limit)
