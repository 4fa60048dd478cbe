from __future__ import annotations

import numpy as np

from retrorun.arrays import FloatArray
from retrorun.detection import parameters as p
from retrorun.detection.cadence_model import LinePrior, fit_line
from retrorun.detection.likelihoods import Likelihoods, likelihoods
from retrorun.detection.resample import build_grid
from retrorun.detection.session_model import SessionAnswer, weigh_session
from tests.detection.made import pieces, run


def densities(uplifts: FloatArray) -> Likelihoods:
    line = fit_line(build_grid(run(), 0.0, 3600.0), LinePrior())
    assert line is not None
    return likelihoods(pieces(uplifts), line)


def weigh(uplifts: FloatArray, own: tuple[float, float] | None = None) -> SessionAnswer:
    return weigh_session(densities(uplifts), np.zeros(len(uplifts)), own)


def test_nothing_slow_is_no_session() -> None:
    assert weigh_session(densities(np.zeros(0)), np.zeros(0)).log_bayes == -np.inf


def test_six_alike_are_surer_than_one_and_six_at_nothing_are_none() -> None:
    one, six = (weigh(np.full(n, 0.08)).log_bayes for n in (1, 6))
    assert six > one + 3.0
    assert weigh(np.zeros(6)).log_bayes < -1.0


def test_more_uplift_is_more_evidence() -> None:
    found = [weigh(np.full(4, u)).log_bayes for u in (0.0, 0.03, 0.06, 0.09, 0.13)]
    assert found == sorted(found)


def test_a_session_tells_its_backward_pieces_from_its_jogs() -> None:
    answer = weigh(np.array([0.11, 0.0, 0.12, -0.01, 0.10, 0.01, 0.11, 0.0]))
    assert answer.log_bayes > 5.0
    assert (answer.given_session[::2] > 0.9).all()
    assert (answer.given_session[1::2] < 0.1).all()


def test_the_runners_own_uplift_speaks_for_pieces_like_it() -> None:
    like, unlike = np.full(3, 0.07), np.full(3, 0.20)
    own = (0.07, p.OWN_UPLIFT_SD)
    assert weigh(like, own).log_bayes > weigh(like).log_bayes
    assert weigh(unlike, own).log_bayes < weigh(unlike).log_bayes


def test_support_moves_the_answer_its_own_way() -> None:
    both = densities(np.full(4, 0.05))
    low, middle, high = (weigh_session(both, np.full(4, odds)).log_bayes for odds in (-2.0, 0.0, 2.0))
    assert low < middle < high
