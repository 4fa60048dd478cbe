"""Backward paces from forward ones, and the records that cap them."""

from __future__ import annotations

import pytest

from retrorun.errors import SessionError
from retrorun.session.pace import (
    BACKWARD_RATIO,
    RECORDS,
    backward_pace_from_easy,
    backward_pace_from_race,
    fastest_backward_mps,
)
from retrorun.session.wording import format_target
from retrorun.units import parse_speed


@pytest.mark.parametrize(("distance_m", "time_s"), RECORDS)
def test_every_record_passes_with_eight_per_cent_to_spare(distance_m: float, time_s: float) -> None:
    assert fastest_backward_mps(distance_m) * time_s / distance_m == pytest.approx(1.08)


def test_the_cap_falls_with_distance_and_stays_beyond_the_records() -> None:
    distances = [100 * 1.1**power for power in range(72)]
    caps = [fastest_backward_mps(distance_m) for distance_m in distances]
    assert caps == sorted(caps, reverse=True)
    assert fastest_backward_mps(20) == fastest_backward_mps(100)
    assert fastest_backward_mps(200_000) == fastest_backward_mps(100_000)
    # Half way between the mile and 3 km: 4.877 and 4.466 m/s.
    assert 1.08 * 4.466 < fastest_backward_mps(2200) < 1.08 * 4.877


def test_an_easy_pace_gives_the_documented_range() -> None:
    advice = backward_pace_from_easy(parse_speed("6:00/km"))
    # 360 s / 0.80 = 450 s and 360 s / 0.59 = 610.2 s, which is 615 s in steps of five, never faster.
    assert format_target(advice.target) == "7:30-10:15/km"
    assert 1000 / advice.typical_mps == pytest.approx(360 / 0.68, rel=1e-3)
    assert advice.basis == "an easy forward pace of 6:00/km"
    assert advice.ratio is BACKWARD_RATIO
    assert advice.ratio.low < advice.ratio.value < advice.ratio.high
    assert "Sterzing et al. 2016" in advice.ratio.source


def test_a_race_gives_a_range_over_its_distance() -> None:
    advice = backward_pace_from_race(10_000, 45 * 60)
    # 270 s / 0.80 = 337.5 s and 270 s / 0.59 = 457.6 s.
    assert format_target(advice.target) == "5:40-7:40/km"
    assert advice.basis == "a forward race of 10.00 km in 45:00"


def test_the_fast_end_stops_at_the_records_and_says_so() -> None:
    advice = backward_pace_from_race(10_000, 28 * 60)
    assert advice.target.high_mps <= fastest_backward_mps(10_000)
    assert "the fast end is cut to 3:36/km" in advice.notes[0]


def test_a_slow_range_says_that_walking_is_natural() -> None:
    assert "most people would rather walk backward" in backward_pace_from_easy(parse_speed("9:00/km")).notes[0]
    assert "walk" not in "".join(backward_pace_from_easy(3.5).notes)


def test_numbers_that_make_no_sense_are_refused() -> None:
    with pytest.raises(SessionError, match=r"would mean 2:56/km backward over 10.00 km, and the records.* 3:36/km"):
        backward_pace_from_race(10_000, 20 * 60)
    with pytest.raises(SessionError, match="an easy forward pace of 2:20/km would mean 3:26/km backward"):
        backward_pace_from_easy(parse_speed("2:20/km"))
    with pytest.raises(SessionError, match=r"an easy pace of 0\.1 m/s is no run"):
        backward_pace_from_easy(0.1)
    with pytest.raises(SessionError, match="an easy pace of nan m/s is no run"):
        backward_pace_from_easy(float("nan"))
    with pytest.raises(SessionError, match="a race's time must be above zero"):
        backward_pace_from_race(10_000, 0)
    with pytest.raises(SessionError, match="a race's distance must be above zero"):
        backward_pace_from_race(float("inf"), 10)
