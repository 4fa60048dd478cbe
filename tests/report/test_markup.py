from __future__ import annotations

import json
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from retrorun.report.markup import data_block, join, tag, trusted


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


@given(texts, texts)
def test_no_text_becomes_markup(child: str, value: str) -> None:
    read = Reader(tag("p", child, title=value))
    assert read.tags == [("p", {"title": value})]
    assert read.text == child


@given(st.recursive(st.none() | texts | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(texts, inner)))
def test_data_comes_out_as_it_went_in_and_ends_no_element(value: object) -> None:
    block = data_block("data", value)
    read = Reader(block)
    assert read.tags == [("script", {"type": "application/json", "id": "data"})]
    assert json.loads(read.text) == value
    assert block.count("<") == 2


def test_markup_nests_and_bare_attributes_stay_bare() -> None:
    assert tag("p", tag("b", "1 < 2"), " & more") == "<p><b>1 &lt; 2</b> &amp; more</p>"
    assert tag("details", "x", open=True, class_="a b", aria_label=None) == '<details open class="a b">x</details>'
    assert tag("meta", name="viewport") == '<meta name="viewport">'
    assert join("<", trusted("<br>")) == "&lt;<br>"
