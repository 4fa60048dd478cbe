"""What a watch would refuse, cut or change in a session: every problem at once, each with its place and its hint."""

from __future__ import annotations

from collections.abc import Iterator

from retrorun.session.model import Repeat, Session, Step, walk
from retrorun.session.safety import safety_findings
from retrorun.session.values import SpeedRange, Time, Times
from retrorun.workout.devices import Device, find_device
from retrorun.workout.encode import writes_last_round
from retrorun.workout.finding import Finding
from retrorun.workout.labels import cut, repeat_note, step_note
from retrorun.workout.wording import one_line


def check_session(session: Session, device: str = "generic") -> tuple[Finding, ...]:
    """Everything that stands in the way of a session on a watch, the worst first.

    Args:
        session: what is planned.
        device: a short name out of `retrorun.workout.devices.DEVICES`.

    Raises:
        WorkoutError: there is no such device in the table.
    """
    limits = find_device(device)
    found = [*errors_of(session, limits), *_unsafe(session), *_texts(session, limits), *_steps(session, limits)]
    order = {"error": 0, "warning": 1, "note": 2}
    return tuple(sorted(found, key=lambda finding: order[finding.severity]))


def errors_of(session: Session, device: Device, *, skip_last_field: bool = False) -> list[Finding]:
    """What keeps a session from being compiled for a device at all."""
    return [*_too_deep(session, device), *_too_many(session, device, skip_last_field=skip_last_field)]


def count_steps(items: tuple[Step | Repeat, ...], *, skip_last_field: bool = False) -> int:
    """How many steps a watch counts: repeats are steps too, and last rounds that are written out count again."""
    total = 0
    for item in items:
        if isinstance(item, Step):
            total += 1
            continue
        last_round = count_steps(item.steps[:-1], skip_last_field=skip_last_field)
        body = last_round + count_steps(item.steps[-1:], skip_last_field=skip_last_field)
        written_out = writes_last_round(item, skip_last_field=skip_last_field)
        single = written_out and item.until == Times(count=1)
        total += last_round if single else body + 1 + (last_round if written_out else 0)
    return total


def _too_many(session: Session, device: Device, *, skip_last_field: bool) -> Iterator[Finding]:
    count = count_steps(session.steps, skip_last_field=skip_last_field)
    limit = device.steps.value
    if count > limit:
        yield Finding(
            place="",
            what=f"the workout has {count} steps, repeats among them; {device.name} takes {limit}",
            hint="use repeats for what recurs, or let --lower (lower_session) split it",
            severity="error",
        )


def _too_deep(session: Session, device: Device) -> Iterator[Finding]:
    limit = device.nesting.value
    for place, item in walk(session.steps):
        if isinstance(item, Repeat) and place.count("[") == limit + 1:
            yield Finding(
                place=place,
                what=f"this repeat stands in {limit} others; {device.name} takes {limit} in one another",
                hint="write the rounds of one out, or let --lower (lower_session) do it",
                severity="error",
            )


def _unsafe(session: Session) -> Iterator[Finding]:
    for found in safety_findings(session):
        yield Finding(place=found.place, what=found.what, hint=found.hint)


def _texts(session: Session, device: Device) -> Iterator[Finding]:
    yield from _text("", "the session's name", session.name, device.title_bytes.value)
    yield from _text("", "the session's note", session.note, device.description_bytes.value)
    if not session.name:
        yield Finding(place="", what="the session has no name", hint="the watch lists workouts by it", severity="note")
    for place, item in walk(session.steps):
        written_out = isinstance(item, Repeat) and item.skip_last
        whole = repeat_note(item.note, skip_last=written_out) if isinstance(item, Repeat) else step_note(item)
        yield from _text(place, "the note, with the direction before it,", whole, device.note_bytes.value)


def _text(place: str, what: str, text: str, limit: int) -> Iterator[Finding]:
    size = len(text.encode())
    if size > limit:
        end = one_line(cut(text, limit))[-20:]
        yield Finding(
            place=place,
            what=f"{what} takes {size} bytes, {limit} fit; on the watch it ends in '{end}'",
            hint="shorten it",
        )


def _steps(session: Session, device: Device) -> Iterator[Finding]:
    for place, item in walk(session.steps):
        if isinstance(item, Step):
            yield from _step(place, item, device)
        else:
            yield from _repeat(place, item)


def _step(place: str, step: Step, device: Device) -> Iterator[Finding]:
    if step.secondary_target is not None and not device.secondary_targets.value:
        yield Finding(
            place=place,
            what=f"{device.name} may ignore the second target of a run",
            hint="say it in the note as well",
        )
    target = step.target
    if isinstance(target, SpeedRange) and target.low_mps == target.high_mps:
        yield Finding(
            place=place,
            what="the pace is a single one, so the watch calls at every step",
            hint="give a range",
            severity="note",
        )


def _repeat(place: str, repeat: Repeat) -> Iterator[Finding]:
    if isinstance(repeat.until, Times):
        if repeat.skip_last and repeat.until.count == 1:
            yield Finding(
                place=place,
                what="a repeat of one round that leaves out its last step is written as its other steps alone",
                hint="leave the step out, or raise the count",
            )
        elif repeat.skip_last:
            yield Finding(
                place=place,
                what="the watch counts one round less; the last one, without its last step, stands behind the repeat",
                hint="no need to do anything",
                severity="note",
            )
    else:
        kind = "time" if isinstance(repeat.until, Time) else "distance or heart rate"
        yield Finding(
            place=place,
            what=f"a repeat until a {kind} is in the format, but in no workout that a watch was seen to run",
            hint="use a count if the watch refuses it",
            severity="note",
        )
