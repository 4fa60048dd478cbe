"""Runs what the README and the docs show.

On each page, in order, in one folder and one namespace: every ```python block is executed; in every ```console block
each line `$ retrorun …` is run, must succeed unless its output begins with `error:`, and must print the lines that
stand under it. A line `…` stands for any lines. In every ```sh block each line is a command that is run and must
succeed. What cannot be run here has a comment before its block, `<!-- not run: needs a watch -->`; its commands must
still be such as the command line understands. Blocks after `<!-- ci: … -->` are run by .ci/run.

Pictures are laid out and not painted, which is what takes long: the tests of the report paint them.
"""

from __future__ import annotations

import ast
import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

import retrorun as rr
from docs import write_command_line, write_notebook, write_week
from retrorun.cli.app import app
from tests.report.pictures import leave_unpainted

ROOT = Path(__file__).parents[1]
WRITTEN = {write_week.PAGE, write_notebook.PAGE}  # by scripts that run what they show
PAPERS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]
PAGES = [*PAPERS, *sorted(set((ROOT / "docs").rglob("*.md")) - WRITTEN)]
SHELLS = ("sh", "bash", "shell")
FENCE = re.compile(
    r"(?:^ *<!-- (?:not run|ci): (?P<why>.+?) -->\n+)?"
    r"^(?P<indent> *)```(?P<kind>\w*)[^\n]*\n(?P<code>.*?)^(?P=indent)```",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: its language, its text, the line of the page on which its text begins, and why it is not run."""

    kind: str
    code: str
    line: int
    why: str = ""


@dataclass(slots=True, kw_only=True)
class Command:
    """A line `$ …` and the output that the page shows under it."""

    line: int
    words: list[str]
    shown: list[str] = field(default_factory=list)


def blocks(text: str) -> Iterator[Block]:
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start("code")) + 1
        yield Block(kind=match["kind"], code=textwrap.dedent(match["code"]), line=line, why=match["why"] or "")


def commands(block: Block) -> list[Command]:
    """The commands of a block with what is shown of each; nothing is shown in a block of the kind `sh`."""
    found: list[Command] = []
    for number, line in enumerate(block.code.splitlines(), start=block.line):
        if block.kind != "console":
            found.append(Command(line=number, words=shlex.split(line, comments=True), shown=["…"]))
        elif line.startswith("$ "):
            found.append(Command(line=number, words=shlex.split(line[2:], comments=True)))
        elif found:
            found[-1].shown.append(line)
    return [command for command in found if command.words]


def pattern(shown: list[str]) -> str:
    lines = [r"(?:.*\n)*?" if line.strip() in ("…", "...") else re.escape(line.rstrip()) + r" *\n" for line in shown]
    return "".join(lines)


def run_command(command: Command, path: Path) -> None:
    place = f"{path.relative_to(ROOT)}:{command.line}"
    assert command.words[0] == "retrorun", f"{place} is not run, and nothing says why: <!-- not run: … -->"
    result = CliRunner(env={"COLUMNS": "80", "TERM": "dumb"}).invoke(app, command.words[1:], prog_name="retrorun")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    fails = bool(command.shown) and command.shown[0].startswith("error:")
    assert (result.exit_code != 0) == fails, f"{place}: exit code {result.exit_code}\n{result.output}"
    while command.shown and not command.shown[-1].strip():
        command.shown.pop()
    if command.shown:
        output = result.output.rstrip("\n") + "\n"
        assert re.fullmatch(pattern(command.shown), output), f"{place} prints\n{output}"


def check_command(command: Command, path: Path) -> None:
    """A command that is not run has at least options that there are."""
    if command.words[0] == "retrorun":
        result = CliRunner().invoke(app, [*command.words[1:], "--help"])
        assert result.exit_code == 0, f"{path.relative_to(ROOT)}:{command.line}\n{result.output}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_examples_run_as_shown(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    leave_unpainted(monkeypatch)
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(path.read_text(encoding="utf-8")):
        if block.kind == "python":
            # Blank lines in front make a traceback name the page's own line.
            code = compile("\n" * (block.line - 1) + block.code, str(path), "exec")
            exec(code, namespace)  # noqa: S102 - the project's own examples
        elif block.kind in ("console", *SHELLS):
            for command in commands(block):
                (check_command if block.why else run_command)(command, path)


@pytest.mark.skipif(
    f"typer=={version('typer')}" not in (ROOT / "constraints.txt").read_text(encoding="utf-8").split(),
    reason="the page is written with the typer of constraints.txt, and this is another",
)
def test_the_reference_of_the_command_line_is_what_the_commands_say() -> None:
    kept = (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    assert kept == write_command_line.page(), "run `python -m docs.write_command_line`"


def test_the_coachs_week_is_what_its_commands_print(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_unpainted(monkeypatch)
    assert write_week.PAGE.read_text(encoding="utf-8") == write_week.page(), "run `python -m docs.write_week`"


def test_the_notebook_is_what_its_cells_show() -> None:
    text, pictures = write_notebook.page()
    kept = write_notebook.PAGE.read_text(encoding="utf-8")
    assert kept.count("<svg") == 1
    plain = write_notebook.without_drawings
    assert plain(kept) == plain(text), "run `python -m docs.write_notebook`"
    assert all(data.startswith(b"\x89PNG") for data in pictures.values())


def test_every_public_name_stands_in_the_api_reference() -> None:
    shown = set(
        re.findall(r"^::: (\S+)$", (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    stub = ast.parse(Path(rr.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    homes = {
        (f"retrorun.{node.module}", alias.name)
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert not [name for home, name in sorted(homes) if not {home, f"{home}.{name}"} & shown]


def test_every_module_that_is_named_to_be_run_is_there() -> None:
    """`python -m …` in pages, docstrings and comments alike."""
    sources = [
        path for folder in ("src", "tests", "docs", "fixtures") for path in sorted((ROOT / folder).rglob("*.py"))
    ]
    named = {
        (name.rstrip("."), str(path.relative_to(ROOT)))
        for path in [*PAGES, *WRITTEN, ROOT / "CHANGELOG.md", *sources]
        for name in re.findall(
            r"python -m ((?:retrorun|tests|docs|fixtures)\b[\w.]*)", path.read_text(encoding="utf-8")
        )
    }
    assert named
    assert not [
        (name, where)
        for name, where in sorted(named)
        if not any(
            (home / Path(*name.split("."), *end)).with_suffix(".py").is_file()
            for home in (ROOT, ROOT / "src")
            for end in ((), ("__main__",))
        )
    ]


def test_every_how_to_guide_stands_in_their_index() -> None:
    folder = ROOT / "docs" / "how-to"
    linked = set(re.findall(r"\((\S+\.md)\)", (folder / "index.md").read_text(encoding="utf-8")))
    assert {path.name for path in folder.glob("*.md")} - {"index.md"} <= linked


def test_every_page_stands_in_the_navigation_of_the_site() -> None:
    listed = set(re.findall(r"([\w/-]+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}


def test_finds_blocks_and_commands_with_their_lines() -> None:
    text = "# T\n\n```console\n$ retrorun show x  # why\nout\n$ cd y\nz\n```\n\n    ```python\n    a = 1\n    ```\n"
    first, second = blocks(text)
    assert (first.kind, first.line, second.kind, second.code, second.line) == ("console", 4, "python", "a = 1\n", 11)
    command, other = commands(first)
    assert (command.words, command.shown, command.line) == (["retrorun", "show", "x"], ["out"], 4)
    assert other.words == ["cd", "y"]


def test_a_block_is_run_or_says_why_not() -> None:
    marked, plain = blocks("<!-- not run: needs a watch -->\n\n```sh\nretrorun x\n```\n\n```sh\n# a\nls\n```\n")
    assert (marked.why, plain.why) == ("needs a watch", "")
    (command,) = commands(plain)
    assert (command.words, command.line) == (["ls"], 9)
    with pytest.raises(AssertionError, match=r"README.md:9 is not run, and nothing says why"):
        run_command(command, ROOT / "README.md")
    with pytest.raises(AssertionError, match="No such option"):
        check_command(Command(line=1, words=["retrorun", "push", "x", "--no-such-option"]), ROOT / "README.md")
    check_command(Command(line=1, words=["retrorun", "push", "x", "--to", "watch"]), ROOT / "README.md")


@pytest.mark.parametrize(
    ("shown", "printed", "fits"),
    [
        (["a", "b"], "a\nb\n", True),
        (["a", "…", "d"], "a\nb\nc\nd\n", True),
        (["a", "…"], "a\n", True),
        (["a"], "a\nb\n", False),
        (["a.b"], "axb\n", False),
    ],
)
def test_shown_output_must_be_what_is_printed(shown: list[str], printed: str, fits: bool) -> None:
    assert bool(re.fullmatch(pattern(shown), printed)) is fits
