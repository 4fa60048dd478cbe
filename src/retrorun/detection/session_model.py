"""The session is the unit: the slow pieces of a recording share one uplift and the line's errors.

An ordinary recording, in which every slow piece is forward, is compared with a backward session, in which some are
backward. Six pieces at +8 % are then as good as certain, and six at ±0 % are certainly not.
"""

from dataclasses import dataclass

import numpy as np

from retrorun.arrays import FloatArray
from retrorun.detection import parameters as p
from retrorun.detection.likelihoods import ERROR_LOG_WEIGHT, Likelihoods


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SessionAnswer:
    """What a recording's pieces say together.

    `log_bayes` compares a backward session with an ordinary one; `given_session` is each piece's probability if the
    recording is a backward session, shape (n,).
    """

    log_bayes: float
    given_session: FloatArray


def weigh_session(both: Likelihoods, support: FloatArray, uplift: tuple[float, float] | None = None) -> SessionAnswer:
    """Both kinds of recording against each other.

    Args:
        both: the densities of the pieces.
        support: log odds for each piece besides its uplift, shape (n,).
        uplift: mean and SD of the runner's own uplift, where it is known.
    """
    n = len(support)
    if n == 0:
        return SessionAnswer(log_bayes=-np.inf, given_session=np.zeros(0))
    shares = np.array([min(0.5, 1.0 / n), *p.SHARES])[:, None, None, None]
    ratio = both.backward * np.exp(support) / both.forward
    ordinary = np.log(both.forward).sum(axis=1) + ERROR_LOG_WEIGHT
    # Of each piece, over forward: backward with its share, and forward with the rest.
    mixed = shares * ratio + (1.0 - shares)
    joint = np.log(mixed).sum(axis=3) + ordinary + _uplift_log_weight(uplift)[:, None] - np.log(len(shares))
    total = float(np.logaddexp.reduce(joint, axis=None))
    forward = (1.0 - shares[..., 0]) * np.exp(joint - total)
    return SessionAnswer(
        log_bayes=total - float(np.logaddexp.reduce(ordinary)),
        given_session=1.0 - np.einsum("ske,sken->n", forward, 1.0 / mixed),
    )


def _uplift_log_weight(own: tuple[float, float] | None) -> FloatArray:
    """What is believed of the uplift before: the population's spread, or the runner's own."""
    weight = (np.exp(-0.5 * ((p.UPLIFTS - p.UPLIFT_MEAN) / p.UPLIFT_SD) ** 2) + p.UPLIFT_FLAT) / p.UPLIFT_SD
    if own is not None:
        mean, sd = own
        weight = p.OWN_MISTRUST * weight + np.exp(-0.5 * ((p.UPLIFTS - mean) / sd) ** 2) / sd
    weight = weight * np.gradient(p.UPLIFTS)
    known: FloatArray = np.log(weight / weight.sum())
    return known
