"""How large a report is, and how soon a browser has painted it, beside plotly's own page of the same columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
from playwright.sync_api import Browser

from retrorun.report.html import report_html
from tests.report.browser import READY, started
from tests.report.made import made_match
from tests.report.test_html import an_hour, busy_detection, six_hours

pytestmark = [pytest.mark.benchmark, pytest.mark.filterwarnings("ignore::ResourceWarning")]
ROUNDS = 5
# The page itself looks at its clock: two frames after what is waited for is there, all of it has been painted.
WATCH = """const look = () => requestAnimationFrame(() => {
  if (!document.querySelector("DRAWN")) { look(); return; }
  requestAnimationFrame(() => requestAnimationFrame(() => { window.drawnMs = performance.now(); }));
}); look();"""


def opening_s(browser: Browser, file: Path, drawn: str) -> tuple[float, float, float]:
    """Seconds from the start of loading to the first words on the screen, and until everything is drawn.

    The third is the processor time of the page's main thread, which hardly hangs on what else the machine does.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.add_init_script(WATCH.replace("DRAWN", drawn))
    page.goto(file.as_uri())
    for _ in range(600):
        if page.evaluate("window.drawnMs !== undefined"):
            break
        page.wait_for_timeout(100)
    drawn_ms, words_ms = page.evaluate(
        "[window.drawnMs, performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN]"
    )
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    context.close()
    return float(words_ms) / 1000, float(drawn_ms) / 1000, float(metrics["TaskDuration"])


@pytest.mark.parametrize(("hours", "most_bytes"), [(1, 500_000), (6, 1_000_000)])
def test_the_report_beside_the_same_columns_plotted_plainly(hours: int, most_bytes: int, tmp_path: Path) -> None:
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    run = six_hours() if hours == 6 else an_hour()
    detection = busy_detection()
    found = replace(detection, segments=tuple(one for one in detection.segments if one.end_s < 3600 * hours))
    report, plain = tmp_path / "report.html", tmp_path / "plain.html"
    began = perf_counter()
    report.write_text(report_html(run, found, match=made_match()), encoding="utf-8")
    written_s = perf_counter() - began
    figure = make_subplots(rows=4, cols=1, shared_xaxes=True)
    columns = (run.speed_mps, run.cadence_spm, run.heart_rate_bpm, run.altitude_m)
    for row, column in enumerate(columns, start=1):
        figure.add_trace(go.Scatter(x=run.time_s.tolist(), y=column.tolist()), row=row, col=1)
    figure.write_html(plain)
    with started() as browser:
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(opening_s(browser, report, READY))
            theirs.append(opening_s(browser, plain, ".js-plotly-plot .scatterlayer path"))
    print(f"\n{hours} h, {len(run)} random samples, median of {ROUNDS} openings; written in {written_s:.1f} s:")
    for name, file, times in (("report", report, ours), ("plain plotly page", plain, theirs)):
        words_s, drawn_s, busy_s = (median(values) for values in zip(*times, strict=True))
        size = f"{file.stat().st_size / 1e6:.2f} MB"
        print(f"  {name}: {size}, words {words_s:.2f} s, all drawn {drawn_s:.2f} s, busy {busy_s:.2f} s")
    for name, at in (("all drawn", 1), ("busy", 2)):
        print(f"  {name}, ratio {median(each[at] for each in ours) / median(each[at] for each in theirs):.2f}")
    assert report.stat().st_size < most_bytes
