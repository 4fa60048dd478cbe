"""The tests mirror the code: for each module a test file of its name, or a reason why another one tests it."""

from __future__ import annotations

from pathlib import Path

import retrorun

SOURCE = Path(retrorun.__file__).parent
TESTS = Path(__file__).parent
MOST_LINES = 400

# What has no test file of its own name, and where it is tested instead.
ELSEWHERE: dict[str, str] = {
    "activity/markup": "activity/test_xml.py",
    "activity/rules": "activity/test_kinds.py",
    "activity/tracks": "activity/test_kinds.py",
    "analysis/packet": "cli/test_share.py",
    "analysis/season": "report/figures/test_season.py",
    "batch/work": "batch/test_scan.py",
    "detection/parameters": "detection/test_detector.py",
    "detection/result": "detection/test_detector.py",
    "detection/support": "detection/test_detector.py",
    "fit/definition": "fit/test_reader.py",
    "fit/table": "fit/test_reader.py",
    "match/model": "match/test_match.py",
    "report/tables": "analysis/test_adherence.py",
    "session/tokens": "session/test_notation.py",
    "session/values": "session/test_notation.py",
    "session/wording": "session/test_notation.py",
}


def modules() -> list[Path]:
    found = (path.relative_to(SOURCE) for path in sorted(SOURCE.rglob("*.py")))
    return [path for path in found if not path.name.startswith("__")]


def test_each_module_has_a_test_file_of_its_name_or_a_reason() -> None:
    bare = {
        path.with_suffix("").as_posix()
        for path in modules()
        if not (TESTS / path.parent / f"test_{path.name}").exists()
    }
    assert bare == set(ELSEWHERE), "a module has no test file of its name, or one that this table still calls without"
    assert not [place for place in ELSEWHERE.values() if not (TESTS / place).exists()]


def test_no_module_is_a_hall() -> None:
    lengths = {str(path): len((SOURCE / path).read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert not {path: lines for path, lines in lengths.items() if lines > MOST_LINES}
