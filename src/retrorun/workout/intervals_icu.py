"""The workout text of intervals.icu: what a runner would type into its workout builder, written and read.

Its syntax is described in the service's forum ("Workout builder syntax quick guide", forum.intervals.icu/t/123701; text
events: t/96016). The traps: `m` are minutes and `mtr` metres; everything before the first duration is the cue, so that
a number in a cue would be read as a duration; a repeat has a blank line before and after it; repeats do not nest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import groupby

from retrorun.errors import WorkoutError
from retrorun.session import values
from retrorun.session.model import Findings, Intensity, Items, Repeat, Say, Session, Setting, Step, map_items
from retrorun.session.values import retold
from retrorun.session.wording import format_number, format_target, usual_gait
from retrorun.units import METRES_PER_MILE, METRES_PER_YARD, format_clock, speed_to_pace_s
from retrorun.workout.check import Group, Part, Single, arrange
from retrorun.workout.decode import Decompiled, Exported
from retrorun.workout.foreign_words import label_of, read_target
from retrorun.workout.step_text import clean, incline, label, one_line, spell, spelled

NAME = "intervals.icu text"
_SETTINGS = {
    Setting.TRACK: "on the track",
    Setting.TRAIL: "on a trail",
    Setting.TREADMILL: "on a treadmill",
}
_PER_CENT = {
    values.PercentOf.MAX_HR: "HR",
    values.PercentOf.THRESHOLD_HR: "LTHR",
    values.PercentOf.THRESHOLD_PACE: "Pace",
    values.PercentOf.CRITICAL_POWER: "",
}
AS_FIT = "send the FIT file instead, which holds it"
# A step that the lap button ends still needs a length, for the plan's total [inferred: ten minutes harm nothing].
LAP_BUTTON_LENGTH = "10m"
# What the builder would not read as words: numbers, options, text events, languages (`fr/Bonjour`), tags, and a dash
# in front, which makes a heading a step.
_READ_AS_SYNTAX = re.compile(
    r"^\s*-|\d|[%^=<>]|\b(press\s+lap|ramp|free\s?ride|free|max\s?effort|hide\s?power)\b|\b[a-z]{2}/", re.IGNORECASE
)


def to_intervals_icu(session: Session) -> Exported:
    """A session as intervals.icu workout text.

    Heart rate in bpm, cadence, a second target, one-sided limits, progressions, efforts other than those of its own, an
    incline and an end by heart rate or calories have no place in it: they go into the cue in words, and a finding says
    so. Notes that hold numbers or several lines go to the end of the text. A name is not part of the text.

    Raises:
        WorkoutError: with its repeats written out the session has more than 2000 lines.
    """
    arranged = arrange(session, format_name=NAME, depth=1)
    say = arranged.findings.add
    page = _Page(say=say)
    blocks = page.blocks(arranged.parts)
    page.remark("", session.note)
    if session.setting is not Setting.ROAD:
        page.remark("", _SETTINGS[session.setting])
        say("setting", f"{NAME} does not say where a session takes place", "it stands in the notes below the steps")
    text = "\n\n".join([*blocks, *(["\n".join(page.notes)] if page.notes else [])]) + "\n"
    return Exported(text=text, findings=arranged.findings.all)


@dataclass(slots=True, kw_only=True)
class _Page:
    """The lines of the text, and the notes that go below them."""

    say: Say
    notes: list[str] = field(default_factory=list)

    def blocks(self, parts: tuple[Part, ...]) -> list[str]:
        """Runs of single steps and repeats, each a block of its own: a blank line goes between any two."""
        made: list[str] = []
        for single, run in groupby(parts, lambda part: isinstance(part, Single)):
            lines = [self.line(part) if isinstance(part, Single) else self.group(part) for part in run]
            made += ["\n".join(lines)] if single else lines
        return made

    def group(self, group: Group) -> str:
        head = f"{group.count}x"
        if group.note and not self.moved(group.place, group.note):
            head = f"{one_line(group.note)} {head}"
        # One level of repeats only: `arrange` has seen to it that the body holds steps.
        lines = [self.line(part) for part in group.body if isinstance(part, Single)]
        return "\n".join([head, *lines])

    def line(self, single: Single) -> str:
        step, place = single.step, single.place
        cue = [label(step)]
        length = self.length(step, place, cue)
        target = self.target(step.target, place, cue)
        if step.secondary_target is not None:
            self.in_words(step.secondary_target, place, cue, "one target a step")
        if step.incline_pct is not None:
            cue.append(spelled(incline(step)))
            self.say(place, f"{NAME} has no incline: it stands in the cue", AS_FIT)
        if step.note and not self.moved(place, step.note):
            cue.append(one_line(step.note))
        return " ".join(filter(None, ["-", ", ".join(cue), length, target, f"intensity={step.intensity.value}"]))

    def length(self, step: Step, place: str, cue: list[str]) -> str:
        match step.duration:
            case values.Time():
                whole = max(1, round(step.duration.time_s))
                if whole != step.duration.time_s:
                    self.say(place, f"{NAME} counts whole seconds: {step.duration.time_s:g} s became {whole} s")
                return _time(whole)
            case values.Distance():
                return _distance(step.duration)
            case values.LapButton():
                pass
            case values.HeartRateAbove():
                cue.append(f"until heart rate is above {spell(step.duration.heart_rate_bpm)}")
            case values.HeartRateBelow():
                cue.append(f"until heart rate is below {spell(step.duration.heart_rate_bpm)}")
            case values.Calories():
                cue.append(f"until {spell(step.duration.calories_kcal)} kcal are spent")
        if not isinstance(step.duration, values.LapButton):
            self.say(place, f"{NAME} cannot end a step by itself then: the runner ends it with the lap button", AS_FIT)
        what = f"{NAME} gives a step for the lap button a length all the same: {LAP_BUTTON_LENGTH}"
        self.say(place, what, severity="note")
        return f"press lap {LAP_BUTTON_LENGTH}"

    def target(self, target: values.Target | None, place: str, cue: list[str]) -> str:
        match target:
            case values.SpeedRange():
                return self.pace(target, place)
            case values.HeartRateZone() | values.HeartRateZoneRange():
                self.say(place, f"{NAME} has zones of its own", "compare them with the watch's", severity="note")
                return f"{format_target(target)} HR"
            case values.PowerRange():
                return f"{_span(f'{target.low_w}', f'{target.high_w}')}w"
            case values.PercentRange(of=of) if of in _PER_CENT:
                return f"{_span(f'{target.low_pct}', f'{target.high_pct}')}% {_PER_CENT[of]}".strip()
            case values.HeartRateRange():
                self.in_words(target, place, cue, "heart rate in zones and per cent, not in bpm")
            case values.CadenceRange():
                self.in_words(target, place, cue, "a cadence for cycling only")
            case None:
                pass
            case _:
                self.in_words(target, place, cue, "no such target")
        return ""

    def pace(self, target: values.SpeedRange, place: str) -> str:
        unit, per_m = ("/mi", METRES_PER_MILE) if target.unit in ("min/mi", "mph") else ("/km", 1000.0)
        ends = (target.low_mps, target.high_mps)
        paces = [round(speed_to_pace_s(speed, per_m=per_m)) for speed in ends]
        if not all(round(per_m / pace, 3) == speed for pace, speed in zip(paces, ends, strict=True)):
            self.say(place, f"{NAME} has paces in whole seconds: {format_target(target)} was rounded")
        return f"{_span(*map(format_clock, paces))}{unit} Pace"

    def in_words(self, target: values.Target, place: str, cue: list[str], only: str) -> None:
        cue.append(spelled(format_target(target)))
        self.say(place, f"{NAME} knows {only}: {format_target(target)} stands in the cue", AS_FIT)

    def moved(self, place: str, note: str) -> bool:
        """Whether a note would be read as syntax where it stands, and so was moved to the end."""
        if not _READ_AS_SYNTAX.search(note) and one_line(note) == note:
            return False
        if self.say(place, f"{NAME} would read part of the note as a duration or an option: moved to the end", AS_FIT):
            self.remark(place, note)
        return True

    def remark(self, place: str, note: str) -> None:
        # The heading keeps a line from beginning with a dash, which would make it a step.
        if note:
            head = f"Note on {place}:" if place else "Note:"
            self.notes += [f"{head} {line}".rstrip() for line in note.split("\n")]


def _time(whole_s: int) -> str:
    minutes, seconds = divmod(whole_s, 60)
    hours, minutes = divmod(minutes, 60)
    return "".join(f"{value}{unit}" for value, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if value)


def _distance(distance: values.Distance) -> str:
    miles = format_number(distance.distance_m / METRES_PER_MILE, 4)
    if distance.unit == "mi" and abs(float(miles) * METRES_PER_MILE - distance.distance_m) <= 0.005:
        return f"{miles}mi"
    if distance.unit != "km" and distance.distance_m == int(distance.distance_m):
        return f"{int(distance.distance_m)}mtr"
    return f"{format_number(distance.distance_m / 1000.0, 5)}km"


def _span(low: str, high: str) -> str:
    return low if low == high else f"{low}-{high}"


# ---- and back --------------------------------------------------------------------------------------------------------

_HEAD = re.compile(r"(?P<note>.*?)\s*\b(?P<count>\d{1,3})\s*x", re.IGNORECASE)
_LENGTH = re.compile(
    r"(?:(?P<h>\d+(?:\.\d+)?)h)?(?:(?P<m>\d+(?:\.\d+)?)(?:m|'))?(?:(?P<s>\d+(?:\.\d+)?)(?:s|\"))?"
    r"|(?P<size>\d+(?:\.\d+)?)(?P<unit>mtr|meters?|km|mi|yrd|yd)",
    re.IGNORECASE,
)
_UNITS_M = {"km": 1000.0, "mi": METRES_PER_MILE, "yrd": METRES_PER_YARD, "yd": METRES_PER_YARD}
_INTENSITY = re.compile(r"\bintensity=(?P<name>\w+)", re.IGNORECASE)
_KINDS = {each.value: each for each in (Intensity.WARMUP, Intensity.COOLDOWN, Intensity.RECOVERY, Intensity.REST)}
_NOTE_LINE = re.compile(r"Note(?: on (?P<place>steps[\w.\[\]]*))?:(?: (?P<text>.*))?")


def is_intervals_icu(text: str) -> bool:
    """Whether a text has a line that is a step of intervals.icu: a dash, words, a length."""
    lines = (line.strip() for line in text.splitlines())
    return any(line.startswith("-") and _length_at(line.split()[1:]) is not None for line in lines)


def from_intervals_icu(text: str, *, name: str = "") -> Decompiled:
    """The session in an intervals.icu workout text, and what the session cannot hold of it.

    Raises:
        WorkoutError: there is no step in it.
    """
    reader = _Reader()
    for line in text.splitlines():
        with retold(WorkoutError, f"line {reader.lines + 1}"):
            reader.line(line.strip())
    with retold(WorkoutError, f"line {reader.lines}"):
        reader.close()
        if not reader.items:
            raise WorkoutError("the text holds no step", hint="a step is a line such as '- Warmup 10m Z2 HR'")
        return Decompiled(session=reader.session(name), findings=reader.findings.all)


class _Reader:
    """Reads line by line; a repeat is open until a blank line."""

    def __init__(self) -> None:
        self.findings = Findings()
        self.say = self.findings.add
        self.lines = 0
        self.items: list[Step | Repeat] = []
        self.notes: list[str] = []
        self.step_notes: dict[str, list[str]] = {}
        self.section = Intensity.ACTIVE
        self.head: re.Match[str] | None = None
        self.body: list[Step] = []

    def line(self, line: str) -> None:
        self.lines += 1
        if not line:
            self.close()
        elif line.startswith("-"):
            self.step(line[1:].strip())
        elif note := _NOTE_LINE.fullmatch(line):
            lines = self.step_notes.setdefault(note["place"], []) if note["place"] else self.notes
            lines.append(note["text"] or "")
        elif head := _HEAD.fullmatch(line):
            self.close()
            self.head = head
        elif kind := _kind_of(line):
            self.close()
            self.section = kind
        else:
            self.close()
            self.notes.append(line)

    def session(self, name: str) -> Session:
        notes = self.notes
        setting = next((setting for setting, words in _SETTINGS.items() if notes[-1:] == [words]), Setting.ROAD)
        note = clean("\n".join(notes if setting is Setting.ROAD else notes[:-1]))
        items = _with_notes(tuple(self.items), self.step_notes)
        return Session(steps=items, name=clean(name), note=note, setting=setting)

    def close(self) -> None:
        """End the repeat that is open."""
        if self.head is not None and self.body:
            until = values.Times(count=max(1, int(self.head["count"])))
            self.items.append(Repeat(steps=tuple(self.body), until=until, note=clean(self.head["note"])))
        self.head, self.body, self.section = None, [], Intensity.ACTIVE

    def step(self, line: str) -> None:
        inside, steps = self.head is not None, self.body if self.head is not None else self.items
        place = f"steps[{len(self.items)}].repeat[{len(steps)}]" if inside else f"steps[{len(steps)}]"
        words = line.split()
        at = _length_at(words)
        if at is None:
            self.say(place, f"'{line}' has no length", "the lap button ends it")
            at = len(words)
        elif re.fullmatch(r"[1-9]\d\dm", words[at]):
            self.say(place, f"'{words[at]}' are minutes in {NAME}", "metres are mtr there; check the step")
        cue, rest = " ".join(words[:at]), " ".join(words[at + 1 :])
        by_hand = at == len(words) or cue.casefold().endswith("press lap")
        cue = re.sub(r"\s*press lap$", "", cue, flags=re.IGNORECASE)
        named = _INTENSITY.search(rest)
        intensity = self.section
        if named and named["name"].casefold() in list(Intensity):
            intensity = Intensity(named["name"].casefold())
        elif kind := _kind_of(cue):
            intensity, cue = kind, ""
        rest = _INTENSITY.sub("", rest)
        target, rest = read_target(rest, place, self.say)
        marked = label_of(cue.replace(", ", ": ", 1), place, Findings().add, resting=intensity is Intensity.REST)
        gait = usual_gait(intensity)
        label = marked if marked.marked else label_of(cue, place, self.say, resting=False, gait=gait)
        if rest.strip():
            self.say(place, f"'{rest.strip()}' is not understood", "it stands in the note")
        note = clean(" ".join(filter(None, [label.text, rest.strip()])))
        end = values.LapButton() if by_hand else _read_length(words[at])
        steps.append(replace(label, incline_pct=None).step(end, intensity=intensity, target=target, note=note))


def _kind_of(words: str) -> Intensity | None:
    """What steps are for by a word alone: a heading, or a cue."""
    return _KINDS.get(words.casefold().replace("-", "").replace(" ", ""))


def _length_at(words: list[str]) -> int | None:
    """Which of the words is the first length; None where there is none."""
    return next((index for index, word in enumerate(words) if _LENGTH.fullmatch(word)), None)


def _read_length(word: str) -> values.Time | values.Distance:
    found = _LENGTH.fullmatch(word)
    said = found.groupdict() if found else {}
    if said.get("size"):
        unit = said["unit"].casefold()
        shown: values.DistanceUnit = "km" if unit == "km" else "mi" if unit == "mi" else "m"
        return values.Distance(distance_m=float(said["size"]) * _UNITS_M.get(unit, 1.0), unit=shown)
    parts = ((said.get("h"), 3600), (said.get("m"), 60), (said.get("s"), 1))
    return values.Time(time_s=sum(float(value) * factor for value, factor in parts if value))


def _with_notes(items: Items, notes: dict[str, list[str]]) -> Items:
    """The steps and repeats with the notes from the end of the text, each at its place."""

    def noted(place: str, item: Step | Repeat) -> Step | Repeat:
        return replace(item, note=clean("\n".join([*filter(None, [item.note]), *notes.get(place, [])])))

    return map_items(items, noted)
