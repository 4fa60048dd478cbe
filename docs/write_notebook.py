"""Writes tutorials/in-a-notebook.md, running its cells as a notebook would: python -m docs.write_notebook."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import tempfile
from pathlib import Path

from matplotlib.figure import Figure

from retrorun.report.figures.style import picture_bytes

PAGE = Path(__file__).parent / "tutorials" / "in-a-notebook.md"
ASSETS = Path(__file__).parent / "assets"
HEAD = """\
# In a notebook

<!-- Written by docs/write_notebook.py, which ran every cell and kept what it showed. -->

Each cell is followed by what it shows.
The recording is the **synthetic** one that `retrorun demo` brings: made by a script, run by nobody.
"""
# What is said before a cell, and the cell; the picture of a cell is named in PICTURES.
CELLS: tuple[tuple[str, str], ...] = (
    (
        "A recording to look at. With one of your own, leave this cell out.",
        """\
from pathlib import Path

from retrorun.demo import demo_recording

_ = Path("recording.fit").write_bytes(demo_recording())
""",
    ),
    (
        "An analysis as the last line of a cell shows the answer, the tables and the run over time.",
        """\
import retrorun as rr

run = rr.analyse("recording.fit")
run
""",
    ),
    (
        "Everything in it is a plain value, which says in a line what it is.",
        """\
print(run.activity, run.detection, run.summary, run.match, run.adherence, sep="\\n")
""",
    ),
    (
        "A detection is gone through stretch by stretch, a match step by step.",
        """\
for one in run.detection:
    print(f"{one.start_s:.0f} s to {one.end_s:.0f} s: {one.distance_m:.0f} m backward, {one.evidence.for_it[1]}")
""",
    ),
    (
        "Columns are arrays, in SI units, with NaN for what is missing.",
        """\
speed_mps = run.activity["speed_mps"]
len(run.activity), speed_mps.shape, round(float(speed_mps.max()), 2)
""",
    ),
    (
        (
            "A table has a row for each sample, and says which lie in a backward stretch. "
            "`run.to_pandas()` and `run.to_polars()` give it where these libraries are installed, and whatever reads "
            "Arrow takes the analysis as it is."
        ),
        """\
import pyarrow as pa

table = pa.table(run).select(["time_s", "speed_mps", "cadence_spm", "backward"])
table.slice(717, 4).to_pylist()
""",
    ),
    (
        "Every picture is drawn on an Axes of yours where you give one, and gives it back.",
        """\
from matplotlib.figure import Figure

figure = Figure(figsize=(9, 4), layout="constrained")
left, right = figure.subplots(1, 2)
rr.figure_track(run, ax=left)
rr.figure_gait_plane(run, ax=right)
figure
""",
    ),
    (
        "What the runner says wins. Here the first stretch is taken back.",
        """\
first = run.detection.segments[0]
label = rr.Label(start_s=first.start_s, end_s=first.end_s, direction=rr.Direction.FORWARD)
rr.analyse("recording.fit", labels=rr.Labels(labels=(label,))).summary
""",
    ),
    (
        "Next week's session, in a line; `rr.compile_workout` makes the watch's file of it.",
        """\
session = rr.parse_session("10min warmup; 6x(200m bwd @ 6:40-7:20/km; 90s rest); 10min cooldown", name="Six")
rr.figure_session(session)
""",
    ),
)
PICTURES = {"notebook-axes.png": 6, "notebook-session.png": 8}  # by the number of their cell
_ALT = {6: "The track and the gait plane side by side on two Axes", 8: "The session as blocks over time"}


def main() -> None:
    """Write the page and its pictures."""
    text, pictures = page()
    PAGE.write_text(text, encoding="utf-8")
    for name, data in pictures.items():
        (ASSETS / name).write_bytes(data)
    print(f"tutorials/{PAGE.name}: {len(text)} characters, {len(pictures)} pictures")


def page() -> tuple[str, dict[str, bytes]]:
    """The page's text, and its pictures by their names; the cells run in a folder that goes when they are done."""
    parts, pictures = [HEAD], {}
    namespace: dict[str, object] = {"__name__": "__main__"}
    names = {number: name for name, number in PICTURES.items()}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for number, (words, cell) in enumerate(CELLS):
            printed, value = _run(cell, namespace)
            parts.append(words.replace(". ", ".\n") + f"\n\n```python\n{cell}```\n")
            if isinstance(value, Figure):
                pictures[names[number]] = picture_bytes(value)
                parts.append(f"![{_ALT[number]}](../assets/{names[number]})\n")
            elif hasattr(value, "_repr_html_"):
                parts.append(f"<div>\n{_without_blank_lines(value._repr_html_())}\n</div>\n")
            elif printed or value is not None:
                parts.append(f"```text\n{printed}{'' if value is None else repr(value) + chr(10)}```\n")
    return "\n".join(parts), pictures


def without_drawings(text: str) -> str:
    """The page without the insides of its drawings, whose last digits hang on the version of matplotlib."""
    return re.sub(r"<svg.*?</svg>", "<svg/>", text, flags=re.DOTALL)


def _run(cell: str, namespace: dict[str, object]) -> tuple[str, object]:
    """What a cell prints, and the value of its last line where that is an expression."""
    tree, value = ast.parse(cell), None
    last = tree.body[-1] if isinstance(tree.body[-1], ast.Expr) else None
    tree.body = tree.body[:-1] if last is not None else tree.body
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(tree, "<cell>", "exec"), namespace)  # noqa: S102 - the cells above
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), namespace)  # noqa: S307 - the same
    return out.getvalue(), value


def _without_blank_lines(html: str) -> str:
    """Raw HTML ends at a blank line in some readings of Markdown."""
    return "\n".join(line for line in html.split("\n") if line.strip())


if __name__ == "__main__":
    main()
