"""An analysed recording as a file for other programs: JSON, CSV, Parquet, GeoJSON, GPX, annotated FIT.

The documents, of an analysis and of a plan laid beside it, hold plain values for machines: SI units, null for unknown.
Their first two fields, `format` and `version`, say what they are.
"""

import csv
import datetime as dt
import io
import math
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from retrorun import documents, errors, files, units
from retrorun.activity.archive import unpack
from retrorun.activity.model import Activity
from retrorun.analysis import adherence, analyse, summary
from retrorun.detection.result import Detection
from retrorun.fit.chain import is_fit
from retrorun.match.model import Match
from retrorun.report import tables

Rows = Literal["samples", "segments"]
FORMATS = ("json", "csv", "parquet", "geojson", "gpx", "fit")
VERSION = 1  # of both documents; goes up when a field changes its meaning or goes away; new fields may come at any time


def save_export(
    path: str | os.PathLike[str],
    activity: analyse.Told,
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
    target = files.as_path(path)
    form = files.check_ending(target, tuple(f".{form}" for form in FORMATS), "an analysed recording").removeprefix(".")
    if isinstance(activity, str | os.PathLike):
        recording, inputs = files.read_bytes(Path(activity)), (*inputs, Path(activity))
    elif isinstance(activity, bytes):
        recording = activity
    told, found, _ = analyse.answered(activity, detection)
    original = None if recording is None else unpack(recording)
    fit = original if original is not None and is_fit(original) else None
    files.write_atomic(target, export_bytes(form, told, found, recording=fit, rows=rows, per_m=per_m), inputs=inputs)


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
    from retrorun.report import annotate  # which other users of these documents need not load

    writers = {"json": analysis_json, "geojson": annotate.to_geojson, "gpx": annotate.to_gpx}
    if form in writers:
        return writers[form](activity, detection)
    if form in ("csv", "parquet"):
        segments = rows == "segments"
        columns = (
            _segment_columns(activity, detection, per_m) if segments else annotate.sample_columns(activity, detection)
        )
        return _csv(columns) if form == "csv" else _parquet(columns, analysis_json(activity, detection))
    if form != "fit":
        raise errors.OutputError(f"unknown format {form!r}", hint=f"use one of: {', '.join(FORMATS)}")
    if recording is None:
        raise errors.RecordingError("only a FIT recording can be annotated", hint="export this one as GPX or CSV")
    return annotate.annotate_fit(recording, activity, detection)


def analysis_json(activity: Activity, detection: Detection) -> bytes:
    """An analysis as the bytes of a JSON file; `analysis-1.schema.json` describes it."""
    return (documents.to_json(analysis_document(activity, detection), indent=2) + "\n").encode()


def analysis_document(activity: Activity, detection: Detection) -> dict[str, object]:
    """The analysis of one recording; `documents.to_json` writes it, with null for what is not known."""
    return {
        "format": "retrorun analysis",
        "version": VERSION,
        "activity": {
            **_fields(activity, "source", "sport", "sub_sport"),
            "start_time": None if activity.start_time is None else activity.start_time.isoformat(),
            "utc_offset_s": activity.utc_offset_s,
            "device": None if activity.device is None else activity.device.name,
            "samples": len(activity),
            "laps": len(activity.laps),
            "damage": [str(damage) for damage in activity.damage],
            "decisions": list(activity.decisions),
        },
        "verdict": detection.verdict,
        "told": detection.told,
        "reasons": list(detection.reasons),
        "segments": [asdict(segment) | {"told": segment.told} for segment in detection.segments],
        "summary": summary.summarise(activity, detection).to_dict(),
    }


def adherence_document(match: Match, kept: adherence.Adherence) -> dict[str, object]:
    """Plan beside run: each step as it was meant and as it was run, and what they amount to."""
    from retrorun.session.document import session_to_dict

    totals = ("planned_time_s", "time_s", "planned_distance_m", "distance_m", "in_range", "outcomes", "directions")
    return {
        "format": "retrorun match",
        "version": VERSION,
        "session": session_to_dict(match.session),
        "basis": match.basis,
        "reasons": list(kept.reasons),
        "outside_lap_indices": list(match.outside_lap_indices),
        "steps": [_step(step) for step in kept.steps],
        "totals": _fields(kept, *totals, "unplanned_backward_s"),
    }


def _step(kept: adherence.StepAdherence) -> dict[str, object]:
    match = kept.step
    return {
        "place": match.place,
        "repetition": list(match.repetition),
        "direction": match.step.direction.value,
        "outcome": match.outcome,
        "as_run": kept.as_run,
        **_fields(match, "start_s", "end_s"),
        "planned_time_s": kept.planned_time_s,
        "time_s": match.timer_s,
        "planned_distance_m": kept.planned_distance_m,
        "distance_m": match.distance_m,
        **_fields(kept, "mean_speed_mps", "mean_cadence_spm", "mean_heart_rate_bpm"),
        "targets": [asdict(target) for target in kept.targets],
        "laps": list(match.lap_indices),
    }


def _fields(value: object, *names: str) -> dict[str, object]:
    return {name: getattr(value, name) for name in names}


def _csv(columns: dict[str, list[Any]]) -> bytes:
    """CSV (RFC 4180, UTF-8) with a heading; missing values are empty, numbers keep all their digits.

    Text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([files.plain_cell(name) for name in columns])
    writer.writerows(zip(*([_cell(value) for value in column] for column in columns.values()), strict=True))
    return buffer.getvalue().encode()


def _parquet(columns: dict[str, list[Any]], answer: bytes) -> bytes:
    """Parquet with the same columns; the metadata of its schema holds the answer as JSON, under `retrorun`."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise errors.OutputError("Parquet needs pyarrow", hint=errors.install_hint("pyarrow")) from None
    table = pa.table({name: pa.array([_known(value) for value in column]) for name, column in columns.items()})
    buffer = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"retrorun": answer}), buffer)
    return buffer.getvalue()


def _segment_columns(activity: Activity, detection: Detection, per_m: float) -> dict[str, list[Any]]:
    """One row a segment: where it lies, its means, its evidence, and its pace for people."""
    start, segments = tables.local_start(activity), detection.segments
    evidence = [segment.evidence for segment in segments]
    pace = f"pace_min_per_{'mi' if per_m == units.METRES_PER_MILE else 'km'}"
    place = ("start_s", "end_s", "duration_s", "distance_m", "mean_speed_mps")
    why = ("forward_cadence_spm", "usual_speed_mps", "uplift", "log_odds", "grade_pct", "planned")
    return {
        "segment": list(range(1, len(segments) + 1)),
        "time": [None if start is None else start + dt.timedelta(seconds=segment.start_s) for segment in segments],
        **{name: [getattr(segment, name) for segment in segments] for name in place},
        pace: [units.format_pace(segment.mean_speed_mps, per_m=per_m).partition("/")[0] for segment in segments],
        **{name: [getattr(one, name) for one in segments] for name in ("mean_cadence_spm", "probability", "told")},
        **{name: [getattr(each, name) for each in evidence] for name in why},
        **{name: [" · ".join(getattr(each, name)) for each in evidence] for name in ("for_it", "against_it")},
    }


def _known(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _cell(value: object) -> object:
    if _known(value) is None:
        return ""
    if isinstance(value, str):
        return files.plain_cell(value)
    return value.isoformat() if isinstance(value, dt.datetime) else value
