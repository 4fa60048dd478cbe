from __future__ import annotations

import numpy as np

from retrorun.activity.describe import describe
from retrorun.activity.model import Activity
from retrorun.activity.read import read_activity
from tests.activity.documents import gpx, gpx_point
from tests.fit.handmade import RECORD, START, file_id, fit, recording


def test_a_whole_run() -> None:
    held = describe(read_activity(recording(60)))
    assert (held.samples, held.duration_s, held.median_step_s, held.one_second_share) == (60, 59.0, 1.0, 1.0)
    assert (held.gaps, held.gap_s, held.pauses, held.paused_s) == (0, 0.0, 0, 0.0)
    assert {each.name: each.share for each in held.columns}["cadence_spm"] == 1.0
    assert held.obstacles == ()
    assert held.can_be_analysed


def test_gaps_and_shares() -> None:
    rows = [RECORD.data(START + at, 140, 0xFF if at < 8 else 80, 300 * at, 3000) for at in (*range(10), 40, 41)]
    held = describe(read_activity(fit(file_id(), RECORD.define(), *rows)))
    assert (held.gaps, held.gap_s) == (1, 31.0)
    assert {each.name: round(each.share, 3) for each in held.columns}["cadence_spm"] == round(4 / 12, 3)
    assert "cadence is there in only 33 % of the samples" in held.obstacles
    assert held.can_be_analysed


def test_what_stands_in_the_way() -> None:
    held = describe(read_activity(gpx(*(gpx_point(5 * at) for at in range(20)), kind="Ride")))
    assert not held.can_be_analysed
    assert "there is no cadence" in held.obstacles
    assert "cycling is not done on foot" in held.obstacles
    assert "samples are 5 s apart: a short backward stretch has too few of them" in held.obstacles
    assert "speed comes from positions or distance, and is noisy" in held.obstacles


def test_damage_is_told() -> None:
    assert describe(read_activity(recording(60)[:-2])).damage != ()


def test_a_single_sample() -> None:
    held = describe(Activity.from_columns(time_s=[0.0], speed_mps=[3.0], cadence_spm=[160.0]))
    assert (held.samples, held.duration_s, held.can_be_analysed) == (1, 0.0, False)
    assert np.isfinite(held.median_step_s)
