from __future__ import annotations

import ast
from pathlib import Path

from docs.write_detector import PAGE, page
from retrorun.detection import parameters


def test_the_page_is_what_the_table_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m docs.write_detector`"


def test_every_number_has_a_row_with_its_source() -> None:
    rows = page()
    for line in ast.parse(Path(parameters.__file__).read_text(encoding="utf-8")).body:
        if isinstance(line, ast.Assign) and not isinstance(line.value, ast.Call):  # tables have theirs above them
            assert f"| `{ast.unparse(line.targets[0]).strip('()')}` |" in rows
