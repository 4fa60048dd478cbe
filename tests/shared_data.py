"""Where the real recordings lie, for the tests that use them; they are no part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("RETRORUN_SHARED", Path(__file__).parents[2] / "shared"))


def shared(*parts: str) -> Path:
    """A path among the real recordings; skips the test where they are not there."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the real recordings are not here (no {path}; RETRORUN_SHARED names their folder)")
    return path


def shared_files(folder: str, pattern: str) -> list[Path]:
    """The files of a folder of real recordings, sorted; empty where they are not there, so that it can parametrise."""
    return sorted((SHARED / folder).glob(pattern))
