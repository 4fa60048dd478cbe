"""Workouts to intervals.icu, which passes them on to the watches that the runner has linked there.

The official interface (https://intervals.icu/api-docs.html; forum.intervals.icu/t/63624): events are posted in one
request and those whose `external_id` is known are changed instead of doubled. A personal key goes as the password of
the user `API_KEY`. One request needs no more than the standard library.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from retrorun.documents import parse_json
from retrorun.errors import DeliveryError
from retrorun.services.http import bounded, safe_address
from retrorun.services.keys import Key

URL = "https://intervals.icu"
PATH = "/api/v1/athlete/0/events/bulk?upsert=true"  # athlete 0 is the one whose key it is
TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One planned workout in the calendar: its day, and its steps as a FIT file or as workout text.

    `external_id` is this library's name for it: posting the same one again changes the event instead of adding one.
    """

    external_id: str
    day: date
    name: str
    file_name: str = ""
    data: bytes = b""
    text: str = ""
    indoor: bool = False

    def as_json(self) -> dict[str, Any]:
        """The event as the service takes it."""
        event: dict[str, Any] = {
            "category": "WORKOUT",
            "type": "Run",
            "start_date_local": f"{self.day.isoformat()}T00:00:00",
            "name": self.name,
            "external_id": self.external_id,
            "indoor": self.indoor,
        }
        if self.data:
            contents = base64.b64encode(self.data).decode("ascii")
            return event | {"filename": self.file_name, "file_contents_base64": contents}
        return event | {"description": self.text}


def external_id(name: str, day: date, *, fallback: str) -> str:
    """The name of an event for ever: the same session on the same day stays one event, however often it is edited.

    `fallback` stands in for a name without letters or digits.
    """
    words = re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
    return f"retrorun-{day.isoformat()}-{words or fallback}"


def send(events: Iterable[Event], key: Key, *, url: str = URL, timeout_s: float = TIMEOUT_S) -> tuple[int | str, ...]:
    """Post events, new or changed, and return the service's number for each, in order.

    Raises:
        DeliveryError: the key is not accepted, the service is out of reach, refuses or answers something else than it
            should. The key is in no message.
    """
    posted = list(events)
    names = [event.external_id for event in posted]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        hint = "give the sessions different names, or send one of them for another day"
        raise DeliveryError(f"two of these events would be one: {twice}", where=url, hint=hint)
    url = safe_address(url, where="address")
    login = base64.b64encode(f"API_KEY:{key.secret}".encode("ascii")).decode("ascii")
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
        url.rstrip("/") + PATH,
        data=json.dumps([event.as_json() for event in posted]).encode(),
        headers={"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "retrorun"},
        method="POST",
    )
    # Unredirected: were the service to point elsewhere, the key would not follow. Redirects are refused altogether too.
    request.add_unredirected_header("Authorization", f"Basic {login}")
    return _numbers(_answer(request, url, timeout_s), posted, url)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - whatever urllib hands over
        """Nothing is followed: the redirect becomes an error."""


def _answer(request: urllib.request.Request, url: str, timeout_s: float) -> bytes:
    again = "send it again: nothing is doubled"
    try:
        # Without proxies: their passwords stand in the environment.
        opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=timeout_s) as response:
            body = bounded(iter(lambda: response.read1(1 << 16), b""))
            if response.length:  # what is still to come, by the answer's own head; a short read says nothing itself
                raise http.client.IncompleteRead(body, response.length)
            return body
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(error, url) from None
    except TimeoutError:
        raise DeliveryError(f"no answer within {timeout_s:g} s", where=url, hint=again) from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise DeliveryError(f"no answer within {timeout_s:g} s", where=url, hint=again) from None
        what = f"out of reach ({_reason(error.reason)})"
        raise DeliveryError(what, where=url, hint="check the connection, then " + again) from None
    except (http.client.HTTPException, OSError) as error:
        what = f"the connection was cut ({_reason(error)})"
        raise DeliveryError(what, where=url, hint="it may or may not have arrived; " + again) from None


def _reason(error: object) -> str:
    # Only the system's own words: an exception's text might hold what was sent.
    strerror = getattr(error, "strerror", None)
    return strerror if isinstance(strerror, str) else type(error).__name__


def _refusal(error: urllib.error.HTTPError, url: str) -> DeliveryError:
    code, wait = error.code, error.headers.get("Retry-After", "")
    when = f"in {wait} s" if wait.isascii() and wait.isdigit() else "in a few minutes"
    known = {
        401: ("the key is not accepted", "copy it again from the settings there"),
        403: ("the key may not change this calendar", "use the key of the runner's own account, or of his coach"),
        404: ("there is no such address", "check the address of the service"),
        429: ("too many requests", f"send it again {when}"),
    }
    by_hundreds = {
        3: ("the service points to another address, where the key must not go", "check the address of the service"),
        5: ("the service has a fault of its own", "send it again later: nothing is doubled"),
    }
    other = ("the workout was refused", "send it in the other form: as FIT or as text")
    what, hint = known.get(code) or by_hundreds.get(code // 100, other)
    return DeliveryError(f"{what} ({code})", where=url, hint=hint)


def _numbers(body: bytes, posted: list[Event], url: str) -> tuple[int | str, ...]:
    """The service's number for each event, in the order in which they were posted."""
    try:
        answer = parse_json(body, error=DeliveryError)
    except DeliveryError:
        answer = None
    known: dict[object, object] = {}
    for event in answer if isinstance(answer, list) else ():
        if isinstance(event, dict) and isinstance(event.get("external_id"), str):
            known[event["external_id"]] = event.get("id")
    numbers: list[int | str] = []
    for event in posted:
        number = known.get(event.external_id)
        if not isinstance(number, int | str):
            hint = "look into the calendar there whether it arrived"
            raise DeliveryError(f"the answer does not speak of {event.external_id}", where=url, hint=hint)
        numbers.append(number)
    return tuple(numbers)
