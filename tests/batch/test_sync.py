"""The whole loop on a fake service: push, run, fetch, match, label, learn, describe; stopped, it ends the same."""

from __future__ import annotations

import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import Result

from retrorun.activity.read import read_activity
from retrorun.analysis.labels import ENDING
from retrorun.batch.sync import PROFILE, STATE, load_state, read_plans
from retrorun.demo import CREATED, SERIAL, SESSION_TEXT, demo_recording, demo_truth
from retrorun.detection.profile import GaitProfile
from retrorun.errors import PlanError, RecordingError
from retrorun.fit.writer import Message, write_fit
from retrorun.services import http
from retrorun.services.fetch import MARK
from retrorun.session.notation import parse_session
from retrorun.workout.fit import compile_workout
from tests import command
from tests.recordings import RUNNING, START, fit_recording
from tests.services.calendar import KEY, Calendar, connected

FORWARD = [fit_recording(seconds=1500, seed=seed) for seed in (1, 2)]
SESSION = "2026-05-02-180000-i2.fit"


def run(*words: object) -> Result:
    result = command.run(*words)
    assert KEY not in result.output
    return result


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calendar]:
    monkeypatch.setattr(http, "BACK_OFF_S", 0.0)
    with connected(monkeypatch) as made:
        made.add("i1", "2026-05-01T07:30:00", FORWARD[0], description="Easy.")
        made.add("i2", "2026-05-02T18:00:00", demo_recording())
        made.add("i3", "2026-05-03T07:30:00", FORWARD[1])
        made.withhold("1700", "2026-05-04T07:30:00")
        yield made


def fit_session(laps: list[tuple[int, float]]) -> bytes:
    """A run in laps of some seconds at some speed, each with its lap message and without a workout."""
    messages = [
        Message(kind="file_id", values={"type": 4, "manufacturer": 255, "serial_number": 2, "time_created": START})
    ]
    at, distance = START, 0.0
    for seconds, speed in laps:
        for _ in range(seconds):
            at, distance = at + 1, distance + speed
            values = {"timestamp": at, "distance": distance, "enhanced_speed": speed, "cadence": 85}
            messages.append(Message(kind="record", values=values))
        lap = {"timestamp": at, "start_time": at - seconds, "total_elapsed_time": seconds, "total_timer_time": seconds}
        messages.append(Message(kind="lap", values=lap | {"sport": RUNNING, "total_distance": seconds * speed}))
    whole = {"timestamp": at, "start_time": START, "total_elapsed_time": at - START, "sport": RUNNING}
    return write_fit([*messages, Message(kind="session", values=whole)])


def sync(folder: Path, *words: object) -> Result:
    return run("sync", "--service", "intervals.icu", "--since", "2026-05-01", "-o", folder, *words)


def label_the_truth(folder: Path) -> None:
    spans = [f"{start:.0f}s-{end:.0f}s" for start, end in demo_truth()]
    words = [word for span in spans for word in ("--backward", span)]
    assert run("label", folder / SESSION, *words).exit_code == 0


def kept(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


def descriptions(calendar: Calendar) -> dict[str, str]:
    return {number: str(row.get("description", "")) for number, row in calendar.activities.items()}


def test_the_loop_closes(calendar: Calendar, tmp_path: Path) -> None:
    words = ("--to", "intervals.icu", "--day", "2026-05-02", "--name", "Retro 400s")
    assert run("push", SESSION_TEXT, *words).exit_code == 0
    assert len(calendar.events) == 1
    first = sync(tmp_path)
    assert first.exit_code == 0
    lines = first.stdout.splitlines()
    assert any(SESSION in line and "Retro 400s: 14 of 14 steps completed, 4 of 4 backward" in line for line in lines)
    assert "withheld   2026-05-04 07:30:00  STRAVA activities are not available via the API" in lines
    assert lines[-1] == f"the profile rests on 2 of 3 runs: {tmp_path / PROFILE}"
    assert GaitProfile.from_json((tmp_path / PROFILE).read_text()).uplift is None  # nothing from a guess

    label_the_truth(tmp_path)
    labelled = sync(tmp_path, "--describe")
    assert labelled.stdout.splitlines()[-1] == f"the profile rests on 3 of 3 runs: {tmp_path / PROFILE}"
    learnt = GaitProfile.from_json((tmp_path / PROFILE).read_text())
    activities = [read_activity(data) for data in (FORWARD[0], demo_recording(), FORWARD[1])]
    own = GaitProfile.fit([activities[1]], labels=[list(demo_truth())])
    assert learnt.activities == 3
    assert learnt.uplift == pytest.approx(own.uplift, abs=0.01)
    said = descriptions(calendar)
    assert said["i1"] == f"Easy.\n{MARK} no backward running found"
    assert said["i2"].startswith(MARK)
    assert "backward in 4 stretches" in said["i2"]

    packet = tmp_path.parent / "packet.zip"
    assert run("share", tmp_path / SESSION, "-o", packet).exit_code == 0
    with zipfile.ZipFile(packet) as archive:
        assert not any(KEY.encode() in archive.read(name) for name in archive.namelist())

    before, puts = kept(tmp_path), [method for method, _ in calendar.asked].count("PUT")
    again = sync(tmp_path, "--describe")
    assert again.stdout.splitlines()[1:] == [f"the profile rests on 3 of 3 runs: {tmp_path / PROFILE}"]
    assert kept(tmp_path) == before
    assert [method for method, _ in calendar.asked].count("PUT") == puts

    sync(tmp_path, "--no-describe")
    assert descriptions(calendar) == {"i1": "Easy.", "i2": "", "i3": "", "1700": ""}
    assert not any(KEY.encode() in data for data in kept(tmp_path).values())


def test_stopped_anywhere_and_done_again_it_ends_the_same(calendar: Calendar, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    sync(whole)
    label_the_truth(whole)
    sync(whole, "--describe")
    end, said = kept(whole), descriptions(calendar)
    requests = 3 + 3 + 6  # pages of the list, files, and two for each description
    for stop in range(requests):
        folder = tmp_path / str(stop)
        for row in calendar.activities.values():
            row.pop("description", None)
        calendar.activities["i1"]["description"] = "Easy."
        sync(folder, "--describe") if stop % 2 else None
        folder.mkdir(exist_ok=True)
        (folder / SESSION).write_bytes(demo_recording())
        label_the_truth(folder)
        calendar.failures = [*[""] * stop, 401]
        stopped = sync(folder, "--describe")
        assert (stopped.exit_code == 1) == (not calendar.failures)
        calendar.failures.clear()
        assert sync(folder, "--describe").exit_code == 0
        assert kept(folder) == end, stop
        assert descriptions(calendar) == said


@pytest.mark.usefixtures("calendar")
def test_a_sync_that_was_killed_between_two_runs_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync(tmp_path / "whole")
    from retrorun.batch import sync as module

    save, count = module._save, []

    def killed(*words: object) -> None:
        count.append(1)
        if len(count) == 2:
            raise KeyboardInterrupt
        save(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_save", killed)
    assert sync(tmp_path / "killed").exit_code == 130
    assert len(load_state(tmp_path / "killed").runs) == 1
    sync(tmp_path / "killed")
    assert kept(tmp_path / "killed") == kept(tmp_path / "whole")


def test_a_plan_is_found_by_serial_and_by_day(tmp_path: Path) -> None:
    planned = parse_session("10min; 2min bwd; 10min", name="Tuesday")
    (tmp_path / "2025-12-31 tuesday.txt").write_text("10min; 2min bwd; 10min")
    (tmp_path / "w.fit").write_bytes(
        compile_workout(parse_session(SESSION_TEXT, name="By serial"), created=CREATED, serial=SERIAL)
    )
    (tmp_path / "notes.txt").write_text("no session at all")
    plans = read_plans(tmp_path)
    assert [one.name for one in plans.of(read_activity(demo_recording()))] == ["By serial"]
    activity = read_activity(FORWARD[0])
    assert activity.start_time is not None
    (tmp_path / "2025-12-31 tuesday.txt").rename(tmp_path / f"{activity.start_time.date()} tuesday.txt")
    (by_day,) = read_plans(tmp_path).of(activity)
    assert by_day.steps == planned.steps


@pytest.mark.parametrize("first", [False, True])
def test_of_several_sessions_of_a_day_the_one_of_the_same_shape_is_taken(
    calendar: Calendar, tmp_path: Path, first: bool
) -> None:
    plans = tmp_path / "plans"
    plans.mkdir()
    data = fit_session([(300, 2.9), (60, 1.6), (120, 2.9), (60, 1.6), (300, 2.9)])
    day = "2025-12-31" if read_activity(data).start_time is None else str(read_activity(data).start_time)[:10]
    names = ("a", "b") if first else ("b", "a")
    (plans / f"{day} {names[0]}.txt").write_text("5min; 60s bwd; 2min; 60s bwd; 5min")
    (plans / f"{day} {names[1]}.txt").write_text("20min; 6x(3min bwd; 1min rest); 20min")
    calendar.add("i5", "2026-05-05T07:30:00", data)
    line = next(line for line in sync(tmp_path / "runs", "--plan", plans).stdout.splitlines() if "i5.fit: " in line)
    assert "5 of 5 steps completed" in line


def test_a_folder_without_plans_is_said(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="no planned session"):
        read_plans(tmp_path)
    with pytest.raises(PlanError, match="no such folder"):
        read_plans(tmp_path / "none")


def test_one_bad_file_is_one_line(calendar: Calendar, tmp_path: Path) -> None:
    calendar.files["i1"] = demo_recording()[:200]
    (tmp_path / f"2026-05-03-073000-i3.fit{ENDING}").write_text("{}")
    result = sync(tmp_path)
    assert result.exit_code == 0
    assert "the profile rests on 0 of 3 runs: there is none yet" in result.stdout
    damaged = next(line for line in result.stdout.splitlines() if line.startswith("2026-05-03-073000-i3.fit: "))
    assert f"i3.fit{ENDING}: " in damaged


@pytest.mark.usefixtures("calendar")
def test_another_recording_under_the_same_name_is_analysed_anew(tmp_path: Path) -> None:
    sync(tmp_path)
    (tmp_path / SESSION).write_bytes(fit_recording(seconds=1500, seed=7))
    result = sync(tmp_path)
    assert f"{SESSION}: no backward running found" in result.stdout
    assert "the profile rests on 3 of 3 runs" in result.stdout
    assert sync(tmp_path).stdout.count(SESSION) == 0


@pytest.mark.usefixtures("calendar")
def test_a_profile_of_runs_that_were_taken_away_goes_with_them(tmp_path: Path) -> None:
    sync(tmp_path)
    assert (tmp_path / PROFILE).exists()
    for path in tmp_path.glob("*.fit"):
        path.unlink()
    sync(tmp_path)
    assert not (tmp_path / PROFILE).exists()


@pytest.mark.usefixtures("calendar")
@pytest.mark.parametrize("text", ["", "{}", '{"format": "retrorun synced", "version": 1, "runs": [{}]}'])
def test_a_damaged_state_is_one_error(tmp_path: Path, text: str) -> None:
    sync(tmp_path)
    (tmp_path / STATE).write_text(text)
    with pytest.raises(RecordingError, match=f"{STATE}.*delete it"):
        load_state(tmp_path)
    assert sync(tmp_path).exit_code == 1


@pytest.mark.slow
def test_killed_at_any_moment_and_done_again_it_ends_the_same(calendar: Calendar, tmp_path: Path) -> None:
    """Some thirty kills; the moments are drawn, the end must be the same."""

    def start(folder: Path) -> subprocess.Popen[bytes]:
        words = ["sync", "--since", "2026-05-01", "--describe", "-o", str(folder)]
        return subprocess.Popen(
            [sys.executable, "-m", "retrorun", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    assert start(tmp_path / "first").wait() == 0  # one that may still compile, and is no measure for the others
    begun = time.monotonic()
    assert start(tmp_path / "whole").wait() == 0
    whole_s, end, said = time.monotonic() - begun, kept(tmp_path / "whole"), descriptions(calendar)
    moments, kills = random.Random(5), 0  # noqa: S311 - nothing secret
    for trial in range(12):
        for number in ("i2", "i3"):
            calendar.activities[number].pop("description", None)
        calendar.activities["i1"]["description"] = "Easy."
        for _ in range(3):
            process = start(tmp_path / str(trial))
            time.sleep(moments.uniform(0.3, 1.0) * whole_s)
            kills += process.poll() is None
            process.kill()
            process.wait()
        assert start(tmp_path / str(trial)).wait() == 0
        assert kept(tmp_path / str(trial)) == end
        assert descriptions(calendar) == said
    assert kills
