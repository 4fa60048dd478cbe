"""What matching is worth, on real recordings; prints tables.

    python -m tests.evaluation.matching FOLDER [plans] [speed]

FOLDER holds `activities/` (recordings, some with plans) and `gait/` (ordinary recordings as columns). `plans` lays
every lap of the recordings with plans onto its step. `speed` takes the laps away and lays the plan by speed alone.
Without a word, both are printed.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from retrorun.activity.model import Activity
from retrorun.activity.read import read_activity
from retrorun.match.match import match_plan
from retrorun.match.model import Match, StepMatch
from retrorun.session.values import Distance, Time
from tests.evaluation.corpus import athletes, examples
from tests.evaluation.sessions import fits


def main() -> None:
    """Print the tables that were asked for."""
    parts: dict[str, Callable[[Path], None]] = {"plans": plans, "speed": speed}
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation.matching", description="What matching is worth.")
    parser.add_argument("folder", type=Path, help="with activities/ and gait/")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(parts)}; all if none is given")
    asked = parser.parse_args()
    unknown = [name for name in asked.parts if name not in parts]
    if unknown:
        parser.error(f"no part is called {unknown[0]}")
    for name in asked.parts or parts:
        parts[name](asked.folder)


# ---- laps onto steps -------------------------------------------------------------------------------------------------


def recordings_with_plans(folder: Path) -> Iterator[tuple[str, Activity]]:
    """Name and activity of every recording in `activities/` that carries a plan."""
    for path in sorted((folder / "activities").glob("*.fit")):
        activity = read_activity(path)
        if activity.workout is not None and activity.workout.steps:
            yield path.name, activity


def recordings_without_plans(folder: Path) -> Iterator[Activity]:
    """Every other recording in `activities/`."""
    for path in sorted((folder / "activities").iterdir()):
        if path.suffix != ".csv":
            activity = read_activity(path)
            if activity.workout is None:
                yield activity


def ended_by_its_own_rule(step: StepMatch, activity: Activity) -> float | None:
    """By how much a step that the watch ended misses its time [s] or distance [m]; None for any other step."""
    if not step.lap_indices:
        return None
    trigger = activity.laps[step.lap_indices[-1]].trigger
    duration = step.step.duration
    if isinstance(duration, Time) and trigger == "time" and step.timer_s is not None:
        return step.timer_s - duration.time_s
    if isinstance(duration, Distance) and trigger == "distance" and step.distance_m is not None:
        return step.distance_m - duration.distance_m
    return None


def plans(folder: Path) -> None:
    """Every recording with a plan: its laps, its steps, and what does not add up."""
    _say(f"{'recording':28} {'laps':>4} {'of steps':>8} {'placed':>6} {'steps':>5} {'by own rule':>11} largest miss")
    exceptions: list[str] = []
    totals: Counter[str] = Counter()
    for name, activity in recordings_with_plans(folder):
        match = match_plan(activity)
        named = [index for index, lap in enumerate(activity.laps) if lap.planned_step_index is not None]
        placed = {index for step in match.steps for index in step.lap_indices}
        missed = {id(step): ended_by_its_own_rule(step, activity) for step in match.steps}
        misses = [abs(miss) for miss in missed.values() if miss is not None]
        _say(
            f"{name:28} {len(activity.laps):4} {len(named):8} {len(placed & set(named)):6} {len(match.steps):5}"
            f" {len(misses):11} {max(misses, default=0.0):12.3f}"
        )
        totals.update(named=len(named), placed=len(placed & set(named)), own=len(misses))
        totals.update(within=sum(miss <= 1.0 for miss in misses))
        exceptions += [f"{name} {_exception(step, activity)}" for step in match.steps if missed[id(step)] is None]
        exceptions += [f"{name}: {reason}" for reason in match.reasons]
    _say(f"{totals['placed']} of {totals['named']} laps that name a step are placed on it;")
    _say(f"{totals['within']} of {totals['own']} steps that ended by their own rule add up within 1 s or 1 m")
    _say("steps that did not end by their own rule:")
    for line in exceptions:
        _say(f"  {line}")


def _exception(step: StepMatch, activity: Activity) -> str:
    rounds = ".".join(str(number) for number in step.repetition) or "-"
    if not step.lap_indices:
        return f"{step.place} round {rounds}: {step.outcome}, the workout was left before it"
    trigger = activity.laps[step.lap_indices[-1]].trigger
    return f"{step.place} round {rounds}: {step.outcome}, ended by {trigger.replace('_', ' ')}"


# ---- no laps at all --------------------------------------------------------------------------------------------------


def speed(folder: Path) -> None:
    """Plans laid by speed alone: on their own recordings without laps, and on recordings of other plans."""
    known = list(recordings_with_plans(folder))
    several = [(name, activity) for name, activity in known if len(match_plan(activity).steps) > 1]
    _say("own plan, laps taken away:")
    for name, activity in several:
        with_laps = match_plan(activity)
        alone = match_plan(replace(activity, laps=(), workout=None), with_laps.session)
        _say(f"  {name:28} {_agreement(with_laps, alone)}")
    wrong = tried = 0
    sessions = list(dict.fromkeys(match_plan(activity).session for _, activity in several))
    for _, activity in several:
        own = match_plan(activity).session
        for session in sessions:
            if session != own:
                tried += 1
                wrong += match_plan(replace(activity, laps=(), workout=None), session).basis == "speed"
    _say(f"somebody else's plan: laid down in {wrong} of {tried} tries")
    plain = list(recordings_without_plans(folder))
    laid = sum(match_plan(activity, session).basis != "nothing" for activity in plain for session in sessions)
    _say(f"recordings without a plan, with their own laps: laid down in {laid} of {len(plain) * len(sessions)} tries")
    ordinary = [
        each for name in athletes(folder / "gait") for each in examples(folder / "gait", name) if fits(each.activity)
    ]
    laid = sum(match_plan(each.activity, session).basis == "speed" for each in ordinary[::10] for session in sessions)
    _say(f"ordinary runs without laps: laid down in {laid} of {len(ordinary[::10]) * len(sessions)} tries")


def _agreement(with_laps: Match, alone: Match) -> str:
    if alone.basis == "nothing":
        return f"left open: {alone.reasons[-1]}"
    pairs = [
        abs(one.start_s - other.start_s)
        for one, other in zip(with_laps.steps, alone.steps, strict=False)
        if one.start_s is not None and other.start_s is not None
    ]
    return f"{len(pairs)} steps, starts off by at most {max(pairs, default=0.0):.1f} s"


def _say(line: str) -> None:
    print(line)


if __name__ == "__main__":
    main()
