"""Pages from templates, and figures as they stand in a page."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from matplotlib.figure import Figure

from retrorun.report.figures.run import figure_run
from retrorun.report.figures.style import COLOURS, LIGHT
from retrorun.report.figures.track import figure_track
from retrorun.report.template import data_block, frame_of, inline_svg, render, scale_of, script
from tests.report.made import made_detection, made_run

SVG = "{http://www.w3.org/2000/svg}"


class Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


# What a browser reads as itself: no control characters, and line ends as they are in memory.
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")))


def season_page(title: str) -> str:
    return render("season.html", title=title, facts=[title], found=False, answer=title, sections=[])


@given(texts)
def test_no_text_becomes_markup(text: str) -> None:
    plain, read = Reader(season_page("x")), Reader(season_page(text))
    assert read.tags == plain.tags
    assert read.text.count(text) >= 3


@given(st.recursive(st.none() | texts | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(texts, inner)))
def test_data_comes_out_as_it_went_in_and_ends_no_element(value: object) -> None:
    block = data_block(value)
    assert json.loads(block) == value
    assert not set(block) & set("<>&\u2028\u2029")


def test_a_script_cannot_end_its_element() -> None:
    assert script("a = '</script>'") == "a = '<\\/script>'"


def test_a_value_that_a_template_needs_must_be_there() -> None:
    with pytest.raises(UndefinedError):
        render("season.html", title="x")


def parsed(figure: Figure, name: str = "a") -> ET.Element:
    return ET.fromstring(inline_svg(figure, name=name, title="A run", text="It is <long> & flat."))  # noqa: S314 - our own


def test_it_says_in_words_what_it_shows() -> None:
    root = parsed(figure_run(made_run(), made_detection()))
    assert root.get("role") == "img"
    labels = {
        element.get("id"): element.text for element in root.iter() if element.tag in (f"{SVG}title", f"{SVG}desc")
    }
    assert [labels[key] for key in root.get("aria-labelledby", "").split()] == ["A run", "It is <long> & flat."]


def test_every_colour_of_the_theme_is_left_to_the_page_and_stands_for_those_without_a_style() -> None:
    root = parsed(figure_run(made_run(), made_detection()))
    colours = {getattr(LIGHT, name): name for name in COLOURS}
    seen = set()
    for element in root.iter():
        assert "style" not in element.attrib  # a strict policy forbids it
        for key in ("fill", "stroke"):
            value = element.get(key, "none")
            if value != "none":
                assert f"{key[0]}-{colours[value]}" in element.get("class", "").split()
                seen.add(colours[value])
    assert seen >= {"text", "quiet", "grid", "forward", "backward", "cadence", "heart"}


def test_names_are_its_own_and_the_same_each_time() -> None:
    one, two = (inline_svg(figure_run(made_run(), made_detection()), name="a", title="", text="") for _ in range(2))
    assert one == two
    names = re.findall(r' id="([^"]+)"', one)
    assert len(names) == len(set(names))
    assert all(name == "a" or name.startswith("a-") for name in names)
    assert set(re.findall(r"#(a-\d+)", one)) <= set(names)


def test_many_markers_are_one_path_at_their_places() -> None:
    figure = Figure(figsize=(2, 2))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 10), ylim=(0, 10))
    axes.axis("off")
    axes.plot(range(1, 10), range(1, 10), marker="o", linestyle="none", color=LIGHT.forward, markeredgewidth=0)
    axes.plot(range(1, 10), [5] * 9, marker="^", linestyle="none", color=LIGHT.backward, markeredgewidth=0)
    root = parsed(figure)
    paths = {element.get("class"): element.get("d", "") for element in root.iter(f"{SVG}path") if element.get("class")}
    dots = [tuple(map(float, pair)) for pair in re.findall(r"M([\d.]+) ([\d.]+)h0", paths["s-forward"])]
    assert dots == [pytest.approx((14.4 * at, 144 - 14.4 * at), abs=0.06) for at in range(1, 10)]
    assert len(re.findall("z", paths["f-backward"])) == 9
    assert not list(root.iter(f"{SVG}use"))


def test_a_line_keeps_its_way_though_it_is_written_in_steps() -> None:
    figure = Figure(figsize=(4, 2))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    x = np.linspace(0, 10, 200)
    y = 5 + 4 * np.sin(x * 3)
    axes.set(xlim=(0, 10), ylim=(0, 10))
    axes.plot(x, y, color=LIGHT.cadence)
    (path,) = (
        element.get("d", "") for element in parsed(figure).iter(f"{SVG}path") if "s-cadence" in element.get("class", "")
    )
    at = np.zeros(2)
    places = []
    for command, across, down in re.findall(r"([Ml])(-?[\d.]+) (-?[\d.]+)", path):
        at = np.array([float(across), float(down)]) + (0 if command == "M" else at)
        places.append(at)
    found = np.array(places)
    assert np.interp(found[:, 0], x * 28.8, 144 - y * 14.4) == pytest.approx(found[:, 1], abs=0.5)
    assert found[-1] == pytest.approx([288.0, 144 - y[-1] * 14.4], abs=0.1)


def test_places_in_the_picture_are_told_to_the_script() -> None:
    figure = figure_run(made_run(), made_detection(), width_in=10.0)
    left, top, width, height = frame_of(figure.axes[0])
    assert [left, left + width] == pytest.approx([0.62 * 72, (10 - 0.12) * 72])
    assert 0 < top < top + height < figure.get_size_inches()[1] * 72
    track = figure_track(made_run(), made_detection(), width_in=5.0)
    root = parsed(track)
    x0, x1, y0, y1 = scale_of(track.axes[0])
    assert x1 > 0 > y1  # east is right, north is up
    assert x1 == pytest.approx(-y1)
    dot = next(element for element in root.iter(f"{SVG}use"))
    # The run begins 64 m east of the middle of its round.
    assert float(dot.get("x", "")) == pytest.approx(x0 + x1 * 64, abs=0.5)
    assert float(dot.get("y", "")) == pytest.approx(y0, abs=0.5)
