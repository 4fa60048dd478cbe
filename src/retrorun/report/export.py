"""An analysed recording as a file for other programs: JSON, CSV, Parquet, GeoJSON, GPX, annotated FIT."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from retrorun.activity.archive import unpack
from retrorun.activity.model import Activity
from retrorun.analysis.analyse import Told, answered
from retrorun.detection.result import Detection
from retrorun.errors import OutputError, RecordingError, install_hint
from retrorun.files import check_ending, plain_cell, read_bytes, write_atomic
from retrorun.fit.chain import is_fit
from retrorun.report.annotate import annotate_fit
from retrorun.report.columns import sample_columns, segment_columns
from retrorun.report.document import analysis_json
from retrorun.report.geo import to_geojson, to_gpx

Rows = Literal["samples", "segments"]
FORMATS = ("json", "csv", "parquet", "geojson", "gpx", "fit")


def save_export(
    path: str | os.PathLike[str],
    activity: Told,
    detection: Detection | None = None,
    *,
    recording: bytes | None = None,
    rows: Rows = "samples",
    per_m: float = 1000.0,
    inputs: Iterable[Path] = (),
) -> None:
    """Write an analysed recording; the ending of the name says in which format, one of `FORMATS`.

    Args:
        path: where to write; an old file is replaced in one step.
        activity: the recording, its path or bytes, or what `retrorun.analyse` answered of it.
        detection: what was found in it, where that is known or to be written instead.
        recording: the bytes of the FIT file that the activity was read from, for `.fit`; a path or bytes are their own.
        rows: what a row of CSV or Parquet is.
        per_m: the distance that paces in the table of segments are for.
        inputs: files that must not be written over, such as the recording itself.

    Raises:
        OutputError: the ending is unknown, pyarrow is missing, `path` is one of `inputs`, or cannot be written.
        RecordingError: the format cannot hold this recording.
    """
    target = Path(path)
    form = check_ending(target, tuple(f".{form}" for form in FORMATS), "an analysed recording").removeprefix(".")
    if isinstance(activity, str | os.PathLike):
        recording, inputs = read_bytes(Path(activity)), (*inputs, Path(activity))
    elif isinstance(activity, bytes):
        recording = activity
    told, found, _ = answered(activity, detection)
    original = b"" if recording is None else unpack(recording)
    data = export_bytes(
        form,
        told,
        found,
        recording=original if is_fit(original) else None,
        rows=rows,
        per_m=per_m,
    )
    write_atomic(target, data, inputs=inputs)


def export_bytes(
    form: str,
    activity: Activity,
    detection: Detection,
    *,
    recording: bytes | None = None,
    rows: Rows = "samples",
    per_m: float = 1000.0,
) -> bytes:
    """The same as bytes; `form` is one of `FORMATS`."""
    match form:
        case "json":
            return analysis_json(activity, detection)
        case "csv":
            return to_csv(activity, detection, rows=rows, per_m=per_m)
        case "parquet":
            return to_parquet(activity, detection, rows=rows, per_m=per_m)
        case "geojson":
            return to_geojson(activity, detection)
        case "gpx":
            return to_gpx(activity, detection)
        case "fit":
            if recording is None:
                raise RecordingError("only a FIT recording can be annotated", hint="export this one as GPX or CSV")
            return annotate_fit(recording, activity, detection)
    raise OutputError(f"unknown format {form!r}", hint=f"use one of: {', '.join(FORMATS)}")


def to_csv(activity: Activity, detection: Detection, *, rows: Rows = "samples", per_m: float = 1000.0) -> bytes:
    """CSV (RFC 4180, UTF-8) with a heading; missing values are empty, numbers keep all their digits.

    Text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    columns = _columns(activity, detection, rows, per_m)
    writer.writerow([plain_cell(name) for name in columns])
    writer.writerows(zip(*([_cell(value) for value in column] for column in columns.values()), strict=True))
    return buffer.getvalue().encode()


def to_parquet(activity: Activity, detection: Detection, *, rows: Rows = "samples", per_m: float = 1000.0) -> bytes:
    """Parquet with the same columns as CSV; the metadata of its schema holds the answer as JSON, under `retrorun`.

    Raises:
        OutputError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise OutputError("Parquet needs pyarrow", hint=install_hint("pyarrow")) from None
    columns = _columns(activity, detection, rows, per_m)
    table = pa.table({name: pa.array([_known(value) for value in column]) for name, column in columns.items()})
    table = table.replace_schema_metadata({"retrorun": analysis_json(activity, detection)})
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def _columns(activity: Activity, detection: Detection, rows: Rows, per_m: float) -> dict[str, list[object]]:
    if rows == "segments":
        return segment_columns(activity, detection, per_m=per_m)
    return sample_columns(activity, detection)


def _known(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _cell(value: object) -> object:
    if _known(value) is None:
        return ""
    return plain_cell(value) if isinstance(value, str) else value.isoformat() if hasattr(value, "isoformat") else value
