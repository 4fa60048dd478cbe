"""A stand-in for a runner's account at Garmin Connect.

It stands at two places. `installed` puts it where the package `garminconnect` is imported, which needs no package:
there it shows what this library does, and nothing of what the package sends. `served` puts it on the loopback, where
the real package asks it (that needs the package, and Python 3.12); only the login with a password stays replaced there,
for the package asks four addresses of Garmin's own that cannot be changed.
"""

# ruff: noqa: ANN401 - what is JSON here is anything

from __future__ import annotations

import io
import json
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

EMAIL, PASSWORD, CODE, TOKEN = "ann@example.org", "sesame-1234", "123456", "token-5678"


class StoppedError(BaseException):
    """Somebody pulled the plug."""


@dataclass
class Account:
    """What it holds, what it was asked, and how it shall fail.

    `failures` are answered first, one per request: a status, None for none, or "stop" for a program that ends when the
    request has arrived. `page` is the most workouts that one answer lists.
    """

    workouts: dict[int, dict[str, Any]] = field(default_factory=dict)
    schedule: list[tuple[int, str]] = field(default_factory=list)
    activities: list[dict[str, Any]] = field(default_factory=list)
    files: dict[int, bytes] = field(default_factory=dict)
    failures: list[int | str | None] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    page: int = 1000
    logins: int = 0
    second_step: bool = False

    def add(self, number: int, start: str, data: bytes | None, *, kind: str = "running") -> None:
        """An activity, with the file that it was made from."""
        self.activities.append({"activityId": number, "startTimeLocal": start, "activityType": {"typeKey": kind}})
        if data is not None:
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                archive.writestr(f"{number}_ACTIVITY.fit", data)
            self.files[number] = packed.getvalue()

    def reply(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        """The status and the value of an answer."""
        self.asked.append(f"{method} {path}")
        failure = self.failures.pop(0) if self.failures else None
        if isinstance(failure, int):
            return failure, {"message": f"no, {TOKEN}"}
        answer = self._answer(method, path.split("/")[1:], query, body)
        if failure == "stop":
            raise StoppedError
        return answer

    def _answer(self, method: str, parts: list[str], query: dict[str, list[str]], body: Any) -> tuple[int, Any]:  # noqa: PLR0911 - one line for each route
        match method, parts:
            case "GET", ["userprofile-service", *_]:
                return 200, {"displayName": "ann", "userData": {"measurementSystem": "metric"}}
            case "GET", ["workout-service", "workouts"]:
                start, limit = int(query["start"][0]), min(int(query["limit"][0]), self.page)
                rows = [
                    {"workoutId": number, "workoutName": one["workoutName"]} for number, one in self.workouts.items()
                ]
                return 200, rows[start : start + limit]
            case "GET", ["activitylist-service", *_]:
                rows = [one for one in self.activities if one["startTimeLocal"] >= query["startDate"][0]]
                rows.sort(key=lambda one: one["startTimeLocal"], reverse=True)
                start = int(query["start"][0])
                return 200, rows[start : start + int(query["limit"][0])]
            case "GET", ["download-service", "files", "activity", number] if int(number) in self.files:
                return 200, self.files[int(number)]
            case "POST", ["workout-service", "workout"]:
                made = 900 + len(self.workouts)
                self.workouts[made] = body
                return 200, {**body, "workoutId": made}
            case "GET" | "PUT", ["workout-service", "workout", number] if int(number) in self.workouts:
                if method == "PUT":
                    self.workouts[int(number)] = body
                    return 204, None
                return 200, self.workouts[int(number)]
            case "POST", ["workout-service", "schedule", number] if int(number) in self.workouts:
                self.schedule.append((int(number), body["date"]))
                return 200, {"workoutScheduleId": len(self.schedule)}
            case "GET", ["calendar-service", "year", year, "month", month]:
                beginning = f"{year}-{int(month) + 1:02}"  # the service counts months from 0
                items = [
                    {"itemType": "workout", "workoutId": number, "date": day}
                    for number, day in self.schedule
                    if day.startswith(beginning)
                ]
                return 200, {"calendarItems": [*items, {"itemType": "activity", "activityId": 1, "date": "2026-05-01"}]}
        return 404, {}


class ConnectionFault(Exception):  # noqa: N818 - it plays the package's own
    response: Any = None


class AuthenticationFault(Exception):  # noqa: N818 - likewise
    pass


class TooManyFault(Exception):  # noqa: N818 - likewise
    pass


class Garmin:
    """What this library uses of the package's class, on an account in this process."""

    account: Account
    ActivityDownloadFormat = SimpleNamespace(ORIGINAL="original")

    def __init__(self, email: str = "", password: str = "", *, prompt_mfa: Callable[[], str] | None = None) -> None:
        self.email, self.password, self.prompt_mfa = email, password, prompt_mfa

    def login(self, tokenstore: str) -> tuple[None, None]:
        tokens = Path(tokenstore) / "garmin_tokens.json"
        if tokens.exists() and json.loads(tokens.read_text()).get("di_token") == TOKEN:
            return None, None
        self.account.logins += bool(self.email)
        if (self.email, self.password) != (EMAIL, PASSWORD):
            raise AuthenticationFault(f"{self.email} {self.password} is wrong")
        if self.account.second_step and self.prompt_mfa is not None and self.prompt_mfa() != CODE:
            raise AuthenticationFault("wrong code")
        tokens.write_text(json.dumps({"di_token": TOKEN}))
        return None, None

    def get_workouts(self, start: int, limit: int) -> Any:
        return self._ask("GET", "/workout-service/workouts", {"start": [str(start)], "limit": [str(limit)]})

    def get_workout_by_id(self, number: int) -> Any:
        return self._ask("GET", f"/workout-service/workout/{number}")

    def upload_workout(self, workout: dict[str, Any]) -> Any:
        return self._ask("POST", "/workout-service/workout", body=workout)

    def update_workout(self, number: int, workout: dict[str, Any]) -> Any:
        return self._ask("PUT", f"/workout-service/workout/{number}", body=workout)

    def get_scheduled_workouts(self, year: int, month: int) -> Any:
        return self._ask("GET", f"/calendar-service/year/{year}/month/{month - 1}")

    def schedule_workout(self, number: int, day: str) -> Any:
        return self._ask("POST", f"/workout-service/schedule/{number}", body={"date": day})

    def get_activities_by_date(self, day: str) -> Any:
        path = "/activitylist-service/activities/search/activities"
        return self._ask("GET", path, {"startDate": [day], "start": ["0"], "limit": ["1000"]})

    def download_activity(self, number: str, kind: str) -> Any:
        assert kind == "original"
        return self._ask("GET", f"/download-service/files/activity/{number}")

    def _ask(self, method: str, path: str, query: dict[str, list[str]] | None = None, body: Any = None) -> Any:
        status, value = self.account.reply(method, path, query or {}, body)
        if status == 401:
            raise AuthenticationFault(f"Bearer {TOKEN}")
        if status >= 400:
            fault = ConnectionFault(f"Bearer {TOKEN}")
            fault.response = SimpleNamespace(status_code=status)
            raise fault
        return value


def installed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Account:
    """An account behind something that is imported as `garminconnect`, and an empty folder of the user's own."""
    account = Account()
    module = ModuleType("garminconnect")
    vars(module).update(
        Garmin=type("Garmin", (Garmin,), {"account": account}),
        GarminConnectConnectionError=ConnectionFault,
        GarminConnectAuthenticationError=AuthenticationFault,
        GarminConnectTooManyRequestsError=TooManyFault,
    )
    monkeypatch.setitem(sys.modules, "garminconnect", module)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    return account


@contextmanager
def served(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Account]:
    """An account on the loopback, which the real package asks once it is logged in."""
    import garminconnect

    account = Account()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(account))
    server.daemon_threads = True
    url = f"http://127.0.0.1:{server.server_address[1]}"
    begin = garminconnect.client.Client.__init__

    def begin_here(self: Any, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        self._connectapi = url

    def log_in(self: Any, email: str, password: str, *, prompt_mfa: Callable[[], str]) -> tuple[None, None]:
        account.logins += 1
        if (email, password) != (EMAIL, PASSWORD) or (account.second_step and prompt_mfa() != CODE):
            raise garminconnect.GarminConnectAuthenticationError(f"{email} {password} is wrong")
        self.di_token = TOKEN
        return None, None

    monkeypatch.setattr(garminconnect.client.Client, "__init__", begin_here)
    monkeypatch.setattr(garminconnect.client.Client, "login", log_in)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield account
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(account: Account) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = urlsplit(self.path)
            status, value = 401, None
            if self.headers["Authorization"] == f"Bearer {TOKEN}":
                status, value = account.reply(
                    self.command, parts.path, parse_qs(parts.query), json.loads(body) if body else None
                )
            answer = value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do  # noqa: N815 - as http.server calls them

        def log_message(self, *_: object) -> None:  # pytest's output stays clean
            pass

    return Handler
