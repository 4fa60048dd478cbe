"""Recordings as a watch would have written them that executed a plan with backward steps."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from retrorun.activity.model import Activity, Lap
from retrorun.session.model import Direction, Session, Step
from retrorun.session.values import LapButton, Time
from retrorun.workout.devices import find_device
from retrorun.workout.encode import encode


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
