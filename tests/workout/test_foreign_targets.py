from __future__ import annotations

import pytest

from retrorun.session.model import Findings
from retrorun.session.notation import parse_target
from retrorun.session.values import HeartRateZoneRange, PercentOf, PercentRange, Target
from retrorun.workout.foreign_words import read_target


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("6:40-7:20/km Pace", parse_target("6:40-7:20/km")),
        ("7:20-6:40/km", parse_target("6:40-7:20/km")),
        ("8:00/mi Pace", parse_target("8:00/mi")),
        ("Z2 HR", parse_target("Z2")),
        ("Z2-Z3 HR", HeartRateZoneRange(low_zone=2, high_zone=3)),
        ("140-150 bpm", parse_target("140-150 bpm")),
        ("200-250w", parse_target("200-250 W")),
        ("170-180 spm", parse_target("170-180 spm")),
        ("85-90rpm", parse_target("170-180 spm")),
        ("85-90% HR", PercentRange(low_pct=85, high_pct=90, of=PercentOf.MAX_HR)),
        ("95% LTHR", PercentRange(low_pct=95, high_pct=95, of=PercentOf.THRESHOLD_HR)),
        ("90%-95% Pace", PercentRange(low_pct=90, high_pct=95, of=PercentOf.THRESHOLD_PACE)),
        ("75%", PercentRange(low_pct=75, high_pct=75, of=PercentOf.CRITICAL_POWER)),
    ],
)
def test_targets_of_services(text: str, target: Target) -> None:
    findings = Findings()
    assert read_target(f"{text} easy", "steps[0]", findings.add) == (target, " easy")
    assert bool(findings.all) == ("rpm" in text)


@pytest.mark.parametrize("text", ["Z3", "Z2 Pace", "Z9 HR", "0:00/km", "900% HR"])
def test_what_a_session_cannot_hold_is_said(text: str) -> None:
    findings = Findings()
    assert read_target(text, "steps[0]", findings.add)[0] is None
    assert [finding.place for finding in findings.all] == ["steps[0]"]


def test_words_without_a_target_stay() -> None:
    assert read_target("as you like", "", Findings().add) == (None, "as you like")
