"""The report in a real browser: with its script, without it, on a phone, in the dark, on paper, and zoomed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from retrorun.activity.model import Activity
from retrorun.report.figures.style import DARK, LIGHT
from retrorun.report.html import report_html
from tests.report.browser import Opened, opened, started
from tests.report.made import CANNOT_TELL, NONE, SPANS, made_detection, made_match, made_run, without
from tests.report.pictures import load

# Playwright's own loop and sockets are closed by it, not by the tests.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
EVIL = "</script><script>document.title = 'broken'</script><img src='x' onerror=\"document.title = 'broken'\">"
PICTURES = ("over-time-wide", "plane-picture", "track-picture", "planned-wide")
PHONE = ("over-time-narrow", "plane-picture", "track-picture", "planned-narrow")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as found:
        yield found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report_html(made_run(), made_detection(), match=made_match(), name="run.fit"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def zoomed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "zoomed.html"
    page = report_html(made_run(), made_detection(), match=made_match(), name="run.fit", interactive=True)
    path.write_text(page, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def one(browser: Browser, report: Path) -> Iterator[Opened]:
    with opened(browser, report) as seen:
        yield seen


@pytest.fixture
def seen(one: Opened) -> Opened:
    """The one page that most tests look at, at its beginning again."""
    one.page.emulate_media(color_scheme="light", media="screen")
    one.page.mouse.move(1, 1)
    one.page.evaluate("scrollTo(0, 0)")
    return one


def rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


def shown(seen: Opened) -> list[str]:
    """The pictures that are on the page and take room, in order."""
    found: list[str] = seen.page.evaluate(
        "[...document.querySelectorAll('svg.picture')].filter((each) => each.clientHeight > 50).map((each) => each.id)"
    )
    return found


# ---- as it opens -----------------------------------------------------------------------------------------------------


def test_it_opens_without_a_complaint_and_asks_nobody_for_anything(seen: Opened, report: Path) -> None:
    seen.page.mouse.wheel(0, 5000)
    seen.page.wait_for_timeout(300)
    assert seen.complaints == []
    assert seen.requests == [report.as_uri()]


def test_the_policy_holds_in_the_browser(browser: Browser, report: Path) -> None:
    with opened(browser, report) as seen:
        seen.page.evaluate("fetch('https://example.org/').catch(() => null)")
        seen.page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {text: 'window.broken = 1'}))"
        )
        seen.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p id=bad style=\"color: red\">x</p>')")
        assert seen.page.evaluate("window.broken") is None
        assert seen.page.evaluate("getComputedStyle(document.getElementById('bad')).color") == rgb(LIGHT.text)
        assert seen.requests == [report.as_uri()]
        assert all("Content Security Policy" in complaint for complaint in seen.complaints)
        assert len(seen.complaints) >= 3


@pytest.mark.parametrize("width", [1280, 360])
def test_without_a_script_everything_is_there(browser: Browser, report: Path, width: int) -> None:
    def facts(*, scripts: bool) -> tuple[str, list[tuple[bool, float]]]:
        with opened(browser, report, scripts=scripts, width=width) as seen:
            # The page of this browser evaluates nothing of its own then; playwright asks from outside.
            words = seen.page.locator("main").inner_text()
            boxes = [seen.page.locator(f"#{name}").bounding_box() for name in (PICTURES if width > 700 else PHONE)]
            assert not seen.complaints
            controls = seen.page.locator("#controls").is_visible()
            assert controls is scripts
            return words, [(box is not None, 0.0 if box is None else round(box["height"])) for box in boxes]

    words, pictures = facts(scripts=False)
    assert all(there and height > 100 for there, height in pictures)
    with_script, same = facts(scripts=True)
    assert same == pictures
    for line in words.splitlines():
        assert line in with_script
    for each in ("Backward running was found: 2 stretches", "182 spm", "93 %", "3 completed, 1 cut short, 1 skipped"):
        assert each in words


def test_a_screen_reader_hears_names_headings_tables_and_pictures(seen: Opened) -> None:
    told = seen.page.locator("body").aria_snapshot()
    assert 'heading "run.fit" [level=1]' in told
    assert 'slider "Moment of the run"' in told
    assert 'button "Next backward stretch"' in told
    assert 'img "Speed, cadence, heart rate and altitude over time' in told
    assert 'img "Speed against cadence' in told
    assert 'img "The track' in told
    assert 'columnheader "chance"' in told
    assert told.count("Backward from 5:00 to 7:00 and 10:00 to 12:00.") >= 3
    assert "Backward running was found: 2 stretches" in told


def test_it_follows_the_scheme_of_the_device_and_changes_while_open(seen: Opened) -> None:
    for scheme, theme in (("dark", DARK), ("light", LIGHT)):
        seen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found = seen.page.evaluate(
            """() => ({
              body: getComputedStyle(document.body).backgroundColor,
              text: getComputedStyle(document.querySelector("#over-time-wide text")).fill,
              ...Object.fromEntries(["forward", "backward", "cadence", "heart"].map((name) =>
                [name, getComputedStyle(document.querySelector(`#over-time-wide .s-${name}`)).stroke])),
            })"""
        )
        assert found["body"] == rgb(theme.background)
        assert found["text"] in (rgb(theme.text), rgb(theme.quiet))
        for name in ("forward", "backward", "cadence", "heart"):
            assert found[name] == rgb(getattr(theme, name)), name


def test_paper_is_white_shows_every_picture_and_no_control(seen: Opened) -> None:
    seen.page.emulate_media(media="print", color_scheme="dark")
    seen.page.set_viewport_size({"width": 690, "height": 1000})  # A4 with the margins of a browser
    assert shown(seen) == list(PICTURES)
    assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == rgb(LIGHT.background)
    assert not seen.page.locator("#controls").is_visible()
    assert not seen.page.locator("button.show").first.is_visible()
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 690
    assert seen.page.locator("#stretch-table thead").is_visible()
    seen.page.set_viewport_size({"width": 1280, "height": 900})


def test_on_a_phone_nothing_scrolls_sideways_and_no_cell_is_hidden(browser: Browser, report: Path) -> None:
    with opened(browser, report, width=360) as seen:
        for width in (360, 320, 480):
            seen.page.set_viewport_size({"width": width, "height": 800})
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
            assert shown(seen) == list(PHONE)
            outside = seen.page.evaluate(
                """(width) => [...document.querySelectorAll("td, tbody th")].filter((cell) => {
                  const box = cell.getBoundingClientRect();
                  return cell.textContent.trim() && cell.closest("tbody")
                    && (box.left < 0 || box.right > width + 0.5 || box.width < 10 || cell.scrollWidth > box.width + 1);
                }).map((cell) => cell.textContent)""",
                width,
            )
            assert outside == []
        labels = seen.page.evaluate(
            """[...document.querySelectorAll("#stretch-table tbody tr:first-child td[data-label]")].map((cell) =>
              getComputedStyle(cell, "::before").content)"""
        )
        assert labels == [
            f'"{name}"' for name in ["start", "end", "time", "distance", "pace", "cadence", "forward", "chance"]
        ]
        small = seen.page.evaluate(
            """[...document.querySelectorAll("svg.picture")].filter((each) => each.clientHeight > 50).map((each) => {
              const scale = each.getBoundingClientRect().width / each.viewBox.baseVal.width;
              return Math.min(...[...each.querySelectorAll("text")].map((text) =>
                scale * parseFloat(getComputedStyle(text).fontSize)));
            })"""
        )
        assert min(small) >= 7.0  # pixels; tick labels of figures made for a phone
        sizes = seen.page.evaluate(
            "[...document.querySelectorAll('button:not([hidden])')].map((each) => each.clientHeight)"
        )
        assert min(sizes) >= 24  # WCAG 2.2, 2.5.8: targets of 24 px at least
        assert seen.complaints == []


def test_the_picture_is_drawn_where_and_as_it_should_be(seen: Opened) -> None:
    """Colours at known places instead of a kept picture, for browsers set text and smooth lines each in its own way."""
    pixels = load(seen.page.locator("#over-time-wide").screenshot())
    places = seen.page.evaluate("window.retrorun.data.places['over-time-wide']")
    view = seen.page.evaluate("document.getElementById('over-time-wide').viewBox.baseVal.width")
    scale = pixels.shape[1] / view
    left, top, width, height = (value * scale for value in places)

    def share(start_s: float, end_s: float, colour: str, near: float = 40.0) -> float:
        """The share of a strip of the picture that is of a colour, or washed with it."""
        first, last = (round(left + width * at_s / 1199) for at_s in (start_s, end_s))
        strip = pixels[round(top) : round(top + height), first:last]
        wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], dtype=float)
        return float((np.abs(strip - wanted).max(axis=2) < near).mean())

    wash = "#f9e5d8"  # 16 % of the backward colour on white
    for start_s, end_s in SPANS:
        assert share(start_s + 10, end_s - 10, wash, 15.0) > 0.7
        assert share(start_s + 10, end_s - 10, LIGHT.backward) > 0.004
    for start_s, end_s in ((0, 300), (420, 600), (720, 1199)):
        assert share(start_s + 10, end_s - 10, wash, 15.0) < 0.01
        for colour in (LIGHT.forward, LIGHT.cadence, LIGHT.heart):
            assert share(start_s + 10, end_s - 10, colour) > 0.0005
        assert share(start_s + 10, end_s - 10, LIGHT.backward) < 0.001


# ---- reading ---------------------------------------------------------------------------------------------------------


def test_the_pointer_reads_the_moment_in_all_pictures(seen: Opened) -> None:
    picture = seen.page.locator("#over-time-wide")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    left, top, width, height = seen.page.evaluate("window.retrorun.data.places['over-time-wide']")
    scale = box["width"] / seen.page.evaluate("document.getElementById('over-time-wide').viewBox.baseVal.width")
    # 360 s of 1199 s: in the middle of the first backward stretch.
    seen.page.mouse.move(box["x"] + scale * (left + width * 360 / 1199), box["y"] + scale * (top + height / 2))
    seen.until("document.getElementById('reading').textContent.includes('backward')")
    reading = seen.page.inner_text("#reading")
    assert reading.startswith(("5:5", "6:0"))
    assert "pace 8:" in reading
    assert "cadence 18" in reading
    assert "bpm" in reading
    assert reading.endswith(", backward")
    for name in ("over-time-wide", "plane-picture", "track-picture"):
        assert seen.page.locator(f"#{name} .mark").get_attribute("visibility") == "visible", name
    line = seen.page.locator("#over-time-wide line.mark").get_attribute("x1")
    assert float(line or "nan") == pytest.approx(left + width * 360 / 1199, abs=2)
    # The ring lies among the backward points of the gait plane, and on the track.
    ring = [
        float(seen.page.locator("#plane-picture circle.mark").get_attribute(name) or "nan") for name in ("cx", "cy")
    ]
    x0, x1, y0, y1 = seen.page.evaluate("window.retrorun.data.places['plane-picture']")
    assert (ring[0] - x0) / x1 == pytest.approx(2.0, abs=0.1)
    assert (ring[1] - y0) / y1 == pytest.approx(182, abs=3)


def test_buttons_jump_from_stretch_to_stretch(seen: Opened) -> None:
    seen.page.click("#go-next")
    first = seen.page.inner_text("#reading")
    seen.page.click("#go-next")
    second = seen.page.inner_text("#reading")
    assert {first[:3], second[:4]} == {"6:0", "11:0"} or {first[:4], second[:3]} == {"6:0", "11:0"}
    assert first.endswith(", backward")
    seen.page.click("#go-previous")
    assert seen.page.inner_text("#reading") == first
    seen.page.click("text=Show 2")
    assert seen.page.inner_text("#reading").startswith(("11:00", "11:01"))


def test_everything_can_be_reached_and_done_with_the_keyboard(seen: Opened) -> None:
    page = seen.page
    page.evaluate("document.activeElement.blur()")
    page.mouse.click(2, 2)
    reached: list[str] = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.slice(0, 40)"))
    assert reached[0] == "Skip to the report"
    for wanted in ("go-previous", "go-next", "moment", "Show 1", "Show 2"):
        assert wanted in reached, wanted
    page.focus("#moment")
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.inner_text("#reading").startswith(("0:02", "0:03", "0:04"))
    assert page.get_attribute("#moment", "aria-valuetext") == page.inner_text("#reading")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


# ---- what recordings can be ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("activity", "detection"),
    [
        pytest.param(without(made_run(), "latitude_deg", "heart_rate_bpm"), made_detection(), id="indoors"),
        pytest.param(without(made_run(), "cadence_spm"), CANNOT_TELL, id="no cadence"),
        pytest.param(Activity.from_columns(time_s=[0], speed_mps=[2.0], cadence_spm=[170.0]), NONE, id="one sample"),
        pytest.param(without(made_run(), "speed_mps", "distance_m", "cadence_spm"), CANNOT_TELL, id="hardly anything"),
        pytest.param(
            Activity.from_columns(time_s=[0, 5000], speed_mps=[2.0, 2.5], cadence_spm=[170.0, 0.0]),
            CANNOT_TELL,
            id="two samples",
        ),
    ],
)
def test_poor_recordings_open_as_well(browser: Browser, tmp_path: Path, activity: Activity, detection: Any) -> None:  # noqa: ANN401 - a Detection
    path = tmp_path / "report.html"
    path.write_text(report_html(activity, detection), encoding="utf-8")
    with opened(browser, path) as seen:
        assert seen.page.locator("#answer").is_visible()
        if seen.page.locator("#moment").count():
            seen.page.focus("#moment")
            seen.page.keyboard.press("End")
            reading = seen.page.inner_text("#reading")
            assert reading
            assert ("backward" in reading) == (detection.verdict != "cannot tell")
        assert seen.complaints == []


def test_names_in_a_recording_stay_names(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    run, match = replace(made_run(), sport=EVIL, decisions=(EVIL,)), made_match()
    match = replace(match, session=replace(match.session, name=EVIL))
    path.write_text(report_html(run, made_detection(), match=match, name=EVIL), encoding="utf-8")
    with opened(browser, path) as seen:
        assert seen.complaints == []
        assert seen.page.title() == f"{EVIL} – retrorun"
        assert seen.page.locator("img[src]").count() == 0
        assert seen.page.inner_text("h1") == EVIL


# ---- zoomed ----------------------------------------------------------------------------------------------------------


def test_zooming_sleeps_until_it_is_asked_for_and_then_draws_zooms_and_reads(browser: Browser, zoomed: Path) -> None:
    with opened(browser, zoomed) as seen:
        assert seen.page.evaluate("typeof window.Plotly") == "undefined"
        assert shown(seen) == list(PICTURES)
        seen.page.click("#go-interactive")
        seen.page.wait_for_selector("html[data-interactive=ready]", state="attached", timeout=60_000)
        assert shown(seen) == ["planned-wide"]
        names = {
            box: seen.page.evaluate(f"document.getElementById('plot-{box}')._fullData.map((each) => each.name)")
            for box in ("time", "plane", "track")
        }
        assert names["time"] == [
            name for panel in ("pace", "cadence", "heart", "altitude") for name in (panel, f"{panel} backward")
        ]
        assert names["plane"] == ["nine in ten of its points", "own forward line", "forward", "backward"]
        assert names["track"][1:] == ["forward", "backward", "start"]
        limits = "document.getElementById('plot-time')._fullLayout.xaxis.range"
        seen.page.click("text=Show 2")
        seen.until("document.getElementById('reading').textContent.startsWith('11:00')")
        start_s, end_s = (float(value) for value in seen.page.evaluate(limits))
        assert start_s < SPANS[1][0] < SPANS[1][1] < end_s
        assert end_s - start_s < 400
        for name in ("time", "plane", "track"):
            assert seen.page.locator(f"#plot-{name} .mark").is_visible(), name
        seen.page.click("#go-whole")
        seen.until(f"{limits}[1] === 1199")
        plot = seen.page.locator("#plot-time")
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        assert box is not None
        size = seen.page.evaluate("document.getElementById('plot-time')._fullLayout._size")
        seen.page.mouse.move(box["x"] + size["l"] + 0.1 * size["w"], box["y"] + 80)
        seen.page.mouse.down()
        seen.page.mouse.move(box["x"] + size["l"] + 0.2 * size["w"], box["y"] + 80, steps=5)
        seen.page.mouse.up()
        seen.until(f"{limits}[1] < 400")
        assert [float(value) for value in seen.page.evaluate(limits)] == pytest.approx([120, 240], abs=15)
        assert seen.complaints == []
        assert seen.requests == [zoomed.as_uri()]


def test_zoomed_pictures_follow_the_scheme(browser: Browser, zoomed: Path) -> None:
    with opened(browser, zoomed, scheme="dark", width=390) as seen:
        seen.page.click("#go-interactive")
        seen.page.wait_for_selector("html[data-interactive=ready]", state="attached", timeout=60_000)
        ground = "document.getElementById('plot-time')._fullLayout.paper_bgcolor"
        assert seen.page.evaluate(ground) == DARK.background
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert seen.page.evaluate("document.getElementById('plot-time')._fullLayout.dragmode") is False
        seen.page.emulate_media(color_scheme="light")
        seen.until(f"{ground} === '{LIGHT.background}'")
        assert seen.complaints == []
