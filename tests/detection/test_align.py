from __future__ import annotations

import numpy as np
import pytest

from retrorun.detection.align import lag_of
from retrorun.detection.parameters import USUAL_LAG
from retrorun.detection.resample import build_grid
from tests.detection.made import lagged, run, with_walks

WALKS = tuple((500.0 + 400.0 * k, 580.0 + 400.0 * k) for k in range(7))


@pytest.mark.parametrize("lag_s", [0, 6, 12, 30, 45])
def test_the_lag_shows_at_walk_breaks_and_is_taken_out(lag_s: int) -> None:
    activity = lagged(with_walks(run(), WALKS), lag_s)
    grid = build_grid(activity, 0.0, 3600.0)
    assert grid.lag_s == pytest.approx(lag_s, abs=3.0)
    straight = build_grid(with_walks(run(), WALKS), 0.0, 3600.0)
    inside = slice(30, -30)
    both = np.isfinite(grid.cadence_spm[inside]) & np.isfinite(straight.cadence_spm[inside])
    apart = np.abs(grid.cadence_spm[inside] - straight.cadence_spm[inside])[both]
    assert float(np.mean(apart > 30.0)) < 0.03


def test_without_stops_the_usual_lag_is_taken() -> None:
    steady = build_grid(run(), 0.0, 3600.0)
    assert lag_of(steady.speed_mps, steady.cadence_spm) == USUAL_LAG
