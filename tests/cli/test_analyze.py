from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from retrorun.activity.read import read_activity
from retrorun.cli.app import app
from retrorun.demo import demo_recording, demo_truth
from retrorun.detection.profile import GaitProfile
from tests.recordings import CYCLING, fit_recording
from tests.shared_data import shared_files

HTML = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><p>Please sign in</p></body></html>\n"


def analyze(path: Path, *options: str) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["analyze", str(path), *options])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def file_of(folder: Path, data: bytes, name: str = "run.fit") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def assert_one_error(outcome: tuple[int, str, str], *words: str) -> None:
    code, out, err = outcome
    assert (code, out) == (1, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    for word in words:
        assert word in err


def test_prints_verdict_segments_and_totals_within_80_columns_without_colour(tmp_path: Path) -> None:
    code, out, _ = analyze(file_of(tmp_path, demo_recording()))
    assert code == 0
    assert "verdict    found" in out
    assert "\nbackward " in out
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= 80


def test_why_says_for_each_segment_why_it_was_called(tmp_path: Path) -> None:
    path = file_of(tmp_path, demo_recording())
    document = json.loads(analyze(path, "--json")[1])
    out = " ".join(analyze(path, "--why")[1].split())
    for segment in document["segments"]:
        assert segment["evidence"]["for_it"]
        for sentence in segment["evidence"]["for_it"]:
            assert " ".join(sentence.split()) in out


def test_json_says_what_it_is_and_agrees_with_the_truth(tmp_path: Path) -> None:
    code, out, _ = analyze(file_of(tmp_path, demo_recording()), "--json")
    document = json.loads(out)
    assert code == 0
    assert (document["format"], document["version"], document["verdict"]) == ("retrorun analysis", 1, "found")
    assert document["activity"]["sport"] == "running"
    assert len(document["segments"]) == len(demo_truth())
    for segment, (start_s, end_s) in zip(document["segments"], demo_truth(), strict=True):
        assert min(segment["end_s"], end_s) - max(segment["start_s"], start_s) > (end_s - start_s) / 2


@pytest.mark.parametrize(("name", "begins"), [("run.png", b"\x89PNG"), ("run.svg", b"<?xml"), ("run.pdf", b"%PDF")])
def test_plot_writes_a_picture_of_the_kind_that_its_name_says(tmp_path: Path, name: str, begins: bytes) -> None:
    code, out, _ = analyze(file_of(tmp_path, fit_recording()), "--plot", str(tmp_path / name))
    assert code == 0
    assert name in out
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_plot_refuses_a_name_that_is_no_picture(tmp_path: Path) -> None:
    path = file_of(tmp_path, fit_recording())
    assert_one_error(analyze(path, "--plot", str(tmp_path / "run.doc")), "run.doc", ".png")


def test_an_ordinary_run_has_the_verdict_none(tmp_path: Path) -> None:
    code, out, _ = analyze(file_of(tmp_path, fit_recording()))
    assert code == 0
    assert "verdict    none" in out


def test_a_run_without_cadence_cannot_tell_and_says_why(tmp_path: Path) -> None:
    code, out, _ = analyze(file_of(tmp_path, fit_recording(cadence=False)))
    assert code == 0
    assert "verdict    cannot tell" in out
    assert re.search(r"no (usable )?cadence", out)


@pytest.mark.parametrize("share", [0.25, 0.4, 0.5, 0.75])
def test_a_cut_file_is_analysed_as_far_as_it_goes_and_the_loss_is_said(tmp_path: Path, share: float) -> None:
    data = demo_recording()
    path = file_of(tmp_path, data[: int(share * len(data))])
    code, out, _ = analyze(path)
    document = json.loads(analyze(path, "--json")[1])
    assert code == 0
    assert "damaged    " in out
    assert "verdict    " in out
    assert document["activity"]["damage"]
    assert document["summary"]["elapsed_s"] == pytest.approx(2717 * share, rel=0.05)


def test_an_empty_file_is_one_error(tmp_path: Path) -> None:
    assert_one_error(analyze(file_of(tmp_path, b"")), "run.fit", "empty")


@pytest.mark.parametrize("name", ["run.fit", "run.gpx", "page.html"])
def test_a_web_page_is_one_error(tmp_path: Path, name: str) -> None:
    assert_one_error(analyze(file_of(tmp_path, HTML, name)), name)


def test_a_ride_is_one_error(tmp_path: Path) -> None:
    assert_one_error(analyze(file_of(tmp_path, fit_recording(sport=CYCLING))), "cycling", "not running")


def test_a_missing_file_and_a_folder_are_one_error_each(tmp_path: Path) -> None:
    assert_one_error(analyze(tmp_path / "none.fit"), "none.fit", "no such file")
    assert_one_error(analyze(tmp_path), "folder")


def test_a_gait_profile_is_used_and_a_broken_one_is_one_error(tmp_path: Path) -> None:
    path = file_of(tmp_path, fit_recording())
    profile = file_of(tmp_path, GaitProfile.fit([read_activity(path)]).to_json().encode(), "me.json")
    assert analyze(path, "--profile", str(profile))[0] == 0
    assert_one_error(analyze(path, "--profile", str(file_of(tmp_path, b"{", "broken.json"))))


@pytest.mark.parametrize(
    "path", shared_files("activities", "*.fit") + shared_files("activities", "*.gz"), ids=lambda path: path.name
)
def test_ends_well_on_every_real_recording(path: Path) -> None:
    code, out, err = analyze(path)
    assert code == 0, err
    assert "verdict    " in out
    assert max(map(len, out.splitlines())) <= 80
