"""The raw steps of a FIT workout as a session, whoever wrote them. The way there is in `retrorun.workout.encode`."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from retrorun.errors import SessionError, WorkoutError
from retrorun.fit.plan import FileIdentity, Plan, PlanStep
from retrorun.fit.step_values import HIKING, REPEATS, RUNNING, WALKING, IntensityCode, SubSport
from retrorun.fit.words import SPORT, SUB_SPORT, word
from retrorun.session.model import MOST_STEPS, Direction, Gait, Intensity, Repeat, Session, Setting, Step
from retrorun.session.values import Times
from retrorun.workout.encode import INTENSITIES, SUB_SPORTS
from retrorun.workout.finding import Finding
from retrorun.workout.fold import Node, fold, places_of
from retrorun.workout.labels import Label, backward_word, read_name, read_note, read_repeat_note
from retrorun.workout.values import Values

_INTENSITIES = {int(code): intensity for intensity, code in INTENSITIES.items()}
_SETTINGS = {int(sub_sport): setting for setting, sub_sport in SUB_SPORTS.items()} | {
    int(SubSport.STREET): Setting.ROAD
}
_INDEX_MASK = 0x0FFF  # the bits above it are marks, e.g. "selected" (FIT profile, message_index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decompiled:
    """A session out of a FIT file, and what the file says that the session does not.

    Args:
        session: what is planned.
        findings: what was left out, repaired or guessed; places are those in `session`.
        identity: the `file_id` of the workout file, also where a recording repeats it; None for a plan on its own.
        places: for each raw step's index the place in `session`, e.g. `steps[2].repeat[0]`; laps of a recording carry
            that index. The steps of a last round that was written out have the places of the round's steps.
    """

    session: Session
    findings: tuple[Finding, ...] = ()
    identity: FileIdentity | None = None
    places: Mapping[int, str] = field(default_factory=dict, hash=False)


def decompile_plan(plan: Plan) -> Decompiled:
    """A session out of a raw plan, from a workout file or embedded in a recording.

    Raises:
        WorkoutError: it has no step, or its repeats point nowhere.
    """
    return _Reader(plan).decompiled()


class _Reader:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.remarks: list[tuple[int | None, str, str]] = []  # raw index (None: the whole), what, hint

    def say(self, index: int | None, what: str, hint: str) -> None:
        self.remarks.append((index, what, hint))

    def decompiled(self) -> Decompiled:
        count = len(self.plan.steps)
        if not 1 <= count <= MOST_STEPS:
            raise WorkoutError(f"the workout has {count or 'no'} steps", hint=f"a session has 1 to {MOST_STEPS}")
        try:
            nodes = fold(self._tree(self._ordered()), self.say)
            session = self._session(tuple(node.item for node in nodes))
        except SessionError as error:
            raise WorkoutError(
                f"the workout is no session: {error.what}", where=error.where, hint=error.hint
            ) from error
        places = places_of(nodes)
        findings = tuple(
            Finding(place="" if index is None else places.get(index, ""), what=what, hint=hint)
            for index, what, hint in self.remarks
        )
        return Decompiled(session=session, findings=findings, places=places)

    def _ordered(self) -> list[PlanStep]:
        """The steps by their index; numbered anew where two have the same."""
        steps = [replace(step, index=step.index & _INDEX_MASK) for step in self.plan.steps]
        if len({step.index for step in steps}) == len(steps):
            return sorted(steps, key=lambda step: step.index)
        self.say(None, "two steps have the same index", "they are taken in the order in which they stand")
        return [replace(step, index=index) for index, step in enumerate(steps)]

    def _tree(self, steps: list[PlanStep]) -> list[Node]:
        nodes: list[Node] = []
        for step in steps:
            if step.duration_type in REPEATS:
                nodes = self._closed(nodes, step)
            else:
                nodes.append(Node(item=self._step(step), start=step.index, indices=(step.index,)))
        return nodes

    def _closed(self, nodes: list[Node], step: PlanStep) -> list[Node]:
        """The nodes with those that a repeat step points back to made its body."""
        starts = [node.start for node in nodes]
        if step.duration_value not in starts:
            raise WorkoutError(
                f"the repeat in step {step.index} begins at step {step.duration_value}, where no step or repeat begins",
                where=f"workout_step {step.index}",
                hint="its first step must stand before it, and not inside another repeat",
            )
        at = starts.index(step.duration_value)
        body = tuple(fold(nodes[at:], self.say))
        node = self._repeat(step, body)
        return [*nodes[:at], replace(node, start=body[0].start)]

    def _repeat(self, step: PlanStep, body: tuple[Node, ...]) -> Node:
        values = Values(step=step, embedded=self.plan.embedded, say=lambda what, hint: self.say(step.index, what, hint))
        text, written_out = read_repeat_note(self._text(step.notes, step.index))
        until, skip_last = values.until(), step.skip_last
        if skip_last and (not isinstance(until, Times) or len(body) < 2):
            skip_last = False
            self.say(step.index, "the repeat leaves out the last step of its last round", "that is not taken over")
        item = Repeat(steps=tuple(node.item for node in body), until=until, skip_last=skip_last, note=text)
        return Node(item=item, start=step.index, indices=(step.index,), children=body, written_out=written_out)

    def _step(self, step: PlanStep) -> Step:
        values = Values(step=step, embedded=self.plan.embedded, say=lambda what, hint: self.say(step.index, what, hint))
        intensity = self._intensity(step)
        label = self._fitting(self._label(step, intensity), step.index)
        target, second = values.target(), values.secondary_target()
        if target is None:
            target, second = second, None
        made = Step(
            duration=values.duration(),
            direction=label.direction,
            gait=label.gait,
            intensity=intensity,
            target=target,
            slope=label.slope,
            incline_pct=label.incline_pct,
            note=label.text,
        )
        try:
            return replace(made, secondary_target=second)
        except SessionError as error:
            self.say(step.index, error.what, "the second target is left out")
            return made

    def _intensity(self, step: PlanStep) -> Intensity:
        if step.intensity is None:
            return Intensity.ACTIVE
        known = _INTENSITIES.get(step.intensity)
        if known is None:
            name = "other" if step.intensity == IntensityCode.OTHER else "unknown to the FIT profile"
            self.say(step.index, f"the step's intensity is {step.intensity} ({name})", "taken as active")
            return Intensity.ACTIVE
        return known

    def _label(self, step: PlanStep, intensity: Intensity) -> Label:
        """What name and note say about the direction: in our own words first, else by what others call it."""
        name, note = self._text(step.name, step.index), self._text(step.notes, step.index)
        resting = intensity is Intensity.REST
        by_name, by_note = read_name(name, resting=resting), read_note(note, resting=resting)
        if by_note is not None:
            if by_name is not None and by_name.direction is not by_note.direction:
                self.say(step.index, f"name {name!r} and note {note!r} disagree on the direction", "the note counts")
            return by_note if by_name is not None else replace(by_note, text=_joined(name, by_note.text))
        if by_name is not None:
            return replace(by_name, text=note)
        found = backward_word(f"{name}\n{note}")
        if found:
            self.say(step.index, f"the direction is taken from the word {found!r}", "taken as backward")
        return Label(
            direction=Direction.BACKWARD if found else Direction.FORWARD,
            gait=Gait.WALK if self.plan.sport in (WALKING, HIKING) else Gait.RUN,
            text=_joined(name, note),
        )

    def _fitting(self, label: Label, index: int) -> Label:
        """The label without what does not go with where the session takes place."""
        indoors = _SETTINGS.get(self.plan.sub_sport or 0) is Setting.TREADMILL
        if label.slope is not None and indoors:
            self.say(index, f"{label.slope.value} on a treadmill", "left out")
            return replace(label, slope=None)
        if label.incline_pct is not None and not indoors:
            self.say(index, f"an incline of {label.incline_pct:g} % away from a treadmill", "left out")
            return replace(label, incline_pct=None)
        return label

    def _text(self, text: str, index: int | None) -> str:
        clean = "".join(
            " " if char != "\n" and unicodedata.category(char) in ("Cc", "Cs") else char
            for char in text.replace("\r\n", "\n")
        )
        if clean != text.replace("\r\n", "\n"):
            self.say(index, "a text holds characters that cannot be shown", "blanks stand for them")
        return clean.strip()

    def _session(self, steps: tuple[Step | Repeat, ...]) -> Session:
        plan = self.plan
        if plan.sport != RUNNING:
            self.say(None, f"the sport is {word(SPORT, plan.sport, prefix='number') or 'not said'}", "taken as running")
        setting = _SETTINGS.get(plan.sub_sport or 0)
        if setting is None:
            setting = Setting.TREADMILL if plan.sub_sport == SubSport.INDOOR_RUNNING else Setting.ROAD
            said = word(SUB_SPORT, plan.sub_sport, prefix="number")
            if said != setting.value:  # cyclists have a road of their own
                self.say(None, f"the kind of sport is {said}", f"taken as {setting.value}")
        plain = sum(step.duration_type not in REPEATS for step in plan.steps)
        if plan.num_valid_steps not in (None, len(plan.steps), plain):  # old files do not count the repeats
            self.say(
                None, f"the workout counts {plan.num_valid_steps} steps and has {len(plan.steps)}", "all are taken"
            )
        return Session(
            steps=steps, name=self._text(plan.name, None), note=self._text(plan.description, None), setting=setting
        )


def _joined(name: str, note: str) -> str:
    return f"{name}: {note}" if name and note else name or note
