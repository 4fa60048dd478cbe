from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.batch.row import Row
from retrorun.batch.table import ACTIVITY_FIELDS, SEGMENT_FIELDS, SUFFIXES, ScanTable, write_rows
from retrorun.errors import OutputError
from tests.batch.rows import row

TABLE = ScanTable(
    rows=(
        row(title="Intervals, rückwärts"),
        row("b.fit", status="duplicate", reason="the same activity as a.fit"),
        row("c.fit", verdict="none", segments=(), backward_s=0.0, backward_m=0.0, efforts=()),
        Row(path="d.fit", status="failed", reason="the file is empty"),
        Row(path="e.fit", status="skipped", reason="not a run but cycling"),
        Row(path="f.fit", status="skipped", reason="not a run but cycling"),
    )
)


def test_the_text_says_how_many_and_why() -> None:
    assert TABLE.to_text().split("\n") == [
        "6 recordings: 2 read, 2 skipped, 1 duplicate, 1 failed",
        "  skipped: 2 × not a run but cycling",
        "  failed: 1 × the file is empty",
        "backward running found in 1, none in 1, cannot tell in 0",
        "backward in all: 2:00, 240 m",
    ]


def test_many_reasons_are_cut_short() -> None:
    table = ScanTable(rows=tuple(Row(path=str(n), status="failed", reason=f"reason {n}") for n in range(9)))
    assert table.to_text().split("\n")[-2] == "  failed: 4 × other"


def test_titles_that_a_spreadsheet_would_run_are_plain_text_in_csv(tmp_path: Path) -> None:
    evil = ("=HYPERLINK(1)", "+1", "-1+1", "@SUM(A1)", "\t=1")
    table = ScanTable(rows=tuple(row(f"{number}.fit", title=title) for number, title in enumerate(evil)))
    table.write(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        titles = [each["title"] for each in csv.DictReader(file)]
    assert titles == [f"'{title}" for title in evil]


def test_parquet_holds_the_rows_and_their_segments(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet", reason="the parquet extra is not installed")
    path = tmp_path / "out.parquet"
    assert TABLE.write(path) == (path, tmp_path / "out.segments.parquet")
    rows = pq.read_table(path).to_pylist()
    assert [entry["status"] for entry in rows] == [entry.status for entry in TABLE]
    assert rows[0]["title"] == "Intervals, rückwärts"
    assert rows[0]["start_time"] == TABLE.rows[0].start_time
    assert rows[0]["segments"] == 1
    effort = {"distance_m": 100.0, "time_s": 48.0, "start_s": 610.0, "probability": None}
    assert json.loads(rows[0]["efforts"]) == [effort]
    segments = pq.read_table(tmp_path / "out.segments.parquet").to_pylist()
    assert [(entry["path"], entry["segment"], entry["start_s"]) for entry in segments] == [("a.fit", 0, 600.0)]


def test_an_empty_table_has_the_same_columns(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet", reason="the parquet extra is not installed")
    for name, table in (("full", TABLE), ("empty", ScanTable(rows=()))):
        table.write(tmp_path / f"{name}.parquet")
    for part in ("", ".segments"):
        schemas = [pq.read_table(tmp_path / f"{name}{part}.parquet").schema for name in ("full", "empty")]
        assert schemas[0] == schemas[1]


def test_csv_says_the_same(tmp_path: Path) -> None:
    TABLE.write(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(ACTIVITY_FIELDS)
    assert (rows[0]["title"], rows[0]["start_time"]) == ("Intervals, rückwärts", "2026-03-02T07:00:00+00:00")
    assert rows[3]["reason"] == "the file is empty"
    with (tmp_path / "out.segments.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file)).keys() == SEGMENT_FIELDS.keys()


def test_json_says_all_of_it(tmp_path: Path) -> None:
    TABLE.write(tmp_path / "out.json")
    data = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert tuple(Row.from_dict(entry) for entry in data["recordings"]) == TABLE.rows


def test_json_lines_are_a_recording_each(tmp_path: Path) -> None:
    assert TABLE.write(tmp_path / "out.jsonl") == (tmp_path / "out.jsonl",)
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert tuple(Row.from_dict(json.loads(line)) for line in lines) == TABLE.rows


@pytest.mark.parametrize("ending", SUFFIXES)
def test_a_scan_that_breaks_off_leaves_the_old_table(tmp_path: Path, ending: str) -> None:
    if ending == ".parquet":
        pytest.importorskip("pyarrow.parquet", reason="the parquet extra is not installed")
    TABLE.write(tmp_path / f"out{ending}")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def breaking() -> Iterator[Row]:
        yield row("new.fit")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_rows(tmp_path / f"out{ending}", breaking(), lambda: True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_parquet_goes_out_group_by_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pq = pytest.importorskip("pyarrow.parquet", reason="the parquet extra is not installed")
    monkeypatch.setattr("retrorun.batch.table.GROUP_ROWS", 4)
    TABLE.write(tmp_path / "out.parquet")
    file = pq.ParquetFile(tmp_path / "out.parquet")
    assert [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)] == [4, 2]
    assert file.read().column("path").to_pylist() == [entry.path for entry in TABLE]


@pytest.mark.parametrize("name", ["out.xlsx", "out"])
def test_another_kind_of_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        TABLE.write(tmp_path / name)


@given(st.text(), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_a_row_survives_its_own_text(reason: str, seconds: float, damaged: bool) -> None:
    one = row(reason=reason, elapsed_s=seconds, damaged=damaged)
    assert Row.from_dict(json.loads(json.dumps(one.to_dict()))) == one
