"""One athlete's own runs at Strava: read for analysis, and annotated when the athlete asks for it.

Strava's terms (API policy of 1 June 2026 and API agreement) allow an athlete to see his own data and nothing beyond:
nothing fetched here is stored, learnt from or combined with other data.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from retrorun.activity.model import Activity
from retrorun.activity.strava import STREAMS, activity_from_streams
from retrorun.documents import Fields
from retrorun.errors import DeliveryError, install_hint
from retrorun.services.http import api_address, is_day_spent, limits_text, make_session
from retrorun.services.note import Ran, note_line, with_mark, with_note
from retrorun.services.strava_token import LOGIN, Application, Token, changing_token, load_token, save_token

if TYPE_CHECKING:
    import requests
    from stravalib import Client

T = TypeVar("T")


class Strava:
    """A connection for one athlete.

    Args:
        application: the athlete's own application.
        token_file: where the tokens are; a renewed one is kept there before it is used.
        now: the present moment [Unix s], for tests.
        session: how requests go out; the usual one by default.
    """

    def __init__(
        self,
        application: Application,
        token_file: Path,
        *,
        now: Callable[[], float] = time.time,
        session: requests.Session | None = None,
    ) -> None:
        self._application = application
        self._token_file = token_file
        self._now = now
        self._headers: Mapping[str, str] = {}
        self._client = _client(session or make_session(api_address()), self._see_limits)

    @property
    def limits(self) -> str:
        """How much of Strava's limits is used, as its last answer said; empty before the first."""
        return limits_text(self._headers)

    def exchange(self, code: str) -> None:
        """Turn the code of a fresh login into a token, and keep it.

        Raises:
            DeliveryError: the service refuses or does not answer.
        """
        app, protocol = self._application, self._client.protocol
        with changing_token(self._token_file):
            self._keep(self._ask(lambda: protocol.exchange_code_for_token(app.client_id, app.client_secret, code)[0]))

    def fetch(self, activity_id: int) -> Activity:
        """One of the athlete's own activities, as the service has it. Nothing of it is stored.

        Raises:
            DeliveryError: not logged in, not the athlete's, or the service refuses or does not answer.
            RecordingError: the activity has no samples.
        """
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

    def annotate(self, activity_id: int, ran: Ran, *, in_name: bool = False) -> bool:
        """Write what was run backward into an activity's description, and its name where asked; twice changes nothing.

        Returns:
            Whether anything had to be changed.

        Raises:
            DeliveryError: as `fetch`; also where the athlete did not allow changes when logging in.
        """
        detail = self._detail(activity_id)
        old, name = detail.description or "", detail.name or ""
        changes = {"description": with_note(old, note_line(ran))}
        if in_name:
            changes["name"] = with_mark(name, ran)
        if changes["description"] == old and changes.get("name", name) == name:
            return False
        self._call(lambda: self._client.update_activity(activity_id, **changes))  # type: ignore[arg-type]  # two texts
        return True

    def _detail(self, activity_id: int) -> Any:  # noqa: ANN401 - stravalib's model, which needs the extra
        return self._call(lambda: self._client.get_activity(activity_id))

    def _call(self, request: Callable[[], T]) -> T:
        """Do a request with a token that is alive."""
        token = load_token(self._token_file)
        if token.is_stale(self._now()):
            token = self._renewed()
        self._client.access_token = token.access_token
        return self._ask(request)

    def _renewed(self) -> Token:
        """A fresh token; the one that another process has fetched meanwhile, if there is one."""
        app = self._application
        with changing_token(self._token_file):
            old = load_token(self._token_file)
            if not old.is_stale(self._now()):
                return old
            return self._keep(
                self._ask(
                    lambda: self._client.refresh_access_token(app.client_id, app.client_secret, old.refresh_token)
                )
            )

    def _keep(self, info: Mapping[str, Any]) -> Token:
        # An answer of another shape must not take the place of a good token.
        hint = "log in again"
        fields = Fields.of(dict(info), error=DeliveryError, where="Strava's token", hint=hint)
        token = Token(
            access_token=fields.text("access_token"),
            refresh_token=fields.text("refresh_token"),
            expires_at=fields.number("expires_at", low=0.0, high=1e11),
        )
        secrets = (token.access_token, token.refresh_token)
        if not all(secret and secret.isascii() and secret.isprintable() for secret in secrets):
            raise DeliveryError("Strava's token is none", hint=hint)
        save_token(token, self._token_file)
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
            raise DeliveryError(
                "Strava has switched your application off (403)",
                hint="its owner needs a Strava subscription: see https://www.strava.com/settings/api",
            ) from None
        except exc.Fault as fault:
            code = fault.response.status_code if fault.response is not None else 0
            raise _refusal(code, self._headers) from None
        except (requests.RequestException, ValidationError, KeyError, ValueError, TypeError) as error:
            # The error's own text is left out: it could show a token.
            raise DeliveryError(f"Strava's answer makes no sense ({type(error).__name__})", hint="try later") from None


def _refusal(code: int, headers: Mapping[str, str]) -> DeliveryError:
    """The message for an answer that is a refusal."""
    if code == 429:
        when = "after midnight UTC" if is_day_spent(headers) else "at the next quarter of an hour"
        return DeliveryError(f"Strava's limit is reached ({limits_text(headers) or '429'})", hint=f"try again {when}")
    known = {
        400: ("Strava does not take the request or the login (400)", LOGIN),
        401: ("Strava does not know this login any more (401)", LOGIN),
        403: (
            "Strava does not allow this (403)",
            f"{LOGIN} and allow what it asks for; only your own runs can be read",
        ),
        404: ("Strava has no such activity of yours (404)", "check its number; others' activities cannot be read"),
    }
    if code in known:
        what, hint = known[code]
        return DeliveryError(what, hint=hint)
    if code >= 500:
        return DeliveryError(f"Strava has a fault of its own ({code})", hint="try again later")
    return DeliveryError(f"Strava refuses the request ({code})", hint="try again later")


def _client(session: requests.Session, see_limits: Callable[[Mapping[str, str], str], None]) -> Client:
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
