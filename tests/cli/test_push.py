from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from retrorun.analysis.store import load_index
from retrorun.cli import push
from retrorun.cli.app import app
from retrorun.services.intervals_icu import send
from retrorun.services.keys import VARIABLE
from retrorun.session.document import save_session
from retrorun.session.model import Direction, Session, Step
from retrorun.session.notation import parse_session
from retrorun.session.values import Distance
from retrorun.watch import find
from retrorun.workout.fit import compile_workout, decompile, decompile_workout
from tests.services.calendar import KEY, running
from tests.watch.watches import SECRETS, everything_in, make_watch, manifest

NOTATION = "10min warmup; 4x(400m fwd @ 5:00/km; 400m bwd @ 6:40-7:20/km; 90s rest); 10min cooldown"


def run(*words: object) -> Result:
    result = CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, ["push", *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_watch(tmp_path / "WATCH", text=manifest())


@pytest.fixture
def long_session(tmp_path: Path) -> Path:
    """200 steps, no two neighbours alike."""
    directions = (Direction.FORWARD, Direction.BACKWARD)
    steps = tuple(Step(duration=Distance(distance_m=100 + i), direction=directions[i % 2]) for i in range(200))
    path = tmp_path / "long.yaml"
    save_session(Session(name="Long day", steps=steps), path)
    return path


def test_a_session_goes_to_the_watch_and_the_runner_is_told_to_eject(root: Path) -> None:
    result = run(NOTATION, "--name", "Retro 400s", "--watch", root)
    assert result.exit_code == 0
    (path,) = (root / "GARMIN" / "NewFiles").iterdir()
    assert decompile_workout(path).name == "Retro 400s"
    assert f"written: {path}" in result.stdout
    assert "now eject Forerunner 965" in result.stdout


def test_a_dry_run_says_what_would_be_written_and_writes_nothing(root: Path) -> None:
    before = everything_in(root)
    result = run(NOTATION, "--watch", root, "--dry-run")
    assert "would be written: " in result.stdout
    assert "eject" not in result.stdout
    assert everything_in(root) == before


def test_pushed_sessions_are_remembered_for_their_recordings(root: Path, tmp_path: Path) -> None:
    index = tmp_path / "sessions.json"
    run(NOTATION, "--watch", root, "--dry-run", "--index", index)
    assert not index.exists()
    run(NOTATION, "--name", "Retro 400s", "--watch", root, "--index", index)
    (path,) = (root / "GARMIN" / "NewFiles").iterdir()
    found = load_index(index).find(decompile(path).identity)
    assert found == parse_session(NOTATION, name="Retro 400s")


def test_an_edited_session_replaces_its_old_edition_on_the_watch(root: Path, tmp_path: Path) -> None:
    index, inbox, plan = tmp_path / "sessions.json", root / "GARMIN" / "NewFiles", tmp_path / "tuesday.txt"
    plan.write_text(NOTATION)
    run(NOTATION, "--name", "Another", "--watch", root, "--index", index)
    (another,) = inbox.iterdir()
    run(plan, "--watch", root, "--index", index)
    (old,) = set(inbox.iterdir()) - {another}
    plan.write_text(NOTATION.replace("4x", "5x"))
    dry = run(plan, "--watch", root, "--index", index, "--dry-run")
    assert "removed" not in dry.stdout
    assert old.exists()
    result = run(plan, "--watch", root, "--index", index)
    assert f"replaced and removed: {old}" in result.stdout
    (new,) = set(inbox.iterdir()) - {another}
    assert new != old
    assert decompile_workout(new).steps == parse_session(plan.read_text()).steps
    again = run(plan, "--watch", root, "--index", index)
    assert "removed" not in again.stdout
    assert set(inbox.iterdir()) == {another, new}


def test_a_second_time_nothing_is_written(root: Path) -> None:
    run(NOTATION, "--watch", root)
    before = everything_in(root)
    result = run(NOTATION, "--watch", root)
    assert "already there: " in result.stdout
    assert "eject" not in result.stdout
    assert everything_in(root) == before


def test_the_watch_is_found_by_itself_and_two_are_asked_about(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = [root]
    monkeypatch.setattr(find, "usual_mounts", lambda: mounts)
    assert run(NOTATION, "--dry-run").exit_code == 0
    mounts.append(make_watch(tmp_path / "OTHER", text=manifest(model="Enduro")))
    before = everything_in(tmp_path)
    result = run(NOTATION)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: there are 2 watches: Forerunner 965 at ")
    assert everything_in(tmp_path) == before
    assert run(NOTATION, "--watch", "enduro", "--dry-run").exit_code == 0


def test_no_key_of_the_watch_is_ever_printed(root: Path) -> None:
    for words in ((NOTATION,), (NOTATION, "--json"), ("200x(400m bwd; 10s fwd)", "--dry-run")):
        result = run(*words, "--watch", root)
        assert not any(secret in result.output + result.stderr for secret in SECRETS)


def test_a_session_of_200_steps_is_refused_before_anything_is_written(root: Path, long_session: Path) -> None:
    before = everything_in(root)
    result = run(long_session, "--watch", root)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert "200 steps" in result.stderr
    assert everything_in(root) == before


def test_a_session_of_200_steps_is_split_on_request_and_that_is_told(root: Path, long_session: Path) -> None:
    result = run(long_session, "--watch", root, "--lower")
    assert result.exit_code == 0
    paths = sorted((root / "GARMIN" / "NewFiles").iterdir())
    sessions = [decompile_workout(path) for path in paths]
    assert sum(len(session.steps) for session in sessions) == 200
    assert len(sessions) == 4
    assert "warning: " in result.stderr


def test_an_emoji_name_gives_a_safe_file_name(root: Path) -> None:
    run(NOTATION, "--name", "🏃🔙", "--watch", root)
    (path,) = (root / "GARMIN" / "NewFiles").iterdir()
    assert path.name.startswith("workout-")
    assert path.name.isascii()
    assert decompile_workout(path).name == "🏃🔙"


def test_a_fit_workout_goes_out_as_it_is(root: Path, tmp_path: Path) -> None:
    data = compile_workout(Session(name="x", steps=(Step(duration=Distance(distance_m=400)),)), serial=7)
    (tmp_path / "made.fit").write_bytes(data)
    run(tmp_path / "made.fit", "--watch", root)
    (path,) = (root / "GARMIN" / "NewFiles").iterdir()
    assert path.read_bytes() == data


def test_the_inbox_limit_is_a_warning(root: Path) -> None:
    for number in range(25):
        (root / "GARMIN" / "Workouts" / f"{number}.fit").touch()
    result = run(NOTATION, "--watch", root, "--dry-run")
    assert "warning: Forerunner 965 would hold 26 workouts" in result.stderr


def test_json_holds_the_same(root: Path) -> None:
    document = json.loads(run(NOTATION, "--watch", root, "--json").stdout)
    assert document["watch"] == {"name": "Forerunner 965", "folder": str(root), "kind": "mass storage"}
    assert [one["state"] for one in document["deliveries"]] == ["written"]
    assert document["warning"] == ""
    assert "lines" not in document


# ---- intervals.icu ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["fit", "text"])
def test_a_session_goes_into_the_calendar_and_sending_again_changes_it(
    monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setenv(VARIABLE, KEY)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with running() as calendar:
        monkeypatch.setattr(push, "send", partial(send, url=calendar.url))
        words = (NOTATION, "--name", "Retro 400s", "--to", "intervals.icu", "--day", "2026-05-01", "--as", form)
        for _ in range(2):
            result = run(*words)
            assert result.exit_code == 0
            assert "sent: Retro 400s for 2026-05-01, as retrorun-2026-05-01-retro-400s" in result.stdout
        (event,) = calendar.events.values()
    assert ("filename" in event) is (form == "fit")
    assert KEY not in result.output + result.stderr


def test_a_refused_key_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "another-key")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with running() as calendar:
        monkeypatch.setattr(push, "send", partial(send, url=calendar.url))
        result = run("10min bwd", "--to", "intervals.icu")
    assert result.exit_code == 1
    assert "the key is not accepted (401)" in result.stderr
    assert "another-key" not in result.output + result.stderr


def test_a_dry_run_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    result = run("10min bwd", "--name", "Easy", "--to", "intervals.icu", "--day", "2026-05-01", "--dry-run")
    assert result.stdout == "would be sent: Easy for 2026-05-01, as retrorun-2026-05-01-easy\n"


@pytest.mark.parametrize(
    "words", [("--day", "2026-05-01"), ("--as", "text"), ("--to", "intervals.icu", "--watch", "enduro")]
)
def test_an_option_that_would_do_nothing_is_wrong_usage(words: tuple[str, ...]) -> None:
    assert run("10min bwd", "--dry-run", *words).exit_code == 2


def test_what_text_cannot_hold_is_told_before_it_goes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "two words")  # sending fails
    result = run("10min bwd @ 140-150 bpm", "--to", "intervals.icu", "--as", "text")
    finding, error = result.stderr.splitlines()
    assert finding.startswith("warning: steps[0]: ")
    assert error.startswith("error: the intervals.icu key")


def test_no_option_takes_a_key() -> None:
    assert "key" not in {word.strip("-") for word in run("--help").output.split() if word.startswith("--")}
