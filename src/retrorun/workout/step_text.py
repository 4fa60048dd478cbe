"""A step in words, its direction first: on the watch's face, in cues, text events and on a coach's sheet.

FIT has no field for running backward, so the words carry it, so that it can be read back::

    name   BWD walk -12.5%          at most 15 bytes, whatever the step
    note   BACKWARD walk -12.5%: the runner's own note
           BACKWARD? run             where the direction was guessed from somebody else's words

Backward is in capitals and forward in small letters, so that a glance tells them apart. In 61 recordings of Edge 530,
fēnix 6X, Enduro, FR255 and FR965 no step had a name, while many had notes; so the note alone must be enough to read
everything back.
"""

import re
import unicodedata
from dataclasses import dataclass, replace

from retrorun.errors import SessionError
from retrorun.session import model, wording
from retrorun.session.model import Direction, Gait, Intensity, Say, Setting, Slope, Step
from retrorun.session.values import Duration, LapButton, Progression

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

    def on(self, step: Step) -> Step:
        """The step, going the way that the label says."""
        return replace(
            step,
            direction=self.direction,
            gait=self.gait,
            slope=self.slope,
            incline_pct=self.incline_pct,
            direction_guessed=self.guessed,
        )


_SLOPES = {Slope.UPHILL: "up", Slope.DOWNHILL: "down", Slope.FLAT: "flat"}
_SLOPES_BY_WORD = {short: slope for slope, short in _SLOPES.items()} | {slope.value: slope for slope in Slope}
_GAIT_AND_GROUND = r"(?: (?P<gait>run|walk))?(?: (?P<slope>{slopes}))?(?: (?P<incline>[+-]\d{{1,2}}(?:\.\d)?)%)?"
_NAME = re.compile(r"(?P<head>BWD|fwd|rest)" + _GAIT_AND_GROUND.format(slopes="up|down|flat"))
_NOTE = re.compile(
    r"(?P<head>BACKWARD|forward|rest)(?P<doubt>(?<=BACKWARD)\?)?"
    + _GAIT_AND_GROUND.format(slopes="uphill|downhill|flat")
    + r"(?:: (?P<text>.+))?",
    re.DOTALL,
)
_REPEAT_NOTE = re.compile(rf"(?P<mark>{SKIP_LAST}|{PLAIN_NOTE})(?:: (?P<text>.+))?", re.DOTALL)
WHERE = {Setting.TRACK: "on the track", Setting.TRAIL: "on a trail", Setting.TREADMILL: "on a treadmill"}


# ---- on the watch ----------------------------------------------------------------------------------------------------


def step_name(step: Step) -> str:
    """The name of a step for the watch, e.g. `BWD run up`; never longer than 15 bytes."""
    return _join("BWD" if step.direction is Direction.BACKWARD else "fwd", step, _SLOPES)


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
    """What a note of ours says, the step being a rest or not; None for any other note."""
    return _read(_NOTE.fullmatch(note), resting=resting)


def read_name(name: str, *, resting: bool) -> Label | None:
    """What a name of ours says, likewise."""
    return _read(_NAME.fullmatch(name), resting=resting)


def _read(match: re.Match[str] | None, *, resting: bool) -> Label | None:
    if match is None or (match["head"] == "rest" and not resting):
        return None
    said = match.groupdict()
    return Label(
        direction=Direction.BACKWARD if said["head"] in ("BWD", "BACKWARD") else Direction.FORWARD,
        gait=Gait(said["gait"] or "run"),
        slope=_SLOPES_BY_WORD.get(said["slope"]),
        incline_pct=float(said["incline"]) if said["incline"] else None,
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
    return (note, False) if match is None else (match["text"] or "", match["mark"] == SKIP_LAST)


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
    named = step.intensity in (Intensity.ACTIVE, Intensity.INTERVAL) or label(step).startswith(Intensity.REST.value)
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
        first, second = (*held, None, None)[:2]
        step = Step(duration=end, intensity=intensity, target=first, secondary_target=second, note=note)
        return replace(words, marked=True, incline_pct=float(slanted[1]) if slanted else None).on(step)
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


# ---- in somebody else's words ----------------------------------------------------------------------------------------

# `run backward` tells a direction, but not `shoulders back` or `no backward lean`. These are words of English, Spanish,
# French, German, Italian, Portuguese and Dutch notes; what follows a negation, or speaks of a body part, a drill
# on the spot or equipment, says nothing about the way to run. What remains is still a guess.
_BACKWARD = re.compile(
    # Words that by themselves may mean running backward ...
    r"(?P<open>\b(?:backwards?|bwd|rückwärts\w*|rueckwaerts\w*|en arrière|hacia atrás|all'indietro|para trás"
    r"|achteruit|retro(?=\s*(?:\d|$))|baglæns|baklänges|baklengs)\b)"
    # ... that mean nothing else ...
    r"|(?P<sure>\b(?:back-?pedal\w*|retro[ -]?(?:run|walk|jog)\w*|(?:rückwärts|rueckwaerts)-?(?:lauf|geh)\w*"
    r"|à reculons|achteruitlopen)\b|倒跑|倒走|后退跑|後ろ向き)"
    # ... and that do so only beside a word for running.
    r"|(?P<beside>\b(?:retro|reverse|in reverse|à rebours|de espaldas|de costas|indietro|naar achteren)\b)"
)
_MOVING = re.compile(
    r"(?:run|runs|running|jog\w*|walk|walks|walking|strides?|striding|sprint\w*|shuffl\w+"
    r"|corr\w+|carreras?|trot\w*|camin\w+|cammin\w+|caminh\w+|andar|marcha\w*|marche\w*|cour(?:ir|ez|s|se|ses|ant)"
    r"|footing|lauf\w*|läuf\w*|gehe?n?|rennen?|renn|trab\w*|corsa|loop|loopt|lopen|hardlop\w+|wandel\w*)"
)
_NEGATION = re.compile(
    r"\b(?:no|not|dont|never|avoid\w*|without|stop|cannot|\w+n't|instead of|rather than"
    r"|nunca|jamás|sin|ni|evit\w+|en vez de|ne|pas|jamais|sans|évit\w+|au lieu|nicht|nie|niemals|kein\w*|ohne"
    r"|vermeid\w*|statt|non|mai|senza|invece|não|nao|sem|nem|niet|nooit|geen|zonder|vermijd\w*)\b|\bn'"
)
# Body parts, drills and gestures, equipment and what else goes backward without the runner; by beginnings of words.
_OTHER = re.compile(
    r"\b(?:shoulder|arms?\b|armen?\b|arme\b|elbow|armkreis|hands?\b|head|chin\b|neck|chest|hips?\b|pelvi|knee|legs?\b|foot\b"
    r"|feet\b|heel|toes?\b|ankle|glute|eyes?\b|gaze|torso|trunk|spine|fingers?\b|wrist|postur|lean|look|glance|swing"
    r"|kick|lung|skip|hop|jump|bound|circle|roll|rotat|stretch|pull|push|press|reach|tilt|bend|throw|steps?\b|count"
    r"|crawl|slid|squat|hats?\b|caps?\b|visor|tunes?\b|music|playlist|mix\b|songs?\b|shoes?\b|vest|belt|shirt|jersey|bibs?\b"
    r"|pack\b|backpack|phone|bands?\b|weight|balls?\b|sled|socks?\b|style"
    r"|hombro|brazo|codo|manos?\b|cabeza|mentón|barbilla|cuello|pecho|cadera|rodilla|pierna|pies?\b|tal[oó]n|mira"
    r"|tronco|inclin|balance|gorra|música|zapatilla|patada|salt|zancada|estocada"
    r"|épaule|bras\b|coude|mains\b|tête|menton|poitrine|hanche|bassin|genou|jambe|pieds?\b|regard|buste|pench"
    r"|casquette|musique|chaussure|saut|fentes?\b"
    r"|schulter|ellbogen|ellenbogen|händ|kopf|kinn|nacken|hals\b|brust|hüft|becken|knie|bein|fuß|füß|fuss\b|ferse"
    r"|blick|schau|oberkörper|rumpf|lehn|neig|schwing|haltung|mütze|kappe|musik|schuh|ausfall|spr[uü]ng|hüpf|kreis"
    r"|zähl|spall|bracci|gomit|mani\b|testa|mento\b|collo|petto|anca|anche\b|bacino|ginocch|gamb|pied[ei]\b|sguard"
    r"|guard|busto|schiena|cappell|scarp|affond|ombro|braço|cotovelo|mãos?\b|cabeça|queixo|pescoço|peito|quadri|joelho"
    r"|perna|pés?\b|calcanhar|olh|boné|ténis|tênis|afundo|schouder|elleboog|ellebog|handen|hoofd|borst|heup|benen|voet"
    r"|hakken|kijk|romp|leun|houding|pet\b|muziek|schoen|sprong|uitval)"
)
_SENTENCES = re.compile(r"[.;!?\n|]")
_CLAUSES = re.compile(
    r"[,()–—]| - |\b(?:but|then|sondern|aber|dann|sino|pero|luego|mais|puis|ma|poi|mas|depois|maar)\b"
)
_WORDS = re.compile(r"[\w']+")


def backward_word(text: str) -> str:
    """The first word in another maker's text that means running backward; empty where there is none."""
    plain = unicodedata.normalize("NFC", text).replace("’", "'")  # "ü" may come as two characters
    for sentence in _SENTENCES.split(plain.casefold()):
        for match in _BACKWARD.finditer(sentence):
            if _means_running(sentence, match):
                word = match.group()
                at = plain.casefold().find(word)  # where it stands as it was written, unless that has another length
                return plain[at : at + len(word)] if len(plain) == len(plain.casefold()) else word
    return ""


def _means_running(sentence: str, match: re.Match[str]) -> bool:
    starts = [0, *(clause.end() for clause in _CLAUSES.finditer(sentence, 0, match.start()))]
    before = sentence[starts[-1] : match.start()]
    rest = _CLAUSES.split(sentence[match.end() :])[0].split(":")[0]
    ahead, behind = _WORDS.findall(before), _WORDS.findall(rest)
    if _NEGATION.search(before) or any(_NEGATION.fullmatch(word) for word in behind[:2] if behind[1:2] != ["too"]):
        return False
    if any(map(_OTHER.match, [*ahead[-1:], *behind[:1]])):
        return False
    if match["sure"] or any(map(_MOVING.fullmatch, [*ahead[-2:], *behind[:1]])):
        return True
    return not match["beside"] and not _OTHER.search(sentence[: match.start()]) and not _OTHER.search(rest)


def label_of(text: str, place: str, say: Say, *, resting: bool, gait: Gait = Gait.RUN) -> Label:
    """What a text says of the direction of a step: in our own words for certain, in anybody else's as a guess."""
    label = read_note(text, resting=resting)
    if label is not None and (label.marked or text.startswith("rest")):  # those of any rest, if it is one
        return replace(label, marked=True)
    found = backward_word(text)
    if found:
        say(place, f"the direction is guessed from the word {found!r}", "taken as backward; see the step")
    direction = Direction.BACKWARD if found else Direction.FORWARD
    return Label(direction=direction, gait=gait, text=text.strip(), marked=False)
