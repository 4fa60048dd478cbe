"""The command `retrorun`: all its subcommands, and what happens when one fails.

A command module holds plain functions that typer can read; each is registered here with one line. Exit codes: 0 fine,
1 bad input (one line `error: …` on stderr), 2 wrong usage.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from retrorun import __version__
from retrorun.cli import analyze, define, demo, export, push, report, scan, show, strava
from retrorun.cli.compile import compile_session
from retrorun.cli.label import label
from retrorun.cli.match import match
from retrorun.errors import RetrorunError


class Commands(TyperGroup):
    """A group whose commands report the library's own errors as one line; anything else is a bug and shows itself."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # noqa: ANN401 - click's own signature
        """Run the command; a RetrorunError becomes a line on stderr and exit code 1."""
        try:
            return super().invoke(ctx)
        except RetrorunError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

PLAN, READ, MORE = "Plan a session", "Read a recording", "More"


def _version(value: bool) -> None:
    if value:
        typer.echo(f"retrorun {__version__}")
        raise typer.Exit


@app.callback()
def retrorun(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Backward running: sessions as FIT workouts, and backward segments found in recordings."""


# One line per command, in the order in which the help lists them.
app.command("library", rich_help_panel=PLAN)(define.library)
app.command("pace", rich_help_panel=PLAN)(define.pace)
app.command("plan", rich_help_panel=PLAN)(define.plan)
app.command("compile", rich_help_panel=PLAN)(compile_session)
app.command("export", rich_help_panel=PLAN)(export.export)
app.command("push", rich_help_panel=PLAN)(push.push)
app.command("show", rich_help_panel=READ)(show.show)
app.command("analyze", rich_help_panel=READ)(analyze.analyze)
app.command("match", rich_help_panel=READ)(match)
app.command("label", rich_help_panel=READ)(label)
app.command("report", rich_help_panel=READ)(report.report)
app.command("draw", rich_help_panel=READ)(report.draw)
app.command("convert", rich_help_panel=READ)(report.convert)
app.command("scan", rich_help_panel=READ)(scan.scan)
app.command("profile", rich_help_panel=READ)(scan.profile)
app.add_typer(strava.commands, name="strava", rich_help_panel=READ)
app.command("schema", rich_help_panel=MORE)(define.schema)
app.command("demo", rich_help_panel=MORE)(demo.demo)


def main() -> None:
    """Entry point of the command `retrorun`."""
    app(prog_name="retrorun")
