from __future__ import annotations

import json
import logging
import stat
import sys
import traceback
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NoReturn

import pytest

from retrorun.errors import DeliveryError
from retrorun.services.fetch import fetch
from retrorun.services.garmin_connect import OURS, GarminConnect, Login, LoginError, connect
from retrorun.services.keys import own_folder
from retrorun.session.library import ready_made
from retrorun.session.notation import parse_session
from retrorun.workout.garmin_connect import from_garmin_connect, to_garmin_connect
from tests.recordings import fit_recording
from tests.services.garmin import CODE, EMAIL, PASSWORD, TOKEN, Account, StoppedError, installed, served

DAY, NEXT_YEAR = date(2026, 5, 2), date(2027, 1, 9)
NESTED = "10min warmup; 2x(3x(200m bwd; 60s rest); 3min easy); 10min cooldown"
REAL = ["the real package on the loopback"] if sys.version_info >= (3, 12) else []


def text(notation: str = NESTED, *, name: str = "Retro 200s") -> str:
    return to_garmin_connect(parse_session(notation, name=name)).text


@pytest.fixture(params=["a stand-in for the package", *REAL])
def account(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Account]:
    if request.param not in REAL:
        yield installed(monkeypatch, tmp_path)
        return
    pytest.importorskip("garminconnect", reason="the extra garmin is not installed")
    with served(monkeypatch, tmp_path) as made:
        yield made


def here(email: str = EMAIL, password: str = PASSWORD, code: str = CODE) -> GarminConnect:
    return connect(lambda: Login(email=email, password=password), lambda: code)


def never() -> NoReturn:
    raise AssertionError("the runner was asked again")


def test_a_workout_is_put_into_the_account_and_onto_its_days(account: Account) -> None:
    (sent,) = here().send([(text(), [DAY, NEXT_YEAR])])
    assert (sent.number, sent.new, sent.scheduled) == (900, True, (DAY, NEXT_YEAR))
    assert account.schedule == [(900, "2026-05-02"), (900, "2027-01-09")]
    read = from_garmin_connect(account.workouts[900]).session
    assert read.steps == parse_session(NESTED).steps


def test_sending_again_replaces_and_doubles_nothing(account: Account) -> None:
    here().send([(text(), [DAY])])
    account.workouts[901] = {"workoutName": "Retro 200s", "description": "the runner's own"}
    changed = text("20min bwd")
    (sent,) = here().send([(changed, [DAY, NEXT_YEAR])])
    assert (sent.number, sent.new, sent.scheduled) == (900, False, (NEXT_YEAR,))
    assert sorted(account.workouts) == [900, 901]
    assert account.workouts[901]["description"] == "the runner's own"
    assert from_garmin_connect(account.workouts[900]).session.steps == parse_session("20min bwd").steps
    assert account.schedule == [(900, "2026-05-02"), (900, "2027-01-09")]


def test_a_session_that_came_from_there_is_marked_once(account: Account) -> None:
    here().send([(text(), [])])
    back = from_garmin_connect(account.workouts[900]).session
    here().send([(to_garmin_connect(back).text, [])])
    assert account.workouts[900]["description"].count(OURS) == 1


def test_what_was_sent_is_found_behind_many_pages(account: Account) -> None:
    account.page = 2
    account.workouts = {number: {"workoutName": f"Easy {number}"} for number in range(1, 6)}
    here().send([(text(), [])])
    assert here().send([(text(), [])])[0].new is False
    assert len(account.workouts) == 6


def test_recordings_come_home_as_the_watch_wrote_them(account: Account, tmp_path: Path) -> None:
    runs = [fit_recording(seconds=60, seed=seed) for seed in range(30)]
    for day, data in enumerate(runs, start=1):
        account.add(100 + day, f"2026-05-{day:02} 07:30:00", data)
    account.add(200, "2026-05-31 07:30:00", None)  # typed in by hand
    account.add(201, "2026-05-31 08:30:00", runs[0], kind="cycling")
    done = list(fetch(here(), date(2026, 5, 2), tmp_path / "runs"))
    assert [one.state for one in done] == ["new"] * 29 + ["no file", "not on foot"]
    assert done[0].path == tmp_path / "runs" / "2026-05-02-073000-102.fit"
    assert [one.path.read_bytes() for one in done if one.path] == runs[1:]
    assert {one.state for one in fetch(here(), date(2026, 5, 2), tmp_path / "runs")} == {
        "known",
        "no file",
        "not on foot",
    }


@pytest.mark.parametrize("answer", [{}, [{"activityId": "../x"}], [{"activityId": 1, "startTimeLocal": "soon"}], [1]])
def test_a_list_of_activities_that_is_none(answer: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed(monkeypatch, tmp_path)
    connection = here()
    monkeypatch.setattr(connection._account, "get_activities_by_date", lambda _: answer)
    with pytest.raises(DeliveryError, match="Garmin Connect"):
        connection.activities(DAY)


@pytest.mark.parametrize("request_number", range(5))
def test_stopped_after_any_request_and_done_again_it_ends_the_same(
    request_number: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    account = installed(monkeypatch, tmp_path)
    account.failures = [*([None] * request_number), "stop"]
    with pytest.raises(StoppedError):
        here().send([(text(), [DAY]), (text("20min bwd", name="Long"), [DAY])])
    here().send([(text(), [DAY]), (text("20min bwd", name="Long"), [DAY])])
    assert [one["workoutName"] for one in account.workouts.values()] == ["Retro 200s", "Long"]
    assert sorted(account.schedule) == [(900, "2026-05-02"), (901, "2026-05-02")]


def test_one_workout_on_several_days_is_there_once(account: Account) -> None:
    (sent,) = here().send([(text(), [DAY]), (text(), [NEXT_YEAR])])
    assert sent.scheduled == (DAY, NEXT_YEAR)
    assert list(account.workouts) == [900]


def test_what_a_plan_of_the_service_itself_put_there_is_passed_over(account: Account) -> None:
    account.page = 1
    account.workouts = {0: {"workoutName": "Coach"}, 1: {"workoutName": "Retro 200s "}}
    here().send([(text(), [])])
    assert here().send([(text(), [])])[0].number == 902
    assert account.workouts[1] == {"workoutName": "Retro 200s "}


def test_two_workouts_of_one_name_are_not_sent(account: Account) -> None:
    with pytest.raises(DeliveryError, match="two of these workouts would be one: Retro 200s"):
        here().send([(text(), []), (text("5min bwd"), [])])
    assert account.workouts == {}


def test_the_runner_is_asked_once_and_the_tokens_are_kept_for_their_owner(account: Account) -> None:
    account.second_step = True
    here()
    connect(never, never).send([(text(), [])])
    assert account.logins == 1
    tokens = own_folder() / "garmin" / "garmin_tokens.json"
    assert TOKEN in tokens.read_text()
    assert PASSWORD not in tokens.read_text()
    if "tests." not in type(connect(never, never)._account).__module__:  # the package keeps them, not we
        assert stat.S_IMODE(tokens.stat().st_mode) == 0o600


def test_tokens_that_are_not_known_any_more_lead_to_a_new_login(account: Account) -> None:
    here()
    (own_folder() / "garmin" / "garmin_tokens.json").write_text(json.dumps({"di_token": ""}))
    here().send([(text(), [])])
    assert account.logins == 2
    assert len(account.workouts) == 1


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "the login is not accepted"),
        (403, r"it refuses to take this workout \(403\)"),
        (429, r"too many requests \(429\)"),
        (503, r"it has a fault of its own \(503\)"),
    ],
)
def test_a_refusal_is_said_without_the_words_of_others(
    account: Account, status: int, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    connection = here()
    connection.send([])
    account.failures = [None, status, status]  # the package renews its login once and asks again
    caplog.set_level(logging.INFO)
    with pytest.raises(DeliveryError, match=said) as raised:
        connection.send([(text(), [])])
    assert raised.value.hint
    assert TOKEN not in "".join(traceback.format_exception(raised.value)) + caplog.text


def test_a_password_that_is_not_taken_is_shown_nowhere(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(LoginError, match="the login is not accepted") as raised:
        here(email="bob@example.org")
    assert account.logins == 1
    shown = "".join(traceback.format_exception(raised.value)) + caplog.text + repr(Login(email="", password=PASSWORD))
    assert PASSWORD not in shown


@pytest.mark.parametrize("answer", [[], "no", {"workoutId": "900"}, {"workoutId": 0}, {}])
def test_an_answer_of_another_shape(answer: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed(monkeypatch, tmp_path)
    connection = here()
    monkeypatch.setattr(connection._account, "upload_workout", lambda _: answer)
    with pytest.raises(DeliveryError, match="Garmin Connect"):
        connection.send([(text(), [])])


def test_without_the_package_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "garminconnect", None)
    with pytest.raises(DeliveryError, match=r"Python 3\.12 or newer, install it: pip install garminconnect"):
        connect(never, never)


def test_the_packages_own_model_takes_every_session_of_the_library_as_it_is() -> None:
    model = pytest.importorskip("garminconnect.workout", reason="the extra garmin is not installed")
    texts = [to_garmin_connect(one.build()).text for one in ready_made()]
    for made in [json.loads(one) for one in (*texts, text())]:
        typed = model.RunningWorkout.model_validate(made).model_dump(exclude_unset=True, mode="json")
        assert typed == made
