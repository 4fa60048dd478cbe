"""Writes reference/command-line.md from the commands themselves: python -m docs.write_command_line."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from retrorun.cli.app import app

PAGE = Path(__file__).parent / "reference" / "command-line.md"
HEAD = """\
# Command line

<!-- Written by docs/write_command_line.py from the commands themselves. -->

Every command says the same with `--help`.
`retrorun --version` prints the version.
`retrorun --install-completion` teaches your shell to complete options, ready-made sessions, watches and formats.
A recording or a session given as `-` is read from standard input.

Exit codes: 0 fine, 1 bad input (one line `error: …` on stderr), 2 wrong usage.
Prose folds to the width of a terminal; notation, paths and commands never fold, and in a pipe or a file nothing does.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"reference/{PAGE.name}: {len(page().splitlines())} lines")


def page() -> str:
    """The page's text."""
    root: Any = typer.main.get_command(app)
    names = root.list_commands(None)
    return "\n".join([HEAD, *("\n".join(section(f"retrorun {name}", root.get_command(None, name))) for name in names)])


def section(name: str, command: Any) -> Iterator[str]:  # noqa: ANN401 - typer's own class, which has no public name
    """A command's heading, what it does, how it is called, and its arguments and options."""
    yield f"## {name}\n"
    yield inspect.cleandoc(command.help or "") + "\n"
    inner = getattr(command, "commands", None)
    if inner:
        for each, deeper in inner.items():
            yield "\n".join(section(f"{name} {each}", deeper)).replace("## ", "### ", 1)
        return
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option"]
    usage = " ".join([name, *(usage_of(each) for each in arguments), *(["[OPTIONS]"] if options else [])])
    yield f"```text\n{usage}\n```\n"
    yield "| argument or option | what it is |\n|---|---|"
    for each in arguments:
        yield f"| `{metavar(each)}` | {cell(each.help)} |"
    for each in options:
        flags = ", ".join(f"`{flag}`" for flag in (*each.opts, *each.secondary_opts))
        yield f"| {flags} | {cell(each.help)}{choices(each)}{' Required.' if each.required else ''} |"
    yield ""


def choices(option: Any) -> str:  # noqa: ANN401 - as above
    """What an option may be, where it is one of a few words."""
    words = getattr(option.type, "choices", None)
    return f" One of {', '.join(f'`{word}`' for word in words)}." if words else ""


def usage_of(argument: Any) -> str:  # noqa: ANN401 - as above
    """An argument as it stands in a usage line."""
    name = metavar(argument) + ("…" if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def metavar(argument: Any) -> str:  # noqa: ANN401 - as above
    """The name of an argument, in capitals."""
    return str(argument.metavar or argument.name).upper().strip("[]").removesuffix("...")


def cell(text: str | None) -> str:
    """Text as it may stand in a cell of a table."""
    return " ".join((text or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    main()
