"""The workout text of intervals.icu: what a runner would type into its workout builder.

Its syntax is described in the service's forum ("Workout builder syntax quick guide", forum.intervals.icu/t/123701; text
events: t/96016). The traps: `m` are minutes and `mtr` metres; everything before the first duration is the cue, so that
a number in a cue would be read as a duration; a repeat has a blank line before and after it; repeats do not nest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from retrorun.session.model import Session, Setting, Step
from retrorun.session.values import (
    CadenceRange,
    Calories,
    Distance,
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
from retrorun.session.wording import format_number, format_target
from retrorun.units import METRES_PER_MILE, format_clock, speed_to_pace_s
from retrorun.workout.arrange import Group, Part, Single, arrange
from retrorun.workout.finding import Exported, Findings
from retrorun.workout.step_text import incline, label, one_line, spell

NAME = "intervals.icu text"
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

    Heart rate in bpm, cadence, a second target, an incline and an end by heart rate or calories have no place in it:
    they go into the cue in words, and a finding says so. Notes that hold numbers go to the end of the text.

    Raises:
        WorkoutError: with its repeats written out the session has more than 2000 lines.
    """
    arranged = arrange(session, format_name=NAME, depth=1)
    findings = Findings(arranged.findings)
    page = _Page(findings=findings)
    blocks = page.blocks(arranged.parts)
    page.remark("", session.note)
    if session.setting is not Setting.ROAD:
        page.remark("", f"on {'a' if session.setting != Setting.TRACK else 'the'} {session.setting.value}")
        findings.add(
            "setting", f"{NAME} does not say where a session takes place", "it stands in the notes below the steps"
        )
    text = "\n\n".join([*blocks, *(["\n".join(page.notes)] if page.notes else [])]) + "\n"
    return Exported(text=text, findings=findings.all)


@dataclass(slots=True, kw_only=True)
class _Page:
    """The lines of the text, and the notes that go below them."""

    findings: Findings
    notes: list[str] = field(default_factory=list)

    def blocks(self, parts: tuple[Part, ...]) -> list[str]:
        """Runs of single steps and repeats, each a block of its own: a blank line goes between any two."""
        made: list[str] = []
        run: list[str] = []
        for part in parts:
            if isinstance(part, Single):
                run.append(self.line(part))
                continue
            if run:
                made.append("\n".join(run))
            run = []
            made.append(self.group(part))
        return [*made, "\n".join(run)] if run else made

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
            cue.append(_spelled(incline(step)))
            self.findings.add(place, f"{NAME} has no incline: it stands in the cue", AS_FIT)
        if step.note and not self.moved(place, step.note):
            cue.append(one_line(step.note))
        return " ".join(filter(None, ["-", ", ".join(cue), length, target, f"intensity={step.intensity.value}"]))

    def length(self, step: Step, place: str, cue: list[str]) -> str:
        match step.duration:
            case Time():
                whole = max(1, round(step.duration.time_s))
                if whole != step.duration.time_s:
                    self.findings.add(
                        place, f"{NAME} counts whole seconds: {step.duration.time_s:g} s became {whole} s"
                    )
                return _time(whole)
            case Distance():
                return _distance(step.duration)
            case LapButton():
                pass
            case HeartRateAbove():
                cue.append(f"until heart rate is above {spell(step.duration.heart_rate_bpm)}")
            case HeartRateBelow():
                cue.append(f"until heart rate is below {spell(step.duration.heart_rate_bpm)}")
            case Calories():
                cue.append(f"until {spell(step.duration.calories_kcal)} kcal are spent")
        if not isinstance(step.duration, LapButton):
            self.findings.add(
                place, f"{NAME} cannot end a step by itself then: the runner ends it with the lap button", AS_FIT
            )
        self.findings.add(
            place, f"{NAME} gives a step for the lap button a length all the same: {LAP_BUTTON_LENGTH}", severity="note"
        )
        return f"press lap {LAP_BUTTON_LENGTH}"

    def target(self, target: Target | None, place: str, cue: list[str]) -> str:
        match target:
            case SpeedRange():
                return self.pace(target, place)
            case HeartRateZone():
                self.findings.add(
                    place, f"{NAME} has zones of its own", "compare them with the watch's", severity="note"
                )
                return f"Z{target.zone} HR"
            case PowerRange():
                return f"{_span(f'{target.low_w}', f'{target.high_w}')}w"
            case HeartRateRange():
                self.in_words(target, place, cue, "heart rate in zones and per cent, not in bpm")
            case CadenceRange():
                self.in_words(target, place, cue, "a cadence for cycling only")
        return ""

    def pace(self, target: SpeedRange, place: str) -> str:
        unit, per_m = ("/mi", METRES_PER_MILE) if target.unit == "min/mi" else ("/km", 1000.0)
        ends = (target.low_mps, target.high_mps)
        paces = [round(speed_to_pace_s(speed, per_m=per_m)) for speed in ends]
        if not all(round(per_m / pace, 3) == speed for pace, speed in zip(paces, ends, strict=True)):
            self.findings.add(place, f"{NAME} has paces in whole seconds: {format_target(target)} was rounded")
        return f"{_span(*map(format_clock, paces))}{unit} Pace"

    def in_words(self, target: Target, place: str, cue: list[str], only: str) -> None:
        cue.append(_spelled(format_target(target)))
        self.findings.add(place, f"{NAME} knows {only}: {format_target(target)} stands in the cue", AS_FIT)

    def moved(self, place: str, note: str) -> bool:
        """Whether a note would be read as syntax where it stands, and so was moved to the end."""
        if not _READ_AS_SYNTAX.search(note):
            return False
        if self.findings.add(
            place, f"{NAME} would read part of the note as a duration or an option: moved to the end", AS_FIT
        ):
            self.remark(place, note)
        return True

    def remark(self, place: str, note: str) -> None:
        # The heading keeps a line from beginning with a dash, which would make it a step.
        self.notes += [
            f"Note{f' on {place}' if place else ''}: {one_line(line)}" for line in note.split("\n") if line.strip()
        ]


def _time(whole_s: int) -> str:
    minutes, seconds = divmod(whole_s, 60)
    hours, minutes = divmod(minutes, 60)
    return "".join(f"{value}{unit}" for value, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if value)


def _distance(distance: Distance) -> str:
    miles = format_number(distance.distance_m / METRES_PER_MILE, 4)
    if distance.unit == "mi" and abs(float(miles) * METRES_PER_MILE - distance.distance_m) <= 0.005:
        return f"{miles}mi"
    if distance.unit != "km" and distance.distance_m == int(distance.distance_m):
        return f"{int(distance.distance_m)}mtr"
    return f"{format_number(distance.distance_m / 1000.0, 5)}km"


def _span(low: str, high: str) -> str:
    return low if low == high else f"{low}-{high}"


def _spelled(words: str) -> str:
    """Words without digits: `140-150 bpm` becomes `one hundred forty to one hundred fifty bpm`."""
    words = re.sub(r"(?<=\d)-(?=\d)", " to ", words)
    words = re.sub(r"(?<=\d):00", " flat", words)
    words = re.sub(r"(?<=\d):0(?=\d)", " oh ", words).replace(":", " ")
    for sign, word in (("km/h", "km an hour"), ("/", " a "), ("%", "per cent"), (".", " point "), ("-", "minus ")):
        words = words.replace(sign, word)
    return one_line(re.sub(r"\d+", lambda match: spell(int(match[0])), words))
