"""Sessions that the tests of the other formats share, and what a runner does in them, step after step."""

from __future__ import annotations

from retrorun.session.model import Direction, Gait, Intensity, Repeat, Session, Setting, Slope, Step, walk
from retrorun.session.values import (
    CadenceRange,
    Calories,
    Distance,
    HeartRateAbove,
    HeartRateBelow,
    HeartRateRange,
    HeartRateZone,
    LapButton,
    PowerRange,
    SpeedRange,
    Time,
    Times,
)

MOST_STEPS = 300

FORWARD = Step(
    duration=Distance(distance_m=400),
    intensity=Intensity.INTERVAL,
    target=SpeedRange(low_mps=1000 / 300, high_mps=1000 / 300),
)
BACKWARD = Step(
    duration=Distance(distance_m=400),
    direction=Direction.BACKWARD,
    intensity=Intensity.INTERVAL,
    target=SpeedRange(low_mps=1000 / 440, high_mps=1000 / 400),
    note="look over the left shoulder",
)
REST = Step(duration=Time(time_s=90), intensity=Intensity.REST)

RETRO_400S = Session(
    name="Retro 400s",
    setting=Setting.TRACK,
    note="Take turns:\n- one runs, one watches",
    steps=(
        Step(duration=Time(time_s=600), intensity=Intensity.WARMUP),
        Repeat(until=Times(count=4), steps=(FORWARD, BACKWARD, REST)),
        Step(duration=Time(time_s=600), intensity=Intensity.COOLDOWN, gait=Gait.WALK),
    ),
)

# One of everything that the model holds, and the texts that formats trip over.
EVERYTHING = Session(
    name="Everything & <more>",
    note="4x",
    steps=(
        Step(
            duration=Distance(distance_m=1609.344, unit="mi"), target=HeartRateZone(zone=2), intensity=Intensity.WARMUP
        ),
        Repeat(
            until=Times(count=2),
            skip_last=True,
            note="in pairs",
            steps=(
                Repeat(
                    until=Times(count=3),
                    steps=(
                        Step(
                            duration=Time(time_s=30),
                            direction=Direction.BACKWARD,
                            slope=Slope.UPHILL,
                            target=CadenceRange(low_spm=170, high_spm=180),
                            secondary_target=SpeedRange(low_mps=2.0, high_mps=2.5, unit="km/h"),
                            note="keep 2m apart",
                        ),
                        Step(duration=HeartRateBelow(heart_rate_bpm=120), gait=Gait.WALK, intensity=Intensity.RECOVERY),
                    ),
                ),
                Step(duration=LapButton(), intensity=Intensity.REST, note="turn\nround"),
            ),
        ),
        Repeat(
            until=Time(time_s=1200),
            steps=(
                Step(duration=Distance(distance_m=182.88, unit="yd"), target=SpeedRange(low_mps=2.286, high_mps=2.286)),
                Step(duration=Time(time_s=40.5), target=PowerRange(low_w=200, high_w=250)),
            ),
        ),
        Step(duration=HeartRateAbove(heart_rate_bpm=150), target=HeartRateRange(low_bpm=140, high_bpm=155)),
        Step(
            duration=Calories(calories_kcal=50), direction=Direction.BACKWARD, gait=Gait.WALK, note="ramp up, en/slow"
        ),
    ),
)


def is_countable(session: Session) -> bool:
    """Whether every repeat has a count and the whole is short enough to be written out."""
    repeats = [item for _, item in walk(session.steps) if isinstance(item, Repeat)]
    return all(isinstance(repeat.until, Times) for repeat in repeats) and _size(session.steps) <= MOST_STEPS


def guesses(session: Session) -> list[bool]:
    """Which steps' directions are guesses; that takes no part in comparison."""
    return [item.direction_guessed for _, item in walk(session.steps) if isinstance(item, Step)]


def done(steps: tuple[Step | Repeat, ...]) -> list[Step]:
    """What a runner does, step after step. The plainest reading of the model, written for the tests alone."""
    made: list[Step] = []
    for step in steps:
        if isinstance(step, Step):
            made.append(step)
            continue
        assert isinstance(step.until, Times)
        for number in range(step.until.count):
            last = number == step.until.count - 1
            made += done(step.steps[:-1] if last and step.skip_last else step.steps)
    return made


def _size(steps: tuple[Step | Repeat, ...]) -> int:
    return sum(
        step.until.count * _size(step.steps) if isinstance(step, Repeat) and isinstance(step.until, Times) else 1
        for step in steps
    )
