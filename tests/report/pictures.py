"""Pictures compared as eyes would: small differences of edges pass, a missing line does not.

Text is taken out first, because each release of a font renderer sets it a little differently; what it says is tested
word by word elsewhere.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from PIL import Image

# The root of the mean squared difference of colour values (0 to 255) that two renderings of one figure may have.
# Leaving out any one series of the figures here gives 8 and more; other font hinting gives 0.
TOLERANCE = 4.0
DPI = 50
Pixels = npt.NDArray[np.float64]


def pixels(figure: Figure) -> Pixels:
    return load(textless_png(figure))


def textless_png(figure: Figure) -> bytes:
    """The figure as a small PNG; the figure itself has lost its text after."""
    figure.suptitle("")
    for axes in figure.axes:
        axes.set(xlabel="", ylabel="", title="")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(NullFormatter())
        for text in list(axes.texts):
            text.remove()
        for child in axes.child_axes:
            child.remove()
        legend = axes.get_legend()
        if legend is not None:
            legend.remove()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()


def load(png: bytes) -> Pixels:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"), dtype=np.float64)


def difference(one: Pixels, other: Pixels) -> float:
    """How far two pictures are apart, infinitely far if their sizes differ.

    The worst of the sixteen tiles counts, so that a thin line weighs as much in a large picture as in a small one.
    """
    if one.shape != other.shape:
        return float("inf")
    squared = ((one - other) ** 2).mean(axis=2)
    tiles = [tile for row in np.array_split(squared, 4, axis=0) for tile in np.array_split(row, 4, axis=1)]
    return float(max(np.sqrt(tile.mean()) for tile in tiles))


def leave_unpainted(patch: pytest.MonkeyPatch) -> None:
    """Lay pictures out and leave the painting, which is what takes long; for tests of what stands around them."""
    patch.setattr(Figure, "savefig", _unpainted)


def _unpainted(_: Figure, target: BinaryIO | str, *, format: str = "", **__: object) -> None:  # noqa: A002 - its name
    data = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>' if format == "svg" else b"unpainted"
    if isinstance(target, str):
        Path(target).write_bytes(data)
    else:
        target.write(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Kept pictures in tests/golden/report."""

    folder: Path
    update: bool

    def check(self, name: str, figure: Figure) -> None:
        path = self.folder / f"{name}.png"
        if self.update:
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(textless_png(figure))
            return
        assert path.exists(), f"no kept picture {path.name}; make it with --update-golden and look at it"
        apart = difference(pixels(figure), load(path.read_bytes()))
        assert apart <= TOLERANCE, f"{name} is {apart:.1f} apart from the kept picture (up to {TOLERANCE} is allowed)"
