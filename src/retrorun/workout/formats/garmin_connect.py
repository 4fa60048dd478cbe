"""The JSON in which Garmin Connect keeps a workout, for the tools that post it there.

Garmin publishes no description. The numbers are those of the tables in github.com/Taxuspt/garmin_mcp (README), which
were probed against the live service; issues 112, 123, 129 and 210 there tell of the traps: Connect believes the id and
not the key beside it; a repeat without end condition 7 loses its count; the ends of a target belong to the step, not
to its `targetType`. What was not probed there is marked [inferred].
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from retrorun.session.model import Intensity, Repeat, Session, Setting, Step
from retrorun.session.values import (
    CadenceRange,
    Calories,
    Distance,
    Duration,
    HeartRateAbove,
    HeartRateBelow,
    HeartRateRange,
    HeartRateZone,
    LapButton,
    PowerRange,
    SpeedRange,
    Target,
    Time,
)
from retrorun.units import METRES_PER_MILE, METRES_PER_YARD
from retrorun.workout.arrange import Group, Part, Single, arrange
from retrorun.workout.devices import DEVICES
from retrorun.workout.finding import Exported, Findings
from retrorun.workout.step_text import cut, step_note

Json = dict[str, Any]

NAME = "Garmin Connect"
SPORT: Json = {"sportTypeId": 1, "sportTypeKey": "running", "displayOrder": 1}
STEP_TYPES = {
    Intensity.WARMUP: (1, "warmup"),
    Intensity.COOLDOWN: (2, "cooldown"),
    Intensity.INTERVAL: (3, "interval"),
    Intensity.ACTIVE: (3, "interval"),  # Connect shows step type 3 of a run as "Run"
    Intensity.RECOVERY: (4, "recovery"),
    Intensity.REST: (5, "rest"),
}
REPEAT = (6, "repeat")
LAP_BUTTON, TIME, DISTANCE = (1, "lap.button"), (2, "time"), (3, "distance")
CALORIES, HEART_RATE, ITERATIONS = (4, "calories"), (6, "heart.rate"), (7, "iterations")
NO_TARGET, POWER, CADENCE = (1, "no.target"), (2, "power.zone"), (3, "cadence.zone")
HEART_RATE_TARGET, PACE = (4, "heart.rate.zone"), (6, "pace.zone")
UNITS = {  # id, key, centimetres; the id of the mile [inferred]
    "m": (1, "meter", 100.0),
    "km": (2, "kilometer", 100_000.0),
    "mi": (9, "mile", METRES_PER_MILE * 100),
    "yd": (230, "yard", METRES_PER_YARD * 100),
}
DEEPEST = 2  # levels of repeats; Connect's own editor makes no more
MOST_STEPS = DEVICES["generic"].steps.value
LONGEST_NAME = 256  # UTF-16 units; the rest is cut without a word (github.com/Taxuspt/garmin_mcp, issue 352)
LONGEST_NOTE = DEVICES["generic"].note_bytes.value  # what a watch would cut is cut here, and told


def to_garmin_connect(session: Session) -> Exported:
    """A session as Garmin Connect workout JSON.

    A step's description is its note as on the watch, direction first, so that a workout that Connect turns into a FIT
    file reads back with its directions.

    Raises:
        WorkoutError: with its repeats written out the session has more than 2000 lines.
    """
    arranged = arrange(session, format_name=NAME, depth=DEEPEST, keeps_skip_last=_ends_in_rest)
    findings = Findings(arranged.findings)
    writer = _Writer(findings=findings)
    steps = [writer.part(part, None) for part in arranged.parts]
    writer.about(session)
    workout: Json = {
        "workoutName": _utf16_cut(session.name, LONGEST_NAME) or "Workout",
        "description": session.note or None,
        "sportType": SPORT,
        "workoutSegments": [{"segmentOrder": 1, "sportType": SPORT, "workoutSteps": steps}],
    }
    text = json.dumps(workout, indent=2, ensure_ascii=False) + "\n"
    return Exported(text=text, findings=findings.all)


def _ends_in_rest(repeat: Repeat) -> bool:
    # `skipLastRestStep` is named after rests; whether it cuts other steps is not known, so they are written out.
    last = repeat.steps[-1]
    return isinstance(last, Step) and last.intensity in (Intensity.REST, Intensity.RECOVERY)


@dataclass(slots=True, kw_only=True)
class _Writer:
    """Numbers steps and repeats in the order in which they stand, outer before inner, and gathers findings."""

    findings: Findings
    order: int = 0
    groups: int = 0

    def part(self, part: Part, group: int | None) -> Json:
        self.order += 1
        return self.single(part, group) if isinstance(part, Single) else self.group(part)

    def group(self, group: Group) -> Json:
        self.groups += 1
        made: Json = {
            "type": "RepeatGroupDTO",
            "stepOrder": self.order,
            "stepType": _kind("stepType", REPEAT),
            "childStepId": (number := self.groups),
            "description": group.note or None,
            "numberOfIterations": group.count,
            "smartRepeat": False,
            "skipLastRestStep": group.skip_last,
            "endCondition": _kind("conditionType", ITERATIONS) | {"displayable": False},
            "endConditionValue": float(group.count),
        }
        return made | {"workoutSteps": [self.part(part, number) for part in group.body]}

    def single(self, single: Single, group: int | None) -> Json:
        step, place = single.step, single.place
        made: Json = {
            "type": "ExecutableStepDTO",
            "stepOrder": self.order,
            "stepType": _kind("stepType", STEP_TYPES[step.intensity]),
            "childStepId": group,
            "description": self.description(step, place),
        }
        made |= self.end(step.duration, place) | _target(step.target, "target", "zoneNumber")
        if step.secondary_target is not None:
            made |= _target(step.secondary_target, "secondaryTarget", "secondaryZoneNumber")
            self.findings.add(
                place, f"{NAME} may leave out a second target of a run", "put what matters into the target"
            )
        return made

    def description(self, step: Step, place: str) -> str:
        note = step_note(step)
        kept = cut(note, LONGEST_NOTE)
        if kept != note:
            self.findings.add(
                place, f"a watch shows {LONGEST_NOTE} bytes of a note: the end was cut", "shorten the note"
            )
        return kept

    def end(self, duration: Duration, place: str) -> Json:
        match duration:
            case Time():
                return _condition(TIME, duration.time_s)
            case Distance():
                unit_id, key, factor = UNITS[duration.unit]
                unit = {"unitId": unit_id, "unitKey": key, "factor": factor}
                return _condition(DISTANCE, duration.distance_m) | {"preferredEndConditionUnit": unit}
            case LapButton():
                return _condition(LAP_BUTTON, None)
            case Calories():
                return _condition(CALORIES, float(duration.calories_kcal))
            case HeartRateAbove() | HeartRateBelow():
                # Sources disagree on which is which; so it is where all agree, on power [inferred].
                compare = "gt" if isinstance(duration, HeartRateAbove) else "lt"
                what = f"whether {NAME} reads '{compare}' as meant is not known"
                self.findings.add(place, what, "look at the step there before the run", severity="note")
                return _condition(HEART_RATE, float(duration.heart_rate_bpm)) | {"endConditionCompare": compare}

    def about(self, session: Session) -> None:
        """What there is to say of the session as a whole."""
        if self.order > MOST_STEPS:
            self.findings.add(
                "", f"{self.order} steps and repeats; {NAME} takes {MOST_STEPS}", "split the session", "error"
            )
        if not session.name:
            self.findings.add("name", f"{NAME} wants a name: it is called Workout", "give the session a name", "note")
        if _utf16_cut(session.name, LONGEST_NAME) != session.name:
            self.findings.add(
                "name", f"{NAME} keeps {LONGEST_NAME} characters of a name: the end was cut", "shorten it"
            )
        if session.setting is not Setting.ROAD:
            self.findings.add(
                "setting", f"here {NAME} has only 'running', not '{session.setting.value}'", "set it there"
            )
        kinds = {step.intensity for step in _steps(session.steps)}
        if {Intensity.ACTIVE, Intensity.INTERVAL} <= kinds:
            self.findings.add("steps", f"{NAME} has one kind for active and interval steps", "", "note")


def _kind(name: str, pair: tuple[int, str]) -> Json:
    return {f"{name}Id": pair[0], f"{name}Key": pair[1], "displayOrder": pair[0]}


def _condition(pair: tuple[int, str], value: float | None) -> Json:
    return {"endCondition": _kind("conditionType", pair) | {"displayable": True}, "endConditionValue": value}


def _target(target: Target | None, name: str, zone: str) -> Json:
    """The fields of a target: its type, and beside it on the step either a zone or its two ends, never both."""
    match target:
        case None:
            return {f"{name}Type": _kind("workoutTargetType", NO_TARGET)}
        case HeartRateZone():
            return {f"{name}Type": _kind("workoutTargetType", HEART_RATE_TARGET), zone: target.zone}
        case HeartRateRange():
            pair, low, high = HEART_RATE_TARGET, float(target.low_bpm), float(target.high_bpm)
        case SpeedRange():
            pair, low, high = PACE, target.low_mps, target.high_mps  # metres per second, the slower end first
        case CadenceRange():
            pair, low, high = CADENCE, float(target.low_spm), float(target.high_spm)  # steps per minute [inferred]
        case PowerRange():
            pair, low, high = POWER, float(target.low_w), float(target.high_w)
    return {f"{name}Type": _kind("workoutTargetType", pair), f"{name}ValueOne": low, f"{name}ValueTwo": high}


def _steps(steps: tuple[Step | Repeat, ...]) -> list[Step]:
    return [inner for step in steps for inner in (_steps(step.steps) if isinstance(step, Repeat) else [step])]


def _utf16_cut(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: units * 2].decode("utf-16-le", errors="ignore")
