from __future__ import annotations

from docs.write_detector import PAGE, page
from retrorun.gait import priors


def test_the_reference_page_holds_the_numbers_of_the_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m docs.write_detector"


def test_every_parameter_is_on_the_page_with_its_source() -> None:
    names = [name for name in vars(priors) if name.isupper() and not name.startswith("_")]
    missing = [name for name in names if name not in page()]
    assert not missing
