"""The raw steps of a FIT workout as a session, whoever wrote them. The way there is in `retrorun.workout.encode`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from retrorun.errors import SessionError, WorkoutError
from retrorun.fit import profile
from retrorun.fit import workout_message as wire
from retrorun.fit.workout_message import FileIdentity, RawStep, RawWorkout
from retrorun.session import model
from retrorun.session.model import Direction, Gait, Intensity, Repeat, Session, Setting, Step
from retrorun.session.values import Progression, RpeRange, Target, Times, retold
from retrorun.workout import encode, step_text

_INTENSITIES: dict[int | None, Intensity] = {int(code): intensity for intensity, code in encode.INTENSITIES.items()}
_SETTINGS = {int(sub_sport): setting for setting, sub_sport in encode.SUB_SPORTS.items()} | {
    int(wire.SubSport.STREET): Setting.ROAD
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
    """A session out of a raw workout; `ours` is whether this library wrote it, so that its directions are certain."""
    return _Reader(workout, ours=ours).decompiled()


class _Node(NamedTuple):
    """A step or repeat, and the raw steps that stand for it, by their indices.

    `written_out` is whether its note says that the last round stands behind it.
    """

    item: Step | Repeat
    indices: tuple[int, ...]
    children: tuple["_Node", ...] = ()
    written_out: bool = False

    @property
    def start(self) -> int:
        return self.children[0].start if self.children else self.indices[0]


class _Reader:
    def __init__(self, workout: RawWorkout, *, ours: bool) -> None:
        self.workout, self.ours = workout, ours
        walking = workout.sport in (wire.WALKING, wire.HIKING)
        self.usual_gait = Gait.WALK if walking else Gait.RUN
        self.habits = encode.Habits.of(workout, ours=ours, walking=walking)
        self.at: int | None = None  # the raw step that is read; None: the workout as a whole
        self.remarks: list[tuple[int | None, str, str]] = []  # raw step, what, hint

    def say(self, what: str, hint: str) -> None:
        self.remarks.append((self.at, what, hint))

    def decompiled(self) -> Decompiled:
        count = len(self.workout.steps)
        if not 1 <= count <= model.MOST_STEPS:
            raise WorkoutError(f"the workout has {count or 'no'} steps", hint=f"a session has 1 to {model.MOST_STEPS}")
        with retold(WorkoutError, lead="the workout is no session: "):
            nodes = self._folded(self._tree(self._ordered()))
            self.at = None
            session = self._session(tuple(node.item for node in nodes))
        places = _places(nodes)
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
        self.say("two steps have the same index", "they are taken in the order in which they stand")
        return [replace(step, index=index) for index, step in enumerate(steps)]

    def _tree(self, steps: list[RawStep]) -> list[_Node]:
        nodes: list[_Node] = []
        for step in steps:
            self.at = step.index
            if step.duration_type not in wire.REPEATS:
                nodes.append(_Node(self._step(step), (step.index,)))
                continue
            starts = [node.start for node in nodes]
            if step.duration_value not in starts:
                raise WorkoutError(
                    f"the repeat in step {step.index} begins at step {step.duration_value}, "
                    "where no step or repeat begins",
                    where=f"workout_step {step.index}",
                    hint="its first step must stand before it, and not inside another repeat",
                )
            first = starts.index(step.duration_value)
            nodes[first:] = [self._repeat(step, self._folded(nodes[first:]))]
        return nodes

    def _repeat(self, step: RawStep, body: tuple[_Node, ...]) -> _Node:
        until, skip_last = encode.StepDecoder(step=step, habits=self.habits, say=self.say).until(), step.skip_last
        text, written_out = step_text.read_repeat_note(self._text(step.notes))
        if skip_last and (not isinstance(until, Times) or len(body) < 2):
            skip_last = False
            self.say("the repeat leaves out the last step of its last round", "that is not taken over")
        item = Repeat(steps=tuple(node.item for node in body), until=until, skip_last=skip_last, note=text)
        return _Node(item, (step.index,), body, written_out)

    def _folded(self, nodes: list[_Node]) -> tuple[_Node, ...]:
        """The nodes with each last round that was written out taken back into its repeat, as `skip_last`."""
        folded: tuple[_Node, ...] = ()
        for node in reversed(nodes):  # from the end, so that repeats within a last round are whole when it is looked at
            whole = _with_last_round(node, folded) if node.written_out else None
            if whole is not None:
                folded = (whole, *folded[len(node.children) - 1 :])
                continue
            if node.written_out:
                what = (
                    "the repeat's note says that its last round is written out behind it, but that round is not there"
                )
                self.remarks.append((node.indices[0], what, "taken as it stands"))
            folded = (node._replace(written_out=False), *folded)
        return folded

    def _step(self, step: RawStep) -> Step:
        decoder = encode.StepDecoder(step=step, habits=self.habits, say=self.say)
        intensity = self._intensity(step)
        label = self._fitting(self._label(step, intensity))
        held = decoder.target("target"), decoder.target("secondary_target")
        target, second, text = with_progressions(*held, label.text)
        if target is None and not label.marked:
            target = self._exertion(text)
        guessed = not (self.ours or (label.marked and not self.workout.embedded))
        note = ": ".join(filter(None, [self._exercise(step), text]))
        made = replace(label, marked=label.marked and not guessed).on(
            Step(duration=decoder.duration(), intensity=intensity, target=target, note=note)
        )
        try:
            return replace(made, secondary_target=second)
        except SessionError as error:
            self.say(error.what, "the second target is left out")
            return made

    def _exertion(self, text: str) -> RpeRange | None:
        """Perceived exertion that another maker's note asks for; 1 to 10 only, as Borg's older scale goes to 20."""
        found = _RPE.search(text)
        low, high = (int(found["low"]), int(found["high"] or found["low"])) if found is not None else (0, 0)
        if found is None or not 1 <= low <= high <= 10:
            return None
        self.say(f"the note asks for {found.group()!r}", "taken as the target, perceived exertion")
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
            self.say(f"the step is an exercise: {', '.join(parts)}", "it stands in the note")
        if step.duration_type == wire.DurationType.REPS and step.duration_value:  # the decoder says so
            parts.append(f"{step.duration_value} times")
        return ", ".join(parts)

    def _intensity(self, step: RawStep) -> Intensity:
        if step.intensity in (None, *_INTENSITIES):
            return _INTENSITIES.get(step.intensity, Intensity.ACTIVE)
        name = "other" if step.intensity == wire.IntensityCode.OTHER else "unknown to the FIT profile"
        self.say(f"the step's intensity is {step.intensity} ({name})", "taken as active")
        return Intensity.ACTIVE

    def _label(self, step: RawStep, intensity: Intensity) -> step_text.Label:
        """What name and note say about the direction: in our own words first, else by what others call it."""
        name, note = self._text(step.name), self._text(step.notes)
        resting = intensity is Intensity.REST
        by_name, by_note = step_text.read_name(name, resting=resting), step_text.read_note(note, resting=resting)
        if not self.ours:  # a bare "rest" or "forward" is anybody's word
            by_name, by_note = (each if each is not None and each.marked else None for each in (by_name, by_note))
        if by_note is not None and by_name is not None:
            label = by_note
            if by_name.direction is not by_note.direction:
                self.say(f"name {name!r} and note {note!r} disagree on the direction", "the note counts")
        elif by_note is not None:
            label = replace(by_note, text=_joined(name, by_note.text))
        elif by_name is not None:
            label = replace(by_name, text=note)
        else:
            say: model.Say = lambda _, what, hint: self.say(what, hint)  # noqa: E731
            return step_text.label_of(_joined(name, note), "", say, resting=False, gait=self.usual_gait)
        if self.ours:
            return replace(label, marked=True)
        if self.workout.embedded and label.direction is Direction.BACKWARD:
            what = "the direction stands in the step's own words, and who made the workout is not known"
            self.say(what, "taken as backward, a guess")
        return label

    def _fitting(self, label: step_text.Label) -> step_text.Label:
        """The label without what does not go with where the session takes place."""
        indoors = _SETTINGS.get(self.workout.sub_sport or 0) is Setting.TREADMILL
        if label.slope is not None and indoors:
            self.say(f"{label.slope.value} on a treadmill", "left out")
            return replace(label, slope=None)
        if label.incline_pct is not None and not indoors:
            self.say(f"an incline of {label.incline_pct:g} % away from a treadmill", "left out")
            return replace(label, incline_pct=None)
        return label

    def _text(self, text: str) -> str:
        cleaned = step_text.clean(text)
        if cleaned != text.replace("\r\n", "\n").strip():
            self.say("a text holds characters that cannot be shown", "blanks stand for them")
        return cleaned

    def _session(self, steps: model.Items) -> Session:
        workout = self.workout
        if workout.others:
            self.say(f"the file holds {workout.others + 1} workouts", "the first is taken")
        if workout.latin1:
            self.say("a text in the file is no UTF-8: read as Latin-1", "see that names and notes are right")
        if workout.sport != wire.RUNNING:
            sport = profile.word(profile.SPORT, workout.sport, prefix="number")
            self.say(f"the sport is {sport or 'not said'}", "taken as running")
        setting = _SETTINGS.get(workout.sub_sport or 0)
        if setting is None:
            indoors = workout.sub_sport == wire.SubSport.INDOOR_RUNNING
            setting = Setting.TREADMILL if indoors else Setting.ROAD
            said = profile.word(profile.SUB_SPORT, workout.sub_sport, prefix="number")
            if said != setting.value:  # cyclists have a road of their own
                self.say(f"the kind of sport is {said}", f"taken as {setting.value}")
        plain = sum(step.duration_type not in wire.REPEATS for step in workout.steps)
        if workout.num_valid_steps not in (None, len(workout.steps), plain):  # old files do not count the repeats
            what = f"the workout counts {workout.num_valid_steps} steps and has {len(workout.steps)}"
            self.say(what, "all are taken")
        name, note = self._text(workout.name), self._text(workout.description)
        return Session(steps=steps, name=name, note=note, setting=setting)


def _with_last_round(node: _Node, behind: tuple[_Node, ...]) -> _Node | None:
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
    return _Node(item, node.indices, (*map(_merged, body, tail), node.children[-1]))


def _merged(node: _Node, other: _Node) -> _Node:
    children = tuple(map(_merged, node.children, other.children))
    return node._replace(indices=node.indices + other.indices, children=children)


def _places(nodes: tuple[_Node, ...], place: str = "steps") -> dict[int, str]:
    """For each raw index its place in the session, e.g. `steps[2].repeat[0]`."""
    places: dict[int, str] = {}
    for number, node in enumerate(nodes):
        here = f"{place}[{number}]"
        places |= dict.fromkeys(node.indices, here) | _places(node.children, f"{here}.repeat")
    return dict(sorted(places.items()))


def session_of(steps: Iterable[Step | Repeat], *, name: str, note: str) -> Session:
    """The session of another format; on a treadmill where a step has an incline, which only our own notes hold."""
    steps = tuple(steps)
    inclined = any(step.incline_pct is not None for _, step in model.walk_steps(steps))
    with retold(WorkoutError):
        setting = Setting.TREADMILL if inclined else Setting.ROAD
        return Session(steps=steps, name=step_text.clean(name), note=step_text.clean(note), setting=setting)


def _joined(name: str, note: str) -> str:
    return f"{name}: {note}" if name and note else name or note


def with_progressions(
    target: Target | None, second: Target | None, text: str
) -> tuple[Target | None, Target | None, str]:
    """The targets as the progressions that a note of ours begins with, none left before one; the note without them."""
    from retrorun.session.notation import parse_target

    made = [second, None] if target is None else [target, second]
    for index, held in enumerate(made):
        said, _, rest = text.partition("; ")
        if held is None or not said.startswith("from "):
            continue
        try:
            read = parse_target(said)
        except SessionError:
            continue
        if isinstance(read, Progression) and encode.hull(read) == held:
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
