from __future__ import annotations

import numpy as np
import pytest

from retrorun.gait.synth import synthesise


def test_the_same_seed_gives_the_same_run_and_another_another() -> None:
    one, two, other = (synthesise(duration_s=300.0, seed=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.speed_mps, two.speed_mps)
    assert not np.array_equal(one.speed_mps, other.speed_mps)


def test_the_spans_have_the_ratio_and_the_uplift_that_were_asked_for() -> None:
    spans = ((600.0, 900.0),)
    plain, _ = synthesise(seed=9, spans=())
    turned, truth = synthesise(seed=9, spans=spans, ratio=0.7, uplift=0.12)
    assert truth == spans
    inside = (turned.time_s > 610) & (turned.time_s < 890)
    assert np.mean(turned.speed_mps[inside]) / np.mean(plain.speed_mps[inside]) == pytest.approx(0.7, abs=0.03)
    forward = 170.0 + 6.0 * (turned.speed_mps[inside] - 2.8)
    assert np.mean(turned.cadence_spm[inside] / forward) - 1.0 == pytest.approx(0.12, abs=0.015)
    outside = turned.time_s < 590
    np.testing.assert_array_equal(turned.cadence_spm[outside], plain.cadence_spm[outside])
