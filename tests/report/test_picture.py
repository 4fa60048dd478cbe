from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from retrorun.errors import OutputError
from retrorun.report.picture import picture_bytes, picture_kind

BEGINS = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml", "pdf": b"%PDF-"}


def figure() -> Figure:
    made = Figure(figsize=(2, 1))
    made.subplots().plot([0, 1], [1, 0])
    return made


@pytest.mark.parametrize("kind", sorted(BEGINS))
def test_each_format_begins_as_it_should_and_is_the_same_every_time(kind: str) -> None:
    first, second = picture_bytes(figure(), kind), picture_bytes(figure(), kind)
    assert first.startswith(BEGINS[kind])
    assert first == second


@pytest.mark.parametrize(("name", "kind"), [("a.png", "png"), ("a.b.SVG", "svg"), ("x/run.pdf", "pdf")])
def test_the_name_says_the_format(name: str, kind: str) -> None:
    assert picture_kind(Path(name)) == kind


@pytest.mark.parametrize("name", ["run", "run.jpg", "run.png.txt", ".png"])
def test_a_name_that_says_no_format_is_refused(name: str) -> None:
    with pytest.raises(OutputError, match=r"ends in \.png, \.svg or \.pdf"):
        picture_kind(Path(name))
