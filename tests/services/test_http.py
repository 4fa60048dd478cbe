"""No secret follows a redirect, answers are bounded, addresses are judged by their parts."""

from __future__ import annotations

import contextlib
import math
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from retrorun.errors import DeliveryError
from retrorun.services.http import MOST_BYTES, bounded, make_session, safe_address
from retrorun.services.keys import Application, Token, save_token
from retrorun.services.strava import LoginServer, Strava

SECRET = "f00dcafe" * 5


@pytest.mark.parametrize(
    "address",
    ["https://www.strava.com/api/v3", "http://127.0.0.1:8080", "http://localhost:8080/api", "http://[::1]:8080"],
)
def test_addresses_that_secrets_may_go_to(address: str) -> None:
    assert safe_address(f"{address}/", where="X") == address


@pytest.mark.parametrize(
    "address",
    [
        "http://www.strava.com/api/v3",
        "http://127.0.0.1:80@evil.example/",
        "http://127.0.0.1.evil.example/",
        "https://me:secret@www.strava.com/",
        "ftp://www.strava.com/",
        "https://",
        "",
        "https://[bad",
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(DeliveryError, match="https only"):
        safe_address(address, where="X")


def test_an_answer_is_bounded_in_bytes_and_in_time() -> None:
    with pytest.raises(DeliveryError, match="larger than"):
        bounded((bytes(1 << 20) for _ in range((MOST_BYTES >> 20) + 1)), until=math.inf)
    ticks = iter(range(0, 10_000, 10))
    with pytest.raises(TimeoutError):
        bounded((b"x" for _ in range(1000)), until=120.0, clock=lambda: float(next(ticks)))
    assert bounded([b"a", b"b"], until=math.inf) == b"ab"


class Dripping(BaseHTTPRequestHandler):
    """Sends its answer byte by byte: the body, or all of it."""

    begin = b""
    stop: threading.Event

    def do_GET(self) -> None:
        self.wfile.write(self.begin)
        with contextlib.suppress(OSError):  # who asked has gone
            while not self.stop.wait(0.05):
                self.wfile.write(b"x")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.mark.parametrize(
    "begin",
    [
        b"HTTP/1.0 200 OK\r\nContent-Length: 50000\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nX-Head: ",
        b"",
    ],
)
def test_an_answer_that_drips_comes_to_an_end(begin: bytes) -> None:
    stop = threading.Event()
    with serving(type("Handler", (Dripping,), {"begin": begin, "stop": stop})) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        try:
            with pytest.raises(DeliveryError, match=r"no answer within 0\.3 s"):
                make_session(address, limit_s=0.3).get(address)
        finally:
            stop.set()


class Busy(BaseHTTPRequestHandler):
    """Answers what it is told to, one after the other."""

    answers: list[tuple[int, dict[str, str]]]
    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(self.command)
        status, headers = self.answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_PUT = do_GET  # noqa: N815 - the name that the server looks for

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.mark.parametrize(
    ("method", "answers", "status", "waits"),
    [
        ("GET", [(429, {"Retry-After": "7"}), (200, {})], 200, [7.0]),
        ("PUT", [(429, {"Retry-After": "7"}), (200, {})], 200, [7.0]),  # it was turned away, not done
        ("GET", [(429, {"Retry-After": "Fri, 01 May 2020 07:28:00 GMT"}), (200, {})], 200, [0.0]),
        ("GET", [(429, {})], 429, []),  # nobody says when
        ("GET", [(429, {"Retry-After": "soon"})], 429, []),
        ("GET", [(429, {"Retry-After": "3600"})], 429, []),  # longer than a request may take
        ("GET", [(429, {"Retry-After": "9" * 500})], 429, []),
        ("GET", [(429, {"Retry-After": "1"})] * 4, 429, [1.0] * 3),
        ("GET", [(503, {"Retry-After": "5"}), (502, {}), (500, {}), (200, {})], 200, [5.0, 2.0, 4.0]),
        ("PUT", [(503, {"Retry-After": "5"})], 503, []),  # it may have been done
        ("GET", [(404, {"Retry-After": "5"})], 404, []),
    ],
)
def test_what_may_pass_is_tried_again_when_the_service_says(
    method: str, answers: list[tuple[int, dict[str, str]]], status: int, waits: list[float]
) -> None:
    waited: list[float] = []
    seen: list[str] = []
    with serving(type("Handler", (Busy,), {"answers": list(answers), "seen": seen})) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        answer = make_session(address, sleep=waited.append).request(method, address)
    assert (answer.status_code, waited, len(seen)) == (status, waits, len(answers))


def test_a_session_asks_nobody_but_its_service() -> None:
    with serving(type("Handler", (Busy,), {"answers": [], "seen": []})) as server:
        session = make_session("http://127.0.0.1:1")
        with pytest.raises(requests.exceptions.InvalidSchema):
            session.get(f"http://localhost:{server.server_port}/")


class Elsewhere(BaseHTTPRequestHandler):
    """Points to another server, or notes what came to it."""

    seen: list[bytes]
    code: int
    to: str

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append(self.path.encode() + body)
        if self.to:
            self.send_response(self.code)
            self.send_header("Location", self.to)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            answer = b'{"access_token": "stolen", "refresh_token": "stolen", "expires_at": 99999999999}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    do_GET = do_POST  # noqa: N815 - the name that the server looks for

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # who asked has gone
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def serve(code: int = 200, to: str = "") -> tuple[ThreadingHTTPServer, list[bytes]]:
    seen: list[bytes] = []
    handler = type("Handler", (Elsewhere,), {"seen": seen, "code": code, "to": to})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server, seen


@pytest.fixture(params=[301, 302, 303, 307, 308])
def redirecting(request: pytest.FixtureRequest) -> Iterator[tuple[str, list[bytes]]]:
    other, seen = serve()
    here, _ = serve(request.param, f"http://localhost:{other.server_port}/oauth/token")
    yield f"http://127.0.0.1:{here.server_port}/api/v3", seen
    for server in (here, other):
        server.shutdown()
        server.server_close()


def test_no_secret_follows_a_redirect_and_the_good_token_stays(
    redirecting: tuple[str, list[bytes]], tmp_path: Path
) -> None:
    address, seen = redirecting
    path = tmp_path / "strava.json"
    save_token(Token(access_token="good", refresh_token="good", expires_at=0.0), path)
    before = path.read_bytes()
    client = Strava(Application(client_id=1, client_secret=SECRET), path, session=make_session(address))
    with pytest.raises(DeliveryError, match="points to another address") as caught:
        client.exchange("code")
    with pytest.raises(DeliveryError, match="points to another address"):
        client.fetch(1)
    assert seen == []
    assert path.read_bytes() == before
    assert SECRET not in str(caught.value)


@given(st.binary(max_size=200))
def test_rubbish_at_the_login_is_no_traceback(data: bytes) -> None:
    with LoginServer("state", wait_s=0.2) as server:
        port = int(server.redirect_uri.rsplit(":", 1)[1].rstrip("/"))
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(data)


def test_an_idle_connection_keeps_nobody_out() -> None:
    with LoginServer("state", wait_s=20.0) as server:
        port = int(server.redirect_uri.rsplit(":", 1)[1].rstrip("/"))
        with socket.create_connection(("127.0.0.1", port)):

            def come_back() -> None:
                time.sleep(0.2)
                with socket.create_connection(("127.0.0.1", port)) as browser:
                    browser.sendall(b"GET /?state=state&code=abc&scope=read,activity:read_all HTTP/1.0\r\n\r\n")
                    browser.recv(1000)

            threading.Thread(target=come_back, daemon=True).start()
            assert server.wait(time.monotonic) == "abc"
