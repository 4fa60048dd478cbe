from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.figure import Figure

from retrorun.errors import OutputError
from retrorun.report.figures.style import DARK, LIGHT, Theme, limits, picture_bytes, picture_kind

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


# ---- the odd value ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [0.0, -500.0, 9000.0])
@pytest.mark.parametrize("count", [20, 300, 20_000])
def test_one_bad_value_does_not_flatten_a_curve(bad: float, count: int) -> None:
    good = 100 + 5 * np.sin(np.arange(count) / 3)
    values = np.concatenate(([bad], good[1:]))
    low, high = limits(values)
    assert 90 < low <= good.min()
    assert good.max() <= high < 110


def test_all_of_an_honest_curve_is_shown() -> None:
    climb = np.concatenate((np.full(50, 100.0), np.linspace(100, 160, 100), np.linspace(160, 100, 100)))
    low, high = limits(climb)
    assert low <= 100
    assert high >= 160
    assert limits(np.full(5, np.nan)) == (0.0, 1.0)
    low, high = limits(np.full(5, 3.0))
    assert low < 3 < high


# ---- files -----------------------------------------------------------------------------------------------------------

BEGINS = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml", "pdf": b"%PDF-"}


def figure() -> Figure:
    made = Figure(figsize=(2, 1))
    made.subplots().plot([0, 1], [1, 0])
    return made


@pytest.mark.parametrize("kind", sorted(BEGINS))
def test_each_format_begins_as_it_should_and_is_the_same_every_time(kind: str) -> None:
    first, second = picture_bytes(figure(), kind), picture_bytes(figure(), kind)
    assert first.startswith(BEGINS[kind])
    assert first == second


@pytest.mark.parametrize(("name", "kind"), [("a.png", "png"), ("a.b.SVG", "svg"), ("x/run.pdf", "pdf")])
def test_the_name_says_the_format(name: str, kind: str) -> None:
    assert picture_kind(Path(name)) == kind


@pytest.mark.parametrize("name", ["run", "run.jpg", "run.png.txt", ".png"])
def test_a_name_that_says_no_format_is_refused(name: str) -> None:
    with pytest.raises(OutputError, match=r"use \.png, \.svg or \.pdf"):
        picture_kind(Path(name))
