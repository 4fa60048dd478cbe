"""What the runner is asked at a terminal, one key each; and labels by lap."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import Result

from retrorun.activity.read import read_activity
from retrorun.analysis.analyse import analyse
from retrorun.analysis.labels import labels_path, load_labels, spans_of_laps
from retrorun.demo import demo_recording
from retrorun.report.annotate import annotate_fit
from retrorun.session.model import Direction
from tests import command
from tests.recordings import fit_recording

FOUND = 4  # backward stretches of the synthetic recording, all in its plan


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "run.fit"
    path.write_bytes(demo_recording())
    return path


def run(*words: object) -> Result:
    return command.run("label", *words)


@pytest.fixture
def press(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The keys that the runner will press at a terminal."""
    keys: list[str] = []
    monkeypatch.setattr("retrorun.cli.label.must_be_a_terminal", lambda: None)

    def getchar() -> str:
        if (key := keys.pop(0)) == "\x04":
            raise EOFError  # as a terminal tells Ctrl-D
        return key

    monkeypatch.setattr(typer, "getchar", getchar)
    yield keys
    assert keys == []


def test_each_stretch_is_asked_about_and_shown_before_it_is_written(recording: Path, press: list[str]) -> None:
    press += ["y", "n", "?", "s", "Y", "y"]
    result = run(recording)
    assert result.exit_code == 0
    found = analyse(recording, labels=None).detection.segments
    said = load_labels(recording).labels
    assert [one.direction for one in said] == [Direction.BACKWARD, Direction.FORWARD, Direction.BACKWARD]
    assert [one.start_s for one in said] == [found[0].start_s, found[1].start_s, found[3].start_s]
    assert f"{FOUND} of {FOUND}  " in result.stdout
    assert result.stdout.index("Write these labels?") < result.stdout.index("labels     ")
    assert "lap " in result.stdout


def test_only_what_is_open_is_asked_about_again(recording: Path, press: list[str]) -> None:
    press += ["y", "y", "q", "y"]
    run(recording)
    press += ["q"]
    assert "1 of 2  " in run(recording).stdout
    assert len(load_labels(recording).labels) == 2


@pytest.mark.parametrize("keys", [["q"], ["\x04"], ["s"] * FOUND, ["y", "q", "n"]])
def test_who_says_nothing_or_no_writes_nothing(recording: Path, press: list[str], keys: list[str]) -> None:
    press += keys
    assert run(recording).stdout.splitlines()[-1] == "nothing was written"
    assert not labels_path(recording).exists()


def test_a_preview_writes_nothing(recording: Path, press: list[str]) -> None:
    press += ["y", "q"]
    result = run(recording, "--dry-run")
    assert "backward " in result.stdout
    assert not labels_path(recording).exists()


def test_where_nothing_was_called_or_planned_there_is_nothing_to_ask(tmp_path: Path, press: list[str]) -> None:
    press += []
    (tmp_path / "run.fit").write_bytes(fit_recording())
    assert "there is nothing to ask" in run(tmp_path / "run.fit").stdout


def test_what_the_recording_says_itself_is_not_asked_about(recording: Path, press: list[str]) -> None:
    press += []
    found = analyse(recording, labels=None)
    recording.write_bytes(annotate_fit(recording.read_bytes(), found.activity, found.detection))
    assert "there is nothing to ask" in run(recording).stdout


def test_without_a_terminal_it_is_one_error_with_the_options(recording: Path) -> None:
    result = run(recording)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error: this is no terminal")
    assert "--backward" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("words", ["laps:even", "lap:3,5-7", "all", "steps"])
def test_labels_by_lap_are_the_same_in_python(recording: Path, words: str) -> None:
    assert run(recording, "--backward", words).exit_code == 0
    found = analyse(recording, labels=None)
    spans = spans_of_laps(read_activity(recording), words, match=found.match)
    end_s = found.fingerprint.length_s
    assert load_labels(recording).backward_spans() == [(span.start_s, min(span.end_s, end_s)) for span in spans]


def test_a_preview_of_laps_shows_which_are_meant_beside_pace_and_cadence(recording: Path) -> None:
    lines = run(recording, "--backward", "lap:3,6", "--forward", "lap:1", "--dry-run").stdout.splitlines()
    table = {line.split()[0]: line.split()[1:] for line in lines if line[:3].strip().isdigit()}
    assert {number for number, cells in table.items() if cells[-2:] == ["backward", "backward"]} == {"3", "6"}
    assert table["1"][-1] == "forward"
    assert table["2"][-1] == "spm"
    assert not labels_path(recording).exists()
