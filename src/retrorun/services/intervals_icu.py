"""intervals.icu: workouts go there, and on to the watches that the runner has linked; recordings come back from there.

The official interface (https://intervals.icu/api-docs.html; forum.intervals.icu/t/63624, /t/80090): events are posted
in one request and those whose `external_id` is known are changed instead of doubled; activities are listed from the
newest to the oldest. A personal key goes as the password of the user `API_KEY`.
"""

import base64
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from retrorun.documents import Fields, parse_json, to_json
from retrorun.errors import DeliveryError
from retrorun.services import fetch, http
from retrorun.services.keys import Key

if TYPE_CHECKING:
    import requests

URL = "https://intervals.icu"
VARIABLE = "RETRORUN_INTERVALS_ICU_API"  # names another address
PAGE = 100  # activities in one answer; each is some 10 kB
MOST_LISTED = 100_000  # ten a day for 27 years
WITHHELD = "STRAVA"  # the source of what the service lists, and hands out to nobody: Strava's terms
GONE = (404, 410, 422)  # nothing of that activity is to be had, now or later
EVENTS = "/api/v1/athlete/0/events/bulk?upsert=true"  # athlete 0 is the one whose key it is
ACTIVITIES, ACTIVITY = "/api/v1/athlete/0/activities", "/api/v1/activity"


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

    def __init__(self, key: Key, *, url: str = "", session: "requests.Session | None" = None) -> None:
        self.url = http.safe_address(url or os.environ.get(VARIABLE, URL), where="address")
        self._session = session or http.make_session(self.url)
        self._session.auth = ("API_KEY", key.secret)

    def send(self, events: Iterable[Event]) -> tuple[int | str, ...]:
        """Post events, new or changed, and return the service's number for each, in order."""
        posted = list(events)
        names = [event.external_id for event in posted]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            hint = "give the sessions different names, or send one of them for another day"
            raise DeliveryError(f"two of these events would be one: {twice}", where=self.url, hint=hint)
        body = self._ask("POST", EVENTS, "change this calendar", [event.as_json() for event in posted])
        return _numbers(body, posted, self.url)

    def activities(self, since: date) -> tuple[fetch.Listed, ...]:
        """All activities from a day on, the newest first; those that the service withholds as well."""
        found: dict[str, fetch.Listed] = {}
        newest, idle = "", 0
        while idle < 2:
            rows = self._page(since, newest)
            times = [row.start for row in rows if row.start]
            if not times:
                break
            # The next page begins where this one ends, for several may begin in one second; only then before it.
            idle = idle + 1 if all(row.number in found for row in rows) else 0
            earliest = datetime.fromisoformat(min(times)) - timedelta(seconds=idle > 0)
            newest = earliest.isoformat()
            found |= {row.number: row for row in rows}
            if len(found) > MOST_LISTED:
                hint = "this is not the service"
                raise DeliveryError(f"it lists more than {MOST_LISTED} activities", where=self.url, hint=hint)
        return tuple(found.values())

    def original(self, number: str) -> bytes | None:
        """The file that an activity was made from, as the service hands it out; None where it has none.

        None too where just this one is too much for it (500, after three more tries) or for us.
        """
        try:
            return self._ask("GET", f"{ACTIVITY}/{number}/file", "read this activity", missing=(*GONE, 500))
        except http.TooLargeError:
            return None

    def describe(self, number: str, line: str) -> bool:
        """Put the one marked line into an activity's description, in the place of an earlier one, or take it out ("").

        Returns:
            Whether anything had to be changed, which an activity that is not there any more has not. The rest of the
            description stays as it is.
        """
        path, doing, place = f"{ACTIVITY}/{number}", "change this activity", f"{self.url}, activity {number}"
        body = self._ask("GET", path, doing, missing=GONE)
        if body is None:
            return False
        row = Fields.of(parse_json(body, error=DeliveryError, where=place), error=DeliveryError, where=place)
        old = row.text("description", "")
        new = fetch.with_note(old, line)
        return new != old and self._ask("PUT", path, doing, {"description": new}, missing=GONE) is not None

    def _page(self, since: date, newest: str) -> list[fetch.Listed]:
        path = f"{ACTIVITIES}?oldest={since.isoformat()}&limit={PAGE}{newest and f'&newest={newest}'}"
        body = self._ask("GET", path, "read these activities") or b""
        value = parse_json(body, error=DeliveryError, where=self.url)
        if not isinstance(value, list):
            raise DeliveryError("the answer is no list of activities", where=self.url, hint="this is not the service")
        rows = []
        for each in value:
            row = Fields.of(each, error=DeliveryError, where=f"{self.url}, activity")
            hidden = "it came there from Strava" if row.text("source", "") == WITHHELD else ""
            start, kind, withheld = (
                row.text("start_date_local", ""),
                row.text("type", ""),
                row.text("_note", "") or hidden,
            )
            number = row.values.get("id")
            rows.append(fetch.listed(self.url, number=number, start=start, kind=kind, withheld=withheld))
        return rows

    def _ask(
        self, method: str, path: str, doing: str, value: object = None, *, missing: tuple[int, ...] = ()
    ) -> bytes | None:
        """The body of an answer, None for one of the states in `missing`; `doing` is what a refusal speaks of."""
        headers = {"Accept": "*/*"} if value is None else {"Content-Type": "application/json"}
        data = None if value is None else to_json(value).encode()
        answer = self._session.request(method, self.url + path, data=data, headers=headers)
        if answer.status_code in missing:
            return None
        if answer.status_code // 100 != 2:
            raise _refusal(answer.status_code, answer.headers.get("Retry-After", ""), doing, self.url)
        return answer.content


def send(events: Iterable[Event], key: Key, *, url: str = "") -> tuple[int | str, ...]:
    """Post events, new or changed, and return the service's number for each, in order: `IntervalsIcu(key).send`."""
    return IntervalsIcu(key, url=url).send(events)


def _refusal(code: int, wait: str, doing: str, url: str) -> DeliveryError:
    when = f"in {wait} s" if wait.isascii() and wait.isdigit() else "in a few minutes"
    known = {
        401: ("the key is not accepted", "copy it again from the settings there"),
        403: (f"the key may not {doing}", "use the key of the runner's own account, or of his coach"),
        404: ("there is no such address", "check the address of the service"),
        429: ("too many requests", f"do it again {when}"),
        3: ("the service points to another address, where the key must not go", "check the address of the service"),
        5: ("the service has a fault of its own", "do it again later: nothing is doubled"),
        0: (f"it refuses to {doing}", "for a workout, try the other form: as FIT or as text"),
    }
    return http.refusal(code, known, where=url)


def _numbers(body: bytes | None, posted: list[Event], url: str) -> tuple[int | str, ...]:
    """The service's number for each event, in the order in which they were posted."""
    try:
        answer = parse_json(body or b"", error=DeliveryError)
    except DeliveryError:
        answer = None
    rows = [row for row in answer if isinstance(row, dict)] if isinstance(answer, list) else []
    known = {str(row.get("external_id")): row.get("id") for row in rows}
    numbers: list[int | str] = []
    for event in posted:
        number = known.get(event.external_id)
        if not isinstance(number, int | str):
            hint = "look into the calendar there whether it arrived"
            raise DeliveryError(f"the answer does not speak of {event.external_id}", where=url, hint=hint)
        numbers.append(number)
    return tuple(numbers)
