"""What matching is worth, on real recordings; prints tables.

    python -m retrorun.match.evaluate FOLDER [plans] [directions] [speed]

FOLDER holds `activities/` (recordings, some with plans) and `gait/` (ordinary recordings as columns). `plans` lays
every lap of the recordings with plans onto its step. `directions` puts backward stretches into recordings of athletes
whom the detector has not seen, under a plan that was kept, ignored, or jogged forward. `speed` takes the laps away and
lays the plan by speed alone. Without a word, all three are printed.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from retrorun.activity.model import Activity
from retrorun.activity.read import read_activity
from retrorun.gait.corpus import athletes, examples
from retrorun.match.match import match_plan
from retrorun.match.measures import fits, measure_directions
from retrorun.match.model import Match, StepMatch
from retrorun.session.values import Distance, Time


def main() -> None:
    """Print the tables that were asked for."""
    parts: dict[str, Callable[[Path], None]] = {"plans": plans, "directions": directions, "speed": speed}
    parser = argparse.ArgumentParser(prog="python -m retrorun.match.evaluate", description="What matching is worth.")
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


# ---- planned backward steps ------------------------------------------------------------------------------------------


def directions(folder: Path) -> None:
    """Recall and false flags with and without the plan, and plans that were not kept."""
    found = measure_directions(folder)
    steps = found.tallies["kept"].steps
    _say(f"{found.recordings} recordings of athletes held out, {found.hours:.0f} h, {steps} planned backward steps")
    _say("the plan was   called, with plan  without  flags elsewhere, with  without")
    for how, tally in found.tallies.items():
        shares = [f"{tally.share(planned=planned):.1%}" for planned in (True, False)]
        _say(f"{how:14} {shares[0]:>17} {shares[1]:>8} {tally.elsewhere[True]:22} {tally.elsewhere[False]:8}")
    _say("called by length, with plan (without):")
    for how, tally in found.tallies.items():
        cells = []
        for length_s in sorted({key for key, _ in tally.by_length}):
            of = tally.by_length[length_s, None]
            told, alone = (tally.by_length[length_s, planned] / of for planned in (True, False))
            cells.append(f"{length_s:.0f} s {told:.1%} ({alone:.1%})")
        _say(f"  {how:8} " + ", ".join(cells))
    for how, tally in found.tallies.items():
        total = max(sum(tally.verdicts.values()), 1)
        cells = [f"{name} {count / total:.1%}" for name, count in sorted(tally.verdicts.items())]
        _say(f"verdicts, {how}: " + ", ".join(cells))


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
    ordinary = [each for name in athletes(folder / "gait") for each in examples(folder / "gait", name) if fits(each)]
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
    print(line)  # noqa: T201 - a script that prints


if __name__ == "__main__":
    main()
