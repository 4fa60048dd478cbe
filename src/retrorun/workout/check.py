"""What a watch would refuse, cut or change in a session: every problem at once, each with its place and its hint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from os import PathLike

from retrorun.session import effort, model, safety, values, wording
from retrorun.session.model import Finding, Findings, Repeat, Say, Session, Step, walk
from retrorun.workout.devices import Device, find_device
from retrorun.workout.encode import fit_holds, writes_last_round
from retrorun.workout.step_text import cut, one_line, repeat_note, step_note

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
    for place, item in walk(session.steps):
        if isinstance(item, Step):
            _step(place, item, limits, found.add)
        else:
            _repeat(place, item, found.add)
    order = {"error": 0, "warning": 1, "note": 2}
    return tuple(sorted(found.all, key=lambda finding: order[finding.severity]))


def errors_of(session: Session, device: Device, *, skip_last_field: bool = False) -> tuple[Finding, ...]:
    """What keeps a session from being compiled for a device at all."""
    found = Findings()
    for each in unresolved(session):
        what = f"{each.what} of the athlete must be known for this effort"
        found.add(each.place, what, f"give --athlete (resolve_session) {each.name}, from {each.hint}", "error")
    limit = device.nesting.value
    for place, item in walk(session.steps):
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
    """The numbers without which a format cannot hold a session's targets by effort.

    Args:
        session: what is planned.
        holds: whether the format holds a target as it is.
    """

    def rest(_: str, step: Step) -> Step:
        first, second = step.target, step.secondary_target
        if second is not None and holds(second):
            second = None
        if first is not None and holds(first):
            first, second = second, None
        return replace(step, target=first, secondary_target=second)

    return effort.missing_numbers(replace(session, steps=model.map_steps(session.steps, rest)))


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
        single = written_out and item.until == values.Times(count=1)
        total += last_round if single else body + 1 + (last_round if written_out else 0)
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
    for place, item in walk(session.steps):
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
                say(place, f"no watch leads '{wording.format_target(target)}'", hint, "note")
            case values.Limit(side="above", value=values.PercentRange(of=values.PercentOf.MAX_HR)):
                what = f"'{wording.format_target(target)}' has no open end on a watch"
                say(place, what, "it is written as a range up to 100 %", "note")


def _repeat(place: str, repeat: Repeat, say: Say) -> None:
    if not isinstance(repeat.until, values.Times):
        kind = "time" if isinstance(repeat.until, values.Time) else "distance or heart rate"
        what = f"a repeat until a {kind} is in the format, but in no workout that a watch was seen to run"
        say(place, what, "use a count if the watch refuses it", "note")
    elif repeat.skip_last and repeat.until.count == 1:
        what = "a repeat of one round that leaves out its last step is written as its other steps alone"
        say(place, what, "leave the step out, or raise the count")
    elif repeat.skip_last:
        what = "the watch counts one round less; the last one, without its last step, stands behind the repeat"
        say(place, what, "no need to do anything", "note")
