from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from retrorun.analysis.analyse import analyse
from retrorun.batch.scan import scan
from retrorun.demo import demo_recording
from retrorun.detection.result import Detection
from retrorun.session.notation import parse_session
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


def test_what_a_notebook_prints_is_a_line_or_two(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(demo_recording())
    run = analyse(path)
    assert run.match is not None
    long = parse_session("10min warmup; " + "; ".join(f"{metres}m bwd" for metres in range(100, 1100, 10)))
    shown: list[object] = [run, run.activity, run.detection, run.match, run.summary, run.adherence, long, scan(path)]
    for one in shown:
        assert repr(one).count("\n") < 6
        assert len(repr(one)) <= 400, type(one)
    assert "14 completed" in repr(run.match)
    assert "45:17, 7.04 km, 11:04 of it backward in 4" in repr(run.summary)
    assert "59 % in range" in repr(run.adherence)


def test_answers_are_gone_through_piece_by_piece() -> None:
    run = analyse(demo_recording())
    assert run.match is not None
    assert (list(run.detection), len(run.detection)) == (list(run.detection.segments), 4)
    assert (list(run.match), len(run.match)) == (list(run.match.steps), 14)
    assert Detection(verdict="none"), "an answer is one, also where nothing was found"


def test_a_notebook_shows_a_session_as_a_table_of_its_steps() -> None:
    session = parse_session(
        "name: Retro <400s>\nsetting: track\nnote: Bring a partner\n"
        '10min warmup; 4x(400m bwd @ 6:40-7:20/km "look"; 90s rest) skip-last "in pairs"; lap'
    )
    read = Reader(session._repr_html_())
    words = " ".join(read.words.split())
    assert "Retro <400s> · track Bring a partner" in words
    assert "2 4 times, the last round without its last step in pairs" in words
    assert "2.1 400m BACKWARD run, at 6:40-7:20/km 2:48 400 m look" in words
    assert "3 until the lap button forward run – –" in words
    assert "backward 11:10, 1.60 km" in words
    assert read.tags.count("tr") == 2 + 5 + 2
    assert not {"script", "style", "link", "img"} & set(read.tags)


def test_two_analyses_in_one_notebook_share_no_names() -> None:
    one, other = (analyse(source)._repr_html_() for source in (demo_recording(), made_run()))
    names = [{part.split(chr(34))[0] for part in text.split(' id="')[1:]} for text in (one, other)]
    assert names[0]
    assert not names[0] & names[1]
