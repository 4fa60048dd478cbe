from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from typer.testing import CliRunner

from retrorun.cli.app import app
from retrorun.detection.profile import GaitProfile
from tests.batch.made import SPANS, made

RUN = CliRunner()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    for day in range(3):
        (folder / f"run{day}.fit").write_bytes(made(seed=day, day=20 * day, spans=SPANS if day else ()))
    (folder / "empty.fit").write_bytes(b"")
    return folder


def test_scan_tells_the_story_and_writes_the_table(archive: Path, tmp_path: Path) -> None:
    output, picture = tmp_path / "all.csv", tmp_path / "season.png"
    done = RUN.invoke(
        app, ["scan", str(archive), "-o", str(output), "--plot", str(picture), "--workers", "1"], catch_exceptions=False
    )
    assert done.exit_code == 0
    assert "4 recordings: 3 read, 0 skipped, 0 duplicate, 1 failed" in done.stdout
    assert "backward running found in 2, none in 1, cannot tell in 0" in done.stdout
    assert "2026-03" in done.stdout
    assert "2026-04" in done.stdout
    assert output.read_text(encoding="utf-8").count("\n") == 5
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in tmp_path.iterdir() if not path.name.startswith(".")} == {
        "all.csv",
        "all.segments.csv",
        "all.csv.journal",
        "season.png",
    }


def test_scan_writes_the_season_as_a_page_and_a_page_of_each_run_with_backward_running(
    archive: Path, tmp_path: Path
) -> None:
    season, pages = tmp_path / "season.html", tmp_path / "pages of runs"
    words = ["scan", str(archive), "--report", str(season), "--pages", str(pages), "--workers", "1"]
    done = RUN.invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0
    text = season.read_text(encoding="utf-8")
    assert "Backward running was found in 2 of 3 runs" in text
    links = set(re.findall(r'href="(pages[^"]+)"', text))
    assert len(links) == 2
    for link in links:
        page = tmp_path / unquote(link)
        assert "Backward running was found" in page.read_text(encoding="utf-8")
    assert len(list(pages.iterdir())) == 2
    assert str(archive) not in text


def test_a_scan_without_backward_running_shows_no_empty_table(archive: Path) -> None:
    done = RUN.invoke(app, ["scan", str(archive / "run0.fit"), "--workers", "1"], catch_exceptions=False)
    assert done.stdout.startswith("1 recording: 1 read,")
    assert "none in 1" in done.stdout
    assert "month" not in done.stdout


def test_what_is_no_profile_is_told_which_command_writes_one(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text("[]", encoding="utf-8")
    done = RUN.invoke(app, ["scan", str(archive), "--profile", str(tmp_path / "rows.json")])
    assert done.exit_code == 1
    assert "`retrorun profile`" in done.stderr


def test_pages_of_runs_want_the_page_that_links_to_them(archive: Path, tmp_path: Path) -> None:
    done = RUN.invoke(app, ["scan", str(archive), "--pages", str(tmp_path / "pages")])
    assert done.exit_code == 2
    assert "--pages needs --report" in done.stderr


def test_scan_as_json(archive: Path) -> None:
    done = RUN.invoke(app, ["scan", str(archive), "--workers", "1", "--json"], catch_exceptions=False)
    data = json.loads(done.stdout)
    assert data["complete"] is True
    assert [month["start"] for month in data["months"]] == ["2026-03-01", "2026-04-01"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent"], "absent: there is no such file or folder; check the path"),
        ([".", "-o", "out.xlsx"], "a table cannot have the ending '.xlsx'"),
        ([".", "--plot", "out.doc"], "out.doc"),
        ([".", "--report", "out.pdf"], "a page cannot have the ending '.pdf'; use .html or .htm"),
        ([".", "--scheduler", "tcp://127.0.0.1:9"], "the scheduler does not answer"),
    ],
)
def test_scan_refuses_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("retrorun.cli.scan.SCHEDULER_WAIT_S", 0.2)
    (tmp_path / "a.fit").write_bytes(b"")
    done = RUN.invoke(app, ["scan", *arguments])
    assert done.exit_code == 1
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert message in line


def test_profile_is_written_and_updated(archive: Path, tmp_path: Path) -> None:
    output = tmp_path / "me.json"
    first = RUN.invoke(app, ["profile", str(archive), "-o", str(output)], catch_exceptions=False)
    assert first.exit_code == 0
    assert "learnt from 3 runs" in first.stdout
    assert "1 recording left out" in first.stdout
    assert GaitProfile.from_json(output.read_text()).activities == 3
    (tmp_path / "new.fit").write_bytes(made(seed=8, day=99, spans=()))
    RUN.invoke(app, ["profile", str(tmp_path / "new.fit"), "-o", str(output), "--update"], catch_exceptions=False)
    assert GaitProfile.from_json(output.read_text()).activities == 4


def test_a_scan_lets_the_profile_learn_and_again_it_is_left_as_it_is(archive: Path, tmp_path: Path) -> None:
    output = tmp_path / "me.json"
    words = ["scan", str(archive), "--profile", str(output), "--update-profile", "--workers", "1"]
    first = RUN.invoke(app, words, catch_exceptions=False)
    assert "runs in the profile: 1, of them new: 1" in first.stdout
    assert "not from 2: what was called backward is not confirmed: label it" in first.stdout
    before = output.read_bytes()
    assert "runs in the profile: 1, of them new: 0" in RUN.invoke(app, words, catch_exceptions=False).stdout
    assert output.read_bytes() == before


def test_a_scan_that_was_stopped_teaches_nothing_yet(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("retrorun.batch.work.scan_group", stop)
    words = ["scan", str(archive), "--profile", str(tmp_path / "me.json"), "--update-profile", "--workers", "1"]
    assert RUN.invoke(app, words).exit_code == 130
    assert not (tmp_path / "me.json").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--update-profile",),
        ("--update-profile", "--profile", "me.txt"),
        ("--update-profile", "--profile", "me.json", "--athletes"),
    ],
)
def test_a_profile_that_cannot_learn_is_refused_before_the_scan(archive: Path, words: tuple[str, ...]) -> None:
    assert RUN.invoke(app, ["scan", str(archive), *words]).exit_code != 0
