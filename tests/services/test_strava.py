from __future__ import annotations

import logging
import socket
import threading
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from retrorun.analysis.analyse import detect
from retrorun.detection.profile import GaitProfile
from retrorun.errors import DeliveryError, ProfileError, RecordingError
from retrorun.services.fetch import MARK, Ran, note_line, with_mark, with_note
from retrorun.services.http import API, api_address, make_session, redirected
from retrorun.services.keys import Application, Token, changing_token, load_token, save_token, token_path
from retrorun.services.strava import LoginServer, Strava
from tests.evaluation.synthetic import synthesise
from tests.services.strava_server import FakeStrava, serve

pytest.importorskip("stravalib", reason="the strava extra is not installed")

APPLICATION = Application(client_id=7, client_secret="s3cret")
NOW = 1_900_000_000.0
NEW = "https://api-v3.strava.com"  # the service's next address
RAN = Ran(told=True, stretches=2, time_s=240.0, distance_m=470.0, speed_mps=1.96)


@pytest.fixture
def fake() -> Iterator[FakeStrava]:
    activity, _ = synthesise(duration_s=1800, spans=[(600, 720), (900, 1020)], seed=4, uplift=0.12)
    half = np.round(activity.cadence_spm / 2)
    detail = {
        "id": 12,
        "name": "Morning run",
        "description": "Felt good.\nLegs heavy.",
        "sport_type": "Run",
        "start_date": "2026-03-02T07:00:00Z",
        "utc_offset": 3600.0,
        "trainer": False,
    }
    streams = {
        "time": activity.time_s.tolist(),
        "velocity_smooth": activity.speed_mps.tolist(),
        "distance": activity.distance_m.tolist(),
        "cadence": half.tolist(),
        "altitude": activity.altitude_m.tolist(),
        "latlng": [None] + [[47.0, 8.0]] * (len(activity) - 1),
    }
    with serve(FakeStrava(activity=detail, streams=streams)) as server:
        yield server


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "config" / "strava.json"
    with changing_token(path):
        save_token(Token(access_token="first-access", refresh_token="first-refresh", expires_at=NOW + 3600), path)
    return path


def connect(fake: FakeStrava, token_file: Path, *, now: float = NOW) -> Strava:
    session = make_session(f"{fake.url}/api/v3", sleep=lambda _: None)
    return Strava(APPLICATION, token_file, now=lambda: now, session=session)


def test_a_run_is_fetched_and_analysed(fake: FakeStrava, token_file: Path) -> None:
    strava = connect(fake, token_file)
    activity = strava.fetch(12)
    assert (activity.source, activity.sport, activity.utc_offset_s) == ("strava", "running", 3600.0)
    assert activity.start_time is not None
    assert activity.start_time.isoformat() == "2026-03-02T07:00:00+00:00"
    assert np.nanmedian(activity.cadence_spm) == pytest.approx(170, abs=5)  # steps, not strides
    assert np.isnan(activity.latitude_deg[0])
    assert activity.latitude_deg[1] == 47.0
    assert detect(activity).verdict == "found"
    assert strava.limits == "2 of 100 reads in 15 min, 30 of 1000 today; 3 of 200 requests in 15 min, 40 of 2000 today"


def test_nothing_fetched_is_learnt_from(fake: FakeStrava, token_file: Path) -> None:
    activity = connect(fake, token_file).fetch(12)
    with pytest.raises(ProfileError, match="Strava"):
        GaitProfile.fit([activity])


def test_a_stale_token_is_renewed_and_the_new_one_kept(fake: FakeStrava, token_file: Path) -> None:
    connect(fake, token_file, now=NOW + 3590).fetch(12)
    assert load_token(token_file) == Token(access_token="access-1", refresh_token="refresh-1", expires_at=2_000_000_000)
    assert token_file.stat().st_mode & 0o777 == 0o600
    connect(fake, token_file, now=NOW + 3590).fetch(12)  # with the rotated token, and without renewing once more
    assert fake.refreshed == 1


def test_a_renewal_that_fails_keeps_the_old_token(fake: FakeStrava, token_file: Path) -> None:
    before = token_file.read_bytes()
    fake.failures = [500]
    with pytest.raises(DeliveryError, match="fault of its own"):
        connect(fake, token_file, now=NOW + 9999).fetch(12)
    assert token_file.read_bytes() == before


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        "nonsense",
        {"access_token": "new", "expires_at": 2e9},
        {"access_token": "new", "refresh_token": "", "expires_at": 2e9},
        {"access_token": "new\nline", "refresh_token": "new", "expires_at": 2e9},
        {"access_token": "new", "refresh_token": "new", "expires_at": "soon"},
        {"access_token": 5, "refresh_token": "new", "expires_at": 2e9},
    ],
)
def test_an_answer_of_the_wrong_shape_keeps_the_old_token(
    fake: FakeStrava, token_file: Path, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    before = token_file.read_bytes()
    monkeypatch.setattr(fake, "answer", lambda *_: (200, answer))
    with pytest.raises(DeliveryError) as caught:
        connect(fake, token_file, now=NOW + 9999).fetch(12)
    assert token_file.read_bytes() == before
    assert "s3cret" not in str(caught.value)


def test_two_at_once_renew_a_token_once(fake: FakeStrava, token_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, asked, done = fake.answer, threading.Event(), []

    def slow(method: str, path: str, body: dict[str, object], bearer: str) -> tuple[int, object]:
        if path == "/oauth/token":
            asked.set()
            time.sleep(0.2)  # long enough for the other to come
        return answer(method, path, body, bearer)

    monkeypatch.setattr(fake, "answer", slow)
    clients = [connect(fake, token_file, now=NOW + 9999) for _ in range(2)]
    first = threading.Thread(target=lambda: done.append(clients[0].fetch(12)))
    first.start()
    assert asked.wait(10)
    done.append(clients[1].fetch(12))
    first.join()
    assert len(done) == 2
    assert fake.refreshed == 1


def test_a_note_is_one_line_that_is_replaced(fake: FakeStrava, token_file: Path) -> None:
    strava = connect(fake, token_file)
    assert strava.annotate(12, RAN, in_name=True)
    line = f"{MARK} 4:00, 470 m, 8:30/km backward in 2 stretches"
    assert fake.activity["description"] == f"Felt good.\nLegs heavy.\n{line}"
    assert fake.activity["name"] == "Morning run ⟲ 470 m backward"
    fake.asked.clear()
    assert not strava.annotate(12, RAN, in_name=True)
    assert ("PUT", "/api/v3/activities/12") not in fake.asked
    assert strava.annotate(12, Ran(told=True), in_name=True)
    assert fake.activity["description"] == f"Felt good.\nLegs heavy.\n{MARK} no backward running found"
    assert fake.activity["name"] == "Morning run"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "NEW"),
        ("a", "a\nNEW"),
        (f"a\n{MARK} old\nb", "a\nNEW\nb"),
        (f"{MARK} old\na\n{MARK} older\n", "NEW\na\n"),
        (f"a {MARK} not at the start of a line", f"a {MARK} not at the start of a line\nNEW"),
    ],
)
def test_the_rest_of_a_description_stays_as_it_is(before: str, after: str) -> None:
    line = f"{MARK} new"
    assert with_note(before, line) == after.replace("NEW", line)
    assert with_note(with_note(before, line), line) == with_note(before, line)


def test_what_cannot_be_told_is_said_so() -> None:
    assert note_line(Ran(told=False)) == f"{MARK} cannot tell whether any of it was run backward"
    assert with_mark("Run ⟲ 2.0 km backward", Ran(told=True, stretches=1, time_s=61.0)) == "Run ⟲ 1:01 backward"


INACTIVE = {
    "message": "Forbidden",
    "errors": [{"resource": "Application", "field": "Status", "code": "Inactive"}],
}


@pytest.mark.parametrize(
    ("failures", "body", "message"),
    [
        ([401], None, r"does not know this login any more \(401\); run `retrorun strava login`"),
        ([403], None, r"does not allow this \(403\)"),
        ([403], INACTIVE, r"switched your application off \(403\); its owner needs a Strava subscription"),
        ([404], None, r"no such activity of yours \(404\)"),
        ([429], None, r"limit is reached \(2 of 100 reads.*\); try again at the next quarter of an hour"),
        ([418], None, r"refuses the request \(418\)"),
        ([503] * 4, None, r"fault of its own \(503\); try again later"),
        (["cut"] * 4, None, "out of reach, or the connection was cut"),
    ],
)
def test_each_failure_has_its_message(
    fake: FakeStrava, token_file: Path, failures: list[int | str], body: dict[str, object] | None, message: str
) -> None:
    fake.failures = failures
    if body is not None:
        fake.failure_body = body
    with pytest.raises(DeliveryError, match=message) as caught:
        connect(fake, token_file).fetch(12)
    assert "first-access" not in str(caught.value)


def test_a_spent_day_says_when(fake: FakeStrava, token_file: Path) -> None:
    fake.failures, fake.headers["X-ReadRateLimit-Usage"] = [429], "101,1000"
    with pytest.raises(DeliveryError, match="try again after midnight UTC"):
        connect(fake, token_file).fetch(12)


@pytest.mark.parametrize("failures", [[502], [500, 503], ["cut"]])
def test_a_passing_fault_is_tried_again(fake: FakeStrava, token_file: Path, failures: list[int | str]) -> None:
    fake.failures = failures
    assert len(connect(fake, token_file).fetch(12)) > 1000


def test_a_change_is_never_sent_twice(fake: FakeStrava, token_file: Path) -> None:
    strava = connect(fake, token_file)
    strava.fetch(12)
    fake.asked.clear()

    answer = fake.answer

    def busy(method: str, path: str, body: dict[str, object], bearer: str) -> tuple[int, object]:
        return (503, {}) if method == "PUT" else answer(method, path, body, bearer)

    fake.answer = busy  # type: ignore[method-assign]  # for this test only
    with pytest.raises(DeliveryError, match="fault of its own"):
        strava.annotate(12, RAN)
    assert fake.asked.count(("PUT", "/api/v3/activities/12")) == 1


def test_an_answer_that_makes_no_sense_is_said_so(fake: FakeStrava, token_file: Path) -> None:
    fake.activity["start_date"] = "yesterday"
    with pytest.raises(DeliveryError, match="makes no sense"):
        connect(fake, token_file).fetch(12)


def test_an_activity_without_samples_is_said_so(fake: FakeStrava, token_file: Path) -> None:
    fake.streams.clear()
    with pytest.raises(RecordingError, match="no recorded samples"):
        connect(fake, token_file).fetch(12)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "not logged in to Strava; run `retrorun strava login`"),
        (b"{}", r"token file cannot be used"),
        (b"secret-nonsense", r"token file cannot be used"),
    ],
)
def test_a_missing_or_broken_token_file(fake: FakeStrava, tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "strava.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DeliveryError, match=message) as caught:
        connect(fake, path).fetch(12)
    assert "nonsense" not in str(caught.value)


def test_secrets_do_not_show_themselves() -> None:
    assert "s3cret" not in repr(APPLICATION)
    assert "abc" not in repr(Token(access_token="abc", refresh_token="abc", expires_at=0))


def test_where_tokens_and_the_application_come_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("RETRORUN_STRAVA_TOKEN", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert token_path() == tmp_path / "retrorun" / "strava.json"
    monkeypatch.setenv("RETRORUN_STRAVA_TOKEN", str(tmp_path / "other"))
    assert token_path() == tmp_path / "other"
    monkeypatch.setenv("STRAVA_CLIENT_ID", "7")
    monkeypatch.delenv("STRAVA_CLIENT_SECRET", raising=False)
    with pytest.raises(DeliveryError, match="are not set; make an application of your own"):
        Application.from_environment()
    monkeypatch.setenv("STRAVA_CLIENT_SECRET", "s3cret")
    assert Application.from_environment() == APPLICATION


def test_the_address_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RETRORUN_STRAVA_API", raising=False)
    assert api_address() == API
    assert redirected(f"{API}/activities/1", NEW) == f"{NEW}/activities/1"
    assert redirected("https://www.strava.com/oauth/token", NEW) == "https://www.strava.com/oauth/token"
    monkeypatch.setenv("RETRORUN_STRAVA_API", "http://example.org")
    with pytest.raises(DeliveryError, match="https only"):
        api_address()


def test_importing_stravalib_changes_nothing_for_others(fake: FakeStrava, token_file: Path) -> None:
    filters, shown, level = list(warnings.filters), warnings.showwarning, logging.getLogger().level
    connect(fake, token_file)
    assert (list(warnings.filters), warnings.showwarning, logging.getLogger().level) == (filters, shown, level)


def visit(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - the loopback
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_logging_in_takes_only_the_answer_to_this_login(fake: FakeStrava, tmp_path: Path) -> None:
    visits: list[int] = []
    with LoginServer("the-state") as server:
        asked = parse_qs(urlsplit(server.url(7, write=True)).query)
        assert asked["scope"] == ["read,activity:read_all,activity:write"]
        assert asked["redirect_uri"] == [server.redirect_uri]

        def browser() -> None:
            scope = "scope=read,activity:read_all"
            queries = (f"code=evil&state=other&{scope}", f"code=the-code&state=the-state&{scope}")
            visits.extend(visit(f"{server.redirect_uri}?{query}") for query in queries)

        thread = threading.Thread(target=browser)
        thread.start()
        code = server.wait(time.monotonic)
        thread.join()
    assert (code, visits) == ("the-code", [404, 200])
    path = tmp_path / "strava.json"
    connect(fake, path).exchange(code)
    assert load_token(path).refresh_token == "refresh-1"
    assert len(connect(fake, path).fetch(12)) > 1000


@pytest.mark.parametrize(
    ("query", "message"),
    [("error=access_denied&state=s", "refused at Strava"), ("code=x&state=s&scope=read", "was not allowed")],
)
def test_a_login_that_was_refused(query: str, message: str) -> None:
    with LoginServer("s") as server:
        thread = threading.Thread(target=visit, args=(f"{server.redirect_uri}?{query}",))
        thread.start()
        with pytest.raises(DeliveryError, match=message):
            server.wait(time.monotonic)
        thread.join()


def test_a_login_that_never_comes() -> None:
    with LoginServer("s", wait_s=0.05) as server, pytest.raises(DeliveryError, match="nobody logged in"):
        server.wait(time.monotonic)


def test_a_port_that_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(DeliveryError, match="cannot listen on port"):
            LoginServer("s", port=taken.getsockname()[1])
