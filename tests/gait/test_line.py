from __future__ import annotations

import numpy as np
import pytest

from retrorun.activity.model import Activity
from retrorun.gait import priors
from retrorun.gait.grid import Grid, build_grid
from retrorun.gait.line import LinePrior, fit_line, running_bins
from retrorun.gait.synth import synthesise


def grid_of(activity: Activity) -> Grid:
    return build_grid(activity, float(activity.time_s[0]), float(activity.time_s[-1]))


def mixed(slope: float, level: float, seed: int = 1) -> Activity:
    """Fast and slow minutes of one runner with a known line."""
    noise = np.random.default_rng(seed)
    speed = np.repeat(noise.uniform(2.2, 4.2, 60), 60) + noise.normal(0, 0.05, 3600)
    cadence = level + slope * (speed - priors.LINE_SPEED_MPS) + noise.normal(0, 1.5, 3600)
    return Activity.from_columns(time_s=np.arange(3600), speed_mps=speed, cadence_spm=cadence)


@pytest.mark.parametrize(("slope", "level"), [(3.0, 165.0), (6.0, 172.0), (10.0, 180.0)])
def test_a_line_is_found_where_speeds_show_it(slope: float, level: float) -> None:
    line = fit_line(grid_of(mixed(slope, level)), LinePrior())
    assert line.level_spm == pytest.approx(level, abs=1.0)
    assert line.slope_spm_per_mps == pytest.approx(slope, abs=1.0)
    assert float(line.cadence_spm(np.array(3.8))) == pytest.approx(level + slope, abs=1.5)
    assert line.intercept_spm == pytest.approx(level - 2.8 * line.slope_spm_per_mps, abs=1.0)


def test_an_even_run_leaves_the_slope_to_the_prior() -> None:
    activity, _ = synthesise(duration_s=1800.0, seed=2, slope_spm_per_mps=12.0)
    line = fit_line(grid_of(activity), LinePrior(slope_sd=0.5))
    assert abs(line.slope_spm_per_mps - priors.SLOPE_MEAN) < 2.0
    assert line.slope_sd <= 0.5


def test_a_quarter_of_backward_running_hardly_bends_it() -> None:
    spans = tuple((300.0 * k + 60.0, 300.0 * k + 135.0) for k in range(12))
    plain, _ = synthesise(seed=4)
    turned, _ = synthesise(seed=4, spans=spans)
    before, after = (fit_line(grid_of(activity), LinePrior()) for activity in (plain, turned))
    assert after.level_spm == pytest.approx(before.level_spm, abs=2.5)
    backward = np.zeros(len(grid_of(turned)), dtype=np.bool_)
    for start_s, end_s in spans:
        backward[int(start_s / 3) - 1 : int(end_s / 3) + 2] = True
    left = fit_line(grid_of(turned), LinePrior(), leave_out=backward)
    assert left.level_spm == pytest.approx(before.level_spm, abs=0.7)


def test_without_running_the_prior_is_all_there_is() -> None:
    walk = Activity.from_columns(time_s=np.arange(600), speed_mps=np.full(600, 1.4), cadence_spm=np.full(600, 112.0))
    assert not running_bins(grid_of(walk)).any()
    line = fit_line(grid_of(walk), LinePrior())
    assert line.weight_s == 0.0
    assert line.level_spm == priors.LEVEL_MEAN_SPM
