from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from retrorun.activity.model import Activity
from retrorun.detection.cadence_model import LinePrior, fit_line
from retrorun.detection.explain import cannot_tell, could_be_all_backward, lowers_trust
from retrorun.detection.resample import build_grid
from tests.detection.made import run


def reason(activity: Activity) -> str:
    return cannot_tell(build_grid(activity, 0.0, float(activity.time_s[-1])))


def test_what_could_not_have_shown_anything_says_why() -> None:
    base = run()
    assert reason(base) == ""
    nothing = np.full(len(base), np.nan)
    assert "no speed" in reason(replace(base, speed_mps=nothing))
    assert "no usable cadence" in reason(replace(base, cadence_spm=nothing))
    assert "shorter than a minute" in reason(
        Activity.from_columns(time_s=base.time_s[:30], speed_mps=base.speed_mps[:30], cadence_spm=base.cadence_spm[:30])
    )
    sparse = slice(None, None, 15)
    assert "15 s apart" in reason(
        Activity.from_columns(
            time_s=base.time_s[sparse], speed_mps=base.speed_mps[sparse], cadence_spm=base.cadence_spm[sparse]
        )
    )
    mostly = np.where(np.arange(len(base)) < 3300, np.nan, base.cadence_spm)
    assert "only 8 %" in reason(replace(base, cadence_spm=mostly))


@pytest.mark.parametrize(("ratio", "uplift", "could"), [(0.7, 0.12, True), (0.7, 0.0, False), (1.0, 0.0, False)])
def test_a_whole_run_that_could_be_either_is_named(ratio: float, uplift: float, could: bool) -> None:
    activity = run(((0.0, 3601.0),), uplift=uplift, ratio=ratio)
    line = fit_line(build_grid(activity, 0.0, 3600.0), LinePrior())
    assert line is not None
    assert could_be_all_backward(line, None) is could


def test_what_lowers_trust_is_said() -> None:
    base = run()
    treadmill = replace(base, sub_sport="treadmill")
    grid = build_grid(treadmill, 0.0, 3600.0)
    line = fit_line(grid, LinePrior())
    said = " ".join(lowers_trust(grid, line, treadmill, None))
    assert "treadmill" in said
    assert "gait profile" in said
