"""A figure as SVG that stands within a page: small, with its colours left to the page, and told in words.

matplotlib writes each colour into each shape. Here every colour of the light theme becomes a class, which the page's
style turns into the colour of its own ground, light or dark; the light colour stays as an attribute, for readers that
leave styles out, such as mail programs. Names within the picture begin with the picture's own, so that several stand in
one page; the same figure gives the same text.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from retrorun.report.figures.style import COLOURS, LIGHT, UNSAID

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
CLASSES = {getattr(LIGHT, name): name for name in COLOURS}
# The page says these for all text; matplotlib's default of a line's ends and corners is the browser's as well.
DROPPED = {"font-family", "font-style", "font-weight", "font-stretch", "font-variant", "-inkscape-font-specification"}
DEFAULTS = {"stroke-linejoin": "miter", "stroke-linecap": "butt", "text-anchor": "start", "opacity": "1"}
POINTS_PER_INCH = 72.0
_NUMBER = re.compile(r"-?\d+\.\d+")
_LOCAL = re.compile(r"url\(#([^)]+)\)")


def inline_svg(figure: Figure, *, name: str, title: str, text: str) -> str:
    """The figure, drawn with the light theme, as an `<svg>` element.

    Args:
        figure: the figure; its own ground is left out.
        name: what its names begin with, and the element's id.
        title: what it shows, in a few words.
        text: what is to be seen in it, for those who do not see it.
    """
    import matplotlib as mpl

    figure.patch.set_visible(False)
    for axes in figure.axes:
        axes.patch.set_visible(False)
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "none", "path.simplify_threshold": 0.2}):
        figure.savefig(buffer, format="svg", metadata=UNSAID["svg"])
    root = ET.fromstring(buffer.getvalue())  # noqa: S314 - matplotlib wrote it, just now
    _clean(root, name)
    view = root.get("viewBox", "")
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    width, height = (float(size) for size in view.split()[2:])
    root.attrib.update(
        {
            "id": name,
            "class": "picture",
            "viewBox": f"0 0 {width:g} {height:g}",
            "width": f"{width:g}",
            "height": f"{height:g}",
            "role": "img",
            "aria-labelledby": f"{name}-title {name}-text",
            "font-family": "sans-serif",
        }
    )
    for tag, said, at in (("title", title, 0), ("desc", text, 1)):
        element = ET.Element(f"{{{SVG}}}{tag}", {"id": f"{name}-{'title' if tag == 'title' else 'text'}"})
        element.text = said
        root.insert(at, element)
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    return re.sub(r">\s+<", "><", ET.tostring(root, encoding="unicode"))


def frame_of(axes: Axes) -> tuple[float, float, float, float]:
    """Where an Axes lies in the SVG of its figure: left, top, width, height, in the units of its viewBox."""
    width, height = (float(size) * POINTS_PER_INCH for size in axes.get_figure(root=True).get_size_inches())  # type: ignore[union-attr]  # it has one
    box = axes.get_position()
    return box.x0 * width, (1.0 - box.y1) * height, box.width * width, box.height * height


def _clean(root: ET.Element, name: str) -> None:
    """Drop what says nothing, round what no eye sees, turn colours into classes, give names to what is named."""
    used = set()
    for element in root.iter():
        for key, value in element.attrib.items():
            used.update(_LOCAL.findall(value))
            if key == f"{{{XLINK}}}href":
                used.add(value.removeprefix("#"))
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{{{SVG}}}metadata" or (child.tag == f"{{{SVG}}}style"):
                parent.remove(child)
    # Elements of one kind that stand apart, and not in groups of their own, are half as long.
    for element in root.iter():
        identity = element.attrib.pop("id", None)
        if identity in used:
            element.set("id", f"{name}-{identity}")
        _style(element)
        for key, value in list(element.attrib.items()):
            if key == f"{{{XLINK}}}href":
                del element.attrib[key]
                element.set("href", f"#{name}-{value.removeprefix('#')}")
            elif "url(#" in value:
                element.set(key, _LOCAL.sub(rf"url(#{name}-\1)", value))
            elif key in ("d", "x", "y", "transform", "width", "height", "points"):
                element.set(key, _short(value, key))


def _style(element: ET.Element) -> None:
    """The style of an element as attributes and classes: a page may forbid styles that stand in elements."""
    names = []
    for part in element.attrib.pop("style", "").split(";"):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        if key == "font":  # `9px 'DejaVu Sans', …`
            found = re.search(r"([\d.]+)px", value)
            element.set("font-size", found[1] if found else "10")
        elif key == "fill" and value == "#000000":
            continue
        elif key and key not in DROPPED and DEFAULTS.get(key) != value:
            element.set(key, _NUMBER.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), value))
            if value in CLASSES and key in ("fill", "stroke"):
                names.append(f"{key[0]}-{CLASSES[value]}")
    for key in ("fill", "stroke"):
        value = element.get(key, "")
        if value in CLASSES and f"{key[0]}-{CLASSES[value]}" not in names:
            names.append(f"{key[0]}-{CLASSES[value]}")
    if names:
        element.set("class", " ".join(names))


def _short(value: str, key: str) -> str:
    """Numbers with one decimal, which is a tenth of a point; what scales or turns keeps three."""
    digits = 3 if key == "transform" and "scale" in value else 1
    text = _NUMBER.sub(lambda number: f"{float(number[0]):.{digits}f}".removesuffix(".0"), value)
    return re.sub(r"\s+", " ", text).replace(" L ", "L").replace("L ", "L").replace("M ", "M").strip()
