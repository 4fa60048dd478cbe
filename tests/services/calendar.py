"""A stand-in for intervals.icu on the loopback: takes events as the service does, or fails in a chosen way."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sesame-1234"


@dataclass
class Calendar:
    """The events it holds by their external ids, what it was asked, and how it shall fail."""

    url: str = ""
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes | None = None
    cut: str = ""  # "": not; "at once": no answer at all; "halfway": half of the answer
    wait_s: float = 0.0


def _handler(calendar: Calendar) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            calendar.asked.append(("POST", self.path))
            calendar.bodies.append(body)
            if calendar.cut == "at once":
                self.close_connection = True
                self.connection.close()
                return
            time.sleep(calendar.wait_s)
            login = base64.b64encode(f"API_KEY:{KEY}".encode()).decode()
            status = calendar.status if self.headers["Authorization"] == f"Basic {login}" else 401
            self.reply(status, self.take(json.loads(body)) if status == 200 else b"{}")

        def do_GET(self) -> None:
            calendar.asked.append(("GET", self.path))
            self.reply(200, b"[]")

        def take(self, events: list[dict[str, Any]]) -> bytes:
            for event in events:
                known = calendar.events.get(event["external_id"], {"id": 1000 + len(calendar.events)})
                calendar.events[event["external_id"]] = event | {"id": known["id"]}
            if calendar.answer is not None:
                return calendar.answer
            return json.dumps([calendar.events[event["external_id"]] for event in events]).encode()

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            for name, value in calendar.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if calendar.cut == "halfway" else body)

        def log_message(self, *_: object) -> None:  # pytest's output stays clean
            pass

    return Handler


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
