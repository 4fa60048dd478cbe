"""Draws the pictures of these pages and of the README: python -m docs.draw_pictures.

They show the synthetic recording that `retrorun demo` runs on, and a season that is made up here from a seed. The
screenshot of the report needs Chromium and the package playwright; where they are missing, the old one is kept.
"""

from __future__ import annotations

import datetime as dt
import random
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from retrorun.activity.read import read_activity
from retrorun.analysis.analyse import detect
from retrorun.analysis.season import SeasonRun
from retrorun.analysis.summary import Effort
from retrorun.demo import demo_recording
from retrorun.match.match import match_plan
from retrorun.report.figures.run import figure_run
from retrorun.report.figures.season import figure_season
from retrorun.report.figures.session import figure_planned
from retrorun.report.figures.style import DARK, picture_bytes
from retrorun.report.figures.track import figure_gait_plane, figure_track
from retrorun.report.html import report_html

OUT = Path(__file__).parent / "assets"
TITLE = "A synthetic session: four times 400 m forward, 400 m backward"


def main() -> None:
    """Write every picture."""
    OUT.mkdir(exist_ok=True)
    activity = read_activity(demo_recording())
    match = match_plan(activity)
    detection = detect(activity, plan=match)
    nothing = np.full(len(activity), np.nan)
    first_look = replace(activity, heart_rate_bpm=nothing, altitude_m=nothing)  # the two panels that say it
    figures: dict[str, Figure] = {
        "first-look": figure_run(first_look, detection, title=TITLE),
        "first-look-dark": figure_run(first_look, detection, title=TITLE, theme=DARK),
        "demo-run": figure_run(activity, detection, title=TITLE),
        "demo-plane": figure_gait_plane(activity, detection),
        "demo-track": figure_track(activity, detection),
        "demo-plan": figure_planned(activity, detection, match),
        "made-up-season": figure_season(made_up_season()),
    }
    for name, figure in figures.items():
        data = picture_bytes(figure)
        (OUT / f"{name}.png").write_bytes(data)
        print(f"assets/{name}.png: {len(data)} bytes")
    screenshot(report_html(activity, detection, match=match, name="recording.fit"), OUT / "demo-report.png")


def made_up_season() -> list[SeasonRun]:
    """Two backward sessions a week for ten weeks, one week off, slowly longer and faster; nobody ran them."""
    chance = random.Random(7)  # noqa: S311 - a picture, no secret
    runs = []
    for day in range(0, 70, 3):
        week = day // 7
        if week == 6:
            continue
        backward_m = 1200.0 + 150.0 * week + chance.uniform(-250, 250)
        speed_mps = 2.1 + 0.03 * week + chance.uniform(-0.05, 0.05)
        efforts = tuple(
            Effort(distance_m=far, time_s=far / (speed_mps * (1.25 - 0.08 * step)), start_s=0.0, probability=0.98)
            for step, far in enumerate((100.0, 200.0, 400.0, 800.0, 1000.0))
            if far <= backward_m / 2
        )
        start = dt.datetime(2026, 3, 2, 18, 30, tzinfo=dt.UTC) + dt.timedelta(days=day)
        runs.append(SeasonRun(start=start, backward_s=backward_m / speed_mps, backward_m=backward_m, efforts=efforts))
    return runs


def screenshot(page: str, path: Path) -> None:
    """The upper part of a report as a browser shows it."""
    chromium = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        print(f"assets/{path.name}: kept, for there is no Chromium here")
        return
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "report.html"
        file.write_text(page, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        shown = browser.new_page(viewport={"width": 1000, "height": 1500})
        shown.goto(file.as_uri())
        shown.wait_for_selector("html[data-ready=true]", state="attached")
        shown.screenshot(path=path)
        browser.close()
    print(f"assets/{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
