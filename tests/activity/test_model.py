from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from retrorun.activity.model import Activity
from retrorun.errors import OutputError, RecordingError


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"time_s": ["a"]}, "time_s is not made of numbers; give numbers"),
        ({"time_s": [[1], [1, 2]]}, "time_s is not made of numbers"),
        ({"time_s": [[1, 2]]}, "time_s has 2 dimensions; give one value per sample"),
        ({"time_s": None}, "time_s has 0 dimensions"),
        ({"time_s": [0, 1], "speed_mps": ["fast", "slow"]}, "speed_mps is not made of numbers"),
        ({"time_s": [0, 1], "cadence_spm": [170]}, "cadence_spm has 1 values, time_s has 2"),
        ({"time_s": [0, float("nan")]}, "time_s has missing values; leave those samples out"),
        ({"time_s": [1, 0]}, "time_s runs backwards; sort the samples by time"),
    ],
)
def test_columns_that_make_no_activity_are_named(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(RecordingError, match=message):
        Activity.from_columns(**{"speed_mps": None, "cadence_spm": None, **columns})


@pytest.mark.parametrize(
    ("call", "library", "install"),
    [
        (Activity.to_pandas, "pandas", "pip install pandas"),
        (Activity.to_polars, "polars", "pip install polars"),
        (Activity.__arrow_c_stream__, "pyarrow", "pip install pyarrow"),
    ],
)
def test_a_table_without_its_library_says_what_to_install(
    call: Callable[[Activity], object], library: str, install: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    made = Activity.from_columns(time_s=[0, 1], speed_mps=[3, 3], cadence_spm=None)
    with pytest.raises(OutputError, match=f"needs {library}; install it: {install}"):
        call(made)
