"""Secrets of services, never shown: from the environment, the system's keyring or a file, never from a command line.

Strava's refresh token changes with each use, and the old one dies with it. So the new one is on the disk before
anything else is done with it; the file is readable by its owner only.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from retrorun import files
from retrorun.documents import Fields, parse_json
from retrorun.errors import DeliveryError

VARIABLE = "RETRORUN_INTERVALS_ICU_KEY"
KEYRING_SERVICE, KEYRING_USER = "retrorun", "intervals.icu"
TOKEN_VARIABLE = "RETRORUN_STRAVA_TOKEN"  # noqa: S105 - names another file for Strava's tokens
CLIENT_ID, CLIENT_SECRET = "STRAVA_CLIENT_ID", "STRAVA_CLIENT_SECRET"
LOGIN = "run `retrorun strava login`"
EARLY_S = 120.0  # a token that dies within two minutes is renewed at once, so that it cannot die on the way


def own_folder() -> Path:
    """Where this library keeps what is the user's own: in the configuration folder; it need not be there yet."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "retrorun"


@dataclass(frozen=True, slots=True)
class Key:
    """A secret: it shows itself nowhere, neither in `repr` nor in an error."""

    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _is_secret(self.secret) or " " in self.secret:
            hint = "copy it again from https://intervals.icu/settings, section Developer Settings"
            raise DeliveryError("the intervals.icu key holds characters that no key has", hint=hint)


def intervals_icu_key(environment: Mapping[str, str] | None = None) -> Key:
    """The intervals.icu key from the variable RETRORUN_INTERVALS_ICU_KEY, else from the keyring if that is installed.

    Raises:
        DeliveryError: there is no key, or it cannot be one.
    """
    secret = (os.environ if environment is None else environment).get(VARIABLE, "").strip() or _from_keyring()
    if not secret:
        hint = f"set {VARIABLE}, or store it with: keyring set {KEYRING_SERVICE} {KEYRING_USER}"
        raise DeliveryError("there is no intervals.icu key", hint=hint)
    return Key(secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The runner's own application at Strava: its number and its secret, which shows itself nowhere."""

    client_id: int
    client_secret: str = field(repr=False)

    @classmethod
    def from_environment(cls) -> Self:
        """From STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET."""
        number, secret = os.environ.get(CLIENT_ID, ""), os.environ.get(CLIENT_SECRET, "")
        if not number.isdecimal() or not secret:
            hint = "make an application of your own at https://www.strava.com/settings/api and set both"
            raise DeliveryError(f"{CLIENT_ID} and {CLIENT_SECRET} are not set", hint=hint)
        return cls(client_id=int(number), client_secret=secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What lets this library act for one athlete at Strava, until `expires_at` (Unix seconds)."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: float

    @classmethod
    def of(cls, fields: Fields) -> Self:
        """The token in a file or in an answer."""
        token = cls(
            access_token=fields.text("access_token"),
            refresh_token=fields.text("refresh_token"),
            expires_at=fields.number("expires_at", low=0.0, high=1e11),
        )
        if not (_is_secret(token.access_token) and _is_secret(token.refresh_token)):
            raise DeliveryError("Strava's token is none", hint=fields.hint)
        return token

    def is_stale(self, now: float) -> bool:
        """Whether it has to be renewed before the next request."""
        return now > self.expires_at - EARLY_S


def token_path() -> Path:
    """The file that holds Strava's tokens: RETRORUN_STRAVA_TOKEN, or one in the user's configuration folder."""
    named = os.environ.get(TOKEN_VARIABLE)
    return Path(named) if named else own_folder() / "strava.json"


@contextmanager
def changing_token(path: Path) -> Iterator[None]:
    """Keep others from renewing the token meanwhile: of two that use one refresh token, the second is thrown out."""
    files.make_folder(path.parent)
    with files.locked(path):
        yield


def save_token(token: Token, path: Path) -> None:
    """Keep a token: whole or not at all, readable by its owner only. Others wait while `changing_token` is held."""
    files.write_atomic(path, json.dumps(asdict(token)).encode(), private=True)


def load_token(path: Path) -> Token:
    """The token that was kept."""
    if not path.exists():
        raise DeliveryError("not logged in to Strava", hint=LOGIN)
    try:
        data = files.read_bytes(path, most=1 << 16, error=DeliveryError)
        return Token.of(Fields.of(parse_json(data, error=DeliveryError), error=DeliveryError))
    except DeliveryError as error:
        # The error's own text is left out: it could show a token.
        what = "the token file cannot be used"
        raise DeliveryError(what, where=str(path), hint=LOGIN) from (error if error.where == str(path) else None)


def _is_secret(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable()


def _from_keyring() -> str:
    try:  # an extra, and slow to import
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    try:
        return (keyring.get_password(KEYRING_SERVICE, KEYRING_USER) or "").strip()
    except KeyringError:
        return ""  # no keyring on this machine: as if there were none
