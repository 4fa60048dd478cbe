"""The ready-made sessions, in the notation.

Where a trial or a runner published the doses, `source` names them; everything else is a house session: sensible, made
for this library, tested by nobody. None goes backward downhill; every backward step carries its cue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from retrorun.errors import SessionError
from retrorun.session import checks, safety, wording
from retrorun.session.model import Session
from retrorun.session.notation import parse_duration, parse_session, parse_target

ParameterKind = Literal["count", "duration", "target"]


class Kind(StrEnum):
    """The four kinds of ready-made session."""

    STRETCHES = "stretches"
    ALTERNATING = "alternating"
    HILL = "hill"
    TREADMILL = "treadmill"


class Level(StrEnum):
    """How much backward running a runner has behind him."""

    BEGINNER = "beginner"
    REGULAR = "regular"
    EXPERIENCED = "experienced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One number of a ready-made session that a runner may set.

    `default` and a value given for it are phrases of the notation; an empty target means none.
    """

    name: str
    kind: ParameterKind
    default: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyMade:
    """A ready-made session: its key, kind and level, where it is from, and its text with `{parameters}`."""

    key: str
    title: str
    kind: Kind
    level: Level
    source: str
    template: str
    parameters: tuple[Parameter, ...]

    def build(self, values: Mapping[str, object] | None = None, **more: object) -> Session:
        """The session with these values in place of the defaults, e.g. `build(reps=6, backward="7:30-8:30/km")`.

        Raises:
            SessionError: an unknown parameter, a value of the wrong kind, or one that makes the session unsafe.
        """
        given = {**(values or {}), **more}
        known = [parameter.name for parameter in self.parameters]
        for name in given:
            if name not in known:
                raise SessionError(f"{self.key} has no parameter {name!r}", hint=f"use one of: {', '.join(known)}")
        filled = {
            parameter.name: _phrase(parameter, given.get(parameter.name, parameter.default))
            for parameter in self.parameters
        }
        session = parse_session(self.template.format(**filled), name=self.title)
        for finding in safety.safety_findings(session):
            raise SessionError(finding.what, where=finding.place, hint=finding.hint)
        return session


def _phrase(parameter: Parameter, value: object) -> str:
    """A value as the notation writes it, checked to be of the parameter's kind."""
    text = str(value).strip()
    with checks.retold(SessionError, parameter.name):
        if parameter.kind == "count":
            return _count(text)
        if parameter.kind == "duration":
            return wording.format_duration(parse_duration(text))
        return f"@ {wording.format_target(parse_target(text))}" if text else ""


def _count(text: str) -> str:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 999 and len(text) <= 3):
        raise SessionError(f"{text!r} is no count", hint="give a whole number from 1 to 999")
    return text


# ---- the sessions ----------------------------------------------------------------------------------------------------

_HOUSE = "house session"
_LOOK = "Look over each shoulder in turn. Flat, closed, dry ground."
_LOOK_TRACK = "Look over each shoulder in turn. Keep to one lane."
_LOOK_UP = "Short steps. Look over each shoulder in turn."
_DOWN = "Walk down FORWARD. Never backward downhill."
_RAILS = "Hold both rails, clip on, look at a fixed point ahead."
_TURN = "Stop the belt, turn round, hold both rails, clip on. Lap to go on."
_TURN_BACK = "Stop the belt and turn to the front. Lap to go on."

# What each number of a template is, and what it means unless a session says otherwise.
_PARAMETERS: dict[str, tuple[ParameterKind, str]] = {
    "sets": ("count", "sets"),
    "reps": ("count", "rounds"),
    "length": ("duration", "how long each backward step is"),
    "between": ("duration", "how long each forward step is"),
    "rest": ("duration", "rest or recovery after each round"),
    "main": ("duration", "the forward run in between"),
    "backward": ("target", "backward target; none means by feel"),
    "forward": ("target", "forward target; none means by feel"),
}


def _ready(key: str, title: str, numbers: str, *, source: str, template: str, **meanings: str) -> ReadyMade:
    """A session of a kind and level, `key`; `numbers`: its parameters with their defaults; `meanings`: its own."""
    kind, level = key.split("-")
    parameters = []
    for number in numbers.split(", "):
        name, _, default = number.partition(" ")
        what, meaning = _PARAMETERS[name]
        parameters.append(Parameter(name=name, kind=what, default=default, meaning=meanings.get(name, meaning)))
    return ReadyMade(
        key=key,
        title=title,
        kind=Kind(kind),
        level=Level(level),
        source=source,
        template=template,
        parameters=tuple(parameters),
    )


READY_MADE: tuple[ReadyMade, ...] = (
    _ready(
        "stretches-beginner",
        "First backward steps",
        "reps 4, length 30s, rest 60s, main 15min, forward",
        source=(
            f"{_HOUSE}; walking backward first and looking over both shoulders from backwardsrunning.co.uk and "
            "retrorunning.de; at least one session to get used to it from Uthoff et al. 2018 (Sports 6:77)"
        ),
        template=(
            f'8min warmup; {{reps}}x({{length}} bwd walk flat "{_LOOK}"; {{rest}} walk recovery);'
            f' {{main}} fwd {{forward}}; 2x({{length}} bwd walk flat "{_LOOK}"; {{rest}} walk recovery);'
            " 5min walk cooldown"
        ),
    ),
    _ready(
        "stretches-regular",
        "Backward stretches",
        "reps 4, length 45s, rest 60s, main 20min, backward, forward",
        source=f"{_HOUSE}; minutes backward with a forward jog between from a runner's advice in The Guardian",
        template=(
            f'10min warmup; {{reps}}x({{length}} bwd flat {{backward}} "{_LOOK}"; {{rest}} fwd easy);'
            f' {{main}} fwd {{forward}}; 2x({{length}} bwd flat {{backward}} "{_LOOK}"; {{rest}} fwd easy);'
            " 5min cooldown"
        ),
    ),
    _ready(
        "stretches-experienced",
        "Backward 20 m sprints",
        "sets 2, reps 7, length 20m, rest 40s, main 15min, forward",
        source=(
            "sets × 7 × 20 m from the trial of Bouguezzi et al. 2024 (young footballers; once or twice a week for 6 "
            "weeks); the rests and the runs around it are the house's"
        ),
        template=(
            f'12min warmup; {{sets}}x({{reps}}x({{length}} bwd interval flat "{_LOOK}"; {{rest}} rest); 2min rest)'
            "; {main} fwd {forward}; 8min cooldown"
        ),
        reps="sprints in a set",
    ),
    _ready(
        "alternating-beginner",
        "Straights back, bends forward",
        "reps 4, length 100m, between 300m, rest 60s, backward",
        source=f"{_HOUSE}; straights backward and bends forward from fit4life-magazin.de",
        template=(
            "setting: track\n"
            f'10min warmup; {{reps}}x({{length}} bwd {{backward}} "{_LOOK_TRACK}"; {{between}} fwd easy; {{rest}} rest)'
            "; 10min cooldown"
        ),
    ),
    _ready(
        "alternating-regular",
        "Retro 400s",
        "reps 4, length 400m, rest 90s, forward, backward",
        source=_HOUSE,
        template=(
            "setting: track\n"
            f'10min warmup; {{reps}}x({{length}} fwd {{forward}}; {{length}} bwd {{backward}} "{_LOOK_TRACK}"; '
            "{rest} rest); 10min cooldown"
        ),
    ),
    _ready(
        "alternating-experienced",
        "Backward kilometres",
        "reps 6, length 1000m, between 400m, rest 2min, backward",
        source=(
            "6 × 1000 m backward from the training of A. Aretz (achim-aretz.de), half marathon record holder; the "
            "forward 400 m and the rests are the house's"
        ),
        template=(
            "setting: track\n"
            f'15min warmup; {{reps}}x({{length}} bwd interval {{backward}} "{_LOOK_TRACK}"; {{between}} fwd easy; '
            "{rest} rest); 10min cooldown"
        ),
    ),
    _ready(
        "hill-beginner",
        "First backward hills",
        "reps 4, length 30m, rest 30s",
        source=f"{_HOUSE}; the first climb slow from triathlete.com",
        template=(
            f'10min warmup; {{length}} bwd walk uphill "{_LOOK_UP}"; {{length}} walk fwd downhill "{_DOWN}";'
            f' {{reps}}x({{length}} bwd uphill "{_LOOK_UP}"; {{length}} walk fwd downhill "{_DOWN}"; {{rest}} rest);'
            " 10min cooldown"
        ),
    ),
    _ready(
        "hill-regular",
        "Backward hill repeats",
        "reps 6, length 60m",
        source=f"{_HOUSE}; uphill repeats, the first one slow, from triathlete.com, but down forward",
        template=(
            f'12min warmup; {{length}} bwd walk uphill "{_LOOK_UP}"; {{length}} walk fwd downhill "{_DOWN}";'
            f' {{reps}}x({{length}} bwd uphill "{_LOOK_UP}"; {{length}} walk fwd downhill "{_DOWN}"); 10min cooldown'
        ),
    ),
    _ready(
        "hill-experienced",
        "Backward hill sets",
        "sets 3, reps 4, length 80m, rest 3min",
        source=f"{_HOUSE}; uphill repeats from triathlete.com, but down forward",
        template=(
            f'15min warmup; {{sets}}x({{reps}}x({{length}} bwd uphill interval "{_LOOK_UP}"; '
            f'{{length}} walk fwd downhill "{_DOWN}"); {{rest}} rest); 10min cooldown'
        ),
        reps="climbs in a set",
    ),
    _ready(
        "treadmill-beginner",
        "Backward walk on the treadmill",
        "reps 5, length 60s, rest 30s, backward 3-4.5 km/h",
        source=f"{_HOUSE}; at least 5 min of walking backward before anything else from getfitwithwitt.com",
        template=(
            f'setting: treadmill\n8min walk warmup; lap walk rest "{_TURN}"; {{reps}}x({{length}} bwd walk incline 0%'
            f' {{backward}} "{_RAILS}"; {{rest}} bwd walk recovery incline 0% @ 2-3 km/h "{_RAILS}"); '
            f'lap walk rest "{_TURN_BACK}"; 5min walk cooldown'
        ),
        backward="belt speed backward",
    ),
    _ready(
        "treadmill-regular",
        "Backward treadmill minutes",
        "reps 6, length 60s, rest 60s, backward 5.5-6.5 km/h",
        source=f"{_HOUSE}; steps of half a mile per hour, rails held, from getfitwithwitt.com",
        template=(
            f'setting: treadmill\n10min warmup; lap walk rest "{_TURN}"; 3min bwd walk incline 0% @ 3-4.5 km/h '
            f'"{_RAILS}"; {{reps}}x({{length}} bwd incline 0% {{backward}} "{_RAILS}"; {{rest}} bwd walk recovery '
            f'incline 0% @ 3-4 km/h "{_RAILS}"); lap walk rest "{_TURN_BACK}"; 5min cooldown'
        ),
        backward="belt speed backward",
    ),
    _ready(
        "treadmill-experienced",
        "Backward treadmill run",
        "reps 5, length 3min, rest 90s, backward 6.8-7.9 km/h",
        source=(
            f"{_HOUSE}; its top speed stays below the 2.23 m/s at which Ordway et al. 2016 (J Strength Cond Res 30) "
            "ran 8 trained men in, in a harness"
        ),
        template=(
            f'setting: treadmill\n10min warmup; lap walk rest "{_TURN}"; 3min bwd walk incline 0% @ 3.5-4.5 km/h '
            f'"{_RAILS}"; {{reps}}x({{length}} bwd incline 1% {{backward}} "{_RAILS}"; {{rest}} bwd walk recovery '
            f'incline 0% @ 3-4 km/h "{_RAILS}"); lap walk rest "{_TURN_BACK}"; 5min cooldown'
        ),
        backward="belt speed backward",
    ),
)


def ready_made(*, kind: Kind | str | None = None, level: Level | str | None = None) -> tuple[ReadyMade, ...]:
    """All ready-made sessions, or those of one kind or level, in order of kind and level.

    Raises:
        SessionError: no such kind or level.
    """
    wanted_kind = None if kind is None else checks.member_of(Kind, kind, "kind")
    wanted_level = None if level is None else checks.member_of(Level, level, "level")
    return tuple(
        entry for entry in READY_MADE if wanted_kind in (None, entry.kind) and wanted_level in (None, entry.level)
    )


def find_ready_made(key: str) -> ReadyMade:
    """The ready-made session of this key.

    Raises:
        SessionError: there is none.
    """
    for entry in READY_MADE:
        if entry.key == key:
            return entry
    hint = checks.nearest_of(key, (entry.key for entry in READY_MADE), "see what ready_made() lists")
    raise SessionError(f"there is no ready-made session {key!r}", hint=hint)
