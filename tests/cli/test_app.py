from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from retrorun import __version__
from retrorun.cli.app import COMMANDS, Commands, app
from retrorun.errors import RecordingError
from tests.recordings import fit_recording


def failing_app(error: Exception) -> typer.Typer:
    group = typer.Typer(cls=Commands)

    @group.callback()
    def root() -> None:
        """A group, so that `fail` stays a subcommand."""

    @group.command()
    def fail() -> None:
        raise error

    return group


def test_a_library_error_is_one_line_on_stderr_and_exit_code_1() -> None:
    error = RecordingError("this is no recording", where="a.txt", hint="give a FIT file")
    result = CliRunner().invoke(failing_app(error), ["fail"])
    assert result.exit_code == 1
    assert result.stderr == "error: a.txt: this is no recording; give a FIT file\n"
    assert result.stdout == ""


def test_a_bug_is_not_dressed_up_as_bad_input() -> None:
    result = CliRunner().invoke(failing_app(ZeroDivisionError("a bug")), ["fail"])
    assert isinstance(result.exception, ZeroDivisionError)
    assert "error:" not in result.output


def test_wrong_usage_is_exit_code_2() -> None:
    assert CliRunner().invoke(app, ["no-such-command"]).exit_code == 2


def test_version() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"retrorun {__version__}\n")


def test_every_command_has_a_help_of_its_own_that_fits_80_columns() -> None:
    for name, *_ in COMMANDS:
        result = CliRunner(env={"COLUMNS": "80"}).invoke(app, [name, "--help"])
        assert result.exit_code == 0
        assert len(result.stdout.splitlines()) > 4
        assert max(map(len, result.stdout.splitlines())) <= 80, name


def test_python_dash_m_retrorun_is_the_same_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "retrorun", "--version"], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == f"retrorun {__version__}\n"


def test_the_list_of_commands_says_what_each_says_of_itself() -> None:
    group: Any = typer.main.get_command(app)
    for name, _, _, _, words in COMMANDS:
        command = group.get_command(None, name)
        assert inspect.cleandoc(command.help).partition("\n")[0] == words, name
    result = CliRunner().invoke(app, ["--help"])
    assert all(name in result.stdout for name, *_ in COMMANDS)


def loaded_by(*arguments: str) -> set[str]:
    """The modules that a process holds after a command."""
    code = (
        f"import sys; from retrorun.cli.app import main\ntry: main({list(arguments)})\nexcept SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stderr.split())


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_a_command_imports_only_what_it_needs(argument: str) -> None:
    assert not {"numpy", "matplotlib", "plotly", "rich", "yaml", "requests"} & loaded_by(argument)


def test_a_run_without_a_plan_is_analysed_without_what_plans_need(tmp_path: Path) -> None:
    run = tmp_path / "run.fit"
    run.write_bytes(fit_recording())
    loaded = loaded_by("analyze", str(run))
    assert "retrorun.detection.detector" in loaded
    assert not {"retrorun.match.match", "retrorun.workout.decode", "retrorun.session.notation", "matplotlib"} & loaded


def test_a_full_disk_is_one_line_and_exit_code_1() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "retrorun", "library"], stdout=full, stderr=subprocess.PIPE, check=False, timeout=60
        )
    assert done.returncode == 1
    assert done.stderr == b"error: the output cannot be written (No space left on device)\n"


def test_nothing_from_outside_works_on_the_terminal() -> None:
    result = CliRunner().invoke(failing_app(RecordingError("no run", where="a\x1b[31m\u202e.fit")), ["fail"])
    assert result.stderr == "error: a\\x1b[31m\\u202e.fit: no run\n"
