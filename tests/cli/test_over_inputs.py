"""No output of a command goes over what the same command reads, under whatever name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from retrorun.cli.app import app
from tests.recordings import fit_recording

RUN = CliRunner()
SESSION = b"3x1min bwd\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("run.fit", "run.html", "run.png", "run.zip", "run.json", "run.csv", "runs/run.fit"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(fit_recording())
    Path("session.fit").write_bytes(SESSION)
    Path("session.txt").write_bytes(SESSION)
    Path("me.yaml").write_bytes(b"name: Ann\nmax_hr_bpm: 190\n")
    for name in ("run.fit.labels.json", "runs/run.fit.labels.json"):
        Path(name).write_bytes(b'{"format": 1, "labels": []}')
    Path("runs/activities.csv").write_bytes(b"id,date,name,kind,distance,file\n1,2,3,4,5,activities/1.fit\n")
    os.link("run.fit", "hard.html")
    Path("soft.html").symlink_to("run.fit")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        "report run.html -o run.html",
        "report run.fit -o hard.html",
        "report run.fit -o soft.html",
        "report run.fit --plan session.txt -o run.fit",
        "draw run.png -o run.png",
        "analyze run.png --plot run.png",
        "convert run.csv -o run.csv",
        "convert run.fit -o run.fit.labels.json",
        "compile session.fit -o session.fit",
        "export session.txt --to text -o session.txt",
        "export session.txt --to text --athlete me.yaml -o me.yaml",
        "share run.zip -o run.zip",
        "profile run.json -o run.json",
        "profile runs -o runs/run.fit.labels.json",
        "scan run.csv -o run.csv",
        "scan runs -o runs/activities.csv",
        "scan . -o runs/run.fit.labels.json",
        "scan run.html --report run.html",
        "scan run.png --plot run.png",
    ],
)
def test_an_input_is_never_written_over(folder: Path, words: str) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = RUN.invoke(app, words.split())
    assert done.exit_code == 1
    assert {path: path.read_bytes() for path in before} == before
    assert done.stderr.startswith("error: ")
    if not words.startswith(("share", "report run.fit --plan")):  # those are refused for another reason before
        assert "this file is read by the same command; write to another name" in done.stderr
