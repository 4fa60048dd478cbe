from __future__ import annotations

from dataclasses import replace

import numpy as np

from retrorun.detection import parameters as p
from retrorun.detection.cadence_model import ForwardLine
from retrorun.detection.likelihoods import likelihoods, physical, surface, terms
from tests.detection.made import pieces

LINE = ForwardLine(
    level_spm=170.0,
    slope_spm_per_mps=6.0,
    slope_sd=1.0,
    level_sd=0.5,
    noise_spm=2.0,
    usual_speed_mps=2.9,
    weight_s=3000.0,
)


def test_the_densities_lie_where_their_hypotheses_say() -> None:
    uplifts = np.linspace(-0.1, 0.4, 51)
    # One piece at a time: what scatters below the line widens the errors of all.
    alone = np.array([likelihoods(pieces(np.array([u])), LINE).alone()[0] for u in uplifts])
    assert alone[np.abs(uplifts) < 0.015].max() < 0.0
    assert alone[np.abs(uplifts - 0.13) < 0.03].min() > 2.0


def test_uphill_an_uplift_counts_for_less() -> None:
    flat = pieces(np.array([0.06]))
    steep = replace(flat, grade_pct=np.array([8.0]))
    assert likelihoods(steep, LINE).alone()[0] < likelihoods(flat, LINE).alone()[0]
    assert likelihoods(steep, LINE).uplift_sd[0] > likelihoods(flat, LINE).uplift_sd[0]


def test_the_further_from_the_line_the_less_is_known() -> None:
    near, far = (likelihoods(replace(pieces(np.array([0.08])), gap_mps=np.array([gap])), LINE) for gap in (0.3, 1.8))
    assert far.uplift_sd[0] > near.uplift_sd[0]
    assert far.alone()[0] < near.alone()[0]


def test_the_surface_is_bounded_whatever_a_piece_looks_like() -> None:
    odd = replace(pieces(np.array([0.1])), uneven=np.array([9.0]), erratic=np.array([9.0]), fall=np.array([9.0]))
    for weights in (1e6 * np.ones(22), -1e6 * np.ones(22), p.SURFACE):
        found = surface(odd, LINE, weights)
        assert (found >= p.SURFACE_LOW).all()
        assert (found <= p.SURFACE_HIGH).all()
    assert terms(odd, LINE).shape == (1, len(p.SURFACE) - 1)


def test_what_can_be_held_falls_with_the_way_of_the_whole_session() -> None:
    few, many = (physical(pieces(np.full(n, 0.1), speed_mps=3.6)) for n in (3, 40))
    assert (few == 0.0).all()  # 3 x 108 m at 3.6 m/s: fast amateurs do
    assert (many < -1.0).all()  # 4.3 km of it: nearly the record
    jogs = physical(pieces(np.zeros(40), speed_mps=3.6))
    assert (jogs == 0.0).all()  # what shows no uplift is nobody's backward running


def test_steep_descents_speak_against() -> None:
    down = replace(pieces(np.full(2, 0.1)), grade_pct=np.array([-3.0, -10.0]))
    gentle, steep = physical(down)
    assert gentle == 0.0
    assert steep < -1.0


def test_some_seconds_of_quick_steps_between_two_walks_are_often_an_octave() -> None:
    def forward(rest_after: float, bins: int) -> float:
        piece = pieces(np.array([0.25]), speed_mps=1.6, bins=bins)
        ones = np.ones(1)
        return float(np.mean(likelihoods(replace(piece, rest_before=ones, rest_after=rest_after * ones), LINE).forward))

    # Measured on ordinary recordings: of 460 such pieces of 24 to 33 s, 1.7 % lie 15 % and more above the line.
    assert forward(1.0, 10) > 2.0 * forward(0.0, 10)
    assert forward(1.0, 20) < forward(1.0, 10)
