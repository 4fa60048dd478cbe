from __future__ import annotations

import base64
import json
import logging
import socket
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from retrorun.errors import DeliveryError
from retrorun.services.http import make_session
from retrorun.services.intervals_icu import Event, IntervalsIcu, external_id, send
from retrorun.services.keys import Key
from tests.services.calendar import KEY, Calendar, running

DAY = date(2026, 5, 1)
FIT = Event(external_id="retrorun-1", day=DAY, name="Retro 400s", file_name="Retro-400s.fit", data=b"\x0e\x10FIT")
TEXT = Event(external_id="retrorun-2", day=DAY, name="Rückwärts 🏃", text="- BACKWARD run 400mtr\n", indoor=True)


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calendar]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with running() as made:
        yield made


def test_a_fit_file_and_a_text_arrive(calendar: Calendar) -> None:
    assert send([FIT, TEXT], Key(KEY), url=calendar.url) == (1000, 1001)
    assert calendar.asked == [("POST", "/api/v1/athlete/0/events/bulk?upsert=true")]
    first, second = json.loads(calendar.bodies[0])
    assert base64.b64decode(first.pop("file_contents_base64")) == FIT.data
    assert first == {
        "category": "WORKOUT",
        "type": "Run",
        "start_date_local": "2026-05-01T00:00:00",
        "name": "Retro 400s",
        "external_id": "retrorun-1",
        "indoor": False,
        "filename": "Retro-400s.fit",
    }
    assert second["description"] == TEXT.text
    assert second["name"] == "Rückwärts 🏃"
    assert second["indoor"] is True
    assert "filename" not in second


def test_sending_again_changes_and_does_not_double(calendar: Calendar) -> None:
    assert send([FIT], Key(KEY), url=calendar.url) == (1000,)
    assert send([replace(FIT, name="Retro 500s")], Key(KEY), url=calendar.url) == (1000,)
    assert [event["name"] for event in calendar.events.values()] == ["Retro 500s"]


def test_events_that_would_be_one_are_not_sent(calendar: Calendar) -> None:
    with pytest.raises(DeliveryError, match="two of these events would be one: retrorun-1"):
        send([FIT, FIT], Key(KEY), url=calendar.url)
    assert calendar.asked == []


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (401, {}, r"the key is not accepted \(401\)"),
        (403, {}, r"may not change this calendar \(403\)"),
        (404, {}, r"no such address \(404\)"),
        (422, {}, r"it refuses to change this calendar \(422\)"),
        (429, {"Retry-After": "14"}, r"too many requests \(429\); do it again in 14 s"),
        (429, {"Retry-After": "Fri, 01 May 2026 07:28:00 GMT"}, r"do it again in a few minutes"),
        (500, {}, r"fault of its own \(500\)"),
        (503, {}, r"fault of its own \(503\)"),
    ],
)
def test_a_refusal_is_said(calendar: Calendar, status: int, headers: dict[str, str], said: str) -> None:
    calendar.status, calendar.headers = status, headers
    session = make_session(calendar.url, sleep=lambda _: None)
    with pytest.raises(DeliveryError, match=said) as raised:
        IntervalsIcu(Key(KEY), url=calendar.url, session=session).send([FIT])
    assert raised.value.where == calendar.url
    assert raised.value.hint


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_key_follows_no_redirect(calendar: Calendar, status: int) -> None:
    with running() as elsewhere:
        calendar.status, calendar.headers = status, {"Location": elsewhere.url + "/steal"}
        with pytest.raises(DeliveryError, match="points to another address"):
            send([FIT], Key(KEY), url=calendar.url)
        assert elsewhere.asked == []


@pytest.mark.parametrize("how", ["at once", "halfway"])
def test_a_cut_connection(calendar: Calendar, how: str) -> None:
    calendar.cut = how
    with pytest.raises(DeliveryError, match=r"connection was cut.*do it again: nothing is doubled"):
        send([FIT], Key(KEY), url=calendar.url)


def test_no_answer_in_time(calendar: Calendar) -> None:
    calendar.wait_s = 1.0
    session = make_session(calendar.url, limit_s=0.1)
    with pytest.raises(DeliveryError, match=r"no answer within 0\.1 s"):
        IntervalsIcu(Key(KEY), url=calendar.url, session=session).send([FIT])


def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DeliveryError, match="out of reach"):
        send([FIT], Key(KEY), url=f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("answer", [b"", b"<html>", b"{}", b"[]", b"[1, null]", b'[{"external_id": "other", "id": 1}]'])
def test_an_answer_that_does_not_speak_of_the_event(calendar: Calendar, answer: bytes) -> None:
    calendar.answer = answer
    with pytest.raises(DeliveryError, match="does not speak of retrorun-1; look into the calendar"):
        send([FIT], Key(KEY), url=calendar.url)


@pytest.mark.parametrize("url", ["http://intervals.icu", "ftp://127.0.0.1", "file:///etc/passwd", "intervals.icu"])
def test_the_key_goes_out_over_https_only(url: str) -> None:
    with pytest.raises(DeliveryError, match="https only"):
        send([FIT], Key(KEY), url=url)


def test_the_key_is_in_no_message_and_no_log(calendar: Calendar, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    hidden = (KEY, base64.b64encode(f"API_KEY:{KEY}".encode()).decode())
    said = [repr(Key(KEY)), str(Key(KEY))]
    for trouble in ({"status": 403}, {"status": 500}, {"cut": "at once"}, {"cut": "halfway"}, {"answer": b"no"}):
        broken = vars(calendar) | {"status": 200, "cut": "", "answer": None} | trouble
        for name, value in broken.items():
            setattr(calendar, name, value)
        with pytest.raises(DeliveryError) as raised:
            send([FIT], Key(KEY), url=calendar.url)
        said.append("".join(traceback.format_exception(raised.value)))
        said.append(repr(raised.value))
    text = "\n".join([*said, caplog.text])
    assert not any(secret in text for secret in hidden)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Retro 400s", "retrorun-2026-05-01-retro-400s"),
        ("Rückwärts à 2", "retrorun-2026-05-01-rückwärts-à-2"),
        ("🏃", "retrorun-2026-05-01-abcd"),
        ("", "retrorun-2026-05-01-abcd"),
    ],
)
def test_an_event_keeps_its_name_as_long_as_the_session_does(name: str, expected: str) -> None:
    assert external_id(name, DAY, fallback="abcd") == expected
