"""An analysed recording as columns: one row a sample, or one row a backward segment. SI units, as the names say."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrorun.activity.model import COLUMNS, Activity
from retrorun.analysis.summary import is_moving
from retrorun.arrays import FloatArray
from retrorun.detection.result import Detection
from retrorun.files import printable
from retrorun.report.words import local_start
from retrorun.units import METRES_PER_MILE, format_pace


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampleTable:
    """One row a sample, shape (n,).

    `moments` is when each sample was, local time where that is known, empty where the recording has no date.
    `numbers` are the activity's own columns, its further ones, and its developer fields as `developer.NAME`.
    `direction` is `backward`, `forward`, or empty: standing still, or it cannot be told. `segment` counts from 1, 0 is
    outside; `probability` is NaN there. `told` is `direction`, or `probably backward`.
    """

    moments: tuple[dt.datetime, ...]
    numbers: dict[str, FloatArray]
    direction: npt.NDArray[np.str_]
    segment: npt.NDArray[np.int64]
    probability: FloatArray
    told: npt.NDArray[np.str_]


def sample_table(activity: Activity, detection: Detection) -> SampleTable:
    """The samples of a recording with the direction of each."""
    numbers = {name: getattr(activity, name) for name in COLUMNS}
    # Names of further columns come from the file, and may be anything.
    numbers.update({printable(name): values for name, values in activity.extra.items() if name not in numbers})
    numbers.update({printable(f"developer.{name}"): values for name, values in activity.developer.items()})
    segment = np.zeros(len(activity), dtype=np.int64)
    probability = np.full(len(activity), np.nan)
    for number, one in enumerate(detection.segments, start=1):
        first, last = np.searchsorted(activity.time_s, (one.start_s, one.end_s), side="left")
        segment[first:last], probability[first:last] = number, one.probability
    forward = is_moving(activity) if detection.verdict != "cannot tell" else np.zeros(len(activity), dtype=np.bool_)
    start = local_start(activity)
    direction = np.where(segment > 0, "backward", np.where(forward, "forward", ""))
    names = np.array(["", *(one.told for one in detection.segments)])
    return SampleTable(
        moments=()
        if start is None
        else tuple(start + dt.timedelta(seconds=time_s) for time_s in activity.time_s.tolist()),
        numbers=numbers,
        direction=direction,
        segment=segment,
        probability=probability,
        told=np.where(segment > 0, names[segment], direction),
    )


def segment_columns(activity: Activity, detection: Detection, *, per_m: float = 1000.0) -> dict[str, list[object]]:
    """One row a segment, column by column: where it lies, its means, its evidence, and its pace for people."""
    start = local_start(activity)
    segments = detection.segments
    evidence = [segment.evidence for segment in segments]
    pace = f"pace_min_per_{'mi' if per_m == METRES_PER_MILE else 'km'}"
    return {
        "segment": list(range(1, len(segments) + 1)),
        "time": [None if start is None else start + dt.timedelta(seconds=segment.start_s) for segment in segments],
        "start_s": [segment.start_s for segment in segments],
        "end_s": [segment.end_s for segment in segments],
        "duration_s": [segment.duration_s for segment in segments],
        "distance_m": [segment.distance_m for segment in segments],
        "mean_speed_mps": [segment.mean_speed_mps for segment in segments],
        pace: [format_pace(segment.mean_speed_mps, per_m=per_m).partition("/")[0] for segment in segments],
        "mean_cadence_spm": [segment.mean_cadence_spm for segment in segments],
        "probability": [segment.probability for segment in segments],
        "told": [segment.told for segment in segments],
        "forward_cadence_spm": [each.forward_cadence_spm for each in evidence],
        "usual_speed_mps": [each.usual_speed_mps for each in evidence],
        "uplift": [each.uplift for each in evidence],
        "log_odds": [each.log_odds for each in evidence],
        "grade_pct": [each.grade_pct for each in evidence],
        "planned": [each.planned for each in evidence],
        "for_it": [" · ".join(each.for_it) for each in evidence],
        "against_it": [" · ".join(each.against_it) for each in evidence],
    }


def sample_columns(activity: Activity, detection: Detection) -> dict[str, list[object]]:
    """One row a sample, column by column; a recording without a date has no column `time`."""
    table = sample_table(activity, detection)
    columns: dict[str, list[object]] = {"time": list(table.moments)} if table.moments else {}
    columns.update({name: values.tolist() for name, values in table.numbers.items()})
    columns["direction"] = [value or None for value in table.direction.tolist()]
    columns["segment"] = [value or None for value in table.segment.tolist()]
    columns["probability"] = table.probability.tolist()
    columns["told"] = [value or None for value in table.told.tolist()]
    return columns
