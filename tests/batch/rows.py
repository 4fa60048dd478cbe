"""Rows of scans, made by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from retrorun.analysis.summary import Effort
from retrorun.batch.row import Row, ScanSegment


def row(path: str = "a.fit", start: str = "2026-03-02T07:00:00", **values: object) -> Row:
    """A run of half an hour, 2 min of it backward in one stretch, unless told otherwise."""
    fixed: dict[str, Any] = {
        "status": "read",
        "start_time": dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC),
        "source": "fit",
        "sport": "running",
        "samples": 1800,
        "elapsed_s": 1800.0,
        "moving_s": 1700.0,
        "distance_m": 5000.0,
        "mean_speed_mps": 2.9,
        "mean_cadence_spm": 172.0,
        "verdict": "found",
        "backward_s": 120.0,
        "backward_m": 240.0,
        "backward_speed_mps": 2.0,
        "backward_cadence_spm": 180.0,
        "backward_heart_rate_bpm": 160.0,
        "segments": (
            ScanSegment(
                start_s=600.0,
                end_s=720.0,
                probability=0.98,
                distance_m=240.0,
                mean_speed_mps=2.0,
                mean_cadence_spm=180.0,
            ),
        ),
        "efforts": (Effort(distance_m=100.0, time_s=48.0, start_s=610.0),),
    }
    fixed.update(values)
    return Row(path=path, **fixed)
