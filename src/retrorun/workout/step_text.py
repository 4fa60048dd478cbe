"""A step in words, its direction first: on the watch's face, in cues, text events and on a coach's sheet.

FIT has no field for running backward, so the words carry it, so that it can be read back::

    name   BWD walk -12.5%          at most 15 bytes, whatever the step
    note   BACKWARD walk -12.5%: the runner's own note
           BACKWARD? run             where the direction was guessed from somebody else's words

Backward is in capitals and forward in small letters, so that a glance tells them apart. In 61 recordings of Edge 530,
fēnix 6X, Enduro, FR255 and FR965 no step had a name, while many had notes; so the note alone must be enough to read
everything back.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from retrorun.errors import SessionError
from retrorun.session import model, wording
from retrorun.session.model import Direction, Gait, Intensity, Slope, Step
from retrorun.session.values import Duration, LapButton, Progression, Target

SKIP_LAST = "SKIP LAST"  # first in the note of a repeat whose last round was written out without its last step
ZERO_WIDTH_JOINER = "\u200d"
PLAIN_NOTE = "NOTE"  # first in a repeat's note that would otherwise be taken for one of these two marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a step's name or note says, and the runner's own words behind it."""

    direction: Direction
    gait: Gait
    slope: Slope | None = None
    incline_pct: float | None = None
    text: str = ""
    marked: bool = True  # in so many of our own words that nobody else can have written them
    doubted: bool = False  # our own words for a direction that was itself a guess

    @property
    def guessed(self) -> bool:
        """Whether the direction is backward, and not for certain."""
        return self.direction is Direction.BACKWARD and (self.doubted or not self.marked)

    def step(
        self,
        duration: Duration,
        *,
        intensity: Intensity,
        target: Target | None = None,
        secondary_target: Target | None = None,
        note: str = "",
    ) -> Step:
        """A step that goes the way the label says.

        Raises:
            SessionError: there is no such step.
        """
        return Step(
            duration=duration,
            direction=self.direction,
            gait=self.gait,
            slope=self.slope,
            incline_pct=self.incline_pct,
            intensity=intensity,
            target=target,
            secondary_target=secondary_target,
            note=note,
            direction_guessed=self.guessed,
        )


_SLOPES = {Slope.UPHILL: "up", Slope.DOWNHILL: "down", Slope.FLAT: "flat"}
_SHORT_SLOPES = {short: slope for slope, short in _SLOPES.items()}

_GAIT_AND_GROUND = r"(?: (?P<gait>run|walk))?(?: (?P<slope>{slopes}))?(?: (?P<incline>[+-]\d{{1,2}}(?:\.\d)?)%)?"
_NAME = re.compile(r"(?P<head>BWD|fwd|rest)" + _GAIT_AND_GROUND.format(slopes="up|down|flat"))
_NOTE = re.compile(
    r"(?P<head>BACKWARD|forward|rest)(?P<doubt>(?<=BACKWARD)\?)?"
    + _GAIT_AND_GROUND.format(slopes="uphill|downhill|flat")
    + r"(?:: (?P<text>.+))?",
    re.DOTALL,
)
_REPEAT_NOTE = re.compile(rf"(?P<mark>{SKIP_LAST}|{PLAIN_NOTE})(?:: (?P<text>.+))?", re.DOTALL)
WORK = (Intensity.ACTIVE, Intensity.INTERVAL)
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", *_TEENS)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


# ---- on the watch ----------------------------------------------------------------------------------------------------


def step_name(step: Step) -> str:
    """The name of a step for the watch, e.g. `BWD run up`; never longer than 15 bytes."""
    head = {Direction.BACKWARD: "BWD", Direction.FORWARD: "fwd"}[step.direction]
    return _join(head, step, _SLOPES)


def step_note(step: Step) -> str:
    """The note of a step for the watch, e.g. `BACKWARD run uphill: eyes over the left shoulder`."""
    backward = "BACKWARD?" if step.direction_guessed else "BACKWARD"
    head = backward if step.direction is Direction.BACKWARD else "forward"
    words = _join(head, step, {slope: slope.value for slope in Slope})
    # A watch holds the ends of a progression alone; the note says which comes first, and is read back.
    rising = [wording.format_target(t) for t in (step.target, step.secondary_target) if isinstance(t, Progression)]
    text = "; ".join([*rising, step.note] if step.note else rising)
    return f"{words}: {text}" if text else words


def _join(head: str, step: Step, slopes: dict[Slope, str]) -> str:
    # "fwd run" would set a resting runner off. With an incline there is no room in the name for another word.
    resting = step.intensity is Intensity.REST and step.direction is Direction.FORWARD and step.incline_pct is None
    words = ["rest"] if resting else [head]
    if not resting or step.gait is Gait.WALK:
        words.append(step.gait.value)
    if step.slope is not None:
        words.append(slopes[step.slope])
    if step.incline_pct is not None:
        words.append(f"{step.incline_pct + 0.0:+g}%")  # + 0.0 turns -0.0 into 0.0: equal steps, equal words
    return " ".join(words)


def read_note(note: str, *, resting: bool) -> Label | None:
    """What a note of ours says; None for any other note. `resting` is whether the step is a rest."""
    return _read(_NOTE.fullmatch(note), resting=resting)


def read_name(name: str, *, resting: bool) -> Label | None:
    """What a name of ours says; None for any other name. `resting` is whether the step is a rest."""
    return _read(_NAME.fullmatch(name), resting=resting)


def _read(match: re.Match[str] | None, *, resting: bool) -> Label | None:
    if match is None:
        return None
    said = match.groupdict()
    if said["head"] == "rest" and not resting:
        return None
    slope = said["slope"]
    incline = said["incline"]
    return Label(
        direction=Direction.BACKWARD if said["head"] in ("BWD", "BACKWARD") else Direction.FORWARD,
        gait=Gait(said["gait"] or "run"),
        slope=None if slope is None else _SHORT_SLOPES.get(slope) or Slope(slope),
        incline_pct=None if incline is None else float(incline),
        text=said.get("text") or "",
        marked=said["gait"] is not None,
        doubted=bool(said.get("doubt")),
    )


def repeat_note(note: str, *, skip_last: bool) -> str:
    """The note of a repeat for the watch. `skip_last` marks one whose last round is written out behind it."""
    mark = SKIP_LAST if skip_last else PLAIN_NOTE if _REPEAT_NOTE.fullmatch(note) else ""
    return ": ".join(part for part in (mark, note) if part)


def read_repeat_note(note: str) -> tuple[str, bool]:
    """The runner's own note of a repeat, and whether it bears the mark of `skip_last`."""
    match = _REPEAT_NOTE.fullmatch(note)
    if match is None:
        return note, False
    return match["text"] or "", match["mark"] == SKIP_LAST


def cut(text: str, size: int) -> str:
    """The longest beginning of a text that takes at most `size` bytes of UTF-8, cut between characters.

    A character keeps its accents and joined signs: what would be left hanging is left out.
    """
    data = text.encode()
    if len(data) <= size:
        return text
    kept = data[:size].decode(errors="ignore")
    while kept and (_joins(text[len(kept)]) or kept[-1] == ZERO_WIDTH_JOINER):
        kept = kept[:-1]
    return kept.strip()


def _joins(char: str) -> bool:
    """Whether a character belongs to the one before it: accents, variation signs, skin tones, the joiner itself."""
    mark = unicodedata.combining(char) != 0 or unicodedata.category(char) in ("Mn", "Me", "Mc")
    return mark or char == ZERO_WIDTH_JOINER or "\U0001f3fb" <= char <= "\U0001f3ff"


# ---- for people ------------------------------------------------------------------------------------------------------


def label(step: Step) -> str:
    """Direction, gait and slope as on the watch, e.g. `BACKWARD run uphill`, `forward walk`, `rest`."""
    return step_note(replace(step, note="", incline_pct=None, target=None, secondary_target=None))


def purpose(step: Step) -> str:
    """What the step is for; empty where it is the work itself, or a rest that already says so."""
    named = step.intensity in WORK or label(step).startswith(Intensity.REST.value)
    return "" if named else step.intensity.value


def incline(step: Step) -> str:
    """The treadmill's incline, e.g. `incline -2.5 %`; empty without one."""
    return "" if step.incline_pct is None else f"incline {step.incline_pct + 0.0:g} %"


def length(duration: Duration) -> str:
    """When a step ends, e.g. `400m`, `90s`, `until the lap button`."""
    return "until the lap button" if isinstance(duration, LapButton) else wording.format_duration(duration)


def targets(step: Step) -> str:
    """What to hold, e.g. `6:40-7:20/km and 170-180 spm`; empty without a target."""
    both = (step.target, step.secondary_target)
    return " and ".join(wording.format_target(target) for target in both if target is not None)


def sentence(step: Step) -> str:
    """A step in a line that reads back, e.g. `BACKWARD run, 400m, 6:40-7:20/km: the runner's own note`."""
    kind = Intensity.INTERVAL.value if step.intensity is Intensity.INTERVAL else purpose(step)
    facts = ", ".join(filter(None, [label(step), kind, length(step.duration), targets(step), incline(step)]))
    return f"{facts}: {one_line(step.note)}" if step.note else facts


def read_sentence(text: str) -> Step | None:
    """The step of a line that `sentence` wrote; None for any other text."""
    from retrorun.session.notation import parse_duration, parse_target

    facts, _, note = text.partition(": ")
    head, *rest = facts.split(", ")
    intensity = Intensity.REST if head.startswith(Intensity.REST.value) else Intensity.ACTIVE
    words = read_note(head, resting=intensity is Intensity.REST)
    if rest and rest[0] in list(Intensity):
        intensity = Intensity(rest.pop(0))
    slanted = re.fullmatch(r"incline (-?\d+(?:\.\d)?) %", rest[-1]) if rest else None
    if words is None or not 1 <= len(rest) - bool(slanted) <= 2:
        return None
    try:
        held = [parse_target(each) for each in rest[1].split(" and ")] if len(rest) - bool(slanted) == 2 else []
        end = LapButton() if rest[0] == length(LapButton()) else parse_duration(rest[0])
        words = replace(words, marked=True, incline_pct=float(slanted[1]) if slanted else None)
        first, second = (*held, None, None)[:2]
        return words.step(end, intensity=intensity, target=first, secondary_target=second, note=note)
    except SessionError:
        return None


def clean(text: str) -> str:
    """Text from outside as a name or note can hold it: blanks for control characters, not too long."""
    plain = text.replace("\r\n", "\n")
    shown = "".join(" " if char != "\n" and unicodedata.category(char) in ("Cc", "Cs") else char for char in plain)
    return shown.strip()[: model.LONGEST_TEXT].strip()


def one_line(text: str) -> str:
    """Text with its line breaks and runs of blanks made single blanks."""
    return " ".join(text.split())


def spell(value: int) -> str:
    """A whole number from 0 to 999999 in words: 128 is `one hundred twenty-eight`."""
    if value >= 1000:
        rest = f" {spell(value % 1000)}" if value % 1000 else ""
        return f"{spell(value // 1000)} thousand{rest}"
    if value >= 100:
        rest = f" {spell(value % 100)}" if value % 100 else ""
        return f"{_SMALL[value // 100]} hundred{rest}"
    if value >= 20:
        rest = f"-{_SMALL[value % 10]}" if value % 10 else ""
        return f"{_TENS[value // 10 - 2]}{rest}"
    return _SMALL[value]


def spelled(words: str) -> str:
    """Words without digits: `140-150 bpm` becomes `one hundred forty to one hundred fifty bpm`."""
    words = re.sub(r"(?<=\d)-(?=\d)", " to ", words)
    words = re.sub(r"(?<=\d):00", " flat", words)
    words = re.sub(r"(?<=\d):0(?=\d)", " oh ", words).replace(":", " ")
    for sign, word in (("km/h", "km an hour"), ("/", " a "), ("%", "per cent"), (".", " point "), ("-", "minus ")):
        words = words.replace(sign, word)
    return one_line(re.sub(r"\d+", lambda match: spell(int(match[0])), words))
