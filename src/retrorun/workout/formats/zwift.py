"""A Zwift run workout (.zwo).

Zwift publishes no description. Element and attribute names are those of Zwift's own workouts, listed in
github.com/h4l/zwift-workout-file-reference; what belongs to runs is as github.com/breiko83/zwo-editor writes it. The
traps: one file counts either seconds or metres throughout (`durationType`); a speed is a fraction of the runner's own
race pace, and `pace` says of which race; the shared line of an `IntervalsT` runs all its messages together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from xml.etree import ElementTree as ET

from retrorun.errors import SessionError
from retrorun.session.amounts import planned_speed_mps
from retrorun.session.model import Direction, Gait, Session, Setting, Step, walk
from retrorun.session.values import Distance, SpeedRange, Time
from retrorun.session.wording import format_target
from retrorun.workout.arrange import Single, arrange
from retrorun.workout.finding import Exported, Findings
from retrorun.workout.step_text import incline, label, length, one_line, purpose, targets

NAME = "Zwift"
LENGTH_WITHOUT_END_S = 300.0  # of a step that Zwift cannot end by itself; it can be skipped by hand
# Speeds taken where a plan gives none and a length has to be turned from metres into seconds: round figures. Ordinary
# backward runners stay between 1.4 and 2.5 m/s (Boston Marathon backwards in 5:43:59 is 2.04 m/s).
USUAL_SPEED_MPS = {
    (Direction.FORWARD, Gait.RUN): 2.8,
    (Direction.FORWARD, Gait.WALK): 1.4,
    (Direction.BACKWARD, Gait.RUN): 1.9,
    (Direction.BACKWARD, Gait.WALK): 1.0,
}


class Race(StrEnum):
    """The races whose paces Zwift keeps of a runner."""

    MILE = "1mi"
    FIVE_KM = "5km"
    TEN_KM = "10km"
    HALF_MARATHON = "half-marathon"
    MARATHON = "marathon"


# Race length [m], and its number in `pace` [inferred: Zwift's own workouts hold 0 to 3, and zwo-editor counts from 0;
# github.com/cagnulein/qdomyos-zwift, issue 609, counts from 1].
RACES = {
    Race.MILE: (1609.344, 0),
    Race.FIVE_KM: (5000.0, 1),
    Race.TEN_KM: (10_000.0, 2),
    Race.HALF_MARATHON: (21_097.5, 3),
    Race.MARATHON: (42_195.0, 4),
}


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

    Args:
        session: what to write.
        race_time: the runner's own time for one race, as Zwift has it. Without it no pace can be written: such steps
            become free running with the pace in their message.

    Raises:
        WorkoutError: with its repeats written out the session has more than 2000 lines.
    """
    arranged = arrange(session, format_name=NAME, depth=0)
    findings = Findings(arranged.findings)
    in_metres = all(isinstance(step.duration, Distance) for _, step in walk(session.steps) if isinstance(step, Step))
    writer = _Writer(findings=findings, race_time=race_time, in_metres=in_metres)
    root = ET.Element("workout_file")
    for tag, text in (
        ("author", "retrorun"),
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
        findings.add("setting", f"{NAME} runs on a treadmill, not on the {session.setting.value}")
    ET.indent(root)
    return Exported(text=ET.tostring(root, encoding="unicode") + "\n", findings=findings.all)


@dataclass(slots=True, kw_only=True)
class _Writer:
    findings: Findings
    race_time: RaceTime | None
    in_metres: bool

    def step(self, workout: ET.Element, step: Step, place: str) -> None:
        size = f"{self.size(step, place):.10g}"
        power = self.power(step, place)
        if power is None:
            element = ET.SubElement(workout, "FreeRide", Duration=size)
        else:
            pace = str(RACES[self.race_time.race][1]) if self.race_time else ""
            element = ET.SubElement(workout, "SteadyState", Duration=size, Power=power, pace=pace)
        offset = "distoffset" if self.in_metres else "timeoffset"
        ET.SubElement(element, "textevent", {offset: "0", "message": self.message(step, place)})

    def size(self, step: Step, place: str) -> float:
        """The length of a step in the unit of the file."""
        duration = step.duration
        if isinstance(duration, Distance):
            if self.in_metres:
                return duration.distance_m
            speed = planned_speed_mps(step)
            usual = USUAL_SPEED_MPS[step.direction, step.gait]
            time_s = round(duration.distance_m / (speed or usual), 1)
            source = "its target" if speed else f"{usual:g} m/s"
            what = f"{NAME} counts metres or seconds, not both: {length(duration)} became {time_s:g} s by {source}"
            self.findings.add(place, what, "stop the step by distance yourself, or write all steps as distances")
            return time_s
        if isinstance(duration, Time):
            return duration.time_s
        what = f"{NAME} cannot end a step '{length(duration)}': it lasts {LENGTH_WITHOUT_END_S:g} s"
        self.findings.add(place, what, "skip on by hand; the message says when")
        return LENGTH_WITHOUT_END_S

    def power(self, step: Step, place: str) -> str | None:
        """The fraction of the race pace; None where the step has no pace or there is nothing to compare it with."""
        paces = [target for target in (step.target, step.secondary_target) if isinstance(target, SpeedRange)]
        for target in (step.target, step.secondary_target):
            if target is not None and target not in paces:
                self.findings.add(
                    place, f"{NAME} has no such target for a run: {format_target(target)} is in the message"
                )
        if not paces:
            return None
        words = format_target(paces[0])
        if self.race_time is None:
            what = f"{NAME} knows a pace only as a part of a race pace: {words} is in the message, the running is free"
            self.findings.add(place, what, "give the runner's race time")
            return None
        if paces[0].low_mps != paces[0].high_mps:
            self.findings.add(place, f"{NAME} holds one pace, not a range: the middle of {words}", severity="note")
        what = f"which number stands for the {self.race_time.race} in a file is inferred, not known"
        self.findings.add("", what, f"see that {NAME} shows the planned paces before the run", severity="note")
        return f"{(planned_speed_mps(step) or 0.0) / self.race_time.speed_mps:.4f}"

    def message(self, step: Step, place: str) -> str:
        """What is shown at the start of a step: direction first, then everything that the file itself cannot hold."""
        if step.incline_pct is not None:
            self.findings.add(place, f"{NAME} does not drive the treadmill: {incline(step)} is in the message")
        if step.slope is not None:
            self.findings.add(place, f"{NAME} has slopes of its own: '{step.slope.value}' is in the message")
        words = [label(step), purpose(step), length(step.duration), targets(step), incline(step), one_line(step.note)]
        return self.text(place, ", ".join(filter(None, words)))

    def text(self, place: str, text: str) -> str:
        """Text without the two signs that XML cannot carry at all."""
        kept = text.replace("\ufffe", "").replace("\uffff", "")
        if kept != text:
            self.findings.add(place, "XML has no U+FFFE and U+FFFF: left out", severity="note")
        return kept
