from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from retrorun.activity.read import read_activity
from retrorun.cli.app import app
from retrorun.demo import demo_recording
from retrorun.report.export import FORMATS
from retrorun.session.document import save_session
from retrorun.session.notation import parse_session
from tests.recordings import CYCLING, fit_recording
from tests.report.pictures import leave_unpainted
from tests.shared_data import shared

PLAN = "10min; 4x(400m; 400m bwd @ 6:40-7:20/km; 90s walk rest); 10min"


def retrorun(*words: object) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": "80"}).invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    path = tmp_path / "demo run.fit"
    path.write_bytes(demo_recording())
    return path


@pytest.fixture
def unpainted(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_unpainted(monkeypatch)


def test_report_writes_a_page_and_says_where(demo: Path) -> None:
    page = demo.with_name("report.html")
    code, out, err = retrorun("report", demo, "-o", page)
    assert (code, err) == (0, "")
    assert out.split() == ["report", *str(page).split()]
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert "Backward running was found" in text
    assert "demo run.fit" in text
    assert 'id="plan"' in text  # the demo carries its plan
    assert page.stat().st_size < 300_000


@pytest.mark.usefixtures("unpainted")
def test_report_in_miles_with_a_plan_of_its_own(demo: Path) -> None:
    page = demo.with_name("report.html")
    code, _, _ = retrorun("report", demo, "-o", page, "--units", "mile", "--plan", PLAN)
    assert code == 0
    text = page.read_text(encoding="utf-8")
    assert "/mi" in text
    assert "/km</td>" not in text


@pytest.mark.usefixtures("unpainted")
def test_a_label_of_the_runner_reaches_the_report(demo: Path) -> None:
    page = demo.with_name("report.html")
    assert retrorun("label", demo, "--forward", "0:00-45:00")[0] == 0
    assert retrorun("report", demo, "-o", page)[0] == 0
    assert "No backward running was found" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(("view", "look"), [("run", "light"), ("plane", "dark"), ("track", "light"), ("plan", "dark")])
def test_draw_makes_each_picture(demo: Path, view: str, look: str) -> None:
    picture = demo.with_name("picture.png")
    assert retrorun("draw", demo, "-o", picture, "--view", view, "--look", look)[0] == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_plan_that_is_not_there_cannot_be_drawn(tmp_path: Path) -> None:
    run = tmp_path / "run.fit"
    run.write_bytes(fit_recording())
    code, _, err = retrorun("draw", run, "-o", tmp_path / "plan.png", "--view", "plan")
    assert code == 1
    assert err.startswith("error: there is no plan to draw")


@pytest.mark.parametrize("form", FORMATS)
def test_convert_writes_every_format_and_leaves_the_recording_alone(demo: Path, form: str) -> None:
    before = demo.read_bytes()
    out = demo.with_name(f"out.{form}")
    code, _, err = retrorun("convert", demo, "-o", out)
    if form in ("gpx", "geojson") and "no positions" in err:
        assert code == 1
        return
    assert (code, err) == (0, "")
    assert out.stat().st_size > 500
    assert demo.read_bytes() == before


def test_convert_agrees_with_analyze(demo: Path) -> None:
    out = demo.with_name("out.json")
    assert retrorun("convert", demo, "-o", out)[0] == 0
    assert json.loads(out.read_text(encoding="utf-8")) == json.loads(retrorun("analyze", demo, "--json")[1])


def test_an_annotated_recording_reads_as_before(demo: Path) -> None:
    out = demo.with_name("out.fit")
    assert retrorun("convert", demo, "-o", out)[0] == 0
    before, after = read_activity(demo), read_activity(out)
    assert after.speed_mps.tolist() == pytest.approx(before.speed_mps.tolist(), nan_ok=True)
    assert after.developer["direction"].sum() > 0
    code, _, err = retrorun("convert", out, "-o", demo.with_name("twice.fit"))
    assert code == 1
    assert "already carries the field 'direction'" in err


def test_a_packed_recording_is_annotated_unpacked() -> None:
    path = shared("activities", "athlete06_7c0f9480.gpx.gz")
    out = Path("out.fit")
    code, _, err = retrorun("convert", path, "-o", out)
    assert (code, out.exists()) == (1, False)
    assert "only a FIT recording can be annotated" in err


@pytest.mark.parametrize("command", ["report", "draw", "convert"])
def test_what_is_no_run_is_refused_in_one_line(tmp_path: Path, command: str) -> None:
    ride = tmp_path / "ride.fit"
    ride.write_bytes(fit_recording(sport=CYCLING))
    ending = {"report": "html", "draw": "png", "convert": "csv"}[command]
    out = tmp_path / f"out.{ending}"
    code, _, err = retrorun(command, ride, "-o", out)
    assert code == 1
    assert "this is cycling, not running" in err
    assert err.count("\n") == 1
    assert not out.exists()


@pytest.mark.usefixtures("unpainted")
def test_a_name_that_is_no_utf_8_gets_its_report(demo: Path, tmp_path: Path) -> None:
    odd, page = Path(os.fsdecode(os.fsencode(tmp_path) + b"/l\xe4uf.fit")), tmp_path / "out.html"
    odd.write_bytes(demo.read_bytes())
    assert retrorun("report", odd, "-o", page)[0] == 0
    assert "<h1>l\\xe4uf.fit</h1>" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["report", "draw", "convert"])
def test_what_cannot_be_read_is_named(tmp_path: Path, command: str) -> None:
    path = tmp_path / "empty.fit"
    path.write_bytes(b"")
    ending = {"report": "html", "draw": "png", "convert": "csv"}[command]
    code, _, err = retrorun(command, path, "-o", tmp_path / f"out.{ending}")
    assert code == 1
    assert err.startswith(f"error: {path}: the file is empty")


@pytest.mark.parametrize(
    ("command", "name", "hint"),
    [
        ("report", "out.pdf", "a page cannot have the ending '.pdf'; use .html or .htm"),
        ("report", "out", "a page cannot have the ending ''; use .html or .htm"),
        ("draw", "out.bmp", "a picture cannot have the ending '.bmp'; use .png, .svg or .pdf"),
        ("convert", "out.xlsx", "an analysed recording cannot have the ending '.xlsx'; use .json"),
    ],
)
def test_an_ending_that_says_something_else_is_refused_before_any_work(
    tmp_path: Path, command: str, name: str, hint: str
) -> None:
    code, _, err = retrorun(command, tmp_path / "none.fit", "-o", tmp_path / name)
    assert code == 1
    assert hint in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("command", "name"), [("report", "run.html"), ("draw", "run.png"), ("convert", "run.fit")])
@pytest.mark.parametrize("way", ["same", "link"])
def test_a_recording_is_never_written_over(tmp_path: Path, command: str, name: str, way: str) -> None:
    recording = tmp_path / (name if way == "same" else "real.fit")
    recording.write_bytes(demo_recording())
    out = tmp_path / name
    if way == "link":
        out.symlink_to(recording)
    code, _, err = retrorun(command, recording, "-o", out)
    assert code == 1
    assert "this file is read by the same command" in err
    assert recording.read_bytes() == demo_recording()


@pytest.mark.parametrize(("option", "content"), [("--profile", "profile"), ("--plan", "plan")])
def test_a_profile_or_a_plan_is_never_written_over(demo: Path, option: str, content: str) -> None:
    read = demo.with_name(f"{content}.json")
    assert retrorun("profile", demo.parent, "-o", read)[0] == 0
    if content == "plan":
        save_session(parse_session(PLAN), read)
    before = read.read_bytes()
    code, _, err = retrorun("convert", demo, "-o", read, option, read)
    assert code == 1
    assert "this file is read by the same command" in err
    assert read.read_bytes() == before


@pytest.mark.usefixtures("unpainted")
def test_a_page_can_be_zoomed_when_that_is_asked_for(demo: Path) -> None:
    page = demo.with_name("report.html")
    assert retrorun("report", demo, "-o", page, "--interactive")[0] == 0
    assert page.stat().st_size > 3_000_000
