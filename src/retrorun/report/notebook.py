"""An analysis as a notebook shows it: the answer, a table of the backward stretches, and the run over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrorun.analysis.analyse import Analysis
from retrorun.report.figures.run import figure_run
from retrorun.report.figures.series import thinned
from retrorun.report.figures.style import LIGHT
from retrorun.report.figures.svg import inline_svg
from retrorun.report.html import answer_of, facts_of
from retrorun.report.tables import Table, stretch_table, totals_table
from retrorun.report.template import fragment, trusted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POINTS, WIDTH_IN = 800, 9.0


def analysis_html(analysis: Analysis, *, per_m: float = 1000.0) -> str:
    """A piece of HTML without style sheets, scripts or links: notebooks keep it, and show it on a light ground.

    Args:
        analysis: what `retrorun.analyse` answered.
        per_m: the distance that a pace is for: 1000, or `units.METRES_PER_MILE`.
    """
    activity, detection, summary = analysis.activity, analysis.detection, analysis.summary
    answer = answer_of(detection, summary, per_m)
    tables: list[Table] = [totals_table(summary, per_m=per_m)]
    if detection.segments:
        tables.append(stretch_table(detection, per_m=per_m))
    picture = ""
    if len(activity) > 1:
        figure: Figure = figure_run(thinned(activity, POINTS)[0], detection, per_m=per_m, title=None, width_in=WIDTH_IN)
        # Several analyses stand in one notebook, and their pictures must not share names.
        name = f"run-{analysis.fingerprint.digest[:12]}-{len(activity)}-{summary.segments}"
        picture = trusted(inline_svg(figure, name=name, title="The run over time", text=answer))
    return fragment(
        "notebook.html",
        title=analysis.name or "Run",
        facts=facts_of(activity),
        answer=answer,
        reasons=detection.reasons,
        tables=tables,
        picture=picture,
        ground=LIGHT.background,
        ink=LIGHT.text,
    )
