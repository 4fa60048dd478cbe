"""The ordinary recordings that the detector was estimated and is judged on: one Parquet file per athlete.

Only `retrorun.gait.estimate` and `retrorun.gait.evaluate` read them. No athlete is in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrorun.activity.model import Activity

# The split, fixed before anything was estimated: estimation has road, treadmill, trail, walks and hikes of four runners
# with different watches; everybody else is held out. Parameters are never tuned on those.
ESTIMATION = ("athlete01", "athlete05", "athlete07", "athlete16")

KINDS = ("road", "track", "treadmill", "trail", "walk", "hike")
_SPORTS = {1: "running", 11: "walking", 17: "hiking"}
_SUB_SPORTS = {0: "generic", 1: "treadmill", 2: "street", 3: "trail", 4: "track", 45: "indoor_running"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One recording, whose it is, its number in the athlete's file, and what kind of outing it was."""

    athlete: str
    number: int
    kind: str
    activity: Activity

    @property
    def hours(self) -> float:
        """From its first to its last sample [h]."""
        return float(self.activity.time_s[-1] - self.activity.time_s[0]) / 3600.0


def athletes(folder: Path, *, held_out: bool | None = None) -> tuple[str, ...]:
    """Names of the athletes in a folder; only those held out, or only those that are not."""
    names = tuple(sorted(path.stem for path in folder.glob("athlete*.parquet")))
    return tuple(name for name in names if held_out is None or (name not in ESTIMATION) == held_out)


def examples(folder: Path, athlete: str) -> Iterator[Example]:
    """The recordings of one athlete, in order."""
    import pyarrow.parquet as pq  # heavy, and only the scripts need it

    table = pq.read_table(folder / f"{athlete}.parquet")
    columns = {name: table[name].to_numpy() for name in table.column_names}
    first = np.flatnonzero(np.diff(columns["activity"], prepend=columns["activity"][0] - 1))
    for start, end in zip(first, [*first[1:], len(columns["t_s"])], strict=True):
        sport = _SPORTS.get(int(columns["sport"][start]), "generic")
        sub_sport = _SUB_SPORTS.get(int(columns["sub_sport"][start]), "generic")
        yield Example(
            athlete=athlete,
            number=int(columns["activity"][start]),
            kind=_kind(sport, sub_sport),
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


def _kind(sport: str, sub_sport: str) -> str:
    if sport == "running":
        return {"trail": "trail", "track": "track", "treadmill": "treadmill", "indoor_running": "treadmill"}.get(
            sub_sport, "road"
        )
    return "hike" if sport == "hiking" else "walk"
