from __future__ import annotations

import numpy as np

from retrorun.detection import parameters as p
from retrorun.detection.cadence_model import ForwardLine, LinePrior, fit_line
from retrorun.detection.resample import Grid, build_grid
from tests.detection.made import REPETITIONS, run


def grid_of(speed_mps: np.ndarray, cadence_spm: np.ndarray) -> Grid:
    n = len(speed_mps)
    return Grid(
        edge_s=p.BIN_S * np.arange(n + 1.0),
        speed_mps=speed_mps,
        cadence_spm=cadence_spm,
        grade_pct=np.zeros(n),
        step_s=1.0,
        lag_s=0.0,
    )


def mixed(level: float, slope: float, *, n: int = 1200, noise: float = 2.0) -> Grid:
    draw = np.random.default_rng(3)
    speed = draw.uniform(2.4, 3.6, n)
    return grid_of(speed, level + slope * (speed - p.LINE_SPEED_MPS) + noise * draw.normal(size=n))


def fitted(grid: Grid, prior: LinePrior | None = None) -> ForwardLine:
    line = fit_line(grid, LinePrior() if prior is None else prior)
    assert line is not None
    return line


def test_the_line_is_that_of_the_runner_within_its_own_error() -> None:
    for level, slope in ((160.0, 4.0), (172.0, 6.0), (184.0, 9.0)):
        line = fitted(mixed(level, slope))
        assert abs(line.level_spm - level) < 3.0 * line.level_sd
        assert abs(line.slope_spm_per_mps - slope) < 3.0 * line.slope_sd
        assert abs(line.noise_spm - 2.0) < 0.5


def test_little_running_leaves_the_line_with_what_is_usual() -> None:
    steady = grid_of(np.full(30, 2.8), np.full(30, 171.0))
    line = fitted(steady)
    assert abs(line.slope_spm_per_mps - p.SLOPE) < 0.1  # one speed says nothing of a slope
    assert line.slope_sd > 0.9 * p.SLOPE_SD


def test_without_a_minute_of_running_there_is_no_line() -> None:
    assert fit_line(grid_of(np.full(19, 2.8), np.full(19, 171.0)), LinePrior()) is None
    assert fit_line(grid_of(np.full(500, 1.4), np.full(500, 114.0)), LinePrior()) is None


def test_slow_running_does_not_bend_the_line() -> None:
    plain, backward = (fitted(build_grid(run(spans, uplift=0.25), 0.0, 3600.0)) for spans in ((), REPETITIONS))
    at = np.array([2.0, 2.8])
    assert np.abs(plain.cadence_spm(at) - backward.cadence_spm(at)).max() < 1.5


def test_only_a_run_that_is_slow_throughout_and_long_is_measured_by_the_profile() -> None:
    usual = LinePrior(level_spm=170.0, level_sd=2.0, slope=6.0, slope_sd=1.0, usual_speed_mps=3.4)
    slow = grid_of(np.full(1200, 2.4), np.full(1200, 185.0))
    assert fitted(slow, usual).all_slow
    assert fitted(slow, usual).usual_speed_mps == 3.4
    short = grid_of(np.full(150, 2.4), np.full(150, 185.0))
    assert not fitted(short, usual).all_slow
    assert not fitted(grid_of(np.full(1200, 3.2), np.full(1200, 172.0)), usual).all_slow
