"""The report: one HTML page that is whole without a script and asks the network for nothing.

Its answer, tables and pictures stand in the page itself; the pictures are the project's own figures as SVG. A small
script lets a reader move along the run. Zooming needs plotly, which a page carries only if it was asked for, and wakes
only when a reader asks.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrorun.activity.model import Activity
from retrorun.analysis.adherence import Adherence, adherence
from retrorun.analysis.analyse import Analysis, Told, analyse, answered
from retrorun.analysis.summary import summarise
from retrorun.detection.profile import GaitProfile
from retrorun.detection.result import Detection, Segment
from retrorun.errors import OutputError, install_hint
from retrorun.match.model import Match
from retrorun.report.page_data import page_data, zoom_data
from retrorun.report.pictures import Pictures, missing_of
from retrorun.report.tables import Table, adherence_table, answer_of, facts_of, listed, stretch_table, totals_table
from retrorun.report.template import Picture, data_block, own, render, script
from retrorun.units import format_change, format_clock, format_number, format_pace, format_percent

if TYPE_CHECKING:
    from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    name: str
    reasons: tuple[str, ...]
    table: Table | None = None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Why:
    title: str
    facts: str
    for_it: tuple[str, ...]
    against_it: tuple[str, ...]


def report_html(
    activity: Told,
    detection: Detection | None = None,
    *,
    match: Match | None = None,
    profile: GaitProfile | None = None,
    name: str = "",
    per_m: float = 1000.0,
    interactive: bool = False,
    kept: Adherence | None = None,
) -> str:
    """The report on one recording, as the text of an HTML page.

    Args:
        activity: the recording, its path or bytes, or what `retrorun.analyse` answered of it.
        detection: what was found in it, where that is known or to be shown instead.
        match: the plan laid beside the run, likewise.
        profile: not needed any more: a detection carries the forward line that it was made with.
        name: what the recording is called; its file's name where that is known.
        per_m: the distance that a pace is for: 1000, or `units.METRES_PER_MILE`.
        interactive: let readers zoom and pan; the page then carries plotly and is 5 MB larger.
        kept: how well the plan was kept, where that is known already.

    Raises:
        OutputError: `interactive` without plotly installed.
    """
    del profile
    if not isinstance(activity, Activity) or detection is None:
        run = activity if isinstance(activity, Analysis) else analyse(activity, plan=match)
        name, kept = name or run.name, run.adherence if match is None else kept
        activity, detection, match = answered(run, detection, match)
    summary = summarise(activity, detection)
    pictures = Pictures(activity, detection, summary, per_m)
    there, missing = missing_of(activity)
    shown = [word for word in there if word != "positions"]
    over_time = pictures.over_time(shown) if shown and len(activity) > 1 else None
    small = []
    if {"speed", "cadence"} <= set(there):
        small.append(pictures.plane())
    if "positions" in there:
        small.append(pictures.track())
    data = page_data(activity, detection, per_m=per_m, places=pictures.places)
    if interactive:
        data |= zoom_data(activity, detection, match, per_m=per_m)
    return render(
        "report.html",
        scripts=("script", "plotly", "zoom") if interactive else ("script",),
        title=name or "Run",
        heading=name or "Backward running report",
        facts=facts_of(activity),
        detection=detection,
        answer=answer_of(detection, summary, per_m),
        totals=totals_table(summary, per_m=per_m),
        elapsed=format_clock(summary.elapsed_s),
        missing=listed(missing),
        over_time=over_time,
        small=small,
        end_s=f"{activity.time_s[-1]:.0f}" if len(activity) else "0",
        stretches=stretch_table(detection, per_m=per_m),
        whys=[_why(number, segment, per_m) for number, segment in enumerate(detection.segments, start=1)],
        plan=_plan(match, kept, pictures),
        trust=(
            ("About the answer", detection.reasons if detection.verdict != "cannot tell" else ()),
            ("What was lost of the file", tuple(str(damage) for damage in activity.damage)),
            ("What had to be decided on reading it", activity.decisions),
        ),
        commands=_commands(detection, name),
        data=data_block(data),
        step_s=data["step_s"],
        script=script(own("page.js")),
        interactive=interactive,
        plotly=_plotly() if interactive else "",
        zoom=script(own("interactive.js")) if interactive else "",
    )


def _why(number: int, segment: Segment, per_m: float) -> _Why:
    evidence = segment.evidence
    told = (
        f"Observed {format_number(evidence.observed_cadence_spm, 'spm')} at "
        f"{format_pace(evidence.observed_speed_mps, per_m=per_m)}; running forward at that speed, this runner would "
        f"show {format_number(evidence.forward_cadence_spm, 'spm')}. That is {format_change(evidence.uplift)}. "
        f"Usual pace of the run: {format_pace(evidence.usual_speed_mps, per_m=per_m)}."
    )
    if evidence.grade_pct is not None:
        told += f" The slope was {format_change(evidence.grade_pct / 100)} on average."
    if evidence.planned:
        told += " The plan meant a backward step here."
    span = f"{format_clock(segment.start_s)} to {format_clock(segment.end_s)}"
    return _Why(
        title=f"{number}. {span}, {format_percent(segment.probability)}",
        facts=told,
        for_it=evidence.for_it,
        against_it=evidence.against_it,
    )


def _plan(match: Match | None, kept: Adherence | None, pictures: Pictures) -> _Plan | None:
    if match is None:
        return None
    if match.basis == "nothing":
        return _Plan(name=match.session.name, reasons=match.reasons)
    kept = adherence(match, pictures.activity, pictures.detection) if kept is None else kept
    table = adherence_table(kept, per_m=pictures.per_m)
    return _Plan(name=match.session.name, reasons=match.reasons, table=table, picture=pictures.plan(match))


def _commands(detection: Detection, name: str) -> list[str]:
    """How to put a wrong answer right, with the name and times of this recording to start from."""
    file = shlex.quote(name or "recording.fit")
    lines = [f"retrorun label {file} --backward 12:30-13:10"]
    if detection.segments:
        wrong = detection.segments[0]
        lines.append(f"retrorun label {file} --forward {format_clock(wrong.start_s)}-{format_clock(wrong.end_s)}")
    return [*lines, f"retrorun report {file} -o report.html"]


def _plotly() -> Markup:
    try:
        # plotly is slow to import, and nothing of it is needed but its script.
        from plotly.offline import get_plotlyjs
    except ImportError:
        hint = f"{install_hint('plotly')}, or leave --interactive out"
        raise OutputError("pages that can be zoomed need plotly", hint=hint) from None
    return script(get_plotlyjs())
