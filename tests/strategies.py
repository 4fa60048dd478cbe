"""Hypothesis strategies: every kind of session that the model can hold."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from hypothesis import strategies as st

from retrorun.session.model import Direction, Gait, Intensity, Repeat, Session, Setting, Slope, Step
from retrorun.session.values import (
    FASTEST_MPS,
    LONGEST_DISTANCE_M,
    LONGEST_TIME_S,
    CadenceRange,
    Calories,
    Distance,
    DistanceUnit,
    Duration,
    HeartRateAbove,
    HeartRateBelow,
    HeartRateRange,
    HeartRateZone,
    HeartRateZoneRange,
    LapButton,
    Limit,
    PercentOf,
    PercentRange,
    PowerRange,
    Progression,
    Range,
    RepeatUntil,
    RpeRange,
    SpeedRange,
    SpeedUnit,
    Target,
    Time,
    Times,
    ends_of,
    measure_of,
)

_DISTANCE_UNITS: tuple[DistanceUnit, ...] = ("m", "km", "mi", "yd")
_SPEED_UNITS: tuple[SpeedUnit, ...] = ("min/km", "min/mi", "km/h", "mph", "m/s")

_AWKWARD = ('say "hi"', "back\\slash", "a # b; c", "two\nlines", "å é 漢 😀", "name: x", "4x(", "\\n")


@cache
def texts(max_size: int = 20) -> st.SearchStrategy[str]:
    """Names and notes: any characters that can be shown, quotes, backslashes and new lines among them."""
    awkward = st.sampled_from([text[:max_size] for text in ("", *_AWKWARD)])
    return awkward | st.text(st.characters(exclude_categories=("Cc", "Cs"), include_characters="\n"), max_size=max_size)


def _whole_pairs(low: int, high: int) -> st.SearchStrategy[tuple[int, int]]:
    ends = st.integers(low, high)
    return st.tuples(ends, ends).map(lambda pair: (min(pair), max(pair)))


def _grid(low: int, high: int, per_unit: int) -> st.SearchStrategy[float]:
    """Numbers on the wire's grid, so that they are what a file can hold."""
    return st.integers(low, high).map(lambda ticks: ticks / per_unit)


# ---- durations and targets -------------------------------------------------------------------------------------------

times: st.SearchStrategy[Time] = (
    st.integers(1, 7200).map(lambda time_s: Time(time_s=time_s))
    | st.integers(1, 300).map(lambda minutes: Time(time_s=60 * minutes))
    | _grid(1, int(LONGEST_TIME_S) * 1000, 1000).map(lambda time_s: Time(time_s=time_s))
)
distances: st.SearchStrategy[Distance] = st.builds(
    lambda distance_m, unit: Distance(distance_m=distance_m, unit=unit),
    st.sampled_from([20, 60, 100, 400, 800, 1000, 1609.34, 5000]) | _grid(1, int(LONGEST_DISTANCE_M) * 100, 100),
    st.sampled_from(_DISTANCE_UNITS),
)
heart_rate_bounds: st.SearchStrategy[HeartRateAbove | HeartRateBelow] = st.integers(30, 250).map(
    lambda bpm: HeartRateAbove(heart_rate_bpm=bpm)
) | st.integers(30, 250).map(lambda bpm: HeartRateBelow(heart_rate_bpm=bpm))
durations: st.SearchStrategy[Duration] = st.one_of(
    times,
    distances,
    st.just(LapButton()),
    heart_rate_bounds,
    st.integers(1, 65_534).map(lambda kcal: Calories(calories_kcal=kcal)),
)


@st.composite
def _speed_ranges(draw: Callable[[st.SearchStrategy[int]], int]) -> SpeedRange:
    low, high = sorted(draw(st.integers(100, int(FASTEST_MPS * 1000))) for _ in range(2))
    unit = _SPEED_UNITS[draw(st.integers(0, len(_SPEED_UNITS) - 1))]
    if draw(st.integers(0, 3)) == 0:
        high = low
    return SpeedRange(low_mps=low / 1000, high_mps=high / 1000, unit=unit)


speed_ranges: st.SearchStrategy[SpeedRange] = _speed_ranges()
heart_rate_targets: st.SearchStrategy[HeartRateZone | HeartRateRange] = st.integers(1, 5).map(
    lambda zone: HeartRateZone(zone=zone)
) | _whole_pairs(30, 250).map(lambda pair: HeartRateRange(low_bpm=pair[0], high_bpm=pair[1]))
cadence_ranges: st.SearchStrategy[CadenceRange] = _whole_pairs(30, 300).map(
    lambda pair: CadenceRange(low_spm=pair[0], high_spm=pair[1])
)
power_ranges: st.SearchStrategy[PowerRange] = _whole_pairs(1, 2000).map(
    lambda pair: PowerRange(low_w=pair[0], high_w=pair[1])
)
_TARGET_KINDS: tuple[st.SearchStrategy[Target], ...] = (speed_ranges, heart_rate_targets, cadence_ranges, power_ranges)
targets: st.SearchStrategy[Target] = st.one_of(*_TARGET_KINDS)

# None, one target, or two of different kinds.
target_pairs: st.SearchStrategy[tuple[Target | None, Target | None]] = st.one_of(
    st.just((None, None)),
    targets.map(lambda target: (target, None)),
    st.permutations(range(len(_TARGET_KINDS))).flatmap(
        lambda order: st.tuples(_TARGET_KINDS[order[0]], _TARGET_KINDS[order[1]])
    ),
)


# ---- targets by effort, limits and progressions ----------------------------------------------------------------------

ranges: st.SearchStrategy[Range] = st.one_of(
    speed_ranges,
    _whole_pairs(30, 250).map(lambda ends: HeartRateRange(low_bpm=ends[0], high_bpm=ends[1])),
    cadence_ranges,
    power_ranges,
    st.builds(
        lambda ends, of: PercentRange(low_pct=ends[0], high_pct=ends[1], of=of),
        _whole_pairs(1, 100),
        st.sampled_from(PercentOf),
    ),
)


@st.composite
def _limits(draw: st.DrawFn) -> Limit:
    value = draw(ranges.filter(lambda one: ends_of(one)[0] == ends_of(one)[1]))
    return Limit(side=draw(st.sampled_from(("below", "above"))), value=value)


@st.composite
def _progressions(draw: st.DrawFn) -> Progression:
    start = draw(ranges)
    end = draw(ranges.filter(lambda one: measure_of(one) is measure_of(start) and one != start))
    return Progression(start=start, end=end)


any_targets: st.SearchStrategy[Target] = st.one_of(
    ranges,
    _whole_pairs(1, 10).map(lambda ends: RpeRange(low_rpe=ends[0], high_rpe=ends[1])),
    _whole_pairs(1, 5)
    .filter(lambda ends: ends[0] < ends[1])
    .map(lambda ends: HeartRateZoneRange(low_zone=ends[0], high_zone=ends[1])),
    _limits(),
    _progressions(),
)


# ---- steps, repeats, sessions ----------------------------------------------------------------------------------------


@st.composite
def steps(draw: st.DrawFn, *, setting: Setting = Setting.ROAD, notes: st.SearchStrategy[str] | None = None) -> Step:
    """Steps that fit a setting: slopes outdoors, inclines on a treadmill."""
    target, secondary = draw(target_pairs)
    treadmill = setting is Setting.TREADMILL
    slope = None if treadmill else draw(st.none() | st.sampled_from(Slope))
    incline = draw(st.none() | _grid(-400, 400, 10)) if treadmill else None
    direction = draw(st.sampled_from(Direction))
    return Step(
        duration=draw(durations),
        direction=direction,
        direction_guessed=direction is Direction.BACKWARD and draw(st.booleans()),
        gait=draw(st.sampled_from(Gait)),
        intensity=draw(st.sampled_from(Intensity)),
        target=target,
        secondary_target=secondary,
        slope=slope,
        incline_pct=incline,
        note=draw(texts() if notes is None else notes),
    )


untils: st.SearchStrategy[RepeatUntil] = st.one_of(
    st.integers(1, 999).map(lambda count: Times(count=count)), times, distances, heart_rate_bounds
)


@st.composite
def repeats(
    draw: st.DrawFn, inner: st.SearchStrategy[Step | Repeat], *, notes: st.SearchStrategy[str] | None = None
) -> Repeat:
    """Repeats of one to three of what `inner` makes, with every kind of end."""
    body = tuple(draw(st.lists(inner, min_size=1, max_size=3)))
    until = draw(untils)
    skip_last = isinstance(until, Times) and len(body) > 1 and draw(st.booleans())
    return Repeat(steps=body, until=until, skip_last=skip_last, note=draw(texts() if notes is None else notes))


@st.composite
def sessions(
    draw: st.DrawFn, *, max_depth: int = 2, max_steps: int = 4, notes: st.SearchStrategy[str] | None = None
) -> Session:
    """Sessions of every kind: every setting, repeats nested up to `max_depth`, any name and note.

    `notes` replaces the notes of steps and repeats, where a format is narrower than the model.
    """
    setting = draw(st.sampled_from(Setting))
    item: st.SearchStrategy[Step | Repeat] = steps(setting=setting, notes=notes)
    for _ in range(draw(st.integers(0, max_depth))):
        item = st.one_of(steps(setting=setting, notes=notes), repeats(item, notes=notes))
    return Session(
        steps=tuple(draw(st.lists(item, min_size=1, max_size=max_steps))),
        name=draw(texts()),
        setting=setting,
        note=draw(texts()),
    )
