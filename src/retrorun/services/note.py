"""What is written about a run into its description and name: one marked line, replaced and never added twice."""

from __future__ import annotations

import re
from dataclasses import dataclass

from retrorun.units import format_clock, format_distance, format_pace

MARK = "⟲ retrorun:"  # begins the line in the description
NAME_MARK = " ⟲ "  # begins what is added to the name


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What is said about a run: whether it could be told, and its backward stretches, time, distance and mean speed."""

    told: bool
    stretches: int = 0
    time_s: float = 0.0
    distance_m: float | None = None
    speed_mps: float | None = None


def note_line(ran: Ran) -> str:
    """The line about a run: how much of it was backward, or that it cannot be told."""
    if not ran.told:
        return f"{MARK} cannot tell whether any of it was run backward"
    if not ran.stretches:
        return f"{MARK} no backward running found"
    parts = [format_clock(ran.time_s)]
    if ran.distance_m is not None:
        parts.append(format_distance(ran.distance_m))
    if ran.speed_mps is not None:
        parts.append(format_pace(ran.speed_mps))
    times = "1 stretch" if ran.stretches == 1 else f"{ran.stretches} stretches"
    return f"{MARK} {', '.join(parts)} backward in {times}"


def with_note(description: str, line: str) -> str:
    """The description with the line in it: in the place of an earlier one, else at its end; the rest stays as it is.

    Without any such line where `line` is empty.
    """
    lines = description.split("\n") if description else []
    places = [index for index, old in enumerate(lines) if old.startswith(MARK)]
    if not line:
        return "\n".join(old for index, old in enumerate(lines) if index not in places)
    if not places:
        return "\n".join([*lines, line])
    lines[places[0]] = line
    return "\n".join(kept for index, kept in enumerate(lines) if index not in places[1:])


def with_mark(name: str, ran: Ran) -> str:
    """The name with the backward distance or time at its end; without it again where there is none."""
    plain = re.sub(f"{re.escape(NAME_MARK)}.*$", "", name)
    if not ran.stretches:
        return plain
    amount = format_clock(ran.time_s) if ran.distance_m is None else format_distance(ran.distance_m)
    return f"{plain}{NAME_MARK}{amount} backward"
