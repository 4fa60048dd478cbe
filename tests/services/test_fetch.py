from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from requests import Session

from retrorun.errors import DeliveryError, OutputError, RetrorunError
from retrorun.files import locked
from retrorun.services.fetch import MEMORY, Fetched, at_home, fetch
from retrorun.services.http import make_session
from retrorun.services.intervals_icu import IntervalsIcu
from retrorun.services.keys import Key
from tests.recordings import fit_recording
from tests.services.calendar import KEY, Calendar, running

SINCE = date(2026, 5, 1)
RUNS = [fit_recording(seconds=60, seed=seed) for seed in range(4)]
GPX = b'<?xml version="1.0"?><gpx version="1.1" creator="x"><trk><trkseg/></trk></gpx>'
TCX = b"<TrainingCenterDatabase/>"


@pytest.fixture
def calendar() -> Iterator[Calendar]:
    with running() as made:
        for number, data in enumerate(RUNS):
            made.add(f"i{number}", f"2026-05-0{number + 1}T07:30:00", data)
        yield made


def connected(calendar: Calendar) -> IntervalsIcu:
    session = make_session(calendar.url, sleep=lambda _: None)
    return IntervalsIcu(Key(KEY), url=calendar.url, session=session)


def home(calendar: Calendar, folder: Path, *, all_sports: bool = False) -> list[Fetched]:
    return list(fetch(connected(calendar), SINCE, folder, all_sports=all_sports))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


@pytest.mark.parametrize("zipped", [True, False])
def test_the_original_bytes_come_home_under_names_by_date(calendar: Calendar, tmp_path: Path, zipped: bool) -> None:
    calendar.zipped = zipped
    calendar.add("i8", "2026-05-08T18:00:00", GPX)
    calendar.add("i9", "2026-05-09T18:00:00", TCX)
    calendar.add("i-old", "2026-04-30T18:00:00", b"too old")
    rows = home(calendar, tmp_path / "runs")
    assert [row.state for row in rows] == ["new"] * 6
    found = files(tmp_path / "runs")
    found.pop(MEMORY)
    assert found == {
        "2026-05-01-073000-i0.fit": RUNS[0],
        "2026-05-02-073000-i1.fit": RUNS[1],
        "2026-05-03-073000-i2.fit": RUNS[2],
        "2026-05-04-073000-i3.fit": RUNS[3],
        "2026-05-08-180000-i8.gpx": GPX,
        "2026-05-09-180000-i9.tcx": TCX,
    }


def test_only_what_is_new_is_asked_for(calendar: Calendar, tmp_path: Path) -> None:
    home(calendar, tmp_path)
    before = files(tmp_path)
    calendar.asked.clear()
    assert [row.state for row in home(calendar, tmp_path)] == ["known"] * 4
    assert not [path for _, path in calendar.asked if path.endswith("/file")]
    assert files(tmp_path) == before
    calendar.add("i7", "2026-05-07T07:30:00", fit_recording(seconds=60, seed=9))
    assert [row.state for row in home(calendar, tmp_path)] == ["known"] * 4 + ["new"]


def test_the_same_recording_under_another_number_is_there_once(calendar: Calendar, tmp_path: Path) -> None:
    calendar.add("i7", "2026-05-07T07:30:00", RUNS[0])
    *_, last = home(calendar, tmp_path)
    assert (last.state, last.reason) == ("double", "the same recording as 2026-05-01-073000-i0.fit")
    assert len(files(tmp_path)) == 5
    assert home(calendar, tmp_path)[-1].state == "known"


def test_what_is_withheld_or_has_no_file_is_a_row(calendar: Calendar, tmp_path: Path) -> None:
    calendar.withhold("17000000001", "2026-05-05T07:30:00")
    calendar.add("i5", "2026-05-06T07:30:00", None)
    calendar.add("i6", "2026-05-07T07:30:00", b"<html>log in</html>")
    for number, kind in enumerate(("VirtualRide", "WeightTraining", "Yoga")):
        calendar.add(f"i7{number}", f"2026-05-08T07:3{number}:00", RUNS[0], kind=kind)
    rows = home(calendar, tmp_path)[4:]
    assert [row.state for row in rows] == ["withheld", "no file", "no file", *["not on foot"] * 3]
    assert rows[0].reason == "STRAVA activities are not available via the API"
    assert len(files(tmp_path)) == 5
    assert not [path for _, path in calendar.asked if "17000000001" in path or "i7" in path]


def test_rides_come_on_request(calendar: Calendar, tmp_path: Path) -> None:
    calendar.add("i7", "2026-05-08T07:30:00", fit_recording(seconds=60, seed=9), kind="Ride")
    assert home(calendar, tmp_path)[-1].state == "not on foot"
    assert home(calendar, tmp_path, all_sports=True)[-1].state == "new"


@pytest.mark.parametrize("page", [1, 2, 3, 1000])
def test_pages_of_any_length_are_read_to_the_end(calendar: Calendar, tmp_path: Path, page: int) -> None:
    calendar.page = page
    for number in range(120):
        start = SINCE + timedelta(days=10 + number)
        calendar.withhold(str(number), f"{start}T07:00:00")
    calendar.withhold("twin", f"{SINCE + timedelta(days=70)}T07:00:00" if page > 1 else "2026-05-04T23:00:00")
    assert len(home(calendar, tmp_path)) == 125


def test_a_fetch_that_was_stopped_anywhere_ends_as_one_that_was_not(calendar: Calendar, tmp_path: Path) -> None:
    home(calendar, tmp_path / "whole")
    whole = files(tmp_path / "whole")
    for stop in range(4):
        folder = tmp_path / str(stop)
        rows = fetch(connected(calendar), SINCE, folder)
        for _ in range(stop):
            next(rows)
        calendar.failures = [401] * (stop < 4)  # the next request of the same fetch
        with pytest.raises(DeliveryError):
            list(rows)
        assert len(at_home(folder)) == stop
        home(calendar, folder)
        assert files(folder) == whole


def test_a_fetch_that_was_killed_before_it_remembered_writes_nothing_twice(calendar: Calendar, tmp_path: Path) -> None:
    home(calendar, tmp_path)
    whole = files(tmp_path)
    (tmp_path / MEMORY).unlink()
    home(calendar, tmp_path)
    assert files(tmp_path) == whole


def test_a_passing_fault_is_sat_out(calendar: Calendar, tmp_path: Path) -> None:
    calendar.failures = [(429, {"Retry-After": "3"}), 503, "cut"]
    assert [row.state for row in home(calendar, tmp_path)] == ["new"] * 4


def test_one_file_that_cannot_be_had_keeps_no_other_from_coming(
    calendar: Calendar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrorun.services.http.MOST_BYTES", 8_000)
    monkeypatch.setattr("retrorun.services.http.BACK_OFF_S", 0.0)
    calendar.add("i5", "2026-05-05T07:30:00", bytes(9_000))
    calendar.zipped = False
    reply = calendar.reply

    def broken(method: str, path: str, body: bytes) -> tuple[int, bytes]:
        return (500, b"{}") if path.endswith("i1/file") else reply(method, path, body)

    monkeypatch.setattr(calendar, "reply", broken)
    assert [row.state for row in home(calendar, tmp_path)] == ["new", "no file", "new", "new", "no file"]


@pytest.mark.parametrize("status", [404, 410, 422])
def test_an_activity_that_is_gone_is_not_described(calendar: Calendar, status: int) -> None:
    calendar.failures = [status]
    assert not connected(calendar).describe("i0", "⟲ retrorun: one")
    assert "description" not in calendar.activities["i0"]


def test_one_that_was_moved_away_is_not_fetched_again(calendar: Calendar, tmp_path: Path) -> None:
    home(calendar, tmp_path)
    (tmp_path / "2026-05-01-073000-i0.fit").unlink()
    first = home(calendar, tmp_path)[0]
    assert (first.state, first.path) == ("known", None)
    assert "is not there any more" in first.reason


def test_two_fetches_into_one_folder_do_not_mix(
    calendar: Calendar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrorun.services.fetch.WAIT_S", 0.05)
    with locked(tmp_path / MEMORY), pytest.raises(OutputError, match="another process is writing it"):
        home(calendar, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": "retrorun fetched", "version": 1, "activities": [{"number": "1", "sha256": ""}]}',
        '{"format": "retrorun fetched", "version": 1, "activities": [{"number": "1", "file": "../x", "sha256": ""}]}',
    ],
)
def test_a_damaged_memory_is_one_error(calendar: Calendar, tmp_path: Path, text: str) -> None:
    (tmp_path / MEMORY).write_text(text)
    with pytest.raises(DeliveryError, match=f"{MEMORY}.*delete it"):
        home(calendar, tmp_path)


@pytest.mark.parametrize(
    "row",
    [
        1,
        {},
        {"id": "../../etc/passwd", "start_date_local": "2026-05-01T00:00:00"},
        {"id": "i1", "start_date_local": "../../x"},
        {"id": "i1", "start_date_local": "2026-05-01T00:00:00", "type": 5},
    ],
)
def test_a_list_of_another_shape_is_one_error(
    calendar: Calendar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: object
) -> None:
    monkeypatch.setattr(calendar, "listing", lambda _: json.dumps([row]).encode())
    with pytest.raises(DeliveryError, match=r"activit"):
        home(calendar, tmp_path)
    assert files(tmp_path) == {}


def test_a_list_without_end_comes_to_one(calendar: Calendar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrorun.services.intervals_icu.MOST_LISTED", 5)
    numbers = itertools.count()
    row = {"start_date_local": "2026-05-01T07:30:00"}
    monkeypatch.setattr(calendar, "listing", lambda _: json.dumps([row | {"id": next(numbers)}]).encode())
    with pytest.raises(DeliveryError, match="more than 5 activities"):
        home(calendar, tmp_path)


def test_a_note_is_put_replaced_and_taken_out_again(calendar: Calendar) -> None:
    service = connected(calendar)
    calendar.activities["i0"]["description"] = "Felt good.\nLegs heavy."
    assert service.describe("i0", "⟲ retrorun: one")
    assert service.describe("i0", "⟲ retrorun: two")
    assert not service.describe("i0", "⟲ retrorun: two")
    assert calendar.activities["i0"]["description"] == "Felt good.\nLegs heavy.\n⟲ retrorun: two"
    assert service.describe("i0", "")
    assert calendar.activities["i0"]["description"] == "Felt good.\nLegs heavy."
    assert [method for method, _ in calendar.asked].count("PUT") == 3


def test_the_key_is_in_no_message_and_no_log(
    calendar: Calendar, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    for failure in (401, 403, 404, 418, 500, "cut"):
        calendar.failures = [failure] * 4
        with pytest.raises(DeliveryError) as raised:
            home(calendar, tmp_path)
        said.append(f"{raised.value} {raised.value!r}")
        calendar.failures.clear()
    home(calendar, tmp_path)
    kept = "".join(data.decode("latin-1") for data in files(tmp_path).values())
    assert KEY not in "".join(said) + caplog.text + kept


class Hostile:
    """In the place of a session: answers whatever it is given, without a network."""

    def __init__(self, listing: bytes, file: bytes, status: int) -> None:
        self.answers = {"activities": (200, listing), "file": (status, file)}
        self.auth: tuple[str, str] = ("", "")

    def request(self, _: str, url: str, **__: object) -> SimpleNamespace:
        status, content = self.answers["file" if url.endswith("/file") else "activities"]
        return SimpleNamespace(status_code=status, content=content, headers={})


ROW = st.fixed_dictionaries(
    {},
    optional={
        "id": st.one_of(st.integers(), st.text(max_size=9), st.sampled_from(["i1", "../i", "con", "i\u202e1"])),
        "start_date_local": st.one_of(
            st.text(max_size=9), st.sampled_from(["2026-05-01T07:30:00", "0001-01-01T00:00:00"])
        ),
        "type": st.one_of(st.sampled_from(["Run", "Ride", ""]), st.integers()),
        "source": st.one_of(st.just("STRAVA"), st.none()),
        "_note": st.text(max_size=9),
    },
)


@settings(max_examples=150)
@given(
    st.one_of(st.binary(max_size=30), st.lists(ROW, max_size=4).map(lambda rows: json.dumps(rows).encode())),
    st.one_of(
        st.binary(max_size=200), st.sampled_from([RUNS[0], RUNS[0][:500], b"\x1f\x8b\x08", b"PK\x03\x04", b"<a"])
    ),
    st.sampled_from([200, 204, 302, 404, 418, 500]),
)
def test_whatever_a_service_answers_only_our_own_errors_come_out(listing: bytes, file: bytes, status: int) -> None:
    session = cast("Session", Hostile(listing, file, status))
    service = IntervalsIcu(Key(KEY), url="http://127.0.0.1:1", session=session)
    with TemporaryDirectory() as name:
        folder = Path(name) / "runs"
        with suppress(RetrorunError):
            for row in fetch(service, SINCE, folder):
                assert row.path is None or row.path.resolve().parent == folder.resolve()
        assert [path.name for path in Path(name).iterdir()] == ["runs"]
        at_home(folder)
