"""Labels over detection: what the runner says wins, whatever the model thinks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from retrorun.activity.model import Activity
from retrorun.analysis.labels import Label, Labels
from retrorun.gait.detector import forward_line
from retrorun.gait.grid import time_means
from retrorun.gait.line import ForwardLine
from retrorun.gait.profile import GaitProfile
from retrorun.gait.result import Detection, Evidence, Segment
from retrorun.session.model import Direction

CERTAIN_LOG_ODDS = 20.0  # chosen: one in 5e8, as good as certain, and a number that JSON can hold
SHORTEST_LEFT_S = 3.0  # chosen: what a label leaves of a found segment is dropped below the detector's own step


def apply_labels(
    detection: Detection, activity: Activity, labels: Labels, *, profile: GaitProfile | None = None
) -> Detection:
    """The detection with the runner's labels in force.

    Stretches labelled backward become segments with probability 1. Found segments lose what is labelled forward, and
    what a backward label covers. Labels of another run are left unused, which `reasons` says.
    """
    if not labels.labels:
        return detection
    if not labels.in_force(activity).labels:
        return _because(detection, "the labels belong to another run and were left unused")
    line = forward_line(activity, profile)
    found = [piece for segment in detection.segments for piece in _without(segment, labels.labels)]
    said = [_labelled(label, activity, line) for label in labels.labels if label.direction is Direction.BACKWARD]
    segments = tuple(sorted((*found, *said), key=lambda segment: segment.start_s))
    verdict = "found" if segments else "none" if detection.verdict == "found" else detection.verdict
    marked = replace(detection, segments=segments, verdict=verdict)
    count = len(labels.labels)
    said_so = "one stretch was" if count == 1 else f"{count} stretches were"
    return _because(marked, f"{said_so} labelled by the runner")


def _because(detection: Detection, reason: str) -> Detection:
    return replace(detection, reasons=(*detection.reasons, reason))


def _without(segment: Segment, labels: Sequence[Label]) -> list[Segment]:
    """What the labels leave of a found segment."""
    pieces = [(segment.start_s, segment.end_s)]
    for label in labels:
        pieces = [
            (low, high)
            for start_s, end_s in pieces
            for low, high in ((start_s, min(end_s, label.start_s)), (max(start_s, label.end_s), end_s))
            if high > low
        ]
    whole_s = segment.duration_s
    return [
        segment
        if high - low == whole_s
        else replace(segment, start_s=low, end_s=high, distance_m=segment.distance_m * (high - low) / whole_s)
        for low, high in pieces
        if high - low >= SHORTEST_LEFT_S
    ]


def _labelled(label: Label, activity: Activity, line: ForwardLine | None) -> Segment:
    edges = np.array([label.start_s, label.end_s])
    speed_mps, cadence_spm = (
        float(time_means(activity.time_s, column, edges)[0]) for column in (activity.speed_mps, activity.cadence_spm)
    )
    forward_spm = math.nan if line is None else float(line.cadence_spm(np.array(speed_mps)))
    evidence = Evidence(
        observed_speed_mps=speed_mps,
        observed_cadence_spm=cadence_spm,
        forward_cadence_spm=forward_spm,
        usual_speed_mps=math.nan if line is None else line.usual_speed_mps,
        uplift=cadence_spm / forward_spm - 1.0,
        log_odds=CERTAIN_LOG_ODDS,
        for_it=("the runner labelled it backward",),
    )
    return Segment(
        start_s=label.start_s,
        end_s=label.end_s,
        probability=1.0,
        evidence=evidence,
        distance_m=speed_mps * (label.end_s - label.start_s),
        mean_speed_mps=speed_mps,
        mean_cadence_spm=cadence_spm,
    )
