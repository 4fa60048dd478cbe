"""How every picture looks: its colours on a light ground and on a dark one, its axes, and the file that it becomes.

The hues are those of Okabe and Ito (2008, "Color Universal Design", jfly.uni-koeln.de/color), the set that Wong (2011,
Nature Methods 8:441) recommends for readers with any of the common kinds of colour blindness. Colour never stands
alone: a backward stretch is also drawn thicker and shaded, so that a picture printed in grey still says it.

Figures are made without pyplot, so that nothing is kept between calls and no window is opened.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import numpy as np
import numpy.typing as npt

from retrorun import errors, files, units
from retrorun.activity.model import Activity
from retrorun.arrays import FloatArray

if TYPE_CHECKING:
    from matplotlib import axes, figure
    from matplotlib.artist import Artist
    from matplotlib.text import Annotation

    Axes = axes.Axes
    Figure = figure.Figure
else:
    Axes = Figure = object  # for annotations; matplotlib is loaded when something is drawn

Given = Axes | Sequence[Axes] | npt.NDArray[np.object_]
T = TypeVar("T", bound=Given)


class Look(TypedDict, total=False):
    """How a picture looks: its colours, the metres that a pace is for, how wide it is [inches]."""

    theme: Theme
    per_m: float
    width_in: float


class Titled(Look, total=False):
    """The same with a heading."""

    title: str | None


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
COLOURS = ("background", "text", "quiet", "grid", "forward", "backward", "cadence", "heart")

# What each format would otherwise write of the moment and of the software's version.
UNSAID: dict[str, dict[str, str | None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
DOTS_PER_INCH = 150
NARROW_IN = 5.5  # of axes; narrower ones have room for less
EDGE_IN = 0.15  # between a time and the right edge; what stands nearer is cut
TITLE_PT, LETTER_EM = 12.0, 0.57  # of a heading, and how wide its letters are on average


def picture_kind(path: Path) -> str:
    """The format that a picture's name asks for: `png`, `svg` or `pdf`.

    Raises:
        OutputError: the name ends otherwise.
    """
    return files.check_ending(path, tuple(f".{kind}" for kind in UNSAID), "a picture").removeprefix(".")


def picture_bytes(figure: Figure, kind: str = "png") -> bytes:
    """The figure as `png`, `svg` or `pdf`; the same figure gives the same bytes."""
    import matplotlib as mpl

    buffer = io.BytesIO()
    # The names inside an SVG are random unless they are salted with something fixed.
    with mpl.rc_context({"svg.hashsalt": "retrorun"}):
        figure.savefig(buffer, format=kind, dpi=DOTS_PER_INCH, metadata=UNSAID[kind])
    return buffer.getvalue()


def new_figure(
    width_in: float,
    height_in: float,
    *,
    theme: Theme,
    margins_in: tuple[float, float, float, float] = (0.8, 0.15, 0.45, 0.55),
) -> Figure:
    """An empty figure whose axes leave `margins_in` free: left, right, top, bottom.

    Fixed margins, and not a layout engine, because laying out takes longer than all the drawing.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_in, height_in), facecolor=theme.background)
    left, right, top, bottom = margins_in
    figure.subplots_adjust(
        left=left / width_in, right=1 - right / width_in, top=1 - top / height_in, bottom=bottom / height_in
    )
    return figure


def given_axes(ax: Given, most: int) -> list[Axes]:
    """The axes to draw on: one, several, or the array that `plt.subplots` answers.

    Raises:
        OutputError: they are no axes of matplotlib, or more of them than the picture has panels.
    """
    from matplotlib.axes import Axes

    given: list[Axes] = np.ravel(np.array(ax, dtype=object)).tolist()
    if not given or not all(isinstance(one, Axes) for one in given):
        raise errors.OutputError("a picture needs Axes of matplotlib", hint="give ax=plt.gca(), or leave ax out")
    if len(given) > most:
        raise errors.OutputError(f"there are {len(given)} Axes for a picture of {most}", hint="give fewer")
    return given


def say_title(figure: Figure, text: str, theme: Theme) -> None:
    """A heading in the upper left corner, as large as fits; the text is taken as it is."""
    width_in, height_in = (float(size) for size in figure.get_size_inches())
    fitting_pt = width_in * 72.0 / (LETTER_EM * max(len(text), 1))
    size_pt = min(TITLE_PT, max(fitting_pt, TITLE_PT / 2))
    figure.suptitle(
        text, color=theme.text, fontsize=size_pt, x=0.01, y=1 - 0.08 / height_in, ha="left", va="top", parse_math=False
    )


def entries(kinds: Mapping[str, dict[str, Any] | bool], **common: Any) -> list[Artist]:  # noqa: ANN401 - as a look
    """What a legend shows: how each kind looks, of those that there are; what has a width is a line, else an area."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    looks = [{"label": name, **look} for name, look in kinds.items() if isinstance(look, dict)]
    return [Line2D([], [], **look) if "linewidth" in look else Patch(**common, **look) for look in looks]


def say_legend(axes: Axes, handles: Sequence[Artist], theme: Theme, *, columns: int = 6, above: float = 1.0) -> None:
    """A legend above the upper right corner of an Axes."""
    if not handles:
        return
    axes.legend(
        handles=handles,
        loc="lower right",
        bbox_to_anchor=(1.0, above),
        borderaxespad=0.8,
        ncols=columns,
        frameon=False,
        fontsize=8,
        labelcolor=theme.text,
        borderpad=0.0,
        handlelength=1.6,
        columnspacing=1.2,
    )


def dress(axes: Axes, theme: Theme, *, side: str = "") -> None:
    """Give an Axes the theme's ground, grid and text, without a frame; `side` is what stands along its left side."""
    axes.set_ylabel(side, color=theme.text)
    axes.set_facecolor(theme.background)
    axes.grid(visible=True, color=theme.grid, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(colors=theme.quiet, labelsize=9, length=3)
    axes.spines[:].set_color(theme.grid)
    axes.spines[["top", "right"]].set_visible(False)


def dress_time_axis(axes: Axes, activity: Activity, *, theme: Theme = LIGHT, named: bool = True) -> None:
    """Time since the start along the bottom."""
    end_s = float(activity.time_s[-1]) if len(activity) else 60.0
    dress_clock(axes, end_s)
    axes.set_xlim(0.0, max(end_s, 1.0))
    if named:
        axes.set_xlabel("time since the start", color=theme.text)


def dress_clock(axes: Axes, end_s: float) -> None:
    """Times along the bottom, as h:mm:ss or m:ss, as many as there is room for, none that the edge would cut."""
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    wide_in = width_of(axes)
    room = max(4, round(1.08 * wide_in))
    steps = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
    step = next((step for step in steps if end_s / step <= room), 86400 * max(1, int(end_s // 864000)))

    def text(value: float, _: int) -> str:
        low, high = axes.get_xlim()
        cut = (high - value) / max(high - low, 1.0) * wide_in < EDGE_IN
        return "" if value < 0 or cut else units.format_clock(value)

    axes.xaxis.set_major_locator(MultipleLocator(step))
    axes.xaxis.set_major_formatter(FuncFormatter(text))


def width_of(axes: Axes) -> float:
    """How wide the axes are [inches]."""
    figure_in = float(axes.get_figure(root=True).get_size_inches()[0])  # type: ignore[union-attr]  # it has one
    return axes.get_position().width * figure_in


def is_narrow(axes: Axes) -> bool:
    """Whether they are made for a phone, or for a part of a page."""
    return width_of(axes) < NARROW_IN


def say_missing(axes: Axes, text: str, theme: Theme) -> None:
    """Say in the middle of an empty Axes why it is empty."""
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=theme.quiet)


def say_near(axes: Axes, place: tuple[float, float], text: str, colour: str, *, up_pt: float) -> Annotation:
    """A text in the middle above a place, or below it."""
    words = axes.annotate(text, place, xytext=(0, up_pt), textcoords="offset points", ha="center", fontsize=8)
    words.set_color(colour)
    return words


def dress_paces(axes: Axes, slowest_s: float, fastest_s: float) -> None:
    """Paces [s] along the side, faster above, written as paces."""
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    axes.set_ylim(slowest_s, fastest_s)
    step = next((step for step in (5, 10, 15, 30, 60, 120, 300) if slowest_s - fastest_s <= 6 * step), 600)
    axes.yaxis.set_major_locator(MultipleLocator(step))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: units.format_clock(value) if value > 0 else ""))


def pace_unit(per_m: float) -> str:
    """The unit of a pace for so many metres: min/km or min/mi."""
    return "min/mi" if per_m == units.METRES_PER_MILE else "min/km"


def limits(values: FloatArray, *, least: float = 1.0) -> tuple[float, float]:
    """The range in which a curve is shown: all of it, but for the odd value that would flatten the rest.

    An outlier is what lies further than half the spread of the middle 98 % beyond it, such as an altitude that the
    watch writes before it knows where it is.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 1.0
    ends = np.percentile(known, 1.0, method="higher"), np.percentile(known, 99.0, method="lower")
    low, high = float(min(ends)), float(max(ends))
    reach = max(0.5 * (high - low), least)
    inside = known[(known >= low - reach) & (known <= high + reach)]
    low, high = float(inside.min()), float(inside.max())
    room = max(0.06 * (high - low), least / 2)
    return low - room, high + room
