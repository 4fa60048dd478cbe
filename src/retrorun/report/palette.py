"""The colours of every picture, for a light ground and a dark one.

The hues are those of Okabe and Ito (2008, "Color Universal Design", jfly.uni-koeln.de/color), the set that Wong (2011,
Nature Methods 8:441) recommends for readers with any of the common kinds of colour blindness. Colour never stands
alone: a backward stretch is also drawn thicker and shaded, so that a picture printed in grey still says it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """One set of colours, as `#rrggbb`; each series stands out from `background` by 3:1 or more (WCAG 2.2, 1.4.11)."""

    name: str
    background: str
    text: str
    quiet: str
    grid: str
    forward: str
    backward: str
    cadence: str
    heart: str
    shade_alpha: float


# Okabe and Ito's blue, vermilion, bluish green and reddish purple; the last two darkened for white paper,
# where the originals stay under 3:1 or hardly above it.
LIGHT = Theme(
    name="light",
    background="#ffffff",
    text="#1b1b1b",
    quiet="#5c5c5c",
    grid="#dcdcdc",
    forward="#0072b2",
    backward="#d55e00",
    cadence="#007a5a",
    heart="#a8467c",
    shade_alpha=0.16,
)

# Sky blue, orange, bluish green (lightened) and reddish purple (lightened) on a near-black ground.
DARK = Theme(
    name="dark",
    background="#14171a",
    text="#ececec",
    quiet="#a6adb4",
    grid="#343a40",
    forward="#56b4e9",
    backward="#e69f00",
    cadence="#2fc79a",
    heart="#d9a3e0",
    shade_alpha=0.22,
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK)}
