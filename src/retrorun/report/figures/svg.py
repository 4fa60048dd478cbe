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
MANY = 8  # markers; so many become one path
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


def scale_of(axes: Axes) -> tuple[float, float, float, float]:
    """Where the data's zero lies in the SVG of a figure that has been drawn, and how long one unit is: across, down."""
    figure = axes.get_figure(root=True)
    scale = POINTS_PER_INCH / figure.dpi  # type: ignore[union-attr]  # it has one
    zero, one = (axes.transData.transform((at, at)) * scale for at in (0.0, 1.0))
    height = float(figure.get_size_inches()[1]) * POINTS_PER_INCH  # type: ignore[union-attr]  # it has one
    return float(zero[0]), float(one[0] - zero[0]), height - float(zero[1]), float(zero[1] - one[1])


def _clean(root: ET.Element, name: str) -> None:
    """Drop what says nothing, round what no eye sees, turn colours into classes, give names to what is named."""
    used = dict.fromkeys(key for element in root.iter() for key in _named_by(element))
    short = {key: f"{name}-{number}" for number, key in enumerate(used)}
    for element in root.iter():
        identity = element.attrib.pop("id", "")
        if identity in short:
            element.set("id", short[identity])
        _style(element)
        for key, value in list(element.attrib.items()):
            if key == f"{{{XLINK}}}href":
                del element.attrib[key]
                element.set("href", f"#{short[value.removeprefix('#')]}")
            elif "url(#" in value:
                element.set(key, _LOCAL.sub(lambda found: f"url(#{short[found[1]]})", value))
            elif key == "d":
                element.set(key, _short_path(value))
            elif key in ("x", "y", "transform", "width", "height"):
                element.set(key, _short(value, 3 if "scale" in value else 1))
    shapes = {element.get("id", ""): element.get("d", "") for element in root.iter(f"{{{SVG}}}path")}
    _tidy(root, shapes)


def _named_by(element: ET.Element) -> list[str]:
    """The names of other elements that this one needs."""
    found = [name for value in element.attrib.values() for name in _LOCAL.findall(value)]
    link = element.get(f"{{{XLINK}}}href")
    return found if link is None else [*found, link.removeprefix("#")]


def _tidy(parent: ET.Element, shapes: dict[str, str]) -> None:
    """Take groups that group nothing out, metadata too, and make one path of many equal markers."""
    children: list[ET.Element] = []
    for child in parent:
        if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style"):
            continue
        _tidy(child, shapes)
        if child.tag == f"{{{SVG}}}g" and not child.attrib:
            children += list(child)
        elif len(child) or child.tag not in (f"{{{SVG}}}g", f"{{{SVG}}}defs"):
            children.append(child)
    uses = [child for child in children if child.tag == f"{{{SVG}}}use"]
    if len(uses) >= MANY and len(uses) == len(children):
        children = [_merged(uses, shapes[uses[0].get("href", "").removeprefix("#")])]
    parent[:] = children


def _merged(uses: list[ET.Element], shape: str) -> ET.Element:
    """One path of markers that look alike: a round one as a dot of its width, another with its corners."""
    look = {key: value for key, value in uses[0].attrib.items() if key not in ("href", "x", "y")}
    places = [(float(use.get("x", "0")), float(use.get("y", "0"))) for use in uses]
    if "C" in shape:
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", shape)]
        look["stroke"], look["stroke-width"] = look.pop("fill", "#000000"), f"{2 * max(numbers):g}"
        look["stroke-opacity"] = look.pop("fill-opacity", look.pop("opacity", "1"))
        look["class"] = look.get("class", "").replace("f-", "s-")
        drawn = "".join(f"M{x:g} {y:g}h0" for x, y in places)
        return ET.Element(f"{{{SVG}}}path", {**look, "stroke-linecap": "round", "fill": "none", "d": drawn})
    across, down, sides = re.fullmatch(r"M(-?[\d.]+) (-?[\d.]+)(.*)", shape).groups()  # type: ignore[union-attr]  # ours
    drawn = "".join(f"M{x + float(across):.1f} {y + float(down):.1f}{sides}" for x, y in places)
    return ET.Element(f"{{{SVG}}}path", {**look, "d": drawn})


def _style(element: ET.Element) -> None:
    """The style of an element as attributes and classes: a page may forbid styles that stand in elements."""
    for part in element.attrib.pop("style", "").split(";"):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        if key == "font":  # `9px 'DejaVu Sans', …`
            found = re.search(r"([\d.]+)px", value)
            element.set("font-size", found[1] if found else "10")
        elif key == "fill" and value == "#000000":
            continue
        elif key and key not in DROPPED and DEFAULTS.get(key) != value:
            element.set(key, _NUMBER.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), value))
    names = [f"{key[0]}-{CLASSES[element.attrib[key]]}" for key in ("fill", "stroke") if element.get(key) in CLASSES]
    if names:
        element.set("class", " ".join(names))


def _short(value: str, digits: int = 1) -> str:
    return _NUMBER.sub(lambda number: f"{float(number[0]):.{digits}f}".removesuffix(".0"), value)


def _short_path(path: str) -> str:
    """A path in tenths of a point; long runs of lines as steps from point to point, which are short numbers."""
    path = re.sub(r"\s+", " ", path).strip()
    if "C" in path or "Q" in path:
        return re.sub(r" ?([A-Za-z]) ?", r"\1", _short(path))
    out: list[str] = []
    x = y = 0
    for command, points in re.findall(r"([MLz])([^MLz]*)", path):
        if command == "z":
            out.append("z")
            continue
        to_x, to_y = (round(10 * float(number)) for number in points.split())
        here = (to_x, to_y) if command == "M" else (to_x - x, to_y - y)
        if command == "L" and here == (0, 0) and out[-1][0] not in "zM":
            continue
        letter = "M" if command == "M" else "l"
        out.append(f"{letter}{here[0] / 10:g} {here[1] / 10:g}")
        x, y = to_x, to_y
    return "".join(out)
