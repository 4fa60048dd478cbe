"""A figure as the bytes of a picture file; the same figure gives the same bytes."""

from __future__ import annotations

import io
from pathlib import PurePath
from typing import TYPE_CHECKING

from retrorun.errors import OutputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# What each format would otherwise write of the moment and of the software's version.
UNSAID: dict[str, dict[str, str | None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
DOTS_PER_INCH = 150


def picture_kind(path: PurePath) -> str:
    """The format that a picture's name asks for: `png`, `svg` or `pdf`.

    Raises:
        OutputError: the name ends otherwise.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in UNSAID:
        raise OutputError("a picture's name ends in .png, .svg or .pdf", where=str(path), hint="change its ending")
    return kind


def picture_bytes(figure: Figure, kind: str = "png") -> bytes:
    """The figure as `png`, `svg` or `pdf`."""
    import matplotlib as mpl

    buffer = io.BytesIO()
    # The names inside an SVG are random unless they are salted with something fixed.
    with mpl.rc_context({"svg.hashsalt": "retrorun"}):
        figure.savefig(buffer, format=kind, dpi=DOTS_PER_INCH, metadata=UNSAID[kind])
    return buffer.getvalue()
