"""intervals.icu: workouts go there, and from there to the watches that the runner has linked.

The official interface (https://intervals.icu/api-docs.html; forum.intervals.icu/t/63624): events are posted in one
request and those whose `external_id` is known are changed instead of doubled. A personal key goes as the password of
the user `API_KEY`.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from retrorun.documents import parse_json, to_json
from retrorun.errors import DeliveryError
from retrorun.services.http import make_session, safe_address
from retrorun.services.keys import Key

if TYPE_CHECKING:
    import requests

URL = "https://intervals.icu"
VARIABLE = "RETRORUN_INTERVALS_ICU_API"  # names another address
EVENTS = "/api/v1/athlete/0/events/bulk?upsert=true"  # athlete 0 is the one whose key it is


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


class IntervalsIcu:
    """A connection for the runner whose key it is.

    Args:
        key: the runner's own.
        url: the address; by default RETRORUN_INTERVALS_ICU_API, or else the service's.
        session: how requests go out; the usual one by default.

    Raises:
        DeliveryError: the key would go out without encryption. So do all methods, where the key is not accepted or the
            service is out of reach, refuses or answers something else than it should. The key is in no message.
    """

    def __init__(self, key: Key, *, url: str = "", session: requests.Session | None = None) -> None:
        self.url = safe_address(url or os.environ.get(VARIABLE, URL), where="address")
        self._session = session or make_session(self.url)
        self._session.auth = ("API_KEY", key.secret)

    def send(self, events: Iterable[Event]) -> tuple[int | str, ...]:
        """Post events, new or changed, and return the service's number for each, in order."""
        posted = list(events)
        names = [event.external_id for event in posted]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            hint = "give the sessions different names, or send one of them for another day"
            raise DeliveryError(f"two of these events would be one: {twice}", where=self.url, hint=hint)
        body = self._ask("POST", EVENTS, "the workout", [event.as_json() for event in posted])
        return _numbers(body, posted, self.url)

    def _ask(self, method: str, path: str, what: str, value: object = None) -> bytes:
        """The body of an answer; `what` is spoken of where it is a refusal."""
        headers = {"Accept": "*/*"} if value is None else {"Content-Type": "application/json"}
        data = None if value is None else to_json(value).encode()
        answer = self._session.request(method, self.url + path, data=data, headers=headers)
        if answer.status_code // 100 != 2:
            raise _refusal(answer.status_code, answer.headers.get("Retry-After", ""), what, self.url)
        return answer.content


def send(events: Iterable[Event], key: Key, *, url: str = "") -> tuple[int | str, ...]:
    """Post events, new or changed, and return the service's number for each, in order: `IntervalsIcu(key).send`."""
    return IntervalsIcu(key, url=url).send(events)


def _refusal(code: int, wait: str, what: str, url: str) -> DeliveryError:
    when = f"in {wait} s" if wait.isascii() and wait.isdigit() else "in a few minutes"
    known = {
        401: ("the key is not accepted", "copy it again from the settings there"),
        403: ("the key may not change this calendar", "use the key of the runner's own account, or of his coach"),
        404: ("there is no such address", "check the address of the service"),
        429: ("too many requests", f"send it again {when}"),
    }
    by_hundreds = {
        3: ("the service points to another address, where the key must not go", "check the address of the service"),
        5: ("the service has a fault of its own", "do it again later: nothing is doubled"),
    }
    other = (f"{what} was refused", "send it in the other form: as FIT or as text")
    said, hint = known.get(code) or by_hundreds.get(code // 100, other)
    return DeliveryError(f"{said} ({code})", where=url, hint=hint)


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
