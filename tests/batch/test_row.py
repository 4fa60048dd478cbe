from __future__ import annotations

import numpy as np
import pytest

from retrorun.batch.row import Row, counting, outline
from tests.batch.rows import row


def counted(*rows: Row) -> list[str]:
    """The recordings that count, for each one that was given."""
    return [rows[number].path for number in counting(np.array([outline(one) for one in rows]))]


def test_of_a_fit_and_a_gpx_of_one_run_the_fit_counts() -> None:
    gpx = row("a.gpx", source="gpx", elapsed_s=1790.0, distance_m=4950.0, samples=9000)
    fit = row("b.fit", start="2026-03-02T07:00:03")
    assert counted(gpx, fit) == ["b.fit", "b.fit"]


def test_of_two_files_of_a_kind_the_fuller_counts_then_the_first_found() -> None:
    assert counted(row("a.fit", samples=500), row("b.fit", samples=1800)) == ["b.fit", "b.fit"]
    assert counted(row("b.fit"), row("a.fit")) == ["b.fit", "b.fit"]


def test_the_order_of_the_files_does_not_matter() -> None:
    rows = [row("a.gpx", source="gpx"), row("b.fit"), row("c.tcx", source="tcx"), row("d.fit", "2026-03-03T07:00:00")]
    assert set(counted(*rows)) == set(counted(*reversed(rows))) == {"b.fit", "d.fit"}


@pytest.mark.parametrize(
    "other",
    [
        row("b.fit", start="2026-03-02T07:00:20"),
        row("b.fit", elapsed_s=1600.0),
        row("b.fit", distance_m=4500.0),
        row("b.fit", mean_cadence_spm=175.0),  # two people who started a race side by side
        row("b.fit", start_time=None),
        row("b.fit", status="skipped"),
    ],
)
def test_what_differs_is_not_the_same_activity(other: Row) -> None:
    assert counted(row("a.fit"), other) == ["a.fit", "b.fit"]


def test_a_value_that_one_file_lacks_does_not_speak_against_it() -> None:
    assert counted(row("a.fit"), row("b.gpx", source="gpx", mean_cadence_spm=None)) == ["a.fit", "a.fit"]
