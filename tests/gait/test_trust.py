from __future__ import annotations

import pytest

from retrorun.activity.model import Activity, Part
from retrorun.gait.synth import synthesise
from retrorun.gait.trust import parts_on_foot
from tests.gait.made import changed

ACTIVITY, _ = synthesise(duration_s=900.0, seed=1)


@pytest.mark.parametrize("sport", ["running", "walking", "hiking", "generic", ""])
def test_everything_on_foot_is_looked_at(sport: str) -> None:
    assert parts_on_foot(changed(ACTIVITY, sport=sport)) == [(0.0, 900.0)]


@pytest.mark.parametrize("sport", ["cycling", "swimming", "rowing"])
def test_nothing_else_is(sport: str) -> None:
    assert parts_on_foot(changed(ACTIVITY, sport=sport)) == []


def test_a_triathlon_is_looked_at_where_it_is_run() -> None:
    parts = tuple(
        Part(start_s=300.0 * k, end_s=300.0 * (k + 1), sport=sport)
        for k, sport in enumerate(("swimming", "cycling", "running"))
    )
    assert parts_on_foot(changed(ACTIVITY, sport="multisport", parts=parts)) == [(600.0, 900.0)]


def test_an_empty_recording_has_an_empty_part() -> None:
    assert parts_on_foot(Activity.from_columns(time_s=[], speed_mps=[], cadence_spm=[])) == [(0.0, 0.0)]
