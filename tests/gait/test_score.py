from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from retrorun.gait import priors, weights
from retrorun.gait.candidates import Candidates
from retrorun.gait.line import ForwardLine
from retrorun.gait.score import LookAlikes, log_odds, look_alikes, place_prior, scores, terms
from tests.gait.made import candidates, side

LINE = ForwardLine(
    level_spm=170.0,
    slope_spm_per_mps=6.0,
    noise_spm=2.5,
    slope_sd=1.5,
    usual_speed_mps=2.9,
    weight_s=3000.0,
    speed_swing=0.04,
    cadence_swing_spm=1.2,
)


def score(rows: Candidates) -> float:
    return float(scores(rows, LINE)[0])


def test_every_term_has_a_weight_and_every_weight_a_term() -> None:
    assert set(terms(candidates(), LINE)) == set(weights.WEIGHTS)


def test_a_textbook_segment_scores_far_above_its_look_alikes() -> None:
    textbook = score(candidates())
    assert textbook > 3.0
    slower = replace(candidates(1, residual=0.0, cadence=165.2), before=side(1, rise=-5.0), after=side(1, rise=-5.0))
    assert score(slower) < textbook - 4.0  # slowed down, forward
    sagging = replace(candidates(1, residual=5.4, cadence=170.6), before=side(1, rise=0.0), after=side(1, rise=0.0))
    assert score(sagging) < textbook - 2.0  # the feet went on as before
    quick = candidates(1, speed=2.8, cadence=184.0, residual=14.0)
    quick = replace(quick, before=side(1, fall=0.03), after=side(1, fall=0.03))
    assert score(quick) < textbook - 4.0  # quicker steps, hardly slower
    assert score(candidates(1, speed_unrest=0.35)) < textbook - 1.0  # a ragged speed, as of bad reception


def test_look_alikes_are_the_weak_ones_that_do_not_overlap() -> None:
    start = np.array([0, 2, 50, 100, 200])
    end = np.array([10, 12, 60, 110, 203])
    score_of = np.array([-2.0, -1.0, 5.0, -3.0, -1.0])
    # The first two overlap, the third is strong, the last too short to be called.
    assert look_alikes(start, end, score_of, 1.0).count == 2.0


def test_the_rate_of_look_alikes_is_drawn_to_the_population() -> None:
    nothing = LookAlikes()
    assert nothing.rate_per_h(nothing) == priors.LOOK_ALIKES_COUNT / priors.LOOK_ALIKES_HOURS
    many = LookAlikes(count=1000.0, hours=100.0)
    assert nothing.rate_per_h(many) == pytest.approx(10.0, rel=0.02)


def test_a_restless_runner_needs_stronger_evidence() -> None:
    evidence = np.array([2.0])
    assert log_odds(evidence, 20.0)[0] < log_odds(evidence, 2.0)[0]


def test_long_stretches_and_steep_descents_are_less_likely_beforehand() -> None:
    assert place_prior(candidates())[0] == 0.0
    assert place_prior(candidates(1, grade=-15.0))[0] == pytest.approx(-0.3 * 7.0)
    assert place_prior(candidates(1, grade=15.0))[0] == 0.0
