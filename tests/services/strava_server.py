"""A stand-in for Strava on the loopback: it answers what it is told to, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

LIMITS = {
    "X-RateLimit-Limit": "200,2000",
    "X-RateLimit-Usage": "3,40",
    "X-ReadRateLimit-Limit": "100,1000",
    "X-ReadRateLimit-Usage": "2,30",
}


@dataclass
class FakeStrava:
    """What the service holds. `failures` are answered first, one per request: a status code, or "cut"."""

    url: str = ""
    token: str = "first-access"
    refresh: str = "first-refresh"
    activity: dict[str, Any] = field(default_factory=dict)
    streams: dict[str, list[Any]] = field(default_factory=dict)
    failures: list[int | str] = field(default_factory=list)
    failure_body: dict[str, Any] = field(default_factory=lambda: {"message": "no", "errors": []})
    headers: dict[str, str] = field(default_factory=lambda: dict(LIMITS))
    asked: list[tuple[str, str]] = field(default_factory=list)
    refreshed: int = 0

    def answer(self, method: str, path: str, body: dict[str, Any], bearer: str) -> tuple[int, Any]:
        if path == "/oauth/token":
            return self._token(body)
        if bearer != f"Bearer {self.token}":
            return 401, {"message": "Authorization Error", "errors": []}
        number = str(self.activity["id"])
        if path == f"/api/v3/activities/{number}":
            if method == "PUT":
                self.activity |= body
            return 200, self.activity
        if path == f"/api/v3/activities/{number}/streams":
            kinds = [{"type": name, "data": data, "series_type": "time"} for name, data in self.streams.items()]
            return 200, {kind["type"]: kind for kind in kinds}
        return 404, {"message": "Record Not Found", "errors": []}

    def _token(self, body: dict[str, Any]) -> tuple[int, Any]:
        right = body.get("client_secret") == "s3cret" and (
            body.get("refresh_token") == self.refresh or body.get("code") == "the-code"
        )
        if not right:
            return 400, {"message": "Bad Request", "errors": []}
        self.refreshed += 1
        self.token, self.refresh = f"access-{self.refreshed}", f"refresh-{self.refreshed}"
        return 200, {"access_token": self.token, "refresh_token": self.refresh, "expires_at": 2_000_000_000}


@contextmanager
def serve(fake: FakeStrava) -> Iterator[FakeStrava]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._do("GET")

        def do_POST(self) -> None:
            self._do("POST")

        def do_PUT(self) -> None:
            self._do("PUT")

        def _do(self, method: str) -> None:
            path = urlsplit(self.path).path
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            fake.asked.append((method, path))
            if fake.failures:
                failure = fake.failures.pop(0)
                if failure == "cut":
                    self.connection.close()
                    return
                status, answer = int(failure), fake.failure_body
            else:
                is_json = "json" in self.headers.get("Content-Type", "")
                body = json.loads(raw) if is_json else {name: values[0] for name, values in parse_qs(raw).items()}
                status, answer = fake.answer(method, path, body, self.headers.get("Authorization", ""))
            data = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in (fake.headers | {"Content-Length": str(len(data))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
