from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from retrorun.activity.model import Lap
from retrorun.gait import priors
from retrorun.gait.grid import build_grid
from retrorun.gait.line import LinePrior, fit_line
from retrorun.gait.profile import GaitProfile
from retrorun.gait.result import PlannedSpan
from retrorun.gait.support import lap_cuts, own_gait, snapped, support_of
from retrorun.gait.synth import synthesise
from retrorun.session.model import Direction
from tests.gait.made import candidates, changed

ACTIVITY, _ = synthesise(duration_s=900.0, seed=1)
GRID = build_grid(ACTIVITY, 0.0, 900.0)  # the candidate of `made` lies from 300 s to 330 s


def lapped(*borders: float, trigger: str = "manual", distance_m: float | None = None) -> object:
    laps = tuple(Lap(start_s=a, end_s=b, trigger=trigger, distance_m=distance_m) for a, b in pairwise(borders))
    return changed(ACTIVITY, laps=laps)


def test_laps_that_nobody_pressed_say_nothing() -> None:
    assert len(lap_cuts(lapped(0, 300, 330, 900))) == 4  # type: ignore[arg-type]
    assert len(lap_cuts(lapped(0, 300, 600, trigger="distance", distance_m=1001.0))) == 0  # type: ignore[arg-type]
    # Steps of a workout end by distance too, but not at whole kilometres.
    assert len(lap_cuts(lapped(0, 300, 600, trigger="distance", distance_m=400.0))) == 3  # type: ignore[arg-type]


def test_borders_on_laps_are_counted() -> None:
    rows = candidates()
    both = support_of(rows, GRID, lap_cuts(lapped(0, 301, 333, 900)), ())  # type: ignore[arg-type]
    one = support_of(rows, GRID, lap_cuts(lapped(0, 301, 500, 900)), ())  # type: ignore[arg-type]
    assert both.laps.tolist() == [2.0]
    assert one.laps.tolist() == [1.0]
    assert both.log_odds[0] > one.log_odds[0] > 0.0
    assert both.enough_for_short[0]
    assert not one.enough_for_short[0]


@pytest.mark.parametrize(
    ("start_s", "end_s", "direction", "kind"),
    [
        (298.0, 332.0, Direction.BACKWARD, 1.0),
        (250.0, 400.0, Direction.FORWARD, -1.0),
        (100.0, 200.0, Direction.BACKWARD, 0.0),
    ],
)
def test_a_plan_speaks_for_and_against(start_s: float, end_s: float, direction: Direction, kind: float) -> None:
    plan = (PlannedSpan(start_s=start_s, end_s=end_s, direction=direction),)
    support = support_of(candidates(), GRID, np.empty(0), plan)
    assert support.planned.tolist() == [kind]
    assert np.sign(support.log_odds[0]) == kind


def test_borders_snap_only_to_what_is_near() -> None:
    assert snapped(300.0, 330.0, np.array([0.0, 302.0, 340.0, 900.0]), ()) == (302.0, 330.0)
    plan = (PlannedSpan(start_s=297.0, end_s=331.0, direction=Direction.BACKWARD),)
    assert snapped(300.0, 330.0, np.empty(0), plan) == (297.0, 331.0)


def test_labelled_laps_make_ones_own_uplift_more_likely_and_others_less() -> None:
    line = fit_line(GRID, LinePrior())
    profile = GaitProfile.fit([ACTIVITY])
    own = GaitProfile(
        **({name: getattr(profile, name) for name in profile.__dataclass_fields__} | {"uplift": 0.16, "ratio": 0.7})
    )
    forward = float(line.cadence_spm(np.array(2.0)))
    like = candidates(residual=0.16 * forward, speed=0.7 * line.usual_speed_mps)
    unlike = candidates(residual=0.03 * forward, speed=0.7 * line.usual_speed_mps)
    assert own_gait(like, line, own)[0] > 0.5
    assert own_gait(unlike, line, own)[0] < -1.0
    assert own_gait(unlike, line, own)[0] >= -priors.OWN_GAIT_BOUND
    assert own_gait(like, line, profile)[0] == 0.0
