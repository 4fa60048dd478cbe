"""The result of a scan: one row per recording, one table of segments, as values, files and a short text."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrorun.batch.row import Row
from retrorun.errors import OutputError, install_hint
from retrorun.files import plain_cell, write_atomic
from retrorun.units import format_clock, format_distance

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 1  # the number in the JSON file that says which fields to expect
SUFFIXES = (".parquet", ".csv", ".json")


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
        return f"<ScanTable {self._counts()}>"

    def counted(self) -> tuple[Row, ...]:
        """The rows that count: read, and no duplicate of another."""
        return tuple(row for row in self.rows if row.status == "read")

    def activities(self) -> list[dict[str, Any]]:
        """One flat dictionary per recording: numbers and texts, with the efforts as JSON text."""
        return [_flat(row) for row in self.rows]

    def segments(self) -> list[dict[str, Any]]:
        """One flat dictionary per backward segment of the rows that count, with its recording's path."""
        return [
            {"path": row.path, "segment": index, **asdict(segment), "told": segment.told}
            for row in self.counted()
            for index, segment in enumerate(row.segments)
        ]

    def to_text(self, *, per_m: float = 1000.0) -> str:
        """What a person wants to know at the end: how many of each, why not all, how much backward running.

        Long distances are for `per_m` metres.
        """
        lines = [self._counts()]
        for status in ("skipped", "failed"):
            reasons = Counter(row.reason for row in self.rows if row.status == status)
            lines += [f"  {status}: {number} × {reason}" for reason, number in reasons.most_common(5)]
            if len(reasons) > 5:
                lines.append(f"  {status}: {sum(reasons.values()) - sum(n for _, n in reasons.most_common(5))} × other")
        rows = self.counted()
        verdicts = Counter(row.verdict for row in rows)
        guesses = sum(row.told != row.verdict for row in rows)
        probably = f" (in {guesses} of them probably)" if guesses else ""
        lines.append(
            f"backward running found in {verdicts['found']}{probably}, none in {verdicts['none']}, "
            f"cannot tell in {verdicts['cannot tell']}"
        )
        backward_s, backward_m = sum(row.backward_s for row in rows), sum(row.backward_m for row in rows)
        if backward_s:
            lines.append(f"backward in all: {format_clock(backward_s)}, {format_distance(backward_m, per_m=per_m)}")
        if not self.complete:
            lines.append("stopped before the end: run the same again to go on")
        return "\n".join(lines)

    def _counts(self) -> str:
        count = Counter(row.status for row in self.rows)
        parts = [f"{count[status]} {status}" for status in ("read", "skipped", "duplicate", "failed")]
        return f"{len(self)} recordings: {', '.join(parts)}"

    def write(self, path: Path) -> tuple[Path, ...]:
        """Write the table as `.parquet`, `.csv` or `.json`; answers the files that were written.

        A Parquet or CSV file holds one row per recording, and one beside it, `….segments.…`, one per segment; a JSON
        file holds both.

        Raises:
            OutputError: another suffix, a missing package, or a disk that refuses.
        """
        suffix = path.suffix.lower()
        beside = path.with_suffix(f".segments{suffix}")
        if suffix == ".json":
            write_atomic(path, self._json())
            return (path,)
        if suffix == ".csv":
            # The segments first: a table without its segments misleads, segments without a table do not.
            write_atomic(beside, _csv(self.segments(), SEGMENT_FIELDS))
            write_atomic(path, _csv(self.activities(), ACTIVITY_FIELDS))
            return path, beside
        if suffix == ".parquet":
            activities, segments = self.to_arrow()
            write_atomic(beside, _parquet(segments))
            write_atomic(path, _parquet(activities))
            return path, beside
        raise OutputError(f"cannot write {suffix or 'a file without suffix'}", where=str(path), hint=f"use {SUFFIXES}")

    def to_arrow(self) -> tuple[pa.Table, pa.Table]:
        """The table and its segments as pyarrow tables, with the same columns whatever they hold.

        Raises:
            OutputError: pyarrow is not installed.
        """
        try:
            import pyarrow as pa
        except ImportError:
            raise OutputError("Parquet needs pyarrow", hint=f"{install_hint('pyarrow')}, or write .csv") from None
        kinds = {
            "text": pa.string(),
            "whole": pa.int64(),
            "number": pa.float64(),
            "flag": pa.bool_(),
            "moment": pa.timestamp("ms", tz="UTC"),
        }
        return tuple(
            pa.Table.from_pylist(rows, schema=pa.schema([(name, kinds[kind]) for name, kind in wanted.items()]))
            for rows, wanted in ((self.activities(), ACTIVITY_FIELDS), (self.segments(), SEGMENT_FIELDS))
        )

    def _json(self) -> bytes:
        data = {"format": FORMAT, "complete": self.complete, "recordings": [row.to_dict() for row in self.rows]}
        return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


ACTIVITY_FIELDS = {
    "path": "text",
    "status": "text",
    "reason": "text",
    "title": "text",
    "start_time": "moment",
    "utc_offset_s": "number",
    "source": "text",
    "sport": "text",
    "sub_sport": "text",
    "device": "text",
    "samples": "whole",
    "damaged": "flag",
    "elapsed_s": "number",
    "moving_s": "number",
    "distance_m": "number",
    "mean_speed_mps": "number",
    "mean_cadence_spm": "number",
    "verdict": "text",
    "told": "text",
    "backward_s": "number",
    "backward_m": "number",
    "backward_speed_mps": "number",
    "backward_cadence_spm": "number",
    "backward_heart_rate_bpm": "number",
    "segments": "whole",
    "planned_steps": "whole",
    "completed_steps": "whole",
    "efforts": "text",
    "timed_efforts": "text",
}
SEGMENT_FIELDS = {
    "path": "text",
    "segment": "whole",
    "start_s": "number",
    "end_s": "number",
    "probability": "number",
    "distance_m": "number",
    "mean_speed_mps": "number",
    "mean_cadence_spm": "number",
    "told": "text",
}


def _flat(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(row, name) for name in ACTIVITY_FIELDS}
    values["segments"] = len(row.segments)
    for name in ("efforts", "timed_efforts"):
        values[name] = json.dumps([asdict(effort) for effort in getattr(row, name)])
    return values


def _csv(rows: list[dict[str, Any]], wanted: dict[str, str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(wanted), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        moment = row.get("start_time")
        cells = row if moment is None else {**row, "start_time": moment.isoformat()}
        writer.writerow({key: plain_cell(cell) if isinstance(cell, str) else cell for key, cell in cells.items()})
    return text.getvalue().encode("utf-8", "backslashreplace")


def _parquet(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()
