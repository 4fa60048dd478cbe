"""Targets by effort become numbers with an athlete, and what an athlete lacks is named, never guessed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from retrorun.errors import SessionError
from retrorun.session.effort import Athlete, is_effort, missing_numbers, resolve_session
from retrorun.session.model import Direction, Repeat, Session, Step
from retrorun.session.values import (
    CadenceRange,
    Distance,
    HeartRateRange,
    HeartRateZone,
    HeartRateZoneRange,
    Limit,
    PercentOf,
    PercentRange,
    PowerRange,
    Progression,
    RpeRange,
    SpeedRange,
    Target,
    Time,
    Times,
)

ANNA = Athlete(
    name="Anna",
    max_hr_bpm=190,
    threshold_hr_bpm=170,
    threshold_pace_mps=4.0,
    vpeak_forward_mps=5.0,
    vpeak_backward_mps=3.0,
    pace_10k_mps=3.9,
    critical_power_w=250,
)


def percent(low: int, high: int, of: PercentOf) -> PercentRange:
    return PercentRange(low_pct=low, high_pct=high, of=of)


def session_of(target: Target, *, direction: Direction = Direction.FORWARD, note: str = "") -> Session:
    step = Step(duration=Time(time_s=60), direction=direction, target=target, note=note)
    return Session(steps=(Repeat(steps=(step,), until=Times(count=3)),))


def resolved(target: Target, athlete: Athlete = ANNA, *, direction: Direction = Direction.FORWARD) -> Step:
    repeat = resolve_session(session_of(target, direction=direction), athlete).steps[0]
    assert isinstance(repeat, Repeat)
    assert isinstance(repeat.steps[0], Step)
    return repeat.steps[0]


NUMBERS: list[tuple[Target, Target]] = [
    (percent(80, 90, PercentOf.MAX_HR), HeartRateRange(low_bpm=152, high_bpm=171)),
    (percent(95, 100, PercentOf.THRESHOLD_HR), HeartRateRange(low_bpm=162, high_bpm=170)),  # 161.5 rounds up
    (percent(90, 95, PercentOf.THRESHOLD_PACE), SpeedRange(low_mps=1000 / 278, high_mps=1000 / 263)),
    (percent(90, 90, PercentOf.VPEAK), SpeedRange(low_mps=1000 / 222, high_mps=1000 / 222)),
    (percent(60, 75, PercentOf.VPEAK_BACKWARD), SpeedRange(low_mps=1000 / 556, high_mps=1000 / 444)),
    (percent(100, 100, PercentOf.PACE_10K), SpeedRange(low_mps=1000 / 256, high_mps=1000 / 256)),
    (percent(80, 90, PercentOf.CRITICAL_POWER), PowerRange(low_w=200, high_w=225)),
    # Zones of 50, 60, 70, 80, 90 and 100 % of 190 bpm begin at 95, 114, 133, 152 and 171.
    (HeartRateZoneRange(low_zone=2, high_zone=3), HeartRateRange(low_bpm=114, high_bpm=151)),
    (HeartRateZoneRange(low_zone=4, high_zone=5), HeartRateRange(low_bpm=152, high_bpm=190)),
    (RpeRange(low_rpe=3, high_rpe=4), HeartRateRange(low_bpm=122, high_bpm=144)),  # 64 to 76 % of 190
    (
        Limit(side="below", value=percent(80, 80, PercentOf.MAX_HR)),
        Limit(side="below", value=HeartRateRange(low_bpm=152, high_bpm=152)),
    ),
    (
        Progression(start=percent(60, 60, PercentOf.VPEAK_FORWARD), end=percent(80, 80, PercentOf.VPEAK_FORWARD)),
        Progression(start=SpeedRange(low_mps=1000 / 333, high_mps=1000 / 333), end=SpeedRange(low_mps=4, high_mps=4)),
    ),
]


@pytest.mark.parametrize(("effort", "number"), NUMBERS)
def test_effort_becomes_numbers_and_stays_in_the_note(effort: Target, number: Target) -> None:
    assert is_effort(effort)
    step = resolved(effort)
    assert step.target == number
    assert not is_effort(step.target)
    assert step.note


def test_vpeak_is_that_of_the_steps_own_direction() -> None:
    effort = percent(90, 90, PercentOf.VPEAK)
    assert resolved(effort, direction=Direction.BACKWARD).target == SpeedRange(low_mps=1000 / 370, high_mps=1000 / 370)


def test_zones_that_a_runner_set_come_before_the_usual_ones() -> None:
    athlete = Athlete(hr_zones_bpm=(90, 120, 140, 150, 165, 180))
    step = resolved(HeartRateZoneRange(low_zone=2, high_zone=3), athlete)
    assert step.target == HeartRateRange(low_bpm=120, high_bpm=149)


@pytest.mark.parametrize(
    "plain",
    [
        HeartRateZone(zone=2),
        SpeedRange(low_mps=2, high_mps=3),
        CadenceRange(low_spm=170, high_spm=180),
        Limit(side="above", value=HeartRateRange(low_bpm=120, high_bpm=120)),
    ],
)
def test_what_is_a_number_already_stays_as_it_is(plain: Target) -> None:
    session = session_of(plain, note="mine")
    assert resolve_session(session, Athlete()) == session


def test_all_that_is_missing_is_named_at_once_with_how_to_get_it() -> None:
    steps = (
        Step(duration=Distance(distance_m=400), direction=Direction.BACKWARD, target=percent(90, 90, PercentOf.VPEAK)),
        Step(duration=Time(time_s=60), target=percent(85, 85, PercentOf.MAX_HR)),
        Step(duration=Time(time_s=60), target=RpeRange(low_rpe=6, high_rpe=6)),
    )
    session = Session(steps=steps)
    assert [(each.place, each.name) for each in missing_numbers(session)] == [
        ("steps[0]", "vpeak_backward_mps"),
        ("steps[1]", "max_hr_bpm"),
        ("steps[2]", "max_hr_bpm"),
    ]
    with pytest.raises(SessionError) as caught:
        resolve_session(session, Athlete(vpeak_forward_mps=5.0))
    assert caught.value.where == "steps[0]"
    assert "the peak speed backward and the maximum heart rate" in caught.value.what
    assert "vpeak_backward_mps from an incremental test" in caught.value.hint
    assert caught.value.hint.count("max_hr_bpm") == 1


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: Athlete(max_hr_bpm=20), "max_hr_bpm is 20, outside 30 to 250"),
    (lambda: Athlete(threshold_pace_mps=255.0), "threshold_pace_mps is 255, outside 0.5 to 12.5"),
    (lambda: Athlete(vpeak_backward_mps="3.0"), "vpeak_backward_mps must be a number"),  # type: ignore[arg-type]
    (lambda: Athlete(hr_zones_bpm=(100, 120)), "hr_zones_bpm holds six heart rates"),
    (lambda: Athlete(hr_zones_bpm=(100, 120, 110, 130, 140, 150)), "hr_zones_bpm must rise"),
    (lambda: Athlete(name=5), "name is text"),  # type: ignore[arg-type]
    (lambda: resolve_session("400m bwd", Athlete()), "takes a Session and an Athlete"),  # type: ignore[arg-type]
    (lambda: percent(101, 101, PercentOf.MAX_HR), "effort [%] is 101, outside 1 to 100"),
    (lambda: percent(90, 80, PercentOf.VPEAK), "low 90 is above high 80"),
    (lambda: PercentRange(low_pct=90, high_pct=90, of="ftpx"), "unknown measure of effort 'ftpx'"),  # type: ignore[arg-type]
    (lambda: RpeRange(low_rpe=0, high_rpe=3), "perceived exertion is 0, outside 1 to 10"),
    (lambda: HeartRateZoneRange(low_zone=3, high_zone=2), "a range of zones goes up"),
    (lambda: Limit(side="under", value=HeartRateRange(low_bpm=150, high_bpm=150)), "below or above"),  # type: ignore[arg-type]
    (lambda: Limit(side="below", value=HeartRateRange(low_bpm=140, high_bpm=150)), "a limit is a single value"),
    (lambda: Limit(side="below", value=HeartRateZone(zone=2)), "a limit is a single value"),  # type: ignore[arg-type]
    (
        lambda: Progression(start=SpeedRange(low_mps=2, high_mps=2), end=HeartRateRange(low_bpm=150, high_bpm=150)),
        "in one measure",
    ),
    (
        lambda: Progression(start=SpeedRange(low_mps=2, high_mps=2), end=SpeedRange(low_mps=2, high_mps=2)),
        "begins where it ends",
    ),
    (
        lambda: Step(
            duration=Time(time_s=60),
            target=RpeRange(low_rpe=3, high_rpe=3),
            secondary_target=HeartRateZone(zone=2),
        ),
        "of the same kind",
    ),
    (lambda: Step(duration=Time(time_s=60), direction_guessed=1), "direction_guessed is True or False"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("make", "message"), REFUSED)
def test_what_cannot_be_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(SessionError) as caught:
        make()
    assert message in str(caught.value)
