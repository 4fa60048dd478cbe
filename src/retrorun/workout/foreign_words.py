"""What somebody else's words say of a step: its direction, guessed, and its target.

`run backward` tells a direction, but not `shoulders back` or `no backward lean`. The words of English, Spanish, French,
German, Italian, Portuguese and Dutch notes; what follows a negation, or speaks of a body part, a drill on the spot or
equipment, says nothing about the way to run. What remains is still a guess. Targets are those of training services:
`6:40-7:20/km Pace`, `Z2-Z3 HR`, `85-90% LTHR`, `200w`, `90rpm`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from retrorun.session.model import Direction, Gait, Say
from retrorun.session.values import CadenceRange, HeartRateRange, Measure, PercentOf, PowerRange, SpeedRange, Target
from retrorun.units import METRES_PER_MILE, parse_clock
from retrorun.workout.encode import between, between_zones
from retrorun.workout.step_text import Label, read_note

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
                return _as_written(plain, match.group())
    return ""


def _as_written(text: str, word: str) -> str:
    at = text.casefold().find(word)
    return text[at : at + len(word)] if at >= 0 and len(text) == len(text.casefold()) else word


def _means_running(sentence: str, match: re.Match[str]) -> bool:
    starts = [0, *(clause.end() for clause in _CLAUSES.finditer(sentence, 0, match.start()))]
    before = sentence[starts[-1] : match.start()]
    rest = _CLAUSES.split(sentence[match.end() :])[0].split(":")[0]
    behind = _WORDS.findall(rest)
    ahead = _WORDS.findall(before)
    if _NEGATION.search(before) or any(_NEGATION.fullmatch(word) for word in behind[:2] if behind[1:2] != ["too"]):
        return False
    near = [*ahead[-1:], *behind[:1]]
    if any(_OTHER.match(word) for word in near):
        return False
    if match["sure"] or any(_MOVING.fullmatch(word) for word in [*ahead[-2:], *behind[:1]]):
        return True
    return not match["beside"] and not _OTHER.search(sentence[: match.start()]) and not _OTHER.search(rest)


def label_of(text: str, place: str, say: Say, *, resting: bool, gait: Gait = Gait.RUN) -> Label:
    """What a text says of the direction of a step: in our own words for certain, in anybody else's as a guess."""
    label = read_note(text, resting=resting)
    if label is not None and label.marked:
        return label
    if label is not None and resting and text.startswith("rest"):  # direction and gait are those of any rest
        return replace(label, marked=True)
    found = backward_word(text)
    if found:
        what = f"the direction is guessed from the word {found!r}"
        say(place, what, "taken as backward; see the step")
    return Label(
        direction=Direction.BACKWARD if found else Direction.FORWARD, gait=gait, text=text.strip(), marked=False
    )


# ---- targets ---------------------------------------------------------------------------------------------------------

_RANGE = r"\b(?P<low>\d{1,4})(?:%?-(?P<high>\d{1,4}))?"
_TARGETS = {
    "pace": re.compile(
        r"(?P<low>\d{1,4}(?::\d\d)+)(?:-(?P<high>\d{1,4}(?::\d\d)+))?(?:/(?P<of>km|mi))?(?:\s*Pace\b)?", re.IGNORECASE
    ),
    "per cent": re.compile(_RANGE + r"%(?:\s*(?P<of>HR|LTHR|Pace|FTP)\b)?", re.IGNORECASE),
    "zone": re.compile(r"\bZ(?P<low>\d)(?:-Z?(?P<high>\d))?(?:\s*(?P<of>HR|Pace|Power)\b)?", re.IGNORECASE),
    "power": re.compile(_RANGE + r"\s*w\b", re.IGNORECASE),
    "heart rate": re.compile(_RANGE + r"\s*bpm\b", re.IGNORECASE),
    "cadence": re.compile(_RANGE + r"\s*(?P<of>rpm|spm)\b", re.IGNORECASE),
}
_OF = {"hr": PercentOf.MAX_HR, "lthr": PercentOf.THRESHOLD_HR, "pace": PercentOf.THRESHOLD_PACE}


def read_target(text: str, place: str, say: Say) -> tuple[Target | None, str]:
    """The first target in the words behind a length, and the words without it."""
    for kind, pattern in _TARGETS.items():
        found = pattern.search(text)
        if found is None:
            continue
        target = _held(kind, found, place, say)
        if target is None:
            say(place, f"a session holds no target '{found.group()}'", "it is left out")
        return target, text[: found.start()] + text[found.end() :]
    return None, text


def _held(kind: str, found: re.Match[str], place: str, say: Say) -> Target | None:
    said = found.groupdict()
    of = (said.get("of") or "").casefold()
    if kind == "pace":
        per_m = METRES_PER_MILE if of == "mi" else 1000.0
        paces = [parse_clock(clock) for clock in (said["low"], said["high"] or said["low"])]
        speeds = sorted(per_m / pace for pace in paces if pace)
        made = between(SpeedRange, speeds[0], speeds[-1]) if speeds else None
        return replace(made, unit="min/mi") if of == "mi" and isinstance(made, SpeedRange) else made
    low, high = sorted((int(said["low"]), int(said["high"] or said["low"])))
    if kind == "zone":
        if of != "hr":
            return None
        return between_zones(low, high)
    if kind == "per cent":
        return between(_OF.get(of, PercentOf.CRITICAL_POWER), low, high)
    if kind == "cadence" and of == "rpm" and high <= 110:
        say(place, f"a cadence of '{found.group()}' is that of one foot", "taken as twice as many")
        low, high = 2 * low, 2 * high
    measure: Measure = PowerRange if kind == "power" else HeartRateRange if kind == "heart rate" else CadenceRange
    return between(measure, low, high)
