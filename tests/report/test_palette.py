from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from retrorun.report.palette import DARK, LIGHT, Theme

SERIES = ("forward", "backward", "cadence", "heart")
# Machado, Oliveira & Fernandes 2009 (IEEE TVCG 15:1291), severity 1.0, on linear RGB.
BLINDNESS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
Vector = npt.NDArray[np.float64]


def linear(colour: str) -> Vector:
    values = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 defines it."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    light = sorted(float(linear(colour) @ weights) for colour in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def lab(rgb: Vector) -> Vector:
    """CIE L*a*b* (D65) of linear RGB."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_every_series_stands_out_from_its_ground(theme: Theme) -> None:
    for name in SERIES:
        assert contrast(getattr(theme, name), theme.background) >= 3.0, name
    assert contrast(theme.text, theme.background) >= 7.0
    assert contrast(theme.quiet, theme.background) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_backward_looks_different_from_all_else_to_the_colour_blind(theme: Theme, blindness: str) -> None:
    seen = {name: lab(np.array(BLINDNESS[blindness]) @ linear(getattr(theme, name))) for name in SERIES}
    for one, other in itertools.combinations(SERIES, 2):
        if "backward" in (one, other):
            # A difference of 2.3 is just noticeable side by side (Mahy 1994); thin lines apart need many times that.
            assert np.linalg.norm(seen[one] - seen[other]) > 20, (one, other)
