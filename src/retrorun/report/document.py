"""An analysis as one document of plain values, for machines: the activity, the detection and the totals."""

from __future__ import annotations

import math
from dataclasses import asdict

from retrorun.activity.model import Activity
from retrorun.analysis.summary import summarise
from retrorun.gait.result import Detection

FORMAT = "retrorun analysis"
VERSION = 1  # goes up when a field changes its meaning or goes away; new fields may come at any time


def analysis_document(activity: Activity, detection: Detection) -> dict[str, object]:
    """The analysis of one recording, ready for JSON: SI units as the names say, null for unknown.

    Its first two fields, `format` and `version`, say what it is.
    """
    document = {
        "format": FORMAT,
        "version": VERSION,
        "activity": {
            "source": activity.source,
            "sport": activity.sport,
            "sub_sport": activity.sub_sport,
            "start_time": None if activity.start_time is None else activity.start_time.isoformat(),
            "utc_offset_s": activity.utc_offset_s,
            "device": None if activity.device is None else activity.device.name,
            "samples": len(activity),
            "laps": len(activity.laps),
            "damage": [str(damage) for damage in activity.damage],
            "decisions": list(activity.decisions),
        },
        "verdict": detection.verdict,
        "reasons": list(detection.reasons),
        "segments": [asdict(segment) for segment in detection.segments],
        "summary": summarise(activity, detection).to_dict(),
    }
    return {name: known_values(value) for name, value in document.items()}


def known_values(value: object) -> object:
    """The value with None for every number that is none, in lists and mappings too: JSON knows no NaN."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: known_values(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [known_values(item) for item in value]
    return value
