from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from retrorun.activity.compare import compare
from retrorun.activity.model import Activity, Lap
from retrorun.activity.read import read_activity
from tests.fit.handmade import recording
from tests.property.test_fuzz_reading import SEEDS
from tests.shared_data import shared_files

FILES = sorted(shared_files("activities", "*.fit"), key=lambda path: path.stat().st_size)
GIVES_UP = {"athlete01_3e6b4ffb.fit", "athlete01_f6c1e7cf.fit"}  # on a field that is narrower than its type


def changed(activity: Activity, **values: object) -> Activity:
    return dataclasses.replace(activity, **values)  # type: ignore[arg-type]  # fields by name


def test_a_reading_does_not_differ_from_itself() -> None:
    activity = read_activity(recording(60))
    assert compare(activity, activity) == ()


@pytest.mark.parametrize("index", range(3))
def test_the_second_opinion_agrees_on_files_made_by_hand(index: int) -> None:
    data = SEEDS["fit"][index]
    assert compare(read_activity(data), read_activity(data, engine="fitparse")) == ()


def test_each_kind_of_difference_is_told() -> None:
    first = read_activity(recording(60))
    speed = first.speed_mps.copy()
    speed[3:5] += 0.25
    heart_rate = np.where(np.arange(60) == 7, np.nan, first.heart_rate_bpm)
    lap = dataclasses.replace(first.laps[0], trigger="distance")
    second = changed(
        first, speed_mps=speed, heart_rate_bpm=heart_rate, sport="walking", laps=(lap,), extra={"a": speed}
    )
    assert [str(each) for each in compare(first, second)] == [
        "sport: 'generic' and 'walking'",
        "laps[0].trigger: 'manual' and 'distance'",
        "speed_mps: unequal (2 of 60, at most by 0.25)",
        "heart_rate_bpm: missing only in the second (1 of 60)",
        "extra['a']: only in the second reading",
    ]


def test_other_numbers_of_samples_and_laps() -> None:
    first, second = read_activity(recording(60)), read_activity(recording(50))
    second = changed(second, laps=(Lap(start_s=0, end_s=1), Lap(start_s=1, end_s=2)))
    found = [str(each) for each in compare(first, second)]
    assert "laps: 1 and 2" in found
    assert found[-1] == "samples: 60 and 50"


def test_where_the_second_reader_gives_up_is_told_first() -> None:
    data = recording(300)[:2000]
    found = [str(each) for each in compare(read_activity(data), read_activity(data, engine="fitparse"))]
    assert found[0].startswith("damage: fitparse gives up")


def _check(path: Path) -> None:
    second = read_activity(path, engine="fitparse")
    if path.name in GIVES_UP:
        assert "fitparse gives up" in second.damage[0].what
        return
    assert compare(read_activity(path), second) == ()


@pytest.mark.parametrize("path", FILES[:10], ids=lambda path: path.name)
def test_a_few_real_files(path: Path) -> None:
    _check(path)


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_real_file(path: Path) -> None:
    _check(path)
