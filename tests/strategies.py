"""Hypothesis strategies: every kind of session that the model can hold.

Strategies are built once and not within a draw: building one costs more than drawing from it.
"""

from __future__ import annotations

from functools import cache
from itertools import permutations

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


def _speed_range(pair_mmps: tuple[int, int], unit: SpeedUnit, quarter: int) -> SpeedRange:
    low, high = pair_mmps
    return SpeedRange(low_mps=low / 1000, high_mps=(high if quarter else low) / 1000, unit=unit)


speed_ranges: st.SearchStrategy[SpeedRange] = st.builds(
    _speed_range,
    _whole_pairs(100, int(FASTEST_MPS * 1000)),
    st.sampled_from(_SPEED_UNITS),
    st.integers(0, 3),
)
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
    st.sampled_from([st.tuples(*pair) for pair in permutations(_TARGET_KINDS, 2)]).flatmap(lambda pair: pair),
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


_booleans = st.booleans()
_slopes = st.none() | st.sampled_from(Slope)
_inclines_pct = st.none() | _grid(-400, 400, 10)
_directions = st.sampled_from(Direction)
_gaits = st.sampled_from(Gait)
_intensities = st.sampled_from(Intensity)
_settings = st.sampled_from(Setting)


@cache
@st.composite
def steps(draw: st.DrawFn, *, setting: Setting = Setting.ROAD, notes: st.SearchStrategy[str] | None = None) -> Step:
    """Steps that fit a setting: slopes outdoors, inclines on a treadmill."""
    target, secondary = draw(target_pairs)
    treadmill = setting is Setting.TREADMILL
    slope = None if treadmill else draw(_slopes)
    incline = draw(_inclines_pct) if treadmill else None
    direction = draw(_directions)
    return Step(
        duration=draw(durations),
        direction=direction,
        direction_guessed=direction is Direction.BACKWARD and draw(_booleans),
        gait=draw(_gaits),
        intensity=draw(_intensities),
        target=target,
        secondary_target=secondary,
        slope=slope,
        incline_pct=incline,
        note=draw(texts() if notes is None else notes),
    )


untils: st.SearchStrategy[RepeatUntil] = st.one_of(
    st.integers(1, 999).map(lambda count: Times(count=count)), times, distances, heart_rate_bounds
)


@cache
@st.composite
def repeats(
    draw: st.DrawFn, inner: st.SearchStrategy[Step | Repeat], *, notes: st.SearchStrategy[str] | None = None
) -> Repeat:
    """Repeats of one to three of what `inner` makes, with every kind of end."""
    body = tuple(draw(_lists(inner, 3)))
    until = draw(untils)
    skip_last = isinstance(until, Times) and len(body) > 1 and draw(_booleans)
    return Repeat(steps=body, until=until, skip_last=skip_last, note=draw(texts() if notes is None else notes))


@cache
def _lists(inner: st.SearchStrategy[Step | Repeat], max_size: int) -> st.SearchStrategy[list[Step | Repeat]]:
    return st.lists(inner, min_size=1, max_size=max_size)


@cache
def _items(setting: Setting, depth: int, notes: st.SearchStrategy[str] | None) -> st.SearchStrategy[Step | Repeat]:
    """Steps, and repeats nested up to `depth`."""
    step: st.SearchStrategy[Step | Repeat] = steps(setting=setting, notes=notes)
    return step | repeats(_items(setting, depth - 1, notes), notes=notes) if depth else step


@st.composite
def sessions(
    draw: st.DrawFn, *, max_depth: int = 2, max_steps: int = 4, notes: st.SearchStrategy[str] | None = None
) -> Session:
    """Sessions of every kind: every setting, repeats nested up to `max_depth`, any name and note.

    `notes` replaces the notes of steps and repeats, where a format is narrower than the model.
    """
    setting = draw(_settings)
    items = _items(setting, draw(st.integers(0, max_depth)), notes)
    return Session(
        steps=tuple(draw(_lists(items, max_steps))),
        name=draw(texts()),
        setting=setting,
        note=draw(texts()),
    )
