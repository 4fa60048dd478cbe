"""The loop at the other services: sessions to Garmin Connect beside intervals.icu, and one's own run at Strava.

What intervals.icu alone does, from the calendar to the profile and the description, stands in tests/batch/test_sync.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from retrorun.activity.read import read_activity
from retrorun.demo import demo_recording
from retrorun.services import http
from retrorun.services.fetch import MARK
from retrorun.services.http import VARIABLE as STRAVA_ADDRESS
from retrorun.services.keys import Token, changing_token, save_token, token_path
from retrorun.workout.garmin_connect import from_garmin_connect
from tests import command
from tests.services import garmin
from tests.services.calendar import KEY, Calendar, connected
from tests.services.strava_server import FakeStrava, serve

PLAN = "name: Retro 400s\n\n10min warmup; 4x(400m bwd; 90s rest); 10min cooldown"
SECRETS = (KEY, garmin.PASSWORD, garmin.TOKEN, "s3cret", "first-access", "first-refresh", "access-1", "refresh-1")


def run(*words: object) -> Result:
    result = command.run(*words)
    assert not [secret for secret in SECRETS if secret in result.output + result.stderr]
    return result


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calendar]:
    with connected(monkeypatch) as made:
        yield made


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> garmin.Account:
    monkeypatch.setenv("RETRORUN_GARMIN_EMAIL", garmin.EMAIL)
    monkeypatch.setenv("RETRORUN_GARMIN_PASSWORD", garmin.PASSWORD)
    return garmin.installed(monkeypatch, tmp_path / "config")


def test_an_edited_plan_is_one_workout_at_each_service(
    calendar: Calendar, account: garmin.Account, tmp_path: Path
) -> None:
    plan = tmp_path / "retro.txt"
    for repetitions in (4, 5):
        plan.write_text(PLAN.replace("4x", f"{repetitions}x"))
        for service in ("intervals.icu", "garmin-connect"):
            assert run("push", plan, "--to", service, "--day", "2026-05-02").exit_code == 0
    assert len(calendar.events) == 1
    (workout,) = account.workouts.values()
    assert account.schedule == [(900, "2026-05-02")]
    assert len(from_garmin_connect(workout).session.steps) == 3
    assert '"numberOfIterations": 5' in json.dumps(workout)


def test_a_plan_of_weeks_goes_into_both_calendars_on_the_same_days(
    calendar: Calendar, account: garmin.Account, tmp_path: Path
) -> None:
    plan = tmp_path / "plan"
    assert run("plan", "--start", "2026-03-02", "--weeks", 3, "-o", plan).exit_code == 0
    for service in ("intervals.icu", "garmin-connect") * 2:
        assert run("push", plan, "--to", service).exit_code == 0
    days = sorted(str(event["start_date_local"])[:10] for event in calendar.events.values())
    assert days[0] == "2026-03-02"
    assert sorted(day for _, day in account.schedule) == days
    names = {event["name"] for event in calendar.events.values()}
    assert {workout["workoutName"] for workout in account.workouts.values()} == names


def test_runs_come_home_from_garmin_connect_and_are_analysed(account: garmin.Account, tmp_path: Path) -> None:
    account.add(7, "2026-05-02 18:00:00", demo_recording())
    words = ("--since", "2026-05-01", "-o", tmp_path / "runs")
    assert "1 new" in run("fetch", "--from", "garmin-connect", *words).stdout
    synced = run("sync", "--service", "garmin-connect", *words)
    assert "2026-05-02-180000-7.fit: 11:04, 1.60 km" in synced.stdout
    assert "unofficial, and may break" in synced.stderr
    assert run("sync", "--service", "garmin-connect", "--describe", *words).exit_code == 2
    assert account.logins == 1


@pytest.fixture
def strava(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeStrava]:
    pytest.importorskip("stravalib", reason="the extra strava is not installed")
    activity = read_activity(demo_recording())
    streams = {
        "time": activity.time_s.tolist(),
        "velocity_smooth": activity.speed_mps.tolist(),
        "distance": activity.distance_m.tolist(),
        "cadence": np.round(activity.cadence_spm / 2).tolist(),
    }
    detail = {"id": 12, "name": "Evening", "description": "Felt good.", "sport_type": "Run", "trainer": False}
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("STRAVA_CLIENT_ID", "7")
    monkeypatch.setenv("STRAVA_CLIENT_SECRET", "s3cret")
    monkeypatch.setattr(http, "BACK_OFF_S", 0.0)
    with changing_token(token_path()):
        save_token(Token(access_token="first-access", refresh_token="first-refresh", expires_at=2e9), token_path())
    with serve(FakeStrava(activity={**detail, "start_date": "2026-01-04T09:00:00Z"}, streams=streams)) as fake:
        monkeypatch.setenv(STRAVA_ADDRESS, f"{fake.url}/api/v3")
        yield fake


def test_a_run_at_strava_is_analysed_and_annotated_and_nothing_of_it_stays_here(
    strava: FakeStrava, tmp_path: Path
) -> None:
    assert "backward" in run("strava", "fetch", 12).stdout
    assert run("strava", "annotate", 12).exit_code == 0
    felt, line = strava.activity["description"].split("\n")
    assert felt == "Felt good."
    assert line.startswith(MARK)
    assert "backward in 4 stretches" in line
    assert "nothing was changed" in run("strava", "annotate", 12).stdout
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and not path.name.endswith(".lock")]
    assert kept == [token_path()]


@pytest.mark.parametrize("request_number", range(4))
def test_an_annotation_that_was_refused_anywhere_and_done_again_ends_the_same(
    strava: FakeStrava, request_number: int
) -> None:
    answer, asked = strava.answer, [0]

    def failing(method: str, path: str, body: dict[str, object], bearer: str) -> tuple[int, object]:
        asked[0] += 1
        if asked[0] == request_number + 1:
            return 403, {"message": "no", "errors": []}
        return answer(method, path, body, bearer)

    strava.answer = failing  # type: ignore[method-assign]  # for this test only
    assert run("strava", "annotate", 12).exit_code == 1
    assert run("strava", "annotate", 12).exit_code == 0
    assert strava.activity["description"].count(MARK) == 1
    assert strava.activity["description"].startswith("Felt good.\n")
