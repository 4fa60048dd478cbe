"""The command `retrorun`: all its subcommands, and what happens when one fails.

A command is a plain function that typer can read, listed in `COMMANDS`; its module is imported when the command is
called, so that no command pays for another. Exit codes: 0 fine, 1 bad input (one line `error: …` on stderr),
2 wrong usage.
"""

import errno
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup
from typer.models import ParameterInfo

import retrorun as rr
from retrorun.files import printable

Click = Any  # newer releases of typer carry click's classes inside themselves, older ones import them: no name for both

PLAN, READ, MORE = "Plan a session", "Read a recording", "More"

# Where the help lists what, by the first line of its own help, which a test compares.
_HELP_OF = {
    PLAN: {
        "library": "List the ready-made sessions, or show and save one with your own numbers.",
        "pace": "Tell the backward pace that goes with what you run forward.",
        "plan": "Plan weeks of backward running, and say by what rule it grows.",
        "compile": "Compile a session to a FIT workout for a watch, or check whether the watch takes it.",
        "export": "Write a session as intervals.icu text, Garmin Connect JSON, a Zwift run or a coach's sheet.",
        "push": "Put sessions on a watch that is plugged in, or into the calendar of intervals.icu or Garmin Connect.",
    },
    READ: {
        "fetch": "Bring recordings home from a service: the original files, only what is new.",
        "sync": "Bring new runs home, lay each beside its plan, analyse it, and let the profile learn.",
        "show": "Show what a file is and what it says; the content decides, not the name.",
        "analyze": "Find the stretches of a recording that were run backward.",
        "match": "Lay a plan beside the run: each step with what was planned, what was done, and how it ended.",
        "label": "Correct a result: say which stretches were run backward or forward, in time since the start.",
        "share": "Make an anonymous packet of a labelled run, to give to the project; nothing is sent.",
        "report": "Write a report on a recording: one HTML page that opens anywhere, without a network.",
        "draw": "Draw a recording: the run over time, the gait plane, the track, or the plan beside the run.",
        "convert": "Write a recording with the direction in it: JSON, CSV, Parquet, GeoJSON, GPX, annotated FIT.",
        "scan": "Analyse a whole archive of recordings, and tell its runner's story.",
        "profile": "Learn what is usual for one runner, so that `analyze` and `scan` with --profile see more "
        "and err less.",
        "strava": "Your own runs at Strava; needs the extra `strava`.",
    },
    MORE: {
        "schema": "Print the JSON Schema of session documents, for editors that complete and check.",
        "demo": "Compile a session and analyse a synthetic recording of it, into a folder.",
    },
}
_MODULES = {
    "define": ("library", "pace", "plan", "compile", "export", "schema"),
    "fetch": ("fetch", "sync", "strava"),
    "analyze": ("analyze", "match", "report", "draw", "convert", "demo"),
    "label": ("label", "share"),
    "scan": ("scan", "profile"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

# Name, module, function (or group), where the help lists it, and its first line.
COMMANDS = tuple(
    (name, _HOME.get(name, name), "compile_session" if name == "compile" else name, panel, words)
    for panel, commands in _HELP_OF.items()
    for name, words in commands.items()
)


class Commands(TyperGroup):
    """A group that reports the library's own errors as one line; anything else is a bug and shows itself."""

    def invoke(self, ctx: Click) -> Click:
        """Run the command; a RetrorunError becomes a line on stderr and exit code 1."""
        try:
            return super().invoke(ctx)
        except rr.RetrorunError as error:
            shown = printable(str(error), keep="\n\t")
        except MemoryError:
            shown = "there is not enough memory for this; give fewer or smaller recordings"
        typer.echo(f"error: {shown}", err=True)
        raise typer.Exit(1)


class LazyCommands(Commands):
    """The group of all commands, each imported when it is asked for."""

    def list_commands(self, ctx: Click) -> list[str]:  # noqa: ARG002 - click's own signature
        """Their names, in the order in which the help lists them."""
        return [name for name, *_ in COMMANDS]

    def get_command(self, ctx: Click, cmd_name: str) -> Click:  # noqa: ARG002 - click's own signature
        """One command; None where there is none of that name."""
        for name, module, function, _, _ in COMMANDS:
            if name == cmd_name and name not in self.commands:
                self.commands[name] = _load(name, module, function)
        return self.commands.get(cmd_name)

    def shell_complete(self, ctx: Click, incomplete: str) -> Click:
        """The names that complete a word, without importing a single command."""
        loaded = self.commands
        self.commands = {name: TyperCommand(name, help=words) for name, _, _, _, words in COMMANDS}
        try:
            return super().shell_complete(ctx, incomplete)
        finally:
            self.commands = loaded

    def format_help(self, ctx: Click, formatter: Click) -> None:
        """The help, written without importing a single command."""
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        for panel in (PLAN, READ, MORE):
            with formatter.section(panel):
                formatter.write_dl([(name, words) for name, _, _, where, words in COMMANDS if where == panel])
        with formatter.section("Options"):
            formatter.write_dl([record for param in self.get_params(ctx) if (record := param.get_help_record(ctx))])


def _load(name: str, module: str, function: str) -> Click:
    target = getattr(import_module(f"retrorun.cli.{module}"), function)
    if isinstance(target, typer.Typer):
        group = typer.main.get_group(target)
        group.name = name
        return group
    target.__annotations__ = get_type_hints(target, include_extras=True)
    for hint in target.__annotations__.values():
        for words in getattr(hint, "__metadata__", ()):
            if isinstance(words, ParameterInfo):  # reading a file says why it cannot be read; this would only say that
                words.readable = False
    single = typer.Typer(add_completion=False, **_PLAIN)
    single.command(name)(target)
    return typer.main.get_command(single)


_PLAIN: dict[str, Any] = {"rich_markup_mode": None, "context_settings": {"help_option_names": ["-h", "--help"]}}
app = typer.Typer(cls=LazyCommands, no_args_is_help=True, pretty_exceptions_enable=False, **_PLAIN)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"retrorun {rr.__version__}")
        raise typer.Exit


_VERSION = typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")


@app.callback()
def retrorun(
    version: Annotated[bool, _VERSION] = False,
) -> None:
    """Backward running: sessions as FIT workouts, and backward segments found in recordings."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the command `retrorun`."""
    # What was closed is None. In its place stands nothing: to read from, and an error to write a result to.
    sys.stdin = sys.stdin or os.fdopen(os.open(os.devnull, os.O_RDONLY))
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")
    sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it warns of a home where nothing can be written
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that knows no umlauts gets their numbers
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            app(arguments, prog_name="retrorun")
        finally:
            sys.stdout.flush()
    except OSError as error:
        # Nobody reads any more, or the disk is full: what is still in the buffer must not be tried again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno not in (errno.EPIPE, errno.EINVAL):
            typer.echo(f"error: the output cannot be written ({error.strerror})", err=True)
        sys.exit(1)
