"""How large the report of a six-hour recording is, and how soon a browser shows it, beside plotly's own page of it."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Browser

from retrorun.report.html import report_html
from tests.report.browser import OPTIONS, READY, started
from tests.report.made import made_match
from tests.report.test_html import busy_detection, six_hours

pytestmark = [pytest.mark.benchmark, pytest.mark.filterwarnings("ignore::ResourceWarning")]
ROUNDS = 5


def opening_s(browser: Browser, file: Path, drawn: str) -> tuple[float, float, float]:
    """Seconds from the start of loading to the first words on the screen, and until everything is drawn.

    The third is the processor time of the page's main thread, which hardly hangs on what else the machine does.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(file.as_uri())
    page.wait_for_selector(drawn, state="attached", timeout=60_000)
    drawn_ms, words_ms = page.evaluate(
        "[performance.now(), performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN]"
    )
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    context.close()
    return float(words_ms) / 1000, float(drawn_ms) / 1000, float(metrics["TaskDuration"])


def test_the_report_of_six_hours_beside_the_same_columns_plotted_plainly(tmp_path: Path) -> None:
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    run = six_hours()
    report, plain = tmp_path / "report.html", tmp_path / "plain.html"
    report.write_text(report_html(run, busy_detection(), match=made_match()), encoding="utf-8")
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
    print(f"\n{' '.join(OPTIONS)}\nsix hours, {len(run)} samples, median of {ROUNDS} openings:")
    for name, file, times in (("report", report, ours), ("plain plotly page", plain, theirs)):
        words_s, drawn_s, busy_s = (median(values) for values in zip(*times, strict=True))
        size = f"{file.stat().st_size / 1e6:.2f} MB"
        print(f"  {name}: {size}, words {words_s:.2f} s, all drawn {drawn_s:.2f} s, busy {busy_s:.2f} s")
    ratio = median(drawn for _, drawn, _ in ours) / median(drawn for _, drawn, _ in theirs)
    print(f"  all drawn, ratio {ratio:.2f}")
    assert report.stat().st_size < 8_000_000
