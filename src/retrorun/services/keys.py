"""Keys of services: from the environment or the system's keyring, never from a command line, never shown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from retrorun.errors import DeliveryError

VARIABLE = "RETRORUN_INTERVALS_ICU_KEY"
KEYRING_SERVICE, KEYRING_USER = "retrorun", "intervals.icu"


def own_folder() -> Path:
    """Where this library keeps what is the user's own: in the configuration folder; it need not be there yet."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "retrorun"


@dataclass(frozen=True, slots=True)
class Key:
    """A secret: it shows itself nowhere, neither in `repr` nor in an error."""

    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.secret or not self.secret.isascii() or not self.secret.isprintable() or " " in self.secret:
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
