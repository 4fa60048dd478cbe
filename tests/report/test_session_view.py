"""What a session amounts to, as text and as pictures."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings

from retrorun.report.figures.session import figure_session
from retrorun.report.figures.style import DARK, picture_bytes
from retrorun.report.session_view import profile_of, session_text, terminal_strip
from retrorun.session.library import ReadyMade, ready_made
from retrorun.session.model import Direction, Session
from retrorun.session.notation import parse_session
from tests.strategies import sessions

RETRO = parse_session(
    '10min warmup; 4x(400m fwd @ 5:00/km; 400m bwd @ 6:40-7:20/km "look"; 90s rest) skip-last; 10min cooldown',
    name="Retro 400s",
)


def test_the_text_says_steps_sums_and_shape() -> None:
    assert session_text(RETRO).split("\n") == [
        "Retro 400s, road",
        "",
        "  10min      forward run, warmup                                10:00          –",
        "  4 times, the last round without its last step",
        "    400m       forward run, at 5:00/km                           2:00      400 m",
        "    400m       BACKWARD run, at 6:40-7:20/km                     2:48      400 m",
        "               look",
        "    90s        rest walk                                         1:30          –",
        "  10min      forward run, cooldown                              10:00          –",
        "",
        # 20 min + 4 · (120.01 s + 400 m / 2.3865 m/s) + 3 · 90 s
        "planned    43:40, at least 3.20 km",
        "backward   11:10, 1.60 km",
        "share      26 % of the time",
        "",
        "forward    ███████████████████    ▂▂████    ▂▂████   ▂▂▂███    ████████████████",
        "backward                     █████     █████     █████     █████",
    ]


def test_what_is_not_known_is_not_said() -> None:
    text = session_text(parse_session("lap; 100m bwd; until hr > 150 bpm", name="Open"))
    assert "planned    unknown, at least 100 m" in text
    assert "backward   unknown, 100 m" in text
    assert "share" not in text
    assert "(the length of steps without time or pace is a guess)" in text


@given(sessions())
@settings(max_examples=50)
def test_every_session_has_a_text(session: Session) -> None:
    lines = session_text(session).split("\n")
    assert len([line for line in lines if line.startswith("planned ")]) == 1
    assert len([line for line in lines if line.split(" ")[0] == "forward"]) == 1


def test_the_strip_is_as_wide_as_told_and_shows_each_direction_where_it_is() -> None:
    session = parse_session("1min; 1min bwd; 1min walk; 1min rest bwd; 1min rest; 1min walk bwd")
    forward, backward = terminal_strip(session, columns=12)
    assert forward == "██  ▄▄  ▂▂  "
    assert backward == "  ██  ▔▔  ▀▀"
    forward, backward = terminal_strip(parse_session("10min; 10s bwd; 10min"), columns=10)
    assert (forward, backward) == ("█" * 10, " " * 10)  # too short to show among twenty minutes


def test_the_profile_lays_every_round_out_in_time() -> None:
    profile = profile_of(RETRO)
    assert len(profile.blocks) == 1 + 4 * 3 - 1 + 1
    assert profile.blocks[0].start_s == 0
    assert all(one.end_s == two.start_s for one, two in zip(profile.blocks, profile.blocks[1:], strict=False))
    assert profile.end_s == pytest.approx(1200 + 4 * 120.01 + 4 * 400 / 2.3865 + 3 * 90, abs=0.1)
    assert profile.remarks == ()
    assert profile.unrolled


def test_a_session_of_too_many_rounds_is_drawn_with_each_repeat_once() -> None:
    profile = profile_of(parse_session("999x(999x(999x(1s bwd; lap)))"))
    assert len(profile.blocks) == 2
    tiny = profile_of(parse_session("999x(999x(repeat until 1s (1h bwd)))"))
    assert len(tiny.blocks) == 1
    assert profile.remarks == ("each repeat is drawn once", "the length of steps without time or pace is a guess")


@pytest.mark.parametrize("entry", ready_made(), ids=lambda entry: entry.key)
def test_every_ready_made_session_has_a_picture(entry: ReadyMade) -> None:
    session = entry.build()
    figure = figure_session(session, theme=DARK)
    bars = {str(bar.get_gid()): bar for bar in figure.axes[0].patches if str(bar.get_gid()).startswith("step-")}
    blocks = profile_of(session).blocks
    assert len(bars) == len(blocks)
    for index, block in enumerate(blocks):
        height = bars[f"step-{index}"].get_height()  # type: ignore[attr-defined]  # bars are rectangles
        assert bool(height < 0) is (block.step.direction is Direction.BACKWARD)


def test_the_blocks_carry_their_paces_and_rests_differ_from_runs() -> None:
    axes = figure_session(RETRO).axes[0]
    paces = [text.get_text() for text in axes.texts]
    assert paces.count("6:40-\n7:20/km") == 4
    assert paces.count("5:00/km") == 4
    bars = {str(bar.get_gid()): bar.get_facecolor() for bar in axes.patches if str(bar.get_gid()).startswith("step-")}
    assert bars["step-3"] not in (bars["step-1"], bars["step-2"])  # the first rest, a forward and a backward block
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["forward", "backward", "warm-up, cool-down", "rest"]


def test_pictures_are_files_and_the_same_each_time() -> None:
    png = picture_bytes(figure_session(RETRO))
    assert png.startswith(b"\x89PNG")
    svg = picture_bytes(figure_session(RETRO), "svg")
    assert svg == picture_bytes(figure_session(RETRO), "svg")
    text = "".join(ET.fromstring(svg).itertext())  # noqa: S314 - our own picture
    names = [node.get("id") for node in ET.fromstring(svg).iter() if (node.get("id") or "").startswith("step-")]  # noqa: S314 - as above
    assert len(names) == 13
    assert text


def test_names_with_dollar_signs_and_lines_are_drawn_as_they_are() -> None:
    session = parse_session('name: "$x^2$\\n{"; 10min')
    assert picture_bytes(figure_session(session)).startswith(b"\x89PNG")
