"""Durations, distances and paces as people write them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.errors import SessionError
from retrorun.units import (
    METRES_PER_MILE,
    format_clock,
    format_distance,
    format_pace,
    format_percent,
    pace_to_speed_mps,
    parse_clock,
    parse_distance,
    parse_speed,
    parse_time,
    speed_to_pace_s,
)


@pytest.mark.parametrize(
    ("text", "time_s"),
    [
        ("90s", 90),
        ("90 seconds", 90),
        ("1.5 min", 90),
        ("10min", 600),
        ("2h", 7200),
        ("1h30min", 5400),
        ("1h 30min 15s", 5415),
        ("1:30", 90),
        ("90:00", 5400),
        ("1:30:00", 5400),
        ("0:07.25", 7.25),
        (" 3:05 ", 185),
    ],
)
def test_times(text: str, time_s: float) -> None:
    assert parse_time(text) == time_s


@pytest.mark.parametrize(
    "text",
    ["", "10", "min", "10 m", "30s 10min", "5min 5min", "5min x", "-5min", "1e3s", "٣min", "5:75", "5:7", "1:2:3"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(SessionError):
        parse_time(text)


def test_a_clock_says_which_part_is_wrong() -> None:
    for text, message in (
        ("5:75", "5:75 has 75 seconds; seconds go from 00 to 59"),
        ("1:75:00", "1:75:00 has 75 minutes; minutes go from 00 to 59 after hours"),
        ("5:7", "5:7 is no time; write two digits after each colon, e.g. 5:05"),
        ("soon", "'soon' is no time; write e.g. 5:05 or 1:05:00"),
    ):
        with pytest.raises(SessionError) as caught:
            parse_clock(text)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "distance_m"),
    [("400m", 400), ("1.5 km", 1500), ("3mi", 4828.032), ("100 yd", 91.44), ("26.2 miles", 42_164.8128)],
)
def test_distances(text: str, distance_m: float) -> None:
    assert parse_distance(text) == pytest.approx(distance_m, rel=1e-12)


@pytest.mark.parametrize("text", ["", "400", "m", "400 min", "4 00m", "-400m", "1,5km"])
def test_what_is_no_distance_is_refused(text: str) -> None:
    with pytest.raises(SessionError, match=r"is no distance; write e\.g\. 400m"):
        parse_distance(text)


@pytest.mark.parametrize(
    ("text", "speed_mps"),
    [
        ("5:00/km", 1000 / 300),
        ("5:00 min/km", 1000 / 300),
        ("8:00/mi", METRES_PER_MILE / 480),
        ("8:00 min/mile", METRES_PER_MILE / 480),
        ("10.8 km/h", 3.0),
        ("2.5m/s", 2.5),
    ],
)
def test_paces_and_speeds(text: str, speed_mps: float) -> None:
    assert parse_speed(text) == pytest.approx(speed_mps, rel=1e-12)


@pytest.mark.parametrize(
    "text", ["", "5:00", "5/km", "5.5/km", "0:00/km", "0 km/h", "10", "5:75/km", "10 furlongs/h", "./km"]
)
def test_what_is_no_pace_is_refused(text: str) -> None:
    with pytest.raises(SessionError):
        parse_speed(text)


@given(st.floats(0.1, 15.0), st.sampled_from([1000.0, METRES_PER_MILE]))
def test_pace_and_speed_are_each_others_inverse(speed_mps: float, per_m: float) -> None:
    assert pace_to_speed_mps(speed_to_pace_s(speed_mps, per_m=per_m), per_m=per_m) == pytest.approx(speed_mps)


@given(st.integers(0, 10**6))
def test_a_clock_gives_its_seconds_back(time_s: int) -> None:
    assert parse_clock(format_clock(time_s)) == time_s


def test_formats_for_people() -> None:
    assert format_clock(59.6) == "1:00"
    assert format_clock(3723) == "1:02:03"
    assert format_pace(2.5) == "6:40/km"
    assert format_pace(METRES_PER_MILE / 480, per_m=METRES_PER_MILE) == "8:00/mi"
    assert format_pace(0) == format_pace(math.nan) == "–"
    assert format_distance(999.4) == "999 m"
    assert format_distance(1500) == "1.50 km"
    assert format_distance(METRES_PER_MILE, per_m=METRES_PER_MILE) == "1.00 mi"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0 %"), (0.003, "<1 %"), (0.124, "12 %"), (0.99, "99 %"), (0.991, ">99 %"), (1.0, "100 %")],
)
def test_per_cent_never_rounds_to_nothing_or_everything(share: float, text: str) -> None:
    assert format_percent(share) == text


@pytest.mark.parametrize(
    ("said", "plain"),
    [("6 min/km", "6:00/km"), ("6:30 min/km", "6:30/km"), ("10min/mi", "10:00/mi"), ("9 min / mile", "9:00/mile")],
)
def test_a_pace_may_say_its_minutes(said: str, plain: str) -> None:
    assert parse_speed(said) == parse_speed(plain)


@pytest.mark.parametrize("text", ["min/km", "6.5 min/km", "6 min", "6 min/h", "0 min/km"])
def test_minutes_that_are_no_pace_are_refused(text: str) -> None:
    with pytest.raises(SessionError):
        parse_speed(text)
