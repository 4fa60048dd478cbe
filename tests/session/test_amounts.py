"""What sessions amount to, by hand and against a count of every round."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.session.amounts import Sum, UsualSpeeds, amounts, planned_speed_mps, step_distance_m, step_time_s
from retrorun.session.model import Direction, Repeat, Session, Step
from retrorun.session.notation import parse_session
from retrorun.session.values import Distance, Time, Times
from tests import strategies


def test_the_front_pages_session_by_hand() -> None:
    found = amounts(parse_session("10min warmup; 4x(400m fwd @ 5:00/km; 400m bwd @ 2.5 m/s; 90s rest); 10min cooldown"))
    # 600 + 4 · (120 + 160 + 90) + 600 s, and the warm-up has no pace.
    assert found.time_s.total == pytest.approx(2680, abs=0.1)
    assert found.time_s.backward == 640
    assert found.time_s.backward_share == pytest.approx(640 / 2680, rel=1e-4)
    assert found.distance_m == Sum(total=3200, backward=1600, whole=False, split=True)
    assert found.distance_m.backward_share is None
    assert [(each.place, each.rounds) for each in found.steps] == [
        ("steps[0]", 1),
        ("steps[1].repeat[0]", 4),
        ("steps[1].repeat[1]", 4),
        ("steps[1].repeat[2]", 4),
        ("steps[2]", 1),
    ]


@pytest.mark.parametrize(
    ("text", "time_s", "distance_m"),
    [
        ("100m @ 4-6 m/s", 20.0, 100.0),
        ("30s @ 170-180 spm and 4-6 m/s", 30.0, 150.0),
        ("30s", 30.0, None),
        ("100m", None, 100.0),
        ("lap @ 4-6 m/s", None, None),
    ],
)
def test_a_step_is_as_long_as_it_says_or_its_pace_says(
    text: str, time_s: float | None, distance_m: float | None
) -> None:
    (found,) = amounts(parse_session(text)).steps
    assert (found.time_s, found.distance_m) == (time_s, distance_m)
    assert planned_speed_mps(found.step) == (5.0 if "m/s" in text else None)


def test_usual_speeds_fill_what_a_session_leaves_open() -> None:
    session = parse_session("10min warmup; 100m bwd; 60s rest; 60s walk bwd; lap")
    usual = UsualSpeeds(forward_run_mps=3, backward_run_mps=2, forward_walk_mps=1.5, backward_walk_mps=1)
    found = amounts(session, usual=usual)
    assert [(each.time_s, each.distance_m) for each in found.steps] == [
        (600, 1800),
        (50, 100),
        (60, 90),
        (60, 60),
        (None, None),
    ]
    assert found.time_s == Sum(total=770, backward=110, whole=False, split=True)
    assert found.distance_m == Sum(total=2050, backward=160, whole=False, split=True)


def test_a_last_step_that_is_skipped_counts_once_less() -> None:
    found = amounts(parse_session("3x(2x(10s bwd; 5s) skip-last; 60s rest) skip-last"))
    assert [each.rounds for each in found.steps] == [6, 3, 2]
    assert found.time_s == Sum(total=6 * 10 + 3 * 5 + 2 * 60, backward=60)


def test_repeats_until_a_time_or_distance_take_that_long_in_all() -> None:
    found = amounts(parse_session("repeat until 20min (1min bwd @ 2 m/s; 3min fwd @ 3 m/s)"))
    assert found.time_s == Sum(total=1200, backward=300)
    assert found.distance_m == Sum(total=5 * (120 + 540), backward=600)
    found = amounts(parse_session("repeat until 4km (100m bwd; 300m)"))
    assert found.distance_m == Sum(total=4000, backward=1000)
    assert found.time_s == Sum(whole=False, split=False)


def test_how_long_is_known_where_how_often_is_not() -> None:
    found = amounts(parse_session("2x(repeat until 20min (lap bwd; lap))"))
    assert found.time_s == Sum(total=2400, whole=True, split=False)
    assert amounts(parse_session("repeat until 20min (lap bwd)")).time_s == Sum(total=1200, backward=1200)
    assert amounts(parse_session("repeat until hr > 150 bpm (1min)")).time_s == Sum(whole=False, split=True)
    assert [each.rounds for each in found.steps] == [None, None]


def _counted() -> st.SearchStrategy[Session]:
    """Sessions with few rounds, all counted."""
    step = strategies.steps()

    def repeats(inner: st.SearchStrategy[Step | Repeat]) -> st.SearchStrategy[Repeat]:
        body = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.builds(
            lambda steps, count, skip: Repeat(steps=steps, until=Times(count=count), skip_last=skip and len(steps) > 1),
            body,
            st.integers(1, 4),
            st.booleans(),
        )

    items = st.recursive(step, repeats, max_leaves=6)
    return st.lists(items, min_size=1, max_size=4).map(lambda steps: Session(steps=tuple(steps)))


def _every_round(steps: tuple[Step | Repeat, ...]) -> Iterator[Step]:
    for item in steps:
        if isinstance(item, Step):
            yield item
            continue
        assert isinstance(item.until, Times)
        for number in range(item.until.count):
            last = item.skip_last and number == item.until.count - 1
            yield from _every_round(item.steps[:-1] if last else item.steps)


@given(_counted())
def test_sums_are_those_of_every_round_in_order(session: Session) -> None:
    found = amounts(session)
    for total, of_step in ((found.time_s, step_time_s), (found.distance_m, step_distance_m)):
        rounds = list(_every_round(session.steps))
        known = [(step, value) for step in rounds if (value := of_step(step)) is not None]
        assert total.total == pytest.approx(sum(value for _, value in known))
        backward = sum(value for step, value in known if step.direction is Direction.BACKWARD)
        assert total.backward == pytest.approx(backward)
        if len(known) < len(rounds):
            assert not total.whole


@given(strategies.sessions())
def test_every_session_amounts_to_something_that_can_be_said(session: Session) -> None:
    found = amounts(session)
    for total in (found.time_s, found.distance_m):
        assert total.total >= total.backward >= 0 or total.total == pytest.approx(total.backward)
        share = total.backward_share
        assert share is None or -1e-9 <= share <= 1 + 1e-9
    for each in found.steps:
        if isinstance(each.step.duration, Time):
            assert each.time_s == each.step.duration.time_s
        if isinstance(each.step.duration, Distance):
            assert each.distance_m == each.step.duration.distance_m
