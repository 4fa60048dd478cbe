from __future__ import annotations

from html.parser import HTMLParser

from retrorun.analysis.analyse import analyse
from retrorun.demo import demo_recording
from tests.report.made import made_run


class Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as the base class calls it
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += f" {data}"


def test_a_notebook_shows_the_answer_a_table_and_a_picture() -> None:
    run = analyse(demo_recording())
    shown = run._repr_html_()
    read = Reader(shown)
    words = " ".join(read.words.split())
    assert "Backward running was found: 4 stretches" in words
    assert "start end time distance pace cadence forward chance" in words
    assert read.tags.count("table") == 2
    assert read.tags.count("svg") == 1
    assert not {"script", "style", "link", "img", "iframe"} & set(read.tags)
    assert len(shown) < 150_000
    assert shown == analyse(demo_recording())._repr_html_()


def test_two_analyses_in_one_notebook_share_no_names() -> None:
    one, other = (analyse(source)._repr_html_() for source in (demo_recording(), made_run()))
    names = [{part.split(chr(34))[0] for part in text.split(' id="')[1:]} for text in (one, other)]
    assert names[0]
    assert not names[0] & names[1]
