"""What takes long to import is imported only when it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

SLOW = ("pydantic", "yaml", "matplotlib", "fit_tool", "rich", "typer")


@pytest.mark.parametrize(
    "module",
    [
        "retrorun.session.notation",
        "retrorun.session.document",
        "retrorun.session.library",
        "retrorun.session.plan",
        "retrorun.report.figures.session",
        "retrorun.report.session_view",
        "retrorun.workout.deliver",
    ],
)
def test_importing_a_module_imports_nothing_slow(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {SLOW!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
