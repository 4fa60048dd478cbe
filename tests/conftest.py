"""What all tests share: golden files, and which tests run when nobody asks for more."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from retrorun.workout.decode import Exported

GOLDEN = Path(__file__).parent / "golden"

# No test fails for the time it takes: a busy machine is not a bug.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples in each run, so that a run says something of the change and not of luck;
# `pytest --hypothesis-profile explore` draws new ones.
settings.register_profile("retrorun", settings.get_profile("explore"), derandomize=True)
settings.load_profile("retrorun")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew; read the diff after")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow tests and the benchmarks out unless -m asks for them."""
    if config.option.markexpr:
        return
    later = [item for item in items if item.get_closest_marker("slow") or item.get_closest_marker("benchmark")]
    if later:
        config.hook.pytest_deselected(items=later)
        items[:] = [item for item in items if item not in set(later)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """Compares what the code makes with what is kept in tests/golden."""

    update: bool

    def check(self, name: str, made: bytes | str) -> None:
        data = made.encode() if isinstance(made, str) else made
        path = GOLDEN / name
        if self.update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            return
        assert path.exists(), f"no golden file {name}; make it with --update-golden and read it"
        kept = path.read_bytes()
        if isinstance(made, str):
            assert made == kept.decode()
        else:
            assert data == kept

    def exported(self, stem: str, ending: str, made: Exported) -> None:
        """A session in another format, and beside it what that could not hold."""
        self.check(f"other-formats/{stem}{ending}", made.text)
        self.check(f"other-formats/{stem}.findings.txt", "".join(f"{one}\n" for one in made.findings))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return Golden(update=request.config.getoption("--update-golden"))


@pytest.fixture(scope="session", autouse=True)
def _shared_byte_code(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where no byte code is kept beside the sources, the processes that tests start share a folder of this run.

    Otherwise each of them compiles all that it imports, which takes longer than what is tested.
    """
    with pytest.MonkeyPatch.context() as patch:
        if sys.dont_write_bytecode:
            patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
            patch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path_factory.mktemp("byte-code")))
        yield
