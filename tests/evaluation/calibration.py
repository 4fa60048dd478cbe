"""Whether probabilities mean what they say, on a mixture of real ordinary recordings and made sessions.

How many of the recordings are sessions decides what a probability should be. The mixture is the one that the detector
itself assumes: ordinary recordings and sessions weigh as its prior odds say. So this shows that the probabilities fit
the method, not how often runners run backward.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from retrorun.detection import parameters as p
from retrorun.detection.result import Detection, Segment
from retrorun.intervals import Interval, covered_s

Answer = tuple[Sequence[tuple[float, float]], Detection]  # the backward spans that are in it, and what was said
_EDGES = (0.0, 0.02, 0.1, 0.5, 0.7, 0.9, 0.97, 1.0)


def report(ordinary: Sequence[Detection], sessions: Sequence[Answer]) -> None:
    """Print, for each range of probability, how much of it was said and how often it was true."""
    odds = math.exp(p.PRIOR_LOG_ODDS)
    weight = odds * len(ordinary) / max(len(sessions), 1)
    answers: list[tuple[float, Answer]] = [(1.0, ((), said)) for said in ordinary]
    answers += [(weight, answer) for answer in sessions]
    recordings = [(said.probability, float(len(spans) > 0), w) for w, (spans, said) in answers]
    segments = [
        (segment.probability, float(_true(segment, spans)), w) for w, (spans, said) in answers for segment in said
    ]
    print(f"\ncalibration, sessions weighing {weight:.2f} of a recording each (prior odds 1 : {1.0 / odds:.0f})")
    for name, rows in (("recording", recordings), ("segment", segments)):
        said_, true, weights = np.array(rows).T
        print(f"{name:12} said between      mean said   true    weight")
        for low, high in itertools.pairwise(_EDGES):
            inside = (said_ > low) & (said_ <= high) if low else said_ <= high
            if inside.any():
                mean, share = (np.average(values[inside], weights=weights[inside]) for values in (said_, true))
                print(f"{'':12} {low:.2f} and {high:.2f} {mean:14.3f} {share:6.3f} {weights[inside].sum():9.1f}")


def _true(segment: Segment, spans: Sequence[tuple[float, float]]) -> bool:
    """Whether half of a segment was backward."""
    inside = [Interval(start_s=start_s, end_s=end_s) for start_s, end_s in spans]
    return covered_s(segment, inside) >= 0.5 * segment.duration_s
