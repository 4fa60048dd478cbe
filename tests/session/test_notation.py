"""The notation, phrase by phrase: what it means, and what it refuses with which words."""

from __future__ import annotations

import pytest

from retrorun.errors import NotationError, SessionError
from retrorun.session.model import Direction, Gait, Intensity, Repeat, Session, Setting, Slope, Step
from retrorun.session.notation import format_session, parse_duration, parse_session, parse_target, parse_until
from retrorun.session.values import (
    CadenceRange,
    Calories,
    Distance,
    Duration,
    HeartRateAbove,
    HeartRateBelow,
    HeartRateRange,
    HeartRateZone,
    LapButton,
    PowerRange,
    SpeedRange,
    Target,
    Time,
    Times,
)
from retrorun.session.wording import format_target

RETRO_400S = "10min warmup; 4x(400m fwd @ 5:00/km; 400m bwd @ 6:40-7:20/km; 90s rest); 10min cooldown"
HILLS = '3x(2x(60m bwd uphill; 60m walk fwd); lap) "walk down, look ahead"; 10min cooldown'


def test_the_example_of_the_front_page() -> None:
    assert parse_session(RETRO_400S, name="Retro 400s") == Session(
        name="Retro 400s",
        steps=(
            Step(duration=Time(time_s=600), intensity=Intensity.WARMUP),
            Repeat(
                until=Times(count=4),
                steps=(
                    Step(duration=Distance(distance_m=400), target=SpeedRange(low_mps=3.333, high_mps=3.333)),
                    Step(
                        duration=Distance(distance_m=400),
                        direction=Direction.BACKWARD,
                        target=SpeedRange(low_mps=2.273, high_mps=2.5),
                    ),
                    Step(duration=Time(time_s=90), intensity=Intensity.REST, gait=Gait.WALK),
                ),
            ),
            Step(duration=Time(time_s=600), intensity=Intensity.COOLDOWN),
        ),
    )


def test_the_example_with_nested_repeats_and_a_note() -> None:
    (outer, _) = parse_session(HILLS).steps
    assert isinstance(outer, Repeat)
    assert outer.note == "walk down, look ahead"
    inner, lap = outer.steps
    assert inner == Repeat(
        until=Times(count=2),
        steps=(
            Step(duration=Distance(distance_m=60), direction=Direction.BACKWARD, slope=Slope.UPHILL),
            Step(duration=Distance(distance_m=60), gait=Gait.WALK),
        ),
    )
    assert lap == Step(duration=LapButton())


def test_lines_comments_and_other_breaks_mean_the_same() -> None:
    lines = """
    # Tuesday
    name: Retro 400s
    10min warmup           # easy
    4x(
        400m fwd @ 5:00/km,
        400m bwd @ 6:40-7:20/km
        90s rest
    )
    10min cooldown
    """
    assert parse_session(lines) == parse_session(RETRO_400S, name="Retro 400s")
    assert parse_session(RETRO_400S.replace(";", " + ")) == parse_session(RETRO_400S)
    assert parse_session(RETRO_400S.replace("4x(", "4 × (").upper()) == parse_session(RETRO_400S)
    assert parse_session(RETRO_400S.replace("\n", "\r\n") + ";;\r\n") == parse_session(RETRO_400S)


DURATIONS: dict[str, Duration] = {
    "90s": Time(time_s=90),
    "90 sec": Time(time_s=90),
    "1.5s": Time(time_s=1.5),
    "10min": Time(time_s=600),
    "10 minutes": Time(time_s=600),
    "2h": Time(time_s=7200),
    "1h30min": Time(time_s=5400),
    "1min30s": Time(time_s=90),
    "1:30": Time(time_s=90),
    "0:00.5": Time(time_s=0.5),
    "1:02:03": Time(time_s=3723),
    "400m": Distance(distance_m=400),
    "400 metres": Distance(distance_m=400),
    "1.5km": Distance(distance_m=1500),
    "1mi": Distance(distance_m=1609.34),
    "0.25 miles": Distance(distance_m=402.34),
    "100yd": Distance(distance_m=91.44),
    "lap": LapButton(),
    "50kcal": Calories(calories_kcal=50),
    "until hr > 150 bpm": HeartRateAbove(heart_rate_bpm=150),
    "until hr<120bpm": HeartRateBelow(heart_rate_bpm=120),
    "until hr above 150 bpm": HeartRateAbove(heart_rate_bpm=150),
    "until hr below 120 bpm": HeartRateBelow(heart_rate_bpm=120),
}


@pytest.mark.parametrize("text", DURATIONS)
def test_durations(text: str) -> None:
    assert parse_duration(text) == DURATIONS[text]
    assert parse_session(f"{text} bwd").steps == (Step(duration=DURATIONS[text], direction=Direction.BACKWARD),)
    assert parse_session(f"bwd {text}").steps == parse_session(f"{text} bwd").steps


TARGETS: dict[str, Target] = {
    "5:00/km": SpeedRange(low_mps=3.333, high_mps=3.333),
    "6:40-7:20/km": SpeedRange(low_mps=2.273, high_mps=2.5),
    "6:40/km-7:20/km": SpeedRange(low_mps=2.273, high_mps=2.5),
    "6:40–7:20 min/km": SpeedRange(low_mps=2.273, high_mps=2.5),
    "10:00/mi": SpeedRange(low_mps=2.682, high_mps=2.682),
    "10:00 min/mile": SpeedRange(low_mps=2.682, high_mps=2.682),
    "9-10.8 km/h": SpeedRange(low_mps=2.5, high_mps=3.0),
    "2.5 m/s": SpeedRange(low_mps=2.5, high_mps=2.5),
    "Z2": HeartRateZone(zone=2),
    "zone 5": HeartRateZone(zone=5),
    "140-150 bpm": HeartRateRange(low_bpm=140, high_bpm=150),
    "145bpm": HeartRateRange(low_bpm=145, high_bpm=145),
    "170-180 spm": CadenceRange(low_spm=170, high_spm=180),
    "200-250 W": PowerRange(low_w=200, high_w=250),
    "200-250 watts": PowerRange(low_w=200, high_w=250),
}


@pytest.mark.parametrize("text", TARGETS)
def test_targets(text: str) -> None:
    assert parse_target(text) == TARGETS[text]
    assert parse_session(f"5min @{text} bwd").steps == (
        Step(duration=Time(time_s=300), direction=Direction.BACKWARD, target=TARGETS[text]),
    )


def test_two_targets_of_different_kinds_are_joined_by_and() -> None:
    (step,) = parse_session("5min bwd @ 6:40-7:20/km and 170-180 spm").steps
    assert isinstance(step, Step)
    assert step.target == SpeedRange(low_mps=2.273, high_mps=2.5)
    assert step.secondary_target == CadenceRange(low_spm=170, high_spm=180)


WORDS = {
    "fwd": {"direction": Direction.FORWARD},
    "forward": {"direction": Direction.FORWARD},
    "bwd": {"direction": Direction.BACKWARD},
    "back": {"direction": Direction.BACKWARD},
    "backward": {"direction": Direction.BACKWARD},
    "backwards": {"direction": Direction.BACKWARD},
    "run": {"gait": Gait.RUN},
    "jog": {"gait": Gait.RUN},
    "walk": {"gait": Gait.WALK},
    "warmup": {"intensity": Intensity.WARMUP},
    "warm-up": {"intensity": Intensity.WARMUP},
    "cooldown": {"intensity": Intensity.COOLDOWN},
    "cool-down": {"intensity": Intensity.COOLDOWN},
    "recovery": {"intensity": Intensity.RECOVERY},
    "easy": {"intensity": Intensity.RECOVERY},
    "interval": {"intensity": Intensity.INTERVAL},
    "active": {"intensity": Intensity.ACTIVE},
    "rest": {"intensity": Intensity.REST, "gait": Gait.WALK},
    "rest run": {"intensity": Intensity.REST, "gait": Gait.RUN},
    "uphill": {"slope": Slope.UPHILL},
    "downhill": {"slope": Slope.DOWNHILL},
    "flat": {"slope": Slope.FLAT},
}


@pytest.mark.parametrize("words", WORDS)
def test_words(words: str) -> None:
    assert parse_session(f"5min {words}").steps == (Step(duration=Time(time_s=300), **WORDS[words]),)  # type: ignore[arg-type]  # the table's values fit their fields


def test_repeats_until_something() -> None:
    step = Step(duration=LapButton(), direction=Direction.BACKWARD)
    for text, until in (
        ("20min", Time(time_s=1200)),
        ("5km", Distance(distance_m=5000)),
        ("hr > 150 bpm", HeartRateAbove(heart_rate_bpm=150)),
        ("hr < 120 bpm", HeartRateBelow(heart_rate_bpm=120)),
    ):
        assert parse_session(f"repeat until {text} (lap bwd)").steps == (Repeat(until=until, steps=(step,)),)
        assert parse_until(text) == until


def test_a_repeat_of_one_step_needs_no_brackets_and_can_skip_its_last_step() -> None:
    assert parse_session("6x400m bwd; 5min").steps == parse_session("6x(400m bwd); 5min").steps
    (repeat,) = parse_session('4x(400m bwd; 90s rest) skip-last "easy there"').steps
    assert isinstance(repeat, Repeat)
    assert repeat.skip_last
    assert repeat.note == "easy there"
    assert parse_session('4x(400m bwd; 90s rest) "easy there" skip-last-rest').steps == (repeat,)


def test_the_header_holds_name_setting_and_note() -> None:
    session = parse_session(
        'NAME: Retro "#3"\nsetting: Treadmill; note: "two\\nlines; one session"  # said once\n'
        "5min bwd walk incline 1% @ 4 km/h"
    )
    assert session.name == 'Retro "#3"'
    assert session.setting is Setting.TREADMILL
    assert session.note == "two\nlines; one session"
    assert session.steps[0] == Step(
        duration=Time(time_s=300),
        direction=Direction.BACKWARD,
        gait=Gait.WALK,
        incline_pct=1.0,
        target=SpeedRange(low_mps=1.111, high_mps=1.111),
    )
    assert parse_session("name: one\n5min", name="other").name == "other"


def test_canonical_text_uses_the_fewest_digits_that_say_the_same() -> None:
    for text, canonical in (
        ("90.0s rest", "90s rest"),
        ("120s fwd", "2min fwd"),
        ("99s", "99s fwd"),
        ("100s", "1:40 fwd"),
        ("150s", "2:30 fwd"),
        ("3600s", "1h fwd"),
        ("0.4km bwd", "0.4km bwd"),
        ("1mi @ 8:00/mi", "1mi fwd @ 8:00/mi"),
        ("400m @ 10.0 km/h", "400m fwd @ 10 km/h"),
        ("1km @ 4:37.5/km", "1km fwd @ 4:37.5/km"),
        ("lap", "lap fwd"),
        ("5min bwd and", None),
    ):
        if canonical is None:
            with pytest.raises(NotationError):
                parse_session(text)
        else:
            assert format_session(parse_session(text)) == canonical


# What other tools' users write or ask for, as far as it has a meaning here: pace2fit, quick-plan, garmin_planner,
# garmin_mcp, garmin-csv-plan, GarminTools, intervals.icu.
PEERS = {
    "3x(2x(400m bwd @7:30-8:00/km + 200m fwd easy) + 90s rest)": (
        "3x(2x(400m bwd @ 7:30-8:00/km; 200m recovery); 90s rest)"
    ),
    "10min@Z2": "10min fwd @ Z2",
    "600s fwd @ 8:00/km; 400m": "10min fwd @ 8:00/km\n400m fwd",
    "2x(3x(5min @ Z4; 1min rest); 3min easy)": "2x(3x(5min fwd @ Z4; 1min rest); 3min recovery)",
    "until hr < 120 bpm rest": "until hr < 120 bpm rest",
    "until hr > 150 bpm": "until hr > 150 bpm fwd",
    'lap "drink, then press lap"': 'lap fwd "drink, then press lap"',
    "20min @ 143-152 bpm": "20min fwd @ 143-152 bpm",
    "5min @ 175-180 spm": "5min fwd @ 175-180 spm",
    "1min @ 250 W and 90 spm": "1min fwd @ 250 W and 90 spm",
    "5x(1km @ 4:00-4:10/km; 400m easy) skip-last": "5x(1km fwd @ 4:00-4:10/km; 400m recovery) skip-last",
    "8x(20s bwd; 40s walk)": "8x(20s bwd; 40s walk fwd)",
    "repeat until 30min (1min bwd; 1min fwd)": "repeat until 30min (1min bwd; 1min fwd)",
    "setting: treadmill; 10min @ 10 km/h": "setting: treadmill\n10min fwd @ 10 km/h",
    "300kcal easy": "300kcal recovery",
}


@pytest.mark.parametrize("text", PEERS)
def test_what_other_tools_write_has_a_form_here(text: str) -> None:
    assert format_session(parse_session(text)) == PEERS[text]
    assert parse_session(PEERS[text]) == parse_session(text)


def test_nothing_that_is_not_text_is_a_session() -> None:
    with pytest.raises(SessionError, match="the notation is text, not bytes"):
        parse_session(b"10min")  # type: ignore[arg-type]  # the point
    with pytest.raises(SessionError, match="a phrase of the notation is text, not 400; put it in quotes"):
        parse_duration(400)  # type: ignore[arg-type]  # the point


def test_a_session_with_too_many_steps_shows_the_first_of_them_that_is_too_many() -> None:
    with pytest.raises(NotationError) as caught:
        parse_session("2x(1m)\n" * 500 + "1m\n1m")
    assert (caught.value.line, caught.value.column) == (501, 1)


@pytest.mark.parametrize("pace", ["17:00/km", "20:00/km", "25:00-30:00/km", "28:30/km", "33:15/km", "40:00/mi"])
def test_a_slow_pace_is_written_back_as_round_as_it_was(pace: str) -> None:
    assert format_target(parse_target(pace)) == pace


def test_huge_and_deep_texts_end_in_an_error_that_can_be_read() -> None:
    for text, what in (
        ("10min; " * 20_000, "a session's text has at most 100000 characters"),
        ("10min; " * 1_001, "a session has at most 1000 steps"),
        ("2x(" * 9 + "10min" + ")" * 9, "repeats are nested more than 8 deep"),
        ("2x" * 5_000 + "10min", "repeats are nested more than 8 deep"),
        ("(" * 50_000, "repeats are nested more than 8 deep"),
        ("9" * 5_000 + "min", "a number this long means nothing here"),
        (f'10min "{"x" * 3_000}"', "note is longer than 2000 characters"),
    ):
        with pytest.raises(NotationError) as caught:
            parse_session(text)
        assert what in str(caught.value)
        assert max(map(len, str(caught.value).splitlines())) < 200
    assert len(parse_session("2x(" * 8 + "10min" + ")" * 8).steps) == 1
