"""Writes tutorials/a-coachs-week.md by running its commands in an empty folder: python -m docs.write_week."""

from __future__ import annotations

import contextlib
import os
import shlex
import tempfile
from pathlib import Path

from typer.testing import CliRunner

from retrorun.cli.app import app

PAGE = Path(__file__).parent / "tutorials" / "a-coachs-week.md"
HEAD = """\
# A coach's week

<!-- Written by docs/write_week.py, which ran every command and kept what it printed. -->

A session from the first idea to the season's table, as it looks in a terminal.
Nobody ran it: the recording is the **synthetic** one that `retrorun demo` brings, made by a script.
So the figures show how the commands hang together, not how well a runner is understood.
"""
SESSION = "tuesday.yaml"
RUN = "week/recording.fit"
# A heading, what is said of it, and the commands. A line without `retrorun` is the shell's own, and is run by Python.
PARTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "Sunday: write it",
        (
            "Most weeks begin with a session that there is already. `--set` puts the runner's numbers in, `-o` keeps "
            "it as a document to edit."
        ),
        (f"retrorun library alternating-regular --set forward=5:00/km --set backward=6:40-7:20/km -o {SESSION}",),
    ),
    (
        "Check it",
        "What a watch would cut or change is said before anybody runs it. Here it is one note, and no error.",
        (f"retrorun compile {SESSION} --check",),
    ),
    (
        "Compile it",
        "`show` reads any file, and tells what the watch will tell the runner.",
        (f"retrorun compile {SESSION} -o tuesday.fit", "retrorun show tuesday.fit"),
    ),
    (
        "Monday: put it on the watch",
        (
            "A watch that is plugged in is a folder with a folder `GARMIN` in it; this one is made up. "
            "`--dry-run` says what would happen."
        ),
        ("mkdir -p watch/GARMIN/NEWFILES", f"retrorun push {SESSION} --watch watch --dry-run"),
    ),
    (
        "Tuesday: the run is back",
        (
            "In place of a recording from the runner's watch comes the synthetic one. It was run to a session of the "
            "same steps, which it carries, and so plan and run meet by themselves."
        ),
        ("retrorun demo -o week", f"retrorun analyze {RUN}", f"retrorun match {RUN}"),
    ),
    (
        "Wednesday: the runner has a word",
        (
            "An analysis is a guess, and whoever ran knows better. `--laps` lists the laps; then they "
            "are named. What is said stays beside the recording, and wins in every command from now on."
        ),
        (f"retrorun label {RUN} --laps", f"retrorun label {RUN} --backward lap:3,6,9,12", f"retrorun analyze {RUN}"),
    ),
    (
        "Thursday: a page for the runner",
        "One file that opens on any phone, without a network.",
        (f"retrorun report {RUN} -o tuesday.html",),
    ),
    (
        "Sunday: the season",
        "`scan` takes the whole folder. The workout beside the run is no recording, and is only counted.",
        ("retrorun scan week -o season.csv --report season.html --pages pages",),
    ),
)
TAIL = """\
## Where to go on

- [Put a workout on a watch](../how-to/put-a-workout-on-a-watch.md)
- [Send sessions to intervals.icu](../how-to/send-to-intervals-icu.md)
- [Correct a result](../how-to/correct-a-result.md)
- [Scan an archive](../how-to/scan-an-archive.md)
"""


def main() -> None:
    """Write the page."""
    text = page()
    PAGE.write_text(text, encoding="utf-8")
    print(f"tutorials/{PAGE.name}: {len(text.splitlines())} lines")


def page() -> str:
    """The page's text; the commands are run for it, in a folder that goes when they are done."""
    parts = [HEAD]
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for heading, words, commands in PARTS:
            shown = "\n".join(f"$ {command}\n{_printed(command)}" for command in commands)
            prose = words.replace(". ", ".\n")
            parts.append(f"## {heading}\n\n{prose}\n\n```console\n{shown}```\n")
    return "\n".join([*parts, TAIL])


def _printed(command: str) -> str:
    """What a command prints, both streams as a terminal shows them; of the demo, which has its own page, nothing."""
    program, *words = shlex.split(command)
    if program == "mkdir":
        os.makedirs(words[-1])  # noqa: PTH103 - what `mkdir -p` does
        return ""
    result = CliRunner(env={"COLUMNS": "80", "TERM": "dumb"}).invoke(app, words, prog_name=program)
    if result.exit_code:
        message = f"`{command}` ends with {result.exit_code}:\n{result.output}"
        raise RuntimeError(message)
    return "…\n" if words[0] == "demo" else result.output


if __name__ == "__main__":
    main()
