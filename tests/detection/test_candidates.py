from __future__ import annotations

from dataclasses import replace

import numpy as np

from retrorun.detection.cadence_model import LinePrior, fit_line
from retrorun.detection.candidates import find_candidates, without_overlap
from retrorun.detection.resample import build_grid
from tests.detection.made import REPETITIONS, run


def test_slow_pieces_are_found_by_speed_whatever_their_cadence() -> None:
    for uplift in (0.0, 0.1, 0.3):
        grid = build_grid(run(REPETITIONS, uplift=uplift), 0.0, 3600.0)
        line = fit_line(grid, LinePrior())
        assert line is not None
        pieces = find_candidates(grid, line)
        for start_s, end_s in REPETITIONS:
            inside = np.minimum(grid.edge_s[pieces.end], end_s) - np.maximum(grid.edge_s[pieces.start], start_s)
            weight = np.maximum(inside, 0.0)
            assert weight.sum() > 0.8 * (end_s - start_s)
            assert abs(weight @ pieces.uplift / weight.sum() - uplift) < 0.03


def test_backward_running_does_not_bend_the_line() -> None:
    plain, mixed = (
        fit_line(build_grid(run(spans, uplift=0.2), 0.0, 3600.0), LinePrior()) for spans in ((), REPETITIONS)
    )
    assert plain is not None
    assert mixed is not None
    for speed in (1.8, 2.9):
        at = np.array(speed)
        assert abs(float(plain.cadence_spm(at)) - float(mixed.cadence_spm(at))) < 1.5


def test_a_cut_is_a_border_in_any_case() -> None:
    grid = build_grid(run(REPETITIONS), 0.0, 3600.0)
    line = fit_line(grid, LinePrior())
    assert line is not None
    pieces = find_candidates(grid, line, cuts=[630.0])
    assert 630.0 in {round(float(grid.edge_s[k])) for k in (*pieces.start, *pieces.end)}


def test_a_long_stretch_whose_speed_wanders_is_one_piece_too_and_none_overlap_in_the_end() -> None:
    span = (1200.0, 1380.0)
    activity = run((span,), uplift=0.10)
    inside = (activity.time_s >= span[0]) & (activity.time_s < span[1])
    swing = np.where((activity.time_s // 25.0) % 2 == 0, 0.93, 1.07)
    wandering = replace(activity, speed_mps=np.where(inside, activity.speed_mps * swing, activity.speed_mps))
    grid = build_grid(wandering, 0.0, 3600.0)
    line = fit_line(grid, LinePrior())
    assert line is not None
    pieces = find_candidates(grid, line)
    inside = (grid.edge_s[pieces.start] < span[1] - 10.0) & (grid.edge_s[pieces.end] > span[0] + 10.0)
    longest = int(np.argmax(np.where(inside, pieces.bins, 0.0)))
    assert abs(grid.edge_s[pieces.start[longest]] - span[0]) < 10.0
    assert abs(grid.edge_s[pieces.end[longest]] - span[1]) < 10.0
    for weight in (pieces.bins, -pieces.bins, np.ones(len(pieces))):
        kept = pieces.take(without_overlap(pieces, weight))
        assert (kept.start[1:] >= kept.end[:-1]).all()
    assert longest in without_overlap(pieces, pieces.bins)
    assert longest not in without_overlap(pieces, -pieces.bins)
