from __future__ import annotations

import pytest

from retrorun.session.library import ready_made
from retrorun.session.notation import parse_session
from retrorun.session.plausible import implausible


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
    ],
)
def test_what_people_do_is_not(text: str) -> None:
    assert implausible(parse_session(text)) == ()


def test_no_ready_made_session_is_implausible() -> None:
    for entry in ready_made():
        assert implausible(entry.build()) == (), entry.key
