"""Strava's tokens: where they are kept, and only there.

The refresh token changes with each use, and the old one dies with it. So the new one is on the disk before
anything else is done with it; the file is readable by its owner only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from retrorun.documents import Fields, parse_json
from retrorun.errors import DeliveryError
from retrorun.files import locked, make_folder, read_bytes, write_atomic
from retrorun.services.keys import own_folder

VARIABLE = "RETRORUN_STRAVA_TOKEN"  # names another file for the tokens
CLIENT_ID, CLIENT_SECRET = "STRAVA_CLIENT_ID", "STRAVA_CLIENT_SECRET"
LOGIN = "run `retrorun strava login`"
EARLY_S = 120.0  # a token that dies within two minutes is renewed at once, so that it cannot die on the way


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The runner's own application at Strava: its number and its secret, which shows itself nowhere."""

    client_id: int
    client_secret: str = field(repr=False)

    @classmethod
    def from_environment(cls) -> Application:
        """From STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET.

        Raises:
            DeliveryError: one of them is missing, or the first is no number.
        """
        number, secret = os.environ.get(CLIENT_ID, ""), os.environ.get(CLIENT_SECRET, "")
        if not number.isdecimal() or not secret:
            raise DeliveryError(
                f"{CLIENT_ID} and {CLIENT_SECRET} are not set",
                hint="make an application of your own at https://www.strava.com/settings/api and set both",
            )
        return cls(client_id=int(number), client_secret=secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What lets this library act for one athlete, until `expires_at` (Unix seconds)."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: float

    def is_stale(self, now: float) -> bool:
        """Whether it has to be renewed before the next request."""
        return now > self.expires_at - EARLY_S


def token_path() -> Path:
    """The file that holds the tokens: RETRORUN_STRAVA_TOKEN, or one in the user's configuration folder."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else own_folder() / "strava.json"


@contextmanager
def changing_token(path: Path) -> Iterator[None]:
    """Keep others from renewing the token meanwhile: of two that use one refresh token, the second is thrown out.

    Raises:
        OutputError: another process holds it for a minute, or its folder cannot be made.
    """
    make_folder(path.parent)
    with locked(path):
        yield


def save_token(token: Token, path: Path) -> None:
    """Keep a token: whole or not at all, readable by its owner only. Others wait while `changing_token` is held."""
    write_atomic(path, json.dumps(asdict(token)).encode(), private=True)


def load_token(path: Path) -> Token:
    """The token that was kept.

    Raises:
        DeliveryError: there is none, or the file holds something else.
    """
    if not path.exists():
        raise DeliveryError("not logged in to Strava", hint=LOGIN)
    try:
        data = parse_json(read_bytes(path, most=1 << 16, error=DeliveryError), error=DeliveryError)
        fields = Fields.of(data, error=DeliveryError)
        return Token(
            access_token=fields.text("access_token"),
            refresh_token=fields.text("refresh_token"),
            expires_at=fields.number("expires_at"),
        )
    except DeliveryError as error:
        # The error's own text is left out: it could show a token.
        what = "the token file cannot be used"
        raise DeliveryError(what, where=str(path), hint=LOGIN) from (error if error.where == str(path) else None)
