"""What is not installed is named with a line that installs it, and that line names what the extras hold."""

from __future__ import annotations

import re
import shlex
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from retrorun.batch.scan import scan
from retrorun.batch.work import Settings, run_on_joblib
from retrorun.cli.scan import _connect
from retrorun.errors import RetrorunError
from retrorun.services.keys import Application
from retrorun.services.strava import Strava

EXTRAS = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
NAMES = {re.split(r"[<>=; ]", one)[0] for packages in EXTRAS.values() for one in packages}


@pytest.mark.parametrize(
    ("call", "module", "packages"),
    [
        (lambda: scan("s3://bucket/runs"), "fsspec", ["fsspec"]),
        (lambda: list(run_on_joblib([], Settings(), "dask")), "joblib", ["joblib", "dask[distributed]"]),
        (lambda: _connect("tcp://127.0.0.1:1"), "distributed", ["dask[distributed]"]),
        (lambda: Strava(Application(client_id=1, client_secret="x"), Path("none")), "stravalib", ["stravalib"]),
    ],
)
def test_the_hint_for_a_missing_package_is_a_line_that_works(
    call: Callable[[], object], module: str, packages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(RetrorunError) as raised:
        call()
    said = re.search(r"install it: pip install ([^,;]*)", raised.value.hint)
    assert said
    assert shlex.split(said[1]) == packages
    assert set(packages) <= NAMES


def test_a_backend_that_joblib_does_not_know() -> None:
    pytest.importorskip("joblib", reason="the extra dask is not installed")
    with pytest.raises(RetrorunError, match=r"cannot use the backend 'tasky' .*; check its name"):
        list(run_on_joblib([], Settings(), "tasky"))
