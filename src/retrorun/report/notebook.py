"""What a notebook shows of an analysis (the answer, the backward stretches, the run over time) and of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrorun.analysis.analyse import Analysis
from retrorun.report.figures.run import figure_run
from retrorun.report.figures.series import thinned
from retrorun.report.figures.style import LIGHT
from retrorun.report.figures.svg import inline_svg
from retrorun.report.session_view import amount_words, repeat_words, step_words, sums
from retrorun.report.tables import Table, answer_of, facts_of, stretch_table, totals_table
from retrorun.report.template import fragment, trusted
from retrorun.session.amounts import amounts
from retrorun.session.model import Session, Step, number_of, walk, written_per_m
from retrorun.workout.step_text import length, one_line

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


def session_html(session: Session) -> str:
    """A session as a small table of its steps with what each amounts to; a piece of HTML as `analysis_html` is."""
    whole, per_m = amounts(session), written_per_m(session)
    by_place = {each.place: each for each in whole.steps}
    rows: list[tuple[str, ...]] = []
    for place, item in walk(session.steps):
        number = number_of(place)
        if isinstance(item, Step):
            words = f"{length(item.duration)} {step_words(item)}"
            rows.append((number, words, *amount_words(by_place[place], per_m=per_m), one_line(item.note)))
        else:
            rows.append((number, repeat_words(item), "", "", one_line(item.note)))
    return fragment(
        "notebook.html",
        title=one_line(session.name) or "Session",
        facts=[session.setting.value],
        answer=one_line(session.note),
        reasons=(),
        tables=[
            Table(headings=("", "step", "time", "distance", "note"), rows=tuple(rows)),
            Table(headings=("", ""), rows=tuple(sums(whole, per_m=per_m))),
        ],
        picture="",
        ground=LIGHT.background,
        ink=LIGHT.text,
    )
