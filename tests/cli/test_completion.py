"""What a shell is told to complete a word with, asked for as a shell asks."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from retrorun.cli.app import COMMANDS, app
from retrorun.session.library import Kind, Level, ready_made
from retrorun.workout.devices import DEVICES

KEYS = [entry.key for entry in ready_made()]


def asked(*words: str) -> dict[str, str]:
    line = {"COMP_WORDS": " ".join(("retrorun", *words)), "COMP_CWORD": str(len(words))}
    return {**line, "_RETRORUN_COMPLETE": "complete_bash"}


def completed(*words: str) -> list[str]:
    result = CliRunner(env=asked(*words)).invoke(app, [], prog_name="retrorun")
    assert result.exit_code == 0, result.output
    return result.stdout.split()


def test_commands_complete_with_their_words_and_the_groups_of_them_stay() -> None:
    assert completed("") == [name for name, *_ in COMMANDS]
    assert completed("ma") == ["match"]
    assert "annotate" in completed("strava", "")
    assert completed("match") == ["match"]
    assert CliRunner().invoke(app, ["pace", "--easy", "6:00/km"]).exit_code == 0  # the group is whole afterwards


@pytest.mark.parametrize(
    "words",
    [
        ("library",),
        ("compile",),
        ("export",),
        ("push",),
        ("show",),
        ("match", "run.fit"),
        ("analyze", "r.fit", "--plan"),
    ],
    ids=" ".join,
)
def test_keys_of_ready_made_sessions_complete_wherever_a_session_is_taken(words: tuple[str, ...]) -> None:
    assert completed(*words, "") == KEYS
    assert completed(*words, "hill-e") == ["hill-experienced"]
    assert completed(*words, "4x400m") == []  # then the shell offers files


@pytest.mark.parametrize("words", [("compile", "x"), ("plan",), ("push", "x")], ids=" ".join)
def test_devices_complete(words: tuple[str, ...]) -> None:
    assert completed(*words, "--device", "") == list(DEVICES)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("export", "x", "--to", "g"), ["garmin-connect"]),
        (("push", "x", "--to", "w"), ["watch"]),
        (("analyze", "r.fit", "--units", ""), ["km", "mile"]),
        (("draw", "r.fit", "--view", "p"), ["plane", "plan"]),
        (("library", "--kind", ""), list(Kind)),
        (("plan", "--level", ""), list(Level)),
        (
            ("convert", "r.fit", "-o", "out."),
            ["out.json", "out.csv", "out.parquet", "out.geojson", "out.gpx", "out.fit"],
        ),
        (("convert", "r.fit", "-o", "out.g"), ["out.geojson", "out.gpx"]),
        (("draw", "r.fit", "-o", "out"), []),
        (("analyze", "r.fit", "--plot", "a.p"), ["a.png", "a.pdf"]),
        (("report", "r.fit", "-o", "page."), ["page.html"]),
        (("scan", "runs", "-o", "t.c"), ["t.csv"]),
    ],
)
def test_places_formats_and_endings_complete(words: tuple[str, ...], expected: list[str]) -> None:
    assert completed(*words) == expected


def test_a_shell_does_not_wait_for_what_is_heavy() -> None:
    code = (
        "import atexit, sys\natexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        "from retrorun.cli.app import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | asked("library", "alt"),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == [key for key in KEYS if key.startswith("alt")]
    # Newer releases of typer load pydantic themselves.
    assert not {"numpy", "matplotlib", "yaml", "requests", "rich"} & set(done.stderr.split())
