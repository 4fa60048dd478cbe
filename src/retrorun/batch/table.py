"""The result of a scan: one row per recording, one table of segments, as values, files and a short text."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from retrorun.activity.rules import counted
from retrorun.batch.row import Row, plain
from retrorun.errors import OutputError, install_hint
from retrorun.files import plain_cell, writing
from retrorun.units import format_clock, format_distance

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 1  # the number in the JSON file that says which fields to expect
SUFFIXES = (".parquet", ".csv", ".json", ".jsonl")
GROUP_ROWS = 10_000  # of a Parquet file, and as many wait in memory
STATUSES = ("read", "skipped", "duplicate", "failed")
# The columns of a table and what each holds, in their order.
ACTIVITY_FIELDS = {
    **dict.fromkeys(("path", "status", "reason", "title"), "text"),
    "start_time": "moment",
    "utc_offset_s": "number",
    **dict.fromkeys(("source", "sport", "sub_sport", "device"), "text"),
    "samples": "whole",
    "damaged": "flag",
    **dict.fromkeys(("elapsed_s", "moving_s", "distance_m", "mean_speed_mps", "mean_cadence_spm"), "number"),
    **dict.fromkeys(("verdict", "told"), "text"),
    **dict.fromkeys(("backward_s", "backward_m", "backward_speed_mps", "backward_cadence_spm"), "number"),
    "backward_heart_rate_bpm": "number",
    **dict.fromkeys(("segments", "planned_steps", "completed_steps"), "whole"),
    **dict.fromkeys(("efforts", "timed_efforts"), "text"),
}
SEGMENT_FIELDS = {
    "path": "text",
    "segment": "whole",
    **dict.fromkeys(("start_s", "end_s", "probability", "distance_m", "mean_speed_mps", "mean_cadence_spm"), "number"),
    "told": "text",
}


class Totals:
    """How many recordings of each kind, why not all, how much backward running; grows row by row."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._statuses: Counter[str] = Counter()
        self._verdicts: Counter[str] = Counter()
        self._guesses = 0
        self._reasons: dict[str, Counter[str]] = {"skipped": Counter(), "failed": Counter()}
        self._backward_s = self._backward_m = 0.0
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        """Count one row more."""
        self._statuses[row.status] += 1
        if row.status in self._reasons:
            self._reasons[row.status][row.reason] += 1
        elif row.status == "read":
            self._verdicts[row.verdict] += 1
            self._guesses += row.told != row.verdict
            self._backward_s += row.backward_s
            self._backward_m += row.backward_m

    def __repr__(self) -> str:
        parts = [f"{self._statuses[status]} {status}" for status in STATUSES]
        return f"{counted(self._statuses.total(), 'recording')}: {', '.join(parts)}"

    def to_text(self, *, per_m: float = 1000.0, complete: bool = True) -> str:
        """What a person wants to know at the end. Long distances are for `per_m` metres."""
        lines = [repr(self)]
        for status, reasons in self._reasons.items():
            most = reasons.most_common(5)
            other = reasons.total() - sum(number for _, number in most)
            lines += [f"  {status}: {number} × {reason}" for reason, number in [*most, ("other", other)] if number]
        found, none, unknown = (self._verdicts[verdict] for verdict in ("found", "none", "cannot tell"))
        probably = f" (in {self._guesses} of them probably)" if self._guesses else ""
        lines.append(f"backward running found in {found}{probably}, none in {none}, cannot tell in {unknown}")
        if self._backward_s:
            way = format_distance(self._backward_m, per_m=per_m)
            lines.append(f"backward in all: {format_clock(self._backward_s)}, {way}")
        if not complete:
            lines.append("stopped before the end: run the same again to go on")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ScanTable:
    """The rows of a scan, in the order in which the recordings were found.

    `complete` is false for a scan that was stopped before its end.
    """

    rows: tuple[Row, ...]
    complete: bool = True

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __repr__(self) -> str:
        return f"<ScanTable {Totals(self.rows)}>"

    def counted(self) -> tuple[Row, ...]:
        """The rows that count: read, and no duplicate of another."""
        return tuple(row for row in self.rows if row.status == "read")

    def activities(self) -> list[dict[str, Any]]:
        """One flat dictionary per recording: numbers and texts, with the efforts as JSON text."""
        return [_flat(row) for row in self.rows]

    def segments(self) -> list[dict[str, Any]]:
        """One flat dictionary per backward segment of the rows that count, with its recording's path."""
        return [segment for row in self.rows for segment in _segments(row)]

    def to_text(self, *, per_m: float = 1000.0) -> str:
        """How many of each, why not all, how much backward running, for a person; distances for `per_m` metres."""
        return Totals(self.rows).to_text(per_m=per_m, complete=self.complete)

    def write(self, path: Path) -> tuple[Path, ...]:
        """Write the table as `.parquet`, `.csv`, `.json` or `.jsonl`; answers the files that were written.

        A Parquet or CSV file holds one row per recording, and one beside it, `….segments.…`, one per segment; JSON
        holds both, in one document or in one of its lines for each recording.

        Raises:
            OutputError: another suffix, a missing package, or a disk that refuses.
        """
        return write_rows(path, self.rows, lambda: self.complete)

    def to_arrow(self) -> tuple[pa.Table, pa.Table]:
        """The table and its segments as pyarrow tables, with the same columns whatever they hold.

        Raises:
            OutputError: pyarrow is not installed.
        """
        return _arrow(self.activities(), ACTIVITY_FIELDS), _arrow(self.segments(), SEGMENT_FIELDS)


def write_rows(
    path: Path, rows: Iterable[Row], complete: Callable[[], bool], *, inputs: Iterable[Path] = ()
) -> tuple[Path, ...]:
    """Write rows as they come, each asked for once, as `ScanTable.write` does, with its errors.

    The files take their names when all rows are written; `complete` is asked after the last whether they were all.
    `inputs` must not be written over.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        hint = f"name it {', '.join(SUFFIXES)}"
        raise OutputError(f"cannot write {suffix or 'a file without suffix'}", where=str(path), hint=hint)
    inputs = tuple(inputs)
    if suffix in (".json", ".jsonl"):
        with writing(path, inputs=inputs) as file:
            file.writelines(_json_lines(rows) if suffix == ".jsonl" else _json(rows, complete))
        return (path,)
    columns = _csv if suffix == ".csv" else _parquet
    beside = path.with_suffix(f".segments{suffix}")
    # The segments take their name first: a table without its segments misleads, segments without a table do not.
    with (
        writing(path, inputs=inputs) as whole,
        writing(beside, inputs=inputs) as parts,
        columns(whole, ACTIVITY_FIELDS) as add_activity,
        columns(parts, SEGMENT_FIELDS) as add_segment,
    ):
        for row in rows:
            add_activity(_flat(row))
            for segment in _segments(row):
                add_segment(segment)
    return path, beside


def _json_lines(rows: Iterable[Row]) -> Iterator[bytes]:
    for row in rows:
        yield json.dumps(row.to_dict(), ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _json(rows: Iterable[Row], complete: Callable[[], bool]) -> Iterator[bytes]:
    yield f'{{"format": {FORMAT}, "recordings": ['.encode()
    before = b"\n"
    for line in _json_lines(rows):
        yield before + line.removesuffix(b"\n")
        before = b",\n"
    yield f'\n], "complete": {json.dumps(complete())}}}\n'.encode()


Add = Callable[[Mapping[str, Any]], None]


@contextmanager
def _csv(file: BinaryIO, wanted: Mapping[str, str]) -> Iterator[Add]:
    text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="")
    writer = csv.DictWriter(text, fieldnames=list(wanted), lineterminator="\n")
    writer.writeheader()

    def add(row: Mapping[str, Any]) -> None:
        moment = row.get("start_time")
        cells = row if moment is None else {**row, "start_time": moment.isoformat()}
        writer.writerow({key: plain_cell(cell) if isinstance(cell, str) else cell for key, cell in cells.items()})

    try:
        yield add
    finally:
        text.detach()


@contextmanager
def _parquet(file: BinaryIO, wanted: Mapping[str, str]) -> Iterator[Add]:
    schema, waiting = _arrow([], wanted).schema, list[Mapping[str, Any]]()
    from pyarrow.parquet import ParquetWriter

    def write() -> None:
        writer.write_table(_arrow(waiting, wanted))
        waiting.clear()

    def add(row: Mapping[str, Any]) -> None:
        waiting.append(row)
        if len(waiting) == GROUP_ROWS:
            write()

    with ParquetWriter(file, schema) as writer:
        yield add
        write()


def _flat(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(row, name) for name in ACTIVITY_FIELDS}
    values["segments"] = len(row.segments)
    for name in ("efforts", "timed_efforts"):
        values[name] = json.dumps([plain(effort) for effort in getattr(row, name)])
    return values


def _segments(row: Row) -> Iterator[dict[str, Any]]:
    if row.status == "read":
        for index, segment in enumerate(row.segments):
            yield {"path": row.path, "segment": index, **plain(segment), "told": segment.told}


def _arrow(rows: list[Mapping[str, Any]] | list[dict[str, Any]], wanted: Mapping[str, str]) -> pa.Table:
    try:
        import pyarrow as pa
    except ImportError:
        raise OutputError("Parquet needs pyarrow", hint=f"{install_hint('pyarrow')}, or write .csv") from None
    kinds = {"text": pa.string(), "whole": pa.int64(), "number": pa.float64(), "flag": pa.bool_()}
    kinds["moment"] = pa.timestamp("ms", tz="UTC")
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, kinds[kind]) for name, kind in wanted.items()]))
