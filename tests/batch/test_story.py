from __future__ import annotations

import datetime as dt

import pytest

from retrorun.analysis.summary import Effort
from retrorun.batch.row import Row
from retrorun.batch.story import Story
from tests.batch.rows import row


def test_weeks_begin_on_monday_and_none_is_left_out() -> None:
    told = Story((row(start="2026-03-01T23:00:00"), row(start="2026-03-18T07:00:00")))
    assert [(week.start.isoformat(), week.runs) for week in told.season.weeks] == [
        ("2026-02-23", 1),
        ("2026-03-02", 0),
        ("2026-03-09", 0),
        ("2026-03-16", 1),
    ]
    assert [(month.start.isoformat(), month.runs) for month in told.season.months] == [("2026-03-01", 2)]


def test_a_run_counts_on_the_runners_own_day() -> None:
    told = Story((row(start="2026-03-01T23:30:00", utc_offset_s=3600.0),))
    assert told.season.weeks[0].start == dt.date(2026, 3, 2)


def test_months_across_the_years_end() -> None:
    told = Story((row(start="2025-12-31T07:00:00"), row(start="2026-02-01T07:00:00")))
    assert [month.start.isoformat() for month in told.season.months] == ["2025-12-01", "2026-01-01", "2026-02-01"]
    assert [cells[0] for cells in told.month_rows()] == ["2025-12", "2026-02"]  # a screen has no room for empty years


def test_sums_share_and_means_of_a_month() -> None:
    told = Story(
        (
            row(backward_s=100.0, moving_s=1000.0, backward_speed_mps=2.0, planned_steps=8, completed_steps=6),
            row(backward_s=300.0, moving_s=1000.0, backward_speed_mps=2.4, planned_steps=2, completed_steps=2),
            row(verdict="cannot tell", backward_s=0.0, moving_s=2000.0, backward_speed_mps=None),
        )
    )
    (month,) = told.season.months
    assert month.backward_s == 400.0
    assert month.share == pytest.approx(400 / 2000)  # the run that could not tell says nothing about the share
    assert month.speed_mps == pytest.approx((2.0 * 100 + 2.4 * 300) / 400)
    assert month.kept == pytest.approx(0.8)
    assert told.month_rows()[0][:5] == ("2026-03", "3", "6:40", "720 m", "20 %")


def test_only_what_counts_is_told() -> None:
    told = Story(
        (
            row(),
            row(status="duplicate"),
            Row(path="x", status="failed", reason="empty"),
            row(start_time=None),
        )
    )
    assert told.season.months[0].runs == 1
    assert told.undated == 1


def test_best_efforts_with_their_day() -> None:
    slow, fast = (
        Effort(distance_m=400.0, time_s=200.0, start_s=0.0),
        Effort(distance_m=400.0, time_s=180.0, start_s=9.0, probability=0.93),
    )
    near, far = (Effort(distance_m=way_m, time_s=600.0, start_s=0.0) for way_m in (1100.0, 1250.0))
    told = Story(
        (
            row(start="2026-03-02T07:00:00", efforts=(slow,), timed_efforts=(far,)),
            row(start="2026-03-09T07:00:00", efforts=(fast,), timed_efforts=(near,)),
        )
    )
    assert told.best_rows() == [
        ("400 m", "3:00", "7:30/km", "93 %", "2026-03-09", "a.fit"),
        ("10 min", "1.25 km", "8:00/km", "–", "2026-03-02", "a.fit"),
    ]
    assert told.to_dict()["bests"] == [
        {"distance_m": 400.0, "time_s": 180.0, "day": "2026-03-09", "probability": 0.93, "recording": "a.fit"}
    ]


def test_nothing_to_tell() -> None:
    told = Story(())
    assert (told.season.weeks, told.season.months, told.season.bests, told.undated) == ((), (), (), 0)
    assert told.figure() is not None


def test_the_picture_shows_the_weeks() -> None:
    told = Story((row(), row(start="2026-03-10T07:00:00", backward_s=600.0)))
    minutes = told.figure().axes[0]
    assert [round(bar.get_height(), 6) for bar in minutes.patches] == [2.0, 10.0]  # type: ignore[attr-defined]  # bars
