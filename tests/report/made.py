"""A run whose every number is known, with segments that are said, not detected: what is tested here is the showing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from retrorun.activity.model import Activity, Lap
from retrorun.detection.cadence_model import ForwardLine
from retrorun.detection.result import Detection, Evidence, Segment
from retrorun.match.model import Match, StepMatch
from retrorun.session.model import Direction, Session, Step
from retrorun.session.values import SpeedRange, Time

START = dt.datetime(2026, 3, 1, 7, 30, tzinfo=dt.UTC)  # a Sunday
SPANS = ((300.0, 420.0), (600.0, 720.0))
FORWARD_MPS, BACKWARD_MPS = 3.0, 2.0
FORWARD_SPM, BACKWARD_SPM = 170.0, 182.0


def made_run(*, seconds: int = 1200, step_s: float = 1.0, seed: int = 3) -> Activity:
    """A run at 3 m/s with two backward stretches at 2 m/s, on a round of some 400 m, two hours east of Greenwich."""
    noise = np.random.default_rng(seed)
    time_s = np.arange(0.0, seconds, step_s)
    backward = np.zeros(len(time_s), dtype=np.bool_)
    for start_s, end_s in SPANS:
        backward |= (time_s >= start_s) & (time_s < end_s)
    speed = np.where(backward, BACKWARD_MPS, FORWARD_MPS) + noise.normal(0, 0.03, len(time_s))
    way = np.concatenate(([0.0], np.cumsum(speed[:-1] * step_s)))
    angle = way / 64.0
    activity = Activity.from_columns(
        time_s=time_s,
        speed_mps=speed,
        cadence_spm=np.where(backward, BACKWARD_SPM, FORWARD_SPM) + noise.normal(0, 1.0, len(time_s)),
        heart_rate_bpm=np.round(140 + 20 * time_s / seconds),
        altitude_m=100 + 5 * np.sin(time_s / 200),
        distance_m=way,
        latitude_deg=60.0 + 64.0 * np.sin(angle) / 111_195.0,
        longitude_deg=20.0 + 64.0 * np.cos(angle) / (111_195.0 * 0.5),
        start_time=START,
    )
    laps = tuple(Lap(start_s=at, end_s=at + 300.0) for at in np.arange(0.0, seconds, 300.0).tolist())
    return replace(activity, laps=laps, utc_offset_s=7200.0)


def without(activity: Activity, *names: str) -> Activity:
    """The same activity with these columns wholly missing."""
    empty = {name: np.full(len(activity), np.nan) for name in names}
    return replace(activity, **empty)  # type: ignore[arg-type]  # columns only


def made_segment(start_s: float, end_s: float, *, probability: float = 0.93) -> Segment:
    evidence = Evidence(
        observed_speed_mps=BACKWARD_MPS,
        observed_cadence_spm=BACKWARD_SPM,
        forward_cadence_spm=164.0,
        usual_speed_mps=FORWARD_MPS,
        uplift=BACKWARD_SPM / 164.0 - 1,
        log_odds=4.2,
        grade_pct=0.4,
        planned=True,
        for_it=("cadence rose while speed fell",),
        against_it=("it is short",),
    )
    return Segment(
        start_s=start_s,
        end_s=end_s,
        probability=probability,
        evidence=evidence,
        distance_m=BACKWARD_MPS * (end_s - start_s),
        mean_speed_mps=BACKWARD_MPS,
        mean_cadence_spm=BACKWARD_SPM,
    )


def made_detection() -> Detection:
    """What there is to find in `made_run`."""
    return Detection(
        verdict="found",
        segments=tuple(made_segment(start_s, end_s) for start_s, end_s in SPANS),
        reasons=("no profile of this runner is known",),
        line=ForwardLine(
            level_spm=FORWARD_SPM,
            slope_spm_per_mps=6.0,
            noise_spm=1.0,
            slope_sd=1.0,
            level_sd=0.5,
            usual_speed_mps=FORWARD_MPS,
            weight_s=900.0,
        ),
    )


NONE = Detection(verdict="none")
CANNOT_TELL = Detection(verdict="cannot tell", reasons=("the recording has no cadence",))


def made_match() -> Match:
    """A plan of five steps, of which the last was left out."""
    forward = Step(duration=Time(time_s=300), target=SpeedRange(low_mps=2.8, high_mps=3.2))
    backward = Step(
        duration=Time(time_s=120), direction=Direction.BACKWARD, target=SpeedRange(low_mps=1.9, high_mps=2.1)
    )
    spans = ((forward, 0.0, 300.0), (backward, *SPANS[0]), (forward, 420.0, 600.0), (backward, *SPANS[1]))
    steps = tuple(
        StepMatch(
            step=step,
            place=f"steps[{index}]",
            repetition=(),
            outcome="completed" if end_s - start_s >= step.duration.time_s else "cut short",
            start_s=start_s,
            end_s=end_s,
            timer_s=end_s - start_s,
            distance_m=(end_s - start_s) * (FORWARD_MPS if step is forward else BACKWARD_MPS),
        )
        for index, (step, start_s, end_s) in enumerate(spans)
        if isinstance(step.duration, Time)
    )
    skipped = StepMatch(step=backward, place="steps[4]", repetition=(), outcome="skipped")
    session = Session(steps=(forward, backward, forward, backward, backward), name="Retro threes")
    return Match(session=session, steps=(*steps, skipped), reasons=("lap 3 could as well be a rest",))
