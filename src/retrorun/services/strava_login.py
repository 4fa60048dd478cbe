"""Logging in to Strava in a browser: the answer comes back to a server on this machine, which lives for one answer."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from retrorun.errors import DeliveryError

AUTHORIZE = "https://www.strava.com/oauth/authorize"
SCOPES = ("read", "activity:read_all")
WRITE_SCOPE = "activity:write"
POLL_S, IDLE_S = 0.5, 10.0
WAIT_S = 300.0  # long enough to type a password, short enough not to leave a port open
PAGE = "<!doctype html><title>retrorun</title><p>{}</p><p>You can close this page.</p>"


class _QuietServer(ThreadingHTTPServer):
    """Each connection has a thread of its own, so that an idle one keeps nobody out; rubbish leaves no traceback."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Nothing: whoever sent rubbish gets no answer."""


class LoginServer:
    """Waits on the loopback for the browser to come back from Strava. Use it as a context manager.

    Args:
        state: a secret of this login, new each time, so that nobody else's answer is taken.
        port: 0 takes any that is free.
    """

    def __init__(self, state: str, *, port: int = 0, wait_s: float = WAIT_S) -> None:
        self._state = state
        self._wait_s = wait_s
        self._answer: dict[str, str] = {}
        try:
            self._server = _QuietServer(("127.0.0.1", port), self._handler())
        except OSError as error:
            raise DeliveryError(
                f"cannot listen on port {port} ({error.strerror})", hint="leave --port out, or name another"
            ) from None

    def __enter__(self) -> LoginServer:  # noqa: PYI034 - nobody derives from it
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    @property
    def redirect_uri(self) -> str:
        """Where Strava is asked to send the browser."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def url(self, client_id: int, *, write: bool) -> str:
        """The page at which the athlete allows this library to read, and to write where wanted."""
        scopes = (*SCOPES, WRITE_SCOPE) if write else SCOPES
        query = {
            "client_id": client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "approval_prompt": "auto",
            "scope": ",".join(scopes),
            "state": self._state,
        }
        return f"{AUTHORIZE}?{urlencode(query)}"

    def wait(self, now: Callable[[], float]) -> str:
        """The code that the browser brings back.

        Raises:
            DeliveryError: it did not come in time, the athlete refused, or did not allow reading activities.
        """
        until = now() + self._wait_s
        while not self._answer:
            self._server.timeout = min(until - now(), POLL_S)
            if self._server.timeout <= 0:
                raise DeliveryError("nobody logged in within five minutes", hint="run the command again")
            self._server.handle_request()
        if "error" in self._answer:
            raise DeliveryError("the login was refused at Strava", hint="run the command again and allow it")
        if "activity:read" not in self._answer.get("scope", ""):
            raise DeliveryError(
                "reading your activities was not allowed", hint="run the command again and leave it ticked"
            )
        return self._answer["code"]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            timeout = IDLE_S  # of a connection on which nobody says anything

            def do_GET(self) -> None:
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                mine = hmac.compare_digest(query.get("state", "").encode(), server._state.encode())
                if not mine or not {"code", "error"} & query.keys():
                    self._say(404, "This is not the page you are looking for.")
                    return
                server._answer = query
                self._say(200, "Strava refused." if "error" in query else "Logged in to Strava.")

            def _say(self, code: int, text: str) -> None:
                body = PAGE.format(text).encode()
                self.send_response(code)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing: the address holds the code."""

        return Handler
