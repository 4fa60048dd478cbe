"""What is written in a picture can be read: nothing is cut at its edge, and no two words stand on each other."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from docs.draw_pictures import made_up_season
from retrorun.report.figures.run import figure_run
from retrorun.report.figures.season import figure_season
from retrorun.report.figures.session import figure_planned, figure_session
from retrorun.report.figures.track import figure_gait_plane, figure_track
from tests.report.made import made_detection, made_match, made_run

PHONE_IN = 4.06  # 390 CSS pixels
SHORT = "10min warmup; 6x(200m bwd uphill @ 6:40-7:20/km; 90s walk rest); 10min cooldown"
LONG = "10min warmup; 4x(400m fwd @ 5:00/km; 400m bwd @ 6:40-7:20/km; 90s rest); 10min cooldown"
PICTURES: dict[str, Callable[[float], Figure]] = {
    "run": lambda width_in: figure_run(made_run(), made_detection(), width_in=width_in),
    "plan": lambda width_in: figure_planned(made_run(), made_detection(), made_match(), width_in=width_in),
    "plane": lambda width_in: figure_gait_plane(made_run(), made_detection(), width_in=width_in),
    "track": lambda width_in: figure_track(made_run(), made_detection(), width_in=width_in),
    "season": lambda width_in: figure_season(made_up_season(), width_in=width_in),
    "empty season": lambda width_in: figure_season((), width_in=width_in),
    "short repetitions": lambda width_in: figure_session(SHORT, width_in=width_in),
    "long repetitions": lambda width_in: figure_session(LONG, width_in=width_in),
}


def words(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every text that is painted, and the box that it fills [pixels]; axes also hold texts that they do not paint."""
    painted: list[Text] = []
    paint = Text.draw

    def draw(text: Text, renderer: Any) -> None:  # noqa: ANN401 - matplotlib's own
        painted.append(text)
        paint(text, renderer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", draw)
        figure.draw_without_rendering()
    return [(text.get_text(), text.get_window_extent()) for text in painted if text.get_text().strip()]


@pytest.mark.parametrize("width_in", [10.0, PHONE_IN], ids=["wide", "phone"])
@pytest.mark.parametrize("name", PICTURES)
def test_no_word_is_cut_and_none_stands_on_another(name: str, width_in: float) -> None:
    figure = PICTURES[name](width_in)
    shown = words(figure)
    assert shown
    for text, box in shown:
        assert box.x0 >= -1 and box.y0 >= -1, text  # noqa: PT018 - one edge each
        assert box.x1 <= figure.bbox.x1 + 1 and box.y1 <= figure.bbox.y1 + 1, text  # noqa: PT018
    for (one, here), (other, there) in combinations(shown, 2):
        both = Bbox.intersection(here, there)
        if one != other and both is not None:
            assert min(both.width, both.height) < 2, f"{one!r} stands on {other!r}"


@pytest.mark.parametrize(("text", "count"), [(SHORT, 6), (LONG, 4)])
def test_each_backward_block_of_a_session_carries_its_pace_within_it_or_below(text: str, count: int) -> None:
    figure = figure_session(text)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    paces = [each for each in axes.texts if "6:40" in each.get_text()]
    bars = [patch for patch in axes.patches if isinstance(patch, Rectangle) and patch.get_height() < 0]
    assert len(paces) == len(bars) == count
    for pace, bar in zip(paces, bars, strict=True):
        word, block = pace.get_window_extent(), bar.get_window_extent()
        assert word.width <= block.width + 1
        assert word.y0 >= block.y0 - 1 or word.y1 <= block.y0 + 1, pace.get_text()


def test_a_season_without_backward_running_is_one_sentence_and_not_three_empty_axes() -> None:
    [axes] = figure_season(()).axes
    assert [text.get_text() for text in axes.texts] == ["no runs with a date"]
    assert not np.any([tick.get_text() for tick in axes.get_yticklabels()])
