"""The workout text of intervals.icu: what a runner would type into its workout builder, written and read.

Its syntax is described in the service's forum ("Workout builder syntax quick guide", forum.intervals.icu/t/123701; text
events: t/96016). The traps: `m` are minutes and `mtr` metres; everything before the first duration is the cue, so that
a number in a cue would be read as a duration; a repeat has a blank line before and after it; repeats do not nest.
Targets are such as `6:40-7:20/km Pace`, `Z2-Z3 HR`, `85-90% LTHR`, `200w`, `90rpm`.
"""

import re
from dataclasses import dataclass, field, replace
from itertools import groupby

from retrorun import units
from retrorun.errors import WorkoutError
from retrorun.session import values, wording
from retrorun.session.model import Findings, Intensity, Repeat, Say, Session, Setting, Step, map_items
from retrorun.units import METRES_PER_MILE, METRES_PER_YARD
from retrorun.workout import encode
from retrorun.workout.check import Group, Part, Single, arrange
from retrorun.workout.decode import Decompiled, Exported
from retrorun.workout.step_text import WHERE, clean, incline, label, label_of, one_line

NAME = "intervals.icu text"
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
    page = _Page(say=arranged.findings.add)
    blocks = page.blocks(arranged.parts)
    page.remark("", session.note)
    if session.setting is not Setting.ROAD:
        page.remark("", WHERE[session.setting])
        hint = "it stands in the notes below the steps"
        page.say("setting", f"{NAME} does not say where a session takes place", hint)
    text = "\n\n".join(filter(None, [*blocks, "\n".join(page.notes)])) + "\n"
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
        return "\n".join([head, *self.blocks(group.body)])  # one level of repeats only: the body holds steps

    def line(self, single: Single) -> str:
        step, place = single.step, single.place
        cue = [label(step)]
        length, target = self.length(step, place, cue), self.target(step.target, place, cue)
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
            case values.Time(time_s=time_s):
                whole = max(1, round(time_s))
                if whole != time_s:
                    self.say(place, f"{NAME} counts whole seconds: {time_s:g} s became {whole} s")
                parts = ((whole // 3600, "h"), (whole // 60 % 60, "m"), (whole % 60, "s"))
                return "".join(f"{value}{unit}" for value, unit in parts if value)
            case values.Distance():
                return _distance(step.duration)
            case values.HeartRateAbove(heart_rate_bpm=bpm):
                cue.append(f"until heart rate is above {spell(bpm)}")
            case values.HeartRateBelow(heart_rate_bpm=bpm):
                cue.append(f"until heart rate is below {spell(bpm)}")
            case values.Calories(calories_kcal=kcal):
                cue.append(f"until {spell(kcal)} kcal are spent")
        if not isinstance(step.duration, values.LapButton):
            self.say(place, f"{NAME} cannot end a step by itself then: the runner ends it with the lap button", AS_FIT)
        what = f"{NAME} gives a step for the lap button a length all the same: {LAP_BUTTON_LENGTH}"
        self.say(place, what, severity="note")
        return f"press lap {LAP_BUTTON_LENGTH}"

    def target(self, target: values.Target | None, place: str, cue: list[str]) -> str:
        match target:
            case None:
                return ""
            case values.SpeedRange():
                return self.pace(target, place)
            case values.HeartRateZone() | values.HeartRateZoneRange():
                self.say(place, f"{NAME} has zones of its own", "compare them with the watch's", severity="note")
                return f"{wording.format_target(target)} HR"
            case values.PowerRange():
                return f"{_span(target.low_w, target.high_w)}w"
            case values.PercentRange(of=of) if of in _PER_CENT:
                return f"{_span(target.low_pct, target.high_pct)}% {_PER_CENT[of]}".strip()
            case values.HeartRateRange():
                self.in_words(target, place, cue, "heart rate in zones and per cent, not in bpm")
            case values.CadenceRange():
                self.in_words(target, place, cue, "a cadence for cycling only")
            case _:
                self.in_words(target, place, cue, "no such target")
        return ""

    def pace(self, target: values.SpeedRange, place: str) -> str:
        unit, per_m = ("/mi", METRES_PER_MILE) if target.unit in ("min/mi", "mph") else ("/km", 1000.0)
        ends = (target.low_mps, target.high_mps)
        paces = [round(units.speed_to_pace_s(speed, per_m=per_m)) for speed in ends]
        if not all(round(per_m / pace, 3) == speed for pace, speed in zip(paces, ends, strict=True)):
            self.say(place, f"{NAME} has paces in whole seconds: {wording.format_target(target)} was rounded")
        return f"{_span(*map(units.format_clock, paces))}{unit} Pace"

    def in_words(self, target: values.Target, place: str, cue: list[str], only: str) -> None:
        words = wording.format_target(target)
        cue.append(spelled(words))
        self.say(place, f"{NAME} knows {only}: {words} stands in the cue", AS_FIT)

    def moved(self, place: str, note: str) -> bool:
        """Whether a note would be read as syntax where it stands, and so was moved to the end."""
        if not _READ_AS_SYNTAX.search(note) and one_line(note) == note:
            return False
        if self.say(place, f"{NAME} would read part of the note as a duration or an option: moved to the end", AS_FIT):
            self.remark(place, note)
        return True

    def remark(self, place: str, note: str) -> None:
        # The heading keeps a line from beginning with a dash, which would make it a step.
        head = f"Note on {place}:" if place else "Note:"
        self.notes += [f"{head} {line}".rstrip() for line in note.split("\n") if note]


def _distance(distance: values.Distance) -> str:
    miles = wording.format_number(distance.distance_m / METRES_PER_MILE, 4)
    if distance.unit == "mi" and abs(float(miles) * METRES_PER_MILE - distance.distance_m) <= 0.005:
        return f"{miles}mi"
    if distance.unit != "km" and distance.distance_m == int(distance.distance_m):
        return f"{int(distance.distance_m)}mtr"
    return f"{wording.format_number(distance.distance_m / 1000.0, 5)}km"


def _span(low: object, high: object) -> str:
    return f"{low}" if low == high else f"{low}-{high}"


_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", *_TEENS)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def spell(value: int) -> str:
    """A whole number from 0 to 999999 in words: 128 is `one hundred twenty-eight`."""
    for size, name in ((1000, "thousand"), (100, "hundred")):
        if value >= size:
            return f"{spell(value // size)} {name}" + (f" {spell(value % size)}" if value % size else "")
    if value >= 20:
        return _TENS[value // 10 - 2] + (f"-{_SMALL[value % 10]}" if value % 10 else "")
    return _SMALL[value]


def spelled(words: str) -> str:
    """Words without digits: `140-150 bpm` becomes `one hundred forty to one hundred fifty bpm`."""
    words = re.sub(r"(?<=\d)-(?=\d)", " to ", words)
    words = re.sub(r"(?<=\d):00", " flat", words)
    words = re.sub(r"(?<=\d):0(?=\d)", " oh ", words).replace(":", " ")
    for sign, word in (("km/h", "km an hour"), ("/", " a "), ("%", "per cent"), (".", " point "), ("-", "minus ")):
        words = words.replace(sign, word)
    return one_line(re.sub(r"\d+", lambda match: spell(int(match[0])), words))


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
_RANGE = r"\b(?P<low>\d{1,4})(?:%?-(?P<high>\d{1,4}))?"
_TARGETS = {
    "pace": r"(?P<low>\d{1,4}(?::\d\d)+)(?:-(?P<high>\d{1,4}(?::\d\d)+))?(?:/(?P<of>km|mi))?(?:\s*Pace\b)?",
    "per cent": _RANGE + r"%(?:\s*(?P<of>HR|LTHR|Pace|FTP)\b)?",
    "zone": r"\bZ(?P<low>\d)(?:-Z?(?P<high>\d))?(?:\s*(?P<of>HR|Pace|Power)\b)?",
    "power": _RANGE + r"\s*(?P<of>w)\b",
    "heart rate": _RANGE + r"\s*(?P<of>bpm)\b",
    "cadence": _RANGE + r"\s*(?P<of>rpm|spm)\b",
}
_MEASURES: dict[str, values.Measure] = {
    "power": values.PowerRange,
    "heart rate": values.HeartRateRange,
    "cadence": values.CadenceRange,
}


def is_intervals_icu(text: str) -> bool:
    """Whether a text has a line that is a step of intervals.icu: a dash, words, a length."""
    lines = (line.strip() for line in text.splitlines())
    return any(line.startswith("-") and any(map(_LENGTH.fullmatch, line.split()[1:])) for line in lines)


def from_intervals_icu(text: str, *, name: str = "") -> Decompiled:
    """The session in an intervals.icu workout text, and what the session cannot hold of it.

    Raises:
        WorkoutError: there is no step in it.
    """
    reader, lines = _Reader(), text.splitlines()
    for number, line in enumerate(lines, start=1):
        with values.retold(WorkoutError, f"line {number}"):
            reader.line(line.strip())
    with values.retold(WorkoutError, f"line {len(lines)}"):
        reader.close()
        if not reader.items:
            raise WorkoutError("the text holds no step", hint="a step is a line such as '- Warmup 10m Z2 HR'")
        return Decompiled(session=reader.session(name), findings=reader.findings.all)


class _Reader:
    """Reads line by line; a repeat is open until a blank line."""

    def __init__(self) -> None:
        self.findings = Findings()
        self.say = self.findings.add
        self.items: list[Step | Repeat] = []
        self.notes: dict[str, list[str]] = {"": []}  # by the place of the step or repeat
        self.section = Intensity.ACTIVE
        self.head: re.Match[str] | None = None
        self.body: list[Step] = []

    def line(self, line: str) -> None:
        if line.startswith("-"):
            self.step(line[1:].strip())
        elif note := _NOTE_LINE.fullmatch(line):
            self.notes.setdefault(note["place"] or "", []).append(note["text"] or "")
        else:
            self.close()
            if head := _HEAD.fullmatch(line):
                self.head = head
            elif kind := _kind_of(line):
                self.section = kind
            elif line:
                self.notes[""].append(line)

    def session(self, name: str) -> Session:
        notes = self.notes[""]
        setting = next((setting for setting, words in WHERE.items() if notes[-1:] == [words]), Setting.ROAD)
        note = clean("\n".join(notes if setting is Setting.ROAD else notes[:-1]))

        def noted(place: str, item: Step | Repeat) -> Step | Repeat:
            return replace(item, note=clean("\n".join([*filter(None, [item.note]), *self.notes.get(place, [])])))

        return Session(steps=map_items(tuple(self.items), noted), name=clean(name), note=note, setting=setting)

    def close(self) -> None:
        """End the repeat that is open."""
        if self.head is not None and self.body:
            until = values.Times(count=max(1, int(self.head["count"])))
            self.items.append(Repeat(steps=tuple(self.body), until=until, note=clean(self.head["note"])))
        self.head, self.body, self.section = None, [], Intensity.ACTIVE

    def step(self, line: str) -> None:
        place = f"steps[{len(self.items)}]" + (f".repeat[{len(self.body)}]" if self.head is not None else "")
        words = line.split()
        at = next((index for index, word in enumerate(words) if _LENGTH.fullmatch(word)), len(words))
        if at == len(words):
            self.say(place, f"'{line}' has no length", "the lap button ends it")
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
        target, rest = read_target(_INTENSITY.sub("", rest), place, self.say)
        label = label_of(cue.replace(", ", ": ", 1), place, Findings().add, resting=intensity is Intensity.REST)
        if not label.marked:
            label = label_of(cue, place, self.say, resting=False, gait=wording.usual_gait(intensity))
        if rest.strip():
            self.say(place, f"'{rest.strip()}' is not understood", "it stands in the note")
        note = clean(" ".join(filter(None, [label.text, rest.strip()])))
        end = values.LapButton() if by_hand else _read_length(words[at])
        made = Step(duration=end, intensity=intensity, target=target, note=note)
        (self.items if self.head is None else self.body).append(replace(label, incline_pct=None).on(made))


def _kind_of(words: str) -> Intensity | None:
    """What steps are for by a word alone: a heading, or a cue."""
    return _KINDS.get(words.casefold().replace("-", "").replace(" ", ""))


def _read_length(word: str) -> values.Time | values.Distance:
    found = _LENGTH.fullmatch(word)
    said = found.groupdict() if found else {}
    if said.get("size"):
        unit = said["unit"].casefold()
        shown: values.DistanceUnit = "km" if unit == "km" else "mi" if unit == "mi" else "m"
        return values.Distance(distance_m=float(said["size"]) * _UNITS_M.get(unit, 1.0), unit=shown)
    return values.Time(time_s=sum(float(said.get(unit) or 0) * s for unit, s in (("h", 3600), ("m", 60), ("s", 1))))


def read_target(text: str, place: str, say: Say) -> tuple[values.Target | None, str]:
    """The first target in the words behind a length, and the words without it."""
    for kind, pattern in _TARGETS.items():
        found = re.search(pattern, text, re.IGNORECASE)
        if found is not None:
            target = _target(kind, found, place, say)
            if target is None:
                say(place, f"a session holds no target '{found.group()}'", "it is left out")
            return target, text[: found.start()] + text[found.end() :]
    return None, text


def _target(kind: str, found: re.Match[str], place: str, say: Say) -> values.Target | None:
    of = (found["of"] or "").casefold()
    if kind == "pace":
        per_m = METRES_PER_MILE if of == "mi" else 1000.0
        paces = [units.parse_clock(clock) for clock in (found["low"], found["high"] or found["low"])]
        speeds = sorted(per_m / pace for pace in paces if pace)
        made = encode.between(values.SpeedRange, speeds[0], speeds[-1]) if speeds else None
        return replace(made, unit="min/mi") if of == "mi" and isinstance(made, values.SpeedRange) else made
    low, high = sorted((int(found["low"]), int(found["high"] or found["low"])))
    if kind == "zone":
        return encode.between_zones(low, high) if of == "hr" else None
    if kind == "per cent":
        known = {word.casefold(): measure for measure, word in _PER_CENT.items()}
        return encode.between(known.get(of, values.PercentOf.CRITICAL_POWER), low, high)
    if of == "rpm" and high <= 110:
        say(place, f"a cadence of '{found.group()}' is that of one foot", "taken as twice as many")
        low, high = 2 * low, 2 * high
    return encode.between(_MEASURES[kind], low, high)
