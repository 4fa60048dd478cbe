"""The page of a season, of made-up runs that nobody ran."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from retrorun.analysis.season import Season, SeasonRun
from retrorun.analysis.summary import Effort
from retrorun.report.figures.season import equal_paces
from retrorun.report.season_page import season_html
from retrorun.units import METRES_PER_MILE
from tests.report.browser import opened, started
from tests.report.test_html import Page, table

pytestmark = pytest.mark.usefixtures("unpainted")

EVIL = "</script><img src=x onerror=alert(1)>"


def run(day: int, **values: object) -> SeasonRun:
    made = SeasonRun(
        start=dt.datetime(2026, 3, 2, 18) + dt.timedelta(days=day),  # noqa: DTZ001 - the runner's own wall clock
        backward_s=600.0,
        backward_m=1200.0,
        efforts=(Effort(distance_m=400.0, time_s=190.0 - day, start_s=0.0, probability=0.997),),
        name=f"run-{day}.fit",
        verdict="found",
        moving_s=3000.0,
        speed_mps=2.0,
        cadence_spm=182.0,
    )
    return replace(made, **values)  # type: ignore[arg-type]  # fields of a run


def test_everything_of_a_season_is_told_in_words_and_tables() -> None:
    runs = [
        run(0, planned_steps=4, completed_steps=3, page="pages/run-0.html"),
        run(9),
        run(10, backward_s=0.0, backward_m=0.0, efforts=(), verdict="cannot tell"),
    ]
    found = Page(season_html(runs, undated=2))
    words = table(found, "main")
    assert "3 runs · 2 Mar 2026 to 12 Mar 2026 · 2 more do not say when they were" in words
    assert "Backward running was found in 2 of 3 runs: 20:00 in all, 2.40 km, at 8:20/km on average." in words
    assert "1 run could not tell backward from forward." in words
    assert "2 weeks; most in the week from 2 Mar 2026: 10:00, 1.20 km." in words
    assert "400 m 3:01 7:32/km >99 % 11 Mar 2026 run-9.fit" in table(found, "bests")
    assert "3 of 4 planned steps were completed (75 %)." in words
    assert "Too few backward runs" in words
    assert "2 Mar 2026 run-0.fit found 10:00 1.20 km 8:20/km 182 spm – 3 of 4" in table(found, "runs")
    links = [values["href"] for tag, values in found.elements if tag == "a" and "href" in values]
    assert links == ["#main", "pages/run-0.html"]
    pictures = [values["id"] for tag, values in found.elements if values.get("role") == "img"]
    assert [name.removesuffix("-wide") for name in pictures if name.endswith("-wide")] == [
        "weeks-time",
        "weeks-distance",
        "best-efforts",
        "plan-kept",
        "calendar-2026",
    ]
    assert found.scripts == []
    assert "/mi" in table(Page(season_html(runs, per_m=METRES_PER_MILE)), "bests")


def test_an_empty_season_is_told_in_words_and_has_no_empty_pictures() -> None:
    for runs, says in (
        ((), "There is no run with a date."),
        ([run(0, backward_s=0.0, backward_m=0.0, efforts=())], "No backward running was found in 1 run."),
    ):
        found = Page(season_html(runs))
        assert says in table(found, "answer")
        assert not [tag for tag, _ in found.elements if tag == "svg"]


@pytest.mark.usefixtures("painted")
def test_names_stay_names_and_links_lead_nowhere_else() -> None:
    runs = [
        run(0, name=EVIL, page="javascript:alert(1)"),
        run(1, name=EVIL, page="https://example.org/x.html"),
        run(2, name=EVIL, page=f'pages/{EVIL}"x.html'),
        run(3, page="/etc/passwd"),
    ]
    found = Page(season_html(runs, title=EVIL))
    assert "img" not in [tag for tag, _ in found.elements]
    assert not any(key.startswith("on") for _, values in found.elements for key in values)
    links = [values["href"] for tag, values in found.elements if tag == "a" and "href" in values]
    assert set(links) == {"#main", f'pages/{EVIL}"x.html'}


def test_pace_at_equal_heart_rate_takes_the_heart_rate_out_and_leaves_the_progress_in() -> None:
    # Made up: 0.02 m/s a beat, and 0.01 m/s a day of getting fitter.
    beats = np.array([148.0, 160.0, 152.0, 164.0, 150.0, 158.0, 149.0, 163.0])
    runs = [
        run(day, heart_rate_bpm=float(rate), speed_mps=2.0 + 0.02 * (float(rate) - 155.0) + 0.01 * day)
        for day, rate in enumerate(beats)
    ]
    days, speeds, rate = equal_paces(runs)
    assert rate == 155.0
    assert len(days) == 8
    assert speeds == pytest.approx([2.0 + 0.01 * day for day in range(8)], abs=1e-6)
    assert equal_paces(runs[:3])[0] == ()
    assert equal_paces([replace(each, heart_rate_bpm=150.0) for each in runs])[0] == ()
    words = table(Page(season_html(runs)), "equal")
    assert "at 155 bpm: from 8:20/km on 2 Mar 2026 to 8:03/km on 9 Mar 2026" in words


def test_a_plan_is_kept_by_the_week() -> None:
    by_week = Season(
        [run(0, planned_steps=4, completed_steps=1), run(1, planned_steps=4, completed_steps=4), run(8)]
    ).weeks
    assert [week.kept for week in by_week] == [5 / 8, None]


@pytest.mark.usefixtures("painted")
def test_every_year_has_its_calendar_with_its_days() -> None:
    runs = [run(0), run(1, backward_s=0.0, backward_m=0.0, efforts=()), run(400)]
    text = season_html(runs)
    for year, days in ((2026, 1), (2027, 1)):
        svg = re.search(rf'<svg [^>]*id="calendar-{year}-wide".*?</svg>', text, re.DOTALL)
        assert svg is not None
        filled = [
            element
            for element in ET.fromstring(svg[0]).iter()  # noqa: S314 - our own picture
            if "f-backward" in element.get("class", "")
        ]
        assert len(filled) == days


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.usefixtures("painted")
def test_it_opens_in_a_browser_and_on_a_phone(tmp_path: Path) -> None:
    path = tmp_path / "season.html"
    runs = [run(day, heart_rate_bpm=150.0 + day % 7, planned_steps=3, completed_steps=2) for day in range(0, 60, 3)]
    runs.append(run(63, name="a-rather-long-name-of-a-recording-without-a-blank.fit", told="probably found"))
    path.write_text(season_html(runs), encoding="utf-8")
    with started() as browser:
        for width in (1280, 360):
            with opened(browser, path, width=width) as seen:
                assert seen.complaints == []
                assert seen.requests == [path.as_uri()]
                assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
                over = "[...document.querySelectorAll('td, th')].filter(one => one.scrollWidth > one.clientWidth + 1)"
                assert seen.page.evaluate(f"{over}.map(one => one.textContent)") == []
