"""Measure the detector: `python -m retrorun.gait.evaluate --data ../shared/gait`.

False events are counted on ordinary recordings as they are; recall, borders and calibration are measured on copies in
which stretches were turned into backward running by the published effect. No labelled recording of backward running
was available. Reports athletes that no parameter was estimated on, unless `--estimation` asks for the others.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from retrorun.activity.model import Activity
from retrorun.errors import ProfileError
from retrorun.files import write_atomic
from retrorun.gait import corpus
from retrorun.gait.detector import stretches
from retrorun.gait.grid import Grid, build_grid
from retrorun.gait.inject import Injected, draw, inject, places
from retrorun.gait.line import LinePrior, fit_line
from retrorun.gait.measures import LABELLED, TEN, FalseEvent, Hit, Measured, Outing, Recall
from retrorun.gait.profile import GaitProfile
from retrorun.gait.tables import markdown

LENGTHS_S = (15.0, 20.0, 30.0, 60.0, 120.0, 300.0)
WIDE_SHARE = 0.15  # spans with an uplift of 0.15 to 0.35
LEAST_LOG_ODDS = -3.0  # weaker stretches are not written down: the frontier ends there
AGREEMENT = 0.5  # a span counts as found where it and a segment share at least half of their union
BLOCK = 10  # a profile comes from the ten activities before a block of ten
SEED = 20_000  # not one that anything was estimated with


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m retrorun.gait.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/gait"), help="folder of athlete*.parquet")
    parser.add_argument("--estimation", action="store_true", help="the athletes that parameters were estimated on")
    parser.add_argument("--part", type=float, default=1.0, help="share of the activities to look at")
    parser.add_argument("--json", type=Path, help="also write every record, for pictures")
    options = parser.parse_args(arguments)
    names = corpus.athletes(options.data, held_out=not options.estimation)
    measured = measure(options.data, names, options.part)
    if options.json is not None:
        write_atomic(options.json, json.dumps(asdict(measured)).encode())
    sys.stdout.write(markdown(measured))
    return 0


def measure(folder: Path, athletes: Sequence[str], part: float) -> Measured:
    """Every record of the athletes' activities, with and without a profile."""
    outings: list[Outing] = []
    false: list[FalseEvent] = []
    recalls: list[Recall] = []
    for athlete in athletes:
        for number, (example, profile, teacher) in enumerate(_with_profiles(corpus.examples(folder, athlete), part)):
            noise = np.random.default_rng([SEED, int(athlete.removeprefix("athlete")), example.number])
            spans = _spans(example.activity, noise)
            profiles = () if profile is None else (TEN, LABELLED) if number % 2 == 0 and spans else (TEN,)
            outings.append(Outing(athlete=athlete, kind=example.kind, hours=example.hours, profiles=profiles))
            turned = inject(example.activity, spans, noise)
            false += _false_events(example, None, "")
            recalls += _recalls(example, turned, spans, None)
            if profile is not None:
                false += _false_events(example, profile, TEN)
                recalls += _recalls(example, turned, spans, profile, TEN)
            if number % 2 == 0 and profile is not None and spans:
                # One runner has one effect, and has labelled two laps of an earlier activity.
                labelled = _labelled(profile, teacher, spans[0], noise)
                same = tuple(replace(spans[0], start_s=span.start_s, end_s=span.end_s) for span in spans)
                turned = inject(example.activity, same, noise)
                false += _false_events(example, labelled, LABELLED)
                recalls += _recalls(example, turned, same, labelled, LABELLED)
            if number % 4 == 1:
                rested = _spans(example.activity, noise, rests=True)
                recalls += _recalls(example, inject(example.activity, rested, noise), rested, None)
            if number % 4 == 0 and np.median(np.diff(turned.time_s)) == 1.0:
                for step in (4, 8):
                    recalls += _recalls(example, _thinned(inject(example.activity, spans, noise), step), spans, None)
    return Measured(outings=tuple(outings), false=tuple(false), recalls=tuple(recalls))


def _with_profiles(
    examples: Iterator[corpus.Example], part: float
) -> Iterator[tuple[corpus.Example, GaitProfile | None, Activity]]:
    """Each usable activity with the profile of the ten activities before its block of ten, and the last of those."""
    profile: GaitProfile | None = None
    teacher: Activity | None = None
    block: list[Activity] = []
    for example in examples:
        chosen = np.random.default_rng([SEED, example.number]).random() < part
        if not chosen or len(example.activity) < 60 or not np.isfinite(example.activity.cadence_spm).any():
            continue
        if len(block) == BLOCK:
            try:
                profile = GaitProfile.fit(block)
            except ProfileError:  # ten walks teach nothing about running
                profile = None
            teacher = block[-1]
            block = []
        block.append(example.activity)
        yield example, profile, teacher or example.activity


def _labelled(profile: GaitProfile, teacher: Activity, effect: Injected, noise: np.random.Generator) -> GaitProfile:
    """The profile after one more activity in which two laps with the runner's own effect were labelled."""
    laps = places(teacher, (60.0, 120.0), noise)
    turned = tuple(replace(effect, start_s=start_s, end_s=end_s) for start_s, end_s in laps)
    return profile.updated(inject(teacher, turned, noise), labels=laps)


def _spans(activity: Activity, noise: np.random.Generator, *, rests: bool = False) -> tuple[Injected, ...]:
    grid = build_grid(activity, float(activity.time_s[0]), float(activity.time_s[-1]))
    slope = fit_line(grid, LinePrior()).slope_spm_per_mps
    found = places(activity, noise.permutation(LENGTHS_S).tolist(), noise)
    return tuple(
        draw(
            noise,
            start_s,
            end_s,
            wide=bool(noise.random() < WIDE_SHARE),
            own_slope=slope if i % 2 else None,
            rests=rests,
        )
        for i, (start_s, end_s) in enumerate(found)
    )


def _false_events(example: corpus.Example, profile: GaitProfile | None, name: str) -> list[FalseEvent]:
    return [
        FalseEvent(
            athlete=example.athlete,
            number=example.number,
            kind=example.kind,
            start_s=start_s,
            end_s=end_s,
            log_odds=odds,
            profile=name,
        )
        for start_s, end_s, odds in stretches(example.activity, profile=profile, least_log_odds=LEAST_LOG_ODDS)
    ]


def _recalls(
    example: corpus.Example, turned: Activity, spans: Sequence[Injected], profile: GaitProfile | None, name: str = ""
) -> list[Recall]:
    found = stretches(turned, profile=profile, least_log_odds=LEAST_LOG_ODDS)
    grid = build_grid(turned, float(turned.time_s[0]), float(turned.time_s[-1]))
    return [
        Recall(
            athlete=example.athlete,
            number=example.number,
            kind=example.kind,
            length_s=span.end_s - span.start_s,
            uplift=span.uplift,
            ratio=span.ratio,
            own_slope=bool(i % 2),
            step_s=grid.step_s,
            thinned=len(turned) < len(example.activity),
            rested=bool(span.rest_after_s),
            grade_pct=_grade(grid, span),
            profile=name,
            hit=_best(found, span),
        )
        for i, span in enumerate(spans)
    ]


def _best(found: Sequence[tuple[float, float, float]], span: Injected) -> Hit | None:
    """The stretch that agrees best with a span, if any agrees enough."""
    best: Hit | None = None
    least = AGREEMENT
    for start_s, end_s, odds in found:
        shared = min(end_s, span.end_s) - max(start_s, span.start_s)
        agreement = shared / (max(end_s, span.end_s) - min(start_s, span.start_s))
        if agreement >= least:
            least = agreement
            best = Hit(log_odds=odds, start_error_s=start_s - span.start_s, end_error_s=end_s - span.end_s)
    return best


def _grade(grid: Grid, span: Injected) -> float | None:
    inside = (grid.edge_s[1:] > span.start_s) & (grid.edge_s[:-1] < span.end_s)
    grade = float(np.mean(grid.grade_pct[inside])) if inside.any() else np.nan
    return grade if np.isfinite(grade) else None


def _thinned(activity: Activity, every: int) -> Activity:
    """The activity as a watch would have written it that keeps one sample of `every`."""
    names = ("time_s", "speed_mps", "cadence_spm", "altitude_m", "heart_rate_bpm", "distance_m")
    kept = {name: getattr(activity, name)[::every] for name in (*names, "latitude_deg", "longitude_deg")}
    return replace(activity, **kept)


if __name__ == "__main__":
    sys.exit(main())
