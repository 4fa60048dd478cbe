"""What is written about a run into its description and name: one marked line, replaced and never added twice."""

from __future__ import annotations

import re

from retrorun.report.summary import Summary
from retrorun.units import format_clock, format_distance, format_pace

MARK = "⟲ retrorun:"  # begins the line in the description
NAME_MARK = " ⟲ "  # begins what is added to the name


def note_line(summary: Summary) -> str:
    """The line about a run: how much of it was backward, or why that cannot be told."""
    if summary.verdict == "cannot tell":
        return f"{MARK} cannot tell whether any of it was run backward"
    if not summary.segments:
        return f"{MARK} no backward running found"
    backward = summary.backward
    parts = [format_clock(backward.time_s)]
    if backward.distance_m is not None:
        parts.append(format_distance(backward.distance_m))
    if backward.mean_speed_mps is not None:
        parts.append(format_pace(backward.mean_speed_mps))
    times = "1 stretch" if summary.segments == 1 else f"{summary.segments} stretches"
    return f"{MARK} {', '.join(parts)} backward in {times}"


def with_note(description: str, line: str) -> str:
    """The description with the line in it: in the place of an earlier one, else at its end; the rest stays as it is."""
    lines = description.split("\n") if description else []
    places = [index for index, old in enumerate(lines) if old.startswith(MARK)]
    if not places:
        return "\n".join([*lines, line])
    lines[places[0]] = line
    return "\n".join(kept for index, kept in enumerate(lines) if index not in places[1:])


def with_mark(name: str, summary: Summary) -> str:
    """The name with the backward distance or time at its end; without it again where there is none."""
    plain = re.sub(f"{re.escape(NAME_MARK)}.*$", "", name)
    if not summary.segments:
        return plain
    distance_m = summary.backward.distance_m
    amount = format_clock(summary.backward.time_s) if distance_m is None else format_distance(distance_m)
    return f"{plain}{NAME_MARK}{amount} backward"
