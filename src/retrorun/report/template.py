"""Pages from templates, and figures that stand within them.

What is not the project's own is escaped, and nothing runs that the page does not name.

matplotlib writes each colour into each shape. Here every colour of the light theme becomes a class, which the page's
style turns into the colour of its own ground, light or dark; the light colour stays as an attribute, for readers that
leave styles out, such as mail programs. Names within a picture begin with the picture's own, so that several stand in
one page; the same figure gives the same text.
"""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from retrorun.documents import to_json
from retrorun.report.figures.style import COLOURS, LIGHT, UNSAID, Axes, Figure
from retrorun.report.tables import TEXT_COLUMNS, Table

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

WIDE_IN, NARROW_IN = 10.5, 4.6  # of a picture for a wide window, and of that for a phone
CLASSES = {getattr(LIGHT, name): name for name in COLOURS}
# The page says these for all text; matplotlib's default of a line's ends and corners is the browser's as well.
DROPPED = {"font-family", "font-style", "font-weight", "font-stretch", "font-variant", "-inkscape-font-specification"}
DEFAULTS = {"stroke-linejoin": "miter", "stroke-linecap": "butt", "text-anchor": "start", "opacity": "1"}
POINTS_PER_INCH = 72.0
MANY = 8  # markers; so many become one path
_NUMBER = re.compile(r"-?\d+\.\d+")
_LOCAL = re.compile(r"url\(#([^)]+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a page: what it is called, its SVG for a wide window and perhaps another for a phone.

    `caption` stands under it for everybody; `title` and `words` stand above it where the page gives them room.
    """

    name: str
    wide: Markup
    narrow: Markup | None = None
    caption: str = ""
    title: str = ""
    words: str = ""


def render(template: str, *, scripts: tuple[str, ...] = (), **values: object) -> str:
    """A page from one of the templates in `page/`.

    Of the values, texts are escaped unless `trusted` made them; `scripts` names those that are scripts and may run.
    """
    style = own("page.css")
    policy = _policy([str(values[name]) for name in scripts], None if values.get("interactive") else style)
    page = _environment().get_template(template).render(style=style, policy=policy, words=TEXT_COLUMNS, **values)
    return page.encode("utf-8", "backslashreplace").decode()  # half a surrogate pair in a name fits into no file


def notebook_html(
    title: str,
    answer: str,
    tables: list[Table],
    *,
    facts: list[str],
    reasons: tuple[str, ...] = (),
    picture: Markup | str = "",
) -> str:
    """A piece of HTML without style sheets, scripts or links: notebooks keep it, and show it on a light ground."""
    look = {"ground": LIGHT.background, "ink": LIGHT.text}
    return (
        _environment()
        .get_template("notebook.html")
        .render(title=title, answer=answer, tables=tables, facts=facts, reasons=reasons, picture=picture, **look)
    )


def trusted(text: str) -> Markup:
    """Text of the project's own, which is HTML, SVG, CSS or JavaScript already."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - the callers are the project's own


def script(code: str) -> Markup:
    """A script; the one thing that may not stand inside a script element is its own end."""
    return trusted(code.replace("</script", "<\\/script"))


def data_block(value: object) -> Markup:
    """A value as JSON for a script to read; nothing in it can end the element or begin another."""
    return trusted(re.sub("[<>&\u2028\u2029]", lambda char: f"\\u{ord(char[0]):04x}", to_json(value)))


@cache
def own(name: str) -> Markup:
    """A file of `page/`."""
    return trusted(files("retrorun.report").joinpath("page", name).read_text(encoding="utf-8"))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("retrorun.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["sentence"] = lambda line: f"{line[:1].upper()}{line[1:]}."
    return environment


def _policy(codes: list[str], style: str | None) -> str:
    """Nothing may be fetched from anywhere; only these very scripts run, and only this very style counts.

    Without a style any counts, and pictures that a script makes are shown: plotly needs both.
    """
    scripts = " ".join(map(_digest, codes)) or "'none'"
    styles = "'unsafe-inline'; img-src data: blob:" if style is None else _digest(style)
    return f"default-src 'none'; script-src {scripts}; style-src {styles}; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def in_both_sizes(draw: Callable[[float], Figure], name: str, *, title: str, text: str, caption: str = "") -> Picture:
    """A picture for a wide window and for a phone; `draw` makes the figure of a width [inches]."""
    wide, narrow = (
        inline_svg(draw(width_in), name=f"{name}-{kind}", title=title, text=text)
        for kind, width_in in (("wide", WIDE_IN), ("narrow", NARROW_IN))
    )
    return Picture(name=name, wide=wide, narrow=narrow, title=title, caption=caption)


def inline_svg(figure: Figure, *, name: str, title: str, text: str) -> Markup:
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
    # Without the namespaces, which an element in a page needs no more than once.
    drawn = re.sub(r' xmlns(:xlink)?="[^"]*"', "", buffer.getvalue().decode()).replace("xlink:href", "href")
    root = ET.fromstring(drawn)  # noqa: S314 - matplotlib wrote it, just now
    view = root.get("viewBox", "").split()
    _clean(root, name)
    width, height = (f"{float(size):g}" for size in view[2:])
    root.attrib = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {width} {height}",
        "id": name,
        "class": "picture",
        "width": width,
        "height": height,
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-text",
        "font-family": "sans-serif",
    }
    for at, (tag, kind, said) in enumerate((("title", "title", title), ("desc", "text", text))):
        root.insert(at, ET.Element(tag, {"id": f"{name}-{kind}"}))
        root[at].text = said
    return trusted(re.sub(r">\s+<", "><", ET.tostring(root, encoding="unicode")))


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
    said = [item for element in root.iter() for item in element.attrib.items()]
    named = ([value[1:]] if key == "href" else _LOCAL.findall(value) for key, value in said)
    used = dict.fromkeys(itertools.chain.from_iterable(named))
    short = {key: f"{name}-{number}" for number, key in enumerate(used)}
    for element in root.iter():
        identity = element.attrib.pop("id", "")
        if identity in short:
            element.set("id", short[identity])
        _style(element)
        for key, value in list(element.attrib.items()):
            if key == "href":
                element.set(key, f"#{short[value[1:]]}")
            elif "url(#" in value:
                element.set(key, _LOCAL.sub(lambda found: f"url(#{short[found[1]]})", value))
            elif key == "d":
                element.set(key, _short_path(value))
            elif key in ("x", "y", "transform", "width", "height"):
                element.set(key, _short(value, 3 if "scale" in value else 1))
    shapes = {element.get("id", ""): element.get("d", "") for element in root.iter("path")}
    _tidy(root, shapes)


def _tidy(parent: ET.Element, shapes: dict[str, str]) -> None:
    """Take groups that group nothing out, metadata too, and make one path of many equal markers."""
    children: list[ET.Element] = []
    for child in parent:
        if child.tag in ("metadata", "style"):
            continue
        _tidy(child, shapes)
        if child.tag == "g" and not child.attrib:
            children += list(child)
        elif len(child) or child.tag not in ("g", "defs"):
            children.append(child)
    uses = [child for child in children if child.tag == "use"]
    if len(uses) >= MANY and len(uses) == len(children):
        children = [_merged(uses, shapes[uses[0].get("href", "")[1:]])]
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
        return ET.Element("path", {**look, "stroke-linecap": "round", "fill": "none", "d": drawn})
    across, down, sides = re.fullmatch(r"M(-?[\d.]+) (-?[\d.]+)(.*)", shape).groups()  # type: ignore[union-attr]  # ours
    drawn = "".join(f"M{x + float(across):.1f} {y + float(down):.1f}{sides}" for x, y in places)
    return ET.Element("path", {**look, "d": drawn})


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
