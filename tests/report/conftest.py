from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.pictures import Pictures, leave_unpainted


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Pictures:
    folder = Path(__file__).parents[1] / "golden" / "report"
    return Pictures(folder=folder, update=request.config.getoption("--update-golden"))


@pytest.fixture
def unpainted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a module that tests pages: its pictures are laid out only, but where a test asks for `painted`."""
    if "painted" not in request.fixturenames:
        leave_unpainted(monkeypatch)


@pytest.fixture
def painted() -> None:
    """Pictures as readers see them."""
