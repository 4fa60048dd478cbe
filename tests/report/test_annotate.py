from __future__ import annotations

import io
import uuid
from dataclasses import replace
from pathlib import Path

import fitdecode
import numpy as np
import pytest

from retrorun.activity.model import COLUMNS, Activity
from retrorun.activity.read import activity_from_bytes
from retrorun.analysis.analyse import detect
from retrorun.analysis.summary import is_backward
from retrorun.demo import demo_recording
from retrorun.detection.result import Detection
from retrorun.errors import FitError, RecordingError
from retrorun.report.annotate import BACKWARD, DIRECTION, FORWARD, annotate_fit, annotated_spans
from tests.fit.handmade import RECORD, START, Kind, file_id, fit
from tests.recordings import fit_recording
from tests.report.made import CANNOT_TELL, NONE, made_run, made_segment
from tests.shared_data import shared_files

SPANS = Detection(verdict="found", segments=(made_segment(60.0, 121.0), made_segment(300.0, 800.0)))


def annotated(data: bytes, detection: Detection) -> tuple[Activity, bytes]:
    out = annotate_fit(data, activity_from_bytes(data), detection)
    return activity_from_bytes(out), out


def assert_reads_back(data: bytes, detection: Detection) -> None:
    before = activity_from_bytes(data)
    after, _ = annotated(data, detection)
    for name in COLUMNS:
        assert np.array_equal(getattr(before, name), getattr(after, name), equal_nan=True), name
    for name in (
        "laps",
        "parts",
        "pauses",
        "start_time",
        "utc_offset_s",
        "workout",
        "training_file",
        "device",
        "damage",
    ):
        assert getattr(before, name) == getattr(after, name), name
    assert set(before.extra) == set(after.extra)
    for name in before.extra:
        assert np.array_equal(before.extra[name], after.extra[name], equal_nan=True), name
    assert set(after.developer) == {*before.developer, "direction"}
    expected = is_backward(before, detection).astype(float)
    assert np.array_equal(after.developer["direction"], expected)


def test_the_demo_reads_back_to_the_same_columns_and_the_same_segments() -> None:
    data = demo_recording()
    detection = detect(activity_from_bytes(data))
    assert detection.segments
    assert_reads_back(data, detection)
    after, _ = annotated(data, detection)
    # What the file says of direction is believed when it is read again.
    again = detect(after)
    assert [one.start_s for one in again.segments] == pytest.approx([one.start_s for one in detection.segments], abs=1)
    assert [one.end_s for one in again.segments] == pytest.approx([one.end_s for one in detection.segments], abs=1)
    assert all("said by the recording itself" in one.evidence.for_it[0] for one in again.segments)
    # Samples are a second apart, so a border lies less than a second after where it was said to be.
    said, read = [(one.start_s, one.end_s) for one in detection.segments], annotated_spans(after)
    assert len(said) == len(read)
    for (start_s, end_s), (start_read_s, end_read_s) in zip(said, read, strict=True):
        assert 0 <= start_read_s - start_s < 1
        assert 0 <= end_read_s - end_s < 1
    assert annotated_spans(activity_from_bytes(data)) == ()


def test_a_stretch_that_lasts_to_the_end_ends_with_the_recording() -> None:
    run = made_run(seconds=10)
    marked = replace(run, developer={"direction": np.array([1, 1, 0, 0, 1, 0, 0, 0, 1, 1.0])})
    assert annotated_spans(marked) == ((0, 2), (4, 5), (8, 9))


def test_laps_say_what_most_of_them_was() -> None:
    def laps(detection: Detection) -> list[int | None]:
        with fitdecode.FitReader(io.BytesIO(annotated(data, detection)[1])) as reader:
            frames = [frame for frame in reader if frame.frame_type == fitdecode.FIT_FRAME_DATA]
        return [frame.get_value("direction", fallback=None) for frame in frames if frame.name == "lap"]

    data = fit_recording(seconds=900)  # one lap of 900 s
    assert laps(SPANS) == [1]  # 561 s of it
    assert laps(replace(SPANS, segments=SPANS.segments[:1])) == [0]
    assert laps(NONE) == [0]
    assert laps(CANNOT_TELL) == [None]


def test_what_cannot_be_told_is_not_there() -> None:
    after, out = annotated(fit_recording(seconds=60), CANNOT_TELL)
    assert "direction" not in after.developer  # a column without a single value is no column
    assert b"direction\0" in out


def test_the_bytes_that_were_given_are_not_touched() -> None:
    data = bytearray(fit_recording(seconds=60))
    before = bytes(data)
    annotate_fit(bytes(data), activity_from_bytes(before), SPANS)
    assert bytes(data) == before


def test_a_recording_without_a_date_is_annotated_by_its_own_clock() -> None:
    data = fit_recording(seconds=900)
    undated = replace(activity_from_bytes(data), start_time=None)
    assert annotate_fit(data, undated, SPANS) == annotate_fit(data, activity_from_bytes(data), SPANS)


def test_what_is_no_fit_recording_is_refused() -> None:
    with pytest.raises(FitError):
        annotate_fit(b"<gpx></gpx>", made_run(), SPANS)
    from retrorun.fit.writer import Message, write_fit

    no_records = write_fit([Message(kind="file_id", values={"type": 4})])
    with pytest.raises(RecordingError, match="says when it was"):
        annotate_fit(no_records, replace(made_run(), start_time=None), SPANS)


@pytest.mark.parametrize("path", shared_files("activities", "*.fit")[::7], ids=lambda path: path.name)
def test_real_recordings_read_back_to_the_same_columns_and_directions(path: Path) -> None:
    assert_reads_back(path.read_bytes(), SPANS)


@pytest.mark.slow
@pytest.mark.parametrize("path", shared_files("activities", "*.fit"), ids=lambda path: path.name)
def test_all_real_recordings_read_back_to_the_same_columns_and_segments(path: Path) -> None:
    data = path.read_bytes()
    assert_reads_back(data, SPANS)
    before = activity_from_bytes(data)
    after, _ = annotated(data, SPANS)
    assert detect(after) == detect(before)


def test_the_specification_of_the_field_says_what_is_written() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/direction-field.md").read_text(encoding="utf-8")
    assert str(uuid.UUID(bytes=DIRECTION.application_id)) in page
    assert f"| name (`field_name`) | `{DIRECTION.name}` |" in page
    assert f"| unit (`units`) | `{DIRECTION.unit}` |" in page
    assert f"\n| {FORWARD} | forward" in page
    assert f"\n| {BACKWARD} | backward |" in page
    shown = bytes.fromhex(page.split("```text\n")[1].split("```")[0])
    records = Kind(0, RECORD.number, RECORD.fields)
    samples = (records.data(START + at, 140, 80, at, 3000) for at in range(60))
    _, out = annotated(fit(file_id(), records.define(), *samples), NONE)
    described = bytes((0x60, *records.define()[1:], 1, 0, 1, 0))
    assert shown + described in out
