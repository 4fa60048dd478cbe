"""Developer fields that several apps write, under one name with the unit at its end."""

from __future__ import annotations

from collections.abc import Mapping

from retrorun.activity.raw import FloatArray

_UNITS = {
    "w": "w",
    "watts": "w",
    "ms": "ms",
    "milliseconds": "ms",
    "cm": "cm",
    "centimeters": "cm",
    "deg": "deg",
    "degrees": "deg",
    "°": "deg",
    "kn/m": "kn_m",
    "m/s": "mps",
    "rpm": "rpm",
}
# Words in a field's own name, and the name that it is offered under; Stryd's fields, and compasses of any app.
_NAMES = (
    ("form power", "form_power", "w"),
    ("air power", "air_power", "w"),
    ("power", "power", "w"),
    ("leg spring stiffness", "leg_spring_stiffness", "kn_m"),
    ("ground time", "ground_time", "ms"),
    ("vertical oscillation", "vertical_oscillation", "cm"),
    ("cadence", "cadence", "rpm"),
    ("effort pace", "effort_pace", "mps"),
)
_COMPASS = ("heading", "compass", "bearing", "azimuth")


def offered(columns: Mapping[tuple[str, str], FloatArray]) -> dict[str, FloatArray]:
    """Developer columns by name and unit under plain names; a field that nobody knows keeps its own."""
    found: dict[str, FloatArray] = {}
    for (name, unit), values in columns.items():
        plain = plain_name(name, unit)
        found[name if plain is None or plain in found else plain] = values
    return found


def plain_name(name: str, unit: str) -> str | None:
    """The plain name of a developer field, None where it is not known."""
    lower, short = name.strip().lower(), _UNITS.get(unit.strip().lower())
    for theirs, ours, expected in _NAMES:
        if lower == theirs and short == expected:
            return f"{ours}_{expected}"
    if short == "deg" and any(word in lower for word in _COMPASS):
        return "heading_deg"
    return None
