"""No secret follows a redirect, answers are bounded, addresses are judged by their parts."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrorun.errors import DeliveryError
from retrorun.services.http import MOST_BYTES, bounded, make_session, safe_address
from retrorun.services.strava import Strava
from retrorun.services.strava_login import LoginServer
from retrorun.services.strava_token import Application, Token, save_token

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
        bounded(bytes(1 << 20) for _ in range((MOST_BYTES >> 20) + 1))
    ticks = iter(range(0, 10_000, 10))
    with pytest.raises(DeliveryError, match="longer than"):
        bounded((b"x" for _ in range(1000)), clock=lambda: float(next(ticks)))
    assert bounded([b"a", b"b"]) == b"ab"


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


def serve(code: int = 200, to: str = "") -> tuple[ThreadingHTTPServer, list[bytes]]:
    seen: list[bytes] = []
    handler = type("Handler", (Elsewhere,), {"seen": seen, "code": code, "to": to})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
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
    client = Strava(Application(client_id=1, client_secret=SECRET), path, session=make_session(address, back_off_s=0.0))
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
