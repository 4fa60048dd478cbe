from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from retrorun.activity.read import read_activity
from tests.activity.documents import GARMIN, gpx, gpx_point
from tests.evaluation.reading_decisions import counts, kind_of, table
from tests.shared_data import shared

PAGE = Path(__file__).parents[2] / "docs/explanation/reading.md"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (
            "cadence: 1 value of zero while moving taken as missing",
            "cadence: … values of zero while moving taken as missing",
        ),
        ("10,406 samples without a time left out", "… samples without a time left out"),
        ("cadence: the median is 88, so steps", "cadence: the median is …, so steps"),
        ("sport: running, one of 2 parts", "sport: running, one of … parts"),
    ],
)
def test_what_differs_only_in_its_numbers_is_one_kind(said: str, kind: str) -> None:
    assert kind_of(said) == kind


def test_each_recording_counts_once_for_each_kind() -> None:
    run = read_activity(gpx(*(gpx_point(at, extension=GARMIN) for at in range(60))))
    total, found = counts([run, run])
    assert total == 2
    assert found["read as GPX"] == 2
    assert found["distance: great circles between the positions"] == 2
    assert table(total, found).startswith("| of 2 recordings | |\n|---|---:|\n| ")
    assert "several parts" not in table(total, found)


@pytest.mark.slow
def test_the_page_shows_what_the_command_prints() -> None:
    (command,) = re.findall(r"^python -m (tests\.evaluation\.reading_decisions) ", PAGE.read_text(), re.MULTILINE)
    done = subprocess.run(
        [sys.executable, "-m", command, str(shared("activities"))], capture_output=True, text=True, check=True
    )
    assert done.stdout in PAGE.read_text(encoding="utf-8")
