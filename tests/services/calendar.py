"""A stand-in for intervals.icu on the loopback: it does as the service does, or fails in a chosen way."""

from __future__ import annotations

import base64
import gzip
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from retrorun.services.intervals_icu import VARIABLE as ADDRESS
from retrorun.services.keys import VARIABLE as KEY_VARIABLE

KEY = "sesame-1234"


@dataclass
class Calendar:
    """What it holds, what it was asked, and how it shall fail.

    `failures` are answered first, one per request: a status, a status with headers, or "cut". `page` is the most
    activities that one answer lists.
    """

    url: str = ""
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    activities: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    zipped: bool = True
    page: int = 1000
    failures: list[int | str | tuple[int, dict[str, str]]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes | None = None
    cut: str = ""  # "": not; "at once": no answer at all; "halfway": half of the answer
    wait_s: float = 0.0

    def add(self, number: str, start: str, data: bytes | None, *, kind: str = "Run", **more: object) -> None:
        """An activity, with the file that it was made from."""
        self.activities[number] = {"id": number, "start_date_local": start, "type": kind, "source": "GARMIN_CONNECT"}
        self.activities[number] |= more
        if data is not None:
            self.files[number] = data

    def withhold(self, number: str, start: str) -> None:
        """An activity that came from Strava, as the service shows it."""
        note = "STRAVA activities are not available via the API"
        self.activities[number] = {"id": number, "start_date_local": start, "source": "STRAVA", "_note": note}

    def listing(self, query: dict[str, list[str]]) -> bytes:
        """The newest first, from `oldest` to `newest`, both included, and no more than fit on a page."""
        oldest, newest = query["oldest"][0], query.get("newest", ["9999"])[0]
        limit = min(self.page, int(query.get("limit", ["1000"])[0]))
        rows = [
            row
            for row in self.activities.values()
            if oldest <= (start := row["start_date_local"])[:10] and start[: len(newest)] <= newest
        ]
        rows.sort(key=lambda row: str(row["start_date_local"]), reverse=True)
        return json.dumps(rows[:limit]).encode()

    def fate(self) -> tuple[bool, int, dict[str, str]]:
        """Whether the next request is cut, else the status and headers of its answer."""
        failure = self.failures.pop(0) if self.failures else None
        if isinstance(failure, tuple):
            return False, *failure
        if isinstance(failure, int):
            return False, failure, {}
        return self.cut == "at once" or failure == "cut", self.status, self.headers

    def reply(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """What it answers when nothing fails."""
        parts = urlsplit(path)
        if method == "POST" and parts.path == "/api/v1/athlete/0/events/bulk":
            return 200, self._take(json.loads(body))
        if method == "GET" and parts.path == "/api/v1/athlete/0/activities":
            return 200, self.listing(parse_qs(parts.query))
        found = re.fullmatch(r"/api/v1/activity/([^/]+)(/file)?", parts.path)
        number, wants_file = (found[1], found[2]) if found else ("", "")
        activity = self.activities.get(number)
        if activity is None:
            return 404, b"{}"
        if activity["source"] == "STRAVA" and (wants_file or method == "PUT"):
            return 422, b"{}"
        if wants_file:
            data = self.files.get(number)
            return (404, b"{}") if data is None else (200, gzip.compress(data) if self.zipped else data)
        if method == "PUT":
            activity |= json.loads(body)
        return 200, json.dumps(activity).encode()

    def _take(self, events: list[dict[str, Any]]) -> bytes:
        for event in events:
            known = self.events.get(event["external_id"], {"id": 1000 + len(self.events)})
            self.events[event["external_id"]] = event | {"id": known["id"]}
        if self.answer is not None:
            return self.answer
        return json.dumps([self.events[event["external_id"]] for event in events]).encode()


def _handler(calendar: Calendar) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - one method for each kind of request
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do("GET")

        def do_POST(self) -> None:
            self.do("POST")

        def do_PUT(self) -> None:
            self.do("PUT")

        def do(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            calendar.asked.append((method, self.path))
            calendar.bodies.append(body)
            cut, status, headers = calendar.fate()
            if cut:
                self.close_connection = True
                self.connection.close()
                return
            time.sleep(calendar.wait_s)
            login = base64.b64encode(f"API_KEY:{KEY}".encode()).decode()
            if self.headers["Authorization"] != f"Basic {login}":
                status = 401
            answer = b"{}"
            if status == 200:
                status, answer = calendar.reply(method, self.path, body)
            self.send(status, headers, answer)

        def send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if calendar.cut == "halfway" else body)

        def log_message(self, *_: object) -> None:  # pytest's output stays clean
            pass

    return Handler


@contextmanager
def connected(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calendar]:
    """A running one that commands find, with the key to it."""
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    with running() as made:
        monkeypatch.setenv(ADDRESS, made.url)
        yield made


@contextmanager
def running() -> Iterator[Calendar]:
    calendar = Calendar()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(calendar))
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # a cut connection is meant
    calendar.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield calendar
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
