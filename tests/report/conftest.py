from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.pictures import Pictures


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Pictures:
    folder = Path(__file__).parents[1] / "golden" / "report"
    return Pictures(folder=folder, update=request.config.getoption("--update-golden"))
