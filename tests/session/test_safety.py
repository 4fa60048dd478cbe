"""What is unsafe is found at its place, and nothing else."""

from __future__ import annotations

import pytest

from retrorun.session.library import ready_made
from retrorun.session.model import Finding
from retrorun.session.notation import parse_session
from retrorun.session.safety import implausible, safety_findings

DOWNHILL = "backward downhill: a fall goes further, onto the back of the head"
UNSAFE = {
    "10min; 2x(60m bwd downhill)": ("steps[1].repeat[0]", DOWNHILL, "go down forward, at a walk"),
    "60m walk bwd downhill": ("steps[0]", DOWNHILL, "go down forward, at a walk"),
    "setting: treadmill; 60s bwd incline -1%": ("steps[0]", DOWNHILL, "go down forward, at a walk"),
    "setting: treadmill; 60s bwd incline 2%": (
        "steps[0]",
        "backward on a treadmill at 2 %",
        "keep the incline at 1 % or below",
    ),
    "setting: treadmill; 60s bwd walk @ 4 km/h; 60s bwd @ 9 km/h": (
        "steps[1]",
        "backward on a treadmill at 9.0 km/h",
        "stay at 7.9 km/h or below until five sessions went well",
    ),
    "setting: treadmill; 60s bwd @ 6 km/h": (
        "steps[0]",
        "the first backward step on a treadmill at 6.0 km/h",
        "stay at 4.7 km/h or below until five sessions went well",
    ),
    "10km bwd @ 3:30/km": (
        "steps[0]",
        "3:30/km backward is faster than the records allow",
        "stay at 3:36/km or slower over that distance",
    ),
}


@pytest.mark.parametrize("text", UNSAFE)
def test_what_is_unsafe_is_found_at_its_place(text: str) -> None:
    place, what, hint = UNSAFE[text]
    assert safety_findings(parse_session(text)) == (Finding(place=place, what=what, hint=hint),)


@pytest.mark.parametrize(
    "text",
    [
        "10min warmup; 4x(400m fwd @ 5:00/km; 400m bwd @ 6:40-7:20/km; 90s rest); 10min cooldown",
        "60m fwd downhill; 60m walk downhill; 60m bwd uphill",
        "setting: treadmill; 60s bwd walk @ 4 km/h incline 1%; 60s bwd @ 7.9 km/h",
        "setting: treadmill; 60s fwd @ 14 km/h incline 5%",
        "100m bwd @ 2:20/km",
        "20s bwd @ 2:20/km",
    ],
)
def test_what_is_safe_is_let_alone(text: str) -> None:
    assert safety_findings(parse_session(text)) == ()


def test_experience_lifts_the_caps_on_speed_but_not_on_slope() -> None:
    text = "setting: treadmill; 60s bwd @ 9 km/h incline 2%"
    assert len(safety_findings(parse_session(text))) == 2
    (finding,) = safety_findings(parse_session(text), experienced=True)
    assert finding.what == "backward on a treadmill at 2 %"


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("10m warmup; 5km", "10 metres of warm-up", "10min"),
        ("5km; 15m cooldown", "15 metres of cool-down", "15min"),
        ("5km; 1s bwd; 5km", "lasts 1 s", "unit"),
        ("5km; 3m bwd", "3 m long", "3min"),
        ("5km; 10min @ 40-60 bpm", "40 to 60 bpm", "offset"),
        ("5km; 10min @ 225-230 bpm", "no heart", "lower"),
        ("5km; 10min @ 85-90 spm", "one foot", "170-180"),
        ("1km @ 2:00/km; 10min", "faster than the records", "unit"),
        ("1h @ 2:35/km", "faster than the records", "unit"),
        ("30s bwd", "whole session", "10min"),
        ("5km; 0.01km warmup", "10 metres of warm-up", "10min"),
        ("4x(400m bwd; 90min rest)", "a rest of 90min", "seconds"),
        ("4x(400m bwd; 10m rest)", "10 metres of rest", "10min"),
        ("400min bwd", "lasts 400min", "metres"),
        ("30h", "lasts 30h", "unit"),
        ("5km; 500km", "500.00 km long", "kilometres"),
        ("100km bwd", "100.00 km long", "kilometres"),
        ("200x(400m bwd)", "of backward running", "counts"),
        ("100x(15min; 1min rest)", "whole session lasts 1600min", "counts"),
        ("5km; 10min @ under 60 bpm", "at rest", "offset"),
        ("5km; 10min @ from 140 bpm to 50 bpm", "at rest", "offset"),
        ("5km; 10min @ 60-200 bpm", "any heart rate", "under 200 bpm"),
        ("5km; 10min @ from 80 spm to 180 spm", "one foot", "160"),
        ("5km; 10min @ 280-300 spm", "300 steps", "both feet"),
        ("5km; until hr > 60 bpm", "above 60 bpm", "offset"),
        ("5km; until hr < 50 bpm rest", "below 50 bpm", "offset"),
        ("5km; repeat until hr > 60 bpm (30s bwd)", "above 60 bpm", "offset"),
        ("5km; until hr > 240 bpm", "no heart", "lower"),
        ("5km; 1kcal", "1 kcal", "60 kcal"),
        ("5km; 10min @ 5-50 W", "5-50 W for so long", "number"),
        ("5km; 10min @ 1500-2000 W", "1500-2000 W for so long", "number"),
        ("5km; 10min @ 10-20% hrmax", "10-20% hrmax", "number"),
        ("5km; 10min bwd @ 150-160% vpeak", "150-160% vpeak", "number"),
        ("10km @ from 5:00/km to 2:00/km", "2:00/km is faster than the records", "unit"),
        ("10km @ faster than 2:00/km", "2:00/km is faster than the records", "unit"),
        ("5km; 30min walk @ 3:00-3:10/km", "nobody walks at 3:00/km", "run"),
        ("5km; 30min @ 30:00-32:00/km", "30:00/km is slower than a walk", "unit"),
        ("5km; 10min @ 3:00-9:00/km", "any pace", "both ends"),
    ],
)
def test_slips_of_the_pen_are_found(text: str, what: str, hint: str) -> None:
    (found,) = implausible(parse_session(text))
    assert what in found.what
    assert hint in found.hint


@pytest.mark.parametrize(
    "text",
    [
        "400m warmup; 5s bwd; 90s rest @ 60-80 bpm; 5km",
        "100m @ 1:40/km; 10min",
        "400m @ 1:50/km; 10min",
        "10min @ 150-160 bpm and 170-180 spm",
        "lap",
        "10min walk @ 100-110 spm",
        "90min; 20min rest; 100kcal",
        "20km walk @ 4:00-4:10/km; 10min bwd walk @ 15:00-18:00/km",
        "10min @ 120-150 bpm; until hr > 150 bpm; until hr < 110 bpm rest",
        "30s @ 900-1100 W; 10min; 200m @ 190-200% cp",
        "marathon bwd @ 5:30-6:00/km",
    ],
)
def test_what_people_do_is_not(text: str) -> None:
    assert implausible(parse_session(text)) == ()


def test_no_ready_made_session_is_implausible() -> None:
    for entry in ready_made():
        assert implausible(entry.build()) == (), entry.key
