"""Recordings of workouts with backward steps, made of ordinary ones: the plan kept, ignored, or jogged forward.

Only `retrorun.match.evaluate` uses them. Which stretches were run backward is known, because it was put in.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from retrorun.activity.model import Activity, Lap
from retrorun.gait.corpus import Example
from retrorun.gait.inject import Injected, draw, inject, places
from retrorun.session.model import Direction, Session, Step
from retrorun.session.values import LapButton, Time
from retrorun.workout.devices import find_device
from retrorun.workout.encode import encode

LENGTHS_S = (20.0, 25.0, 30.0, 45.0, 60.0, 90.0, 120.0)
STEPS, APART_S = 5, 75.0
LATE_S = 2.0  # a runner turns up to so long after the watch has beeped
JOG_RATIOS = (0.6, 0.9)  # speed of a forward jog against the running around it


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One recording three times over: as run (the plan ignored), run backward as planned, and jogged forward instead.

    `spans` are the planned backward steps. All three carry the plan and the laps that a watch would write.
    """

    athlete: str
    kind: str
    hours: float
    spans: tuple[tuple[float, float], ...]
    ignored: Activity
    kept: Activity
    jogged: Activity


def trials(examples: Sequence[Example]) -> Iterator[Trial]:
    """A trial from each recording that has room for a planned step; the same each time."""
    for example in examples:
        noise = np.random.default_rng([example.number, 41])
        lengths = noise.choice(LENGTHS_S, size=STEPS).tolist()
        spans = tuple(places(example.activity, lengths, noise, apart_s=APART_S))
        if not spans:
            continue
        turned = [
            draw(noise, start_s + noise.uniform(0.0, LATE_S), end_s + noise.uniform(0.0, LATE_S))
            for start_s, end_s in spans
        ]
        jogged = [replace(span, uplift=0.0, ratio=float(noise.uniform(*JOG_RATIOS))) for span in turned]
        yield Trial(
            athlete=example.athlete,
            kind=example.kind,
            hours=example.hours,
            spans=spans,
            ignored=carry(example.activity, spans),
            kept=_changed(example.activity, turned, spans, noise),
            jogged=_changed(example.activity, jogged, spans, noise),
        )


def _changed(
    activity: Activity, injected: Sequence[Injected], spans: Sequence[tuple[float, float]], noise: np.random.Generator
) -> Activity:
    return carry(inject(activity, injected, noise), spans)


def carry(activity: Activity, spans: Sequence[tuple[float, float]]) -> Activity:
    """The activity as a watch would have written it that executed a plan with these backward steps.

    The plan goes through the compiler. Between the backward steps lie forward ones that end by time, at the end one
    that the runner ends. Lap borders are cut to the whole second, as watches do.
    """
    steps: list[Step] = []
    borders = [float(activity.time_s[0])]
    for start_s, end_s in spans:
        steps.append(Step(duration=Time(time_s=start_s - borders[-1])))
        steps.append(Step(duration=Time(time_s=end_s - start_s), direction=Direction.BACKWARD))
        borders += [start_s, end_s]
    steps.append(Step(duration=LapButton()))
    borders.append(float(activity.time_s[-1]))
    plan = encode(Session(steps=tuple(steps)), find_device("generic"))
    laps = tuple(
        Lap(
            start_s=float(np.floor(start_s)),
            end_s=float(np.floor(end_s)),
            timer_s=end_s - start_s,
            trigger="time" if index < len(steps) - 1 else "session_end",
            planned_step_index=index,
        )
        for index, (start_s, end_s) in enumerate(itertools.pairwise(borders))
    )
    return replace(activity, laps=laps, workout=replace(plan, embedded=True))
