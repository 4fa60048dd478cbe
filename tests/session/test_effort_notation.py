from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.errors import NotationError, SessionError
from retrorun.session.data import session_from_dict, session_to_dict
from retrorun.session.model import Session, Step
from retrorun.session.notation import format_session, parse_session, parse_target
from retrorun.session.values import (
    CadenceRange,
    HeartRateRange,
    HeartRateZoneRange,
    Limit,
    PercentOf,
    PercentRange,
    PowerRange,
    Progression,
    Range,
    RpeRange,
    SpeedRange,
    Target,
    Time,
)


def pairs(low: int, high: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(low, high), st.integers(low, high)).map(lambda pair: (min(pair), max(pair)))


RANGES: st.SearchStrategy[Range] = st.one_of(
    pairs(200, 6000).map(lambda ends: SpeedRange(low_mps=ends[0] / 1000, high_mps=ends[1] / 1000)),
    pairs(30, 250).map(lambda ends: HeartRateRange(low_bpm=ends[0], high_bpm=ends[1])),
    pairs(30, 300).map(lambda ends: CadenceRange(low_spm=ends[0], high_spm=ends[1])),
    pairs(1, 2000).map(lambda ends: PowerRange(low_w=ends[0], high_w=ends[1])),
    st.builds(
        lambda ends, of: PercentRange(low_pct=ends[0], high_pct=ends[1], of=of),
        pairs(1, 100),
        st.sampled_from(PercentOf),
    ),
)


def single(value: Range) -> bool:
    try:
        Limit(side="below", value=value)
    except SessionError:
        return False
    return True


def progression(ends: tuple[Range, Range]) -> Progression | None:
    try:
        return Progression(start=ends[0], end=ends[1])
    except SessionError:
        return None


TARGETS: st.SearchStrategy[Target] = st.one_of(
    RANGES,
    pairs(1, 10).map(lambda ends: RpeRange(low_rpe=ends[0], high_rpe=ends[1])),
    st.sampled_from([(low, high) for low in range(1, 5) for high in range(low + 1, 6)]).map(
        lambda ends: HeartRateZoneRange(low_zone=ends[0], high_zone=ends[1])
    ),
    st.builds(
        lambda value, side: Limit(side=side, value=value), RANGES.filter(single), st.sampled_from(["below", "above"])
    ),
    st.tuples(RANGES, RANGES).map(progression).filter(lambda made: made is not None),
)


@given(TARGETS)
def test_every_target_comes_back_from_notation_and_documents(target: Target) -> None:
    session = Session(steps=(Step(duration=Time(time_s=60), target=target),))
    assert parse_session(format_session(session)) == session
    assert session_from_dict(session_to_dict(session)) == session


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("85%-90% hrmax", "85-90% hrmax"),
        ("below 150 bpm", "under 150 bpm"),
        ("above 150 bpm", "over 150 bpm"),
        ("slower than 9 km/h", "under 9 km/h"),
        ("faster 6:00/km", "faster than 6:00/km"),
        ("zone 2-3", "Z2-Z3"),
        ("Z2–Z3", "Z2-Z3"),
        ("RPE 6", "rpe 6"),
    ],
)
def test_other_ways_to_say_it(text: str, same: str) -> None:
    assert parse_target(text) == parse_target(same)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("60-75%", "85-90% hrmax"),
        ("60% feeling", "hrmax"),
        ("rpe", "rpe 6"),
        ("rpe 11", ""),
        ("Z3-Z2", "lower one first"),
        ("Z2-", "Z2-Z3"),
        ("under 6:00/km", "slower than"),
        ("under 140-150 bpm", "single value|alone"),
        ("under Z2", "150 bpm"),
        ("from 7:00/km", "from 7:00/km to 6:30/km"),
        ("from 7:00/km to 150 bpm", "unit"),
        ("101% hrmax", ""),
        ("2.5% cp", ""),
    ],
)
def test_what_is_none_says_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(NotationError) as caught:
        parse_target(text)
    assert any(words in str(caught.value) for words in hint.split("|"))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("WU 10min; CD 5min", "10min warmup; 5min cooldown"),
        ("10min at 7:00/km", "10min @ 7:00/km"),
    ],
)
def test_a_coachs_shorthand(text: str, same: str) -> None:
    assert parse_session(text) == parse_session(same)
