"""Direction on the wrist: how a step's name and note say which way to run, so that it can be read back.

FIT has no field for running backward, so the words carry it, direction first::

    name   BWD walk -12.5%          at most 15 bytes, whatever the step
    note   BACKWARD walk -12.5%: the runner's own note

Backward is in capitals and forward in small letters, so that a glance tells them apart. In 61 recordings of Edge 530,
fēnix 6X, Enduro, FR255 and FR965 no step had a name, while many had notes; so the note alone must be enough to read
everything back.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from retrorun.session.model import Direction, Gait, Intensity, Slope, Step

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


_SLOPES = {Slope.UPHILL: "up", Slope.DOWNHILL: "down", Slope.FLAT: "flat"}
_SHORT_SLOPES = {short: slope for slope, short in _SLOPES.items()}

_GAIT_AND_GROUND = r"(?: (?P<gait>run|walk))?(?: (?P<slope>{slopes}))?(?: (?P<incline>[+-]\d{{1,2}}(?:\.\d)?)%)?"
_NAME = re.compile(r"(?P<head>BWD|fwd|rest)" + _GAIT_AND_GROUND.format(slopes="up|down|flat"))
_NOTE = re.compile(
    r"(?P<head>BACKWARD|forward|rest)"
    + _GAIT_AND_GROUND.format(slopes="uphill|downhill|flat")
    + r"(?:: (?P<text>.+))?",
    re.DOTALL,
)
_REPEAT_NOTE = re.compile(rf"(?P<mark>{SKIP_LAST}|{PLAIN_NOTE})(?:: (?P<text>.+))?", re.DOTALL)

# What other makers' notes call running backward; whole words only, so that "backwardation" or "retrospective" pass.
_BACKWARD_WORDS = re.compile(
    r"\b(?:backwards?|bwd|backpedal\w*|retro(?:[ -]?run\w*)?|rückwärts\w*|rueckwaerts\w*|à reculons|en arrière"
    r"|hacia atrás|all['’]indietro|achteruit|para trás|baglæns|baklänges|baklengs)\b|倒跑|倒走|后退跑|後ろ向き",
    re.IGNORECASE,
)


def step_name(step: Step) -> str:
    """The name of a step for the watch, e.g. `BWD run up`; never longer than 15 bytes."""
    head = {Direction.BACKWARD: "BWD", Direction.FORWARD: "fwd"}[step.direction]
    return _join(head, step, _SLOPES)


def step_note(step: Step) -> str:
    """The note of a step for the watch, e.g. `BACKWARD run uphill: eyes over the left shoulder`."""
    head = {Direction.BACKWARD: "BACKWARD", Direction.FORWARD: "forward"}[step.direction]
    words = _join(head, step, {slope: slope.value for slope in Slope})
    return f"{words}: {step.note}" if step.note else words


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
    )


def backward_word(text: str) -> str:
    """The first word in a text of another maker that means backward; empty where there is none."""
    match = _BACKWARD_WORDS.search(unicodedata.normalize("NFC", text))  # "ü" may come as two characters
    return match.group() if match else ""


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
    return unicodedata.combining(char) != 0 or unicodedata.category(char) in ("Mn", "Me", "Mc") or _is_glue(char)


def _is_glue(char: str) -> bool:
    return char == ZERO_WIDTH_JOINER or "\U0001f3fb" <= char <= "\U0001f3ff"  # the joiner, and the five skin tones
