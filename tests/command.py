"""The command `retrorun` in this process, wide and plain, as tests of commands call it."""

from __future__ import annotations

from typer.testing import CliRunner, Result

from retrorun.cli.app import app


def run(*words: object) -> Result:
    """What a command answers; an error that is not its own is raised, for it is a fault."""
    result = CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
