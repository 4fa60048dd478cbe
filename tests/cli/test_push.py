from __future__ import annotations

import json
import sys
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from retrorun.cli import fetch, push
from retrorun.cli.app import app
from retrorun.fit.workout_message import file_identity, is_workout
from retrorun.match.identity import load_index
from retrorun.services.intervals_icu import send
from retrorun.services.keys import VARIABLE
from retrorun.session.document import save_session
from retrorun.session.model import Direction, Session, Step
from retrorun.session.notation import parse_session
from retrorun.session.values import Distance
from retrorun.watch import find
from retrorun.workout.deliver import is_schedule, read_schedule
from retrorun.workout.fit import compile_workout, decompile, decompile_workout
from tests import command
from tests.services import garmin
from tests.services.calendar import KEY, running
from tests.watch.watches import SECRETS, everything_in, make_watch, manifest

NOTATION = "10min warmup; 4x(400m fwd @ 5:00/km; 400m bwd @ 6:40-7:20/km; 90s rest); 10min cooldown"


def run(*words: object) -> Result:
    return command.run("push", *words)


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
    assert f"would be replaced and removed: {old}" in dry.stdout
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


# ---- days ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """What `retrorun plan -o` writes: workouts, their schedule, a calendar."""
    folder = tmp_path / "plan"
    words = ["plan", "--start", "2026-03-02", "--weeks", "2", "-o", str(folder), "--created", "2026-01-01T00:00:00Z"]
    assert CliRunner().invoke(app, words).exit_code == 0
    return folder


def parts(inbox: Path) -> tuple[list[Path], list[Path]]:
    """The workouts and the schedules in a folder."""
    files = sorted(inbox.iterdir())
    return [one for one in files if is_workout(one.read_bytes())], [
        one for one in files if is_schedule(one.read_bytes())
    ]


def days_of(inbox: Path) -> list[tuple[date, str]]:
    workouts, (schedule,) = parts(inbox)
    names = {file_identity(path.read_bytes()): decompile_workout(path).name for path in workouts}
    return [(entry.day, names[entry.workout]) for entry in read_schedule(schedule.read_bytes())]


def test_a_plan_goes_to_the_watch_with_the_schedule_that_it_was_written_with(root: Path, plan: Path) -> None:
    inbox = root / "GARMIN" / "NewFiles"
    result = run(plan, "--watch", root)
    assert result.exit_code == 0
    workouts, (schedule,) = parts(inbox)
    assert schedule.read_bytes() == (plan / "schedule.fit").read_bytes()
    assert {one.read_bytes() for one in workouts} == {one.read_bytes() for one in parts(plan)[0]}
    assert [day for day, _ in days_of(inbox)] == [date(2026, 3, day) for day in (2, 5, 9, 12)]
    assert "2026-03-02: First backward steps 4x30s" in result.stdout
    assert "written" not in run(plan, "--watch", root).stdout


def test_a_plan_begins_when_it_is_told_to_and_keeps_its_gaps(root: Path, plan: Path) -> None:
    before = everything_in(root)
    dry = run(plan, "--watch", root, "--from", "2026-05-01", "--dry-run")
    assert [line[:10] for line in dry.stdout.splitlines()[:4]] == [f"2026-05-{day:02}" for day in (1, 4, 8, 11)]
    assert everything_in(root) == before
    given = [f"{plan}/{name}" for name in sorted(path.name for path in plan.iterdir() if path.suffix == ".fit")]
    run(*given, "--watch", root, "--from", "2026-05-01")
    assert [day for day, _ in days_of(root / "GARMIN" / "NewFiles")] == [date(2026, 5, day) for day in (1, 4, 8, 11)]
    planned = [name for _, name in days_of(plan_inbox(plan))]
    assert [name for _, name in days_of(root / "GARMIN" / "NewFiles")] == planned


def plan_inbox(plan: Path) -> Path:
    """The plan's folder without its calendar, as `days_of` reads one."""
    (plan / "plan.ics").unlink()
    return plan


def test_one_workout_for_a_day_and_several_from_a_day_on(root: Path, tmp_path: Path) -> None:
    inbox = root / "GARMIN" / "NewFiles"
    run(NOTATION, "--name", "Retro 400s", "--watch", root, "--day", "2026-05-01")
    assert days_of(inbox) == [(date(2026, 5, 1), "Retro 400s")]
    other = make_watch(tmp_path / "OTHER", text=manifest())
    run("10min bwd", "20min bwd", "--watch", other, "--from", "2026-05-01")
    assert [day for day, _ in days_of(other / "GARMIN" / "NewFiles")] == [date(2026, 5, 1), date(2026, 5, 2)]


def test_a_schedule_still_names_its_workouts_when_they_get_other_names(root: Path, plan: Path) -> None:
    run(plan, "--watch", root, "--name", "Again")
    assert {name for _, name in days_of(root / "GARMIN" / "NewFiles")} == {"Again"}


def test_an_edited_plan_replaces_its_workouts_and_its_schedule(root: Path, tmp_path: Path) -> None:
    folder, inbox, index = tmp_path / "week", root / "GARMIN" / "NewFiles", tmp_path / "sessions.json"
    folder.mkdir()
    (folder / "1.txt").write_text("name: One\n10min bwd")
    (folder / "2.txt").write_text("name: Two\n12min bwd")
    run(folder, "--watch", root, "--index", index, "--from", "2026-05-01")
    run("5min bwd", "--name", "Another", "--watch", root, "--index", index, "--day", "2026-06-01")
    (folder / "2.txt").write_text("name: Two\n15min bwd")
    result = run(folder, "--watch", root, "--index", index, "--from", "2026-05-01")
    assert result.stdout.count("replaced and removed") == 2
    workouts, schedules = parts(inbox)
    assert {decompile_workout(path).name for path in workouts} == {"One", "Two", "Another"}
    known = {file_identity(path.read_bytes()) for path in workouts}
    entries = [entry for path in schedules for entry in read_schedule(path.read_bytes())]
    assert {entry.workout for entry in entries} == known
    assert sorted(entry.day.month for entry in entries) == [5, 5, 6]


def test_an_effort_goes_out_in_an_athletes_numbers(root: Path, tmp_path: Path) -> None:
    ann = tmp_path / "ann.yaml"
    ann.write_text("vpeak_backward: 10 km/h")
    assert "vpeak_backward_mps" in run("10min bwd @ 90% vpeak", "--watch", root).stderr
    run("10min bwd @ 90% vpeak", "--watch", root, "--athlete", ann)
    ((path,), _) = parts(root / "GARMIN" / "NewFiles")
    assert decompile_workout(path).steps == parse_session('10min bwd @ 6:40/km "90% vpeak"').steps


def test_a_plan_made_anew_replaces_its_schedule_and_names_what_is_left_of_the_old_one(
    root: Path, plan: Path, tmp_path: Path
) -> None:
    index = tmp_path / "sessions.json"
    run(plan, "--watch", root, "--index", index)
    again = ["plan", "--start", "2026-03-02", "--weeks", "2", "--level", "regular", "-o", str(plan)]
    assert CliRunner().invoke(app, again).exit_code == 0
    result = run(plan, "--watch", root, "--index", index)
    assert result.stderr.count("is in no schedule: it goes out without a day") == 4
    _, schedules = parts(root / "GARMIN" / "NewFiles")
    assert [one.read_bytes() for one in schedules] == [(plan / "schedule.fit").read_bytes()]


def test_a_schedule_alone_says_which_workouts_are_not_there(root: Path, plan: Path) -> None:
    result = run(plan / "schedule.fit", "--watch", root)
    assert "warning: the schedule names 4 workouts that are not among these" in result.stderr
    assert [path.read_bytes() for path in parts(root / "GARMIN" / "NewFiles")[1]] == [
        (plan / "schedule.fit").read_bytes()
    ]


def test_a_plan_goes_into_the_calendar_on_its_days(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    result = run(plan, "--to", "intervals.icu", "--from", "2026-05-01", "--dry-run")
    assert [line.split(" for ")[1][:10] for line in result.stdout.splitlines()] == [
        f"2026-05-{day:02}" for day in (1, 4, 8, 11)
    ]


def test_a_folder_without_sessions_and_a_schedule_with_a_day_are_refused(
    root: Path, plan: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    assert "the folder holds no session" in run(tmp_path / "empty", "--watch", root).stderr
    assert run(plan, "--watch", root, "--day", "2026-05-01").exit_code == 2
    result = run("10min bwd", "--watch", root, "--day", "someday")
    assert result.stderr.startswith("error: --day: 'someday' is no date; write it as 20")


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
    "words",
    [
        ("--as", "text"),
        ("--to", "intervals.icu", "--watch", "enduro"),
        ("--to", "garmin-connect", "--as", "text"),
        ("--to", "garmin-connect", "--lower"),
        ("--day", "2026-05-01", "--from", "2026-05-01"),
    ],
)
def test_an_option_that_would_do_nothing_is_wrong_usage(words: tuple[str, ...]) -> None:
    assert run("10min bwd", "--dry-run", *words).exit_code == 2


def test_what_text_cannot_hold_is_told_before_it_goes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "two words")  # sending fails
    result = run("10min bwd @ 140-150 bpm", "--to", "intervals.icu", "--as", "text")
    finding, error = result.stderr.splitlines()
    assert finding.startswith("warning: steps[0]: ")
    assert error.startswith("error: the intervals.icu key")


# ---- Garmin Connect --------------------------------------------------------------------------------------------------

TO_GARMIN = (NOTATION, "--name", "Retro 400s", "--to", "garmin-connect", "--day", "2026-05-01")


def test_a_session_goes_into_garmin_connect_and_sending_again_replaces_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = garmin.installed(monkeypatch, tmp_path)
    monkeypatch.setenv("RETRORUN_GARMIN_EMAIL", garmin.EMAIL)
    monkeypatch.setenv("RETRORUN_GARMIN_PASSWORD", garmin.PASSWORD)
    first, second = run(*TO_GARMIN), run(*TO_GARMIN)
    assert first.stdout == "sent: Retro 400s, number 900 there\n2026-05-01: Retro 400s\n"
    assert second.stdout == "replaced: Retro 400s, number 900 there\n2026-05-01: Retro 400s\n"
    assert account.schedule == [(900, "2026-05-01")]
    assert account.logins == 1
    assert "unofficial, and may break; keep the file" in first.stderr
    assert garmin.PASSWORD not in first.output + first.stderr


def test_a_session_without_a_name_is_refused_for_it_would_replace_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = garmin.installed(monkeypatch, tmp_path)
    result = run("10min bwd", "--to", "garmin-connect")
    assert result.exit_code == 1
    assert "known by its name, and this one has none; give it one with --name" in result.stderr
    assert account.asked == []


def test_without_a_login_nobody_is_asked_where_there_is_no_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = garmin.installed(monkeypatch, tmp_path)
    monkeypatch.delenv("RETRORUN_GARMIN_EMAIL", raising=False)
    result = run(*TO_GARMIN)
    assert result.exit_code == 1
    assert "Garmin Connect: not logged in; do it once in a terminal, or set RETRORUN_GARMIN_EMAIL" in result.stderr
    assert account.logins == 0


def test_in_a_terminal_the_password_and_the_code_are_asked_unseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = garmin.installed(monkeypatch, tmp_path)
    account.second_step = True
    monkeypatch.setattr(fetch, "_must_be_a_terminal", lambda *_: None)
    unseen = iter([garmin.PASSWORD, garmin.CODE])
    monkeypatch.setattr(fetch, "getpass", lambda _: next(unseen))
    result = CliRunner().invoke(app, ["push", *TO_GARMIN], input=f"{garmin.EMAIL}\n")
    assert result.exit_code == 0
    assert len(account.workouts) == 1


def test_a_dry_run_for_garmin_connect_needs_neither_package_nor_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "garminconnect", None)
    assert run(*TO_GARMIN, "--dry-run").stdout == "would be sent: Retro 400s\n2026-05-01: Retro 400s\n"
    assert "pip install garminconnect" in run(*TO_GARMIN).stderr


def test_no_option_takes_a_key() -> None:
    assert "key" not in {word.strip("-") for word in run("--help").output.split() if word.startswith("--")}
