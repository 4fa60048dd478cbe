from __future__ import annotations

import sys

import pytest

from retrorun.errors import DeliveryError
from retrorun.services.keys import KEYRING_SERVICE, KEYRING_USER, VARIABLE, Key, intervals_icu_key


def test_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert intervals_icu_key({VARIABLE: " sesame \n"}) == Key("sesame")


def test_the_keyring_is_asked_where_the_environment_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = pytest.importorskip("keyring", reason="the extra keyring is not installed")
    asked = []

    def get_password(service: str, user: str) -> str:
        asked.append((service, user))
        return "sesame"

    monkeypatch.setattr(keyring, "get_password", get_password)
    assert intervals_icu_key({}) == Key("sesame")
    assert asked == [(KEYRING_SERVICE, KEYRING_USER)]


def test_a_keyring_that_cannot_be_opened_is_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = pytest.importorskip("keyring", reason="the extra keyring is not installed")
    errors = pytest.importorskip("keyring.errors")

    def get_password(*_: str) -> str:
        raise errors.NoKeyringError

    monkeypatch.setattr(keyring, "get_password", get_password)
    with pytest.raises(
        DeliveryError, match=f"there is no intervals.icu key; set {VARIABLE}, or store it with: keyring"
    ):
        intervals_icu_key({})


def test_without_the_extra_and_without_the_variable_there_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)  # importing it fails
    with pytest.raises(DeliveryError, match=r"there is no intervals\.icu key"):
        intervals_icu_key({})


@pytest.mark.parametrize("secret", ["", "two words", "line\nbreak", "schlüssel", "\x00"])
def test_what_can_be_no_key_is_refused_without_showing_it(secret: str) -> None:
    with pytest.raises(DeliveryError) as raised:
        Key(secret)
    assert not secret or secret not in str(raised.value)
