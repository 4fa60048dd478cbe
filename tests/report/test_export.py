from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import re
import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import gpxpy
import jsonschema
import numpy as np
import pyarrow.parquet as pq
import pytest

from retrorun.activity.model import COLUMNS, Activity
from retrorun.activity.read import activity_from_bytes
from retrorun.analysis.summary import is_backward
from retrorun.detection.result import Detection
from retrorun.errors import OutputError, RecordingError
from retrorun.report.export import FORMATS, export_bytes, save_export
from retrorun.units import METRES_PER_MILE
from tests.recordings import fit_recording
from tests.report.made import CANNOT_TELL, NONE, SPANS, made_detection, made_run, made_segment, without

DIRECTION = "{urn:retrorun:direction:1}direction"


def schema() -> dict[str, Any]:
    text = files("retrorun.report").joinpath("analysis-1.schema.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def extended_run() -> Activity:
    run = made_run()
    power = np.where(run.time_s < 10, np.nan, 250.0)
    return replace(run, extra={"power_w": power}, developer={"direction": np.zeros(len(run))})


# ---- JSON ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("detection", [made_detection(), NONE, CANNOT_TELL], ids=lambda one: str(one.verdict))
def test_json_is_as_its_schema_says(detection: Detection) -> None:
    document = json.loads(export_bytes("json", made_run(), detection))
    jsonschema.Draft202012Validator(schema()).validate(document)
    assert document["verdict"] == detection.verdict
    assert [(one["start_s"], one["end_s"]) for one in document["segments"]] == [
        (one.start_s, one.end_s) for one in detection.segments
    ]


def test_json_says_null_where_nothing_is_known() -> None:
    segment = replace(made_segment(0.0, 60.0), distance_m=float("nan"))
    run = without(made_run(), "distance_m", "speed_mps", "heart_rate_bpm")
    document = json.loads(export_bytes("json", run, Detection(verdict="found", segments=(segment,))))
    jsonschema.Draft202012Validator(schema()).validate(document)
    assert document["segments"][0]["distance_m"] is None
    assert document["summary"]["backward"]["mean_heart_rate_bpm"] is None


def test_the_schema_names_every_field_of_the_document() -> None:
    def names(document: Any, described: Any) -> None:  # noqa: ANN401 - any JSON
        if isinstance(document, dict) and isinstance(described, dict):
            if "$ref" in described:
                described = schema()["$defs"][described["$ref"].rpartition("/")[2]]
            assert set(document) == set(described["properties"]) == set(described["required"])
            for key, value in document.items():
                names(value, described["properties"][key])
        elif isinstance(document, list) and isinstance(described, dict):
            for item in document:
                names(item, described.get("items"))

    names(json.loads(export_bytes("json", made_run(), made_detection())), schema())


# ---- tables ----------------------------------------------------------------------------------------------------------


def test_csv_holds_every_column_with_all_its_digits_and_the_direction() -> None:
    run = extended_run()
    rows = rows_of(export_bytes("csv", run, made_detection()))
    assert len(rows) == len(run)
    for name in COLUMNS:
        assert [float(row[name]) for row in rows] == getattr(run, name).tolist()
    assert [row["power_w"] for row in rows[:11]] == [""] * 10 + ["250.0"]
    assert rows[0]["developer.direction"] == "0.0"
    assert rows[0]["time"] == "2026-03-01T09:30:00+02:00"
    assert rows[61]["time"] == "2026-03-01T09:31:01+02:00"
    backward = is_backward(run, made_detection())
    assert [row["direction"] == "backward" for row in rows] == backward.tolist()
    assert rows[0]["direction"] == "forward"
    assert {row["segment"] for row in rows} == {"", "1", "2"}
    assert {row["probability"] for row in rows} == {"", "0.93"}


def test_a_standing_runner_has_no_direction_and_neither_has_what_cannot_be_told() -> None:
    run = made_run()
    speed = run.speed_mps.copy()
    speed[:30] = 0.0
    rows = rows_of(export_bytes("csv", replace(run, speed_mps=speed), NONE))
    assert [row["direction"] for row in rows[28:32]] == ["", "", "forward", "forward"]
    assert {row["direction"] for row in rows_of(export_bytes("csv", run, CANNOT_TELL))} == {""}


def test_without_a_date_there_is_no_column_of_dates() -> None:
    rows = rows_of(export_bytes("csv", replace(made_run(), start_time=None), NONE))
    assert "time" not in rows[0]


def test_the_table_of_segments_speaks_of_paces_in_the_units_asked_for() -> None:
    kilometres = rows_of(export_bytes("csv", made_run(), made_detection(), rows="segments"))
    assert [(float(row["start_s"]), float(row["end_s"])) for row in kilometres] == list(SPANS)
    assert kilometres[0]["pace_min_per_km"] == "8:20"
    assert kilometres[0]["time"] == "2026-03-01T09:35:00+02:00"
    assert kilometres[1]["for_it"] == "cadence rose while speed fell"
    miles = rows_of(export_bytes("csv", made_run(), made_detection(), rows="segments", per_m=METRES_PER_MILE))
    assert miles[0]["pace_min_per_mi"] == "13:25"
    assert rows_of(export_bytes("csv", made_run(), NONE, rows="segments")) == []


@pytest.mark.parametrize("rows", ["samples", "segments"])
def test_parquet_holds_what_csv_holds(rows: str) -> None:
    run = extended_run()
    data = export_bytes("parquet", run, made_detection(), rows="samples" if rows == "samples" else "segments")
    table = pq.read_table(io.BytesIO(data))
    text = rows_of(export_bytes("csv", run, made_detection(), rows="samples" if rows == "samples" else "segments"))
    assert table.column_names == list(text[0])
    found = table.to_pylist()
    assert len(found) == len(text)
    for name in table.column_names:
        for value, cell in zip((row[name] for row in found), (row[name] for row in text), strict=True):
            if value is None:
                assert cell == ""
            elif isinstance(value, dt.datetime):
                assert value == dt.datetime.fromisoformat(cell)
            else:
                assert str(value) == cell
    document = json.loads(table.schema.metadata[b"retrorun"])
    assert document["verdict"] == "found"


def test_parquet_without_pyarrow_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(OutputError, match="pip install pyarrow"):
        export_bytes("parquet", made_run(), NONE)


# ---- maps ------------------------------------------------------------------------------------------------------------


def test_geojson_has_a_line_for_each_stretch_and_no_holes_between_them() -> None:
    run = made_run()
    document = json.loads(export_bytes("geojson", run, made_detection()))
    features = document["features"]
    assert [feature["properties"]["direction"] for feature in features] == [
        "forward",
        "backward",
        "forward",
        "backward",
        "forward",
    ]
    assert [feature["properties"]["segment"] for feature in features] == [None, 1, None, 2, None]
    assert [feature["properties"]["start_s"] for feature in features] == [0, 300, 420, 600, 720]
    lines = [feature["geometry"]["coordinates"] for feature in features]
    for before, after in itertools.pairwise(lines):
        assert before[-1] == after[0]
    # Longitude comes first (RFC 7946), then latitude, then height.
    assert lines[0][0] == pytest.approx([run.longitude_deg[0], run.latitude_deg[0], 100.0], abs=1e-6)
    assert sum(len(line) for line in lines) == len(run) + 4


def test_geojson_breaks_the_line_at_a_pause() -> None:
    run = made_run()
    late = np.where(run.time_s >= 900, run.time_s + 60, run.time_s)
    document = json.loads(export_bytes("geojson", replace(run, time_s=late), NONE))
    ends = [(one["properties"]["start_s"], one["properties"]["end_s"]) for one in document["features"]]
    assert ends == [(0, 899), (960, 1259)]


def test_gpx_says_the_direction_of_every_point() -> None:
    run = made_run()
    track = gpxpy.parse(export_bytes("gpx", run, made_detection()).decode()).tracks[0]
    points = [point for part in track.segments for point in part.points]
    assert len(points) == len(run)
    said = [{each.tag: each.text for each in point.extensions} for point in points]
    assert [one[DIRECTION] == "backward" for one in said] == is_backward(run, made_detection()).tolist()
    assert points[100].time == dt.datetime(2026, 3, 1, 7, 31, 40, tzinfo=dt.UTC)
    assert points[100].elevation == pytest.approx(run.altitude_m[100], abs=0.0006)  # millimetres


def test_gpx_reads_back_to_the_same_run() -> None:
    run = made_run()
    back = activity_from_bytes(export_bytes("gpx", run, made_detection()))
    assert back.start_time == run.start_time
    assert np.array_equal(back.time_s, run.time_s)
    assert back.latitude_deg == pytest.approx(run.latitude_deg, abs=1e-7)
    assert back.longitude_deg == pytest.approx(run.longitude_deg, abs=1e-7)
    assert np.array_equal(back.heart_rate_bpm, run.heart_rate_bpm)
    assert back.cadence_spm == pytest.approx(run.cadence_spm, abs=1.0)  # whole strides
    assert back.speed_mps == pytest.approx(run.speed_mps, abs=0.0006)


# GPX 1.1 and Garmin's TrackPointExtension v2, as far as our files use them: the order of elements, and their types.
GPX_ORDER = {
    "trk": ("name", "cmt", "desc", "src", "link", "number", "type", "extensions", "trkseg"),
    "trkpt": (
        *("ele", "time", "magvar", "geoidheight", "name", "cmt", "desc", "src", "link", "sym", "type", "fix", "sat"),
        *("hdop", "vdop", "pdop", "ageofdgpsdata", "dgpsid", "extensions"),
    ),
    "TrackPointExtension": ("atemp", "wtemp", "depth", "hr", "cad", "speed", "course", "bearing", "Extensions"),
}
DECIMAL = re.compile(r"-?\d+(\.\d+)?")  # xsd:decimal knows no exponents


def valid_gpx(data: bytes) -> int:
    """Check a file against the rules of its schemas; the number of its points."""
    root = ET.fromstring(data)  # noqa: S314 - our own file
    assert root.tag == "{http://www.topografix.com/GPX/1/1}gpx"
    assert (root.get("version"), root.get("creator")) == ("1.1", "retrorun")
    points = 0
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        order = [GPX_ORDER[name].index(child.tag.rpartition("}")[2]) for child in element] if name in GPX_ORDER else []
        assert order == sorted(order)
        text = element.text or ""
        if name == "trkpt":
            points += 1
            assert all(DECIMAL.fullmatch(element.get(key, "")) for key in ("lat", "lon"))
            assert -90 <= float(element.get("lat", "")) <= 90
            assert -180 <= float(element.get("lon", "")) < 180
        elif name in ("ele", "speed"):
            assert DECIMAL.fullmatch(text)
        elif name == "hr":
            assert 1 <= int(text) <= 255
        elif name == "cad":
            assert 0 <= int(text) <= 254
        elif name == "time":
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text)
        elif name == "trkseg":
            assert len(element)
    return points


def test_gpx_is_as_its_schema_says_whatever_the_recording_holds() -> None:
    run = made_run(seconds=60)
    assert valid_gpx(export_bytes("gpx", run, made_detection())) == 60
    odd = replace(
        run,
        sport="\x1b[31m\ud800<running>",
        heart_rate_bpm=np.where(run.time_s < 30, 0.0, 300.0),
        cadence_spm=np.full(60, 600.0),
        speed_mps=np.full(60, 1e-9),
        altitude_m=np.full(60, 1e-9),
        latitude_deg=np.full(60, 1e-7),
        longitude_deg=np.where(run.time_s < 30, 179.99999999, -180.0),
    )
    assert valid_gpx(export_bytes("gpx", odd, NONE)) == 60


def test_a_map_is_cut_at_the_date_line() -> None:
    run = made_run(seconds=60)
    over = replace(run, longitude_deg=np.where(run.time_s < 30, 179.9999, -179.9999) + run.time_s * 1e-7)
    lines = json.loads(export_bytes("geojson", over, NONE))["features"]
    assert len(lines) == 2
    for line in lines:
        longitudes = [point[0] for point in line["geometry"]["coordinates"]]
        assert max(longitudes) - min(longitudes) < 1


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_names_of_columns_from_a_file_may_be_anything(form: str) -> None:
    run = made_run(seconds=10)
    extra = {"\udc80": np.zeros(10), "time_s": np.full(10, -1.0)}
    data = export_bytes(form, replace(run, extra=extra, developer={"\x1b\n\ud800": np.zeros(10)}), NONE)
    if form == "csv":
        (first, *_) = rows_of(data)
    else:
        first = pq.read_table(io.BytesIO(data)).to_pylist()[0]
    assert float(first["time_s"]) == 0.0
    assert {"\\x80", "developer.\\x1b\\n\\ud800"} <= set(first)


@pytest.mark.parametrize("form", ["gpx", "geojson"])
def test_a_map_without_positions_is_refused_with_a_way_out(form: str) -> None:
    with pytest.raises(RecordingError, match="no positions; export it as JSON, CSV or Parquet"):
        export_bytes(form, without(made_run(), "latitude_deg"), made_detection())


def test_what_a_spreadsheet_would_run_is_plain_text_in_csv() -> None:
    segment = made_segment(0.0, 60.0)
    evil = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1")
    evidence = replace(segment.evidence, for_it=evil, against_it=("=HYPERLINK(1)",))
    detection = Detection(verdict="found", segments=(replace(segment, evidence=evidence),))
    run = replace(made_run(), developer={"=1+1": np.zeros(len(made_run()))}, extra={"=2+2": np.zeros(len(made_run()))})
    for rows in ("samples", "segments"):
        table = list(csv.reader(io.StringIO(export_bytes("csv", run, detection, rows=rows).decode(), newline="")))
        numbers = re.compile(r"-?[\d.]+(e-?\d+)?")
        for cell in (cell for row in table for cell in row):
            assert numbers.fullmatch(cell) or cell.lstrip()[:1] not in tuple("=+-@")


@pytest.mark.parametrize("form", ["csv", "json", "gpx"])
def test_the_recording_is_never_written_over(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"run.{form}"
    path.write_bytes(b"the recording")
    with pytest.raises(OutputError, match="read by the same command"):
        save_export(path, made_run(), NONE, inputs=[path])
    assert path.read_bytes() == b"the recording"


# ---- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_the_ending_says_the_format_and_the_recording_stays_as_it_was(form: str, tmp_path: Path) -> None:
    original = tmp_path / "run.fit"
    original.write_bytes(fit_recording(seconds=60))
    before = original.read_bytes()
    run = made_run() if form != "fit" else activity_from_bytes(before)
    path = tmp_path / f"out.{form.upper()}"
    save_export(path, run, made_detection(), recording=before)
    assert path.read_bytes() == export_bytes(form, run, made_detection(), recording=before)
    assert original.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(["run.fit", path.name])


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot have the ending '.xlsx'; use .json"):
        save_export(tmp_path / "out.xlsx", made_run(), NONE)
    with pytest.raises(RecordingError, match="only a FIT recording can be annotated"):
        save_export(tmp_path / "out.fit", made_run(), NONE)
    with pytest.raises(OutputError, match="unknown format 'xlsx'"):
        export_bytes("xlsx", made_run(), NONE)
    assert not list(tmp_path.iterdir())
