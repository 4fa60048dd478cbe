"""The pictures of the docs come from their scripts, and from nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs import draw_detection, draw_pictures, write_notebook
from tests.report.pictures import leave_unpainted

ROOT = Path(__file__).parents[2]


def test_the_script_draws_every_picture_that_the_pages_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw_pictures, "OUT", tmp_path)
    monkeypatch.setattr(draw_pictures, "screenshot", lambda _, path: path.write_bytes(b"PNG"))
    leave_unpainted(monkeypatch)
    draw_pictures.main()
    # Those of the detector and of the notebook are drawn by scripts of their own.
    drawn = {path.name for path in tmp_path.iterdir()} | {*draw_detection.PICTURES, *write_notebook.PICTURES}
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    shown = {name for page in pages for name in re.findall(r"assets/([\w-]+\.png)", page.read_text(encoding="utf-8"))}
    assert shown == drawn
    assert {path.name for path in (ROOT / "docs" / "assets").glob("*.png")} == drawn
