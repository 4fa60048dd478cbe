"""The tables of a measurement, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from retrorun.gait import priors
from retrorun.gait.measures import CALLED, LABELLED, ROAD, TEN, Measured, Recall, log_odds_of, rate, recall


def markdown(measured: Measured) -> str:
    """All tables as Markdown."""
    parts = [
        ("False events on ordinary recordings, without a profile", _false_table(measured)),
        ("The frontier: false events against recall", _frontier(measured)),
        ("Recall of injected spans", _recall_tables(measured)),
        ("Borders", _borders(measured)),
        ("Calibration: one segment an hour being backward", _calibration(measured)),
        ("With a profile of ten earlier activities", _profile_table(measured)),
    ]
    return "\n".join(f"### {title}\n\n{text}\n" for title, text in parts)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _false_table(measured: Measured) -> str:
    keys = sorted({(outing.athlete, outing.kind) for outing in measured.outings})
    groups = [(athlete, kind, {(athlete, kind)}) for athlete, kind in keys]
    groups.append(("all", "road, track, treadmill", {key for key in keys if key[1] in ROAD}))
    groups.append(("all", "trail, walk, hike", {key for key in keys if key[1] not in ROAD}))
    rows: list[Sequence[object]] = []
    for athlete, kind, members in groups:
        hours = sum(outing.hours for outing in measured.outings if (outing.athlete, outing.kind) in members)
        events = [event for event in measured.called() if (event.athlete, event.kind) in members]
        seconds = sum(event.end_s - event.start_s for event in events)
        per_hours = f"{100 * seconds / hours:.0f}" if hours else "–"
        rows.append((athlete, kind, f"{hours:.0f}", len(events), rate(len(events), hours), per_hours))
    return table(("athlete", "kind", "hours", "events", "events per 100 h (95 %)", "seconds per 100 h"), rows)


def _frontier(measured: Measured) -> str:
    hours = {road: measured.hours(road=road) for road in (True, False)}
    plain = [row for row in measured.recalls if row.published and not row.profile]
    rows: list[Sequence[object]] = []
    for chance in (0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95):
        threshold = log_odds_of(chance)
        events = measured.called(threshold)
        counts = [sum((event.kind in ROAD) == road for event in events) for road in (True, False)]
        rows.append(
            (
                f"**{chance}**" if chance == priors.CALL_PROBABILITY else chance,
                rate(counts[0], hours[True]),
                rate(counts[1], hours[False]),
                *(f"{recall(part, threshold):.3f}" for part in _headline(plain)),
            )
        )
    head = ("probability", "road, track, treadmill /100 h", "trail, walk, hike /100 h", *HEADLINE)
    return table(head, rows)


HEADLINE = (
    "≥ 30 s, own slope",
    "≥ 30 s, anybody's slope",
    "≥ 30 s, road",
    "20 s",
    "20 s, road",
)


def _headline(rows: Sequence[Recall]) -> list[list[Recall]]:
    long = [row for row in rows if row.length_s > 29.0]
    short = [row for row in rows if 19.0 < row.length_s < 21.0]
    return [
        [row for row in long if row.own_slope],
        [row for row in long if not row.own_slope],
        [row for row in long if row.kind in ROAD],
        short,
        [row for row in short if row.kind in ROAD],
    ]


def _recall_tables(measured: Measured) -> str:
    plain = [row for row in measured.recalls if not row.profile and not row.thinned and not row.rested]
    lengths = (15.0, 20.0, 30.0, 60.0, 120.0, 300.0)
    bands = ((0.0, 0.04), (0.04, 0.06), (0.06, 0.08), (0.08, 0.10), (0.10, 0.15), (0.15, 0.36))
    rows: list[Sequence[object]] = []
    for low, high in bands:
        band = [row for row in plain if low <= row.uplift < high]
        cells = (_cell([row for row in band if abs(row.length_s - length) < 1.0]) for length in lengths)
        rows.append((f"{low:.2f}–{high:.2f}", *cells))
    text = table(("uplift", *(f"{length:.0f} s" for length in lengths)), rows)
    own = [row for row in plain if row.published and row.length_s > 29.0]
    thinned = [
        row
        for row in measured.recalls
        if (row.thinned or row.rested) and 0.06 <= row.uplift <= 0.22 and row.length_s > 29.0
    ]
    text += _split("sampling", own + thinned, _sampling)
    text += _split("grade, %", [row for row in own if row.grade_pct is not None], _grade)
    text += _split("kind", own, lambda row: row.kind)
    return text + _split("athlete", own, lambda row: row.athlete)


def _split(name: str, rows: Sequence[Recall], group_of: Callable[[Recall], str]) -> str:
    groups = sorted({group_of(row) for row in rows})
    cells = [(group, _cell([row for row in rows if group_of(row) == group])) for group in groups]
    return "\n" + table((name, "recall, ≥ 30 s (spans)"), cells)


def _sampling(row: Recall) -> str:
    if row.rested:
        return "own, with a rest next to it"
    if row.thinned:
        return f"thinned to {row.step_s:.0f} s"
    return "own, 1 s" if row.step_s <= 1.0 else "own, 2–5 s" if row.step_s <= 5.0 else "own, over 5 s"


def _grade(row: Recall) -> str:
    grade = row.grade_pct or 0.0
    if abs(grade) <= 3.0:
        return "–3 to 3"
    steep = "3 to 8" if abs(grade) <= 8.0 else "over 8"
    return f"{'up' if grade > 0 else 'down'} {steep}"


def _cell(rows: Sequence[Recall]) -> str:
    return f"{recall(rows):.2f} ({len(rows)})" if rows else "–"


def _borders(measured: Measured) -> str:
    rows: list[Sequence[object]] = []
    for low, high in ((14.0, 21.0), (29.0, 31.0), (59.0, 301.0)):
        hits = [
            row.hit
            for row in measured.recalls
            if row.published and not row.profile and low < row.length_s < high and row.hit is not None
        ]
        errors = np.array([(hit.start_error_s, hit.end_error_s) for hit in hits if hit.log_odds >= CALLED])
        if len(errors):
            middle, worse = np.median(np.abs(errors), axis=0), np.quantile(np.abs(errors), 0.9, axis=0)
            cells = (f"{middle[0]:.1f}", f"{middle[1]:.1f}", f"{worse[0]:.1f}", f"{worse[1]:.1f}")
            rows.append((f"{low + 1:.0f}–{high - 1:.0f} s", len(errors), *cells))
    head = ("length", "found", "start, median |error| s", "end, median |error| s", "start, 90 %", "end, 90 %")
    return table(head, rows)


def _calibration(measured: Measured) -> str:
    """Share of truly backward ones among stretches of about one probability, spans weighed to one an hour."""
    hours = sum(outing.hours for outing in measured.outings)
    spans = [row for row in measured.recalls if not row.thinned and not row.rested and not row.profile]
    weight = hours / max(1, len(spans))
    false = np.array([event.log_odds for event in measured.false if not event.profile])
    true = np.array([row.hit.log_odds for row in spans if row.hit is not None])
    rows: list[Sequence[object]] = []
    for low, high in ((0.05, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.95), (0.95, 1.0)):
        said = [1.0 / (1.0 + np.exp(-values)) for values in (true, false)]
        inside = [chance[(chance >= low) & (chance < high + (high == 1.0))] for chance in said]
        mass = weight * len(inside[0]) + len(inside[1])
        if mass:
            mean = (weight * inside[0].sum() + inside[1].sum()) / mass
            share = weight * len(inside[0]) / mass
            rows.append((f"{low}–{high}", f"{mean:.2f}", f"{share:.2f}", len(inside[0]), len(inside[1])))
    return table(("probability said", "mean said", "share truly backward", "injected", "ordinary"), rows)


def _profile_table(measured: Measured) -> str:
    """The same activities, those with ten earlier ones, without and with the profile of those."""
    same = {(row.athlete, row.number) for row in measured.recalls if row.profile == TEN}
    rows: list[Sequence[object]] = []
    for profile in ("", TEN, LABELLED):
        hours = {road: measured.hours(road=road, profile=profile or TEN) for road in (True, False)}
        spans = [row for row in measured.recalls if row.published and row.profile == profile]
        spans = [row for row in spans if (row.athlete, row.number) in same]
        for chance in (0.5, 0.7, 0.85, 0.9):
            threshold = log_odds_of(chance)
            events = [e for e in measured.called(threshold, profile=profile) if (e.athlete, e.number) in same]
            counts = [sum((event.kind in ROAD) == road for event in events) for road in (True, False)]
            cells = [f"{recall(part, threshold):.3f}" for part in _headline(spans)]
            rows.append(
                (profile or "none", chance, rate(counts[0], hours[True]), rate(counts[1], hours[False]), *cells)
            )
    head = ("profile", "probability", "road, track, treadmill /100 h", "trail, walk, hike /100 h", *HEADLINE)
    return table(head, rows)
