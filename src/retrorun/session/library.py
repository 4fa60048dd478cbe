"""The ready-made sessions: what is there."""

from __future__ import annotations

import difflib

from retrorun.errors import SessionError
from retrorun.session.checks import member_of
from retrorun.session.ready import Kind, Level, Parameter, ParameterKind, ReadyMade


def ready_made(*, kind: Kind | str | None = None, level: Level | str | None = None) -> tuple[ReadyMade, ...]:
    """All ready-made sessions, or those of one kind or level, in order of kind and level.

    Raises:
        SessionError: no such kind or level.
    """
    wanted_kind = None if kind is None else member_of(Kind, kind, "kind")
    wanted_level = None if level is None else member_of(Level, level, "level")
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
    close = difflib.get_close_matches(key, [entry.key for entry in READY_MADE], n=1)
    hint = f"did you mean {close[0]}?" if close else "see what ready_made() lists"
    raise SessionError(f"there is no ready-made session {key!r}", hint=hint)


_HOUSE = "house session"
_LOOK = "Look over each shoulder in turn. Flat, closed, dry ground."
_LOOK_TRACK = "Look over each shoulder in turn. Keep to one lane."
_LOOK_UP = "Short steps. Look over each shoulder in turn."
_DOWN = "Walk down FORWARD. Never backward downhill."
_RAILS = "Hold both rails, clip on, look at a fixed point ahead."
_TURN = "Stop the belt, turn round, hold both rails, clip on. Lap to go on."
_TURN_BACK = "Stop the belt and turn to the front. Lap to go on."


def _parameter(name: str, kind: ParameterKind, default: str, meaning: str) -> Parameter:
    return Parameter(name=name, kind=kind, default=default, meaning=meaning)


def _reps(default: int, meaning: str = "rounds") -> Parameter:
    return _parameter("reps", "count", str(default), meaning)


def _length(default: str) -> Parameter:
    return _parameter("length", "duration", default, "how long each backward step is")


def _rest(default: str) -> Parameter:
    return _parameter("rest", "duration", default, "rest or recovery after each round")


def _main(default: str) -> Parameter:
    return _parameter("main", "duration", default, "the forward run in between")


def _backward(default: str = "") -> Parameter:
    return _parameter("backward", "target", default, "backward target; none means by feel")


def _forward(default: str = "") -> Parameter:
    return _parameter("forward", "target", default, "forward target; none means by feel")


def _belt(default: str) -> Parameter:
    return _parameter("backward", "target", default, "belt speed backward")


READY_MADE: tuple[ReadyMade, ...] = (
    ReadyMade(
        key="stretches-beginner",
        title="First backward steps",
        kind=Kind.STRETCHES,
        level=Level.BEGINNER,
        source=(
            f"{_HOUSE}; walking backward first and looking over both shoulders from backwardsrunning.co.uk and "
            "retrorunning.de; at least one session to get used to it from Uthoff et al. 2018 (Sports 6:77)"
        ),
        template=(
            f'8min warmup; {{reps}}x({{length}} bwd walk flat "{_LOOK}"; {{rest}} walk recovery);'
            f' {{main}} fwd {{forward}}; 2x({{length}} bwd walk flat "{_LOOK}"; {{rest}} walk recovery);'
            " 5min walk cooldown"
        ),
        parameters=(_reps(4), _length("30s"), _rest("60s"), _main("15min"), _forward()),
    ),
    ReadyMade(
        key="stretches-regular",
        title="Backward stretches",
        kind=Kind.STRETCHES,
        level=Level.REGULAR,
        source=f"{_HOUSE}; minutes backward with a forward jog between from a runner's advice in The Guardian",
        template=(
            f'10min warmup; {{reps}}x({{length}} bwd flat {{backward}} "{_LOOK}"; {{rest}} fwd easy);'
            f' {{main}} fwd {{forward}}; 2x({{length}} bwd flat {{backward}} "{_LOOK}"; {{rest}} fwd easy);'
            " 5min cooldown"
        ),
        parameters=(_reps(4), _length("45s"), _rest("60s"), _main("20min"), _backward(), _forward()),
    ),
    ReadyMade(
        key="stretches-experienced",
        title="Backward 20 m sprints",
        kind=Kind.STRETCHES,
        level=Level.EXPERIENCED,
        source=(
            "sets × 7 × 20 m from the trial of Bouguezzi et al. 2024 (young footballers; once or twice a week for 6 "
            "weeks); the rests and the runs around it are the house's"
        ),
        template=(
            f'12min warmup; {{sets}}x({{reps}}x({{length}} bwd interval flat "{_LOOK}"; {{rest}} rest); 2min rest)'
            "; {main} fwd {forward}; 8min cooldown"
        ),
        parameters=(
            _parameter("sets", "count", "2", "sets"),
            _reps(7, "sprints in a set"),
            _length("20m"),
            _rest("40s"),
            _main("15min"),
            _forward(),
        ),
    ),
    ReadyMade(
        key="alternating-beginner",
        title="Straights back, bends forward",
        kind=Kind.ALTERNATING,
        level=Level.BEGINNER,
        source=f"{_HOUSE}; straights backward and bends forward from fit4life-magazin.de",
        template=(
            "setting: track\n"
            f'10min warmup; {{reps}}x({{length}} bwd {{backward}} "{_LOOK_TRACK}"; {{between}} fwd easy; {{rest}} rest)'
            "; 10min cooldown"
        ),
        parameters=(
            _reps(4),
            _length("100m"),
            _parameter("between", "duration", "300m", "how long each forward step is"),
            _rest("60s"),
            _backward(),
        ),
    ),
    ReadyMade(
        key="alternating-regular",
        title="Retro 400s",
        kind=Kind.ALTERNATING,
        level=Level.REGULAR,
        source=_HOUSE,
        template=(
            "setting: track\n"
            f'10min warmup; {{reps}}x({{length}} fwd {{forward}}; {{length}} bwd {{backward}} "{_LOOK_TRACK}"; '
            "{rest} rest); 10min cooldown"
        ),
        parameters=(_reps(4), _length("400m"), _rest("90s"), _forward(), _backward()),
    ),
    ReadyMade(
        key="alternating-experienced",
        title="Backward kilometres",
        kind=Kind.ALTERNATING,
        level=Level.EXPERIENCED,
        source=(
            "6 × 1000 m backward from the training of A. Aretz (achim-aretz.de), half marathon record holder; the "
            "forward 400 m and the rests are the house's"
        ),
        template=(
            "setting: track\n"
            f'15min warmup; {{reps}}x({{length}} bwd interval {{backward}} "{_LOOK_TRACK}"; {{between}} fwd easy; '
            "{rest} rest); 10min cooldown"
        ),
        parameters=(
            _reps(6),
            _length("1000m"),
            _parameter("between", "duration", "400m", "how long each forward step is"),
            _rest("2min"),
            _backward(),
        ),
    ),
    ReadyMade(
        key="hill-beginner",
        title="First backward hills",
        kind=Kind.HILL,
        level=Level.BEGINNER,
        source=f"{_HOUSE}; the first climb slow from triathlete.com",
        template=(
            f'10min warmup; {{length}} bwd walk uphill "{_LOOK_UP}"; {{length}} walk fwd downhill "{_DOWN}";'
            f' {{reps}}x({{length}} bwd uphill "{_LOOK_UP}"; {{length}} walk fwd downhill "{_DOWN}"; {{rest}} rest);'
            " 10min cooldown"
        ),
        parameters=(_reps(4), _length("30m"), _rest("30s")),
    ),
    ReadyMade(
        key="hill-regular",
        title="Backward hill repeats",
        kind=Kind.HILL,
        level=Level.REGULAR,
        source=f"{_HOUSE}; uphill repeats, the first one slow, from triathlete.com, but down forward",
        template=(
            f'12min warmup; {{length}} bwd walk uphill "{_LOOK_UP}"; {{length}} walk fwd downhill "{_DOWN}";'
            f' {{reps}}x({{length}} bwd uphill "{_LOOK_UP}"; {{length}} walk fwd downhill "{_DOWN}"); 10min cooldown'
        ),
        parameters=(_reps(6), _length("60m")),
    ),
    ReadyMade(
        key="hill-experienced",
        title="Backward hill sets",
        kind=Kind.HILL,
        level=Level.EXPERIENCED,
        source=f"{_HOUSE}; uphill repeats from triathlete.com, but down forward",
        template=(
            f'15min warmup; {{sets}}x({{reps}}x({{length}} bwd uphill interval "{_LOOK_UP}"; '
            f'{{length}} walk fwd downhill "{_DOWN}"); {{rest}} rest); 10min cooldown'
        ),
        parameters=(
            _parameter("sets", "count", "3", "sets"),
            _reps(4, "climbs in a set"),
            _length("80m"),
            _rest("3min"),
        ),
    ),
    ReadyMade(
        key="treadmill-beginner",
        title="Backward walk on the treadmill",
        kind=Kind.TREADMILL,
        level=Level.BEGINNER,
        source=f"{_HOUSE}; at least 5 min of walking backward before anything else from getfitwithwitt.com",
        template=(
            f'setting: treadmill\n8min walk warmup; lap walk rest "{_TURN}"; {{reps}}x({{length}} bwd walk incline 0%'
            f' {{backward}} "{_RAILS}"; {{rest}} bwd walk recovery incline 0% @ 2-3 km/h "{_RAILS}"); '
            f'lap walk rest "{_TURN_BACK}"; 5min walk cooldown'
        ),
        parameters=(_reps(5), _length("60s"), _rest("30s"), _belt("3-4.5 km/h")),
    ),
    ReadyMade(
        key="treadmill-regular",
        title="Backward treadmill minutes",
        kind=Kind.TREADMILL,
        level=Level.REGULAR,
        source=f"{_HOUSE}; steps of half a mile per hour, rails held, from getfitwithwitt.com",
        template=(
            f'setting: treadmill\n10min warmup; lap walk rest "{_TURN}"; 3min bwd walk incline 0% @ 3-4.5 km/h '
            f'"{_RAILS}"; {{reps}}x({{length}} bwd incline 0% {{backward}} "{_RAILS}"; {{rest}} bwd walk recovery '
            f'incline 0% @ 3-4 km/h "{_RAILS}"); lap walk rest "{_TURN_BACK}"; 5min cooldown'
        ),
        parameters=(_reps(6), _length("60s"), _rest("60s"), _belt("5.5-6.5 km/h")),
    ),
    ReadyMade(
        key="treadmill-experienced",
        title="Backward treadmill run",
        kind=Kind.TREADMILL,
        level=Level.EXPERIENCED,
        source=(
            f"{_HOUSE}; its top speed stays below the 2.23 m/s at which Ordway et al. 2016 (J Strength Cond Res 30) "
            "ran 8 trained men in, in a harness"
        ),
        template=(
            f'setting: treadmill\n10min warmup; lap walk rest "{_TURN}"; 3min bwd walk incline 0% @ 3.5-4.5 km/h '
            f'"{_RAILS}"; {{reps}}x({{length}} bwd incline 1% {{backward}} "{_RAILS}"; {{rest}} bwd walk recovery '
            f'incline 0% @ 3-4 km/h "{_RAILS}"); lap walk rest "{_TURN_BACK}"; 5min cooldown'
        ),
        parameters=(_reps(5), _length("3min"), _rest("90s"), _belt("6.8-7.9 km/h")),
    ),
)
