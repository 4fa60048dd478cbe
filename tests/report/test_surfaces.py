"""One analysed recording, told by every surface: the same figures in text, JSON, page and table."""

from __future__ import annotations

import csv
import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from retrorun.analysis.analyse import Analysis, analyse
from retrorun.analysis.summary import summarise
from retrorun.batch.row import Row, row_of
from retrorun.batch.story import Story
from retrorun.batch.table import ScanTable
from retrorun.cli.app import app
from retrorun.demo import demo_recording
from retrorun.report.export import analysis_document, export_bytes
from retrorun.report.figures.run import figure_run
from retrorun.report.html import analysis_html, report_html
from retrorun.report.season_page import season_html
from retrorun.report.tables import stretch_table

pytestmark = pytest.mark.usefixtures("unpainted")


@pytest.fixture(scope="module")
def run() -> Analysis:
    return analyse(demo_recording())


def said(*words: str) -> str:
    result = CliRunner(env={"COLUMNS": "100"}).invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def words_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("unit", ["km", "mile"])
def test_the_table_of_stretches_is_the_same_on_every_surface(run: Analysis, unit: str, tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(demo_recording())
    per_m = {"km": 1000.0, "mile": 1609.344}[unit]
    text = " ".join(said("analyze", str(path), "--units", unit).split())
    page = words_of(report_html(run.activity, run.detection, match=run.match, per_m=per_m))
    shown = words_of(analysis_html(run, per_m=per_m))
    rows = stretch_table(run.detection, per_m=per_m).rows
    assert len(rows) == 4
    table = list(
        csv.DictReader(
            export_bytes("csv", run.activity, run.detection, rows="segments", per_m=per_m).decode().split("\n")
        )
    )
    for row, cells in zip(rows, table, strict=True):
        line = " ".join(row[1:])
        assert line in text
        assert line in page
        assert line in shown
        pace = cells["pace_min_per_mi" if unit == "mile" else "pace_min_per_km"]
        assert row[5].startswith(f"{pace}/")


def test_stretches_add_up_to_the_totals_and_say_what_laps_and_steps_say(run: Analysis) -> None:
    back, segments = run.summary.backward, run.detection.segments
    assert sum(one.duration_s for one in segments) == pytest.approx(back.time_s, abs=0.01)
    assert back.distance_m is not None
    assert sum(one.distance_m for one in segments) == pytest.approx(back.distance_m, abs=0.01)
    assert back.mean_cadence_spm is not None
    cadence = sum(one.mean_cadence_spm * one.duration_s for one in segments) / back.time_s
    assert cadence == pytest.approx(back.mean_cadence_spm, abs=0.5)
    for one in segments:
        assert one.distance_m / one.duration_s == pytest.approx(one.mean_speed_mps)
        assert one.mean_cadence_spm == pytest.approx(one.evidence.observed_cadence_spm, abs=1.0)
    document = json.loads(json.dumps(analysis_document(run.activity, run.detection)))
    assert document["summary"]["backward"]["time_s"] == pytest.approx(back.time_s)


def test_what_is_not_sure_is_probable_on_every_surface(run: Analysis) -> None:
    doubted = replace(run.detection.segments[1], probability=0.86)
    detection = replace(run.detection, segments=(run.detection.segments[0], doubted))
    summary = summarise(run.activity, detection)
    assert "probably found" in summary.to_text()
    assert "probably found" in repr(detection)
    assert "was probably found" in words_of(report_html(run.activity, detection))
    document = json.loads(export_bytes("json", run.activity, detection))
    assert (document["told"], document["summary"]["told"], document["verdict"]) == (*["probably found"] * 2, "found")
    assert run.summary.told == "found"
    assert "Probably 2 backward stretches" in figure_run(run.activity, detection).get_suptitle()


def test_a_stretch_that_is_not_sure_is_probable_on_every_surface(run: Analysis) -> None:
    sure, doubted = run.detection.segments[0], replace(run.detection.segments[1], probability=0.86)
    detection = replace(run.detection, segments=(sure, doubted))
    expected = ["backward", "probably backward"]
    document = json.loads(export_bytes("json", run.activity, detection))
    assert [each["told"] for each in document["segments"]] == expected
    text = export_bytes("csv", run.activity, detection, rows="segments").decode().splitlines()
    assert [each["told"] for each in csv.DictReader(text)] == expected
    samples = list(csv.DictReader(export_bytes("csv", run.activity, detection).decode().splitlines()))
    assert {(each["direction"], each["told"]) for each in samples if each["segment"]} == {
        ("backward", "backward"),
        ("backward", "probably backward"),
    }
    assert all(each["told"] == each["direction"] for each in samples if not each["segment"])
    shapes = json.loads(export_bytes("geojson", run.activity, detection))
    told = {shape["properties"]["segment"]: shape["properties"]["told"] for shape in shapes["features"]}
    assert [told[1], told[2], told[None]] == [*expected, "forward"]
    assert shapes["retrorun"]["told"] == "probably found"
    assert b"<desc>backward running: probably found</desc>" in export_bytes("gpx", run.activity, detection)


def test_a_scan_tells_what_is_probable_in_table_text_and_season(run: Analysis, tmp_path: Path) -> None:
    doubted = replace(run.detection.segments[1], probability=0.86)
    rows = [
        row_of(name, "", run.activity, replace(run.detection, segments=segments), None)
        for name, segments in (("a.fit", run.detection.segments[:1]), ("b.fit", (*run.detection.segments[:1], doubted)))
    ]
    table = ScanTable(rows=tuple(rows))
    assert [each["told"] for each in table.activities()] == ["found", "probably found"]
    assert [each["told"] for each in table.segments()] == ["backward", "backward", "probably backward"]
    assert "found in 2 (in 1 of them probably), none in 0" in table.to_text()
    first, second = table.write(tmp_path / "t.csv")
    told = [[each["told"] for each in csv.DictReader(path.read_text().splitlines())] for path in (first, second)]
    assert told == [["found", "probably found"], ["backward", "backward", "probably backward"]]
    assert [Row.from_dict(json.loads(json.dumps(one.to_dict()))) for one in rows] == rows
    page = words_of(season_html(Story(table).runs))
    assert "found in 2 of 2 runs, in 1 of them probably:" in page
    assert "b.fit probably found" in page
    alone = words_of(season_html(Story(table).runs[1:]))
    assert "was probably found in 1 of 1 run: " in alone
