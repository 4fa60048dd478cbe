"""What is unsafe is found at its place, and nothing else."""

from __future__ import annotations

import pytest

from retrorun.session.model import Finding
from retrorun.session.notation import parse_session
from retrorun.session.safety import safety_findings

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
