from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from retrorun.activity.model import Activity
from retrorun.report.html import report_html
from retrorun.report.palette import DARK, LIGHT
from tests.report.browser import Opened, opened, started
from tests.report.made import CANNOT_TELL, NONE, SPANS, made_detection, made_match, made_run, without

# Playwright's own loop and sockets are closed by it, not by the tests.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
RANGE = "document.getElementById('over-time')._fullLayout.xaxis.range"
EVIL = "</script><script>document.title = 'broken'</script><img src='x' onerror=\"document.title = 'broken'\">"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as found:
        yield found


@pytest.fixture(scope="module")
def one(browser: Browser, report: Path) -> Iterator[Opened]:
    with opened(browser, report) as seen:
        yield seen


@pytest.fixture
def seen(one: Opened) -> Opened:
    """The one page that most tests look at, showing the whole run again; opening it takes longer than all they do."""
    one.page.emulate_media(color_scheme="light")
    one.page.mouse.move(1, 1)
    one.page.click("#go-whole")
    one.until(f"{RANGE}[1] === 1199")
    return one


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report_html(made_run(), made_detection(), match=made_match(), name="run.fit"), encoding="utf-8")
    return path


def shown_range(page: Page) -> list[float]:
    return [float(value) for value in page.evaluate("document.getElementById('over-time')._fullLayout.xaxis.range")]


def colours(page: Page) -> dict[str, Any]:
    script = """() => {
      const plot = document.getElementById("over-time");
      return {
        ground: plot._fullLayout.paper_bgcolor,
        pace: plot._fullData.find((each) => each.name === "pace").line.color,
        body: getComputedStyle(document.body).backgroundColor,
      };
    }"""
    found: dict[str, Any] = page.evaluate(script)
    return found


def rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


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
        assert seen.page.evaluate("window.broken") is None
        assert seen.requests == [report.as_uri()]
        assert all("Content Security Policy" in complaint for complaint in seen.complaints)
        assert len(seen.complaints) >= 2


def test_all_series_are_drawn(seen: Opened) -> None:
    names = {
        box: seen.page.evaluate(f"document.getElementById('{box}')._fullData.map((each) => each.name)")
        for box in ("over-time", "plane", "track")
    }
    assert names["over-time"] == [
        name for panel in ("pace", "cadence", "heart", "altitude") for name in (panel, f"{panel} backward")
    ]
    assert names["plane"] == ["its usual spread", "own forward line", "forward", "backward"]
    assert names["track"][1:] == ["forward", "backward", "start"]
    low, high = seen.page.evaluate("document.getElementById('over-time')._fullLayout.yaxis.range")
    assert low > high, "the pace axis must be turned: faster above"
    low, high = seen.page.evaluate("document.getElementById('over-time')._fullLayout.yaxis2.range")
    assert low < high
    assert seen.page.locator("#over-time .shapelayer path, #over-time .layer-below path").count() >= len(SPANS)


def test_hovering_reads_the_moment_in_all_pictures(seen: Opened) -> None:
    plot = seen.page.locator("#over-time")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    size = seen.page.evaluate("document.getElementById('over-time')._fullLayout._size")
    # 360 s of 1199 s: in the middle of the first backward stretch.
    seen.page.mouse.move(box["x"] + size["l"] + size["w"] * 360 / 1199, box["y"] + 60)
    seen.until("document.getElementById('reading').textContent.includes('backward')")
    reading = seen.page.inner_text("#reading")
    assert reading.startswith(("5:5", "6:0"))
    assert "steps/min" in reading
    assert "bpm" in reading
    assert reading.endswith(", backward")
    for box_name in ("over-time", "plane", "track"):
        assert seen.page.locator(f"#{box_name} .mark").is_visible(), box_name
    labels = "[...document.querySelectorAll('#over-time .hoverlayer text')].map((each) => each.textContent).join()"
    seen.until(f"/^(5:5|6:0)\\d: 8:\\d\\d\\/km$/.test({labels})")
    # In the second panel the label says the cadence, and no time in bare seconds beside it.
    seen.page.mouse.move(box["x"] + size["l"] + size["w"] * 360 / 1199, box["y"] + size["t"] + 0.35 * size["h"])
    seen.until(f"/^18\\d$/.test({labels})")


def test_hovering_over_the_track_moves_the_other_pictures(seen: Opened) -> None:
    plot = seen.page.locator("#track")
    plot.scroll_into_view_if_needed()
    place = seen.page.evaluate(
        """() => {
          const data = JSON.parse(document.getElementById("data").textContent), i = data.time.indexOf(60);
          const { xaxis, yaxis } = document.getElementById("track")._fullLayout;
          return [xaxis._offset + xaxis.l2p(data.east[i]), yaxis._offset + yaxis.l2p(data.north[i])];
        }"""
    )
    box = plot.bounding_box()
    assert box is not None
    seen.page.mouse.move(box["x"] + place[0], box["y"] + place[1])
    # The run goes round and round, so the moment may be that of another round; the place must be the same.
    seen.until(
        """(() => {
          const data = JSON.parse(document.getElementById("data").textContent), i = data.time.indexOf(60);
          const j = data.time.indexOf(Number(document.getElementById("moment").value));
          return j > 0 && Math.hypot(data.east[i] - data.east[j], data.north[i] - data.north[j]) < 5;
        })()"""
    )
    assert seen.page.locator("#over-time .mark").is_visible()


def test_dragging_zooms_all_pictures_and_a_button_goes_back(seen: Opened) -> None:
    plot = seen.page.locator("#over-time")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    size = seen.page.evaluate("document.getElementById('over-time')._fullLayout._size")
    left, whole = box["x"] + size["l"], seen.page.evaluate("document.getElementById('plane')._fullData[2].x.length")
    seen.page.mouse.move(left + 0.1 * size["w"], box["y"] + 80)
    seen.page.mouse.down()
    seen.page.mouse.move(left + 0.2 * size["w"], box["y"] + 80, steps=5)
    seen.page.mouse.up()
    seen.until("document.getElementById('over-time')._fullLayout.xaxis.range[1] < 400")
    seen.until(f"document.getElementById('plane')._fullData[2].x.length < {whole} / 2")
    start_s, end_s = shown_range(seen.page)
    assert start_s == pytest.approx(120, abs=15)
    assert end_s == pytest.approx(240, abs=15)
    seen.page.click("#go-whole")
    seen.until("document.getElementById('over-time')._fullLayout.xaxis.range[0] === 0")
    assert shown_range(seen.page) == [0, 1199]


def test_the_button_of_a_segment_shows_it(seen: Opened) -> None:
    seen.page.click("text=Show 2")
    seen.until("document.getElementById('reading').textContent.startsWith('11:00')")
    start_s, end_s = shown_range(seen.page)
    assert start_s < SPANS[1][0] < SPANS[1][1] < end_s
    assert end_s - start_s < 400
    assert seen.page.inner_text("#reading").endswith(", backward")


def test_everything_can_be_reached_and_done_with_the_keyboard(seen: Opened) -> None:
    page = seen.page
    page.evaluate("document.activeElement.blur()")
    page.mouse.click(2, 2)
    reached: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        found = page.evaluate("document.activeElement.id || document.activeElement.textContent.slice(0, 40)")
        reached.append(found)
    assert reached[0] == "Skip to the report"
    for wanted in ("go-whole", "go-closer", "go-next", "moment", "Show 1", "Show 2"):
        assert wanted in reached, wanted
    page.focus("#moment")
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.inner_text("#reading").startswith("0:03")
    assert page.get_attribute("#moment", "aria-valuetext") == page.inner_text("#reading")
    page.focus("#go-next")
    page.keyboard.press("Enter")
    seen.until("document.getElementById('reading').textContent.startsWith('6:00')")
    page.keyboard.press("Enter")
    seen.until("document.getElementById('reading').textContent.startsWith('11:00')")
    page.focus("#go-closer")
    wide = shown_range(page)
    page.keyboard.press("Space")
    seen.until(f"document.getElementById('over-time')._fullLayout.xaxis.range[0] > {wide[0]} + 1")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_a_screen_reader_hears_names_and_headings(seen: Opened) -> None:
    told = seen.page.locator("body").aria_snapshot()
    assert 'heading "run.fit" [level=1]' in told
    assert 'slider "Moment of the run"' in told
    assert 'button "Next backward stretch"' in told
    assert 'img "Speed, cadence, heart rate and altitude over time. Backward from 5:00 to 7:00' in told
    assert 'img "Speed against cadence.' in told
    assert 'img "The track.' in told
    assert "Backward running was found: 2 stretches" in told


def test_it_follows_the_scheme_of_the_device(browser: Browser, report: Path) -> None:
    with opened(browser, report, scheme="dark") as seen:
        found = colours(seen.page)
        assert found == {"ground": DARK.background, "pace": DARK.forward, "body": rgb(DARK.background)}


def test_it_changes_with_the_scheme_while_open(seen: Opened) -> None:
    seen.page.emulate_media(color_scheme="dark")
    seen.until(f"document.getElementById('over-time')._fullLayout.paper_bgcolor === '{DARK.background}'")
    assert colours(seen.page)["pace"] == DARK.forward
    seen.page.emulate_media(color_scheme="light")
    seen.until(f"document.getElementById('over-time')._fullLayout.paper_bgcolor === '{LIGHT.background}'")
    assert colours(seen.page) == {"ground": LIGHT.background, "pace": LIGHT.forward, "body": rgb(LIGHT.background)}


def test_on_a_phone_nothing_scrolls_sideways_and_a_finger_scrolls_the_page(browser: Browser, report: Path) -> None:
    with opened(browser, report, width=390) as seen:
        assert seen.page.evaluate("document.getElementById('over-time')._fullLayout.dragmode") is False
        for width in (390, 320, 480):
            seen.page.set_viewport_size({"width": width, "height": 844})
            seen.until(f"document.getElementById('over-time')._fullLayout.width <= {width}")
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
            for box in ("plane", "track"):
                seen.until(f"document.getElementById('{box}')._fullLayout.width <= {width}")
        sizes = seen.page.evaluate("[...document.querySelectorAll('button')].map((each) => each.clientHeight)")
        assert min(sizes) >= 24  # WCAG 2.2, 2.5.8: targets of 24 px at least
        assert seen.complaints == []


@pytest.mark.parametrize(
    ("activity", "detection"),
    [
        pytest.param(without(made_run(), "latitude_deg", "heart_rate_bpm"), made_detection(), id="indoors"),
        pytest.param(without(made_run(), "cadence_spm"), CANNOT_TELL, id="no cadence"),
        pytest.param(Activity.from_columns(time_s=[0], speed_mps=[2.0], cadence_spm=[170.0]), NONE, id="one sample"),
        pytest.param(made_run(), NONE, id="none found", marks=pytest.mark.slow),
        pytest.param(
            without(made_run(), "speed_mps", "distance_m", "cadence_spm"),
            CANNOT_TELL,
            id="hardly anything",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            Activity.from_columns(time_s=[0, 5000], speed_mps=[2.0, 2.5], cadence_spm=[170.0, 0.0]),
            CANNOT_TELL,
            id="two samples",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_poor_recordings_open_as_well(browser: Browser, tmp_path: Path, activity: Activity, detection: Any) -> None:  # noqa: ANN401 - a Detection
    path = tmp_path / "report.html"
    path.write_text(report_html(activity, detection), encoding="utf-8")
    with opened(browser, path) as seen:
        assert seen.complaints == []
        assert seen.page.locator("#answer").is_visible()
        rest = "the run" if detection.verdict == "cannot tell" else "forward"
        for box in ("plane", "track"):
            if seen.page.locator(f"#{box}").count():
                names = seen.page.evaluate(f"document.getElementById('{box}')._fullData.map((each) => each.name)")
                assert rest in names
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
