"""A match and its adherence as one document of plain values, for machines."""

from __future__ import annotations

from dataclasses import asdict

from retrorun.analysis.adherence import Adherence, StepAdherence
from retrorun.match.model import Match
from retrorun.session.data import session_to_dict

FORMAT = "retrorun match"
VERSION = 1  # goes up when a field changes its meaning or goes away; new fields may come at any time


def adherence_document(match: Match, kept: Adherence) -> dict[str, object]:
    """Plan beside run, ready for JSON: SI units as the names say, null for unknown."""
    return {
        "format": FORMAT,
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
