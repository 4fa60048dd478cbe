"""Estimate the weights of the evidence terms: `python -m retrorun.gait.estimate --data ../shared/gait`.

Reads the estimation athletes only. Injected backward segments are told from the best look-alikes in ordinary running by
logistic regression; then the scores are calibrated to log-odds. Writes `weights.py` beside this file with `--write`,
prints it otherwise. The same data and seed give the same numbers.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from retrorun.activity.model import FloatArray
from retrorun.files import write_atomic
from retrorun.gait import corpus, priors
from retrorun.gait.borders import IntArray
from retrorun.gait.decode import best_set
from retrorun.gait.scenes import Scene, collect
from retrorun.gait.score import LookAlikes, look_alikes

RIDGE = 0.1  # chosen on the estimation athletes, each left out once: 0.03 to 0.3 alike, 2 and more worse
ROUNDS = 3  # rounds of looking for the hardest look-alikes; the weights settle after two
USUAL_S = 125.0  # repetitions up to two minutes are the usual case
UNUSUAL_TERMS = (
    "long",
    "long × uplift",
    "stop before",
    "stop after",
    "walk before",
    "walk after",
    "alone before",
    "alone after",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Estimate, and print or write the table."""
    parser = argparse.ArgumentParser(prog="python -m retrorun.gait.estimate", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/gait"), help="folder of athlete*.parquet")
    parser.add_argument("--seeds", type=int, default=2, help="how often every recording is injected")
    parser.add_argument("--write", action="store_true", help="replace weights.py")
    options = parser.parse_args(arguments)
    ordinary, injected, names = collect(options.data, corpus.athletes(options.data, held_out=False), options.seeds)
    weights = estimate(ordinary, injected, names)
    text = table(names, weights, calibrate(ordinary, injected, weights))
    if options.write:
        write_atomic(Path(__file__).with_name("weights.py"), text.encode())
    else:
        sys.stdout.write(text)
    return 0


def estimate(ordinary: list[Scene], injected: list[Scene], names: Sequence[str]) -> FloatArray:
    """Weights, the bias first: first on random look-alikes, then on the hardest, several rounds."""
    rng = np.random.default_rng(0)
    weights = logistic(*_rows(ordinary, injected, None, rng), ridge=RIDGE)
    for _ in range(ROUNDS):
        weights = logistic(*_rows(ordinary, injected, weights, rng), ridge=RIDGE)
    # Next to a rest there is no border to see, and a long stretch is never even. What rests and length are worth is
    # learnt last, with all else held fast, so that these do not teach the usual repetition to do without.
    values, labels, importance = _rows(ordinary, injected, weights, rng, unusual=True)
    free = [names.index(name) for name in UNUSUAL_TERMS]
    fixed = weights.copy()
    fixed[[k + 1 for k in free]] = 0.0
    late = logistic(values[:, free], labels, importance, ridge=RIDGE, offset=fixed[0] + values @ fixed[1:])
    weights[[k + 1 for k in free]] = late[1:]
    weights[0] += late[0]
    return weights


def _rows(
    ordinary: list[Scene],
    injected: list[Scene],
    weights: FloatArray | None,
    rng: np.random.Generator,
    *,
    unusual: bool = False,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Terms, labels and importance of the rows to learn from; `unusual` adds long ones and those next to a rest."""
    values: list[FloatArray] = []
    labels: list[FloatArray] = []
    importance: list[FloatArray] = []

    def add(scene: Scene, index: IntArray, label: float, weight: float) -> None:
        values.append(scene.values[index])
        labels.append(np.full(len(index), label))
        importance.append(np.full(len(index), weight))

    for scene in ordinary:
        usual = np.flatnonzero((scene.end - scene.start) * priors.BIN_S <= (np.inf if unusual else 1.2 * USUAL_S))
        m = len(usual)
        if not m:
            continue
        if weights is None:
            index = rng.choice(usual, min(60, m), replace=False)
            add(scene, index, 0.0, 0.02 * m / len(index))
        else:
            score = np.full(len(scene.start), -np.inf)
            score[usual] = scene.scores(weights)[usual]
            add(scene, strongest(scene, score), 0.0, 1.0)
    seeds = max(1.0, len(injected) / max(1, len(ordinary)))
    for scene in injected:
        score = scene.agreement if weights is None else scene.scores(weights)
        for k, span in enumerate(scene.spans):
            if not unusual and (span.rest_after_s or span.end_s - span.start_s > USUAL_S):
                continue
            mine = np.flatnonzero(scene.truth == k)
            if not len(mine):
                continue
            fit = mine[scene.agreement[mine] >= max(0.7, float(scene.agreement[mine].max()) - 0.1)]
            if len(fit):
                add(scene, fit[[np.argmax(score[fit])]], 1.0, 1.0 / seeds)
            # A stretch with wrong borders must score less than the right one, or borders would drift.
            wrong = mine[scene.agreement[mine] < 0.4]
            worst = rng.permutation(wrong)[:30] if weights is None else wrong[np.argsort(-score[wrong])[:3]]
            add(scene, worst, 0.0, (0.006 if weights is None else 0.2) / seeds)
    return np.concatenate(values), np.concatenate(labels), np.concatenate(importance)


def strongest(scene: Scene, score: FloatArray, *, least: float = -14.0, most: int = 30) -> IntArray:
    """The strongest candidates that do not overlap each other, the strongest first."""
    chosen: list[int] = []
    taken = np.zeros(len(score), dtype=np.bool_)
    for i in np.argsort(-score, kind="stable").tolist():
        if score[i] < least or len(chosen) == most:
            break
        if not taken[i]:
            chosen.append(i)
            taken |= (scene.start < scene.end[i]) & (scene.end > scene.start[i])
    return np.array(chosen, dtype=np.int64)


def logistic(
    values: FloatArray, labels: FloatArray, importance: FloatArray, *, ridge: float, offset: FloatArray | float = 0.0
) -> FloatArray:
    """Ridge logistic regression by Newton's method, the bias first and free of the ridge; `offset` is given."""
    x = np.concatenate((np.ones((len(values), 1)), values), axis=1)
    penalty = np.full(x.shape[1], ridge)
    penalty[0] = 1e-3
    weights = np.zeros(x.shape[1])
    for _ in range(60):
        chance = 1.0 / (1.0 + np.exp(-np.clip(x @ weights + offset, -30.0, 30.0)))
        curvature = importance * chance * (1.0 - chance) + 1e-9
        gradient = x.T @ (importance * (labels - chance)) - penalty * weights
        step = np.linalg.solve((x * curvature[:, None]).T @ x + np.diag(penalty), gradient)
        weights = weights + step * min(1.0, 8.0 / float(np.abs(x @ step).max()))
        if float(np.abs(step).max()) < 1e-4:
            break
    return weights


def calibrate(ordinary: list[Scene], injected: list[Scene], weights: FloatArray) -> FloatArray:
    """Constant, slope and weight of the log rate of look-alikes, so that log-odds are right for one segment an hour."""
    near: dict[tuple[str, int], tuple[LookAlikes, LookAlikes]] = {}
    earlier: dict[str, list[LookAlikes]] = defaultdict(list)
    rows: list[tuple[float, float, float, float]] = []
    hours = sum(scene.hours for scene in ordinary)
    for scene in ordinary:
        score = scene.scores(weights)
        here = look_alikes(scene.start, scene.end, score, scene.hours)
        usual = _sum(earlier[scene.athlete][-10:])
        near[scene.athlete, scene.number] = here, usual
        earlier[scene.athlete].append(here)
        for i in _events(scene, score):
            # A look-alike does not testify to its own likelihood.
            own = float(priors.LOOK_ALIKE_LOW < score[i] < priors.LOOK_ALIKE_HIGH)
            others = LookAlikes(count=here.count - own, hours=here.hours)
            rows.extend((score[i], np.log(others.rate_per_h(u)), 0.0, 0.5) for u in (LookAlikes(), usual))
    spans = sum(not span.rest_after_s for scene in injected for span in scene.spans)
    for scene in injected:
        score = scene.scores(weights)
        here, usual = near[scene.athlete, scene.number]
        for i in _events(scene, score):
            if scene.agreement[i] > 0.4 and not scene.spans[scene.truth[i]].rest_after_s:
                rows.extend(
                    (score[i], np.log(here.rate_per_h(u)), 1.0, 0.5 * hours / spans) for u in (LookAlikes(), usual)
                )
    table = np.array(rows)
    return logistic(table[:, :2], table[:, 2], table[:, 3], ridge=1e-3)


def _events(scene: Scene, score: FloatArray) -> list[int]:
    """The stretches that the detector would choose among, long enough to be called."""
    some = np.flatnonzero(
        (score > priors.LOOK_ALIKE_LOW) & ((scene.end - scene.start) * priors.BIN_S >= priors.UNAIDED_S)
    )
    chosen = best_set(scene.start[some], scene.end[some], score[some] - priors.LOOK_ALIKE_LOW)
    return [int(i) for i in some[chosen]]


def _sum(parts: Sequence[LookAlikes]) -> LookAlikes:
    return LookAlikes(count=sum(part.count for part in parts), hours=sum(part.hours for part in parts))


def table(names: Sequence[str], weights: FloatArray, calibration: FloatArray) -> str:
    """The text of `weights.py`."""
    lines = [
        '"""Weights of the evidence terms in `score.py`, written by `python -m retrorun.gait.estimate --write`."""',
        "",
        f"BIAS = {weights[0]:.4f}",
        "WEIGHTS = {",
        *(f'    "{name}": {value:.4f},' for name, value in zip(names, weights[1:].tolist(), strict=True)),
        "}",
        "CALIBRATION = (" + ", ".join(f"{value:.4f}" for value in calibration.tolist()) + ")",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
