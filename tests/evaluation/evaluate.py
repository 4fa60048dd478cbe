"""What detection is worth, on real ordinary runs and on made sessions: python -m tests.evaluation.evaluate FOLDER

Options: --quick takes a tenth of the recordings; --left-out estimates the surface anew for each athlete without that
athlete, which is what the published figures are; --seed makes other sessions. "Made" means injected by a script: such
figures show that the method works, not that it is right about runners.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from retrorun.arrays import FloatArray
from retrorun.detection import parameters as p
from retrorun.detection.detector import detect_gait
from retrorun.detection.profile import GaitProfile
from retrorun.detection.result import Detection
from retrorun.intervals import Interval, covered_s
from tests.evaluation import calibration
from tests.evaluation.corpus import HARD, athletes, examples, folder_or_exit
from tests.evaluation.estimate import collect, fit_surface, made_sessions
from tests.evaluation.sessions import KINDS, LONG, Session, fits, make_session

LEAST = 0.06  # the mean uplift from which a session counts
PROFILE_RUNS = 10
GAITS = (6, 7, 8, 9)  # seeds


@dataclass(slots=True, kw_only=True)
class Tally:
    """How many sessions and stretches there were of a kind, and how many were found; how far borders were off."""

    sessions: int = 0
    found: int = 0
    stretches: int = 0
    called: int = 0
    off_s: list[float] = field(default_factory=list)

    def add(self, session: Session, detection: Detection) -> None:
        """Count one session; a stretch is found where half of it is called."""
        hits = 0
        for start_s, end_s in session.spans:
            span = Interval(start_s=start_s, end_s=end_s)
            if covered_s(span, detection.segments) >= 0.5 * span.duration_s:
                hits += 1
                nearest = [
                    min(abs(edge - at) for segment in detection.segments for edge in (segment.start_s, segment.end_s))
                    for at in (start_s, end_s)
                ]
                self.off_s += nearest
        self.sessions += 1
        self.found += hits >= 0.5 * len(session.spans)
        self.stretches += len(session.spans)
        self.called += hits


@dataclass(slots=True, kw_only=True)
class Ordinary:
    """Hours and false events of a group of ordinary recordings."""

    recordings: int = 0
    hours: float = 0.0
    events: int = 0
    flagged: int = 0
    cannot_tell: int = 0


def ordinary(
    folder: Path, weights: Callable[[str], FloatArray], every: int
) -> tuple[dict[str, Ordinary], list[Detection]]:
    """Every recording as it is."""
    groups: dict[str, Ordinary] = defaultdict(Ordinary)
    answers: list[Detection] = []
    spent = 0.0
    for athlete in athletes(folder):
        for example in examples(folder, athlete):
            if example.number % every:
                continue
            group = groups[(athlete if athlete in HARD else "running") if example.running else "trail, walk, hike"]
            started = time.process_time()
            detection = detect_gait(example.activity, weights=weights(athlete))
            spent += time.process_time() - started
            answers.append(detection)
            group.recordings += 1
            group.hours += example.hours
            group.events += len(detection.segments)
            group.flagged += bool(detection.segments)
            group.cannot_tell += detection.verdict == "cannot tell"
    hours = sum(group.hours for group in groups.values())
    print(f"cost: {1000.0 * spent / hours:.1f} ms of processor time for an hour's recording ({hours:.0f} h)")
    return groups, answers


def table(
    title: str,
    sessions: Sequence[tuple[str, Session]],
    detect: Callable[[str, Session], Detection],
    kinds: Sequence[str] = KINDS,
) -> None:
    """A line for each kind, and one for all."""
    tallies = {kind: Tally() for kind in (*kinds, "all")}
    for athlete, session in sessions:
        if session.uplift < LEAST or session.kind not in kinds:
            continue
        detection = detect(athlete, session)
        for kind in (session.kind, "all"):
            tallies[kind].add(session, detection)
    print(f"\n{title}\n{'kind':22} sessions  found  stretches  found  borders off (median)")
    for kind, tally in tallies.items():
        if tally.sessions:
            off = f"{np.quantile(tally.off_s, 0.5):.1f} s" if tally.off_s else "-"
            print(
                f"{kind:22} {tally.sessions:8} {tally.found / tally.sessions:6.2f} {tally.stretches:10} "
                f"{tally.called / tally.stretches:6.2f}  {off}"
            )


def profiles(folder: Path, *, labelled: Sequence[tuple[str, Session]] = ()) -> dict[str, GaitProfile]:
    """A profile of each athlete's first runs; with `labelled` two laps of one session more."""
    found = {}
    for athlete in athletes(folder):
        runs = [example.activity for example in examples(folder, athlete) if example.running and fits(example.activity)]
        runs, labels = runs[:PROFILE_RUNS], [()] * len(runs[:PROFILE_RUNS])
        taught = next((session for name, session in labelled if name == athlete and session.kind == "400 m"), None)
        if runs:
            found[athlete] = GaitProfile.fit(
                [*runs, taught.activity] if taught else runs,
                labels=[*labels, taught.spans[:2]] if taught else labels,
            )
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--left-out", action="store_true")
    parser.add_argument("--per", type=int, default=20)
    parser.add_argument("--seed", type=int, default=2)
    options = parser.parse_args()
    folder, per = folder_or_exit(options.folder), 4 if options.quick else options.per
    known: dict[str, FloatArray] = {}
    if options.left_out:
        rows = collect(folder, made_sessions(folder, per))
        known = {name: fit_surface(row for row in rows if row.athlete != name) for name in athletes(folder)}

    def weights(athlete: str) -> FloatArray:
        return known.get(athlete, p.SURFACE)

    print("surface estimated", "without the athlete that is judged" if known else "on all athletes here")
    groups, answers = ordinary(folder, weights, 10 if options.quick else 1)
    for name, group in sorted(groups.items()):
        rate, flagged = 100.0 * group.events / group.hours, 100.0 * group.flagged / group.recordings
        print(
            f"{name:18} {group.recordings:5} recordings {group.hours:7.1f} h  {group.events:3} false events, "
            f"{rate:.2f} in 100 h; {flagged:.2f} % flagged"
        )
    sessions = made_sessions(folder, per, seed=options.seed)
    table("alone", sessions, lambda a, s: detect_gait(s.activity, weights=weights(a)))
    table("laps at every border", sessions, lambda a, s: detect_gait(s.lapped(), weights=weights(a)))
    table("planned, laps", sessions, lambda a, s: detect_gait(s.lapped(), planned=s.planned(), weights=weights(a)))
    alone = [(session.spans, detect_gait(session.activity, weights=weights(name))) for name, session in sessions]
    calibration.report(answers, alone)
    _forward(folder, per, weights)
    _with_profiles(folder, per, weights)


def _forward(folder: Path, per: int, weights: Callable[[str], FloatArray]) -> None:
    """The same sessions run forward, at the same slow speeds: with their plan, and with their laps alone."""
    called = steps = flagged = sessions = 0
    for athlete in athletes(folder):
        runs = [example for example in examples(folder, athlete) if example.running and fits(example.activity)]
        for seed, example in itertools.product((77, 78, 79), runs[:: max(1, len(runs) // per)][:per]):
            noise = np.random.default_rng([seed, example.number, int(athlete.removeprefix("athlete"))])
            for kind in KINDS:
                made = make_session(example.activity, kind, noise, forward=True)
                if made is None:
                    continue
                flagged += bool(detect_gait(made.lapped(), weights=weights(athlete)).segments)
                sessions += 1
                detection = detect_gait(made.lapped(), planned=made.planned(), weights=weights(athlete))
                for start_s, end_s in made.spans:
                    span = Interval(start_s=start_s, end_s=end_s)
                    called += covered_s(span, detection.segments) >= 0.5 * span.duration_s
                    steps += 1
    print(f"\nplanned backward, run forward: {called} of {steps} steps called ({called / max(steps, 1):.4f})")
    print(f"run forward, laps at every border: {flagged} of {sessions} flagged ({flagged / max(sessions, 1):.4f})")


def _with_profiles(folder: Path, per: int, weights: Callable[[str], FloatArray]) -> None:
    long = made_sessions(folder, per, seed=5, kinds=LONG)
    plain = profiles(folder)
    table("long stretches, no profile", long, lambda a, s: detect_gait(s.activity, weights=weights(a)), LONG)
    silent = [detect_gait(s.activity, weights=weights(a)) for a, s in long if s.uplift >= LEAST]
    bare = sum(d.verdict == "none" and not d.reasons for d in silent)
    print(f"of {len(silent)}: {bare} say none without a reason")
    table(
        "long stretches, a profile of ten runs",
        long,
        lambda a, s: detect_gait(s.activity, profile=plain.get(a), weights=weights(a)),
        LONG,
    )
    # An athlete is given several gaits, one at a time: one draw each says more of the draw than of the method.
    taught: dict[str, GaitProfile] = {}
    sessions: list[tuple[str, Session]] = []
    for seed in GAITS:
        drawn = made_sessions(folder, max(per // 2, 1), seed=seed, one_runner=True)
        taught |= {f"{name} {seed}": known for name, known in profiles(folder, labelled=drawn).items()}
        sessions += [(f"{name} {seed}", session) for name, session in drawn]

    def by(name: str, session: Session, known: dict[str, GaitProfile]) -> Detection:
        return detect_gait(session.activity, profile=known.get(name), weights=weights(name.split(maxsplit=1)[0]))

    table("runners of one gait each, no profile", sessions, lambda a, s: by(a, s, {}))
    table("a profile of ten runs and two labelled laps", sessions, lambda a, s: by(a, s, taught))
    events, hours = 0, 0.0
    for athlete in plain:
        for example in () if athlete in HARD else list(examples(folder, athlete))[PROFILE_RUNS:]:
            for known in (taught.get(f"{athlete} {seed}", plain[athlete]) for seed in GAITS if example.running):
                events += len(detect_gait(example.activity, profile=known, weights=weights(athlete)).segments)
                hours += example.hours
    rate = 100 * events / hours
    print(
        f"ordinary runs with such a profile, each of {len(GAITS)} gaits: {events} false events in {hours:.0f} h, "
        f"{rate:.2f} in 100 h"
    )


if __name__ == "__main__":
    main()
