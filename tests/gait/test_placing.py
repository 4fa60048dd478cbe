from __future__ import annotations

import numpy as np

from retrorun.gait.placing import hulls, inside, joined
from tests.gait.made import candidates


def test_pieces_near_each_other_form_one_hull() -> None:
    start, end = hulls(np.array([0, 15, 100]), np.array([10, 30, 120]))
    assert (start.tolist(), end.tolist()) == ([0, 100], [30, 120])
    assert inside((start, end), 130).sum() == 50


def test_no_pieces_no_hull() -> None:
    nothing = np.empty(0, dtype=np.int64)
    assert not inside(hulls(nothing, nothing), 10).any()


def test_pieces_are_joined_where_the_whole_is_likely_enough() -> None:
    rows = candidates(3)
    object.__setattr__(rows, "start", np.array([0, 20, 0]))
    object.__setattr__(rows, "end", np.array([15, 40, 40]))
    assert joined([0, 1], rows, np.array([2.0, 3.0, 2.5])) == [2]
    assert joined([0, 1], rows, np.array([2.0, 3.0, 0.5])) == [0, 1]
