"""The one door: the same answer however the recording comes in, and the parts of it agree."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

import retrorun as rr
from retrorun.activity.read import read_activity
from retrorun.demo import demo_recording, demo_session
from tests.activity.test_kinds import tcx


@pytest.fixture(scope="module")
def demo() -> rr.Analysis:
    return rr.analyse(demo_recording())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "run.fit"
    made.write_bytes(demo_recording())
    return made


def test_a_path_bytes_a_file_and_an_activity_give_one_answer(demo: rr.Analysis, path: Path) -> None:
    for source in (str(path), path, io.BytesIO(demo_recording()), demo.activity):
        again = rr.analyse(source)
        assert again.detection == demo.detection
        assert again.summary == demo.summary
    assert rr.analyse(path).name == "run.fit"
    assert demo.name == ""


def test_its_parts_are_those_of_the_single_functions(demo: rr.Analysis) -> None:
    assert demo.detection.verdict == "found"
    assert demo.match == rr.match_plan(demo.activity)
    assert demo.detection == rr.detect(demo.activity)
    assert demo.summary == rr.summarise(demo.activity, demo.detection)
    assert demo.adherence == rr.adherence(demo.match, demo.activity, demo.detection)
    assert demo.detection.line is not None
    assert len(repr(demo)) < 100


def test_labels_beside_a_recording_are_in_force_unless_left_out(path: Path) -> None:
    found = rr.analyse(path)
    spans = [(segment.start_s, segment.end_s) for segment in found.detection.segments]
    said = rr.Labels(recording=found.fingerprint)
    for start_s, end_s in spans[:1]:
        said = said.add(rr.Label(start_s=start_s, end_s=end_s, direction=rr.Direction.FORWARD))
    rr.save_labels(said, path)
    assert len(rr.analyse(path).detection.segments) == len(spans) - 1
    assert rr.analyse(path, labels=None).detection == found.detection
    assert rr.analyse(path.read_bytes(), labels=said).detection == rr.analyse(path).detection


def test_confirming_a_segment_leaves_its_evidence_as_it_was(path: Path) -> None:
    found = rr.analyse(path)
    said = rr.Labels(recording=found.fingerprint)
    for segment in found.detection.segments:
        said = said.add(rr.Label(start_s=segment.start_s, end_s=segment.end_s, direction=rr.Direction.BACKWARD))
    confirmed = rr.analyse(path, labels=said)
    assert confirmed.detection.line == found.detection.line
    for before, after in zip(found.detection.segments, confirmed.detection.segments, strict=True):
        assert after.probability == 1.0
        words = ("backward, labelled by the runner", *before.evidence.for_it)
        assert after.evidence == replace(before.evidence, for_it=words)
        assert after.distance_m == pytest.approx(before.distance_m, rel=0.02)


def test_a_plan_may_be_a_session_its_notation_or_its_file(path: Path, tmp_path: Path) -> None:
    session = demo_session()
    written = tmp_path / "plan.yaml"
    rr.save_session(session, written)
    want = rr.analyse(path, plan=session).match
    assert want is not None
    for plan in (written, str(written), rr.format_session(session)):
        match = rr.analyse(path, plan=plan).match
        assert match is not None
        assert [step.start_s for step in match.steps] == [step.start_s for step in want.steps]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"source": 3}, "cannot read from int"),
        ({"source": "absent.fit"}, "absent.fit: there is no such file"),
        ({"plan": 3}, "a session is given as a Session, a path, bytes or text, not int"),
        ({"labels": [(1.0, 2.0)]}, "a value of rr.Labels is needed here, not list"),
        ({"profile": "me.json"}, "a gait profile is needed here, not str"),
    ],
)
def test_a_wrong_argument_is_one_clear_error(arguments: dict[str, object], what: str) -> None:
    with pytest.raises(rr.RetrorunError, match=what):
        rr.analyse(**{"source": demo_recording(), **arguments})  # type: ignore[arg-type]  # that is the point


def test_an_error_names_the_file(tmp_path: Path) -> None:
    broken = tmp_path / "broken.fit"
    broken.write_bytes(demo_recording()[:20])
    with pytest.raises(rr.RecordingError) as caught:
        rr.analyse(broken)
    assert caught.value.where.startswith(str(broken))


def test_a_direction_that_the_recording_carries_is_the_truth(tmp_path: Path) -> None:
    found = rr.analyse(demo_recording())
    said = rr.Labels()
    for start_s, end_s in ((100.0, 160.0), (300.0, 330.0)):
        said = said.add(rr.Label(start_s=start_s, end_s=end_s, direction=rr.Direction.BACKWARD))
    for segment in found.detection.segments:
        said = said.add(rr.Label(start_s=segment.start_s, end_s=segment.end_s, direction=rr.Direction.FORWARD))
    corrected = rr.analyse(demo_recording(), labels=said)
    annotated = tmp_path / "annotated.fit"
    rr.save_export(annotated, corrected.activity, corrected.detection, recording=demo_recording())
    again = rr.analyse(annotated)
    assert again.activity.direction is not None
    spans, wanted = (
        [(segment.start_s, segment.end_s) for segment in one.detection.segments] for one in (again, corrected)
    )
    for (a, b), (c, d) in zip(spans, wanted, strict=True):
        assert abs(a - c) <= 1.01
        assert abs(b - d) <= 1.01
    assert any("said by the recording itself" in reason for reason in again.detection.reasons)


def test_each_activity_of_a_file_has_an_answer_of_its_own() -> None:
    two = read_activity(tcx((90_000, [(0, 120)]), (0, [(0, 300)])))
    both = rr.analyse(two)
    assert [len(part.activity) for part in both.parts] == [300, 120]
    assert sum(part.summary.total.time_s for part in both.parts) == pytest.approx(both.summary.total.time_s, abs=1.0)
    assert any("2 parts" in reason for reason in both.detection.reasons)


def test_a_table_of_the_run_holds_its_samples_and_their_direction(demo: rr.Analysis) -> None:
    table = demo.to_arrow()
    assert table.num_rows == len(demo.activity)
    assert 0 < sum(table["backward"].to_pylist()) < table.num_rows
    assert pa.table(demo).equals(table)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_tables_of_other_libraries_hold_the_same(demo: rr.Analysis, library: str) -> None:
    pytest.importorskip(library, reason=f"{library} is not installed")
    frame = getattr(demo, f"to_{library}")()
    assert list(frame.columns) == demo.to_arrow().column_names
    assert frame["backward"].to_list() == demo.to_arrow()["backward"].to_pylist()
