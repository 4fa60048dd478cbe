"""Garmin Connect: workouts go into the runner's own account, recordings come back, through python-garminconnect.

Garmin has no interface for that which is open to a runner. The package logs in as Garmin's own app does: unofficial,
and it may break on any day. So nothing here is needed for a workout to exist; its file is the product. What the package
sends and where is its own affair: `services.http` does not stand between.

An account is asked what it holds, and nothing is remembered here: whoever was interrupted does it again.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from retrorun import files
from retrorun.documents import Fields, parse_json
from retrorun.errors import DeliveryError, install_hint
from retrorun.services import fetch, http, keys

T = TypeVar("T")
WHERE = "Garmin Connect"
UNOFFICIAL = "Garmin Connect has no open interface for this: the login is that of its app, unofficial, and may break"
OURS = "sent by retrorun; sending this name again replaces it"
PAGE = 100  # workouts in one answer
MOST_LISTED = 10_000
OTHER_WAY = "or carry the files over USB, which needs no login"


class LoginError(DeliveryError):
    """Garmin Connect does not know this login."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A runner's name and password at Garmin; the password shows itself nowhere."""

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A workout in the account: its number there, whether it is new, and the days that were added to the calendar."""

    number: int
    name: str
    new: bool
    scheduled: tuple[date, ...] = ()


class GarminConnect:
    """A connection to one runner's account.

    All its methods raise DeliveryError where the service is out of reach, refuses, or answers something else than it
    should; LoginError where the login has ended. No text of the service or the package is in the message.
    """

    def __init__(self, account: Any) -> None:  # noqa: ANN401 - garminconnect.Garmin, which is no part of this package
        self._account = account
        self._calendar: dict[tuple[int, int], set[tuple[int, str]]] = {}

    def send(self, workouts: Iterable[tuple[str, Iterable[date]]]) -> tuple[Sent, ...]:
        """Put workouts into the account and onto days; a workout that this library sent under that name is replaced.

        Args:
            workouts: the JSON text of each, as `to_garmin_connect` writes it, and its days; one may come several times.
        """
        many: dict[str, tuple[dict[str, Any], list[date]]] = {}
        for text, days in workouts:
            workout = _workout(text)
            same, all_days = many.setdefault(_name(workout), (workout, []))
            if same != workout:
                what = f"two of these workouts would be one: {_name(workout)}"
                hint = "give the sessions different names, or send one after the other was run"
                raise DeliveryError(what, where=WHERE, hint=hint)
            all_days += days
        held = self._held(set(many))
        return tuple(self._send(workout, days, held.get(name)) for name, (workout, days) in many.items())

    def activities(self, since: date) -> tuple[fetch.Listed, ...]:
        """All activities from a day on, the newest first."""
        found = _asked(lambda: self._account.get_activities_by_date(since.isoformat()), "list the activities")
        rows = map(_listed, _rows(found))
        return tuple(sorted({row.number: row for row in rows}.values(), key=lambda row: row.start, reverse=True))

    def original(self, number: str) -> bytes | None:
        """The zip with the file that an activity was made from; None where there is none: it was typed in by hand."""
        kind = self._account.ActivityDownloadFormat.ORIGINAL
        data = _asked(lambda: self._account.download_activity(number, kind), "hand out this file", missing=(404, 410))
        return data if isinstance(data, bytes) else None

    def _send(self, workout: dict[str, Any], days: Iterable[date], number: int | None) -> Sent:
        if number is None:
            answer = _asked(lambda: self._account.upload_workout(workout), "take this workout")
            made = _fields(answer).integer("workoutId", low=1)
        else:
            made = number
            _asked(lambda: self._account.update_workout(made, workout), "change this workout")
        added = tuple(day for day in days if self._schedule(made, day))
        return Sent(number=made, name=_name(workout), new=number is None, scheduled=added)

    def _schedule(self, number: int, day: date) -> bool:
        """Put a workout onto a day, unless it is there; whether that had to be done."""
        month = (day.year, day.month)
        if month not in self._calendar:
            answer = _asked(lambda: self._account.get_scheduled_workouts(*month), "show the calendar")
            items = [row for row in _fields(answer).rows("calendarItems") if row.has("workoutId")]
            self._calendar[month] = {(row.integer("workoutId"), row.text("date", "")) for row in items}
        if (number, day.isoformat()) in self._calendar[month]:
            return False
        _asked(lambda: self._account.schedule_workout(number, day.isoformat()), "schedule this workout")
        return True

    def _held(self, names: set[str]) -> dict[str, int]:
        """The numbers of the workouts of these names that this library sent; a runner's own of that name are none."""
        numbers: dict[int, str] = {}
        start = 0
        while start < MOST_LISTED:
            rows = _rows(_asked(partial(self._account.get_workouts, start, PAGE), "list the workouts"))
            # What a training plan of Garmin's own put there has no number.
            numbers |= {row.integer("workoutId"): _name(row.values) for row in rows if row.has("workoutId")}
            start += len(rows)
            if not rows:
                break
        held: dict[str, int] = {}
        for number in sorted(number for number, name in numbers.items() if name in names):
            if numbers[number] not in held and self._is_ours(number):
                held[numbers[number]] = number
        return held

    def _is_ours(self, number: int) -> bool:
        answer = _asked(lambda: self._account.get_workout_by_id(number), "show a workout")
        return OURS in _fields(answer).text("description", "")


def connect(login: Callable[[], Login], code: Callable[[], str]) -> GarminConnect:
    """A connection with the tokens that are kept, else with name and password.

    The tokens lie in `garmin` in this library's own folder, where the package keeps them readable by their owner only.

    Args:
        login: gives name and password, and is asked only if they are needed.
        code: gives the code that Garmin sends where a login has a second step.

    Raises:
        LoginError: it is not accepted.
        DeliveryError: the package is not installed, or the service is out of reach.
    """
    try:
        import garminconnect
    except ImportError:
        hint = f"with Python 3.12 or newer, {install_hint('garminconnect')}"
        raise DeliveryError("Garmin Connect needs the package garminconnect", hint=hint) from None
    logging.getLogger("garminconnect").addHandler(logging.NullHandler())  # what it says is said here, in other words
    folder = (keys.own_folder() / "garmin").resolve()  # the package refuses links on the way
    files.make_folder(folder)
    if any(folder.iterdir()):
        with suppress(LoginError):
            return _logged_in(garminconnect.Garmin(), folder)
    known = login()
    return _logged_in(garminconnect.Garmin(known.email, known.password, prompt_mfa=code), folder)


def _logged_in(account: Any, folder: Path) -> GarminConnect:  # noqa: ANN401 - as above
    _asked(lambda: account.login(str(folder)), "log in")
    return GarminConnect(account)


def _workout(text: str) -> dict[str, Any]:
    """A workout as it is sent: with the line in its description by which it is known again."""
    workout = _fields(parse_json(text, error=DeliveryError, where=WHERE))
    return {**workout.values, "description": fetch.with_note(workout.text("description", ""), f"{fetch.MARK} {OURS}")}


def _listed(row: Fields) -> fetch.Listed:
    kind = row.fields("activityType").text("typeKey", "") if row.has("activityType") else ""
    start = row.text("startTimeLocal", "").replace(" ", "T")
    return fetch.listed(WHERE, number=row.values.get("activityId"), start=start.removesuffix(".0"), kind=kind)


def _rows(answer: object) -> list[Fields]:
    if not isinstance(answer, list):
        raise DeliveryError("the answer is no list", where=WHERE, hint="a newer garminconnect may help")
    return [_fields(row) for row in answer]


def _name(workout: Mapping[str, object]) -> str:
    """By what a workout is known again; the service may drop blanks at its ends."""
    return str(workout.get("workoutName") or "").strip()


def _fields(value: object) -> Fields:
    return Fields.of(value, error=DeliveryError, where=WHERE, hint=f"look there what arrived, {OTHER_WAY}")


def _asked(request: Callable[[], T], doing: str, *, missing: tuple[int, ...] = ()) -> T | None:
    """What a request answers, None for one of the states in `missing`.

    Whatever goes wrong becomes one message without the package's or the service's text.
    """
    import garminconnect
    import requests

    try:
        return request()
    except garminconnect.GarminConnectTooManyRequestsError:
        raise _refusal(429, doing) from None
    except (garminconnect.GarminConnectAuthenticationError, garminconnect.GarminConnectConnectionError) as error:
        unreached = any(isinstance(one, requests.RequestException) for one in (error.__cause__, error.__context__))
        refused = isinstance(error, garminconnect.GarminConnectAuthenticationError) and not unreached
        status = getattr(getattr(error, "response", None), "status_code", 0)
        if status in missing:
            return None
        raise _refusal(401 if refused else status, doing) from None
    except (requests.RequestException, OSError):
        raise _refusal(0, doing) from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        what = f"the answer makes no sense ({type(error).__name__})"
        raise DeliveryError(what, where=WHERE, hint=f"a newer garminconnect may help, {OTHER_WAY}") from None


def _refusal(status: int, doing: str) -> DeliveryError:
    if status == 401:
        return LoginError("the login is not accepted (401)", where=WHERE, hint=f"check name and password, {OTHER_WAY}")
    later = f"do it again later, nothing is doubled, {OTHER_WAY}"
    known = {
        0: ("out of reach, or it does not let this login in", later),
        3: (f"it refuses to {doing}", f"try it there, {OTHER_WAY}"),
        4: (f"it refuses to {doing}", f"try it there, {OTHER_WAY}"),
        5: ("it has a fault of its own", later),
        429: ("too many requests", f"try again in an hour, {OTHER_WAY}"),
    }
    return http.refusal(status, known, where=WHERE)
