from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from retrorun.gait.inject import Injected, draw, inject, places
from retrorun.gait.synth import synthesise


def span(**changes: object) -> Injected:
    values = {
        "start_s": 600.0, "end_s": 660.0, "uplift": 0.10, "ratio": 0.7, "slope": 5.0, "ramp_s": 4.0, "shake_spm": 0.0,
        "local": True,
    }  # fmt: skip
    return Injected(**(values | changes))  # type: ignore[arg-type]


def test_only_the_span_changes_and_by_the_effect_that_was_asked_for() -> None:
    activity, _ = synthesise(seed=1)
    turned = inject(activity, [span()], np.random.default_rng(0))
    inside = (activity.time_s >= 600) & (activity.time_s < 660)
    np.testing.assert_array_equal(turned.speed_mps[~inside], activity.speed_mps[~inside])
    np.testing.assert_array_equal(turned.cadence_spm[~inside], activity.cadence_spm[~inside])
    core = (activity.time_s >= 605) & (activity.time_s < 655)
    np.testing.assert_allclose(turned.speed_mps[core], 0.7 * activity.speed_mps[core])
    lost = turned.speed_mps[core] - activity.speed_mps[core]
    np.testing.assert_allclose(turned.cadence_spm[core], (activity.cadence_spm[core] + 5.0 * lost) * 1.10, atol=0.51)


def test_cadence_keeps_the_steps_of_the_file() -> None:
    activity, _ = synthesise(seed=1)
    even = inject(activity, [], np.random.default_rng(0))
    assert set(np.unique(even.cadence_spm % 1.0)) == {0.0}
    turned = inject(activity, [span(shake_spm=3.0)], np.random.default_rng(0))
    assert set(np.unique(turned.cadence_spm % 1.0)) == {0.0}


def test_a_rest_stands_or_walks_beside_it() -> None:
    activity, _ = synthesise(seed=1)
    turned = inject(activity, [span(rest_after_s=30.0, walked=False)], np.random.default_rng(0))
    resting = (activity.time_s >= 660) & (activity.time_s < 690)
    assert not turned.speed_mps[resting].any()


def test_places_lie_in_running_and_keep_their_distance() -> None:
    activity, _ = synthesise(seed=3)
    found = places(activity, (30.0, 60.0, 120.0), np.random.default_rng(0))
    assert sorted(round(end - start) for start, end in found) == [30, 60, 120]
    for (_, end_s), (start_s, _) in pairwise(found):
        assert start_s - end_s >= 180.0


def test_effects_are_drawn_from_the_published_spread() -> None:
    noise = np.random.default_rng(0)
    drawn = [draw(noise, 0.0, 30.0) for _ in range(2000)]
    assert np.mean([one.uplift for one in drawn]) == pytest.approx(0.09, abs=0.005)
    assert np.std([one.uplift for one in drawn]) == pytest.approx(0.04, abs=0.005)
    assert np.mean([one.ratio for one in drawn]) == pytest.approx(0.68, abs=0.01)
    assert np.std([one.slope for one in drawn]) > 2.5
    assert all(0.15 <= draw(noise, 0.0, 30.0, wide=True).uplift <= 0.35 for _ in range(50))
