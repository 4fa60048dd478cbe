"""The ordinary recordings that the detector is estimated and judged on: one Parquet file per athlete."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrorun.activity.model import Activity

# Fast repetitions on a track; columns that lie 30 s apart; octaves of cadence. Each has a cause that is known.
HARD = ("athlete24", "athlete27", "athlete29")
_SPORTS = {1: "running", 11: "walking", 17: "hiking"}
_SUB_SPORTS = {0: "generic", 1: "treadmill", 2: "street", 3: "trail", 4: "track", 45: "indoor_running"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Example:
    """One recording, whose it is, its number in the athlete's file, and what kind of outing it was."""

    athlete: str
    number: int
    running: bool
    activity: Activity

    @property
    def hours(self) -> float:
        """From its first to its last sample [h]."""
        return float(self.activity.time_s[-1] - self.activity.time_s[0]) / 3600.0


def folder_or_exit(folder: Path) -> Path:
    """The folder, if there are athletes in it; else says so and ends with exit code 2."""
    if not any(folder.glob("athlete*.parquet")):
        sys.exit(f"there are no athlete*.parquet in {folder}: nothing was measured")
    return folder


def athletes(folder: Path) -> tuple[str, ...]:
    """Names of the athletes in a folder."""
    return tuple(sorted(path.stem for path in folder.glob("athlete*.parquet")))


def examples(folder: Path, athlete: str) -> Iterator[Example]:
    """The recordings of one athlete, in order, those under a minute left out."""
    import pyarrow.parquet as pq  # heavy, and only the scripts need it

    table = pq.read_table(folder / f"{athlete}.parquet")
    columns = {name: table[name].to_numpy() for name in table.column_names}
    first = np.flatnonzero(np.diff(columns["activity"], prepend=columns["activity"][0] - 1))
    for start, end in zip(first, [*first[1:], len(columns["t_s"])], strict=True):
        if end - start < 60:
            continue
        sport = _SPORTS.get(int(columns["sport"][start]), "generic")
        sub_sport = _SUB_SPORTS.get(int(columns["sub_sport"][start]), "generic")
        yield Example(
            athlete=athlete,
            number=int(columns["activity"][start]),
            running=sport == "running" and sub_sport != "trail",
            activity=Activity.from_columns(
                time_s=columns["t_s"][start:end],
                speed_mps=columns["speed_mps"][start:end],
                cadence_spm=columns["cadence_spm"][start:end],
                altitude_m=columns["altitude_m"][start:end],
                heart_rate_bpm=columns["heart_rate_bpm"][start:end],
                sport=sport,
                sub_sport=sub_sport,
            ),
        )
