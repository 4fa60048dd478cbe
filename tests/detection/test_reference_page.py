from __future__ import annotations

from docs.write_detector import PAGE, page


def test_the_page_is_what_the_table_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m docs.write_detector`"
