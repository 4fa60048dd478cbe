from __future__ import annotations

import re

import pytest
from hypothesis import given

from retrorun.watch.names import file_name
from tests.strategies import texts


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Retro 400s", "Retro-400s"),
        ("🏃‍♀️🔙", "workout"),
        ("", "workout"),
        ("Rückwärts à la plage", "Ruckwarts-a-la-plage"),
        ("../../etc/passwd", "etc-passwd"),
        ("100% #1? a b", "100-1-a-b"),
        ("漢字 run", "run"),
        ("-_-", "workout"),
        ("x" * 300, "x" * 32),
    ],
)
def test_names_are_safe_everywhere(name: str, stem: str) -> None:
    assert file_name(name, b"data") == f"{stem}-3a6eb079.fit"  # printf data | sha256sum


@given(texts())
def test_any_name_gives_a_name_of_safe_signs(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,31}-[0-9a-f]{8}\.fit", file_name(name, name.encode()))


def test_different_workouts_never_share_a_name() -> None:
    assert file_name("A", b"one") != file_name("A", b"two")
    assert file_name("A", b"one") == file_name("A", b"one")
