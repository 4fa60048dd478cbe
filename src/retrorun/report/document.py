"""An analysis, and a plan laid beside it, as documents of plain values for machines: SI units, null for unknown.

The first two fields of each, `format` and `version`, say what it is.
"""

from __future__ import annotations

from dataclasses import asdict

from retrorun.activity.model import Activity
from retrorun.analysis.adherence import Adherence, StepAdherence
from retrorun.analysis.summary import summarise
from retrorun.detection.result import Detection
from retrorun.documents import to_json
from retrorun.match.model import Match

ANALYSIS_FORMAT, MATCH_FORMAT = "retrorun analysis", "retrorun match"
VERSION = 1  # goes up when a field changes its meaning or goes away; new fields may come at any time


def analysis_document(activity: Activity, detection: Detection) -> dict[str, object]:
    """The analysis of one recording; `documents.to_json` writes it, with null for what is not known."""
    return {
        "format": ANALYSIS_FORMAT,
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
        "told": detection.told,
        "reasons": list(detection.reasons),
        "segments": [asdict(segment) | {"told": segment.told} for segment in detection.segments],
        "summary": summarise(activity, detection).to_dict(),
    }


def analysis_json(activity: Activity, detection: Detection) -> bytes:
    """The same as the bytes of a JSON file; `analysis-1.schema.json` describes it."""
    return (to_json(analysis_document(activity, detection), indent=2) + "\n").encode()


def adherence_document(match: Match, kept: Adherence) -> dict[str, object]:
    """Plan beside run: each step as it was meant and as it was run, and what they amount to."""
    from retrorun.session.document import session_to_dict

    return {
        "format": MATCH_FORMAT,
        "version": VERSION,
        "session": session_to_dict(match.session),
        "basis": match.basis,
        "reasons": list(kept.reasons),
        "outside_lap_indices": list(match.outside_lap_indices),
        "steps": [_step(step) for step in kept.steps],
        "totals": {
            "planned_time_s": kept.planned_time_s,
            "time_s": kept.time_s,
            "planned_distance_m": kept.planned_distance_m,
            "distance_m": kept.distance_m,
            "in_range": kept.in_range,
            "outcomes": kept.outcomes,
            "directions": kept.directions,
            "unplanned_backward_s": kept.unplanned_backward_s,
        },
    }


def _step(kept: StepAdherence) -> dict[str, object]:
    match = kept.step
    return {
        "place": match.place,
        "repetition": list(match.repetition),
        "direction": match.step.direction.value,
        "outcome": match.outcome,
        "as_run": kept.as_run,
        "start_s": match.start_s,
        "end_s": match.end_s,
        "planned_time_s": kept.planned_time_s,
        "time_s": match.timer_s,
        "planned_distance_m": kept.planned_distance_m,
        "distance_m": match.distance_m,
        "mean_speed_mps": kept.mean_speed_mps,
        "mean_cadence_spm": kept.mean_cadence_spm,
        "mean_heart_rate_bpm": kept.mean_heart_rate_bpm,
        "targets": [asdict(target) for target in kept.targets],
        "laps": list(match.lap_indices),
    }
