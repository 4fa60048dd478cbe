"""The words and tables of the report: verdict, totals, segments and why, trust, correction."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from retrorun.activity.model import Activity
from retrorun.analysis.summary import Summary, Totals
from retrorun.gait.result import Detection, Segment
from retrorun.report.markup import Markup, join, tag
from retrorun.units import format_clock, format_distance, format_pace, format_percent

MISSING = "–"


def verdict_part(detection: Detection, summary: Summary, *, per_m: float) -> Markup:
    """The answer in words, before anything else."""
    if detection.verdict == "found":
        stretches = _count(len(detection.segments), "stretch", "stretches")
        back = summary.backward
        facts = [f"{format_clock(back.time_s)} in all"]
        if back.distance_m is not None:
            facts.append(format_distance(back.distance_m, per_m=per_m))
        if back.mean_speed_mps is not None:
            facts.append(f"at {format_pace(back.mean_speed_mps, per_m=per_m)} on average")
        share = (
            ""
            if summary.backward_share is None
            else f" That is {format_percent(summary.backward_share)} of the time on the move."
        )
        words = f"Backward running was found: {stretches}, {', '.join(facts)}.{share}"
    elif detection.verdict == "none":
        words = "No backward running was found. This recording could have shown it, and does not."
    else:
        words = "This recording cannot tell backward running from forward running."
    children: list[str] = [tag("p", words, class_="verdict")]
    if detection.verdict == "cannot tell" and detection.reasons:
        children.append(tag("p", "Why it cannot tell:"))
        children.append(_list(detection.reasons))
    return tag("section", tag("h2", "The answer"), *children, id="answer", data_verdict=detection.verdict)


def totals_part(summary: Summary, *, per_m: float) -> Markup:
    """Totals of everything and, where segments were found, of each direction."""
    rows = [("On the move", summary.total)]
    if summary.segments:
        rows += [("Forward", summary.forward), ("Backward", summary.backward)]
    table = table_of(
        "Totals; standing still and pauses are left out",
        ("", "Time", "Distance", "Pace", "Cadence", "Heart rate"),
        [(name, *_totals_cells(totals, per_m)) for name, totals in rows],
    )
    elapsed = tag("p", f"From start to end, pauses included: {format_clock(summary.elapsed_s)}.")
    return tag("section", tag("h2", "Totals"), table, elapsed, id="totals")


def segments_part(detection: Detection, *, per_m: float) -> Markup:
    """One row for each segment, and beneath the table why it was called."""
    if not detection.segments:
        return join()
    rows = [
        (
            str(number),
            format_clock(segment.start_s),
            format_clock(segment.end_s),
            format_clock(segment.duration_s),
            format_distance(segment.distance_m, per_m=per_m) if segment.distance_m >= 0 else MISSING,
            format_pace(segment.mean_speed_mps, per_m=per_m),
            _number(segment.mean_cadence_spm, "spm"),
            _number(segment.evidence.forward_cadence_spm, "spm"),
            format_percent(segment.probability),
            tag("button", f"Show {number}", type="button", class_="show", data_segment=str(number - 1)),
        )
        for number, segment in enumerate(detection.segments, start=1)
    ]
    headings = (
        "",
        "Start",
        "End",
        "Time",
        "Distance",
        "Pace",
        "Cadence",
        "Forward would be",
        "Chance",
        "In the picture",
    )
    return tag(
        "section",
        tag("h2", "Backward stretches"),
        table_of("Each backward stretch, on the clock of the recording", headings, rows),
        tag("h3", "Why each was called"),
        *(_why(number, segment, per_m) for number, segment in enumerate(detection.segments, start=1)),
        id="segments",
    )


def trust_part(activity: Activity, detection: Detection) -> Markup:
    """What lowers trust: the detector's reasons, damage, and what the reader had to decide."""
    groups = (
        ("About the answer", detection.reasons if detection.verdict != "cannot tell" else ()),
        ("What was lost of the file", tuple(str(damage) for damage in activity.damage)),
        ("What had to be decided on reading it", activity.decisions),
    )
    told = [join(tag("h3", heading), _list(lines)) for heading, lines in groups if lines]
    if not told:
        told = [tag("p", "Nothing in this recording lowers trust in the answer.")]
    always = tag(
        "p",
        "The answer rests on speed and cadence alone. Backward running raises cadence at a given speed by about 4 to "
        "35 percent, differently for each runner; stretches under about 20 seconds, and runners whose cadence hardly "
        "rises, can be missed.",
    )
    return tag("section", tag("h2", "What lowers trust"), *told, always, id="trust")


def correction_part(detection: Detection, name: str) -> Markup:
    """How to put a wrong answer right, with the names and times of this recording to start from."""
    file = shlex.quote(name or "recording.fit")
    wrong = detection.segments[0] if detection.segments else None
    lines = [f"retrorun label {file} --backward 12:30-13:10"]
    if wrong is not None:
        lines.append(f"retrorun label {file} --forward {format_clock(wrong.start_s)}-{format_clock(wrong.end_s)}")
    lines.append(f"retrorun report {file} -o report.html")
    return tag(
        "section",
        tag("h2", "How to correct it"),
        tag(
            "p",
            "Say which stretches were run backward, or were not, in time since the start; what you say wins over every "
            "analysis. The labels are kept beside the recording, and the recording itself is not changed:",
        ),
        tag("pre", tag("code", "\n".join(lines)), tabindex="0", role="region", aria_label="Commands to correct it"),
        tag(
            "p",
            "For the next run: press the lap button at each change of direction, or run the session as a workout with "
            "backward steps. The watch then records where the steps began, and that counts as evidence.",
        ),
        id="correct",
    )


def table_of(
    caption: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, words: Sequence[str] = ()
) -> Markup:
    """A table that scrolls sideways within itself on a narrow screen; the first cell of a row is its heading.

    Columns whose headings are among `words` hold text, which stands to the left; numbers stand to the right.
    """
    kinds = ["words" if heading in words else None for heading in headings]
    top = zip(headings, kinds, strict=True)
    head = tag("tr", *(tag("th", text, scope="col", class_=kind) if text else tag("td", "") for text, kind in top))
    body = [
        tag(
            "tr",
            tag("th", row[0], scope="row"),
            *(tag("td", cell, class_=kind) for cell, kind in zip(row[1:], kinds[1:], strict=True)),
        )
        for row in rows
    ]
    table = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body))
    return tag("div", table, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _why(number: int, segment: Segment, per_m: float) -> Markup:
    evidence = segment.evidence
    facts = (
        f"Observed {_number(evidence.observed_cadence_spm, 'steps/min')} at "
        f"{format_pace(evidence.observed_speed_mps, per_m=per_m)}; running forward at that speed, this runner would "
        f"show {_number(evidence.forward_cadence_spm, 'steps/min')}. That is {evidence.uplift:+.0%}. "
        f"Usual pace of the run: {format_pace(evidence.usual_speed_mps, per_m=per_m)}."
    )
    extra = []
    if evidence.grade_pct is not None:
        slope = f"{evidence.grade_pct:+.0f}".replace("+0", "0").replace("-0", "0")
        extra.append(f"The slope was {slope} % on average.")
    if evidence.planned:
        extra.append("The plan meant a backward step here.")
    parts: list[str] = [tag("p", " ".join((facts, *extra)))]
    for heading, sentences in (("For it:", evidence.for_it), ("Against it:", evidence.against_it)):
        if sentences:
            parts += [tag("p", heading), _list(sentences)]
    span = f"{format_clock(segment.start_s)} to {format_clock(segment.end_s)}"
    title = f"{number}. {span}, {format_percent(segment.probability)}"
    return tag("details", tag("summary", title), *parts, open=number == 1)


def _totals_cells(totals: Totals, per_m: float) -> tuple[str, ...]:
    return (
        format_clock(totals.time_s),
        MISSING if totals.distance_m is None else format_distance(totals.distance_m, per_m=per_m),
        MISSING if totals.mean_speed_mps is None else format_pace(totals.mean_speed_mps, per_m=per_m),
        MISSING if totals.mean_cadence_spm is None else f"{totals.mean_cadence_spm:.0f} spm",
        MISSING if totals.mean_heart_rate_bpm is None else f"{totals.mean_heart_rate_bpm:.0f} bpm",
    )


def _list(lines: tuple[str, ...]) -> Markup:
    return tag("ul", *(tag("li", line) for line in lines))


def _number(value: float, unit: str) -> str:
    return f"{value:.0f} {unit}" if value == value else MISSING  # noqa: PLR0124 - only NaN differs from itself


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
