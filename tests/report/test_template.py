from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from retrorun.report.template import data_block, render, script


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
