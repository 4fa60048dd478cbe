"""The plan's part of the report: each planned step beside what was run of it, and how well the plan was kept."""

from __future__ import annotations

from retrorun.activity.model import Activity
from retrorun.analysis.adherence import adherence
from retrorun.gait.result import Detection
from retrorun.match.model import Match
from retrorun.report.adherence_table import adherence_table
from retrorun.report.markup import Markup, join, tag
from retrorun.report.page_parts import table_of

# The columns of `match.table`, with their units, for readers who do not know them yet.
HEADINGS = (
    "",
    "Step",
    "Planned",
    "Done",
    "Pace",
    "Target",
    "On target",
    "Cadence",
    "Heart",
    "How it ended",
)
WORDS = ("Step", "How it ended")


def plan_part(match: Match | None, activity: Activity, detection: Detection, *, per_m: float) -> Markup:
    """Plan and adherence; nothing where there is no plan."""
    if match is None:
        return join()
    title = f"Plan and run: {match.session.name}" if match.session.name else "Plan and run"
    if match.basis == "nothing":
        words = "No step of the plan could be found in this recording."
        reasons = tag("ul", *(tag("li", reason) for reason in match.reasons))
        return tag("section", tag("h2", title), tag("p", words), reasons, id="plan")
    table = adherence_table(adherence(match, activity, detection), per_m=per_m)
    below = tag("ul", *(tag("li", f"{line[:1].upper()}{line[1:]}.") for line in table.below))
    steps = table_of("Each planned step and how it was run", HEADINGS, table.rows, words=WORDS)
    return tag("section", tag("h2", title), below, steps, id="plan")
