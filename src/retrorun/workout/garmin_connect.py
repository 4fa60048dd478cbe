"""The JSON in which Garmin Connect keeps a workout, for the tools that post it there or fetch it: written and read.

Garmin publishes no description. The numbers are those of the tables in github.com/Taxuspt/garmin_mcp (README), which
were probed against the live service; issues 112, 123, 129 and 210 there tell of the traps: Connect believes the id and
not the key beside it; a repeat without end condition 7 loses its count; the ends of a target belong to the step, not
to its `targetType`. What was not probed there is marked [inferred].
"""

import json
from dataclasses import dataclass
from typing import Any

from retrorun.documents import Fields
from retrorun.errors import WorkoutError
from retrorun.session import amounts, effort, values
from retrorun.session.model import Findings, Intensity, Repeat, Say, Session, Setting, Step, walk_steps
from retrorun.units import METRES_PER_MILE, METRES_PER_YARD
from retrorun.workout import check, devices, encode
from retrorun.workout.decode import Decompiled, Exported, session_of, with_progressions
from retrorun.workout.step_text import clean, cut, label_of, step_note

Json = dict[str, Any]

NAME = "Garmin Connect"
SPORT: Json = {"sportTypeId": 1, "sportTypeKey": "running", "displayOrder": 1}
# What Connect calls its kinds of steps, of ends and of targets, by their ids.
KEYS = {
    "stepType": {1: "warmup", 2: "cooldown", 3: "interval", 4: "recovery", 5: "rest", 6: "repeat"},
    "conditionType": {1: "lap.button", 2: "time", 3: "distance", 4: "calories", 6: "heart.rate", 7: "iterations"},
    "workoutTargetType": {1: "no.target", 2: "power.zone", 3: "cadence.zone", 4: "heart.rate.zone", 6: "pace.zone"},
}
REPEAT, ITERATIONS, NO_TARGET, HEART_RATE = 6, 7, 1, 4
STEP_TYPES = {
    Intensity.WARMUP: 1,
    Intensity.COOLDOWN: 2,
    Intensity.INTERVAL: 3,
    Intensity.ACTIVE: 3,  # Connect shows step type 3 of a run as "Run"; it is read as this, the last one
    Intensity.RECOVERY: 4,
    Intensity.REST: 5,
}
INTENSITIES = {number: intensity for intensity, number in STEP_TYPES.items()}
TARGETS: dict[int, type[values.Range]] = {
    2: values.PowerRange,
    3: values.CadenceRange,
    HEART_RATE: values.HeartRateRange,
    5: values.SpeedRange,  # as a speed
    6: values.SpeedRange,  # as a pace
}
UNITS: dict[values.DistanceUnit, tuple[int, str, float]] = {  # id, key, centimetres; the id of the mile [inferred]
    "m": (1, "meter", 100.0),
    "km": (2, "kilometer", 100_000.0),
    "mi": (9, "mile", METRES_PER_MILE * 100),
    "yd": (230, "yard", METRES_PER_YARD * 100),
}
DEEPEST = 2  # levels of repeats; Connect's own editor makes no more
MOST_STEPS = devices.DEVICES["generic"].steps.value
LONGEST_NAME = 256  # UTF-16 units; the rest is cut without a word (github.com/Taxuspt/garmin_mcp, issue 352)
LONGEST_NOTE = devices.DEVICES["generic"].note_bytes.value  # what a watch would cut is cut here, and told


def to_garmin_connect(session: Session) -> Exported:
    """A session as Garmin Connect workout JSON.

    A step's description is its note as on the watch, direction first, so that a workout that Connect turns into a FIT
    file reads back with its directions.

    Raises:
        WorkoutError: with its repeats written out the session has more than 2000 lines.
        SessionError: a target by effort is no number yet.
    """
    missing = check.unresolved(session, lambda target: not effort.is_effort(target))
    if missing:
        raise effort.missing_error(missing)
    arranged = check.arrange(session, format_name=NAME, depth=DEEPEST, keeps_skip_last=_ends_in_rest)
    writer = _Writer(say=arranged.findings.add)
    steps = [writer.part(part, None) for part in arranged.parts]
    writer.about(session)
    seconds = amounts.amounts(session, usual=amounts.USUAL_SPEEDS).time_s.total
    workout: Json = {
        "workoutName": _utf16_cut(session.name) or "Workout",
        "description": session.note or None,
        "sportType": SPORT,
        "estimatedDurationInSecs": round(seconds),  # what has no known length counts nothing
        "workoutSegments": [{"segmentOrder": 1, "sportType": SPORT, "workoutSteps": steps}],
    }
    text = json.dumps(workout, indent=2, ensure_ascii=False) + "\n"
    return Exported(text=text, findings=arranged.findings.all)


def _ends_in_rest(repeat: Repeat) -> bool:
    # `skipLastRestStep` is named after rests; whether it cuts other steps is not known, so they are written out.
    last = repeat.steps[-1]
    return isinstance(last, Step) and last.intensity in (Intensity.REST, Intensity.RECOVERY)


@dataclass(slots=True, kw_only=True)
class _Writer:
    """Numbers steps and repeats in the order in which they stand, outer before inner, and gathers findings."""

    say: Say
    order: int = 0
    groups: int = 0

    def part(self, part: check.Part, group: int | None) -> Json:
        self.order += 1
        return self.single(part, group) if isinstance(part, check.Single) else self.group(part)

    def group(self, group: check.Group) -> Json:
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

    def single(self, single: check.Single, group: int | None) -> Json:
        step, place = single.step, single.place
        note = step_note(step)
        kept = cut(note, LONGEST_NOTE)
        if kept != note:
            self.say(place, f"a watch shows {LONGEST_NOTE} bytes of a note: the end was cut", "shorten the note")
        made: Json = {
            "type": "ExecutableStepDTO",
            "stepOrder": self.order,
            "stepType": _kind("stepType", STEP_TYPES[step.intensity]),
            "childStepId": group,
            "description": kept,
        }
        made |= self.end(step.duration, place) | _target(step.target, "target", "zoneNumber")
        if step.secondary_target is not None:
            made |= _target(step.secondary_target, "secondaryTarget", "secondaryZoneNumber")
            self.say(place, f"{NAME} may leave out a second target of a run", "put what matters into the target")
        return made

    def end(self, duration: values.Duration, place: str) -> Json:
        more: Json = {}
        match duration:
            case values.LapButton():
                number, value = 1, None
            case values.Time():
                number, value = 2, duration.time_s
            case values.Distance():
                number, value = 3, duration.distance_m
                unit = dict(zip(("unitId", "unitKey", "factor"), UNITS[duration.unit], strict=True))
                more = {"preferredEndConditionUnit": unit}
            case values.Calories():
                number, value = 4, float(duration.calories_kcal)
            case values.HeartRateAbove() | values.HeartRateBelow():
                number, value = 6, float(duration.heart_rate_bpm)
                # Sources disagree on which is which; so it is where all agree, on power [inferred].
                compare = "gt" if isinstance(duration, values.HeartRateAbove) else "lt"
                more = {"endConditionCompare": compare}
                what = f"whether {NAME} reads '{compare}' as meant is not known"
                self.say(place, what, "look at the step there before the run", severity="note")
        condition = _kind("conditionType", number) | {"displayable": True}
        return {"endCondition": condition, "endConditionValue": value, **more}

    def about(self, session: Session) -> None:
        """What there is to say of the session as a whole."""
        if self.order > MOST_STEPS:
            self.say("", f"{self.order} steps and repeats; {NAME} takes {MOST_STEPS}", "split the session", "error")
        if not session.name:
            self.say("name", f"{NAME} wants a name: it is called Workout", "give the session a name", "note")
        if _utf16_cut(session.name) != session.name:
            self.say("name", f"{NAME} keeps {LONGEST_NAME} characters of a name: the end was cut", "shorten it")
        if session.setting is not Setting.ROAD:
            self.say("setting", f"here {NAME} has only 'running', not '{session.setting.value}'", "set it there")
        if any(step.intensity is Intensity.INTERVAL for _, step in walk_steps(session.steps)):
            self.say("steps", f"{NAME} has one kind for active and interval steps", "", "note")


def _kind(name: str, number: int) -> Json:
    return {f"{name}Id": number, f"{name}Key": KEYS[name][number], "displayOrder": number}


def _target(target: values.Target | None, name: str, zone: str) -> Json:
    """The fields of a target: its type, and beside it on the step either a zone or its two ends, never both."""
    if target is None:
        return {f"{name}Type": _kind("workoutTargetType", NO_TARGET)}
    if isinstance(target, values.HeartRateZone):
        return {f"{name}Type": _kind("workoutTargetType", HEART_RATE), zone: target.zone}
    raw = encode.raw_target(target)  # what an open end or a progression becomes is the same as in a file [inferred]
    # Of the two for a speed the last, which is a pace.
    number = max(number for number, measure in TARGETS.items() if encode.WIRE[measure].type == raw.type)
    quantity = encode.WIRE[TARGETS[number]].quantity
    # Metres per second, the slower end first; steps per minute [inferred].
    low, high = (float(quantity.value(end or 0)) for end in (raw.low, raw.high))
    return {f"{name}Type": _kind("workoutTargetType", number), f"{name}ValueOne": low, f"{name}ValueTwo": high}


def _utf16_cut(name: str) -> str:
    return name.encode("utf-16-le")[: LONGEST_NAME * 2].decode("utf-16-le", errors="ignore")


# ---- and back --------------------------------------------------------------------------------------------------------


def is_garmin_connect(data: object) -> bool:
    """Whether a value out of JSON is a workout of Garmin Connect."""
    return isinstance(data, dict) and "workoutSegments" in data


def from_garmin_connect(data: object) -> Decompiled:
    """The session in a value out of JSON as Garmin Connect keeps it, and what the session cannot hold of it.

    Raises:
        WorkoutError: it is no such workout; `where` is the path in it.
    """
    fields = Fields.of(data, error=WorkoutError, hint="give the JSON of one workout of Garmin Connect")
    findings = Findings()
    reader = _Reader(say=findings.add)
    sport = fields.values.get("sportType")
    key = sport.get("sportTypeKey") if isinstance(sport, dict) else None
    if key not in (None, "running"):
        findings.add("", f"the sport is {key}", "taken as running")
    steps: list[Step | Repeat] = []
    for segment in fields.rows("workoutSegments"):
        steps += reader.items(segment.rows("workoutSteps"), "steps", len(steps))
    if not steps:
        raise WorkoutError("the workout has no steps", where="workoutSegments", hint=fields.hint)
    session = session_of(steps, name=fields.text("workoutName", ""), note=fields.text("description", ""))
    return Decompiled(session=session, findings=findings.all)


@dataclass(slots=True, kw_only=True)
class _Reader:
    say: Say

    def items(self, rows: list[Fields], place: str, first: int = 0) -> list[Step | Repeat]:
        rows = sorted(rows, key=lambda row: row.integer("stepOrder", 0))
        return [self.item(row, f"{place}[{index}]") for index, row in enumerate(rows, start=first)]

    def item(self, row: Fields, place: str) -> Step | Repeat:
        with values.retold(WorkoutError, row.where):
            return self.repeat(row, place) if row.has("workoutSteps") else self.step(row, place)

    def repeat(self, row: Fields, place: str) -> Repeat:
        steps = tuple(self.items(row.rows("workoutSteps"), f"{place}.repeat"))
        count = row.integer("numberOfIterations", 0) or round(row.number("endConditionValue", 0))
        skip_last = row.truth("skipLastRestStep", False) and len(steps) > 1  # noqa: FBT003 - its default
        note = clean(row.text("description", ""))
        if count < 1:
            self.say(place, "the repeat has no count", "taken as one round")
        return Repeat(steps=steps, until=values.Times(count=max(1, count)), skip_last=skip_last, note=note)

    def step(self, row: Fields, place: str) -> Step:
        kind = _id(row, "stepType", "stepTypeId")
        intensity = INTENSITIES.get(kind or 3, Intensity.ACTIVE)
        if kind not in (None, *INTENSITIES):
            self.say(place, f"the step is of type {kind}", "taken as active")
        text = clean(row.text("description", ""))
        label = label_of(text, place, self.say, resting=intensity is Intensity.REST)
        target = self.target(row, place, "target", "zoneNumber")
        second = self.target(row, place, "secondaryTarget", "secondaryZoneNumber")
        target, second, note = with_progressions(target, second, label.text)
        end = self.duration(row, place)
        step = Step(duration=end, intensity=intensity, target=target, secondary_target=second, note=note)
        return label.on(step)

    def duration(self, row: Fields, place: str) -> values.Duration:
        kind, value = _id(row, "endCondition", "conditionTypeId"), _number(row, "endConditionValue")
        match kind, value:
            case (None | 1, _):
                return values.LapButton()
            case (2 | 8, float()):
                return values.Time(time_s=value)
            case (3, float()):
                number = _id(row, "preferredEndConditionUnit", "unitId") or 1
                names = {unit_id: name for name, (unit_id, *_) in UNITS.items()}
                return values.Distance(distance_m=value, unit=names.get(number, "m"))
            case (4, float()):
                return values.Calories(calories_kcal=round(value))
            case (6, float()):
                above = row.text("endConditionCompare", "") == "gt"
                made = values.HeartRateAbove if above else values.HeartRateBelow
                return made(heart_rate_bpm=round(value))
        self.say(place, f"the step ends by condition {kind} ({value})", "the lap button ends it instead")
        return values.LapButton()

    def target(self, row: Fields, place: str, name: str, zone: str) -> values.Target | None:
        kind = _id(row, f"{name}Type", "workoutTargetTypeId")
        if kind in (None, NO_TARGET):
            return None
        if row.has(zone) and kind == HEART_RATE:
            return values.HeartRateZone(zone=row.integer(zone))
        ends = [value for end in ("One", "Two") if (value := _number(row, f"{name}Value{end}")) is not None]
        made = encode.between(TARGETS[kind], min(ends), max(ends)) if ends and kind in TARGETS else None
        if made is None:
            shown = f"zone {row.values.get(zone)}" if row.has(zone) else " to ".join(f"{end:g}" for end in ends)
            self.say(place, f"the target is of type {kind}, {shown or 'without a value'}", "it is left out")
        return made


def _id(row: Fields, name: str, number: str) -> int | None:
    """The number of a type; Connect believes it and not the key beside it."""
    kind = row.fields(name) if row.has(name) else None
    return kind.integer(number) if kind is not None and kind.has(number) else None


def _number(row: Fields, name: str) -> float | None:
    return row.number(name) if row.has(name) else None
