"""The raw steps of a FIT workout as a session, whoever wrote them. The way there is in `retrorun.workout.encode`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from retrorun.errors import SessionError, WorkoutError
from retrorun.fit.step_values import HIKING, REPEATS, RUNNING, WALKING, DurationType, IntensityCode, SubSport
from retrorun.fit.words import SPORT, SUB_SPORT, word
from retrorun.fit.workout_message import FileIdentity, RawStep, RawWorkout
from retrorun.session import model
from retrorun.session.model import Direction, Gait, Intensity, Repeat, Session, Setting, Step
from retrorun.session.values import Progression, RpeRange, Target, Times, retold
from retrorun.workout.encode import INTENSITIES, SUB_SPORTS, Habits, StepDecoder, hull
from retrorun.workout.step_text import Label, clean, label_of, read_name, read_note, read_repeat_note

_INTENSITIES = {int(code): intensity for intensity, code in INTENSITIES.items()}
_SETTINGS = {int(sub_sport): setting for setting, sub_sport in SUB_SPORTS.items()} | {
    int(SubSport.STREET): Setting.ROAD
}
_INDEX_MASK = 0x0FFF  # the bits above it are marks, e.g. "selected" (FIT profile, message_index)
_RUNNING = (32, 52)  # exercise categories "run" and "run_indoor"
_RPE = re.compile(r"\bRPE\s*[:=]?\s*(?P<low>\d{1,2})(?:\s*[-–]\s*(?P<high>\d{1,2}))?(?![\d.,]*\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decompiled:
    """A session out of another format, and what that says beyond the session.

    Args:
        session: what is planned.
        findings: what was left out, repaired or guessed; places are those in `session`.
        identity: the `file_id` of a FIT workout, also where a recording repeats it; None for other formats.
        places: for each raw step's index the place in `session`, e.g. `steps[2].repeat[0]`; laps of a recording carry
            that index. The steps of a last round that was written out have the places of the round's steps.
    """

    session: Session
    findings: tuple[model.Finding, ...] = ()
    identity: FileIdentity | None = None
    places: Mapping[int, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A session in another format, and one finding for each thing that the format holds otherwise than planned."""

    text: str
    findings: tuple[model.Finding, ...] = ()


def decode(workout: RawWorkout, *, ours: bool) -> Decompiled:
    """A session out of a raw workout; `ours` is whether this library wrote it, so that its directions are certain.

    Raises:
        WorkoutError: it has no step, or its repeats point nowhere.
    """
    return _Reader(workout, ours=ours).decompiled()


class _Reader:
    def __init__(self, workout: RawWorkout, *, ours: bool) -> None:
        self.workout = workout
        self.ours = ours
        walking = workout.sport in (WALKING, HIKING)
        self.usual_gait = Gait.WALK if walking else Gait.RUN
        self.habits = Habits.of(workout, ours=ours, walking=walking)
        self.remarks: list[tuple[int | None, str, str]] = []  # raw index (None: the whole), what, hint

    def say(self, index: int | None, what: str, hint: str) -> None:
        self.remarks.append((index, what, hint))

    def decompiled(self) -> Decompiled:
        count = len(self.workout.steps)
        if not 1 <= count <= model.MOST_STEPS:
            raise WorkoutError(f"the workout has {count or 'no'} steps", hint=f"a session has 1 to {model.MOST_STEPS}")
        with retold(WorkoutError, lead="the workout is no session: "):
            nodes = fold(self._tree(self._ordered()), self.say)
            session = self._session(tuple(node.item for node in nodes))
        places = places_of(nodes)
        findings = dict.fromkeys(
            model.Finding(place="" if index is None else places.get(index, ""), what=what, hint=hint)
            for index, what, hint in self.remarks
        )
        return Decompiled(session=session, findings=tuple(findings), places=places)

    def _ordered(self) -> list[RawStep]:
        """The steps by their index; numbered anew where two have the same."""
        steps = [replace(step, index=step.index & _INDEX_MASK) for step in self.workout.steps]
        if len({step.index for step in steps}) == len(steps):
            return sorted(steps, key=lambda step: step.index)
        self.say(None, "two steps have the same index", "they are taken in the order in which they stand")
        return [replace(step, index=index) for index, step in enumerate(steps)]

    def _tree(self, steps: list[RawStep]) -> list[Node]:
        nodes: list[Node] = []
        for step in steps:
            if step.duration_type in REPEATS:
                nodes = self._closed(nodes, step)
            else:
                nodes.append(Node(item=self._step(step), start=step.index, indices=(step.index,)))
        return nodes

    def _closed(self, nodes: list[Node], step: RawStep) -> list[Node]:
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

    def _repeat(self, step: RawStep, body: tuple[Node, ...]) -> Node:
        decoder = self._decoder(step)
        text, written_out = read_repeat_note(self._text(step.notes, step.index))
        until, skip_last = decoder.until(), step.skip_last
        if skip_last and (not isinstance(until, Times) or len(body) < 2):
            skip_last = False
            self.say(step.index, "the repeat leaves out the last step of its last round", "that is not taken over")
        item = Repeat(steps=tuple(node.item for node in body), until=until, skip_last=skip_last, note=text)
        return Node(item=item, start=step.index, indices=(step.index,), children=body, written_out=written_out)

    def _decoder(self, step: RawStep) -> StepDecoder:
        return StepDecoder(step=step, habits=self.habits, say=lambda what, hint: self.say(step.index, what, hint))

    def _step(self, step: RawStep) -> Step:
        decoder = self._decoder(step)
        intensity = self._intensity(step)
        label = self._fitting(self._label(step, intensity), step.index)
        target, second, text = with_progressions(
            decoder.target("target"), decoder.target("secondary_target"), label.text
        )
        if target is None and not label.marked:
            target = self._exertion(text, step.index)
        guessed = not (self.ours or (label.marked and not self.workout.embedded))
        note = ": ".join(filter(None, [self._exercise(step), text]))
        made = replace(label, marked=label.marked and not guessed).on(
            Step(duration=decoder.duration(), intensity=intensity, target=target, note=note)
        )
        try:
            return replace(made, secondary_target=second)
        except SessionError as error:
            self.say(step.index, error.what, "the second target is left out")
            return made

    def _exertion(self, text: str, index: int) -> RpeRange | None:
        """Perceived exertion that another maker's note asks for; 1 to 10 only, as Borg's older scale goes to 20."""
        found = _RPE.search(text)
        if found is None:
            return None
        low, high = int(found["low"]), int(found["high"] or found["low"])
        if not 1 <= low <= high <= 10:
            return None
        self.say(index, f"the note asks for {found.group()!r}", "taken as the target, perceived exertion")
        return RpeRange(low_rpe=low, high_rpe=high)

    def _exercise(self, step: RawStep) -> str:
        """The exercise of a step in words; empty for plain running."""
        parts = []
        plain = step.exercise_category in _RUNNING and not step.exercise_name
        if step.exercise_category is not None and not plain:
            parts.append(_exercise_name(step.exercise_category, step.exercise_name))
        if step.exercise_weight:
            parts.append(f"{step.exercise_weight / 100:g} kg")
        if parts:
            self.say(step.index, f"the step is an exercise: {', '.join(parts)}", "it stands in the note")
        if step.duration_type == DurationType.REPS and step.duration_value:  # the decoder says so
            parts.append(f"{step.duration_value} times")
        return ", ".join(parts)

    def _intensity(self, step: RawStep) -> Intensity:
        if step.intensity is None:
            return Intensity.ACTIVE
        known = _INTENSITIES.get(step.intensity)
        if known is None:
            name = "other" if step.intensity == IntensityCode.OTHER else "unknown to the FIT profile"
            self.say(step.index, f"the step's intensity is {step.intensity} ({name})", "taken as active")
            return Intensity.ACTIVE
        return known

    def _label(self, step: RawStep, intensity: Intensity) -> Label:
        """What name and note say about the direction: in our own words first, else by what others call it."""
        name, note = self._text(step.name, step.index), self._text(step.notes, step.index)
        resting = intensity is Intensity.REST
        by_name, by_note = read_name(name, resting=resting), read_note(note, resting=resting)
        if not self.ours:  # a bare "rest" or "forward" is anybody's word
            by_name, by_note = (each if each is not None and each.marked else None for each in (by_name, by_note))
        if by_note is not None:
            if by_name is not None and by_name.direction is not by_note.direction:
                self.say(step.index, f"name {name!r} and note {note!r} disagree on the direction", "the note counts")
            label = by_note if by_name is not None else replace(by_note, text=_joined(name, by_note.text))
        elif by_name is not None:
            label = replace(by_name, text=note)
        else:
            return label_of(
                _joined(name, note),
                "",
                lambda _, what, hint: self.say(step.index, what, hint),
                resting=False,
                gait=self.usual_gait,
            )
        if self.ours:
            return replace(label, marked=True)
        if self.workout.embedded and label.direction is Direction.BACKWARD:
            what = "the direction stands in the step's own words, and who made the workout is not known"
            self.say(step.index, what, "taken as backward, a guess")
        return label

    def _fitting(self, label: Label, index: int) -> Label:
        """The label without what does not go with where the session takes place."""
        indoors = _SETTINGS.get(self.workout.sub_sport or 0) is Setting.TREADMILL
        if label.slope is not None and indoors:
            self.say(index, f"{label.slope.value} on a treadmill", "left out")
            return replace(label, slope=None)
        if label.incline_pct is not None and not indoors:
            self.say(index, f"an incline of {label.incline_pct:g} % away from a treadmill", "left out")
            return replace(label, incline_pct=None)
        return label

    def _text(self, text: str, index: int | None) -> str:
        cleaned = clean(text)
        if cleaned != text.replace("\r\n", "\n").strip():
            self.say(index, "a text holds characters that cannot be shown", "blanks stand for them")
        return cleaned

    def _session(self, steps: tuple[Step | Repeat, ...]) -> Session:
        workout = self.workout
        if workout.others:
            self.say(None, f"the file holds {workout.others + 1} workouts", "the first is taken")
        if workout.latin1:
            self.say(None, "a text in the file is no UTF-8: read as Latin-1", "see that names and notes are right")
        if workout.sport != RUNNING:
            what = f"the sport is {word(SPORT, workout.sport, prefix='number') or 'not said'}"
            self.say(None, what, "taken as running")
        setting = _SETTINGS.get(workout.sub_sport or 0)
        if setting is None:
            setting = Setting.TREADMILL if workout.sub_sport == SubSport.INDOOR_RUNNING else Setting.ROAD
            said = word(SUB_SPORT, workout.sub_sport, prefix="number")
            if said != setting.value:  # cyclists have a road of their own
                self.say(None, f"the kind of sport is {said}", f"taken as {setting.value}")
        plain = sum(step.duration_type not in REPEATS for step in workout.steps)
        if workout.num_valid_steps not in (None, len(workout.steps), plain):  # old files do not count the repeats
            what = f"the workout counts {workout.num_valid_steps} steps and has {len(workout.steps)}"
            self.say(None, what, "all are taken")
        return Session(
            steps=steps,
            name=self._text(workout.name, None),
            note=self._text(workout.description, None),
            setting=setting,
        )


def session_of(steps: Iterable[Step | Repeat], *, name: str, note: str) -> Session:
    """The session of another format; on a treadmill where a step has an incline, which only our own notes hold.

    Raises:
        WorkoutError: there is no such session.
    """
    steps = tuple(steps)
    inclined = any(step.incline_pct is not None for _, step in model.walk_steps(steps))
    with retold(WorkoutError):
        setting = Setting.TREADMILL if inclined else Setting.ROAD
        return Session(steps=steps, name=clean(name), note=clean(note), setting=setting)


def _joined(name: str, note: str) -> str:
    return f"{name}: {note}" if name and note else name or note


def with_progressions(
    target: Target | None, second: Target | None, text: str
) -> tuple[Target | None, Target | None, str]:
    """The targets as the progressions that a note of ours begins with, none left before one; the note without them."""
    from retrorun.session.notation import parse_target

    made = [second, None] if target is None else [target, second]
    for index, held in enumerate(made):
        words, _, rest = text.partition("; ")
        if held is None or not words.startswith("from "):
            continue
        try:
            read = parse_target(words)
        except SessionError:
            continue
        if isinstance(read, Progression) and hull(read) == held:
            made[index], text = read, rest
    return made[0], made[1], text


def _exercise_name(category: int, number: int | None) -> str:
    """The words of the public FIT profile for an exercise, as fit-tool has them."""
    from fit_tool.profile import profile_type

    try:
        kind = profile_type.ExerciseCategory(category).name
    except ValueError:
        return f"exercise {category}" + (f"/{number}" if number is not None else "")
    names = getattr(profile_type, f"{kind.title().replace('_', '')}ExerciseName", None)
    try:
        name = names(number).name if names is not None else kind
    except ValueError:
        name = kind
    return str(name).lower().replace("_", " ")


# ---- raw steps as a tree of repeats ----------------------------------------------------------------------------------

Say = Callable[[int | None, str, str], None]  # raw index (None: the whole workout), what, hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A step or repeat, and the raw steps that it came from.

    `start` is the raw index at which it begins, `indices` are the raw steps that stand for it. `written_out` is whether
    its note says that the last round stands behind it.
    """

    item: Step | Repeat
    start: int
    indices: tuple[int, ...]
    children: tuple[Node, ...] = ()
    written_out: bool = False


def fold(nodes: list[Node], say: Say) -> list[Node]:
    """The nodes with each last round that was written out taken back into its repeat, as `skip_last`."""
    folded: list[Node] = []
    for node in reversed(nodes):  # from the end, so that repeats within a last round are whole when it is looked at
        whole = _with_last_round(node, folded) if node.written_out else None
        if whole is not None:
            folded = [whole, *folded[len(node.children) - 1 :]]
            continue
        if node.written_out:
            what = "the repeat's note says that its last round is written out behind it, but that round is not there"
            say(node.indices[0], what, "taken as it stands")
        folded = [replace(node, written_out=False), *folded]
    return folded


def _with_last_round(node: Node, behind: list[Node]) -> Node | None:
    """The repeat with the round behind it, less its last step, as its last one; None where that is no such round."""
    body = node.children[:-1]
    tail = behind[: len(body)]
    if not isinstance(node.item, Repeat) or not isinstance(node.item.until, Times):
        return None
    if not body or [each.item for each in tail] != [each.item for each in body]:
        return None
    try:
        item = replace(node.item, until=Times(count=node.item.until.count + 1), skip_last=True)
    except SessionError:
        return None
    merged = tuple(_merged(ours, last) for ours, last in zip(body, tail, strict=True))
    return replace(node, item=item, children=(*merged, node.children[-1]), written_out=False)


def _merged(node: Node, other: Node) -> Node:
    children = tuple(_merged(*pair) for pair in zip(node.children, other.children, strict=True))
    return replace(node, indices=node.indices + other.indices, children=children)


def places_of(nodes: list[Node] | tuple[Node, ...], place: str = "steps") -> dict[int, str]:
    """For each raw index its place in the session, e.g. `steps[2].repeat[0]`."""
    places: dict[int, str] = {}
    for number, node in enumerate(nodes):
        here = f"{place}[{number}]"
        places |= dict.fromkeys(node.indices, here)
        places |= places_of(node.children, f"{here}.repeat")
    return dict(sorted(places.items()))
