"""A Zwift run workout (.zwo), written and read.

Zwift publishes no description. Element and attribute names are those of Zwift's own workouts, listed in
github.com/h4l/zwift-workout-file-reference; what belongs to runs is as github.com/breiko83/zwo-editor writes it. The
traps: one file counts either seconds or metres throughout (`durationType`); a speed is a fraction of the runner's own
race pace, and `pace` says of which race; the shared line of an `IntervalsT` runs all its messages together.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from xml.etree import ElementTree as ET

from retrorun.errors import SessionError, WorkoutError
from retrorun.session import amounts, values, wording
from retrorun.session.model import Findings, Intensity, Repeat, Say, Session, Setting, Step, walk_steps
from retrorun.workout import encode
from retrorun.workout.check import Single, arrange
from retrorun.workout.decode import Decompiled, Exported, session_of
from retrorun.workout.step_text import clean, incline, label_of, length, one_line, read_sentence, sentence

NAME = "Zwift"
LENGTH_WITHOUT_END_S = 300.0  # of a step that Zwift cannot end by itself; it can be skipped by hand
AUTHOR = "retrorun"


class Race(StrEnum):
    """The races whose paces Zwift keeps of a runner."""

    MILE = "1mi"
    FIVE_KM = "5km"
    TEN_KM = "10km"
    HALF_MARATHON = "half-marathon"
    MARATHON = "marathon"


# Race length [m], its number in `pace` [inferred: Zwift's own workouts hold 0 to 3, and zwo-editor counts from 0;
# github.com/cagnulein/qdomyos-zwift, issue 609, counts from 1], and the percentage that is of its pace.
RACES = {
    Race.MILE: (1609.344, "0", values.PercentOf.MILE_PACE),
    Race.FIVE_KM: (5000.0, "1", values.PercentOf.PACE_5K),
    Race.TEN_KM: (10_000.0, "2", values.PercentOf.PACE_10K),
    Race.HALF_MARATHON: (21_097.5, "3", values.PercentOf.HALF_PACE),
    Race.MARATHON: (42_195.0, "4", values.PercentOf.MARATHON_PACE),
}
_RACE_PACES = {of: race for race, (_, _, of) in RACES.items()}
_OF = {number: of for _, number, of in RACES.values()}
_KINDS = {"warmup": Intensity.WARMUP, "cooldown": Intensity.COOLDOWN} | dict.fromkeys(
    ("steadystate", "ramp", "freeride", "maxeffort"), Intensity.ACTIVE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceTime:
    """What the runner has set in Zwift as his time for a race [s]; paces are written as fractions of its speed."""

    race: Race
    time_s: float

    def __post_init__(self) -> None:
        if not 1.0 <= self.speed_mps <= 12.5:
            raise SessionError(f"nobody runs {self.race} in {self.time_s:g} s", hint="give the race time in seconds")

    @property
    def speed_mps(self) -> float:
        """The mean speed of the race [m/s]."""
        return RACES[self.race][0] / self.time_s if self.time_s > 0 else 0.0


def to_zwift(session: Session, *, race_time: RaceTime | None = None) -> Exported:
    """A session as a Zwift run workout file.

    A percentage of a race pace is written as it is; the races are the same.

    Args:
        session: what to write.
        race_time: the runner's own time for one race, as Zwift has it. Without it no pace can be written: such steps
            become free running with the pace in their message.

    Raises:
        WorkoutError: with its repeats written out the session has more than 2000 lines.
    """
    arranged = arrange(session, format_name=NAME, depth=0)
    say = arranged.findings.add
    in_metres = all(isinstance(step.duration, values.Distance) for _, step in walk_steps(session.steps))
    writer = _Writer(say=say, race_time=race_time, in_metres=in_metres)
    root = ET.Element("workout_file")
    for tag, text in (
        ("author", AUTHOR),
        ("name", writer.text("name", one_line(session.name)) or "Workout"),
        ("description", writer.text("note", session.note)),
        ("sportType", "run"),
        ("durationType", "distance" if in_metres else "time"),
    ):
        ET.SubElement(root, tag).text = text
    ET.SubElement(root, "tags")
    workout = ET.SubElement(root, "workout")
    for part in arranged.parts:
        if isinstance(part, Single):  # depth 0 leaves nothing else
            writer.step(workout, part.step, part.place)
    if session.setting not in (Setting.TREADMILL, Setting.ROAD):
        say("setting", f"{NAME} runs on a treadmill, not on the {session.setting.value}")
    ET.indent(root)
    return Exported(text=ET.tostring(root, encoding="unicode") + "\n", findings=arranged.findings.all)


@dataclass(slots=True, kw_only=True)
class _Writer:
    say: Say
    race_time: RaceTime | None
    in_metres: bool

    def step(self, workout: ET.Element, step: Step, place: str) -> None:
        element = ET.SubElement(workout, "FreeRide", Duration=f"{self.size(step, place):.10g}")
        power = self.power(step, place)
        if power is not None:
            element.tag = "SteadyState"
            element.attrib |= {"Power": f"{power[1]:.4f}", "pace": RACES[power[0]][1]}
        offset = "distoffset" if self.in_metres else "timeoffset"
        ET.SubElement(element, "textevent", {offset: "0", "message": self.message(step, place)})

    def size(self, step: Step, place: str) -> float:
        """The length of a step in the unit of the file."""
        match step.duration:
            case values.Distance(distance_m=distance_m) if self.in_metres:
                return distance_m
            case values.Time(time_s=time_s):
                return time_s
            case values.Distance(distance_m=distance_m):
                speed = amounts.planned_speed_mps(step)
                usual = amounts.USUAL_SPEEDS.of(step) or 0.0
                time_s = round(distance_m / (speed or usual), 1)
                way = f"{length(step.duration)} became {time_s:g} s by {'its target' if speed else f'{usual:g} m/s'}"
                hint = "stop the step by distance yourself, or write all steps as distances"
                self.say(place, f"{NAME} counts metres or seconds, not both: {way}", hint)
                return time_s
        what = f"{NAME} cannot end a step '{length(step.duration)}': it lasts {LENGTH_WITHOUT_END_S:g} s"
        self.say(place, what, "skip on by hand; the message says when")
        return LENGTH_WITHOUT_END_S

    def power(self, step: Step, place: str) -> tuple[Race, float] | None:
        """A race and the fraction of its pace; None where there is no pace or nothing to compare it with."""
        held: tuple[Race, float] | None = None
        for target in (step.target, step.secondary_target):
            if target is None:
                continue
            words = wording.format_target(target)
            if isinstance(target, values.PercentRange) and target.of in _RACE_PACES:
                held = _RACE_PACES[target.of], (target.low_pct + target.high_pct) / 200
            elif not isinstance(target, values.SpeedRange):
                self.say(place, f"{NAME} has no such target for a run: {words} is in the message")
                continue
            elif self.race_time is None:
                what = f"{NAME} knows a pace only as a part of a race pace: {words} is in the message, "
                self.say(place, f"{what}the running is free", "give the runner's race time")
                continue
            else:
                held = self.race_time.race, (amounts.planned_speed_mps(step) or 0.0) / self.race_time.speed_mps
            low, high = values.ends_of(target)
            if low != high:
                self.say(place, f"{NAME} holds one pace, not a range: the middle of {words}", severity="note")
            what = f"which number stands for the {held[0]} in a file is inferred, not known"
            self.say("", what, f"see that {NAME} shows the planned paces before the run", severity="note")
        return held

    def message(self, step: Step, place: str) -> str:
        """What is shown at the start of a step: direction first, then everything that the file itself cannot hold."""
        if step.incline_pct is not None:
            self.say(place, f"{NAME} does not drive the treadmill: {incline(step)} is in the message")
        if step.slope is not None:
            self.say(place, f"{NAME} has slopes of its own: '{step.slope.value}' is in the message")
        if one_line(step.note) != step.note:
            self.say(place, f"{NAME} shows a note in one line", severity="note")
        return self.text(place, sentence(step))

    def text(self, place: str, text: str) -> str:
        """Text without the two signs that XML cannot carry at all."""
        kept = text.replace("\ufffe", "").replace("\uffff", "")
        if kept != text:
            self.say(place, "XML has no U+FFFE and U+FFFF: left out", severity="note")
        return kept


def is_zwift(text: str) -> bool:
    """Whether a text is XML of a Zwift workout."""
    return "<workout_file" in text[:4000]


def from_zwift(text: str) -> Decompiled:
    """The session in a Zwift workout, and what the session cannot hold of it.

    A pace becomes a percentage of the race that its number stands for.

    Raises:
        WorkoutError: it is no XML, or no workout with steps.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:  # no workout has them, and they can be made to fill the memory
        raise WorkoutError("the XML declares a document type", hint="save the workout from Zwift again")
    try:
        root = ET.fromstring(text)  # noqa: S314 - without declarations there is nothing to expand
    except ET.ParseError as error:
        line, column = error.position
        raise WorkoutError("this is no XML", where=f"line {line}, column {column}", hint="save it again") from None
    workout = root.find("workout")
    if workout is None or not len(workout):
        raise WorkoutError("the file holds no workout", where="workout", hint="give a Zwift workout with steps")
    findings = Findings()
    running = (root.findtext("sportType") or "bike").strip() == "run"
    if not running:
        findings.add("", "the sport is cycling", "taken as running")
    in_metres = (root.findtext("durationType") or "").strip() == "distance"
    ours = (root.findtext("author") or "") == AUTHOR
    reader = _Reader(say=findings.add, in_metres=in_metres, running=running, ours=ours)
    with values.retold(WorkoutError):
        steps = [reader.item(element, f"steps[{index}]") for index, element in enumerate(workout)]
    session = session_of(steps, name=root.findtext("name") or "", note=root.findtext("description") or "")
    return Decompiled(session=session, findings=findings.all)


@dataclass(slots=True, kw_only=True)
class _Reader:
    say: Say
    in_metres: bool
    running: bool
    ours: bool

    def item(self, element: ET.Element, place: str) -> Step | Repeat:
        message = "; ".join(clean(event.get("message") or "") for event in element.iter("textevent"))
        if self.ours and (step := read_sentence(message)) is not None:
            return step
        tag = element.tag.casefold()
        if tag == "intervalst":
            on = self.step(element, f"{place}.repeat[0]", message, Intensity.INTERVAL, "On")
            off = self.step(element, f"{place}.repeat[1]", "", Intensity.RECOVERY, "Off")
            return Repeat(steps=(on, off), until=values.Times(count=int(_number(element, "Repeat") or 1)))
        if tag not in _KINDS:
            self.say(place, f"Zwift's '{element.tag}' is not known", "taken as a plain step")
        return self.step(element, place, message, _KINDS.get(tag, Intensity.ACTIVE))

    def step(self, element: ET.Element, place: str, text: str, kind: Intensity, part: str = "") -> Step:
        """The step of an element, or of a part of it; `part` is what the names of its attributes begin with."""
        size = _number(element, f"{part}Duration")
        if size is None:
            raise WorkoutError(f"'{element.tag}' has no {part}Duration", where=place, hint="give it a length")
        duration = values.Distance(distance_m=size) if self.in_metres else values.Time(time_s=size)
        powers = [_number(element, f"{part}Power{end}") for end in ("", "Low", "High")]
        start, end = (self.pace(powers[0] if power is None else power, element, place) for power in powers[1:])
        target: values.Target | None = start or end
        if start is not None and end is not None and start != end:
            target = values.Progression(start=start, end=end)
        label = replace(label_of(text, place, self.say, resting=False), incline_pct=None)
        cadence = _number(element, "Cadence") or 0
        second = encode.between(values.CadenceRange, cadence, cadence)
        if second is not None and self.running and cadence <= 110:
            self.say(place, f"a cadence of {cadence:g} is that of one foot", "taken as twice as many")
            second = encode.between(values.CadenceRange, 2 * cadence, 2 * cadence)
        first, second = (second, None) if target is None else (target, second)
        step = Step(duration=duration, intensity=kind, target=first, secondary_target=second, note=label.text)
        return label.on(step)

    def pace(self, power: float | None, element: ET.Element, place: str) -> values.PercentRange | None:
        """A fraction of a race pace, or of a cyclist's threshold power, in whole per cent."""
        if power is None:
            return None
        number = element.get("pace")
        of = _OF.get(number or "") if self.running else values.PercentOf.CRITICAL_POWER
        made = encode.between(of, round(power * 100), round(power * 100)) if of is not None else None
        if not isinstance(made, values.PercentRange):
            self.say(place, f"a pace of {power:g} with the number '{number}'", "it is left out")
            return None
        if self.running:
            what = f"which race a number stands for is inferred: '{number}' for {of}"
            self.say("", what, "compare the paces with those that Zwift shows")
        return made


def _number(element: ET.Element, name: str) -> float | None:
    text = element.get(name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 <= value < 1e7:
        raise WorkoutError(f"{name} is {text!r}, no number of a workout", where=element.tag, hint="mend the file")
    return value
