"""What cannot be a session cannot be built, and every problem says what it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given

from retrorun.errors import SessionError
from retrorun.session.model import Direction, Finding, Findings, Intensity, Repeat, Session, Setting, Slope, Step, walk
from retrorun.session.values import (
    CadenceRange,
    Calories,
    Distance,
    HeartRateAbove,
    HeartRateRange,
    HeartRateZone,
    LapButton,
    PowerRange,
    SpeedRange,
    Time,
    Times,
)
from tests.strategies import sessions

STEP = Step(duration=LapButton())
PACE = SpeedRange(low_mps=2.0, high_mps=2.5)


def test_values_lie_on_the_grid_of_a_watch_file() -> None:
    assert Time(time_s=90.0004) == Time(time_s=90)
    assert Distance(distance_m=400.004) == Distance(distance_m=400)
    assert SpeedRange(low_mps=2.4996, high_mps=2.5) == SpeedRange(low_mps=2.5, high_mps=2.5)
    assert Step(duration=LapButton(), incline_pct=1.04).incline_pct == 1.0


def test_the_unit_in_which_a_value_was_written_takes_no_part_in_comparison() -> None:
    assert Distance(distance_m=1000, unit="km") == Distance(distance_m=1000, unit="m")
    assert hash(Distance(distance_m=1000, unit="km")) == hash(Distance(distance_m=1000, unit="m"))
    assert SpeedRange(low_mps=2, high_mps=3, unit="km/h") == SpeedRange(low_mps=2, high_mps=3, unit="min/mi")


def test_words_stand_for_members() -> None:
    step = Step(duration=LapButton(), direction="backward", intensity="rest", slope="uphill")  # type: ignore[arg-type]  # the point
    assert (step.direction, step.intensity, step.slope) == (Direction.BACKWARD, Intensity.REST, Slope.UPHILL)


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: Time(time_s=0), "time [s] is 0, outside 0.001 to 4294967"),
    (lambda: Time(time_s=float("nan")), "time [s] must be a number, not nan"),
    (lambda: Time(time_s=float("inf")), "time [s] is outside 0.001 to 4294967"),
    (lambda: Time(time_s=10**400), "time [s] is outside 0.001 to 4294967"),
    (lambda: Time(time_s=True), "time [s] must be a number, not True"),
    (lambda: Time(time_s="90"), "time [s] must be a number, not '90'"),  # type: ignore[arg-type]
    (lambda: Distance(distance_m=-400), "distance [m] is -400, outside 0.01 to 42949672"),
    (lambda: Distance(distance_m=400, unit="ft"), "unknown unit of distance 'ft'; use m, km, mi or yd"),  # type: ignore[arg-type]
    (lambda: HeartRateAbove(heart_rate_bpm=300), "heart rate [bpm] is 300, outside 30 to 250"),
    (lambda: HeartRateAbove(heart_rate_bpm=150.5), "heart rate [bpm] must be a whole number, not 150.5"),  # type: ignore[arg-type]
    (lambda: Calories(calories_kcal=10**5000), "energy [kcal] is outside 1 to 65534"),
    (lambda: Times(count=0), "the number of rounds is 0, outside 1 to 999"),
    (lambda: SpeedRange(low_mps=3, high_mps=2), "speed range: low 3 is above high 2; swap the two"),
    (lambda: SpeedRange(low_mps=3, high_mps=16), "speed [m/s] is 16, outside 0.1 to 15"),
    (
        lambda: SpeedRange(low_mps=3, high_mps=3, unit="ft/s"),  # type: ignore[arg-type]
        "unknown unit of speed 'ft/s'; use min/km, min/mi, km/h, mph or m/s",
    ),
    (lambda: HeartRateRange(low_bpm=150, high_bpm=140), "heart rate [bpm]: low 150 is above high 140; swap the two"),
    (lambda: CadenceRange(low_spm=180, high_spm=170), "cadence [spm]: low 180 is above high 170; swap the two"),
    (lambda: PowerRange(low_w=250, high_w=200), "power [W]: low 250 is above high 200; swap the two"),
    (lambda: HeartRateZone(zone=6), "heart-rate zone is 6, outside 1 to 5"),
    (lambda: Step(duration=10), "a step's duration cannot be 10; use Time, Distance or LapButton"),  # type: ignore[arg-type]
    (lambda: Step(duration=LapButton(), target=10), "a step's target cannot be 10"),  # type: ignore[arg-type]
    (
        lambda: Step(duration=LapButton(), direction="sideways"),  # type: ignore[arg-type]
        "unknown direction 'sideways'; use one of: forward, backward",
    ),
    (
        lambda: Step(duration=LapButton(), secondary_target=PACE),
        "a step has a secondary target but no target; make it the target",
    ),
    (
        lambda: Step(duration=LapButton(), target=PACE, secondary_target=PACE),
        "a step's two targets are of the same kind; leave one out",
    ),
    (
        lambda: Step(
            duration=LapButton(),
            target=HeartRateZone(zone=2),
            secondary_target=HeartRateRange(low_bpm=140, high_bpm=150),
        ),
        "a step's two targets are of the same kind; leave one out",
    ),
    (lambda: Step(duration=LapButton(), incline_pct=50), "incline [%] is 50, outside -40 to 40"),
    (lambda: Step(duration=LapButton(), note=5), "note must be text, not 5"),  # type: ignore[arg-type]
    (
        lambda: Step(duration=LapButton(), note="a\tb"),
        "note holds a character that cannot be shown; leave out control characters",
    ),
    (lambda: Step(duration=LapButton(), note="x" * 2001), "note is longer than 2000 characters; shorten it"),
    (lambda: Repeat(steps=(), until=Times(count=2)), "a repeat needs at least one step"),
    (lambda: Repeat(steps=(5,), until=Times(count=2)), "a repeat is made of steps and repeats, not 5"),  # type: ignore[arg-type]
    (
        lambda: Repeat(steps=(STEP,), until=LapButton()),  # type: ignore[arg-type]
        "a repeat cannot go on until LapButton(); use Times, Time or Distance",
    ),
    (
        lambda: Repeat(steps=(STEP, STEP), until=Time(time_s=60), skip_last=True),
        "only a repeat with a count has a last round to cut; give it a count",
    ),
    (
        lambda: Repeat(steps=(STEP,), until=Times(count=2), skip_last=True),
        "a repeat of one step has no last step to skip; lower its count instead",
    ),
    (
        lambda: Repeat(steps=(STEP, STEP), until=Times(count=2), skip_last="yes"),  # type: ignore[arg-type]
        "skip_last is True or False, not 'yes'",
    ),
    (lambda: Session(steps=()), "a session needs at least one step"),
    (lambda: Session(steps=(STEP,) * 1001), "a session has at most 1000 steps; use repeats"),
    (
        lambda: Session(steps=(Repeat(steps=(STEP,) * 600, until=Times(count=2)),) * 2),
        "steps[1].repeat[398]: a session has at most 1000 steps; use repeats",
    ),
    (
        lambda: Session(steps=(STEP, Step(duration=LapButton(), incline_pct=1))),
        "steps[1]: an incline belongs to a treadmill session; outdoors say uphill, downhill or flat",
    ),
    (
        lambda: Session(
            setting=Setting.TREADMILL,
            steps=(Repeat(steps=(STEP, Step(duration=LapButton(), slope=Slope.UPHILL)), until=Times(count=2)),),
        ),
        "steps[0].repeat[1]: a treadmill has no slope; give its incline instead",
    ),
    (
        lambda: Session(steps=(STEP,), setting="moon"),  # type: ignore[arg-type]
        "unknown setting 'moon'; use one of: road, track, trail, treadmill",
    ),
]


@pytest.mark.parametrize(("build", "message"), REFUSED, ids=[message[:50] for _, message in REFUSED])
def test_what_cannot_be_is_refused(build: Callable[[], object], message: str) -> None:
    with pytest.raises(SessionError) as caught:
        build()
    assert str(caught.value) == message


def test_repeats_nest_to_a_limit() -> None:
    item: Step | Repeat = STEP
    for _ in range(8):
        item = Repeat(steps=(item,), until=Times(count=2))
    with pytest.raises(SessionError, match="repeats are nested more than 8 deep; unroll an inner repeat"):
        Repeat(steps=(item,), until=Times(count=2))


@given(sessions())
def test_walk_meets_every_step_once_at_its_place(session: Session) -> None:
    for place, step in walk(session.steps):
        assert eval(f"session.{place.replace('.repeat', '.steps')}") is step  # noqa: S307 - the place is our own
    assert len({place for place, _ in walk(session.steps)}) == sum(1 for _ in walk(session.steps))


def test_a_sessions_repr_is_one_short_line_of_notation() -> None:
    step = Step(duration=Distance(distance_m=400), direction=Direction.BACKWARD)
    assert repr(Session(steps=(step,), name="Retro")) == "Session('Retro', road: 400m bwd)"
    assert len(repr(Session(steps=(step,) * 200))) < 400


def test_a_finding_is_a_line() -> None:
    assert str(Finding(place="steps[1]", what="too long", hint="cut it")) == "warning: steps[1]: too long; cut it"
    assert str(Finding(place="", what="no name", severity="note")) == "note: no name"


def test_findings_keep_their_order_and_each_comes_once() -> None:
    findings = Findings([Finding(place="", what="first")])
    assert findings.add("steps[0]", "second", "do this", "error")
    assert not findings.add("", "first")
    assert [finding.what for finding in findings.all] == ["first", "second"]
    assert findings.all[1] == Finding(place="steps[0]", what="second", hint="do this", severity="error")
