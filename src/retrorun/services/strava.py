"""One athlete's own runs at Strava: a login in the browser, runs read for analysis, and annotated when asked for.

Strava's terms (API policy of 1 June 2026 and API agreement) allow an athlete to see his own data and nothing beyond:
nothing fetched here is stored, learnt from or combined with other data.
"""

import hmac
import logging
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import parse_qs, urlencode, urlsplit

from retrorun.activity.model import Activity
from retrorun.activity.read import STREAMS, activity_from_streams
from retrorun.documents import Fields
from retrorun.errors import DeliveryError, install_hint
from retrorun.services import fetch as notes
from retrorun.services import http, keys

if TYPE_CHECKING:
    import requests
    from stravalib import Client

T = TypeVar("T")
AUTHORIZE = "https://www.strava.com/oauth/authorize"
SCOPES = ("read", "activity:read_all")
WRITE_SCOPE = "activity:write"
POLL_S, IDLE_S = 0.5, 10.0
WAIT_S = 300.0  # long enough to type a password, short enough not to leave a port open
PAGE = "<!doctype html><title>retrorun</title><p>{}</p><p>You can close this page.</p>"


class Strava:
    """A connection for one athlete, through his own application; all its methods raise DeliveryError.

    `token_file` is where the tokens are; a renewed one is kept there before it is used. `now` gives Unix seconds.
    """

    def __init__(
        self,
        application: keys.Application,
        token_file: Path,
        *,
        now: Callable[[], float] = time.time,
        session: "requests.Session | None" = None,
    ) -> None:
        self._application = application
        self._token_file = token_file
        self._now = now
        self._headers: Mapping[str, str] = {}
        self._client = _client(session or http.make_session(http.api_address()), self._see_limits)

    @property
    def limits(self) -> str:
        """How much of Strava's limits is used, as its last answer said; empty before the first."""
        return http.limits_text(self._headers)

    def exchange(self, code: str) -> None:
        """Turn the code of a fresh login into a token, and keep it."""
        app, protocol = self._application, self._client.protocol
        with keys.changing_token(self._token_file):
            self._keep(self._ask(lambda: protocol.exchange_code_for_token(app.client_id, app.client_secret, code)[0]))

    def fetch(self, activity_id: int) -> Activity:
        """One of the athlete's own activities, as the service has it. Nothing of it is stored."""
        detail = self._detail(activity_id)
        streams = self._call(lambda: self._client.get_activity_streams(activity_id, types=list(STREAMS)))
        if detail.start_date is None:
            raise DeliveryError("the service does not say when this was", where=f"activity {activity_id}")
        return activity_from_streams(
            {str(name): stream.data or [] for name, stream in streams.items()},
            sport_type=str(getattr(detail.sport_type, "root", detail.sport_type)),
            start_time=detail.start_date,
            utc_offset_s=detail.utc_offset,
            trainer=bool(detail.trainer),
        )

    def annotate(self, activity_id: int, ran: notes.Ran, *, in_name: bool = False) -> bool:
        """Write what was run backward into an activity's description, and its name where asked.

        Whether anything had to be changed: twice changes nothing.
        """
        detail = self._detail(activity_id)
        old, name = detail.description or "", detail.name or ""
        changes = {"description": notes.with_note(old, notes.note_line(ran))}
        if in_name:
            changes["name"] = notes.with_mark(name, ran)
        if changes["description"] == old and changes.get("name", name) == name:
            return False
        self._call(lambda: self._client.update_activity(activity_id, **changes))  # type: ignore[arg-type]  # two texts
        return True

    def _detail(self, activity_id: int) -> Any:  # noqa: ANN401 - stravalib's model, which needs the extra
        return self._call(lambda: self._client.get_activity(activity_id))

    def _call(self, request: Callable[[], T]) -> T:
        """Do a request with a token that is alive."""
        token = keys.load_token(self._token_file)
        if token.is_stale(self._now()):
            token = self._renewed()
        self._client.access_token = token.access_token
        return self._ask(request)

    def _renewed(self) -> keys.Token:
        """A fresh token; the one that another process has fetched meanwhile, if there is one."""
        app = self._application
        with keys.changing_token(self._token_file):
            old = keys.load_token(self._token_file)
            if not old.is_stale(self._now()):
                return old
            renew = self._client.refresh_access_token
            return self._keep(self._ask(lambda: renew(app.client_id, app.client_secret, old.refresh_token)))

    def _keep(self, info: Mapping[str, Any]) -> keys.Token:
        # An answer of another shape must not take the place of a good token.
        token = keys.Token.of(Fields.of(dict(info), error=DeliveryError, where="Strava's token", hint="log in again"))
        keys.save_token(token, self._token_file)
        return token

    def _see_limits(self, headers: Mapping[str, str], _method: str) -> None:
        self._headers = headers

    def _ask(self, request: Callable[[], T]) -> T:
        """Do a request; whatever goes wrong becomes one clear message without tokens in it."""
        import requests
        from pydantic import ValidationError
        from stravalib import exc

        try:
            return request()
        except exc.ApplicationInactive:
            hint = "its owner needs a Strava subscription: see https://www.strava.com/settings/api"
            raise DeliveryError("Strava has switched your application off (403)", hint=hint) from None
        except exc.Fault as fault:
            code = fault.response.status_code if fault.response is not None else 0
            raise _refusal(code, self._headers) from None
        except (requests.RequestException, ValidationError, KeyError, ValueError, TypeError) as error:
            # The error's own text is left out: it could show a token.
            raise DeliveryError(f"Strava's answer makes no sense ({type(error).__name__})", hint="try later") from None


def _refusal(code: int, headers: Mapping[str, str]) -> DeliveryError:
    """The message for an answer that is a refusal."""
    if code == 429:
        when = "after midnight UTC" if http.is_day_spent(headers) else "at the next quarter of an hour"
        what = f"Strava's limit is reached ({http.limits_text(headers) or '429'})"
        return DeliveryError(what, hint=f"try again {when}")
    known = {
        400: ("Strava does not take the request or the login", keys.LOGIN),
        401: ("Strava does not know this login any more", keys.LOGIN),
        403: ("Strava does not allow this", f"{keys.LOGIN} and allow what it asks for; only your own runs can be read"),
        404: ("Strava has no such activity of yours", "check its number; others' activities cannot be read"),
        5: ("Strava has a fault of its own", "try again later"),
        0: ("Strava refuses the request", "try again later"),
    }
    return http.refusal(code, known)


def _client(session: "requests.Session", see_limits: Callable[[Mapping[str, str], str], None]) -> "Client":
    with _quiet():
        try:
            from stravalib import Client
        except ImportError:
            raise DeliveryError("Strava needs the package stravalib", hint=install_hint("stravalib")) from None
        client = Client(requests_session=session, rate_limiter=see_limits)  # type: ignore[arg-type]  # called, no more
    # stravalib would renew tokens by itself and lose the new one; here that is done before a request, and kept.
    client.protocol.client_id = client.protocol.client_secret = None
    return client


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep stravalib's doings to itself: importing it changes warnings and logging for the whole program."""
    root = logging.getLogger()
    level, shown = root.level, warnings.showwarning
    with warnings.catch_warnings():
        root.setLevel(logging.ERROR)
        try:
            yield
        finally:
            root.setLevel(level)
            if warnings.showwarning is not shown:
                logging.captureWarnings(capture=False)


class LoginServer(ThreadingHTTPServer):
    """Waits on the loopback for the browser to come back from Strava, for one answer. Use it as a context manager.

    Each connection has a thread of its own, so that an idle one keeps nobody out. `state` is a secret of this login,
    new each time, so that nobody else's answer is taken. Port 0 takes any that is free.
    """

    daemon_threads = True

    def __init__(self, state: str, *, port: int = 0, wait_s: float = WAIT_S) -> None:
        self.state, self.answer = state, dict[str, str]()
        self._wait_s = wait_s
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as error:
            what, hint = f"cannot listen on port {port} ({error.strerror})", "leave --port out, or name another"
            raise DeliveryError(what, hint=hint) from None

    def handle_error(self, *_: object) -> None:
        """Nothing: whoever sent rubbish gets no answer, and leaves no traceback."""

    @property
    def redirect_uri(self) -> str:
        """Where Strava is asked to send the browser."""
        return f"http://127.0.0.1:{self.server_port}/"

    def url(self, client_id: int, *, write: bool) -> str:
        """The page at which the athlete allows this library to read, and to write where wanted."""
        query = {
            "client_id": client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "approval_prompt": "auto",
            "scope": ",".join((*SCOPES, WRITE_SCOPE) if write else SCOPES),
            "state": self.state,
        }
        return f"{AUTHORIZE}?{urlencode(query)}"

    def wait(self, now: Callable[[], float]) -> str:
        """The code that the browser brings back."""
        until = now() + self._wait_s
        while not self.answer:
            self.timeout = min(until - now(), POLL_S)
            if self.timeout <= 0:
                raise DeliveryError("nobody logged in within five minutes", hint="run the command again")
            self.handle_request()
        if "error" in self.answer:
            raise DeliveryError("the login was refused at Strava", hint="run the command again and allow it")
        if "activity:read" not in self.answer.get("scope", ""):
            hint = "run the command again and leave it ticked"
            raise DeliveryError("reading your activities was not allowed", hint=hint)
        return self.answer["code"]


class _Handler(BaseHTTPRequestHandler):
    timeout = IDLE_S  # of a connection on which nobody says anything

    def do_GET(self) -> None:
        login = cast("LoginServer", self.server)
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        mine = hmac.compare_digest(query.get("state", "").encode(), login.state.encode())
        if not mine or not {"code", "error"} & query.keys():
            self._say(404, "This is not the page you are looking for.")
            return
        login.answer = query
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
